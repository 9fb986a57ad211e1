"""Control over what happened: the journal of a world's events, read or followed."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response, StreamingResponse

from masking_emulator.control.kernel import WHOLE, ControlAnswer, ControlRequest, Operation, W, whole
from masking_emulator.control.pieces import response_in_pieces
from masking_emulator.control.views.timeline import timeline_json
from masking_emulator.core.events import Event
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

_EVENT_STREAM: Final = "text/event-stream"


async def show_journal(asked: ControlRequest) -> Response:
    """The events after a sequence number, oldest first. `first` is the oldest number that is kept."""
    world = asked.world
    world.caught_up()
    events = world.journal.after(whole(asked.query, "after", 0), min(whole(asked.query, "limit", 1000), EVENTS_MAX))
    journal = {"first": world.journal.first, "last": world.journal.last}
    return await response_in_pieces(journal | {"events": (numbered(*event) for event in events)}, world.turn_s)


def follow_journal(asked: ControlRequest) -> Response:
    """The events after a sequence number, and every later one as it happens, as server-sent events.

    `id` is the sequence number, `event` the event's name, `data` the event as in the journal. A client that comes
    back says with Last-Event-ID what it has. `reset` comes where the journal began anew, or where events between
    what the client has and `first` are not kept any more. It ends with the world, or after `timeout_s` real seconds.
    """
    world = asked.world
    world.caught_up()
    after = whole({"after": asked.headers.get("last-event-id") or asked.query.get("after", "")}, "after", 0)
    timeout_s = min(whole(asked.query, "timeout_s", _TIMEOUT_S_MAX), _TIMEOUT_S_MAX)
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream(world, after, timeout_s), headers=headers, media_type=_EVENT_STREAM)


def show_timeline(asked: ControlRequest) -> ControlAnswer:
    """Sessions, calls, callbacks and requests with their instants, a short row each: for a drawing of the whole world.

    `columns` names the places of a row; instants are milliseconds since 1970. The newest 20,000 of each are there.
    """
    return 200, timeline_json(asked.world)


async def show_problems(asked: ControlRequest) -> ControlAnswer:
    """What is wrong, with why: a pool that runs dry, requests that were refused or got no answer, callbacks that did
    not arrive, fields that nothing read.

    What happened several times in the same way is one problem: `count` says how often, `at`, `request` and `callback`
    are of the newest time. `found` is how many problems there are, of which the first 1,000 are listed.
    """
    # Imported here: a start of the server would pay for what few ask for.
    from masking_emulator.control.views.problems import problems_json

    return 200, await politely(problems_json(asked.world), asked.world.turn_s)


def numbered(sequence: int, event: Event) -> dict[str, Any]:
    """An event with its sequence number."""
    return {"sequence": sequence, **event_json(event)}


async def stream(world: World, after: int, timeout_s: int) -> AsyncIterator[str]:
    """What the client is sent. All that is kept of it is how far it has come, so a slow one costs nothing."""
    loop = asyncio.get_running_loop()
    journal, ends_at = world.journal, loop.time() + timeout_s
    yield ": follows the journal\n\n"
    while True:
        if journal is not world.journal or not journal.first - 1 <= after <= journal.last:
            journal = world.journal
            after = journal.first - 1
            yield _message("reset", after, {"first": journal.first, "last": journal.last})
        events = journal.after(after, _BATCH_MAX)
        if events:
            after = events[-1][0]
            yield "".join(_message(type(event).__name__, number, numbered(number, event)) for number, event in events)
            continue
        remaining_s = ends_at - loop.time()
        if journal is world.journal and (journal.listeners.closed or remaining_s <= 0):
            return
        try:
            # Unlike wait_for, this begins to wait at once, so no change falls between the look and the wait.
            async with asyncio.timeout(min(_HEARTBEAT_S, remaining_s)):
                await journal.changed()
        except TimeoutError:
            yield ": still here\n\n"


def _message(event: str, sequence: int, body: Mapping[str, Any]) -> str:
    return f"id: {sequence}\nevent: {event}\ndata: {json.dumps(body, separators=(',', ':'))}\n\n"


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", f"{W}/journal", "What happened", show_journal, query={"after": WHOLE, "limit": WHOLE}),
    Operation("GET", f"{W}/timeline", "The whole world on a line of time", show_timeline),
    Operation("GET", f"{W}/problems", "What is wrong", show_problems),
    Operation(
        "GET",
        f"{W}/journal/stream",
        "What happens, as it happens",
        follow_journal,
        query={"after": WHOLE, "timeout_s": WHOLE},
        media_type=_EVENT_STREAM,
    ),
)
