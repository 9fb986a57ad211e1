"""The end of the year 9999: nothing lies beyond it, and a world that has come there stands still."""

from typing import Final

import pytest
from masking_emulator.core.commands import HoldCallback, SettleAttempt
from masking_emulator.core.consistency import contradictions
from masking_emulator.core.instants import INSTANT_MAX, SECOND_US, later, read, written
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import Attempt, Outcome, RetryPlan
from masking_emulator.core.records.calls import CallSignal, Habit

from tests.core.play import ANNA, BEN, CARA, DAVE, EVE, RECORDING, TELLING, A, B, C, World, pin_wish

_SOON: Final = INSTANT_MAX - 10 * SECOND_US
_FAILED: Final = Attempt(1, Outcome.SERVER_ERROR, 500, "")


def _late() -> World:
    return World(A, B, C, now=_SOON)


def _busy() -> World:
    """Everything that sets a timer: expiries, cool-offs, calls in each phase, pauses, retries, a call to come."""
    world = _late()
    world.phone(DAVE, Habit.ANSWER, hangup_after_s=86_400)
    world.delete(world.create(CARA, EVE, cooloff_s=3600))
    talking = world.create(ANNA, BEN, expiry_s=86_400, settings=RECORDING)
    world.step(world.call(ANNA, B, manual=True), CallSignal.ANSWERED)
    world.call(BEN, B, after_s=600, talk_s=86_400)
    asking = world.create(CARA, DAVE, pins=pin_wish("1111", "2222", retries=3), settings=TELLING)
    world.type_digits(world.call(EVE, asking.number, manual=True), "9999")
    world.call(EVE, asking.number, digits=["9", "9"])
    announcing = replace(TELLING, initiate_call=True, unknown_caller_play="https://example.com/unknown.mp3")
    world.call(EVE, world.create(DAVE, ANNA, settings=announcing).number)
    first = world.engine.state.outbox.next_callback(talking.uuid)
    assert first is not None, "a call that is answered is told"
    plan = RetryPlan(5, frozenset(Outcome), 3600 * SECOND_US)
    world.do(SettleAttempt(first.ordinal, _FAILED, plan))
    return world


def test_nothing_is_ever_due_beyond_the_end() -> None:
    """Each timer, and each instant of a call, can be written down."""
    world = _busy()

    assert [timer for timer in world.engine.state.timers.all() if timer.at > INSTANT_MAX] == []
    for call in world.engine.state.calls.all():
        assert call.limit_at is None or call.limit_at <= INSTANT_MAX
    assert [] == list(contradictions(world.engine.snapshot(), accounts=1))


def test_world_stands_still_at_the_end() -> None:
    """All that was to come has come, so that nothing is due at the end for ever."""
    world = _busy()
    world.wait_until(INSTANT_MAX)

    assert world.engine.deadline() is None
    assert not [call for call in world.engine.state.calls.all() if call.is_running]
    assert [] == world.live()
    assert [] == world.wait_until(INSTANT_MAX)


def test_what_begins_at_the_end_ends_there() -> None:
    """A session, a call and a pause of no time, and no loop."""
    world = World(A, now=INSTANT_MAX)
    world.create(ANNA, BEN, settings=TELLING)
    world.call(ANNA)
    world.wait_until(INSTANT_MAX)

    assert world.engine.deadline() is None
    assert [] == world.live()


def test_held_callback_may_wait_for_the_end() -> None:
    """A pause that would end later ends there."""
    world = _late()
    session = world.create(ANNA, BEN, settings=TELLING)
    world.call(ANNA)
    first = world.engine.state.outbox.next_callback(session.uuid)
    assert first is not None
    world.do(HoldCallback(first.ordinal, INSTANT_MAX))
    world.wait_until(INSTANT_MAX)

    assert world.engine.deadline() is None


@pytest.mark.parametrize("us", [0, 1, 10 * SECOND_US, 10**20])
def test_later_is_never_beyond_the_end(us: int) -> None:
    """The sum, as far as it can be written down."""
    assert later(_SOON, us) == min(_SOON + us, INSTANT_MAX)
    assert written(later(_SOON, us)) <= "9999-12-31T23:59:59Z"
    assert later(read("9999-12-31T23:59:59Z"), us) == INSTANT_MAX
