"""Answers about what goes over the wire: API requests, faults, callbacks, their routes and their stories."""

from typing import Final

from masking_emulator.callbacks.laboratory import Action, Order, TamperTarget
from masking_emulator.callbacks.routes import ROUTE_SCHEMA
from masking_emulator.control.answers.parts import (
    ANY,
    FLAG,
    INSTANT,
    NUMBER,
    STRING,
    WHOLE,
    Description,
    array,
    mapping,
    maybe,
    ref,
    shape,
    words,
)
from masking_emulator.control.views.problems import KINDS
from masking_emulator.core.records.callbacks import CallbackState, Channel, Outcome
from masking_emulator.plivo.callback_schemas import EVENTS
from masking_emulator.plivo.routes import OPERATION_NAMES
from masking_emulator.traffic.fault import FAULT_SCHEMA
from masking_emulator.traffic.requests import RequestOutcome

_EVENT: Final[Description] = {"enum": list(EVENTS)}

_SUMMARY: Final[Description] = {
    "sequence": WHOLE,
    "at": INSTANT,
    "account": maybe(STRING),
    "operation": maybe({"enum": list(OPERATION_NAMES)}),
    "method": STRING,
    "path": STRING,
    "session": maybe(STRING),
    "status": maybe(WHOLE),
    "outcome": {"enum": [outcome.value for outcome in RequestOutcome]},
    "duration_s": maybe(NUMBER),
    "faults": array(STRING),
}

_NEAR_MISS: Final = shape(
    {
        "request": ref("RequestSummary"),
        "differences": array(shape({"field": STRING, "expected": ANY, "actual": ANY})),
    }
)

_EXPLAINED: Final[Description] = {
    "count": WHOLE,
    "matched": array(ref("RequestSummary")),
    "near_misses": array(_NEAR_MISS),
    "arrived": array(ref("RequestSummary")),
    "arrived_in_all": WHOLE,
}

_STORY: Final[Description] = {"event": _EVENT, "variant": STRING, "about": STRING}

COMPONENTS: Final[Description] = {
    "RequestSummary": shape(_SUMMARY, {"reason": STRING}),
    "Reply": shape({"status": WHOLE, "headers": mapping(STRING), "body": ANY, "body_bytes": WHOLE}),
    "UnreadField": shape({"in": {"enum": ["body", "query"]}, "field": STRING}, {"hint": STRING}),
    "Request": shape(
        {
            **_SUMMARY,
            "url": STRING,
            "query": mapping({"anyOf": [STRING, array(STRING)]}),
            "headers": mapping(STRING),
            "body": ANY,
            "body_bytes": maybe(WHOLE),
            "response": maybe(ref("Reply")),
            "unread": array(ref("UnreadField")),
        },
        {"reason": STRING, "lost_response": ref("Reply")},
    ),
    "UnmatchedRequest": shape(
        {
            **{name: _SUMMARY[name] for name in ("sequence", "at", "method", "path", "status")},
            "why": STRING,
            "headers": mapping(STRING),
        }
    ),
    "VerificationFailure": shape({"error": STRING, "verified": FLAG, **_EXPLAINED}),
    "WaitFailure": shape({"error": STRING, **_EXPLAINED}),
    "PlacedFault": shape(
        {
            "id": STRING,
            "state": {"enum": ["waiting", "active", "used up", "over"]},
            "matched": WHOLE,
            "applied": WHOLE,
        },
        {**FAULT_SCHEMA["properties"], "note": STRING},
    ),
    "Problem": shape(
        {
            "kind": {"enum": list(KINDS)},
            "what": STRING,
            "why": STRING,
            "at": maybe(INSTANT),
            "count": WHOLE,
            "request": maybe(WHOLE),
            "callback": maybe(WHOLE),
        }
    ),
    "Callback": shape(
        {
            "id": WHOLE,
            "event": _EVENT,
            "channel": words(Channel),
            "session_uuid": STRING,
            "sequence": WHOLE,
            "state": words(CallbackState),
            "due_at": INSTANT,
            "copy_of": maybe(WHOLE),
            "url": STRING,
            "parameters": mapping(STRING),
            "route": maybe(shape({"from": STRING, "to": STRING, "url": STRING})),
            "request": shape({"method": STRING, "url": STRING, "headers": mapping(STRING), "body": STRING}),
            "signature_inputs": shape({"v2": STRING, "v3": array(STRING)}),
            "laboratory": array(words(Action)),
            "attempts": array(ref("CallbackAttempt")),
            "why_not_again": maybe(STRING),
        },
        {"note": STRING},
    ),
    "CallbackAttempt": shape(
        {
            "number": WHOLE,
            "at": INSTANT,
            "url": STRING,
            "outcome": words(Outcome),
            "meaning": {"enum": [outcome.value for outcome in Outcome]},
            "took_ms": NUMBER,
            "error": maybe(STRING),
            "response": maybe(
                shape(
                    {
                        "status": WHOLE,
                        "headers": mapping(STRING),
                        "body": STRING,
                        "body_cut_after_bytes": maybe(WHOLE),
                    }
                )
            ),
        }
    ),
    "CallbackRule": shape(
        {
            "action": words(Action),
            "event": maybe(_EVENT),
            "session_uuid": maybe(STRING),
            "skip": WHOLE,
            "count": maybe(WHOLE),
            "chance": NUMBER,
            "matched": WHOLE,
            "applied": WHOLE,
        },
        {"delay_s": NUMBER, "copies": WHOLE, "window": WHOLE, "order": words(Order), "target": words(TamperTarget)},
    ),
    "CallbackPolicy": shape({"deliver": FLAG, "rules": array(ref("CallbackRule"))}),
    "RouteTable": shape({"routes": array(ROUTE_SCHEMA), "notes": array(STRING)}),
    "Story": shape(_STORY),
    "PlayedStory": shape(
        {
            **_STORY,
            "session_uuid": STRING,
            "call_uuid": maybe(STRING),
            "now": INSTANT,
            "delivered": FLAG,
            "callbacks": array(ref("Callback")),
        }
    ),
}
