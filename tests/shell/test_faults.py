"""Faults over real sockets: who meets one, when, and what becomes of the answer."""

import json
import socket
from collections.abc import Mapping
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api, Reply, api_of
from tests.shell.asking import control, create, good
from tests.shell.worlds import START


def fault(api: Api, **fields: Any) -> Any:
    """A fault more; `from_` is `from`."""
    return good(control(api, "POST", "{w}/faults", {name.rstrip("_"): value for name, value in fields.items()}), 201)


def faults(api: Api) -> list[Any]:
    """The faults of the world."""
    listed: list[Any] = good(control(api, "GET", "{w}/faults"))["faults"]
    return listed


def newest(api: Api) -> Any:
    """The newest request as it is kept."""
    return good(control(api, "GET", "{w}/requests?limit=1"))["requests"][0]


def live(api: Api) -> int:
    """How many sessions there are."""
    count: int = good(control(api, "GET", "{w}"))["sessions"]["live"]
    return count


def raw(api: Api, request: str) -> bytes:
    """Everything that comes back on a connection of its own until it ends."""
    parts = urlsplit(api.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
        connection.sendall(f"{request}\r\nHost: 127.0.0.1\r\nAuthorization: {api.authorization}\r\n\r\n".encode())
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({"status": 500}, 500, "Internal server error."),
        ({"status": 503}, 503, "Service Unavailable."),
        ({"status": 429}, 429, "Too many requests."),
        ({"status": 404}, 404, "not found"),
        ({"status": 599}, 599, "Error 599."),
        ({"status": 402, "text": "Pay first."}, 402, "Pay first."),
        ({"status": 400, "text": ""}, 400, ""),
    ],
)
def test_status_comes_with_the_vendors_error_body(api: Api, fields: Mapping[str, Any], status: int, text: str) -> None:
    """Its text, or one of the user's; our header says that it was injected; nothing is done."""
    fault(api, **fields)
    reply = api.create()

    assert (status, text, ["api_id", "error"]) == (reply.status, reply.error, list(reply.json))
    assert "fault-1 was injected" == reply.headers["x-emulator-reason"]
    assert 0 == live(api)


def test_headers_are_added_or_replaced(api: Api) -> None:
    """Retry-After, or a content type that a client cannot read."""
    fault(api, status=503, headers={"Retry-After": "3", "Content-Type": "text/plain"})
    reply = api.list()

    assert ("3", "text/plain") == (reply.headers["retry-after"], reply.headers["content-type"])


def test_unauthenticated_fault_carries_the_challenge(api: Api) -> None:
    """As a true 401 does."""
    fault(api, status=401)

    assert 'Basic realm="Plivo"' == api.list().headers["www-authenticate"]


def test_after_the_change_the_answer_is_lost_and_the_session_exists(api: Api) -> None:
    """The client sees an error, the world has the session, and the request says which."""
    fault(api, operation="create_session", status=500, when="after", count=1)
    reply = api.create()
    kept = newest(api)

    assert (500, 1) == (reply.status, live(api))
    assert (500, 201, ["fault-1"]) == (kept["status"], kept["lost_response"]["status"], kept["faults"])
    assert kept["lost_response"]["body"]["session_uuid"] == kept["session"]
    assert kept["session"] == api.create().json["session_uuid"]


@pytest.mark.parametrize(
    ("fields", "hit"),
    [
        ({"operation": "create_session"}, ["create"]),
        ({"operation": "list_sessions"}, ["list"]),
        ({"operation": "get_session"}, ["get"]),
        ({"operation": "update_session"}, ["update"]),
        ({"operation": "delete_session"}, ["delete"]),
        ({"method": "POST"}, ["create", "update"]),
        ({"path": "*/Masking/Session/"}, ["create", "list"]),
        ({"path": "*/Masking/Session/*", "method": "GET"}, ["get"]),
        ({"path": "*/Call"}, ["call"]),
        ({"path": "*/Cal?"}, []),
        ({"path": "*/Cal[l]"}, []),
        ({}, ["create", "list", "get", "update", "delete", "call"]),
    ],
)
def test_fault_selects_its_requests(api: Api, fields: Mapping[str, Any], hit: list[str]) -> None:
    """By operation, by method, by a pattern of the path, or all; slashes do not matter, and only `*` is special."""
    uuid = create(api, 0, 1)
    fault(api, status=418, **fields)
    replies = {
        "create": api.create(),
        "list": api.list(),
        "get": api.ask("GET", f"{api.session(uuid)}/"),
        "update": api.post(api.session(uuid), {"record": True}),
        "delete": api.ask("DELETE", api.session(uuid)),
        "call": api.ask("GET", f"/v1/Account/{api.auth_id}/Call/"),
    }

    assert hit == [name for name, reply in replies.items() if reply.status == 418]


def test_fault_counts(api: Api) -> None:
    """The first pass, then it is met, then it is used up; it shows how often it matched and was applied."""
    fault(api, status=500, skip=2, count=3)
    waiting = faults(api)[0]["state"]

    assert [200, 200, 500, 500, 500, 200, 200] == [api.list().status for _ in range(7)]
    (counted,) = faults(api)
    assert ("waiting", "used up", 7, 3) == (waiting, counted["state"], counted["matched"], counted["applied"])


def test_limit_lets_so_many_pass(api: Api) -> None:
    """Beyond it the answer is 429 unless something else is asked for; on the world's clock."""
    fault(api, limit={"requests": 2, "per_s": 10})
    before = [api.list().status for _ in range(4)]
    control(api, "POST", "{w}/clock/advance", {"seconds": 10})

    assert [200, 200, 429, 429] == before
    assert [200, 200, 429] == [api.list().status for _ in range(3)]


def test_window_is_on_the_worlds_clock(api: Api) -> None:
    """From an instant, until another or for a while."""
    fault(api, status=500, from_="2026-01-01T00:01:00Z", for_s=60)
    told = []
    for _ in range(3):
        told.append((api.list().status, faults(api)[0]["state"]))
        control(api, "POST", "{w}/clock/advance", {"seconds": 60})

    assert [(200, "waiting"), (500, "active"), (200, "over")] == told
    assert "2026-01-01T00:02:00Z" == faults(api)[0]["until"]


def test_chance_is_the_seeds(emulator: ServerThread) -> None:
    """Same seed, same requests, same outcomes; a fault beside it moves nothing; a reset begins anew."""
    outcomes = []
    for more in ({}, {}, {"status": 500, "operation": "get_session", "chance": 0.5}):
        api = api_of(emulator.url, emulator.control.post("/worlds", {"seed": "dice"}))
        fault(api, status=500, chance=0.5)
        if more:
            fault(api, **more)
        outcomes.append([api.list().status for _ in range(40)])
        good(control(api, "POST", "{w}/reset"))
        fault(api, status=500, chance=0.5)
        outcomes.append([api.list().status for _ in range(40)])
        emulator.control.delete(f"/worlds/{api.auth_id}")

    assert all(outcomes[0] == other for other in outcomes)
    assert 5 < outcomes[0].count(500) < 35


def test_pauses_add_up_and_the_first_that_spoils_wins(api: Api) -> None:
    """A pause lets others follow; after a spoiled answer nobody is asked any more."""
    fault(api, delay_s=0.001)
    fault(api, status=502, delay_s=0.001, when="after")
    fault(api, status=503)

    assert 502 == api.list().status
    assert ["fault-1", "fault-2"] == newest(api)["faults"]
    assert [1, 1, 0] == [one["matched"] for one in faults(api)]


def test_pause_alone_answers_as_ever(api: Api) -> None:
    """Later, and nothing else."""
    fault(api, delay_s=0.02)
    reply = api.create()

    assert (201, 1) == (reply.status, live(api))
    assert newest(api)["duration_s"] >= 0.02
    assert "lost_response" not in newest(api)


@pytest.mark.parametrize("when", ["before", "after"])
def test_client_that_does_not_wait_is_told_apart(api: Api, when: str) -> None:
    """A time-out of the client: the request says so, and whether the session exists."""
    fault(api, operation="create_session", delay_s=0.3, when=when)
    body = json.dumps({"first_party": "+12025550100", "second_party": "+12025550101"})
    head = f"POST {api.sessions} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {api.authorization}\r\n"
    parts = urlsplit(api.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall((head + length + body).encode())
        good(control(api, "GET", "{w}/requests/wait?operation=create_session"))
    answer = good(control(api, "GET", "{w}/requests?operation=create_session"))
    while answer["requests"][0]["outcome"] == "in progress":
        answer = good(control(api, "GET", "{w}/requests?operation=create_session"))
    (request,) = answer["requests"]

    assert request["outcome"].startswith("client gone")
    assert (None, 201) == (request["status"], request["lost_response"]["status"])
    assert 1 == live(api)


@pytest.mark.parametrize(("when", "sessions"), [("before", 0), ("after", 1)])
def test_dropped_connection_ends_without_an_answer(api: Api, when: str, sessions: int) -> None:
    """The client reads an end where it waits for a status."""
    fault(api, connection="drop", when=when, count=1)
    with pytest.raises(RemoteDisconnected):
        api.create()

    assert sessions == live(api)
    assert ("dropped", None) == (newest(api)["outcome"].partition(":")[0], newest(api)["response"])
    assert 200 == api.list().status


def test_drop_sends_not_a_byte(api: Api) -> None:
    """Seen from the socket."""
    fault(api, connection="drop")

    assert b"" == raw(api, f"GET {api.sessions} HTTP/1.1")


@pytest.mark.parametrize(("when", "sessions"), [("before", 0), ("after", 1)])
def test_reset_connection_is_a_tcp_reset(api: Api, when: str, sessions: int) -> None:
    """The client's read fails, which an end does not."""
    fault(api, connection="reset", when=when, count=1)
    with pytest.raises(ConnectionResetError):
        api.create()

    assert sessions == live(api)
    assert "reset" == newest(api)["outcome"].partition(":")[0]
    assert 200 == api.list().status


@pytest.mark.parametrize(("when", "sessions", "status"), [("before", 0, 200), ("after", 1, 201)])
def test_truncated_body_is_shorter_than_its_length(api: Api, when: str, sessions: int, status: int) -> None:
    """Half of what Content-Length says, and then the end of the connection."""
    fault(api, body="truncated", when=when, count=1)
    with pytest.raises(IncompleteRead) as caught:
        api.create()
    kept = newest(api)

    assert caught.value.expected in (len(caught.value.partial), len(caught.value.partial) + 1)
    assert (sessions, status, "cut") == (live(api), kept["status"], kept["outcome"].partition(":")[0])
    assert len(caught.value.partial) == kept["response"]["body_bytes"]


def test_truncated_error_has_its_status(api: Api) -> None:
    """An error can be cut too."""
    fault(api, status=500, body="truncated")
    received = raw(api, f"GET {api.sessions} HTTP/1.1")

    assert received.startswith(b"HTTP/1.1 500 ")
    assert received.rpartition(b"\r\n\r\n")[2].startswith(b'{"api_id"')


@pytest.mark.parametrize(("when", "sessions", "status"), [("before", 0, 200), ("after", 1, 201)])
def test_malformed_body_is_whole_and_no_json(api: Api, when: str, sessions: int, status: int) -> None:
    """Its Content-Length is true, its JSON breaks off."""
    fault(api, body="malformed", when=when, count=1)
    reply = api.create()

    assert (status, sessions, "application/json") == (reply.status, live(api), reply.headers["content-type"])
    assert int(reply.headers["content-length"]) == len(reply.content) > 0
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.content)


@pytest.mark.parametrize(
    ("fields", "status"), [({}, 200), ({"status": 500}, 500), ({"status": 204}, 204), ({"when": "after"}, 201)]
)
def test_empty_answer_has_no_body(api: Api, fields: Mapping[str, Any], status: int) -> None:
    """200, or the status that is asked for."""
    fault(api, body="empty", **fields)
    reply = api.create()

    assert (status, b"") == (reply.status, reply.content)


@pytest.mark.parametrize("fields", [{"connection": "drop"}, {"connection": "reset"}, {"body": "truncated"}])
def test_connection_faults_leave_no_trace_in_the_log(
    api: Api, fields: Mapping[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """What was asked for is no failure of the server."""
    fault(api, **fields)
    with pytest.raises((OSError, IncompleteRead)):
        api.list()

    assert [] == caplog.records


def test_head_meets_the_same_faults(api: Api) -> None:
    """HEAD is the get without its body."""
    fault(api, operation="list_sessions", status=503)

    assert (503, b"") == ((reply := api.ask("HEAD", api.sessions)).status, reply.content)


@pytest.mark.parametrize(
    ("fields", "noted"),
    [
        ({"status": 500, "count": 1}, True),
        ({"status": 503, "count": 2}, True),
        ({"status": 500, "count": 3}, False),
        ({"status": 500}, False),
        ({"status": 429, "count": 1}, False),
        ({"connection": "drop", "count": 1}, False),
    ],
)
def test_note_says_what_the_sdks_would_hide(api: Api, fields: Mapping[str, Any], *, noted: bool) -> None:
    """The SDKs send a request three times where it is answered 500 or above (plivo-python, plivo/rest/client.py)."""
    made = fault(api, **fields)

    assert noted is ("give count = 3" in made.get("note", ""))


REFUSED: Final[list[tuple[Mapping[str, Any], str | None, str]]] = [
    ({}, None, "it does nothing"),
    ({"when": "after"}, None, "it does nothing"),
    ({"colour": 1, "status": 500}, "colour", "unknown key"),
    ({"status": 600}, "status", "maximum"),
    ({"status": 201}, "status", "is no error"),
    ({"status": 204, "body": "malformed"}, "body", "has no body"),
    ({"status": 500, "connection": "drop"}, "status", "has none"),
    ({"body": "empty", "connection": "drop"}, "body", "has none"),
    ({"connection": "cut"}, "connection", "is none of"),
    ({"operation": "fly", "status": 500}, "operation", "is none of"),
    ({"text": "x", "delay_s": 1}, "text", "give status"),
    ({"headers": {"A": "b"}, "connection": "drop"}, "headers", "give status"),
    ({"headers": {"Content-Length": "1"}, "status": 500}, "headers.Content-Length", "how a body is sent"),
    ({"headers": {"A": "b\r\nC: d"}, "status": 500}, "headers.A", "is not a header's value"),
    ({"headers": {"A b": "c"}, "status": 500}, "headers", "is not the name of a header"),
    ({"delay_s": 61}, "delay_s", "maximum"),
    ({"delay_s": -1}, "delay_s", "minimum"),
    ({"count": 0, "status": 500}, "count", "minimum"),
    ({"chance": 1.5, "status": 500}, "chance", "maximum"),
    ({"limit": {"requests": 1}}, "limit", "must be given"),
    ({"limit": {"requests": 1, "per_s": 1, "x": 1}}, "limit.x", "unknown key"),
    ({"from": "soon", "status": 500}, "from", "soon"),
    ({"from": START, "until": START, "status": 500}, "until", "not after from"),
    ({"until": START, "for_s": 1, "status": 500}, "for_s", "one end is enough"),
]


@pytest.mark.parametrize(("fields", "field", "reason"), REFUSED)
def test_bad_fault_is_refused_with_its_field(
    api: Api, fields: Mapping[str, Any], field: str | None, reason: str
) -> None:
    """400, the field and the reason, and no fault is made."""
    refused = control(api, "POST", "{w}/faults", fields)

    assert (400, field) == (refused.status, refused.json.get("field"))
    assert reason in refused.error
    assert [] == faults(api)


@pytest.mark.parametrize(("fields", "field", "reason"), REFUSED)
def test_bad_fault_in_a_world_is_refused_with_its_place(
    api: Api, fields: Mapping[str, Any], field: str | None, reason: str
) -> None:
    """The same rules in a world file."""
    refused = control(api, "POST", "/worlds", {"world": {"faults": [{"status": 500}, fields]}})
    place = "faults[1]" if field is None else f"faults[1].{field}"

    assert (400, place) == (refused.status, refused.json["field"])
    assert reason in refused.error


def test_faults_are_taken_away_one_by_one_or_all(api: Api) -> None:
    """And what is not there cannot be."""
    for status in (500, 502, 503):
        fault(api, status=status)
    gone = good(control(api, "DELETE", "{w}/faults/fault-1"))
    missing = control(api, "DELETE", "{w}/faults/fault-1")

    assert ({"removed": "fault-1"}, 404, "fault_id") == (gone, missing.status, missing.json["field"])
    assert ["fault-2", "fault-3"] == [one["id"] for one in faults(api)]
    assert 502 == api.list().status
    assert {"removed": 2} == good(control(api, "DELETE", "{w}/faults"))
    assert 200 == api.list().status
    assert "fault-4" == fault(api, status=500)["id"]


def test_world_holds_no_more_faults_than_its_limit(emulator: ServerThread) -> None:
    """Over HTTP and in a world file."""
    one = {"status": 500, "count": 1}
    world = {"limits": {"faults_max": 1}, "faults": [one]}
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": world}))
    full = control(api, "POST", "{w}/faults", {"status": 500})
    refused = control(api, "POST", "/worlds", {"world": {**world, "faults": [one, one]}})
    emulator.control.delete(f"/worlds/{api.auth_id}")

    assert (409, "the world has 1 faults, its limit (limits.faults_max); clear some") == (full.status, full.error)
    assert (400, "faults") == (refused.status, refused.json["field"])


def test_reset_puts_the_worlds_own_faults_back_and_fork_copies_them(emulator: ServerThread) -> None:
    """With their counts, and from there on the two share nothing."""
    world = {"faults": [{"status": 500, "count": 2}], "clock": {"start": START, "rate": 0}}
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": world}))
    fault(api, limit={"requests": 2, "per_s": 60})
    first = [api.list().status for _ in range(3)]
    fork = api_of(emulator.url, good(control(api, "POST", "{w}/fork"), 201))
    forked = [fork.list().status for _ in range(3)]
    good(control(api, "POST", "{w}/reset"))
    again = [api.list().status for _ in range(4)]
    for one in (api, fork):
        emulator.control.delete(f"/worlds/{one.auth_id}")

    assert ([500, 500, 200], [200, 200, 429], [500, 500, 200, 200]) == (first, forked, again)


def test_fault_is_listed_as_it_was_given(api: Api) -> None:
    """With its name, its state and its counts."""
    given = {"operation": "create_session", "status": 503, "headers": {"Retry-After": "1"}, "count": 3}

    expected = {"id": "fault-1", **given, "state": "active", "matched": 0, "applied": 0}
    assert expected == fault(api, **given)
    assert [expected] == faults(api)


def test_unknown_callers_meet_no_faults(api: Api) -> None:
    """A request without credentials is nobody's."""
    fault(api, status=500)
    reply: Reply = api.ask("GET", api.sessions, headers={"Authorization": None})

    assert (401, 0) == (reply.status, faults(api)[0]["matched"])
