"""Adding numbers to the pool, and replacing one that works badly."""

import pytest
from masking_emulator.core.commands import AddNumber
from masking_emulator.core.events import NumberAdded, NumberSuspended, SessionNumberReplaced
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import Call, Phase, Route
from masking_emulator.core.records.sessions import Candidate, DropReason, Number, Status
from masking_emulator.core.refusals import Reason, Refused

from tests.core.play import ANNA, BEN, CARA, DAVE, DELHI, EVE, FINN, GWEN, RAVI, RULES, START, A, B, C, World, pin_wish


def _reached(call: Call) -> tuple[str, str, str]:
    """Session, who is called, and the number that was dialled."""
    return call.session, call.callee, call.number


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


# A number that works badly


def test_replaced_number_hands_its_sessions_on(world: World) -> None:
    """Each gets another one, as a create would, and keeps everything else (ledger: number_replaced)."""
    one, two = world.create(ANNA, BEN), world.create(CARA, DAVE)
    world.create(ANNA, EVE)  # on B, which is therefore closed to Anna
    world.wait(5)
    events = world.replace_number(A)

    moved = [(event.before, event.session.number) for event in events if isinstance(event, SessionNumberReplaced)]
    assert [NumberSuspended(world.engine.now, A)] == events[:1]
    assert [(A, C), (A, B)] == moved
    assert replace(world.now(one), number=A, modified_at=START, allocation=one.allocation, left=()) == one
    assert B == world.now(two).number


def test_replaced_number_serves_nobody_any_more(world: World) -> None:
    """It is passed over by the next create, which says why."""
    world.replace_number(A)

    session = world.create(ANNA, BEN)
    assert B == session.number
    assert (Candidate(A, DropReason.SUSPENDED),) == session.allocation.dropped


def test_moved_session_knows_why_it_left(world: World) -> None:
    """Its explanation says that the old number was suspended."""
    session = world.create(ANNA, BEN)
    world.replace_number(A)

    assert (Candidate(A, DropReason.SUSPENDED),) == world.now(session).allocation.dropped


def test_calls_follow_a_session_to_its_new_number(world: World) -> None:
    """Parties, PINs and single parties are found there."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    world.replace_number(A)

    assert BEN == world.call(ANNA, B).callee
    assert BEN == world.type_digits(world.call(EVE, B, manual=True), "1111").callee
    assert Route.APPLICATION is world.call(EVE, A).route


def test_pin_that_is_typed_after_the_number_was_replaced_is_right(world: World) -> None:
    """The dialogue keeps the sessions that it was begun for, the one whose prompt is heard and every other."""
    one = world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    two = world.create(CARA, DAVE, pins=pin_wish("3333", "4444"))
    first, second = world.call(EVE, A, manual=True), world.call(FINN, A, manual=True)
    world.replace_number(A)
    world.delete(world.create(GWEN, RAVI, geomatch=False))

    assert (one.uuid, BEN, A) == _reached(world.type_digits(first, "1111"))
    assert (two.uuid, CARA, A) == _reached(world.type_digits(second, "4444"))


def test_pin_of_a_session_that_ended_after_its_number_was_replaced_is_wrong(world: World) -> None:
    """It takes no call under any number."""
    session = world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    call = world.call(EVE, A, manual=True)
    world.replace_number(A)
    world.delete(session)

    assert Phase.PAUSING is world.type_digits(call, "1111").phase


def test_replaced_number_masks_nobody(world: World) -> None:
    """A party who still dials it reaches what answers there without a session, and is not connected."""
    world.create(ANNA, BEN)
    world.replace_number(A)

    assert Route.APPLICATION is world.call(ANNA, A).route


def test_single_party_gets_a_number_to_itself_again(world: World) -> None:
    """As for a create (ledger: single_party_alone)."""
    session = world.create(ANNA)
    world.create(BEN, CARA)
    world.replace_number(A)

    assert C == world.now(session).number
    assert ANNA == world.call(EVE, C).callee


def test_number_without_a_replacement_stays() -> None:
    """All or nothing: one session that finds no other number keeps them all."""
    world = World(A)
    session = world.create(ANNA, BEN)
    before = world.picture()
    with pytest.raises(Refused) as refused:
        world.replace_number(A)

    assert refused.value.reason is Reason.POOL_EXHAUSTED
    assert A == world.now(session).number
    assert before == world.picture()


def test_number_is_replaced_once(world: World) -> None:
    """The second report is refused, as one about a number that is not there."""
    world.replace_number(A)

    for digits, reason in ((A, Reason.NUMBER_SUSPENDED), (DELHI, Reason.NUMBER_UNKNOWN)):
        with pytest.raises(Refused) as refused:
            world.replace_number(digits)
        assert refused.value.reason is reason


def test_call_runs_on_when_its_number_is_replaced(world: World) -> None:
    """The number that was dialled stays the call's."""
    session = world.create(ANNA, BEN)
    call = world.call(ANNA)
    world.replace_number(A)
    world.wait(60)

    assert A == world.call_now(call).number
    assert (Status.ACTIVE, 1) == (world.now(session).status, len(world.now(session).history.interactions))


def test_cooloff_of_a_replaced_number_ends_as_usual(world: World) -> None:
    """And changes nothing: it serves nobody."""
    world.delete(world.create(ANNA, BEN, cooloff_s=10))
    world.replace_number(A)
    world.wait(10)

    assert B == world.create(ANNA, BEN).number
