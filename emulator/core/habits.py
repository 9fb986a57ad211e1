"""Habits: what happens to a call by itself, and when. A call's script comes first, then the phones' habits.

A phone that nobody described answers after a while, and its owner hangs up after a while.
"""

from collections.abc import Mapping
from typing import Final

from emulator.core.rules import Telephony
from emulator.core.state import State
from emulator.core.telephony import Call, CallSignal, Habit, Phone, Side, Step

#: What a phone's habit does to a call; the other habits wait for the ring timeout.
_REACTIONS: Final[Mapping[Habit, CallSignal]] = {
    Habit.ANSWER: CallSignal.ANSWERED,
    Habit.BUSY: CallSignal.BUSY,
    Habit.REJECT: CallSignal.REJECTED,
    Habit.UNREACHABLE: CallSignal.UNREACHABLE,
}

_HANGUPS: Final[Mapping[Side, CallSignal]] = {
    Side.CALLER: CallSignal.CALLER_HUNG_UP,
    Side.CALLEE: CallSignal.CALLEE_HUNG_UP,
}


def soonest(call: Call, *steps: Step | None) -> Step | None:
    """The step that comes first, of equal ones the first that is named; the call's time limit is the last."""
    limit = None if call.limit_at is None else Step(call.limit_at, CallSignal.TIME_LIMIT)
    return min((step for step in (*steps, limit) if step is not None), key=lambda step: step.at, default=None)


def habit_of(state: State, call: Call, place: int) -> Habit:
    """What the phone on this leg does; a script speaks of the callee's."""
    if call.script.manual:
        return Habit.MANUAL
    if place == 1 and call.script.habit is not None:
        return call.script.habit
    return _phone(state, call, place).habit


def reaction(state: State, call: Call, place: int, now: int) -> Step | None:
    """What the phone on this leg does when it is called; None where it only rings."""
    habit = habit_of(state, call, place)
    phone, script = _phone(state, call, place), call.script
    after_us = phone.after_us
    if place == 1 and script.after_us is not None:
        after_us = script.after_us
    if habit is Habit.NO_ANSWER and after_us is not None:
        return Step(now + after_us, CallSignal.NO_ANSWER)
    signal = _REACTIONS.get(habit)
    if signal is None:
        return None
    return Step(now + (state.rules.telephony.answer_after_us if after_us is None else after_us), signal)


def hangup(state: State, call: Call, now: int) -> Step | None:
    """Who hangs up, and when, if nobody does before; None where both stay on the line."""
    script, rules = call.script, state.rules.telephony
    if script.talk_us is not None or script.hangup_by is not None:
        talk_us = rules.talk_us if script.talk_us is None else script.talk_us
        return Step(now + talk_us, _HANGUPS[script.hangup_by or Side.CALLER])
    if script.manual:
        return None
    hangups = [
        Step(now + after_us, _HANGUPS[side])
        for place, side in enumerate(Side)
        if (after_us := _phone(state, call, place).hangup_after_us) is not None
    ]
    return min(hangups, key=lambda step: step.at, default=None)


def typing(state: State, call: Call, now: int) -> Step | None:
    """What the caller types at this prompt, and when; None where somebody has to say so."""
    rules = state.rules.telephony
    prompted, digits = now + rules.message_us, call.script.digits
    if digits is None:
        if habit_of(state, call, 0) is Habit.MANUAL:
            return None
        digits = _phone(state, call, 0).digits
    if call.prompts < len(digits):
        return Step(prompted + rules.typing_us, None, digits[call.prompts])
    return Step(prompted + rules.input_timeout_us, None)


def _phone(state: State, call: Call, place: int) -> Phone:
    person = call.caller if place == 0 else call.callee
    known = state.phones.get(person)
    return _usual(person, state.rules.telephony) if known is None else known


def _usual(number: str, rules: Telephony) -> Phone:
    return Phone(number, Habit.ANSWER, rules.answer_after_us, rules.talk_us, ())
