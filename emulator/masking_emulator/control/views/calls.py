"""Calls and phones as the control API shows them."""

from typing import Any

from masking_emulator.core.instants import SECOND_US, written
from masking_emulator.core.records.calls import Call, Leg, Phone, Step
from masking_emulator.plivo.amounts import price
from masking_emulator.plivo.causes import CAUSES


def call_json(call: Call) -> dict[str, Any]:
    """A call with its legs. `from` and `to` are as dialled: `to` is the virtual number, `callee` who is behind it.

    `pin_tries_left` counts the PINs that may still be typed; null where the call is not about a PIN.
    """
    return {
        "call_uuid": call.uuid,
        "session_uuid": call.session or None,
        "from": f"+{call.caller}",
        "to": f"+{call.number}",
        "callee": f"+{call.callee}" if call.callee else None,
        "route": call.route.word,
        "meaning": call.route.value,
        "phase": call.phase.value,
        "started_at": written(call.started_at),
        "ended_at": _written(call.ended_at),
        "next": None if call.next is None else _step_json(call.next),
        "wrong_pins": call.wrong_pins,
        "pin_tries_left": None if call.pins is None else max(0, call.pins.retries + 1 - call.wrong_pins),
        "recording_uuid": call.recording or None,
        "legs": [_leg_json(leg) for leg in call.legs],
    }


def phone_json(phone: Phone) -> dict[str, Any]:
    """A phone with its habits, in the words of a world file."""
    return {
        "number": f"+{phone.number}",
        "outcome": phone.habit.value,
        "answer_after_s": _seconds(phone.after_us),
        "hangup_after_s": _seconds(phone.hangup_after_us),
        "digits": list(phone.digits),
    }


def _leg_json(leg: Leg) -> dict[str, Any]:
    code, name = CAUSES[leg.cause] if leg.cause else (None, None)
    return {
        "call_uuid": leg.uuid,
        "person": f"+{leg.person}",
        "role": leg.role.value if leg.role else None,
        "direction": "inbound" if leg.inbound else "outbound",
        "started_at": written(leg.started_at),
        "answered_at": _written(leg.answered_at),
        "ended_at": _written(leg.ended_at),
        "hangup_cause": name,
        "hangup_cause_code": code,
        "hangup_source": leg.source.value if leg.source else None,
        "duration_s": leg.duration_s,
        "billed_s": leg.billed_s,
        "amount": price(leg.amount_micros),
    }


def _step_json(step: Step) -> dict[str, Any]:
    what = "digits" if step.signal is None else step.signal.word
    return {"at": written(step.at), "what": what} | ({"digits": step.digits} if step.signal is None else {})


def _written(instant: int | None) -> str | None:
    return None if instant is None else written(instant)


def _seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / SECOND_US
