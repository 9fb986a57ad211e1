"""An advance that is told as it happens: a line of JSON for each event, and last what it came to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api, api_of
from tests.receiver import Receiver, hang
from tests.shell.asking import control, create, good
from tests.shell.worlds import START

_LINES: Final = "application/x-ndjson"


@contextmanager
def _advancing(api: Api, accept: str = _LINES, **body: Any) -> Iterator[HTTPResponse]:
    """The answer to an advance of half an hour, whose lines may still be to come."""
    parts = urlsplit(api.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    path = f"/_emulator/worlds/{api.auth_id}/clock/advance"
    connection.request("POST", path, json.dumps({"seconds": 1800, **body}), {"Accept": accept})
    try:
        yield connection.getresponse()
    finally:
        connection.close()


def _read(answer: HTTPResponse) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The events, and what they came to."""
    *events, come_to = map(json.loads, answer.read().splitlines())
    return events, come_to


def test_lines_are_the_events_and_what_they_came_to(api: Api) -> None:
    """The same as in the answer that comes at once."""
    for first in range(3):
        create(api, first, 3)
    last = good(control(api, "GET", "{w}/journal"))["last"]
    with _advancing(api) as answer:
        assert (200, _LINES) == (answer.status, answer.headers.get_content_type())
        events, come_to = _read(answer)

    assert good(control(api, "GET", f"{{w}}/journal?after={last}"))["events"] == events
    assert ["SessionExpired"] * 3 == [event["event"] for event in events]
    assert {"now": "2026-01-01T00:30:00Z"} == come_to


def test_line_comes_as_soon_as_its_event(api: Api, receiver: Receiver) -> None:
    """The advance waits for an answer to a callback, and what it came to until then is there."""
    url = receiver.on("/events", hang)
    create(api, 0, 1, callback_url=url, session_expiry=600)
    create(api, 2, 3, session_expiry=1200)
    with _advancing(api) as answer:
        first = [json.loads(answer.readline())["event"] for _ in range(2)]
        assert ["SessionExpired", "CallbackDue"] == first
        receiver.release()
        events, come_to = _read(answer)

    assert ["CallbackSettled", "SessionExpired"] == [event["event"] for event in events]
    assert {"now": "2026-01-01T00:30:00Z"} == come_to


def test_callback_that_is_not_answered_in_time_is_named(api: Api, receiver: Receiver) -> None:
    """In the last line, as in the answer that comes at once."""
    create(api, 0, 1, callback_url=receiver.on("/events", hang))
    with _advancing(api, patience_s=0) as answer:
        _, come_to = _read(answer)

    assert {"now": "2026-01-01T00:30:00Z", "callbacks_out": [1]} == come_to


def test_time_passes_also_where_nobody_listens_any_more(api: Api, receiver: Receiver) -> None:
    """The client leaves in the middle, and the advance goes on: what is due later is told the receiver too."""
    create(api, 0, 1, callback_url=receiver.on("/events", hang), session_expiry=600)
    create(api, 2, 3, callback_url=receiver.url, session_expiry=1200)
    with _advancing(api) as answer:
        assert "SessionExpired" == json.loads(answer.readline())["event"]
    receiver.release()

    good(control(api, "GET", "{w}/callbacks/wait?state=delivered&count=2&timeout_s=30"))


def test_what_the_journal_no_longer_keeps_is_counted(emulator: ServerThread) -> None:
    """A turn may come to more events than are kept; none is told twice, and none is lost without a word."""
    world = {
        "limits": {"journal_events_max": 10},
        "numbers": [{"number": "+14155550100"}],
        "clock": {"start": START, "rate": 0},
    }
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": world}))
    for number in range(20):
        api.create(first_party=f"1415555{4000 + number}", second_party=f"1212555{4000 + number}")
    before = good(control(api, "GET", "{w}/journal"))["last"]
    with _advancing(api) as answer:
        events, come_to = _read(answer)
    after = good(control(api, "GET", "{w}/journal"))["last"]

    numbers = [event["sequence"] for event in events]
    assert sorted(set(numbers)) == numbers
    assert after - before == len(events) + come_to["events_left_out"]
    assert come_to["events_left_out"] > 0
    emulator.control.delete(f"/worlds/{api.auth_id}")


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        "application/*",
        "text/plain, application/x-ndjson-seq",
        "application/x-ndjson;q=0",
        "*/*, application/x-ndjson; q=0.0",
        "application/x-ndjson;q=0.5, application/json",
    ],
)
def test_who_does_not_ask_for_lines_has_one_answer(api: Api, accept: str) -> None:
    """Also where a client takes anything, refuses lines (RFC 9110, section 12.4.2), or likes JSON better."""
    with _advancing(api, accept) as answer:
        assert "application/json" == answer.headers.get_content_type()
        assert {"now": "2026-01-01T00:30:00Z", "events": []} == json.loads(answer.read())


@pytest.mark.parametrize(
    "accept",
    [
        "application/json;q=0.5, Application/X-NDJSON;q=0.9",
        "application/x-ndjson, application/json",
        "application/x-ndjson;charset=utf-8;q=0.5, */*;q=0.1",
    ],
)
def test_lines_may_be_one_of_several_wishes(api: Api, accept: str) -> None:
    """With a weight, and in any case."""
    with _advancing(api, accept) as answer:
        assert ([], {"now": "2026-01-01T00:30:00Z"}) == _read(answer)


def test_refusal_is_one_answer(api: Api) -> None:
    """It is known before anything happens."""
    with _advancing(api, seconds=-1) as answer:
        assert (400, "application/json") == (answer.status, answer.headers.get_content_type())
        assert "seconds" == json.loads(answer.read())["field"]
