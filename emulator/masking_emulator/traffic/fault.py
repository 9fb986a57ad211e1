"""A fault: which API requests go wrong, when, how often and how, read from a structure as in a world file.

Pure. What a single field may be is in the schema, every other refusal names its field and the reason. Faults at
work in a world are in `placed.py`, what they do to an answer is in `server/spoiled.py`.
"""

from collections.abc import Mapping
from math import isnan
from typing import Any, Final

from masking_emulator.core import instants
from masking_emulator.core.instants import INSTANT_MAX, SECOND_US
from masking_emulator.core.records.base import Record, field
from masking_emulator.plivo.policy import RATE_LIMIT_REQUESTS, RATE_LIMIT_SPAN_S
from masking_emulator.plivo.routes import OPERATION_NAMES

#: Real seconds; the slowest SDK waits for 10.
DELAY_S_MAX: Final = 60


class BadFault(Exception):
    """A fault that cannot be: the field, and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


class Limit(Record):
    """How many requests an account may send in any span of time; those beyond it meet the fault."""

    requests: int
    span_us: int


class Fault(Record):
    """One fault. A criterion is None where it does not matter, an effect is None where the fault does not have it.

    `body` and `connection` are names of what becomes of the answer, `after` says whether the change is made before
    that. `given` is the structure that it was made of.
    """

    given: Mapping[str, Any]
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    skip: int = 0
    count: int | None = None
    chance: float | None = None
    limit: Limit | None = None
    begins: int | None = None
    ends: int | None = None
    lasts_us: int | None = None
    after: bool = False
    delay_s: float = 0
    status: int | None = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    connection: str | None = None

    @property
    def spoils(self) -> bool:
        """Whether it changes the answer, and does not only hold it up."""
        return self.status is not None or self.body is not None or self.connection is not None


#: The vendor's own limit, for the policy `rate_limit` (ledger: rate_limit).
RATE_LIMIT: Final = Fault({}, limit=Limit(RATE_LIMIT_REQUESTS, RATE_LIMIT_SPAN_S * SECOND_US), status=429)

_INSTANT: Final = {"type": "string", "description": "ISO 8601, on the world's clock."}
_COUNT: Final = {"type": "integer", "minimum": 1, "maximum": 1_000_000_000}
_SPAN: Final = {"type": "number", "exclusiveMinimum": 0, "maximum": INSTANT_MAX // SECOND_US}

FAULT_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "operation": {"enum": OPERATION_NAMES, "description": "Only requests for this operation."},
        "method": {"type": "string", "pattern": "^[A-Z]{1,20}$(?!\\n)", "description": "Only requests of this method."},
        "path": {
            "type": "string",
            "minLength": 1,
            "maxLength": 500,
            "description": "A pattern; * stands for anything.",
        },
        "skip": {**_COUNT, "minimum": 0, "description": "This many requests pass first."},
        "count": {**_COUNT, "description": "This many requests meet it, then it is used up; left out: all."},
        "chance": {"type": "number", "minimum": 0, "maximum": 1, "description": "Drawn from the world's seed."},
        "limit": {
            "type": "object",
            "description": "How many requests an account may send in any such span; those beyond it meet the fault.",
            "properties": {
                "requests": {**_COUNT, "maximum": 100_000, "description": "So many pass."},
                "per_s": {**_SPAN, "description": "In any span of so many seconds on the world's clock."},
            },
            "required": ["requests", "per_s"],
            "additionalProperties": False,
        },
        "from": {**_INSTANT, "description": "Not before this instant of the world's clock."},
        "until": {**_INSTANT, "description": "Not from this instant on."},
        "for_s": {**_SPAN, "description": "Seconds on the world's clock, from `from` or from when it is added."},
        "when": {"enum": ["before", "after"], "description": "Before or after the change is made."},
        "delay_s": {"type": "number", "minimum": 0, "maximum": DELAY_S_MAX, "description": "Real seconds."},
        "status": {"type": "integer", "minimum": 200, "maximum": 599, "description": "The status of the answer."},
        "text": {"type": "string", "maxLength": 1000, "description": "Instead of the vendor's error text."},
        "headers": {
            "type": "object",
            "description": "Headers of the answer, beside the usual ones or in their place.",
            "maxProperties": 20,
            "propertyNames": {"pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$(?!\\n)", "title": "the name of a header"},
            "additionalProperties": {
                "type": "string",
                "pattern": "^[ -~]{0,1000}$(?!\\n)",
                "title": "a header's value: up to 1000 printable ASCII characters",
            },
        },
        "body": {"enum": ["truncated", "malformed", "empty"], "description": "How the answer's body is broken."},
        "connection": {"enum": ["drop", "reset"], "description": "How the connection ends without an answer."},
    },
    "additionalProperties": False,
}

#: Statuses whose answer has no body.
_BODILESS: Final = (204, 205, 304)

#: Headers about the transfer of the body, which a fault may not set.
_FRAMING: Final = ("content-length", "transfer-encoding", "connection")


#: Keys that are fields of the same name; the others are read.
_AS_GIVEN: Final = frozenset(
    ("operation", "method", "path", "skip", "count", "chance", "delay_s", "text", "headers", "body", "connection")
)


def fault_of(given: Mapping[str, Any]) -> Fault:
    """The fault of a structure that keeps to FAULT_SCHEMA. Raises BadFault for what that cannot say."""
    limit = given.get("limit", {})
    for name, value in (*given.items(), ("limit.per_s", limit.get("per_s"))):
        if isinstance(value, float) and isnan(value):  # TOML has it, and it is neither too small nor too large
            raise BadFault(name, "nan is not a number")
    # 3.0 is a whole number in JSON Schema, and everywhere below.
    given = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in given.items()
    }
    _check_together(given)
    return Fault(
        given,
        **{name: value for name, value in given.items() if name in _AS_GIVEN},
        status=given.get("status", 429 if limit and not _does_something(given) else None),
        limit=None if not limit else Limit(int(limit["requests"]), int(limit["per_s"] * SECOND_US)),
        begins=_instant(given, "from"),
        ends=_instant(given, "until"),
        lasts_us=int(given["for_s"] * SECOND_US) if "for_s" in given else None,
        after=given.get("when") == "after",
    )


def _does_something(given: Mapping[str, Any]) -> bool:
    return any(name in given for name in ("delay_s", "status", "body", "connection"))


def _check_together(given: Mapping[str, Any]) -> None:
    """Check what concerns several fields. Raises BadFault."""
    status = given.get("status")
    if not _does_something(given) and "limit" not in given:
        raise BadFault("", "it does nothing: give status, delay_s, body or connection")
    for name in ("status", "body"):
        if name in given and "connection" in given:
            raise BadFault(name, "a connection that ends without an answer has none")
    if status is not None and status < 400 and "body" not in given:
        raise BadFault("status", f"{status} is no error; give body beside it, or a status from 400 to 599")
    if status in _BODILESS and given.get("body") != "empty":
        raise BadFault("body", f"an answer with status {status} has no body; it can only be empty")
    for name in ("text", "headers"):
        if name in given and status is None and "limit" not in given:
            raise BadFault(name, "it belongs to an answer with a status; give status too")
    for name in given.get("headers", ()):
        if name.lower() in _FRAMING:
            raise BadFault(f"headers.{name}", "it says how a body is sent; use body or connection for that")
    if "until" in given and "for_s" in given:
        raise BadFault("for_s", "until is given too; one end is enough")
    begins, ends = _instant(given, "from"), _instant(given, "until")
    if begins is not None and ends is not None and ends <= begins:
        raise BadFault("until", "it is not after from")


def _instant(given: Mapping[str, Any], name: str) -> int | None:
    if name not in given:
        return None
    try:
        return instants.read(given[name])
    except ValueError as error:
        raise BadFault(name, str(error)) from None
