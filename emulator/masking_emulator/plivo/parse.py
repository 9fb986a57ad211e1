"""From bytes to a command: JSON → mapping → coerced → validated → CreateSession or UpdateSession.

Each step is pure. Unknown keys are ignored and letter case does not matter, as with the server's own decoder
(ledger: keys_in_any_case); null and "" count as not given. The first parameter in table order with a wrong value is
reported; what is missing comes after that.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from masking_emulator.core.commands import CreateSession, PinWish, SettingsChanges, UpdateSession
from masking_emulator.core.countries import is_possible
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.sessions import Settings
from masking_emulator.plivo import refusals
from masking_emulator.plivo.parameters import CREATE, SYNONYMS, TEXT_MAX, UPDATE, Kind, Parameter
from masking_emulator.plivo.policy import TIMER_DEFAULTS_S, Policy
from masking_emulator.plivo.refusals import ApiError, refused_parameter

if TYPE_CHECKING:
    from jsonschema import ValidationError

#: Finds the place of a subaccount by its Auth ID, or raises ApiError.
OwnerOf = Callable[[str], int]

#: The parameters that were given, by name, coerced and valid.
Given = Mapping[str, Any]


def json_object(body: bytes) -> Mapping[str, Any]:
    """The JSON object in a request body. Raises ApiError 400 for anything else."""
    try:
        text = body.decode("utf-8")
        # A byte-order mark is refused by `loads`, in a sentence about it; making a decoder takes as long as it decodes.
        value = json.loads(text) if text.startswith("\ufeff") else _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, refusals.NOT_JSON, f"the body is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise ApiError(400, refusals.NOT_AN_OBJECT, f"the body is a JSON {type(value).__name__}")
    return value


def create_session(fields: Mapping[str, Any], owner_of: OwnerOf, owner: int, policy: Policy) -> CreateSession:
    """The command that a create asks for. `owner` is the account in the path. Raises ApiError 400."""
    given = {**TIMER_DEFAULTS_S[policy.timer_defaults], **_given(fields, CREATE, policy)}
    single = bool(_value(given, "create_session_with_single_party"))
    _check_parties_present(given, single=single)
    named = given.get("subaccount")
    return CreateSession(
        owner=owner if named is None else owner_of(named),
        first_party=given.get("first_party", ""),
        second_party=given.get("second_party", ""),
        geomatch=_value(given, "geomatch"),
        expiry_s=given["session_expiry"],
        settings=_settings(given, single=single, owner_named=named is not None),
        pins=_pins(given, policy),
    )


def update_session(fields: Mapping[str, Any], uuid: str, owner: int | None, policy: Policy) -> UpdateSession:
    """The command that an update asks for; what an update cannot change is ignored. Raises ApiError 400.

    Zero timers count as not given, because plivo-java sends them with every update (ledger: update_zero_timers).
    """
    given = _given(fields, UPDATE, policy)
    changes: dict[str, Any] = {field: given[name] for name, field in _UPDATABLE.items() if name in given}
    return UpdateSession(
        owner=owner,
        uuid=uuid,
        first_party=given.get("first_party"),
        second_party=given.get("second_party"),
        expiry_s=given.get("session_expiry"),
        settings=SettingsChanges(**changes),  # type: ignore[typeddict-item]  # the keys come from _UPDATABLE
    )


def is_acceptable(name: str, value: Any) -> bool:
    """Whether the value could be what a request gave for this parameter, coerced."""
    parameter = CREATE[name]
    if isinstance(value, str) and len(value) > TEXT_MAX:
        return False
    return parameter.validator.first(_url(value) if parameter.kind is Kind.URL else value) is None


#: Parameter → setting, for the settings that an update may change.
_UPDATABLE: Final[Mapping[str, str]] = {
    "callback_url": "callback_url",
    "callback_method": "callback_method",
    "call_time_limit": "call_time_limit_s",
    "ring_timeout": "ring_timeout_s",
    "first_party_play_url": "first_party_play",
    "second_party_play_url": "second_party_play",
    "record": "record",
    "record_file_format": "record_file_format",
    "recording_callback_url": "recording_callback_url",
    "recording_callback_method": "recording_callback_method",
}


def _settings(given: Given, *, single: bool, owner_named: bool) -> Settings:
    return Settings(
        **{field: _value(given, name) for name, field in _UPDATABLE.items()},
        unknown_caller_play=_value(given, "unknown_caller_play"),
        initiate_call=_value(given, "initiate_call_to_first_party"),
        single_party=single,
        cooloff_s=_value(given, "virtual_number_cooloff_period"),
        owner_named=owner_named,
    )


def _value(given: Given, name: str) -> Any:
    return given.get(name, CREATE[name].default)


def _given(fields: Mapping[str, Any], table: Mapping[str, Parameter], policy: Policy) -> Given:
    """What was given of the table's parameters, coerced, and valid one by one."""
    named = {SYNONYMS.get(key, key): value for key, value in ((key.lower(), v) for key, v in fields.items())}
    given: dict[str, Any] = {}
    wants_pins = None
    for name, parameter in table.items():
        if name not in named:
            continue
        if parameter.pin_group and wants_pins is None:
            # Source: vendor page, "Applicable when a PIN is enabled": without PIN the group is not looked at.
            wants_pins = _COERCIONS[Kind.FLAG](named.get("is_pin_authentication_required")) is True
        if parameter.pin_group and not wants_pins:
            continue
        value = _COERCIONS[parameter.kind](named[name])
        if value is None or (parameter.zero_is_default and value == 0 and value is not False):
            continue
        given[name] = _valid(parameter, value, policy)
    return given


def _valid(parameter: Parameter, value: Any, policy: Policy) -> Any:
    error = parameter.validator.first(value)
    if error is not None:
        clamped = policy.call_time_limit_out_of_range == "clamp" and parameter.name == "call_time_limit"
        if clamped and error.validator in ("minimum", "maximum"):
            return error.validator_value
        raise _refusal(parameter, error)
    if parameter.kind is Kind.PHONE:
        return _phone(parameter.name, value)
    if policy.play_url_extension_required and parameter.name.endswith("_play"):
        _check_audio_file(parameter.name, value)
    return value


def _phone(name: str, value: str) -> str:
    digits = value.removeprefix("+")
    if not is_possible(digits):
        reason = f"{name} {quoted(value)} has no country's calling code or not a length that the country uses"
        raise refused_parameter(refusals.NOT_A_PHONE, name, reason)
    return digits


def _check_audio_file(name: str, url: str) -> None:
    path = url.split("#")[0].split("?")[0].lower()
    if url and not path.endswith((".mp3", ".wav")):
        raise refused_parameter(refusals.NOT_AN_AUDIO_FILE, name, "the policy play_url_extension_required is on")


#: (kind, failing keyword) → stem; None stands for every other keyword of the kind.
_STEMS: Final[Mapping[tuple[Kind, str | None], str]] = {
    (Kind.PHONE, None): refusals.NOT_A_PHONE,
    (Kind.PIN, None): refusals.NOT_A_PIN,
    (Kind.URL, None): refusals.NOT_A_URL,
    (Kind.URL, "maxLength"): refusals.TOO_LONG,
    (Kind.INTEGER, None): refusals.OUT_OF_RANGE,
    (Kind.INTEGER, "type"): refusals.NOT_AN_INTEGER,
    (Kind.TEXT, None): refusals.NOT_A_STRING,
    (Kind.FLAG, None): refusals.NOT_ALLOWED,
    (Kind.CHOICE, None): refusals.NOT_ALLOWED,
}


#: What a value of the kind should have been, in words; filled in from the parameter's schema.
_EXPECTED: Final[Mapping[Kind, str]] = {
    Kind.PHONE: "an E.164 number such as +14155550123",
    Kind.PIN: "4 to 15 digits",
    Kind.URL: "an http or https URL of fewer than 1000 characters",
    Kind.INTEGER: "a whole number from {minimum} to {maximum}",
    Kind.TEXT: "a string",
    Kind.FLAG: "true or false",
    Kind.CHOICE: "{values}",
}

#: So much of a wrong value is quoted.
_QUOTED_CHARACTERS_MAX: Final = 60


def _refusal(parameter: Parameter, error: "ValidationError") -> ApiError:
    kind, name = parameter.kind, parameter.name
    stem = _STEMS.get((kind, str(error.validator))) or _STEMS[kind, None]
    values = "true or false" if kind is Kind.FLAG else " or ".join(parameter.schema.get("enum", ()))
    quoted = repr(error.instance)
    shown = quoted if len(quoted) <= _QUOTED_CHARACTERS_MAX else f"{quoted[:_QUOTED_CHARACTERS_MAX]}..."
    expected = _EXPECTED[kind].format_map({**parameter.schema, "values": values})
    return refused_parameter(stem, name, f"{name} is {shown}, and {expected} is expected", values=values)


def _check_parties_present(given: Given, *, single: bool) -> None:
    if single:
        if "first_party" not in given and "second_party" not in given:
            reason = "a single-party session needs one of the two parties"
            raise refused_parameter(refusals.MISSING, "first_party or second_party", reason)
        return
    for name in ("first_party", "second_party"):
        if name not in given:
            reason = f"{name} was not given, and create_session_with_single_party is not true"
            raise refused_parameter(refusals.MISSING, name, reason)


def _pins(given: Given, policy: Policy) -> PinWish | None:
    """The PIN rules, or None with PIN authentication off. Source: vendor page, the notes "Required when …"."""
    if not _value(given, "is_pin_authentication_required"):
        return None
    generate = _value(given, "generate_pin")
    required = [] if generate else ["first_party_pin", "second_party_pin"]
    required.append("pin_prompt_play")
    if policy.incorrect_pin_play_required:
        required.append("incorrect_pin_play")
    for name in required:
        if not given.get(name):
            raise refused_parameter(refusals.MISSING, name, f"{name} is required with PIN authentication on")
    return PinWish(
        generate=generate,
        length=_value(given, "generate_pin_length"),
        first=given.get("first_party_pin"),
        second=given.get("second_party_pin"),
        prompt_play=given["pin_prompt_play"],
        retries=_value(given, "pin_retry"),
        retry_wait_s=_value(given, "pin_retry_wait"),
        incorrect_play=_value(given, "incorrect_pin_play"),
        forced=_value(given, "force_pin_authentication"),
    )


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)


def _flag(value: Any) -> Any:
    # The vendor's own update sample sends "true" (ledger: flags_as_strings).
    return {"true": True, "false": False}.get(value.lower(), value or None) if isinstance(value, str) else value


def _integer(value: Any) -> Any:
    # plivo-ruby's update can send integers as strings only (ledger: integers_as_strings).
    if isinstance(value, str):
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()):
            return value or None
        # Python reads no more than 4,300 digits, and far fewer are out of every range.
        size = int(digits.lstrip("0")[:_DIGITS_READ] or 0)
        return -size if value.startswith("-") else size
    return int(value) if isinstance(value, float) and value.is_integer() else value


#: More than a refusal quotes.
_DIGITS_READ: Final = 100

#: A number that has more is neither a party nor a PIN.
_DIGITS_MAX: Final = 16


def _digits(value: Any) -> Any:
    # The vendor's own create sample sends PINs as JSON numbers (ledger: pin_as_number).
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 <= value < 10**_DIGITS_MAX else value
    return None if value == "" else value


def _choice(value: Any) -> Any:
    return None if value == "" else value


def _url(value: Any) -> Any:
    # What a pattern cannot say in one line: that the address in brackets is one, and the port is below 65536.
    try:
        if isinstance(value, str):
            urlsplit(value).port  # noqa: B018  # reading it is the check
    except ValueError:
        return f"{value} with an address or port that cannot be"  # refused for its blanks, and quoted
    return value


_COERCIONS: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    Kind.FLAG: _flag,
    Kind.INTEGER: _integer,
    Kind.PHONE: _digits,
    Kind.PIN: _digits,
    Kind.URL: _url,
    Kind.CHOICE: _choice,
    Kind.TEXT: _choice,
}
