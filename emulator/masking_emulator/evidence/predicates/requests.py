"""Requests: how paths, credentials and bodies are read."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import UNSET

from masking_emulator.evidence.predicates.base import Predicate, Testimony, agrees, disagrees, either, shows
from masking_emulator.evidence.predicates.conversations import conversations_of
from masking_emulator.evidence.predicates.errors import (
    caller_of,
    good_callers,
    has_wrong_credentials,
    is_authenticated,
)
from masking_emulator.evidence.predicates.given import (
    GivenParameter,
    complains_about,
    every_given,
    given,
    is_decided,
    table_of,
    unfit,
    whole,
)
from masking_emulator.evidence.predicates.pairs import last_seen, seen_before
from masking_emulator.evidence.predicates.sessions import KEPT_S
from masking_emulator.evidence.predicates.values import flag
from masking_emulator.evidence.predicates.witness import Asked, Witness
from masking_emulator.plivo import refusals
from masking_emulator.plivo.parameters import CREATE, SYNONYMS, Kind
from masking_emulator.plivo.policy import RATE_LIMIT_REQUESTS, RATE_LIMIT_SPAN_S

_ALL: Final = ("create_session", "update_session", "get_session", "list_sessions", "delete_session")
_WRITES: Final = ("create_session", "update_session")
_SESSIONS: Final = re.compile(r"/+v1/+Account/+[^/]+/+Masking/+Session/*$")

#: What a session shows null for, whatever counts there.
_SHOWN_AS_NULL: Final = "create_session_with_single_party"


def _is_taken(asked: Asked) -> bool:
    return 200 <= asked.status < 300


def _on_known_paths(witness: Witness) -> Iterator[Asked]:
    """Requests with good credentials for all sessions, or for one that this account was shown before."""
    known = conversations_of(witness).seen
    for asked in witness.asked(*_ALL):
        seen = seen_before(witness, asked.uuid, asked)
        is_young = seen is not None and asked.at < known[asked.uuid][0].when + KEPT_S
        is_known = not asked.uuid or (seen is not None and is_young and seen.asked.account == asked.account)
        if is_known and asked.status and is_authenticated(witness, asked):
            yield asked


def _is_found(asked: Asked) -> bool:
    return not 300 <= asked.status < 400 and asked.status != 404


@shows("paths")
def _paths(witness: Witness) -> Iterator[Testimony]:
    for asked in _on_known_paths(witness):
        yield either(asked.exchange, _is_found(asked), f"it was answered with {asked.status}")


@shows("slashes")
def _slashes(witness: Witness) -> Iterator[Testimony]:
    for asked in _on_known_paths(witness):
        path = asked.exchange.request.path
        if "//" in path or not path.endswith("/"):
            yield either(asked.exchange, _is_found(asked), f"{path} was answered with {asked.status}")


@shows("no_redirects")
def _no_redirects(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked(*_ALL):
        if asked.status:
            yield either(asked.exchange, not 300 <= asked.status < 400, f"it was answered with {asked.status}")


@shows("basic_auth")
def _basic_auth(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked(*_ALL):
        if caller_of(asked) is None and _is_taken(asked):
            yield disagrees(asked.exchange, "it was answered without credentials")
        elif is_authenticated(witness, asked) and asked.status:
            yield either(asked.exchange, asked.status != 401, "credentials that were good before are refused")


@shows("authorization_scheme")
def _scheme(witness: Witness) -> Iterator[Testimony]:
    """Shown by another scheme. Redaction writes Basic in one way, so its letter case is not shown."""
    for asked in witness.asked(*_ALL):
        scheme = (asked.sent("authorization") or "").partition(" ")[0].lower()
        if scheme not in ("", "basic") and asked.status:
            yield either(asked.exchange, asked.status == 401, f"{scheme} was answered with {asked.status}")


@shows("credentials_first")
def _credentials_first(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        request, is_write = asked.exchange.request, asked.operation in _WRITES
        has_method = request.method in ("GET", "POST", "DELETE", "HEAD")
        is_unknown = bool(asked.uuid) and asked.uuid not in conversations_of(witness).seen
        is_wrong = not has_method or is_unknown or (is_write and not isinstance(request.body, dict))
        if asked.status and is_wrong and has_wrong_credentials(witness, asked):
            yield either(asked.exchange, asked.status == 401, f"it was answered with {asked.status}")


def _caller(witness: Witness, asked: Asked) -> str:
    """The Auth ID of good credentials; "" for any other."""
    caller = caller_of(asked)
    return caller[0] if caller is not None and caller in good_callers(witness) else ""


@shows("subaccount_credentials")
def _subaccount_credentials(witness: Witness) -> Iterator[Testimony]:
    owners: dict[str, str] = {}
    for asked in witness.asked("create_session", "get_session"):
        uuid = str(asked.session.get("session_uuid"))
        if asked.operation == "create_session" and asked.session and asked.account.startswith("SA"):
            owners[uuid] = asked.account
            yield agrees(asked.exchange)
        elif asked.operation == "create_session" and asked.status == 401 and asked.account.startswith("SA"):
            if is_authenticated(witness, asked):
                yield disagrees(asked.exchange, "its credentials are not taken")
        elif asked.status == 404 and owners.get(asked.uuid) == asked.account:
            yield disagrees(asked.exchange, "it does not own the session that it created")


@shows("account_in_path")
def _account_in_path(witness: Witness) -> Iterator[Testimony]:
    own = {
        (caller[0], given(asked, "subaccount"))
        for asked in witness.asked("create_session")
        if asked.session and (caller := caller_of(asked)) is not None and isinstance(given(asked, "subaccount"), str)
    }
    for asked in witness.asked(*_ALL):
        auth_id = _caller(witness, asked)
        if not auth_id or auth_id == asked.account or not asked.status:
            continue
        is_main = auth_id.startswith("MA") and asked.account.startswith("SA")
        if is_main and (asked.status != 401 or (auth_id, asked.account) in own):
            yield either(asked.exchange, asked.status != 401, "a main account may not act as its subaccount")
        elif not is_main:
            yield either(asked.exchange, asked.status == 401, f"{auth_id} may act as {asked.account}")


@shows("subaccount_scope")
def _scope(witness: Witness) -> Iterator[Testimony]:
    """Gets and lists of what belongs to another account."""
    for asked in witness.asked("get_session", "list_sessions"):
        if asked.status not in (200, 404) or not is_authenticated(witness, asked):
            continue
        owners = {str(seen.session.get("session_uuid")): owner for seen, owner in last_seen(witness, asked)}
        shown = (
            [asked.uuid]
            if asked.operation == "get_session"
            else [str(one.get("session_uuid")) for one in asked.objects]
        )
        others = [uuid for uuid in shown if owners.get(uuid, asked.account) != asked.account]
        if others and asked.account.startswith("SA"):
            is_so = asked.operation == "get_session" and asked.status == 404
            yield either(asked.exchange, is_so, f"it finds a session of {owners[others[0]]}")
        elif others and str(owners[others[0]]).startswith("SA"):
            yield either(asked.exchange, asked.status == 200, "it does not find the session of a subaccount")


def _kind(asked: Asked) -> str:
    return (asked.sent("content-type") or "").lower()


@shows("content_type")
def _content_type(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked(*_WRITES):
        kind = _kind(asked).partition(";")[0].strip()
        if kind == "application/json" and (_is_taken(asked) or asked.error == refusals.NOT_JSON_TYPE):
            yield either(asked.exchange, _is_taken(asked), f"{_kind(asked)} is refused")
        elif kind not in ("", "application/json") and (_is_taken(asked) or asked.error == refusals.NOT_JSON_TYPE):
            yield either(asked.exchange, not _is_taken(asked), f"{kind} is taken")


@shows("head_as_get")
def _head(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        request, answer = asked.exchange.request, asked.exchange.answer
        is_list = request.method == "HEAD" and _SESSIONS.match(request.path) is not None and not request.query
        if is_list and answer is not None and is_authenticated(witness, asked):
            is_so = answer.status == 200 and (answer.body is UNSET or answer.body is None) and not answer.text
            yield either(asked.exchange, is_so, f"it was answered with {answer.status}")


@shows("delete_body_ignored")
def _delete_body(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("delete_session"):
        request = asked.exchange.request
        if request.body is not UNSET or request.text or request.form:
            if _is_taken(asked):
                yield agrees(asked.exchange)
            elif asked.status in (413, 415) or asked.error in (refusals.NOT_JSON, refusals.NOT_JSON_TYPE):
                yield disagrees(asked.exchange, f"it was answered with {asked.status} {asked.error!r}")


def _body(asked: Asked) -> dict[Any, Any]:
    body = asked.exchange.request.body
    return body if isinstance(body, dict) else {}


@shows("unknown_keys_ignored")
def _unknown_keys(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked(*_WRITES):
        unknown = [str(key) for key in _body(asked) if str(key).lower() not in (*CREATE, *SYNONYMS)]
        if unknown and asked.session:
            yield agrees(asked.exchange)
        elif unknown and asked.status == 400 and any(complains_about(asked, key) for key in unknown):
            yield disagrees(asked.exchange, f"it was refused: {asked.error}")


@shows("keys_in_any_case")
def _keys(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        names = Counter(str(key).lower() for key in _body(asked))
        for key in map(str, _body(asked)):
            name = key.lower()
            if key == name or name not in CREATE or names[name] > 1 or not asked.session:
                continue
            one = GivenParameter(asked, name, given(asked, name), fits=True)
            if one.value is not None and one.is_shown:
                yield either(asked.exchange, one.is_as_given, f"{key} counts for nothing")


@shows("is_pin_authentication")
def _older_name(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("create_session"):
        value = flag(asked.fields.get("is_pin_authentication"))
        if value is not None and "is_pin_authentication_required" not in asked.fields and asked.session:
            shown = asked.session.get("is_pin_authentication_required")
            yield either(asked.exchange, shown is value, f"is_pin_authentication_required is {shown!r}")


def _not_given(row: str, value: Any) -> None:
    """Register the predicate of a value that counts as nothing."""

    @shows(row)
    def read(witness: Witness) -> Iterator[Testimony]:
        for asked in witness.asked(*_WRITES):
            for name, parameter in table_of(asked).items():
                if name not in asked.fields or asked.fields[name] != value or parameter.pin_group:
                    continue
                if complains_about(asked, name):
                    yield disagrees(asked.exchange, f"{name} was refused: {asked.error}")
                elif asked.session and name in asked.session and name != _SHOWN_AS_NULL:
                    yield from _is_left_alone(witness, asked, name, is_url=parameter.kind is Kind.URL and value == "")


def _is_left_alone(witness: Witness, asked: Asked, name: str, *, is_url: bool) -> Iterator[Testimony]:
    """Whether a parameter without a value is what it is by default, or, after an update, what it was before."""
    shown, default = asked.session.get(name), CREATE[name].default
    if asked.operation == "update_session" and not is_url:
        before = seen_before(witness, asked.uuid, asked)
        if before is None:
            return
        default = before.session.get(name)
    if default is not None:
        yield either(asked.exchange, shown == default, f"{name} became {shown!r}")


_not_given("null_is_not_given", None)
_not_given("empty_is_not_given", "")


def _spelt(row: str, kind: Kind, is_spelt: Callable[[Any], bool]) -> None:
    """Register the predicate of a way to write a parameter of this kind."""

    @shows(row)
    def read(witness: Witness) -> Iterator[Testimony]:
        for name in (name for name, parameter in CREATE.items() if parameter.kind is kind):
            for one in every_given(witness, name):
                if not one.fits or not is_spelt(one.value):
                    continue
                if one.is_refused:
                    yield disagrees(one.asked.exchange, f"{name} was refused: {one.asked.error}")
                elif one.is_shown and whole(one.value) != 0 and not (parameter_is_off(one.asked, name)):
                    seen = f"{name} {one.value!r} became {one.asked.session.get(name)!r}"
                    yield either(one.asked.exchange, one.is_as_given or _is_null_for(one), seen)


def parameter_is_off(asked: Asked, name: str) -> bool:
    """Whether the parameter is one of PINs, and there are none."""
    return CREATE[name].pin_group and asked.session.get("is_pin_authentication_required") is not True


def _is_null_for(one: GivenParameter) -> bool:
    """Whether null is shown for what was not wished for."""
    return one.name == _SHOWN_AS_NULL and flag(one.value) is False and one.asked.session.get(one.name) is None


_spelt("flags_as_strings", Kind.FLAG, lambda value: isinstance(value, str))
_spelt("integers_as_strings", Kind.INTEGER, lambda value: isinstance(value, str))
_spelt("integers_as_decimals", Kind.INTEGER, lambda value: isinstance(value, float))


def _url_form() -> Predicate:
    def read(witness: Witness) -> Iterator[Testimony]:
        for name in (name for name, parameter in CREATE.items() if parameter.kind is Kind.URL):
            for one in every_given(witness, name):
                is_alone = unfit(one.asked) in ([], [name]) and is_decided(one.asked)
                if is_alone and not parameter_is_off(one.asked, name) and (one.is_refused or one.asked.session):
                    what = "refused" if one.is_refused else "taken"
                    yield either(one.asked.exchange, one.fits is not one.is_refused, f"{one.value!r} was {what}")

    return read


shows("url_form")(_url_form())


def _recent(witness: Witness) -> Iterator[tuple[Asked, int]]:
    """Every answered request with good credentials, and how many the caller was allowed in the seconds before it."""
    taken: dict[str, deque[float]] = {}
    for asked in witness.exchanges:
        caller = _caller(witness, asked)
        if not caller or not asked.status:
            continue
        times = taken.setdefault(caller, deque())
        while times and times[0] <= asked.at - RATE_LIMIT_SPAN_S:
            times.popleft()
        yield asked, len(times)
        if asked.status != 429:
            times.append(asked.at)


@shows("rate_limit")
def _rate_limit(witness: Witness) -> Iterator[Testimony]:
    for asked, before in _recent(witness):
        if asked.status == 429:
            yield disagrees(asked.exchange, "True: it was refused")
        elif before >= RATE_LIMIT_REQUESTS:
            yield agrees(asked.exchange)


@shows("rate_limit_window")
def _rate_window(witness: Witness) -> Iterator[Testimony]:
    """Shown where there is a limit at all."""
    if any(asked.status == 429 for asked in witness.exchanges):
        for asked, before in _recent(witness):
            if before >= RATE_LIMIT_REQUESTS:
                yield either(asked.exchange, asked.status == 429, f"there were {before} requests before it")


@shows("rate_limited_body")
def _rate_body(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        if asked.status == 429 and asked.exchange.request.method != "HEAD":
            text, wait = refusals.TOO_MANY_REQUESTS, asked.header("retry-after")
            is_so = tuple(asked.answer) == ("api_id", "error") and asked.error == text and wait is None
            yield either(asked.exchange, is_so, f"it says {asked.error!r}, Retry-After: {wait}")


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "session_uuid_any_case": "Redaction writes every id in small letters.",
}
