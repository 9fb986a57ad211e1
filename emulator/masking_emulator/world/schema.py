"""The JSON Schema of a world, and of those of its parts that the control API takes too."""

from collections.abc import Mapping
from typing import Any, Final

from masking_emulator.clock import RATE_MAX
from masking_emulator.core.records.base import names
from masking_emulator.core.records.calls import Habit
from masking_emulator.plivo.policy import Limits, policy_choices
from masking_emulator.traffic.fault import FAULT_SCHEMA

_AUTH_ID: Final = {"type": "string", "pattern": "^[A-Z0-9]{20}$(?!\\n)"}
_TOKEN: Final = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]*$(?!\\n)"}


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


CLOCK_SCHEMA: Final = _object(
    {
        "start": {"type": "string", "description": "Where the clock starts, ISO 8601; left out: real time."},
        "rate": {"type": "number", "minimum": 0, "maximum": RATE_MAX, "description": "World seconds a real second."},
    }
)

_SECONDS: Final = {"type": "number", "minimum": 0, "maximum": 86_400}
_DIGITS: Final = {"type": "string", "pattern": "^[0-9*#]{0,32}$(?!\\n)"}

#: How a phone behaves; a call's script has the same keys.
HABIT_SCHEMAS: Final[Mapping[str, Any]] = {
    "outcome": {"enum": [habit.value for habit in Habit], "description": "What it does when it is called."},
    "answer_after_s": {**_SECONDS, "description": "How long until then."},
    "digits": {"type": "array", "maxItems": 100, "items": _DIGITS, "description": "One entry for each prompt."},
}

_PHONE: Final = _object(
    {"number": {"type": "string"}, **HABIT_SCHEMAS, "hangup_after_s": {**_SECONDS, "description": "Of talking."}},
    "number",
)

_TELEPHONY: Final = _object(
    {
        "answer_after_s": {**_SECONDS, "description": "How long a phone rings before its outcome."},
        "talk_s": {**_SECONDS, "description": "How long people talk."},
        "message_s": {**_SECONDS, "description": "How long a message plays."},
        "typing_s": {**_SECONDS, "description": "How long it takes to type a PIN after the prompt."},
        "initiate_after_s": {**_SECONDS, "description": "How long after a create the first party is called."},
        "input_timeout_s": {**_SECONDS, "description": "How long a PIN is waited for after the prompt."},
    }
)

_BILLING: Final = _object(
    {
        "pulse_s": {"type": "integer", "minimum": 1, "maximum": 3600, "description": "Legs are billed in these."},
        "price_per_minute": {
            "type": "string",
            "pattern": "^[0-9]{1,4}([.][0-9]{1,6})?$(?!\\n)",
            "description": "Of a leg, a decimal number with at most six places.",
        },
    }
)

EGRESS_CHOICES: Final = ("local", "any")

SEED_SCHEMA: Final = {"type": ["integer", "string"], "description": "Same seed and same inputs give the same bytes."}


#: Limits that may be 0, which turns off what they limit.
_LEAST: Final = {"requests_max": 0, "request_body_bytes_max": 0}


def world_schema() -> dict[str, Any]:
    """The JSON Schema of a world."""
    account = {"auth_id": _AUTH_ID, "auth_token": _TOKEN}
    number = {"number": {"type": "string"}, "subaccount": _AUTH_ID}
    limits = {
        name: {"type": "integer", "minimum": _LEAST.get(name, 1), "maximum": 10_000_000} for name in names(Limits)
    }
    return _object(
        {
            "seed": SEED_SCHEMA,
            "account": _object(
                {**account, "subaccounts": {"type": "array", "maxItems": 1000, "items": _object(account)}}
            ),
            "clock": CLOCK_SCHEMA,
            "numbers": {"type": "array", "maxItems": 100_000, "items": _object(number, "number")},
            "phones": {"type": "array", "maxItems": 10_000, "items": _PHONE},
            "telephony": _TELEPHONY,
            "billing": _BILLING,
            "egress": {"enum": list(EGRESS_CHOICES), "description": "Where callbacks and media fetches may go."},
            "policy": _object({name: {"enum": list(values)} for name, values in policy_choices().items()}),
            "limits": _object(limits),
            "faults": {"type": "array", "maxItems": 10_000, "items": FAULT_SCHEMA},
        }
    )
