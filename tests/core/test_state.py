"""The state as the fold of its events."""

from masking_emulator.core.commands import DeleteRecording, DropCallback, HoldCallback, SettleAttempt
from masking_emulator.core.events import (
    CallsForgotten,
    CoolOffEnded,
    NumberAdded,
    NumberSuspended,
    RecordingDeleted,
    SessionsForgotten,
)
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import Attempt, Outcome, RetryPlan
from masking_emulator.core.records.calls import Habit
from masking_emulator.core.state import State

from tests.core.play import (
    ANNA,
    BEN,
    CARA,
    DAVE,
    DELHI,
    EVE,
    RECORDING,
    RULES,
    SEED,
    A,
    B,
    C,
    World,
    picture,
    pin_wish,
)


def test_state_is_the_fold_of_its_events() -> None:
    """A journal rebuilds sessions, pool, timers and counts: chance alone is an input of its own."""
    world = World(A, B, rules=replace(RULES, sessions_ended_max=2))
    world.add(DELHI, owner=1)
    for expiry_s in (60, 70, 80):
        world.create(ANNA, BEN, expiry_s=expiry_s, cooloff_s=100)
        world.wait(90)
    world.create(ANNA, BEN, expiry_s=60)
    world.create(ANNA, BEN, pins=pin_wish())
    single = world.create(CARA)
    world.update(single, second=DAVE, expiry_s=600)
    world.delete(world.create(EVE, "", pins=pin_wish()))

    rebuilt = State(world.engine.state.rules, SEED)
    for event in world.journal:
        rebuilt.absorb(event)
    assert {NumberAdded, CoolOffEnded, SessionsForgotten} < {type(event) for event in world.journal}
    assert picture(world.engine.state) == picture(rebuilt)


def test_calls_and_callbacks_are_the_fold_of_their_events() -> None:
    """The same for a world full of calls: legs, recordings, phones, callbacks in every state, a replaced number."""
    world = World(A, B, C, rules=replace(RULES, calls_ended_max=3, sessions_ended_max=2))
    world.phone(BEN, Habit.BUSY)
    session = world.create(ANNA, BEN, settings=replace(RECORDING, initiate_call=True))
    world.create(CARA, DAVE, settings=RECORDING, pins=pin_wish("1111", "2222"), expiry_s=200)
    for caller, digits in ((ANNA, ()), (CARA, ()), (EVE, ("9999", "1111")), (EVE, ())):
        world.call(caller, digits=digits, habit=Habit.ANSWER)
        world.wait(60)
    world.call(CARA, manual=True)
    world.do(SettleAttempt(1, Attempt(1, Outcome.NO_ANSWER, None, ""), RetryPlan(2, frozenset(Outcome), SECOND_US)))
    world.do(HoldCallback(3, None))
    world.do(DropCallback(4))
    world.do(DeleteRecording(None, world.recordings()[0].uuid))
    world.replace_number(A)
    world.delete(session)

    rebuilt = State(world.engine.state.rules, SEED)
    for event in world.journal:
        rebuilt.absorb(event)
    assert {CallsForgotten, RecordingDeleted, NumberSuspended} < {type(event) for event in world.journal}
    assert picture(world.engine.state) == picture(rebuilt)
    assert picture(world.engine.state) == picture(world.fork().engine.state)


def test_room_for_ended_sessions_is_not_made_of_nothing() -> None:
    """While all ended sessions have calls that run, none is forgotten, and nothing is told."""
    world = World(A, rules=replace(RULES, sessions_ended_max=1))
    for _ in range(3):
        session = world.create(ANNA, BEN)
        world.call(ANNA, manual=True)
        world.delete(session)

    assert not [event for event in world.journal if isinstance(event, SessionsForgotten)]
    assert 3 == len(world.engine.state.book)


def test_only_live_sessions_have_timers() -> None:
    """Each live session has one timer, at its expiry, however often that moved; an ended one has none."""
    world = World(A)
    session = world.create(ANNA, BEN, expiry_s=60)
    world.create(ANNA, BEN, expiry_s=600)
    session = world.update(session, expiry_s=300)

    assert [session.expires_at] == [timer.at for timer in world.engine.state.timers.all()]
    world.delete(session)
    assert world.engine.state.timers.all() == []
