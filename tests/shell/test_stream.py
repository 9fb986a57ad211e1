"""The live journal over a real server: what is sent, what is sent again, and when it ends."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from masking_emulator.control.journal import stream
from masking_emulator.core.commands import AddNumber
from masking_emulator.server.thread import ServerThread

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
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
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
        told = [stream.readline().decode().strip() for _ in range(2)]

    assert [(2, "SessionCreated")] == before
    assert ["id: 2", "event: reset"] == told


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
