"""Control of the simulated telephone network: calls, their steps, and how phones behave."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from masking_emulator.control.kernel import (
    ControlAnswer,
    ControlError,
    ControlRequest,
    Operation,
    W,
    body_schema,
    whole,
)
from masking_emulator.control.views.calls import call_json, phone_json
from masking_emulator.core.commands import Command, PlaceCall, SetPhone, StepCall, TypeDigits
from masking_emulator.core.events import CallBegan, CallEvent
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.calls import SCRIPT_S_MAX, Call, CallSignal, Habit, Phase, Script, Side
from masking_emulator.world.schema import HABIT_SCHEMAS
from masking_emulator.world.spec import BadWorld, e164, microseconds, phone_of

#: The most calls that one answer lists.
CALLS_MAX: Final = 1_000


def place_simulated_call(asked: ControlRequest) -> ControlAnswer:
    """Somebody dials a virtual number. What the script leaves out, the phones' habits decide; the clock plays it."""
    body, world = asked.body, asked.world
    command = PlaceCall(_number(body["from"], "from"), _number(body["to"], "to"), _script(body))
    events = world.do(command)
    began = next(event for event in events if isinstance(event, CallBegan))
    records = [event.call for event in events if isinstance(event, CallEvent) and event.call.uuid == began.call.uuid]
    return 201, call_json(records[-1])


def list_simulated_calls(asked: ControlRequest) -> ControlAnswer:
    """The newest `limit` calls, newest first; `session` keeps those of one session, `phase` those that are in it.

    `matched` is how many there are in all.
    """
    wanted, phase = asked.query.get("session"), asked.query.get("phase")
    if phase is not None and phase not in _PHASES:
        raise ControlError(400, f"{quoted(phase)} is none of {', '.join(_PHASES)}", "phase")
    found = [
        call
        for call in asked.world.caught_up().calls()
        if wanted in (None, call.session, call.host) and phase in (None, call.phase.value)
    ]
    limit = min(whole(asked.query, "limit", 100), CALLS_MAX)
    return 200, {"matched": len(found), "calls": [call_json(call) for call in found[:limit]]}


def show_simulated_call(asked: ControlRequest) -> ControlAnswer:
    """One call, by the UUID of any of its legs."""
    return 200, call_json(asked.world.caught_up().call(asked.path["call_uuid"].lower()))


def act_on_call(asked: ControlRequest) -> ControlAnswer:
    """One step of a running call: somebody answers, rejects, is busy, cannot be reached, types digits, hangs up."""
    world = asked.world
    engine = world.caught_up()
    call = engine.running_call(asked.path["call_uuid"].lower())
    world.do(_step(call, asked.body))
    return 200, call_json(engine.call(call.uuid))


def list_phones(asked: ControlRequest) -> ControlAnswer:
    """The phones whose habits are known; every other one has the world's."""
    return 200, {"phones": [phone_json(phone) for phone in asked.world.caught_up().phones()]}


def set_phone(asked: ControlRequest) -> ControlAnswer:
    """From now on the phone behaves like this."""
    world, number = asked.world, _number(asked.path["number"], "number")
    phone = phone_of({**asked.body, "number": number}, "")
    world.do(SetPhone(phone))
    return 200, phone_json(phone)


_PHASES: Final = tuple(phase.value for phase in Phase)

_SIGNALS: Final[Mapping[str, CallSignal]] = {
    "answer": CallSignal.ANSWERED,
    "reject": CallSignal.REJECTED,
    "busy": CallSignal.BUSY,
    "unreachable": CallSignal.UNREACHABLE,
}

_HANGUPS: Final[Mapping[str, CallSignal]] = {
    Side.CALLER.value: CallSignal.CALLER_HUNG_UP,
    Side.CALLEE.value: CallSignal.CALLEE_HUNG_UP,
}


def _step(call: Call, body: Mapping[str, Any]) -> Command:
    action, party = body["action"], body.get("party")
    if (action == "digits") != ("digits" in body):
        raise ControlError(400, "digits are given with the action digits, and with no other", "digits")
    if action == "digits":
        _check_party(party, Side.CALLER, "types digits")
        return TypeDigits(call.uuid, body["digits"])
    if action == "hangup":
        return StepCall(call.uuid, _HANGUPS[party or Side.CALLER.value])
    ringing = Side.CALLER if call.phase is Phase.RINGING_FIRST else Side.CALLEE
    _check_party(party, ringing, f"can {action} now")
    return StepCall(call.uuid, _SIGNALS[action])


def _check_party(party: str | None, expected: Side, what: str) -> None:
    if party not in (None, expected.value):
        raise ControlError(409, f"only the {expected.value} {what}", "party")


def _script(body: Mapping[str, Any]) -> Script:
    return Script(
        habit=Habit(body["outcome"]) if "outcome" in body else None,
        after_us=microseconds(body.get("answer_after_s")),
        talk_us=microseconds(body.get("talk_s")),
        hangup_by=Side(body["hangup_by"]) if "hangup_by" in body else None,
        digits=tuple(body["digits"]) if "digits" in body else None,
        manual=body.get("manual", False),
        recording_fails=body.get("recording_fails", False),
    )


def _number(text: str, field: str) -> str:
    try:
        return e164(text, field)
    except BadWorld as bad:
        raise ControlError(400, bad.reason, field) from None


_SIDE: Final = {"enum": [side.value for side in Side]}
_NUMBER: Final = {"type": "string", "description": "E.164, with or without plus."}
_MANUAL: Final = (
    "People do nothing by themselves; drive them by actions. Timeouts stay, but that of a PIN: it is waited for, and "
    "empty digits say that none was typed."
)
_SCRIPT: Final[Mapping[str, Any]] = {
    **HABIT_SCHEMAS,
    "talk_s": {"type": "number", "minimum": 0, "maximum": SCRIPT_S_MAX, "description": "How long they talk."},
    "hangup_by": {**_SIDE, "description": "Who hangs up."},
    "manual": {"type": "boolean", "description": _MANUAL},
    "recording_fails": {"type": "boolean", "description": "The recording cannot be started."},
}
_ACTION: Final = body_schema(
    "action",
    action={"enum": [*_SIGNALS, "digits", "hangup"]},
    party={**_SIDE, "description": "Who does it; left out, whoever can, and the caller for a hangup."},
    digits={"type": "string", "pattern": "^[0-9*#]{0,32}$(?!\\n)", "description": "Empty: no input in time."},
)

OPERATIONS: Final[Sequence[Operation]] = (
    Operation(
        "POST",
        f"{W}/calls",
        "Dial a virtual number",
        place_simulated_call,
        body_schema("from", "to", **{"from": _NUMBER, "to": _NUMBER}, **_SCRIPT),
    ),
    Operation(
        "GET",
        f"{W}/calls",
        "The calls, newest first",
        list_simulated_calls,
        query={
            "session": {"type": "string"},
            "phase": {"enum": list(_PHASES)},
            "limit": {"type": "integer", "minimum": 0},
        },
    ),
    Operation("GET", f"{W}/calls/{{call_uuid}}", "One call", show_simulated_call),
    Operation("POST", f"{W}/calls/{{call_uuid}}/actions", "One step of a running call", act_on_call, _ACTION),
    Operation("GET", f"{W}/phones", "The phones with habits of their own", list_phones),
    Operation(
        "PUT",
        f"{W}/phones/{{number}}",
        "How a phone behaves",
        set_phone,
        body_schema(
            **HABIT_SCHEMAS,
            hangup_after_s={"type": "number", "minimum": 0, "maximum": SCRIPT_S_MAX, "description": "Of talking."},
        ),
    ),
)
