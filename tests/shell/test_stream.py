"""The live journal over a real server: what is sent, what is sent again, and when it ends."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import pytest
from masking_emulator.control.journal import stream
from masking_emulator.core.commands import AddNumber
from masking_emulator.server.thread import ServerThread
from masking_emulator.traffic.requests import ApiRequest

from tests.plivo.ask import Api, api_of
from tests.shell.asking import control, create, good
from tests.shell.runs import new_world

Message = tuple[int, str, dict[str, Any]]


@contextmanager
def following(api: Api, query: str = "", **headers: str) -> Iterator[HTTPResponse]:
    """An open stream of this world."""
    parts = urlsplit(api.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("GET", f"/_emulator/worlds/{api.auth_id}/journal/stream{query}", headers=headers)
        yield connection.getresponse()
    finally:
        connection.close()


def messages(response: HTTPResponse, count: int) -> list[Message]:
    """So many messages, comments left out."""
    found: list[Message] = []
    fields: dict[str, str] = {}
    while len(found) < count:
        line = response.readline().decode()
        assert line, "the stream has ended"
        name, _, value = line.strip().partition(": ")
        if name:
            fields[name] = value
        elif "data" in fields:
            number = int(fields["id"].rpartition("-")[2])
            found.append((number, fields["event"], json.loads(fields["data"])))
            fields = {}
    return found


def names(response: HTTPResponse, count: int) -> list[tuple[int, str]]:
    """Number and name of so many messages."""
    return [(number, event) for number, event, _ in messages(response, count)]


def test_events_come_as_they_are_in_the_journal(api: Api) -> None:
    """What happened before and what happens while somebody listens."""
    create(api, 0, 1)
    with following(api) as stream:
        first = messages(stream, 2)  # a number was added to the world before
        create(api, 2, 3)
        second = messages(stream, 1)

    journal = good(control(api, "GET", "{w}/journal"))["events"]
    assert "text/event-stream; charset=utf-8" == stream.headers["Content-Type"]
    assert [(event["sequence"], event["event"], event) for event in journal] == first + second


def test_client_that_comes_back_gets_what_it_missed(api: Api) -> None:
    """Last-Event-ID wins over `after`, which browsers send again as it was."""
    for pair in range(3):
        create(api, pair, pair + 3)

    with following(api, "?after=0", **{"Last-Event-ID": "2"}) as stream:
        assert [(3, "SessionCreated")] == names(stream, 1)


def test_reset_is_told(api: Api) -> None:
    """Sequence numbers begin anew, and the client has to know."""
    create(api, 0, 1)
    with following(api, "?after=1") as stream:
        before = names(stream, 1)
        control(api, "POST", "{w}/reset")
        create(api, 2, 3)
        after = names(stream, 2)

    assert [(2, "SessionCreated")] == before
    assert [(0, "reset"), (1, "SessionCreated")] == after


def test_restored_snapshot_is_told_at_once(api: Api) -> None:
    """The journal begins behind the last number, and who waits for the one before learns it before the next comment."""
    create(api, 0, 1)
    taken = good(control(api, "GET", "{w}/snapshot"))
    with following(api, "?after=1") as stream:
        before = names(stream, 1)
        control(api, "PUT", "{w}/snapshot", taken)
        said = [stream.readline().decode().strip() for _ in range(2)]

    assert [(2, "SessionCreated")] == before
    assert said[0].endswith("-2")
    assert "event: reset" == said[1]


def test_lost_events_are_told(emulator: ServerThread) -> None:
    """Who asks for what is not kept any more learns from where it goes on."""
    limits = {"journal_events_max": 3}
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": {"limits": limits}}))
    for pair in range(5):
        create(api, pair, pair + 5)

    with following(api, "?after=1") as stream:
        number, event, body = messages(stream, 1)[0]
        assert (2, "reset", {"first": 3, "last": 5}) == (number, event, body)
        assert [3, 4, 5] == [number for number, _ in names(stream, 3)]


def test_stream_ends_with_its_world(api: Api, emulator: ServerThread) -> None:
    """Nothing more can come."""
    fork = good(control(api, "POST", "{w}/fork"), 201)
    with following(api_of(emulator.url, fork), "?after=1") as stream:
        stream.readline()
        emulator.control.delete(f"/worlds/{fork['auth_id']}")

        assert b"\n" == stream.read()


def test_stream_ends_after_its_time(api: Api) -> None:
    """For a client that cannot wait for ever."""
    create(api, 0, 1)

    with following(api, "?timeout_s=0") as stream:
        assert b"SessionCreated" in stream.read()


def test_server_ends_promptly_while_somebody_listens() -> None:
    """The grace of a stopping server is not used up by those who only listen."""
    with ServerThread("demo") as server:
        demo = server.control.world(None).rpartition("/")[2]
        listening = following(Api(server.url, demo, "", demo))
        stream = listening.__enter__()
        stream.readline()

    assert b"\n" == stream.read()
    listening.__exit__(None, None, None)


def test_no_event_falls_between_the_look_and_the_wait() -> None:
    """What happens just as the stream begins to wait is sent at once, not with the next heartbeat."""
    world = new_world()

    async def follow() -> str:
        loop, sent = asyncio.get_running_loop(), stream(world, world.journal.last, timeout_s=60)
        await anext(sent)
        loop.call_soon(world.do, AddNumber("14155550177", 1, 0))
        async with asyncio.timeout(5):
            return await anext(sent)

    assert asyncio.run(follow()).startswith("id: ")


def place(response: HTTPResponse) -> str:
    """The id of the next message."""
    while not (line := response.readline().decode()).startswith("id: "):
        assert line, "the stream has ended"
    return line.removeprefix("id: ").strip()


def traffic(response: HTTPResponse) -> dict[str, Any]:
    """The next message, which is about traffic."""
    ((_, event, body),) = messages(response, 1)
    assert "traffic" == event
    return body


def test_traffic_is_reported_as_it_changes(api: Api) -> None:
    """A fault that was added, a request that was answered: nobody has to ask again and again."""
    create(api, 0, 1)
    with following(api, "?traffic=true&after=2") as stream:
        first = traffic(stream)
        control(api, "POST", "{w}/faults", {"operation": "get_session", "status": 503})
        second = traffic(stream)
        api.create(first_party="12")
        third = traffic(stream)
        control(api, "DELETE", "{w}/faults")
        fourth = traffic(stream)

    assert {"requests": 1, "faults": 0} == first
    assert {"requests": 1, "faults": 1} == second
    assert {"requests": 2, "faults": 1} == third
    assert {"requests": 2, "faults": 0} == fourth


def test_faults_of_a_new_life_are_reported_too(api: Api) -> None:
    """A reset replaces the list of faults; whoever follows, follows the new one."""
    with following(api, "?traffic=true&after=1") as stream:
        traffic(stream)
        control(api, "POST", "{w}/reset")
        told = [event for _, event in names(stream, 2)]
        control(api, "POST", "{w}/faults", {"operation": "get_session", "status": 503})

        assert ["reset", "traffic"] == told
        assert 1 == traffic(stream)["faults"]


def test_burst_of_requests_is_few_messages() -> None:
    """Whoever watches a load test is not the load: what comes within a tenth of a second is one message."""
    world = new_world()

    async def follow() -> list[str]:
        sent = stream(world, world.journal.last, timeout_s=1, traffic=True)
        found = [await anext(sent), await anext(sent)]
        for _ in range(500):
            request = ApiRequest("GET", "/", b"/", b"", (), world.clock.now(), 0.0, world.auth_id, "get_session")
            world.requests.arrived(request)
            world.requests.received(request, b"")
        return [*found, *[text async for text in sent]]

    assert 2 == sum("event: traffic" in text for text in asyncio.run(follow()))


def test_traffic_is_reported_to_nobody_else(api: Api) -> None:
    """Who asked for the journal gets the journal."""
    with following(api, "?after=0") as stream:
        api.create(first_party="12")
        create(api, 0, 1)

        assert ["NumberAdded", "SessionCreated"] == [event for _, event in names(stream, 2)]


@pytest.mark.parametrize("way", ["after", "Last-Event-ID"])
def test_client_from_before_a_reset_notices(api: Api, way: str) -> None:
    """Even where the new journal has come as far as the old one had."""
    create(api, 0, 1)
    with following(api, "?after=1") as stream:
        had = place(stream)
    control(api, "POST", "{w}/reset")
    for pair in range(3):
        create(api, pair, pair + 3)
    query, headers = (f"?after={had}", {}) if way == "after" else ("", {way: had})
    with following(api, query, **headers) as stream:
        told = names(stream, 2)

    assert [(0, "reset"), (1, "SessionCreated")] == told


def test_client_of_this_life_goes_on_where_it_was(api: Api) -> None:
    """The id that it was sent is where it goes on, without a reset."""
    create(api, 0, 1)
    with following(api, "?after=1") as stream:
        had = place(stream)
    create(api, 2, 3)

    with following(api, f"?after={had}") as stream:
        assert [(3, "SessionCreated")] == names(stream, 1)


@pytest.mark.parametrize(
    ("query", "field"), [("traffic=yes", "traffic"), ("after=x-y", "after"), ("after=5.5", "after")]
)
def test_query_of_the_stream_is_checked(api: Api, query: str, field: str) -> None:
    """What is no number and no switch is refused by name."""
    answer = control(api, "GET", f"{{w}}/journal/stream?timeout_s=0&{query}")

    assert (400, field) == (answer.status, answer.json["field"])
