"""Adding numbers to the pool."""

from dataclasses import replace

import pytest

from emulator.core.commands import AddNumber
from emulator.core.events import NumberAdded
from emulator.core.records import Number
from emulator.core.refusals import Reason, Refused
from tests.core.play import ANNA, BEN, CARA, DELHI, RULES, START, A, B, C, World


def test_numbers_join_at_the_end_of_the_pool() -> None:
    """The order of adding is the order of allocation."""
    world = World()
    world.add(A)
    world.add(DELHI, owner=1)

    first, second = Number(A, 1, 0, place=0), Number(DELHI, 91, 1, place=1)
    assert [first, second] == list(world.engine.pool.numbers())
    assert [NumberAdded(START, first), NumberAdded(START, second)] == world.journal
    assert len(world.engine.pool) == 2


def test_number_added_later_serves_the_next_session() -> None:
    """An exhausted pool is mended by one number more."""
    world = World(A)
    world.create(ANNA, BEN)
    world.add(B)

    assert world.create(ANNA, CARA).number == B


def test_known_number_is_refused_for_every_owner() -> None:
    """A number is in the pool once."""
    with pytest.raises(Refused) as refused:
        World(A).do(AddNumber(A, 1, owner=1))
    assert refused.value.reason is Reason.NUMBER_KNOWN
    assert refused.value.detail == {"number": A}


def test_pool_has_a_limit() -> None:
    """Past numbers_max no number is added."""
    world = World(A, B, rules=replace(RULES, numbers_max=2))
    with pytest.raises(Refused) as refused:
        world.add(C)

    assert refused.value.reason is Reason.NUMBERS_FULL
    assert C not in world.engine.pool
