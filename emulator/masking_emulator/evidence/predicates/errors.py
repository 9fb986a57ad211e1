"""Refusals: which status, and which text to the letter."""

import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import UNSET, json

from masking_emulator.evidence.predicates.base import Predicate, Testimony, either, shows
from masking_emulator.evidence.predicates.conversations import Seen, conversations_of
from masking_emulator.evidence.predicates.given import given, is_decided, unfit, whole
from masking_emulator.evidence.predicates.pairs import seen_before
from masking_emulator.evidence.predicates.parameters import is_clamped, is_single
from masking_emulator.evidence.predicates.witness import Asked, Witness
from masking_emulator.plivo import refusals
from masking_emulator.plivo.parameters import CREATE, Kind

_BODY_BYTES_MAX: Final = 65_536
_URL_BYTES_MAX: Final = 8192

#: Of all sessions and of one, by the number of parts behind the account.
_METHODS: Final = {2: frozenset({"GET", "HEAD", "POST"}), 3: frozenset({"GET", "HEAD", "POST", "DELETE"})}
_KNOWN_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})

#: Refusals that have nothing to do with what is asked for.
_FOR_OTHER_REASONS: Final = frozenset({401, 405, 413, 414, 429})

_UUID_TEXT: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def caller_of(asked: Asked) -> tuple[str, str] | None:
    """Auth ID and token of the request's Basic credentials, both as stand-ins; None where it has none."""
    scheme, _, rest = (asked.sent("authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, token = b64decode(rest, validate=True).decode().partition(":")
    except (NoBase64, UnicodeError):
        return None
    return (user, token) if colon else None


def good_callers(witness: Witness) -> frozenset[tuple[str, str]]:
    """Credentials with which something was answered that needs them."""
    kept = witness.kept.get("good callers")
    if kept is None:
        found = (caller_of(asked) for asked in witness.exchanges if asked.operation and 200 <= asked.status < 300)
        kept = witness.kept["good callers"] = frozenset(caller for caller in found if caller is not None)
    return kept


def is_authenticated(witness: Witness, asked: Asked) -> bool:
    """Whether the request has credentials that are known to be good, for their own account."""
    caller = caller_of(asked)
    return caller is not None and caller in good_callers(witness) and caller[0] == asked.account


def has_wrong_credentials(witness: Witness, asked: Asked) -> bool:
    """Whether the request has no credentials, or an Auth ID that is known by another token."""
    if not asked.account:
        return False
    caller = caller_of(asked)
    good = good_callers(witness)
    return caller is None or (caller not in good and caller[0] in {user for user, _ in good})


@shows("unauthenticated_status")
def _unauthenticated(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        if asked.status and asked.operation and has_wrong_credentials(witness, asked):
            yield either(asked.exchange, asked.status == 401, f"it was answered with {asked.status}")


@shows("unauthenticated_body")
def _unauthenticated_body(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        if asked.status == 401 and asked.exchange.request.method != "HEAD":
            challenge = asked.header("www-authenticate") or ""
            is_so = challenge.lower().startswith("basic") and tuple(asked.answer) == ("api_id", "error")
            yield either(asked.exchange, is_so, f"{challenge!r}, {', '.join(asked.answer) or asked.exchange.answer}")


def _refusal(row: str, status: int, text: str) -> Callable[[Callable[[Asked], bool]], Predicate]:
    """Register a question, whether a request is refused for this alone, as the predicate of a row."""

    def register(is_asked: Callable[[Asked], bool]) -> Predicate:
        def read(witness: Witness) -> Iterator[Testimony]:
            for asked in witness.exchanges:
                if asked.status and is_authenticated(witness, asked) and is_asked(asked):
                    is_so = asked.status == status and (asked.error == text or asked.exchange.request.method == "HEAD")
                    yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")

        return shows(row)(read)

    return register


def _parts(asked: Asked) -> list[str]:
    return [part for part in asked.exchange.request.path.split("/") if part][3:]


@_refusal("unknown_path", 404, refusals.NOT_FOUND)
def _unknown_path(asked: Asked) -> bool:
    parts = _parts(asked)
    return not asked.operation and parts[:1] == ["Masking"] and parts[1:2] != ["Session"]


def _kind(asked: Asked) -> str:
    return (asked.sent("content-type") or "").split(";")[0].strip().lower()


def _is_post(asked: Asked) -> bool:
    return asked.operation in ("create_session", "update_session")


def _is_small(asked: Asked) -> bool:
    request = asked.exchange.request
    body = b"" if request.body is UNSET else json.encode(request.body)
    return len(request.text or "") <= _BODY_BYTES_MAX and len(body) <= _BODY_BYTES_MAX


@_refusal("content_type_text", 400, refusals.NOT_JSON_TYPE)
def _content_type(asked: Asked) -> bool:
    request = asked.exchange.request
    has_body = request.body is not UNSET or bool(request.text or request.form)
    return _is_post(asked) and has_body and _is_small(asked) and _kind(asked) not in ("", "application/json")


@_refusal("invalid_json", 400, refusals.NOT_JSON)
def _invalid_json(asked: Asked) -> bool:
    request = asked.exchange.request
    return _is_post(asked) and _kind(asked) == "application/json" and bool(request.text) and _is_small(asked)


@_refusal("json_object", 400, refusals.NOT_AN_OBJECT)
def _no_object(asked: Asked) -> bool:
    body = asked.exchange.request.body
    is_other = body is not UNSET and not isinstance(body, dict)
    return _is_post(asked) and _kind(asked) == "application/json" and is_other


@_refusal("body_limit", 413, refusals.BODY_TOO_LARGE)
def _too_large(asked: Asked) -> bool:
    length = asked.sent("content-length") or ""
    is_long = length.isascii() and length.isdigit() and int(length) > _BODY_BYTES_MAX
    return _is_post(asked) and (is_long or not _is_small(asked))


@_refusal("url_limit", 414, refusals.URL_TOO_LONG)
def _url_too_long(asked: Asked) -> bool:
    request = asked.exchange.request
    return len(request.path) + sum(len(name) + len(value) + 2 for name, value in request.query) > _URL_BYTES_MAX


def _has_no_such_method(asked: Asked) -> bool:
    parts = _parts(asked)
    known = _METHODS.get(len(parts), _KNOWN_METHODS) if parts[:2] == ["Masking", "Session"] else _KNOWN_METHODS
    return asked.exchange.request.method in _KNOWN_METHODS - known


@shows("method_not_allowed_status")
def _method_status(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        if asked.status and is_authenticated(witness, asked) and _has_no_such_method(asked):
            yield either(asked.exchange, asked.status == 405, f"it was answered with {asked.status}")


@shows("method_not_allowed_body")
def _method_body(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        if asked.status == 405 and asked.exchange.request.method != "HEAD":
            allowed = asked.header("allow")
            is_so = bool(allowed) and asked.error == refusals.METHOD_NOT_ALLOWED
            yield either(asked.exchange, is_so, f"Allow: {allowed}, {asked.error!r}")


@shows("internal_error")
def _internal_error(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        if asked.status == 500:
            yield either(asked.exchange, asked.error == refusals.SERVER_ERROR, f"it says {asked.error!r}")


@shows("refused_changes_nothing")
def _changes_nothing(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for asked in witness.asked("update_session"):
        if asked.status != 400:
            continue
        before = seen_before(witness, asked.uuid, asked)
        after = next((seen for seen in known.seen.get(asked.uuid, ()) if seen.at.n > asked.exchange.n), None)
        if before is not None and after is not None and not _changed_between(witness, before, after):
            is_so = before.session.get("modified_time") == after.session.get("modified_time")
            yield either(after.at, is_so, "the session was changed meanwhile")


def _changed_between(witness: Witness, before: Seen, after: Seen) -> bool:
    """Whether something that was taken may have changed the session between the two, or the second did."""
    writes = witness.asked("create_session", "update_session", "delete_session")
    return after.asked.operation != "get_session" or any(
        before.at.n < asked.exchange.n <= after.at.n and 200 <= asked.status < 300 for asked in writes
    )


def _only_fault(asked: Asked) -> str | None:
    """The one parameter of a decided request that is not what the page allows; None for none or several."""
    faults = unfit(asked) if is_decided(asked) else []
    return faults[0] if len(faults) == 1 else None


def _text_of(name: str, value: Any) -> tuple[str, str]:
    """Row and text for a parameter that is not what the page allows."""
    parameter = CREATE[name]
    match parameter.kind:
        case Kind.PHONE:
            return "text_phone", refusals.NOT_A_PHONE.format(name=name)
        case Kind.INTEGER if whole(value) is not None:
            return "text_range", refusals.OUT_OF_RANGE.format(name=name)
        case Kind.INTEGER:
            return "text_integer", refusals.NOT_AN_INTEGER.format(name=name)
        case Kind.FLAG:
            return "text_flag", refusals.NOT_ALLOWED.format(name=name, values="true or false")
        case Kind.CHOICE:
            values = " or ".join(parameter.schema.get("enum", ()))
            return "text_choice", refusals.NOT_ALLOWED.format(name=name, values=values)
        case Kind.URL if isinstance(value, str) and len(value) >= 1000 and value.lower().startswith("http"):
            return "text_url_length", refusals.TOO_LONG.format(name=name)
        case Kind.URL:
            return "text_url", refusals.NOT_A_URL.format(name=name)
        case Kind.PIN:
            return "", refusals.NOT_A_PIN.format(name=name)
        case _:
            return "text_string", refusals.NOT_A_STRING.format(name=name)


def _text(row: str) -> Predicate:
    def read(witness: Witness) -> Iterator[Testimony]:
        for asked in witness.asked("create_session", "update_session"):
            name = _only_fault(asked)
            if name is not None and not is_clamped(asked, name):
                about, text = _text_of(name, given(asked, name))
                if about == row:
                    is_so = asked.status == 400 and asked.error == text
                    yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")

    return read


for _row in (
    *("text_phone", "text_range", "text_integer", "text_flag"),
    *("text_choice", "text_url_length", "text_url", "text_string"),
):
    shows(_row)(_text(_row))


@shows("text_missing")
def _text_missing(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        if is_single(asked) or unfit(asked) or not is_decided(asked):
            continue
        missing = [name for name in ("first_party", "second_party") if given(asked, name) is None]
        if missing:
            text = refusals.MISSING.format(name=missing[0])
            is_so = asked.status == 400 and asked.error == text
            yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")


@shows("text_full_stop")
def _full_stop(witness: Witness) -> Iterator[Testimony]:
    expired = "Session already expired"
    for asked in witness.exchanges:
        if asked.status == 400 and isinstance(asked.error, str):
            is_so = asked.error == expired or (asked.error.endswith(".") and asked.error != f"{expired}.")
            yield either(asked.exchange, is_so, f"it is {asked.error!r}")


@shows("first_fault_reported")
def _first_fault(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session", "update_session"):
        faults = unfit(asked) if is_decided(asked) else []
        if len(faults) > 1:
            text = _text_of(faults[0], given(asked, faults[0]))[1]
            is_so = asked.status == 400 and asked.error == text
            yield either(asked.exchange, is_so, f"of {', '.join(faults)} it reports {asked.error!r}")


def _unknown_sessions(witness: Witness) -> Iterator[Asked]:
    """Requests for a session that no answer has ever named."""
    named = {uuid.lower() for uuid in conversations_of(witness).seen}
    for asked in witness.asked("get_session", "update_session", "delete_session"):
        is_refused = 400 <= asked.status < 500 and asked.status not in _FOR_OTHER_REASONS
        if asked.uuid.lower() not in named and is_refused and is_authenticated(witness, asked):
            is_for_body = asked.operation == "update_session" and (unfit(asked) or asked.status == 400)
            if _UUID_TEXT.fullmatch(asked.uuid) and not is_for_body and asked.error != "Session already expired":
                yield asked


@shows("unknown_session_status")
def _unknown_session(witness: Witness) -> Iterator[Testimony]:
    for asked in _unknown_sessions(witness):
        yield either(asked.exchange, asked.status == 404, f"it was answered with {asked.status}")


@shows("unknown_session_text")
def _unknown_session_text(witness: Witness) -> Iterator[Testimony]:
    for asked in _unknown_sessions(witness):
        if asked.exchange.request.method != "HEAD":
            yield either(asked.exchange, asked.error == refusals.NOT_FOUND, f"it says {asked.error!r}")


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "reason_header": "It is a header of the emulator's own, and says nothing about the service.",
}
