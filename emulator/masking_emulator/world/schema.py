"""The JSON Schema of a world, and of those of its parts that the control API takes too."""

from collections.abc import Mapping
from typing import Any, Final

from masking_emulator.callbacks.routes import ROUTE_SCHEMA, ROUTES_MAX
from masking_emulator.clock import RATE_MAX
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import asdict
from masking_emulator.core.records.calls import SCRIPT_S_MAX, Habit
from masking_emulator.core.rules import TARIFF_DEFAULT, TELEPHONY_DEFAULT
from masking_emulator.plivo.policy import Limits, Policy, policy_choices
from masking_emulator.traffic.fault import FAULT_SCHEMA

_AUTH_ID: Final = {
    "type": "string",
    "pattern": "^[A-Z0-9]{20}$(?!\\n)",
    "title": "an Auth ID: 20 capital letters and digits",
    "description": "Twenty capitals and digits; left out: generated from the seed.",
    "examples": ["MAEMULATOR0000000001"],
}
_TOKEN: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "pattern": "^[!-~]*$(?!\\n)",
    "title": "an auth token: up to 200 printable ASCII characters without spaces",
    "description": "Left out: generated from the seed.",
}
_NUMBER: Final = {"type": "string", "description": "E.164, with or without the plus."}


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
        "rate": {
            "type": "number",
            "minimum": 0,
            "maximum": RATE_MAX,
            "default": 1,
            "description": "World seconds a real second; 0 stands still.",
        },
    }
)

E164_SCHEMA: Final = {"type": "string", "description": "a number in E.164", "examples": ["+14155550100"]}

_SECONDS: Final = {"type": "number", "minimum": 0, "maximum": SCRIPT_S_MAX}
_DIGITS: Final = {
    "type": "string",
    "pattern": "^[0-9*#]{0,32}$(?!\\n)",
    "title": "what a keypad has: up to 32 of 0-9, * and #",
}

#: How a phone behaves; a call's script has the same keys.
HABIT_SCHEMAS: Final[Mapping[str, Any]] = {
    "outcome": {
        "enum": [habit.value for habit in Habit],
        "default": Habit.ANSWER.value,
        "description": "What it does when it is called.",
    },
    "answer_after_s": {**_SECONDS, "description": "How long until then."},
    "digits": {"type": "array", "maxItems": 100, "items": _DIGITS, "description": "One entry for each prompt."},
}

_PHONE: Final = _object(
    {
        "number": _NUMBER,
        **HABIT_SCHEMAS,
        "outcome": {**HABIT_SCHEMAS["outcome"], "default": Habit.ANSWER.value},
        "hangup_after_s": {**_SECONDS, "description": "Of talking; left out: it stays on the line."},
    },
    "number",
)

_TELEPHONY: Final = _object(
    {
        name: {**_SECONDS, "default": default_us / SECOND_US, "description": about}
        for name, default_us, about in (
            ("answer_after_s", TELEPHONY_DEFAULT.answer_after_us, "How long a phone rings before its outcome."),
            ("talk_s", TELEPHONY_DEFAULT.talk_us, "How long people talk."),
            ("message_s", TELEPHONY_DEFAULT.message_us, "How long a message plays."),
            ("typing_s", TELEPHONY_DEFAULT.typing_us, "How long it takes to type a PIN after the prompt."),
            (
                "initiate_after_s",
                TELEPHONY_DEFAULT.initiate_after_us,
                "How long after a create the first party is called.",
            ),
            (
                "input_timeout_s",
                TELEPHONY_DEFAULT.input_timeout_us,
                "How long a PIN is waited for after the prompt, unless the caller is manual.",
            ),
        )
    }
)

_BILLING: Final = _object(
    {
        "pulse_s": {
            "type": "integer",
            "minimum": 1,
            "maximum": 3600,
            "default": TARIFF_DEFAULT.pulse_s,
            "description": "Legs are billed in these.",
        },
        "price_per_minute": {
            "type": "string",
            "pattern": "^[0-9]{1,4}([.][0-9]{1,6})?$(?!\\n)",
            "title": "a decimal number in quotes, with at most six places",
            "default": str(TARIFF_DEFAULT.minute_micros / 1_000_000),
            "description": "Of a leg, a decimal number with at most six places.",
        },
    }
)

EGRESS_CHOICES: Final = ("local", "any")

SEED_SCHEMA: Final = {"type": ["integer", "string"], "description": "Same seed and same inputs give the same bytes."}


#: A length of time in a world file is not longer than this.
DURATION_S_MAX: Final = 86_400

_DURATION: Final = "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+([.][0-9]+)?s?)?$(?!\\n)"

#: Limits that may be 0, which turns off what they limit.
_LEAST: Final = {"history_max": 0, "requests_max": 0, "request_body_bytes_max": 0}

#: What each limit counts.
_LIMITED: Final[Mapping[str, str]] = {
    "sessions_live_max": "Sessions that live at once; a create beyond is refused.",
    "sessions_ended_max": "Ended sessions that are kept; those that ended first are forgotten.",
    "numbers_max": "Numbers in the pool; one beyond is refused.",
    "phones_max": "Phones whose habits are known; one beyond is refused.",
    "journal_events_max": "Events that the journal keeps; the oldest are forgotten.",
    "history_max": "Events that can be gone back to at least; past them the history begins later. 0 keeps none.",
    "calls_running_max": "Calls that run at once; a call beyond is refused.",
    "calls_ended_max": "Ended calls that are kept; the oldest are forgotten.",
    "recordings_max": "Recordings that are kept; the oldest are forgotten.",
    "interactions_max": "Interactions that a session shows, the newest.",
    "callbacks_waiting_max": "Callbacks that wait to be sent; those beyond are dropped.",
    "callbacks_kept_max": "Settled callbacks that are kept; the oldest are forgotten.",
    "requests_max": "API requests that are kept; 0 keeps none.",
    "request_body_bytes_max": "Bytes of each body that are kept; 0 keeps none.",
    "faults_max": "Faults at once; one beyond is refused.",
}


def world_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a world, by which the server validates and editors complete."""
    account = {"auth_id": _AUTH_ID, "auth_token": _TOKEN}
    subaccount = {**_AUTH_ID, "description": "Only this subaccount's sessions use the number; left out: the account's."}
    number = {"number": _NUMBER, "subaccount": subaccount}
    limits = {
        name: {
            "type": "integer",
            "minimum": _LEAST.get(name, 1),
            "maximum": 10_000_000,
            "default": default,
            "description": _LIMITED[name],
        }
        for name, default in asdict(Limits()).items()
    }
    defaults = asdict(Policy())
    policy = {
        name: {"enum": list(values), "default": defaults[name], "description": f"ledger: {name}"}
        for name, values in policy_choices().items()
    }
    sections = {
        "seed": SEED_SCHEMA,
        "account": _object({**account, "subaccounts": {"type": "array", "maxItems": 1000, "items": _object(account)}}),
        "clock": CLOCK_SCHEMA,
        "numbers": _list(_object(number, "number"), 100_000, "The pool, in the order in which numbers are given out."),
        "phones": _list(_PHONE, None, "How real numbers behave when they are called."),
        "telephony": _TELEPHONY,
        "billing": _BILLING,
        "egress": {
            "enum": list(EGRESS_CHOICES),
            "default": EGRESS_CHOICES[0],
            "description": (
                "Where callbacks and media fetches may go. For an https receiver with a certificate of your own, start "
                "the server with `--callback-ca FILE`, or with SSL_CERT_FILE in its environment."
            ),
        },
        "routes": _list(ROUTE_SCHEMA, ROUTES_MAX, "Public callback URLs, and where they are delivered instead."),
        "policy": _object(policy),
        "limits": _object(limits),
        "faults": _list(FAULT_SCHEMA, 10_000, "What goes wrong with API requests on purpose."),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A world of masking-emulator",
        **_object({name: _with_durations(section) for name, section in sections.items()}),
    }


def _list(item: Mapping[str, Any], most: int | None, description: str) -> dict[str, Any]:
    limit = {} if most is None else {"maxItems": most}
    return {"type": "array", **limit, "items": item, "description": description}


def _with_durations(schema: Any, name: str = "") -> Any:
    """The schema in which every length of time (a number whose name ends in `_s`) may be written as `1h30m` too."""
    if not isinstance(schema, Mapping):
        return [_with_durations(item) for item in schema] if isinstance(schema, list) else schema
    if name.endswith("_s") and schema.get("type") in ("number", "integer"):
        return {
            **schema,
            "type": [schema["type"], "string"],
            "pattern": _DURATION,
            "title": "a length of time: seconds, or such as 90s or 1h30m",
            "examples": ["90s", "1h30m"],
        }
    return {
        key: {inner: _with_durations(value, inner) for inner, value in item.items()}
        if key == "properties"
        else _with_durations(item)
        for key, item in schema.items()
    }
