"""Control over what happened: the journal of a world's events, read or followed."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Final

from starlette.responses import Response, StreamingResponse

from masking_emulator.control.kernel import WHOLE, ControlAnswer, ControlError, ControlRequest, Operation, W, whole
from masking_emulator.control.pieces import response_in_pieces
from masking_emulator.control.views.timeline import timeline_json
from masking_emulator.core.events import Event
from masking_emulator.core.quoting import quoted
from masking_emulator.world.journal import event_json
from masking_emulator.world.turns import politely
from masking_emulator.world.world import World

#: The most events that one answer lists; what is left out is counted.
EVENTS_MAX: Final = 10_000

#: How many events a stream writes before it waits until the connection has taken them.
_BATCH_MAX: Final = 50

#: How often a stream without events sends a comment, in real seconds.
_HEARTBEAT_S: Final = 10.0

#: The longest `timeout_s` of a stream, in real seconds.
_TIMEOUT_S_MAX: Final = 86_400

#: How often at most a stream says that requests or faults have changed, in real seconds.
_TRAFFIC_PAUSE_S: Final = 0.1

_EVENT_STREAM: Final = "text/event-stream"


async def show_journal(asked: ControlRequest) -> Response:
    """The events after a sequence number, oldest first. `first` is the oldest number that is kept."""
    world = asked.world
    world.caught_up()
    events = world.journal.after(whole(asked.query, "after", 0), min(whole(asked.query, "limit", 1000), EVENTS_MAX))
    journal = {"first": world.journal.first, "last": world.journal.last}
    return await response_in_pieces(asked, journal | {"events": (numbered(*event) for event in events)})


def follow_journal(asked: ControlRequest) -> Response:
    """The events after a sequence number, and every later one as it happens, as server-sent events.

    `event` is the event's name, `data` the event as in the journal. `id` is the sequence number behind the name of
    this journal, which a reset or a restart of the server changes. A client that comes back says with Last-Event-ID,
    or with `after`, what it has: an `id`, or the number alone. `reset` comes where the journal began anew, or where
    events between what the client has and `first` are not kept any more. With `traffic=true`, `traffic` comes at the
    beginning, and when API requests arrive or are answered, or faults change, at most ten times a second. The stream
    ends with the world, or after `timeout_s` real seconds.
    """
    world = asked.world
    world.caught_up()
    after = _place(world, asked.headers.get("last-event-id") or asked.query.get("after", ""))
    timeout_s = min(whole(asked.query, "timeout_s", _TIMEOUT_S_MAX), _TIMEOUT_S_MAX)
    content = stream(world, after, timeout_s, traffic=_flag(asked.query, "traffic"))
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(content, headers=headers, media_type=_EVENT_STREAM)


def _place(world: World, given: str) -> int:
    """The sequence number that a client has come to; -1 where that was in another journal. Raises ControlError."""
    life, _, number = given.rpartition("-")
    after = whole({"after": number}, "after", 0)
    return after if life in ("", world.journal.life) else -1


def _flag(query: Mapping[str, str], name: str) -> bool:
    text = query.get(name, "false")
    if text not in ("true", "false"):
        raise ControlError(400, f"{quoted(text)} is neither true nor false", name)
    return text == "true"


def show_timeline(asked: ControlRequest) -> ControlAnswer:
    """Sessions, calls, callbacks and requests with their instants, a short row each: for a drawing of the whole world.

    `columns` names the places of a row; instants are milliseconds since 1970. The newest 20,000 of each are there.
    """
    return 200, timeline_json(asked.world)


async def show_problems(asked: ControlRequest) -> ControlAnswer:
    """What is wrong, with why: a pool that runs dry, requests that were refused or got no answer, callbacks that did
    not arrive, fields that nothing read.

    What happened several times in the same way is one problem, and so are callbacks that did not arrive for one reason:
    `count` says how often, `what`, `at`, `request` and `callback` are of the newest time. `found` is how many problems
    there are, of which the first 1,000 are listed.
    """
    # Imported here: a start of the server would pay for what few ask for.
    from masking_emulator.control.views.problems import problems_json

    return 200, await politely(problems_json(asked.world), asked.world.turn_s)


def numbered(sequence: int, event: Event) -> dict[str, Any]:
    """An event with its sequence number."""
    return {"sequence": sequence, **event_json(event)}


class _News:
    """Whether anything has happened in a world since somebody looked: events, and where wanted what goes in and out.

    It listens from when it is made until `close`.
    """

    def __init__(self, world: World, *, traffic: bool) -> None:
        self.journal = world.journal
        #: Whether requests or faults have changed since somebody said so.
        self.traffic = traffic
        self._happened = asyncio.Event()
        self._heard = ExitStack()
        self._heard.enter_context(self.journal.listeners.heard_by(self._on_events))
        if traffic:
            self._heard.enter_context(world.requests.listeners.heard_by(self._on_traffic))
            self._heard.enter_context(world.faults.listeners.heard_by(self._on_traffic))

    def close(self) -> None:
        """Listen no more."""
        self._heard.close()

    def looked(self) -> None:
        """From now on, only what happens later is new."""
        self._happened.clear()

    async def wait(self, timeout_s: float) -> bool:
        """Return once something has happened, or after so many real seconds; whether something has."""
        try:
            # Unlike wait_for, this begins to wait at once, so nothing falls between the look and the wait.
            async with asyncio.timeout(timeout_s):
                return await self._happened.wait()
        except TimeoutError:
            return False

    def _on_events(self, _: object) -> None:
        self._happened.set()

    def _on_traffic(self, _: object) -> None:
        # Said already: a burst of requests wakes nobody before the burst is told.
        if not self.traffic:
            self.traffic = True
            self._happened.set()


async def stream(world: World, after: int, timeout_s: int, *, traffic: bool = False) -> AsyncIterator[str]:
    """What the client is sent. All that is kept of it is how far it has come, so a slow one costs nothing."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + timeout_s
    yield ": follows the journal\n\n"
    while True:
        news = _News(world, traffic=traffic)
        try:
            async for text in _of_one_life(world, news, after, ends_at):
                yield text
        finally:
            news.close()
        if world.journal is news.journal:
            return
        after = -1


async def _of_one_life(world: World, news: _News, after: int, ends_at: float) -> AsyncIterator[str]:
    """What is sent of one life of the world."""
    loop, journal, traffic_at = asyncio.get_running_loop(), news.journal, 0.0
    while world.journal is journal:
        news.looked()
        if not journal.first - 1 <= after <= journal.last:
            after = journal.first - 1
            body = {"first": journal.first, "last": journal.last}
            yield _message("reset", f"{journal.life}-{after}", body)
            continue
        if news.traffic and loop.time() >= traffic_at:
            news.traffic, traffic_at = False, loop.time() + _TRAFFIC_PAUSE_S
            body = {"requests": world.requests.last, "faults": len(world.faults)}
            yield _message("traffic", f"{journal.life}-{after}", body)
            continue
        events = journal.after(after, _BATCH_MAX)
        if events:
            after = events[-1][0]
            yield "".join(
                _message(type(event).__name__, f"{journal.life}-{number}", numbered(number, event))
                for number, event in events
            )
            continue
        now = loop.time()
        if journal.listeners.closed or now >= ends_at:
            return
        wake_at = min(now + _HEARTBEAT_S, ends_at, traffic_at if news.traffic else ends_at)
        if not await news.wait(wake_at - now) and not news.traffic:
            yield ": still here\n\n"


def _message(event: str, identity: str, body: Mapping[str, Any]) -> str:
    return f"id: {identity}\nevent: {event}\ndata: {json.dumps(body, separators=(',', ':'))}\n\n"


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", f"{W}/journal", "What happened", show_journal, query={"after": WHOLE, "limit": WHOLE}),
    Operation("GET", f"{W}/timeline", "The whole world on a line of time", show_timeline),
    Operation("GET", f"{W}/problems", "What is wrong", show_problems),
    Operation(
        "GET",
        f"{W}/journal/stream",
        "What happens, as it happens",
        follow_journal,
        query={
            "after": {"type": "string", "description": "An `id` of the stream, or a sequence number alone."},
            "timeout_s": WHOLE,
            "traffic": {"enum": ["true", "false"], "description": "Say when requests or faults change."},
        },
        media_type=_EVENT_STREAM,
    ),
)
