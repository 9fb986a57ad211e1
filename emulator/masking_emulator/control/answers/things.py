"""Answers about the server, its worlds, and what stands in them: clock, numbers, phones and calls."""

from typing import Final

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
    row,
    shape,
    words,
)
from masking_emulator.control.views.past import KINDS
from masking_emulator.control.views.timeline import COLUMNS
from masking_emulator.core.records.base import names
from masking_emulator.core.records.callbacks import CallbackState
from masking_emulator.core.records.calls import CallSignal, Habit, Phase, Role, Route, Source
from masking_emulator.core.records.sessions import Status
from masking_emulator.plivo.callback_schemas import EVENTS
from masking_emulator.plivo.causes import CAUSES
from masking_emulator.plivo.ledger.row import Evidence
from masking_emulator.plivo.openapi import SHOWN_SESSION
from masking_emulator.plivo.policy import Limits, policy_choices
from masking_emulator.plivo.routes import OPERATION_NAMES

#: The JSON Schema of each event, by its name.
CALLBACK_SCHEMAS: Final = shape(dict.fromkeys(EVENTS, mapping(ANY)))

#: A regular expression of the national number, one of its beginning, and the form.
NUMBER_FORMAT: Final = row(STRING, maybe(STRING), STRING)

_ACCOUNT: Final[Description] = {"auth_id": STRING, "auth_token": STRING}

_WANTED: Final = {"owner": STRING, "calling_code": maybe(WHOLE)}

_EXPLAINED: Final[Description] = {
    "session_uuid": STRING,
    "virtual_number": STRING,
    "wanted": shape({**_WANTED, "number_alone": FLAG}),
    "candidates": array(ref("Candidate")),
    "dropped_unlisted": WHOLE,
}

_MS: Final = maybe(WHOLE)

#: Kind of thing → what the places of a row are.
_ROWS: Final = {
    "sessions": row(STRING, STRING, _MS, _MS, words(Status)),
    "calls": row(STRING, STRING, _MS, _MS),
    "callbacks": row(WHOLE, STRING, _MS, words(CallbackState)),
    "requests": row(WHOLE, maybe({"enum": list(OPERATION_NAMES)}), _MS, maybe(WHOLE)),
}

COMPONENTS: Final[Description] = {
    "Health": shape(
        {
            "status": {"const": "ok"},
            "version": STRING,
            "live": FLAG,
            "ready": FLAG,
            "worlds": array(STRING),
            "recording": maybe(shape({"file": STRING, "ended": maybe(STRING)})),
        }
    ),
    "LedgerRow": shape(
        {
            "id": STRING,
            "subject": STRING,
            "statement": STRING,
            "evidence": {"enum": [evidence.value for evidence in Evidence]},
            "source": STRING,
            "tests": array(STRING),
        },
        {
            "choices": array({"type": ["string", "integer", "boolean"]}),
            "captures": array(
                shape(
                    {
                        "name": STRING,
                        "who": STRING,
                        "when": STRING,
                        "sdk": STRING,
                        "confirmed": WHOLE,
                        "contradicted": WHOLE,
                    }
                )
            ),
        },
    ),
    "Interception": shape(
        {
            "proxy_port": maybe(WHOLE),
            "tls_port": maybe(WHOLE),
            "allowed_hosts": array(STRING),
            "authority": maybe(STRING),
        }
    ),
    "Clock": shape({"now": INSTANT, "rate": NUMBER}),
    "WorldState": shape(
        {
            **_ACCOUNT,
            "subaccounts": array(shape(_ACCOUNT)),
            "seed": {"type": ["integer", "string"]},
            "clock": ref("Clock"),
            "numbers": WHOLE,
            "sessions": shape({"live": WHOLE, "kept": WHOLE}),
            "journal": shape({"first": WHOLE, "last": WHOLE}),
            "history": shape({"first": WHOLE, "last": WHOLE}),
            "policy": shape({name: {"enum": list(values)} for name, values in policy_choices().items()}),
            "limits": shape(dict.fromkeys(names(Limits), WHOLE)),
        }
    ),
    "Session": SHOWN_SESSION,
    "Moment": shape(
        {
            "sequence": WHOLE,
            "now": INSTANT,
            "event": maybe(ref("Event")),
            **dict.fromkeys(("first", "last", "sessions_live", "sessions_kept"), WHOLE),
            "sessions": array(ref("Session")),
            "numbers": array(ref("PoolNumber")),
            "phones": array(ref("PhoneHabits")),
            "calls": array(ref("SimulatedCall")),
            "recordings": array(ref("RecordingRecord")),
            "callbacks": array(ref("Callback")),
        }
    ),
    "Change": shape(
        {
            "kind": {"enum": list(KINDS.values())},
            "id": STRING,
            "change": {"enum": ["new", "changed", "gone"]},
            "fields": array(shape({"field": STRING, "before": ANY, "after": ANY})),
        }
    ),
    "Timeline": shape(
        {
            "now": INSTANT,
            "columns": shape({kind: {"const": columns} for kind, columns in COLUMNS.items()}),
            **{kind: array(places) for kind, places in _ROWS.items()},
        }
    ),
    "Candidate": shape(
        {"number": STRING, "verdict": {"enum": ["chosen", "not needed", "dropped"]}, "why": STRING},
        {"session_uuid": STRING, "until": INSTANT},
    ),
    "Explanation": shape(_EXPLAINED),
    "ForeseenSession": shape({"refreshed": FLAG, **_EXPLAINED}),
    "ForeseenRefusal": shape(
        {"status": WHOLE, "error": STRING, "reason": STRING, "candidates": array(ref("Candidate"))},
        {"wanted": shape(_WANTED)},
    ),
    "PoolNumber": shape(
        {
            "number": STRING,
            "calling_code": WHOLE,
            "owner": STRING,
            "live_sessions": WHOLE,
            "exclusive_to": maybe(STRING),
            "suspended": FLAG,
            "cooling": array(shape({"session": STRING, "until": INSTANT})),
        }
    ),
    "PhoneHabits": shape(
        {
            "number": STRING,
            "outcome": {"enum": [habit.value for habit in Habit]},
            "answer_after_s": maybe(NUMBER),
            "hangup_after_s": maybe(NUMBER),
            "digits": array(STRING),
        }
    ),
    "SimulatedCall": shape(
        {
            "call_uuid": STRING,
            "session_uuid": maybe(STRING),
            "from": STRING,
            "to": STRING,
            "callee": maybe(STRING),
            "route": words(Route),
            "meaning": {"enum": [route.value for route in Route]},
            "phase": words(Phase),
            "started_at": INSTANT,
            "ended_at": maybe(INSTANT),
            "next": maybe(
                shape(
                    {"at": INSTANT, "what": {"enum": ["digits", *(signal.word for signal in CallSignal)]}},
                    {"digits": STRING},
                )
            ),
            "wrong_pins": WHOLE,
            "pin_tries_left": maybe(WHOLE),
            "recording_uuid": maybe(STRING),
            "legs": array(ref("SimulatedLeg")),
        }
    ),
    "SimulatedLeg": shape(
        {
            "call_uuid": STRING,
            "person": STRING,
            "role": maybe(words(Role)),
            "direction": {"enum": ["inbound", "outbound"]},
            "started_at": INSTANT,
            "answered_at": maybe(INSTANT),
            "ended_at": maybe(INSTANT),
            "hangup_cause": {"enum": [*dict.fromkeys(name for _, name in CAUSES.values()), None]},
            "hangup_cause_code": {"enum": [*dict.fromkeys(code for code, _ in CAUSES.values()), None]},
            "hangup_source": maybe(words(Source)),
            "duration_s": WHOLE,
            "billed_s": WHOLE,
            "amount": STRING,
        }
    ),
    "PoolReport": shape(
        {
            "complete": FLAG,
            "sessions_created": WHOLE,
            "numbers_needed": WHOLE,
            "numbers": array(
                shape(
                    {
                        "account": STRING,
                        "calling_code": WHOLE,
                        "needed": WHOLE,
                        "most_taken_at_once": WHOLE,
                        "tightest_at": INSTANT,
                        "sessions_then": WHOLE,
                    }
                )
            ),
            "busiest_party": maybe(
                shape({"party": STRING, "sessions_at_once": WHOLE, "at": INSTANT, "vendors_formula": WHOLE})
            ),
        },
        {"note": STRING},
    ),
}
