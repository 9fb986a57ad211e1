"""The request journal: what arrived, what was answered, what nothing read; counted, verified and waited for."""

import json
import socket
import threading
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.control.near_misses import matches, near_misses
from masking_emulator.control.views.requests import json_of
from masking_emulator.plivo.parameters import CREATE
from masking_emulator.plivo.policy import BODY_BYTES_MAX, Policy
from masking_emulator.plivo.unread import unread
from masking_emulator.server.thread import ServerThread
from masking_emulator.traffic.requests import ApiRequest, Reply, RequestJournal, RequestOutcome

from tests.plivo.ask import FIRST, SECOND, Api, api_of, ask
from tests.plivo.ask import Reply as Answer
from tests.shell.asking import control, create, good
from tests.shell.worlds import START


def requests(api: Api, **criteria: Any) -> list[Any]:
    """The requests that the control API lists."""
    listed: list[Any] = good(control(api, "GET", f"{{w}}/requests?{urlencode(criteria)}"))["requests"]
    return listed


def verify(api: Api, **expected: Any) -> Answer:
    """A verification."""
    return control(api, "POST", "{w}/requests/verify", expected)


def basic(credentials: str) -> dict[str, str]:
    """The header for these credentials."""
    return {"Authorization": f"Basic {b64encode(credentials.encode()).decode()}"}


def test_request_is_kept_with_its_answer(api: Api) -> None:
    """Method, path, query, headers, body, status, answer, operation, instant and duration."""
    reply = api.create(record=True)
    (request,) = requests(api)

    assert (1, START, "POST", "create_session") == tuple(
        request[name] for name in ("sequence", "at", "method", "operation")
    )
    assert {"first_party": FIRST, "second_party": SECOND, "record": True} == request["body"]
    assert (201, reply.json) == (request["response"]["status"], request["response"]["body"])
    assert reply.json["session_uuid"] == request["session"]
    assert (api.auth_id, "answered", [], []) == tuple(
        request[name] for name in ("account", "outcome", "unread", "faults")
    )
    assert request["duration_s"] >= 0
    assert good(control(api, "GET", "{w}/requests/1")) == request


def test_credentials_are_masked(api: Api) -> None:
    """The token is in no answer; the account is told beside."""
    api.list()
    answered = control(api, "GET", "{w}/requests")

    assert "Basic ***" == requests(api)[0]["headers"]["authorization"]
    assert api.authorization.partition(" ")[2].encode() not in answered.content


def test_refusal_is_kept_with_its_reason(api: Api) -> None:
    """The emulator's own sentence stands beside the vendor's text."""
    api.create(session_expiry=1)
    (request,) = requests(api, status=400)

    assert "session_expiry is 1" in request["reason"]
    assert request["response"]["body"]["error"].startswith("Invalid parameter.")


def test_path_is_kept_as_sent_and_in_single_slashes(api: Api) -> None:
    """Slashes matter to who looks for a bug, and not to who filters."""
    api.ask("GET", f"{api.sessions}//nobody/?a=1&a=2")
    (request,) = requests(api, path="*/Session/nobody")

    assert f"{api.sessions}//nobody/?a=1&a=2" == request["url"]
    assert ({"a": ["1", "2"]}, "nobody") == (request["query"], request["session"])


def test_path_that_is_not_covered_is_kept(api: Api) -> None:
    """A known caller on an unknown path: in its world, without an operation, and the reason says so."""
    api.ask("GET", f"/v1/Account/{api.auth_id}/Message/")
    (request,) = requests(api)

    assert (None, 404) == (request["operation"], request["status"])
    assert "does not cover" in request["reason"]


def test_body_of_a_delete_is_kept_and_unread(api: Api) -> None:
    """The Python SDK sends one; the service ignores it."""
    uuid = create(api, 0, 1)
    api.ask("DELETE", api.session(uuid), json.dumps({"session_uuid": uuid}).encode())
    (request,) = requests(api, method="DELETE")

    assert (200, {"session_uuid": uuid}) == (request["status"], request["body"])
    assert [{"in": "body", "field": "session_uuid", "hint": "a body on DELETE is ignored"}] == request["unread"]


def test_too_large_body_is_not_kept(api: Api) -> None:
    """The refusal is; a DELETE that carries as much is done all the same."""
    uuid = create(api, 0, 1)
    refused = api.ask("POST", api.sessions, b" " * (BODY_BYTES_MAX + 1))
    done = api.ask("DELETE", api.session(uuid), b" " * (BODY_BYTES_MAX + 1))

    assert [413, 200] == [refused.status, done.status]
    assert [(413, None, None), (200, None, None)] == [
        (request["status"], request["body"], request["body_bytes"]) for request in requests(api, after=1)
    ]


@pytest.mark.parametrize(
    ("operation", "body", "query", "told"),
    [
        ("create_session", {"geo_match": 1}, {}, [("body", "geo_match", "did you mean geomatch?")]),
        ("create_session", {"firstParty": "1"}, {}, [("body", "firstParty", "did you mean first_party?")]),
        ("create_session", {"colour": 1}, {}, [("body", "colour", None)]),
        ("create_session", {"RECORD": True, "is_pin_authentication": False}, {}, []),
        ("create_session", {"is_pin_authentication": True, "generate_pin": True}, {}, []),
        (
            "create_session",
            {"generate_pin": True},
            {},
            [("body", "generate_pin", "read only where is_pin_authentication_required is true")],
        ),
        ("update_session", {"record": True}, {}, []),
        ("update_session", {"geomatch": True}, {}, [("body", "geomatch", "create reads it, update does not")]),
        ("list_sessions", None, {"limt": "3"}, [("query", "limt", "did you mean limit?")]),
        ("list_sessions", None, {"created_time__gt": "x", "created_time_gt": "x", "status": "active"}, []),
        (
            "create_session",
            {},
            {"record": "true"},
            [
                (
                    "query",
                    "record",
                    "only the list reads a query; here it is ignored and would be read in the JSON body",
                )
            ],
        ),
    ],
)
def test_unread_fields_are_named(
    operation: str, body: Any, query: Mapping[str, str], told: list[tuple[str, str, str | None]]
) -> None:
    """Each with its place and, where one can be told, what was likely meant."""
    found = unread(operation, body, query, Policy())

    assert told == [(field["in"], field["field"], field.get("hint")) for field in found]


def test_single_underscores_are_unread_where_the_policy_has_them_so() -> None:
    """What counts as read follows the policy."""
    policy = Policy(list_single_underscore_filters=False)
    (field,) = unread("list_sessions", None, {"created_time_gt": "x"}, policy)

    assert "did you mean created_time__gt?" == field["hint"]


@given(body=st.dictionaries(st.sampled_from(sorted(CREATE)) | st.text(max_size=8), st.text(max_size=4), max_size=6))
def test_whatever_is_unread_was_sent_and_is_no_parameter(body: Mapping[str, Any]) -> None:
    """For a create with PIN authentication on: what is named was sent, and what was sent is named or read."""
    sent = {**body, "is_pin_authentication_required": "true"}
    named = {field["field"] for field in unread("create_session", sent, {}, Policy())}

    assert {key for key in sent if key.lower() not in CREATE and key.lower() != "is_pin_authentication"} == named


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"operation": "create_session"}, [1, 2]),
        ({"method": "GET"}, [3, 4]),
        ({"status": 404}, [4]),
        ({"after": 2}, [3, 4]),
        ({"path": "*/Masking/Session"}, [1, 2, 3]),
        ({"body": '{"record": true}'}, [2]),
        ({"body": '{"record": 1}'}, []),
        ({"operation": "list_sessions", "status": 404}, []),
        ({"limit": 1}, [4]),
        ({"limit": 0}, []),
    ],
)
def test_requests_are_filtered(api: Api, criteria: Mapping[str, Any], expected: list[int]) -> None:
    """All criteria must fit; `limit` keeps the newest; a body may have more than is asked for."""
    create(api, 0, 1)
    create(api, 2, 3, record=True)
    api.list()
    api.ask("GET", api.session("nobody"))

    assert expected == [request["sequence"] for request in requests(api, **criteria)]
    if "limit" not in criteria:
        count = good(control(api, "GET", f"{{w}}/requests/count?{urlencode(criteria)}"))
        assert {"count": len(expected)} == count


def test_requests_are_found_by_their_session(api: Api) -> None:
    """The create that made it, and what names it in its path."""
    uuid = create(api, 0, 1)
    create(api, 2, 3)
    api.ask("GET", api.session(uuid))

    assert ["create_session", "get_session"] == [request["operation"] for request in requests(api, session=uuid)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=1", "colour"),
        ("operation=fly", "operation"),
        ("status=9", "status"),
        ("status=x", "status"),
        ("after=-1", "after"),
        ("body=%7B", "body"),
        ("body=1", "body"),
        ("body=" + "%5B" * 5000, "body"),
        ("limit=x", "limit"),
    ],
)
def test_bad_criterion_is_refused_with_its_field(api: Api, query: str, field: str) -> None:
    """By name, with a reason."""
    refused = control(api, "GET", f"{{w}}/requests?{query}")

    assert (400, field) == (refused.status, refused.json["field"])
    assert refused.error


def test_unknown_request_is_not_found(api: Api) -> None:
    """The answer says what is kept."""
    empty = control(api, "GET", "{w}/requests/1")
    api.list()
    missing = control(api, "GET", "{w}/requests/2")

    assert (404, "sequence", "request 1 is not there; none is kept") == (empty.status, empty.json["field"], empty.error)
    assert (404, "request 2 is not there; kept are 1 to 1") == (missing.status, missing.error)


@pytest.mark.parametrize(
    ("counts", "verified"),
    [
        ({}, True),
        ({"count": 2}, True),
        ({"count": 1}, False),
        ({"at_least": 2}, True),
        ({"at_least": 3}, False),
        ({"at_most": 2}, True),
        ({"at_most": 1}, False),
        ({"at_least": 1, "at_most": 3}, True),
        ({"count": 0}, False),
    ],
)
def test_counts_are_verified(api: Api, counts: Mapping[str, int], *, verified: bool) -> None:
    """200 where as many match as expected, 409 where not."""
    create(api, 0, 1)
    create(api, 2, 3)
    reply = verify(api, operation="create_session", **counts)

    assert (200 if verified else 409, verified, 2) == (reply.status, reply.json["verified"], reply.json["count"])


def test_nothing_is_verified_where_nothing_arrived(api: Api) -> None:
    """`count` 0 holds, and the default does not."""
    assert 200 == verify(api, operation="delete_session", count=0).status
    assert 409 == verify(api, operation="delete_session").status


def test_failed_verification_explains_what_came_close(api: Api) -> None:
    """The nearest request first, and how it differs, field by field."""
    api.list()
    create(api, 0, 1, record=True)
    reply = verify(
        api, operation="create_session", body={"first_party": "12025550199", "record": True, "ring_timeout": 5}
    )
    nearest = reply.json["near_misses"][0]

    assert (409, "0 requests match, expected: at least 1") == (reply.status, reply.error)
    assert 2 == nearest["request"]["sequence"]
    assert [
        {"field": "body.first_party", "expected": "12025550199", "actual": "12025550100"},
        {"field": "body.ring_timeout", "expected": 5, "actual": None},
    ] == nearest["differences"]
    assert [1, 2] == [request["sequence"] for request in reply.json["arrived"]]


def test_failed_verification_names_those_that_match(api: Api) -> None:
    """Too many is explained by which."""
    uuids = [create(api, 0, 1), create(api, 2, 3)]
    reply = verify(api, operation="create_session", at_most=1)

    assert uuids == [request["session"] for request in reply.json["matched"]]


def test_wait_answers_at_once_what_has_arrived(api: Api) -> None:
    """Requests before the wait count."""
    create(api, 0, 1)
    answer = good(control(api, "GET", "{w}/requests/wait?operation=create_session&timeout_s=0"))

    assert ["create_session"] == [request["operation"] for request in answer["requests"]]


def test_wait_ends_with_the_request(api: Api) -> None:
    """While it blocks, the request comes and is answered."""
    answers: list[Answer] = []
    path = "{w}/requests/wait?operation=create_session&status=201&at_least=2&timeout_s=20"
    waiting = threading.Thread(target=lambda: answers.append(control(api, "GET", path)))
    waiting.start()
    uuids = {create(api, 0, 1), create(api, 2, 3)}
    waiting.join()

    assert uuids == {request["session"] for request in good(answers[0])["requests"]}


def test_wait_in_vain_explains_what_arrived(api: Api) -> None:
    """409, what is missing, and near misses."""
    create(api, 0, 1)
    reply = control(api, "GET", "{w}/requests/wait?operation=delete_session&timeout_s=0")

    assert (409, "0 of 1 requests arrived within 0 seconds") == (reply.status, reply.error)
    assert ["operation"] == [one["field"] for one in reply.json["near_misses"][0]["differences"]]


def test_wait_is_bounded(api: Api) -> None:
    """Nobody waits for an hour."""
    refused = control(api, "GET", "{w}/requests/wait?timeout_s=3600")

    assert (400, "timeout_s") == (refused.status, refused.json["field"])


def test_reset_forgets_and_fork_copies(api: Api, emulator: ServerThread) -> None:
    """A fork goes on from what had arrived, and the two share nothing."""
    create(api, 0, 1)
    fork = api_of(emulator.url, good(control(api, "POST", "{w}/fork"), 201))
    fork.list()
    good(control(api, "POST", "{w}/reset"))
    api.list()

    assert ["list_sessions"] == [request["operation"] for request in requests(api)]
    assert [(1, "create_session"), (2, "list_sessions")] == [
        (request["sequence"], request["operation"]) for request in requests(fork)
    ]
    emulator.control.delete(f"/worlds/{fork.auth_id}")


def test_world_keeps_no_more_than_its_limits(emulator: ServerThread) -> None:
    """The newest requests, and so much of each body; 0 keeps none."""
    for limits, expected in (({"requests_max": 2, "request_body_bytes_max": 10}, [4, 5]), ({"requests_max": 0}, [])):
        api = api_of(emulator.url, emulator.control.post("/worlds", {"world": {"limits": limits}}))
        for _ in range(5):
            api.create()
        kept = requests(api)

        assert expected == [request["sequence"] for request in kept]
        assert all('{"first_pa' == request["body"] and request["body_bytes"] > 10 for request in kept)
        assert all(10 == len(request["response"]["body"]) for request in kept)
        emulator.control.delete(f"/worlds/{api.auth_id}")


def test_request_whose_connection_breaks_is_kept(api: Api) -> None:
    """A body that never comes whole: the request is there in progress, and then says that its client has gone."""
    parts = urlsplit(api.url)
    lines = [
        f"POST {api.sessions} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: {api.authorization}",
        "Content-Length: 9",
    ]
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
        connection.sendall("\r\n".join([*lines, "", "{"]).encode())
        while not requests(api):
            pass
        (arrived,) = requests(api)
    while (ended := requests(api)[0])["outcome"] == "in progress":
        pass

    assert ("in progress", None, None) == tuple(arrived[name] for name in ("outcome", "status", "response"))
    assert ended["outcome"].startswith("client gone")


@pytest.mark.parametrize(
    ("headers", "path", "why"),
    [
        ({}, "/v1/Account/MANOBODY/Masking/Session", "there is no Authorization header"),
        ({"Authorization": "Bearer x"}, "/v1/Account/MANOBODY/", "the Authorization header is no HTTP Basic"),
        (
            {"Authorization": "Basic TUFOT0JPRFk6eA=="},
            "/v1/Account/x",
            "no account of any world has the Auth ID 'MANOBODY'",
        ),
        (
            {"Authorization": "Basic TUFFTVVMQVRPUjAwMDAwMDAwMDE6eA=="},
            "/v1/Account/x",
            "MAEMULATOR0000000001 has another Auth Token",
        ),
        (
            {},
            "/v2/nothing",
            "the emulated API is under /v1/Account/, the control API under /_emulator/, a page at /_emulator/console/",
        ),
    ],
)
def test_request_of_no_world_is_kept_with_the_server(
    emulator: ServerThread, headers: Mapping[str, str], path: str, why: str
) -> None:
    """With the reason, and without the credentials."""
    ask(emulator.url, "GET", path, None, headers)
    newest = emulator.control.get("/requests/unmatched")["requests"][-1]

    assert (path.rstrip("/"), why) == (newest["path"], newest["why"])
    assert newest["status"] in (401, 404)
    assert newest["headers"].get("authorization", "x ***").endswith(" ***")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.text(max_size=2), JSON, max_size=4)


def arrived(body: Any, sequence: int = 1) -> ApiRequest:
    """A request with this body."""
    request = ApiRequest("POST", "/v1", b"/v1", b"", (), 0, 0.0, sequence=sequence)
    request.body = json.dumps(body).encode()
    return request


@given(body=OBJECTS, more=OBJECTS)
def test_every_part_of_a_body_matches_it(body: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    """A body fits itself, and with more beside."""
    assert matches(arrived(body), {"body": body})
    assert matches(arrived({**more, **body}), {"body": body})


@given(body=OBJECTS, other=OBJECTS)
def test_near_miss_has_a_difference_and_a_match_has_none(body: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """Every request is one or the other."""
    request = arrived(body)
    missed = near_misses([request], {"body": other})

    assert matches(request, {"body": other}) is (missed == [])
    assert all(miss["differences"] for miss in missed)


def test_list_is_read_page_by_page_from_its_end(api: Api) -> None:
    """With `before`, each page ends where the one before it began."""
    for _ in range(5):
        api.create()
    pages, before = list[list[int]](), 6
    while before > 1:
        page = control(api, "GET", f"/worlds/{api.auth_id}/requests?limit=2&before={before}").json["requests"]
        pages.append([request["sequence"] for request in page])
        before = page[0]["sequence"]

    assert [[4, 5], [2, 3], [1]] == pages


@given(content=st.binary(max_size=60) | st.sampled_from([b"1e999", b"NaN", b"[" * 9000, b"9" * 5000]))
def test_whatever_was_sent_can_be_shown(content: bytes) -> None:
    """As JSON, or as text."""
    json.dumps(json_of(content), allow_nan=False)


@given(count=st.integers(0, 12), most=st.integers(0, 6))
def test_journal_keeps_the_newest(count: int, most: int) -> None:
    """Numbers are dense, and what is kept is found by its number."""
    journal = RequestJournal(requests_max=most, body_bytes_max=9)
    for _ in range(count):
        request = arrived({})
        journal.arrived(request)
        journal.replied(request, Reply(200, (), b"0123456789"), RequestOutcome.ANSWERED, 0.0)
    kept = [request.sequence for request in journal]

    assert list(range(max(1, count - most + 1), count + 1)) == kept
    assert kept == [found.sequence for number in range(count + 2) if (found := journal.find(number))]
    assert all(request.reply == Reply(200, (), b"012345678") and request.reply_size == 10 for request in journal)


@pytest.mark.parametrize(("method", "tail"), [("POST", "/reset"), ("DELETE", "")])
def test_whoever_waits_is_told_when_the_world_ends(emulator: ServerThread, method: str, tail: str) -> None:
    """At once, and not when the time to wait is over."""
    world = api_of(emulator.url, emulator.control.post("/worlds", {}))
    path = f"/worlds/{world.auth_id}"
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(control, world, "GET", f"{path}/requests/wait?timeout_s=300")
        while not waiting.done():
            control(world, method, path + tail)
        reply = waiting.result()
    control(world, "DELETE", path)

    assert (409, "the world was reset or removed, or the server stops, while this waited") == (
        reply.status,
        reply.json["error"],
    ) or (method, 404) == ("DELETE", reply.status)
