"""Copies of an engine: every field below it is in the copy, equal and not the same."""

from typing import Final

from masking_emulator.core.commands import DeleteRecording, HoldCallback, SettleAttempt, SwitchDelivery
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import Attempt, Outcome, RetryPlan
from masking_emulator.core.records.calls import Habit

from tests.core.play import ANNA, BEN, CARA, DAVE, DELHI, EVE, FINN, GWEN, RECORDING, RULES, A, B, C, World, pin_wish
from tests.fields import differences, fields_of

#: More sessions than one block of an index holds.
_MANY: Final = 1_100


def _full() -> World:
    """A world with something in every field of its engine."""
    world = World(A, B, C, DELHI)
    busy = world.create("13065550000", "13065550001")
    for place in range(_MANY):
        world.create(f"1303555{place:04}", f"1305555{place:04}")
    for other in ("13065550002", "13065550003"):  # on B and C, where older ones join them when A is replaced
        world.create("13065550000", other)
    world.delete(busy)
    world.phone(BEN, Habit.BUSY)
    world.create(ANNA, BEN, settings=replace(RECORDING, unknown_caller_play="https://example.com/hello.mp3"))
    world.create(CARA, DAVE, settings=RECORDING, pins=pin_wish("1111", "2222"), expiry_s=200)
    world.create(EVE, DAVE, settings=RECORDING, expiry_s=1, cooloff_s=900)
    world.call(ANNA, habit=Habit.ANSWER)
    world.wait(60)
    world.call(CARA, manual=True)
    world.do(SettleAttempt(1, Attempt(1, Outcome.NO_ANSWER, None, ""), RetryPlan(2, frozenset(Outcome), SECOND_US)))
    world.do(HoldCallback(3, None))
    world.call(ANNA, habit=Habit.ANSWER)
    world.wait(60)
    world.do(DeleteRecording(None, world.recordings()[0].uuid))
    world.replace_number(A)
    world.call(FINN, world.create(FINN, GWEN).number, manual=True)
    world.do(SwitchDelivery(on=False))
    return world


def test_fork_of_an_engine_has_every_field() -> None:
    """A field that the copy lacks, shares, or has but nobody fills here, is named."""
    world, blank = _full(), World(rules=replace(RULES, recordings_max=1, sessions_ended_max=1), seed=8, now=0)
    left_out = {"SessionBook.get": "it reads the sessions, which are looked at"}
    original, copy, unused = (
        fields_of(engine, left_out=left_out) for engine in (world.engine, world.engine.fork(), blank.engine)
    )

    assert [] == differences(original, copy, unused)
