"""The parameters of create and update: one line each, and each line is a JSON Schema fragment.

jsonschema validates with these fragments and OpenAPI embeds them unchanged. The schema describes a value after
coercion (`parse.py`): "true" and "60" count as true and 60. Defaults are those of recorded responses.
"""

from collections.abc import Mapping
from typing import Any, Final

from masking_emulator.core.records.base import Choice, Record
from masking_emulator.plivo.policy import TIMER_DEFAULTS_S
from masking_emulator.plivo.validation import Schema, SchemaValidator

#: The description shows these; a world whose policy says so has the documented ones.
_RECORDED_S: Final = TIMER_DEFAULTS_S["recorded"]


class Kind(Choice):
    """How a value is coerced before its schema is asked, and which texts refuse it."""

    FLAG = "flag"
    INTEGER = "integer"
    PHONE = "phone"
    PIN = "pin"
    URL = "url"
    CHOICE = "choice"
    TEXT = "text"


class Parameter(Record):
    """One parameter. `zero_is_default`: 0 counts as not given (ledger: zero_timers)."""

    name: str
    kind: Kind
    schema: Schema
    validator: SchemaValidator
    default: Any
    zero_is_default: bool
    on_update: bool
    pin_group: bool


def _parameter(
    name: str,
    kind: Kind,
    schema: Schema,
    *,
    about: str,
    default: Any = None,
    zero_is_default: bool = False,
    on_update: bool = False,
    pin_group: bool = False,
) -> Parameter:
    described = {**schema, "description": about} | ({} if default is None else {"default": default})
    return Parameter(name, kind, described, SchemaValidator(schema), default, zero_is_default, on_update, pin_group)


#: No parameter is a longer text.
TEXT_MAX: Final = 999

_FLAG: Final[Schema] = {"type": "boolean"}
_PHONE: Final[Schema] = {"type": "string", "pattern": r"^\+?[1-9][0-9]{6,14}$(?!\n)"}
_PIN: Final[Schema] = {"type": "string", "pattern": r"^[0-9]{4,15}$(?!\n)"}
#: An http(s) URL with a host and neither blanks nor control characters, or "" for none.
_URL: Final[Schema] = {
    "type": "string",
    "maxLength": TEXT_MAX,
    "pattern": r"^$(?!\n)|^[Hh][Tt][Tt][Pp][Ss]?://([!#-.0-;=A-Z_a-z~]*@)?"
    r"([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?#][!-~\u00a1-\ud7ff\ue000-\ufffd]*)?$(?!\n)",
}
_METHOD: Final[Schema] = {"type": "string", "enum": ["GET", "POST"]}
_FORMAT: Final[Schema] = {"type": "string", "enum": ["mp3", "wav"]}


def _seconds(minimum: int, maximum: int) -> Schema:
    return {"type": "integer", "minimum": minimum, "maximum": maximum}


#: In the order in which the vendor's page names them; the first that is wrong is reported.
_TABLE: Final[tuple[Parameter, ...]] = (
    _parameter("first_party", Kind.PHONE, _PHONE, on_update=True, about="Number of the first party, E.164."),
    _parameter("second_party", Kind.PHONE, _PHONE, on_update=True, about="Number of the second party, E.164."),
    _parameter("geomatch", Kind.FLAG, _FLAG, default=True, about="Only numbers of the first party's country."),
    _parameter(
        "is_pin_authentication_required", Kind.FLAG, _FLAG, default=False, about="Whether unknown callers need a PIN."
    ),
    _parameter("generate_pin", Kind.FLAG, _FLAG, default=False, pin_group=True, about="Let Plivo make the PINs."),
    _parameter(
        "generate_pin_length",
        Kind.INTEGER,
        _seconds(4, 15),
        default=4,
        pin_group=True,
        about="Digits of a generated PIN.",
    ),
    _parameter("first_party_pin", Kind.PIN, _PIN, pin_group=True, about="PIN of the first party."),
    _parameter("second_party_pin", Kind.PIN, _PIN, pin_group=True, about="PIN of the second party."),
    _parameter("subaccount", Kind.TEXT, {"type": "string"}, about="Auth ID of the subaccount that owns the session."),
    _parameter("pin_prompt_play", Kind.URL, _URL, pin_group=True, about="What asks for the PIN."),
    _parameter("pin_retry", Kind.INTEGER, _seconds(0, 5), default=1, pin_group=True, about="Further attempts."),
    _parameter(
        "pin_retry_wait", Kind.INTEGER, _seconds(5, 10), default=5, pin_group=True, about="Seconds between attempts."
    ),
    _parameter("incorrect_pin_play", Kind.URL, _URL, default="", pin_group=True, about="What follows a wrong PIN."),
    _parameter("unknown_caller_play", Kind.URL, _URL, default="", about="What an unknown caller hears."),
    _parameter("record", Kind.FLAG, _FLAG, default=False, on_update=True, about="Whether calls are recorded."),
    _parameter(
        "recording_callback_url", Kind.URL, _URL, default="", on_update=True, about="Receives recording events."
    ),
    _parameter("record_file_format", Kind.CHOICE, _FORMAT, default="mp3", on_update=True, about="Audio format."),
    _parameter("recording_callback_method", Kind.CHOICE, _METHOD, default="POST", on_update=True, about="GET or POST."),
    _parameter(
        "session_expiry",
        Kind.INTEGER,
        _seconds(60, 86_400),
        default=_RECORDED_S["session_expiry"],
        zero_is_default=True,
        on_update=True,
        about="Seconds until the session ends; 0 is the default.",
    ),
    _parameter(
        "call_time_limit",
        Kind.INTEGER,
        _seconds(60, 86_400),
        default=_RECORDED_S["call_time_limit"],
        zero_is_default=True,
        on_update=True,
        about="Seconds after which a call is cut; 0 is the default.",
    ),
    _parameter("initiate_call_to_first_party", Kind.FLAG, _FLAG, default=False, about="Call the first party at once."),
    _parameter("callback_url", Kind.URL, _URL, default="", on_update=True, about="Receives session events."),
    _parameter("callback_method", Kind.CHOICE, _METHOD, default="POST", on_update=True, about="GET or POST."),
    _parameter(
        "ring_timeout",
        Kind.INTEGER,
        # No page gives a range (ledger: ring_timeout_range).
        _seconds(1, 86_400),
        default=_RECORDED_S["ring_timeout"],
        zero_is_default=True,
        on_update=True,
        about="Seconds that a leg rings; 0 is the default.",
    ),
    _parameter(
        "first_party_play_url", Kind.URL, _URL, default="", on_update=True, about="The first party hears it first."
    ),
    _parameter(
        "second_party_play_url", Kind.URL, _URL, default="", on_update=True, about="The second party hears it first."
    ),
    _parameter(
        "create_session_with_single_party", Kind.FLAG, _FLAG, default=False, about="Whether one party is enough."
    ),
    _parameter(
        "virtual_number_cooloff_period",
        Kind.INTEGER,
        _seconds(0, 3600),
        default=0,
        about="Seconds before another session may have the number.",
    ),
    _parameter(
        "force_pin_authentication",
        Kind.FLAG,
        _FLAG,
        default=False,
        pin_group=True,
        about="Registered callers need a PIN too.",
    ),
)

CREATE: Final[Mapping[str, Parameter]] = {parameter.name: parameter for parameter in _TABLE}
UPDATE: Final[Mapping[str, Parameter]] = {name: parameter for name, parameter in CREATE.items() if parameter.on_update}

#: Spellings that mean a parameter of the table (ledger: is_pin_authentication). Letter case never matters.
SYNONYMS: Final[Mapping[str, str]] = {"is_pin_authentication": "is_pin_authentication_required"}
