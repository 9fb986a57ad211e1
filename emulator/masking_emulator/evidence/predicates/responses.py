"""Answers: their status, their envelope, and how a session is written down."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from masking_emulator.evidence.predicates.base import Predicate, Testimony, either, shows
from masking_emulator.evidence.predicates.given import given
from masking_emulator.evidence.predicates.parameters import is_single
from masking_emulator.evidence.predicates.values import JsonObject, digits
from masking_emulator.evidence.predicates.witness import Asked, Witness

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC")

_SHOWING: Final = ("create_session", "update_session", "get_session")
_OPERATIONS: Final = (*_SHOWING, "list_sessions", "delete_session")

#: The keys of a session in create, update and get, in their order; `subaccount` is there where one was named.
_KEYS: Final = (
    *("first_party", "second_party", "virtual_number", "status", "initiate_call_to_first_party", "session_uuid"),
    *("callback_url", "callback_method", "created_time", "modified_time", "expiry_time", "duration", "amount"),
    *("call_time_limit", "ring_timeout", "first_party_play_url", "second_party_play_url", "record", "subaccount"),
    *("record_file_format", "recording_callback_url", "recording_callback_method", "interaction"),
    *("total_call_amount", "total_call_count", "total_call_billed_duration", "total_session_amount"),
    *("last_interaction_time", "unknown_caller_play", "is_pin_authentication_required", "generate_pin"),
    *("generate_pin_length", "first_party_pin", "second_party_pin", "pin_prompt_play", "pin_retry", "pin_retry_wait"),
    *("incorrect_pin_play", "create_session_with_single_party", "virtual_number_cooloff_period"),
    "force_pin_authentication",
)

_PIN_KEYS: Final = _KEYS[_KEYS.index("generate_pin") : _KEYS.index("create_session_with_single_party")]
_TIMES: Final = ("created_time", "modified_time", "expiry_time", "last_interaction_time")
_AMOUNTS: Final = ("amount", "total_call_amount", "total_session_amount")
_TOTALS: Final = ("total_call_amount", "total_call_count", "total_call_billed_duration", "total_session_amount")
_STRINGS: Final = (
    *("callback_url", "first_party_play_url", "second_party_play_url"),
    *("recording_callback_url", "unknown_caller_play"),
)


def _status(operation: str, expected: int) -> Predicate:
    def read(witness: Witness) -> Iterator[Testimony]:
        for asked in witness.asked(operation):
            if 200 <= asked.status < 300:
                yield either(asked.exchange, asked.status == expected, f"{asked.status}")

    return read


shows("create_status")(_status("create_session", 201))
shows("update_status")(_status("update_session", 200))
shows("read_status")(_status("get_session", 200))
shows("read_status")(_status("list_sessions", 200))


@shows("delete_status")
def _delete_status(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("delete_session"):
        if 200 <= asked.status < 300:
            yield either(asked.exchange, asked.status == 200 and bool(asked.answer), f"{asked.status}, {asked.answer}")


def _envelope(operation: str, *keys: str, message: str = "") -> Predicate:
    def read(witness: Witness) -> Iterator[Testimony]:
        for asked in witness.asked(operation):
            if 200 <= asked.status < 300 and asked.exchange.request.method != "HEAD":
                is_so = tuple(asked.answer) == keys and asked.answer.get("message", "") == message
                seen = (
                    f"it has {', '.join(map(str, asked.answer)) or 'no keys'}; message {asked.answer.get('message')!r}"
                )
                yield either(asked.exchange, is_so, seen)

    return read


_CREATE_KEYS: Final = ("api_id", "session_uuid", "virtual_number", "message", "session")
shows("create_envelope")(_envelope("create_session", *_CREATE_KEYS, message="Session created"))
shows("update_envelope")(_envelope("update_session", "api_id", "message", "session", message="Session updated"))
shows("get_envelope")(_envelope("get_session", "api_id", "response"))
shows("delete_envelope")(_envelope("delete_session", "api_id", "message", message="Session expired"))


@shows("list_envelope")
def _list_envelope(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("list_sessions"):
        if asked.status == 200 and asked.exchange.request.method != "HEAD":
            is_so = tuple(asked.answer) == ("api_id", "response") and {"meta", "objects"} == asked.response.keys()
            yield either(asked.exchange, is_so, f"it has {', '.join(asked.answer)}: {', '.join(asked.response)}")


@shows("error_envelope")
def _error_envelope(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked(*_OPERATIONS):
        if 400 <= asked.status < 500 and asked.answer:
            yield either(
                asked.exchange, tuple(asked.answer) == ("api_id", "error"), f"it has {', '.join(asked.answer)}"
            )


@shows("api_id")
def _api_id(witness: Witness) -> Iterator[Testimony]:
    seen = set[str]()
    for asked in witness.asked(*_OPERATIONS):
        if asked.answer:
            api_id = str(asked.answer.get("api_id"))
            is_own = _UUID.fullmatch(api_id) is not None and api_id not in seen
            yield either(asked.exchange, is_own, f"api_id is {api_id}{', again' if api_id in seen else ''}")
            seen.add(api_id)


@shows("json_content_type")
def _content_type(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked(*_OPERATIONS):
        if asked.answer:
            kind = asked.header("content-type") or ""
            yield either(asked.exchange, kind.split(";")[0].strip().lower() == "application/json", f"it is {kind!r}")


def _every_session(witness: Witness) -> Iterator[tuple[Asked, JsonObject]]:
    """Every session that an answer shows, in a list too."""
    for asked in witness.exchanges:
        if asked.session:
            yield asked, asked.session
        elif asked.operation == "list_sessions" and asked.status == 200:
            yield from ((asked, session) for session in asked.objects)


def _each(is_so: Callable[[Asked, JsonObject], bool | None], *, listed: bool = True) -> Predicate:
    """A predicate on every session that is shown; None says nothing."""

    def read(witness: Witness) -> Iterator[Testimony]:
        for asked, session in _every_session(witness):
            if listed or asked.operation != "list_sessions":
                answer = is_so(asked, session)
                if answer is not None:
                    yield either(asked.exchange, answer, f"the session is {_brief(session)}")

    return read


def _brief(session: JsonObject) -> str:
    text = str(dict(session))
    return text if len(text) <= 2000 else f"{text[:2000]}..."


@shows("session_uuid_form")
def _uuid_form(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        if asked.session:
            outer, inner = asked.answer.get("session_uuid"), asked.session.get("session_uuid")
            is_so = outer == inner and isinstance(inner, str) and _UUID.fullmatch(inner) is not None
            yield either(asked.exchange, is_so, f"outside it is {outer!r}, inside {inner!r}")


@shows("outer_virtual_number")
def _outer_number(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        if asked.session:
            outer, inner = asked.answer.get("virtual_number"), asked.session.get("virtual_number")
            is_so = isinstance(inner, str) and inner.isdigit() and outer == f"+{inner}"
            yield either(asked.exchange, is_so, f"outside it is {outer!r}, inside {inner!r}")


def _party_form(_: Asked, session: JsonObject) -> bool | None:
    parties = [session.get(name) for name in ("first_party", "second_party")]
    return all(isinstance(party, str) and (party == "" or party == digits(party)) for party in parties)


def _missing_party(asked: Asked, session: JsonObject) -> bool | None:
    if asked.operation != "create_session" or not is_single(asked):
        return None
    missing = [name for name in ("first_party", "second_party") if given(asked, name) is None]
    # A repeated create finds the party that joined meanwhile.
    is_new = session.get("created_time") == session.get("modified_time")
    return session.get(missing[0]) == "" if missing and is_new else None


def _key_order(_: Asked, session: JsonObject) -> bool:
    return list(session) == [key for key in _KEYS if key != "subaccount" or key in session]


def _listed_order(asked: Asked, session: JsonObject) -> bool | None:
    return list(session) == sorted(session) if asked.operation == "list_sessions" else None


def _resource_uri(asked: Asked, session: JsonObject) -> bool:
    if asked.operation != "list_sessions":
        return "resource_uri" not in session
    return session.get("resource_uri") == f"/v1/Account/{asked.account}/Masking/Session/{session.get('session_uuid')}/"


def _unset_strings(asked: Asked, session: JsonObject) -> bool | None:
    if asked.operation != "create_session":
        return None
    unset = [name for name in _STRINGS if given(asked, name) is None]
    return all(session.get(name) == "" for name in unset) if unset else None


def _has_words(_: Asked, session: JsonObject) -> bool:
    return session.get("status") in ("active", "in-progress", "expired")


def _times(_: Asked, session: JsonObject) -> bool:
    shown = [session.get(name) for name in _TIMES]
    return all(time == "" or (isinstance(time, str) and _TIME.fullmatch(time) is not None) for time in shown)


def _amounts(_: Asked, session: JsonObject) -> bool:
    return all(_is_amount(session.get(name)) for name in _AMOUNTS)


def _is_amount(value: Any) -> bool:
    """Whether it is a number, without a point where it is a whole one."""
    return type(value) is int or (type(value) is float and not value.is_integer())


def _no_calls(asked: Asked, session: JsonObject) -> bool | None:
    is_new = asked.operation == "create_session" and session.get("created_time") == session.get("modified_time")
    if session.get("interaction") is not None and not is_new:
        return None
    empty = session.get("interaction") is None and session.get("last_interaction_time") == ""
    return empty and all(session.get(name) == 0 for name in _TOTALS)


def _not_echoed(_: Asked, session: JsonObject) -> bool:
    return not {"session_expiry", "geomatch"} & session.keys()


def _has_pins(session: JsonObject) -> bool | None:
    shown = session.get("is_pin_authentication_required")
    return shown if isinstance(shown, bool) else None


def _pins_off(_: Asked, session: JsonObject) -> bool | None:
    if _has_pins(session) is not False:
        return None
    return all(key in session and session[key] is None for key in _PIN_KEYS)


def _pins_on(_: Asked, session: JsonObject) -> bool | None:
    if _has_pins(session) is not True:
        return None
    always = ("generate_pin", "generate_pin_length", "pin_prompt_play", "pin_retry", "pin_retry_wait")
    return all(key in session for key in _PIN_KEYS) and all(session[key] is not None for key in always)


def _pin_texts(_: Asked, session: JsonObject) -> bool | None:
    pins = [session.get("first_party_pin"), session.get("second_party_pin")]
    return all(pin is None or isinstance(pin, str) for pin in pins) if _has_pins(session) else None


def _retry_wait(_: Asked, session: JsonObject) -> bool | None:
    return type(session.get("pin_retry_wait")) is int if _has_pins(session) else None


def _prompt_key(_: Asked, session: JsonObject) -> bool:
    return "pin_prompt_play" in session and not any(" " in key for key in session)


def _single_form(*, wished: bool) -> Callable[[Asked, JsonObject], bool | None]:
    def is_so(asked: Asked, session: JsonObject) -> bool | None:
        if asked.operation != "create_session" or is_single(asked) is not wished:
            return None
        return session.get("create_session_with_single_party", "missing") is (True if wished else None)

    return is_so


def _force_off(_: Asked, session: JsonObject) -> bool | None:
    return session.get("force_pin_authentication") is False if _has_pins(session) is False else None


def _cooloff(asked: Asked, session: JsonObject) -> bool | None:
    shown = session.get("virtual_number_cooloff_period")
    if asked.operation == "create_session" and given(asked, "virtual_number_cooloff_period") is None:
        return type(shown) is int and shown == 0
    return type(shown) is int


for _row, _is_so in {
    "party_form": _party_form,
    "missing_party_form": _missing_party,
    "list_key_order": _listed_order,
    "resource_uri": _resource_uri,
    "unset_strings": _unset_strings,
    "status_values": _has_words,
    "timestamp_form": _times,
    "amounts_are_numbers": _amounts,
    "no_calls": _no_calls,
    "not_echoed": _not_echoed,
    "pin_group_off": _pins_off,
    "pin_group_on": _pins_on,
    "pins_are_strings": _pin_texts,
    "pin_retry_wait_form": _retry_wait,
    "pin_prompt_play_key": _prompt_key,
    "single_party_not_asked_form": _single_form(wished=False),
    "single_party_asked_form": _single_form(wished=True),
    "force_pin_off_form": _force_off,
    "cooloff_form": _cooloff,
}.items():
    shows(_row)(_each(_is_so))

shows("session_key_order")(_each(_key_order, listed=False))


@shows("subaccount_form")
def _subaccount_form(witness: Witness) -> Iterator[Testimony]:
    named: dict[str, bool] = {}
    for asked in witness.asked("create_session", "get_session"):
        uuid = str(asked.session.get("session_uuid"))
        if asked.operation == "create_session" and asked.session:
            named[uuid] = given(asked, "subaccount") is not None
        if asked.session and uuid in named:
            has = "subaccount" in asked.session
            yield either(asked.exchange, has is named[uuid], f"subaccount is {'there' if has else 'not there'}")


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "timestamp_truncated": "Times are shown without what is cut off; the instants of a capture are moved, too.",
}
