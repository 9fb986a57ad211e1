"""The emulated API over real sockets: paths, credentials, methods, bodies and limits."""

import json
import sys
from collections.abc import Iterator
from typing import Final

import pytest
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import FIRST, SECOND, Api, Reply

_BODY_BYTES_MAX: Final = 65_536
_PAIR: Final = json.dumps({"first_party": FIRST, "second_party": SECOND}).encode()
_UNKNOWN: Final = "00000000-0000-4000-8000-000000000000"


def _is_refusal(reply: Reply, status: int) -> bool:
    """Whether the reply is a refusal of this status in the vendor's shape."""
    body = reply.json
    return reply.status == status and list(body) == ["api_id", "error"] and _is_json(reply)


def _is_json(reply: Reply) -> bool:
    return reply.headers["content-type"] == "application/json"


# Paths.


@pytest.mark.parametrize("tail", ["", "/", "//", "///"])
@pytest.mark.parametrize("middle", ["/", "//"])
def test_collection_is_found_with_any_number_of_slashes(fresh_api: Api, middle: str, tail: str) -> None:
    """SDKs and docs disagree about slashes, and a redirect would turn POST into GET (ledger: slashes, no_redirects)."""
    path = f"/v1/Account/{fresh_api.auth_id}/Masking{middle}Session{tail}"

    assert fresh_api.ask("POST", path, _PAIR).status == 201
    assert fresh_api.ask("GET", path).status == 200


@pytest.mark.parametrize("path", ["{}/{}", "{}/{}/", "{}//{}/", "/{}/{}//"])
def test_session_is_found_with_any_number_of_slashes(fresh_api: Api, path: str) -> None:
    """.NET's GetAsync doubles a slash, Node sends none (ledger: slashes, no_redirects)."""
    session = path.format(fresh_api.sessions, fresh_api.create().json["session_uuid"])

    assert fresh_api.ask("GET", session).status == 200
    assert fresh_api.ask("POST", session, b"{}").status == 200
    assert fresh_api.ask("DELETE", session).status == 200


def test_upper_case_uuid_names_the_same_session(fresh_api: Api) -> None:
    """A UUID has no letter case (RFC 9562; ledger: session_uuid_any_case)."""
    uuid = fresh_api.create().json["session_uuid"]

    assert fresh_api.ask("GET", fresh_api.session(uuid.upper())).json["response"]["session_uuid"] == uuid


@pytest.mark.parametrize(
    "path",
    ["", "/", "/Session", "/Masking", "/Masking/Sessions", "/Masking/Session/a/b", "/Phone/", "/%2e%2e/", "/%c3%a9"],
)
def test_other_path_of_the_account_is_not_found(fresh_api: Api, path: str) -> None:
    """Only number masking is emulated, and what its answers point to (ledger: unknown_path)."""
    reply = fresh_api.ask("GET", f"/v1/Account/{fresh_api.auth_id}{path}")

    assert _is_refusal(reply, 404)
    assert reply.error == "not found"


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "LOCK"])
def test_other_path_of_the_account_is_not_found_whatever_the_method(fresh_api: Api, method: str) -> None:
    """A path that is no resource has no methods to allow (ledger: unknown_path)."""
    reply = fresh_api.ask(method, f"/v1/Account/{fresh_api.auth_id}/Masking/Sessions")

    assert (404, None) == (reply.status, reply.headers.get("allow"))


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/Account", "/v2/Account/x/Masking/Session", "/favicon.ico", "//"])
def test_path_outside_both_apis_is_not_found(fresh_api: Api, path: str) -> None:
    """The vendor's shape, wherever one lands."""
    assert _is_refusal(fresh_api.ask("GET", path), 404)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_session_is_not_found(fresh_api: Api, method: str) -> None:
    """The text is that of other resources (ledger: unknown_session_status, unknown_session_text)."""
    reply = fresh_api.ask(method, fresh_api.session(_UNKNOWN), b"{}")

    assert _is_refusal(reply, 404)
    assert reply.error == "not found"


@pytest.mark.parametrize("ended", [True, False])
def test_wrong_body_is_told_before_the_session(fresh_api: Api, *, ended: bool) -> None:
    """An update of a session that is not there, or has ended (ledger: first_fault_reported)."""
    path = fresh_api.session(_UNKNOWN)
    if ended:
        path = fresh_api.session(fresh_api.create().json["session_uuid"])
        fresh_api.ask("DELETE", path)

    reply = fresh_api.ask("POST", path, b'{"record": "x"}')

    assert reply.error == "Invalid parameter. record allowed values are true or false."


# Credentials.


@pytest.mark.parametrize("header", [None, "", "Basic", "Basic eDp5", "Bearer stk_x", "Digest x"])
def test_unknown_caller_is_asked_to_authenticate(fresh_api: Api, header: str | None) -> None:
    """In the shape of every refusal (ledger: unauthenticated_status, unauthenticated_body)."""
    reply = fresh_api.ask("GET", fresh_api.sessions, headers={"Authorization": header})

    assert _is_refusal(reply, 401)
    assert reply.headers["www-authenticate"] == 'Basic realm="Plivo"'


def test_unknown_caller_learns_neither_paths_nor_methods(fresh_api: Api) -> None:
    """Who one is comes before what one wants."""
    for method, path in (("PUT", fresh_api.sessions), ("GET", f"/v1/Account/{fresh_api.auth_id}/Nothing/")):
        assert fresh_api.ask(method, path, headers={"Authorization": None}).status == 401


def test_another_account_in_the_path_is_refused(fresh_api: Api, emulator: ServerThread) -> None:
    """Each world's credentials open that world alone."""
    demo = emulator.control.get("/health")["worlds"][0]
    reply = fresh_api.ask("GET", f"/v1/Account/{demo}/Masking/Session/")

    assert _is_refusal(reply, 401)


def test_subaccount_on_the_main_account_path_is_refused(fresh_api: Api) -> None:
    """A subaccount acts as its own owner (ledger: account_in_path)."""
    assert fresh_api.subaccounts[0].ask("GET", fresh_api.sessions).status == 401


def test_subaccount_sees_only_its_own_sessions(fresh_api: Api) -> None:
    """It acts as its own owner (ledger: subaccount_scope)."""
    subaccount = fresh_api.subaccounts[0]
    of_main = fresh_api.create().json["session_uuid"]
    of_sub = subaccount.create(first_party="14155550123").json["session_uuid"]

    listed = subaccount.list().json["response"]["objects"]
    assert [of_sub] == [session["session_uuid"] for session in listed]
    assert subaccount.ask("GET", subaccount.session(of_main)).status == 404
    assert subaccount.ask("DELETE", subaccount.session(of_main)).status == 404


def test_main_account_sees_all_sessions_on_its_own_path(fresh_api: Api) -> None:
    """The owner of the subaccounts oversees them (ledger: subaccount_scope)."""
    of_sub = fresh_api.subaccounts[0].create(first_party="14155550123").json["session_uuid"]

    assert fresh_api.ask("GET", fresh_api.session(of_sub)).status == 200


def test_main_account_acts_for_a_subaccount_on_its_path(fresh_api: Api) -> None:
    """There it sees and makes what the subaccount would (ledger: account_in_path)."""
    subaccount = fresh_api.subaccounts[0]
    fresh_api.create()
    made = fresh_api.ask("POST", subaccount.sessions, _PAIR.replace(FIRST.encode(), b"14155550123"))

    assert made.json["virtual_number"] == "+14155550190"
    assert fresh_api.ask("GET", subaccount.sessions).json["response"]["meta"]["total_count"] == 1


# Methods.


@pytest.mark.parametrize(
    ("tail", "method", "allowed"),
    [
        *(("", method, "GET, POST") for method in ("PUT", "PATCH", "DELETE", "OPTIONS")),
        *((f"/{_UNKNOWN}", method, "GET, POST, DELETE") for method in ("PUT", "PATCH", "OPTIONS")),
    ],
)
def test_other_method_is_refused_with_the_allowed_ones(fresh_api: Api, tail: str, method: str, allowed: str) -> None:
    """Source: vendor page, status table, for 405; Allow is HTTP's."""
    reply = fresh_api.ask(method, fresh_api.sessions + tail)

    assert _is_refusal(reply, 405)
    assert allowed == reply.headers["allow"]


def test_head_is_get_without_a_body(fresh_api: Api) -> None:
    """HTTP says so."""
    reply = fresh_api.ask("HEAD", fresh_api.sessions)

    assert (reply.status, reply.content) == (200, b"")


@pytest.mark.parametrize("body", [b"{}", b'{"session_uuid": "x"}', b"not json", b"\xff"])
def test_body_of_a_delete_is_ignored(fresh_api: Api, body: bytes) -> None:
    """Python, Node, PHP and .NET send one (ledger: delete_body_ignored)."""
    uuid = fresh_api.create().json["session_uuid"]

    assert fresh_api.ask("DELETE", fresh_api.session(uuid), body).status == 200


# Bodies.


@pytest.mark.parametrize("sent", ["application/json; charset=utf-8", "Application/JSON", "application/json;x"])
def test_json_content_type_may_have_parameters(fresh_api: Api, sent: str) -> None:
    """Java and .NET send a charset (ledger: content_type)."""
    assert fresh_api.ask("POST", fresh_api.sessions, _PAIR, headers={"Content-Type": sent}).status == 201


@pytest.mark.parametrize(
    "sent", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data"]
)
def test_other_content_type_is_refused(fresh_api: Api, sent: str | None) -> None:
    """JSON only (ledger: content_type, content_type_text)."""
    reply = fresh_api.ask("POST", fresh_api.sessions, _PAIR, headers={"Content-Type": sent})

    assert _is_refusal(reply, 400)
    assert reply.error == "Content-Type must be application/json."


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"first_party": ',
        b'{"record": true,}',
        b'{"pin_retry": NaN}',
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 10_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_body_that_is_no_json_is_refused(fresh_api: Api, body: bytes) -> None:
    """The vendor's own update sample has a trailing comma (ledger: invalid_json)."""
    reply = fresh_api.ask("POST", fresh_api.sessions, body)

    assert _is_refusal(reply, 400)
    assert reply.error == "Invalid JSON in the request body."


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"x"'])
def test_body_that_is_no_object_is_refused(fresh_api: Api, body: bytes) -> None:
    """Parameters have names (ledger: json_object)."""
    assert fresh_api.ask("POST", fresh_api.sessions, body).error == "The request body must be a JSON object."


def test_deepest_value_that_json_allows_is_refused_as_a_value(fresh_api: Api) -> None:
    """Where the parser just does not refuse yet, nothing after it may run out of stack."""
    texts, limit = set(), sys.getrecursionlimit()  # which other tests of this process may have raised
    for depth in range(limit - 100, limit):
        reply = fresh_api.ask("POST", fresh_api.sessions, b'{"record": ' + b"[" * depth + b"]" * depth + b"}")
        assert reply.status == 400
        texts.add(reply.error)

    assert texts == {"Invalid JSON in the request body.", "Invalid parameter. record allowed values are true or false."}


@pytest.mark.parametrize(
    "value", ['"\\ud800"', '"\\udfff\\ud800"', "1e400", "-0", "1" + "0" * 300, '"\\u0000"', '"\\u202e\\r\\nX: y"']
)
@pytest.mark.parametrize("name", ["first_party", "callback_url", "session_expiry", "subaccount", "record"])
def test_strange_value_is_refused_or_harmless(fresh_api: Api, name: str, value: str) -> None:
    """Lone surrogates, infinities, zero bytes and line breaks come back as a 400, never as a header or a crash."""
    body = {"first_party": json.dumps(FIRST), "second_party": json.dumps(SECOND), name: value}
    sent = "{" + ",".join(f'"{key}":{text}' for key, text in body.items()) + "}"
    reply = fresh_api.ask("POST", fresh_api.sessions, sent.encode())

    assert reply.status in (201, 400)
    assert _is_json(reply)
    assert "x" not in reply.headers


@pytest.mark.parametrize(
    "query", ["first_party=%ff%fe", "status=%00", "limit=%F0%9F%98%80", "a=%", "=&=&&", "subaccount=%0d%0aX:y"]
)
def test_strange_query_is_refused_or_harmless(fresh_api: Api, query: str) -> None:
    """Whatever the bytes of a query, the answer is a page or a 400."""
    reply = fresh_api.ask("GET", f"{fresh_api.sessions}?{query}")

    assert reply.status in (200, 400)
    assert _is_json(reply)


# Limits.


def _padded(size: int) -> bytes:
    return _PAIR[:-1] + b" " * (size - len(_PAIR)) + b"}"


def test_body_of_65536_bytes_is_taken(fresh_api: Api) -> None:
    """The longest one (ledger: body_limit)."""
    assert fresh_api.ask("POST", fresh_api.sessions, _padded(_BODY_BYTES_MAX)).status == 201


def test_body_of_65537_bytes_is_too_large(fresh_api: Api) -> None:
    """One byte more (ledger: body_limit)."""
    assert _is_refusal(fresh_api.ask("POST", fresh_api.sessions, _padded(_BODY_BYTES_MAX + 1)), 413)


def test_chunked_body_is_counted_too(fresh_api: Api) -> None:
    """A body without Content-Length has the same limit."""
    assert _is_refusal(fresh_api.ask("POST", fresh_api.sessions, _pieces(_padded(_BODY_BYTES_MAX + 1))), 413)


def test_chunked_body_is_taken(fresh_api: Api) -> None:
    """Chunks are HTTP/1.1."""
    assert fresh_api.ask("POST", fresh_api.sessions, _pieces(_PAIR)).status == 201


def _pieces(content: bytes) -> Iterator[bytes]:
    yield from (content[start : start + 4096] for start in range(0, len(content), 4096))


def test_url_of_8192_bytes_is_taken(fresh_api: Api) -> None:
    """Path and query together (ledger: url_limit)."""
    path = f"{fresh_api.sessions}?"

    assert fresh_api.ask("GET", path + "a" * (8192 - len(path) + 1)).status == 200


def test_longer_url_is_refused(fresh_api: Api) -> None:
    """It is refused before anything else is read (ledger: url_limit)."""
    path = f"{fresh_api.sessions}?"

    assert _is_refusal(fresh_api.ask("GET", path + "a" * (8192 - len(path) + 2)), 414)


# Answers.


def test_api_ids_are_never_the_same(fresh_api: Api) -> None:
    """An api_id is a UUID of the request (ledger: api_id)."""
    ids = {fresh_api.list().json["api_id"] for _ in range(20)}

    assert len(ids) == 20


def test_refused_request_changes_nothing(fresh_api: Api) -> None:
    """After a 400 there is no session more, and the next one is the same as without it."""
    fresh_api.create(session_expiry=1)

    assert fresh_api.list().json["response"]["meta"]["total_count"] == 0


def test_following_next_over_the_wire_lists_every_session_once(fresh_api: Api) -> None:
    """The links lead through all pages (ledger: list_links)."""
    made = [fresh_api.create(first_party=f"9190034590{n:02}", second_party=f"9181972410{n:02}").json for n in range(25)]
    seen, path = [], f"{fresh_api.sessions}/?limit=7&status=active&created_time__lte=2026-01-01+00%3A00"
    while path:
        page = fresh_api.ask("GET", path).json["response"]
        seen += [session["session_uuid"] for session in page["objects"]]
        path = page["meta"]["next"]

    assert [session["session_uuid"] for session in reversed(made)] == seen


def test_absolute_form_of_the_target_is_understood(fresh_api: Api) -> None:
    """Node's axios up to 1.16.0 sends it to a plain proxy (axios, lib/adapters/http.js, setProxy)."""
    reply = fresh_api.ask("GET", f"http://api.plivo.com{fresh_api.sessions}/")
    assert reply.status == 200
