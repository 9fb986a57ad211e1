"""Habits: what happens to a call by itself, and when. A call's script comes first, then the phones' habits.

A phone that nobody described answers after a while, and its owner hangs up after a while.
"""

from collections.abc import Mapping
from typing import Final

from masking_emulator.core.instants import later
from masking_emulator.core.records.calls import Call, CallSignal, Habit, Side, Step
from masking_emulator.core.state import State

#: What a phone's habit does to a call; manual phones only ring.
_REACTIONS: Final[Mapping[Habit, CallSignal]] = {
    Habit.ANSWER: CallSignal.ANSWERED,
    Habit.BUSY: CallSignal.BUSY,
    Habit.REJECT: CallSignal.REJECTED,
    Habit.NO_ANSWER: CallSignal.NO_ANSWER,
    Habit.UNREACHABLE: CallSignal.UNREACHABLE,
}

_HANGUPS: Final[Mapping[Side, CallSignal]] = {
    Side.CALLER: CallSignal.CALLER_HUNG_UP,
    Side.CALLEE: CallSignal.CALLEE_HUNG_UP,
}


def soonest(call: Call, *steps: Step | None) -> Step | None:
    """The earliest step; of several at one instant the first argument wins, and the call's time limit comes last."""
    first = None
    for step in steps:
        if step is not None and (first is None or step.at < first.at):
            first = step
    if call.limit_at is not None and (first is None or call.limit_at < first.at):
        return Step(call.limit_at, CallSignal.TIME_LIMIT)
    return first


def reaction(state: State, call: Call, place: int, now: int) -> Step | None:
    """What the phone on this leg does when it is called; None where it only rings. A script speaks of the callee's."""
    script, phone = call.script, state.phones.get(call.caller if place == 0 else call.callee)
    habit = Habit.ANSWER if phone is None else phone.habit
    after_us = None if phone is None else phone.after_us
    if place == 1:
        if script.habit is not None and script.habit is not habit:
            habit, after_us = script.habit, None
        if script.after_us is not None:
            after_us = script.after_us
    signal = None if script.manual else _REACTIONS.get(habit)
    if signal is None or (habit is Habit.NO_ANSWER and after_us is None):
        return None
    if after_us is None:
        # A line that cannot be reached is known at once: the recorded failure took no second.
        after_us = 0 if habit is Habit.UNREACHABLE else state.rules.telephony.answer_after_us
    return Step(later(now, after_us), signal)


def hangup(state: State, call: Call, now: int) -> Step | None:
    """Who hangs up, and when, if nobody does before; None where both stay on the line."""
    script, rules = call.script, state.rules.telephony
    if script.talk_us is not None or script.hangup_by is not None:
        talk_us = rules.talk_us if script.talk_us is None else script.talk_us
        return Step(later(now, talk_us), _HANGUPS[script.hangup_by or Side.CALLER])
    if script.manual:
        return None
    caller_us, callee_us = _talk_us(state, call.caller), _talk_us(state, call.callee)
    if callee_us is not None and (caller_us is None or callee_us < caller_us):
        return Step(later(now, callee_us), CallSignal.CALLEE_HUNG_UP)
    return None if caller_us is None else Step(later(now, caller_us), CallSignal.CALLER_HUNG_UP)


def typing(state: State, call: Call, now: int) -> Step | None:
    """What the caller types at this prompt, and when; None where it waits for a command (ledger: pin_input_wait)."""
    rules = state.rules.telephony
    prompted, digits = later(now, rules.message_us), call.script.digits
    if digits is None:
        phone = state.phones.get(call.caller)
        if call.script.manual or (phone is not None and phone.habit is Habit.MANUAL):
            return None
        digits = () if phone is None else phone.digits
    if call.prompts < len(digits):
        return Step(later(prompted, rules.typing_us), None, digits[call.prompts])
    return Step(later(prompted, rules.input_timeout_us), None)


def _talk_us(state: State, person: str) -> int | None:
    """How long this person talks before they hang up; None where they stay on the line."""
    phone = state.phones.get(person)
    return state.rules.telephony.talk_us if phone is None else phone.hangup_after_us
