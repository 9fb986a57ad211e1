"""What happens to a call by itself: its script first, then the phones, then everybody's habits."""

import pytest
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import CallSignal, Cause, Habit, Phase, Side, Step
from masking_emulator.core.refusals import Reason, Refused
from masking_emulator.core.rules import Telephony

from tests.core.play import ANNA, BEN, EVE, RULES, START, A, World, pin_wish


@pytest.fixture
def pair(world: World) -> World:
    """Anna and Ben have a session on number A."""
    world.create(ANNA, BEN)
    return world


def _next(seconds: float, signal: CallSignal | None, digits: str = "") -> Step:
    return Step(START + round(seconds * SECOND_US), signal, digits)


# When the callee is called


@pytest.mark.parametrize(
    ("habit", "step"),
    [
        (Habit.ANSWER, _next(3, CallSignal.ANSWERED)),
        (Habit.BUSY, _next(3, CallSignal.BUSY)),
        (Habit.REJECT, _next(3, CallSignal.REJECTED)),
        (Habit.UNREACHABLE, _next(0, CallSignal.UNREACHABLE)),
        (Habit.NO_ANSWER, _next(45, CallSignal.RING_TIMED_OUT)),
        (Habit.MANUAL, _next(45, CallSignal.RING_TIMED_OUT)),
    ],
)
def test_habit_without_a_time_has_its_usual_one(pair: World, habit: Habit, step: Step) -> None:
    """The same for a phone and for a script; no answer lasts until the ring timeout."""
    assert step == pair.call(ANNA, habit=habit).next
    pair.phone(BEN, habit)
    assert step == pair.call(ANNA).next


@pytest.mark.parametrize(
    ("habit", "signal"),
    [
        (Habit.ANSWER, CallSignal.ANSWERED),
        (Habit.BUSY, CallSignal.BUSY),
        (Habit.REJECT, CallSignal.REJECTED),
        (Habit.UNREACHABLE, CallSignal.UNREACHABLE),
        (Habit.NO_ANSWER, CallSignal.NO_ANSWER),
    ],
)
def test_habit_may_have_its_time(pair: World, habit: Habit, signal: CallSignal) -> None:
    """The same for a phone and for a script; a carrier may give up before the ring timeout."""
    assert _next(7, signal) == pair.call(ANNA, habit=habit, after_s=7).next
    pair.phone(BEN, habit, after_s=7)
    assert _next(7, signal) == pair.call(ANNA).next


def test_script_comes_before_the_phone(pair: World) -> None:
    """What it leaves out, the phone decides."""
    pair.phone(BEN, Habit.BUSY, after_s=9)

    assert _next(3, CallSignal.ANSWERED) == pair.call(ANNA, habit=Habit.ANSWER).next
    assert _next(9, CallSignal.BUSY) == pair.call(ANNA, habit=Habit.BUSY).next
    assert _next(5, CallSignal.BUSY) == pair.call(ANNA, after_s=5).next


def test_time_of_another_habit_is_not_a_scripts(pair: World) -> None:
    """A phone that answers after 9 seconds and, scripted, does not answer, rings to the end."""
    pair.phone(BEN, after_s=9)

    assert _next(45, CallSignal.RING_TIMED_OUT) == pair.call(ANNA, habit=Habit.NO_ANSWER).next


def test_ring_timeout_comes_before_a_late_answer(pair: World) -> None:
    """Whatever is first."""
    assert _next(45, CallSignal.RING_TIMED_OUT) == pair.call(ANNA, after_s=46).next


def test_phone_set_while_it_rings_answers_as_it_was(pair: World) -> None:
    """A habit counts when the phone is called."""
    call = pair.call(ANNA)
    pair.phone(BEN, Habit.BUSY)
    pair.wait(3)

    assert Phase.BRIDGED is pair.call_now(call).phase


def test_manual_call_waits_to_be_told(pair: World) -> None:
    """Whatever its phones would do; timeouts are the service's and stay."""
    pair.phone(BEN, Habit.BUSY)
    call = pair.call(ANNA, manual=True)
    assert _next(45, CallSignal.RING_TIMED_OUT) == call.next

    call = pair.step(call, CallSignal.ANSWERED)
    assert _next(14_400, CallSignal.TIME_LIMIT) == call.next


# When they talk


@pytest.mark.parametrize(
    ("caller_s", "callee_s", "expected"),
    [
        (5, 9, _next(8, CallSignal.CALLER_HUNG_UP)),
        (9, 5, _next(8, CallSignal.CALLEE_HUNG_UP)),
        (5, 5, _next(8, CallSignal.CALLER_HUNG_UP)),
        (None, 5, _next(8, CallSignal.CALLEE_HUNG_UP)),
        (None, None, _next(14_400, CallSignal.TIME_LIMIT)),
    ],
)
def test_who_is_quicker_hangs_up(pair: World, caller_s: float | None, callee_s: float | None, expected: Step) -> None:
    """Each phone has its patience; who has none given stays on the line."""
    pair.phone(ANNA, hangup_after_s=caller_s)
    pair.phone(BEN, after_s=3, hangup_after_s=callee_s)
    call = pair.call(ANNA)
    pair.wait(3)

    assert expected == pair.call_now(call).next


@pytest.mark.parametrize(
    ("talk_s", "hangup_by", "expected"),
    [
        (7, None, _next(10, CallSignal.CALLER_HUNG_UP)),
        (7, Side.CALLEE, _next(10, CallSignal.CALLEE_HUNG_UP)),
        (None, Side.CALLEE, _next(33, CallSignal.CALLEE_HUNG_UP)),
        (0.5, Side.CALLER, _next(3.5, CallSignal.CALLER_HUNG_UP)),
        (20_000, None, _next(14_400, CallSignal.TIME_LIMIT)),
    ],
)
def test_script_says_who_hangs_up_and_when(
    pair: World, talk_s: float | None, hangup_by: Side | None, expected: Step
) -> None:
    """Before the phones; the caller where it only says when."""
    pair.phone(ANNA, hangup_after_s=1)
    call = pair.call(ANNA, talk_s=talk_s, hangup_by=hangup_by)
    pair.wait(3)

    assert expected == pair.call_now(call).next


# When a PIN is asked for


def test_phone_types_one_entry_for_each_prompt(world: World) -> None:
    """And where its digits end, nothing."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222", retries=2))
    world.phone(EVE, digits=["7777", "8888"])
    call = world.call(EVE)
    typed = []
    while (call := world.call_now(call)).is_running:
        if call.phase is Phase.ASKING_PIN and call.next is not None:
            typed.append(call.next.digits)
        world.wait_until(world.engine.deadline() or 0)

    assert ["7777", "8888", ""] == typed


def test_script_types_in_place_of_the_phone(world: World) -> None:
    """Even in a manual call, and even nothing."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    world.phone(EVE, digits=["7777"])

    assert _next(5, None, "1111") == world.call(EVE, digits=["1111"], manual=True).next
    assert _next(7, None) == world.call(EVE, digits=[]).next


@pytest.mark.parametrize("manual", [True, False])
def test_manual_caller_is_waited_for(world: World, manual: bool) -> None:  # noqa: FBT001  # a case, not a switch
    """No input is not assumed of somebody who is to be told: the call's time limit is the only end."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    world.phone(EVE, Habit.MANUAL)

    assert _next(14_400, CallSignal.TIME_LIMIT) == world.call(EVE, manual=manual).next


def test_times_are_the_worlds() -> None:
    """What nobody says takes as long as the world's telephony says."""
    telephony = Telephony(answer_after_us=SECOND_US, talk_us=2 * SECOND_US)
    world = World(A, rules=replace(RULES, telephony=telephony))
    world.create(ANNA, BEN)
    call = world.call(ANNA)
    world.wait(60)

    ended = world.call_now(call)
    assert (START + 3 * SECOND_US, Cause.NORMAL) == (ended.ended_at, ended.legs[1].cause)


def test_world_knows_a_limited_number_of_phones() -> None:
    """Past phones_max no phone more is known; those that are may still change."""
    world = World(A, rules=replace(RULES, phones_max=1))
    world.phone(ANNA)
    world.phone(ANNA, Habit.BUSY)
    with pytest.raises(Refused) as refused:
        world.phone(BEN)

    assert refused.value.reason is Reason.PHONES_FULL
    assert {ANNA: Habit.BUSY} == {number: phone.habit for number, phone in world.engine.state.phones.items()}
