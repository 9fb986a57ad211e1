"""The outbox: callbacks in line for each session, attempts, pauses, and what a user does to them."""

from typing import Final

import pytest
from masking_emulator.core.books.outbox import Outbox, pause_us
from masking_emulator.core.commands import (
    Command,
    DropCallback,
    HoldCallback,
    ReleaseCallback,
    RetryCallback,
    SettleAttempt,
    SwitchDelivery,
)
from masking_emulator.core.events import CallbackAttempted, CallbackHeld, CallbackSettled
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.callbacks import Attempt, CallbackState, Outcome, RetryPlan
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.refusals import Reason, Refused

from tests.core.play import ANNA, BEN, CARA, DAVE, START, TELLING, World

#: Two attempts where there was no connection or no answer, as by the vendor's defaults (ledger: callback_retries).
_PLAN: Final = RetryPlan(2, frozenset({Outcome.NOT_CONNECTED, Outcome.NO_ANSWER}), SECOND_US)
_PATIENT: Final = RetryPlan(6, frozenset(Outcome), SECOND_US)


@pytest.fixture
def told(world: World) -> World:
    """Anna has called Ben: two callbacks wait, 1 and 2."""
    world.create(ANNA, BEN, settings=TELLING)
    world.call(ANNA, manual=True)
    return world


def _outbox(world: World) -> Outbox:
    return world.engine.state.outbox


def _first(world: World) -> int | None:
    """Which callback of the only session is to be sent now."""
    callback = _outbox(world).next_callback(_session(world).uuid)
    return None if callback is None else callback.ordinal


def _session(world: World) -> Session:
    return next(iter(world.engine.state.book.all()))


def _open(world: World) -> list[tuple[int, CallbackState]]:
    return [(callback.ordinal, callback.state) for callback in _outbox(world).unsettled()]


def _settle(world: World, callback: int, outcome: Outcome, *, number: int = 1, plan: RetryPlan = _PLAN) -> None:
    world.do(SettleAttempt(callback, Attempt(number, outcome, None, ""), plan))


# Lines


def test_first_of_a_line_is_sent_and_then_the_next(told: World) -> None:
    """A receiver gets them in sequence."""
    assert 1 == _first(told)
    _settle(told, 1, Outcome.OK)

    assert 2 == _first(told)
    assert [(2, CallbackState.WAITING)] == _open(told)


def test_sessions_do_not_wait_for_each_other(told: World) -> None:
    """Each has its line."""
    other = told.create(CARA, DAVE, settings=TELLING)
    told.call(CARA)

    assert {_session(told).uuid, other.uuid} == set(_outbox(told).ready_sessions)
    _settle(told, 3, Outcome.OK)
    assert 1 == _first(told)


def test_only_the_first_of_a_line_can_be_settled(told: World) -> None:
    """Nothing else was sent."""
    with pytest.raises(Refused) as refused:
        _settle(told, 2, Outcome.OK)
    assert refused.value.reason is Reason.CALLBACK_NOT_WAITING


def test_empty_outbox_has_nothing_to_send(told: World) -> None:
    """And holds nothing."""
    for callback in (1, 2):
        _settle(told, callback, Outcome.OK)

    assert (0, []) == (len(_outbox(told)), list(_outbox(told).ready_sessions))
    assert _first(told) is None


# Attempts


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.OK, CallbackState.DELIVERED),
        (Outcome.REDIRECT, CallbackState.FAILED),
        (Outcome.CLIENT_ERROR, CallbackState.FAILED),
        (Outcome.SERVER_ERROR, CallbackState.FAILED),
        (Outcome.BROKEN, CallbackState.FAILED),
        (Outcome.BLOCKED, CallbackState.BLOCKED),
    ],
)
def test_outcome_that_is_not_tried_again_settles(told: World, outcome: Outcome, state: CallbackState) -> None:
    """By the vendor's defaults a 5xx answer is not tried again either (ledger: callback_retries)."""
    _settle(told, 1, outcome)

    event = told.journal[-1]
    assert isinstance(event, CallbackSettled)
    assert (state, 1) == (event.callback.state, event.callback.attempts)
    assert 2 == _first(told)


@pytest.mark.parametrize("outcome", [Outcome.NOT_CONNECTED, Outcome.NO_ANSWER])
def test_failed_attempt_pauses_its_line(told: World, outcome: Outcome) -> None:
    """The others of the session wait behind it."""
    _settle(told, 1, outcome)

    event = told.journal[-1]
    assert isinstance(event, CallbackAttempted)
    assert START + SECOND_US == event.until
    assert (None, []) == (_first(told), list(_outbox(told).ready_sessions))
    assert [(1, CallbackState.RETRYING), (2, CallbackState.WAITING)] == _open(told)


def test_another_attempt_follows_the_pause(told: World) -> None:
    """And is the last one of this plan."""
    _settle(told, 1, Outcome.NO_ANSWER)
    told.wait(1)
    assert 1 == _first(told)

    _settle(told, 1, Outcome.NO_ANSWER, number=2)
    event = told.journal[-1]
    assert isinstance(event, CallbackSettled)
    assert (CallbackState.FAILED, 2) == (event.callback.state, event.callback.attempts)


def test_pauses_double() -> None:
    """Up to a limit that no plan of the vendor reaches."""
    assert [1, 2, 4, 8, 16] == [pause_us(_PATIENT, attempts) // SECOND_US for attempts in range(1, 6)]
    assert pause_us(_PATIENT, 13) == pause_us(_PATIENT, 1_000)


def test_callback_that_pauses_is_not_settled(told: World) -> None:
    """No attempt is under way."""
    _settle(told, 1, Outcome.NO_ANSWER)
    with pytest.raises(Refused) as refused:
        _settle(told, 1, Outcome.OK, number=2)
    assert refused.value.reason is Reason.CALLBACK_NOT_WAITING


# What a user does


def test_held_callback_holds_nobody_up(told: World) -> None:
    """It has left its line, and its state is kept."""
    told.do(HoldCallback(1, None))

    assert 2 == _first(told)
    assert [(1, CallbackState.HELD), (2, CallbackState.WAITING)] == _open(told)
    assert [] == [timer for timer in told.engine.state.timers.all() if timer.key.startswith("callback")]


def test_released_callback_joins_the_end(told: World) -> None:
    """The order on the wire changes, the sequence numbers do not."""
    told.do(HoldCallback(1, None))
    told.do(ReleaseCallback(1))
    assert 2 == _first(told)

    _settle(told, 2, Outcome.OK)
    assert 1 == _first(told)


def test_callback_may_be_held_until_an_instant(told: World) -> None:
    """Then it is released by itself."""
    told.do(HoldCallback(1, START + 5 * SECOND_US))
    told.wait(4)
    assert [(1, CallbackState.HELD), (2, CallbackState.WAITING)] == _open(told)
    told.wait(1)

    assert [(1, CallbackState.WAITING), (2, CallbackState.WAITING)] == _open(told)


def test_instant_that_has_passed_releases_at_once(told: World) -> None:
    """And does not take the engine back in time."""
    told.wait(10)
    told.do(HoldCallback(1, START))
    told.wait(0)

    assert START + 10 * SECOND_US == told.engine.now == told.journal[-1].at
    assert (1, CallbackState.WAITING) == _open(told)[0]


def test_holding_again_forgets_the_instant(told: World) -> None:
    """The last word counts."""
    told.do(HoldCallback(1, START + 5 * SECOND_US))
    told.do(HoldCallback(1, None))
    told.wait(10)

    assert (1, CallbackState.HELD) == _open(told)[0]


def test_pausing_callback_may_be_held(told: World) -> None:
    """Its pause is forgotten."""
    _settle(told, 1, Outcome.NO_ANSWER)
    told.do(HoldCallback(1, None))
    told.wait(10)

    assert 2 == _first(told)
    assert isinstance(told.journal[-1], CallbackHeld)


def test_pause_may_be_cut_short(told: World) -> None:
    """Released, it is sent now, and only once."""
    _settle(told, 1, Outcome.NO_ANSWER)
    told.do(ReleaseCallback(1))
    assert 1 == _first(told)
    told.wait(10)

    assert [(1, CallbackState.WAITING), (2, CallbackState.WAITING)] == _open(told)


@pytest.mark.parametrize("held", [True, False])
def test_dropped_callback_is_never_sent(told: World, held: bool) -> None:  # noqa: FBT001  # a case, not a switch
    """From its line or from where it was held."""
    if held:
        told.do(HoldCallback(2, None))
    told.do(DropCallback(2))

    event = told.journal[-1]
    assert isinstance(event, CallbackSettled)
    assert (CallbackState.DROPPED, None) == (event.callback.state, event.attempt)
    assert [(1, CallbackState.WAITING)] == _open(told)


@pytest.mark.parametrize("command", [DropCallback(9), ReleaseCallback(9), RetryCallback(9), HoldCallback(9, None)])
def test_callback_that_is_settled_or_unknown_is_refused(told: World, command: Command) -> None:
    """There is nothing to do for it."""
    with pytest.raises(Refused) as refused:
        told.do(command)
    assert (Reason.CALLBACK_NOT_WAITING, {"callback": 9}) == (refused.value.reason, refused.value.detail)


def test_waiting_callback_cannot_be_released(told: World) -> None:
    """It waits for its turn already."""
    with pytest.raises(Refused) as refused:
        told.do(ReleaseCallback(1))
    assert refused.value.reason is Reason.CALLBACK_NOT_WAITING


# Time, forks and forgetting


def test_advance_in_slices_stops_where_callbacks_are_to_be_sent(world: World) -> None:
    """At the end of an instant, so that the receiver hears of it before time goes on."""
    world.create(ANNA, BEN, settings=TELLING, expiry_s=60)
    world.create(CARA, DAVE, settings=TELLING, expiry_s=60)
    later = START + 600 * SECOND_US
    world.engine.advance(later, timers_max=500, to_callbacks=True)
    assert (START + 60 * SECOND_US, 2) == (world.engine.now, len(_outbox(world)))

    world.do(SettleAttempt(1, Attempt(1, Outcome.OK, 200, ""), _PLAN))
    world.do(SettleAttempt(2, Attempt(1, Outcome.OK, 200, ""), _PLAN))
    world.engine.advance(later, timers_max=500, to_callbacks=True)
    assert later == world.engine.now


def test_forked_outbox_is_independent(told: World) -> None:
    """What is sent in one waits in the other."""
    told.do(SwitchDelivery(on=True))
    twin = told.fork()
    _settle(twin, 1, Outcome.OK)

    assert (1, 2) == (_first(told), _first(twin))
    assert (2, 1) == (len(_outbox(told)), len(_outbox(twin)))


def test_forgotten_session_leaves_no_count(told: World) -> None:
    """Its callbacks are still sent, and its sequence is no longer kept."""
    session = _session(told)
    assert 3 == _outbox(told).next_sequence(session.uuid)
    _outbox(told).forget([session.uuid])

    assert 1 == _outbox(told).next_sequence(session.uuid)
    assert 2 == len(_outbox(told))
