"""Control of a world's clock: read, set, advance."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response, StreamingResponse

from masking_emulator.clock import RATE_MAX
from masking_emulator.control.journal import EVENTS_MAX, numbered
from masking_emulator.control.kernel import (
    INSTANT,
    NOT_EMPTY,
    PATIENCE,
    ControlAnswer,
    ControlError,
    ControlRequest,
    Operation,
    W,
    body_schema,
    instant_of,
)
from masking_emulator.control.pieces import response_in_pieces
from masking_emulator.core.instants import INSTANT_MAX, SECOND_US, written
from masking_emulator.world.journal import Journal
from masking_emulator.world.turns import json_bytes
from masking_emulator.world.world import ADVANCE_PATIENCE_S, World

#: Lines of JSON, one after the other.
_LINES: Final = "application/x-ndjson"

_UNBUFFERED: Final = {"X-Accel-Buffering": "no"}

#: So many lines of an advance are written before others have their turn.
_LINES_AT_ONCE: Final = 100

#: Advances that are told as they happen: whoever asked may be gone, and the event loop alone would forget them.
_ADVANCES: Final = set[asyncio.Future[None]]()


def show_clock(asked: ControlRequest) -> ControlAnswer:
    """What the world's clock shows."""
    return 200, clock_json(asked.world)


async def set_clock(asked: ControlRequest) -> ControlAnswer:
    """Another rate, or a jump forward to `now`; what falls due on the way happens."""
    world = asked.world
    target = _future(asked.body["now"], "now", world) if "now" in asked.body else None
    if "rate" in asked.body:
        world.run_at(asked.body["rate"])
    if target is not None:
        await world.advance_to(target)
    return 200, clock_json(world)


async def advance_clock(asked: ControlRequest) -> Response:
    """Go forward by `seconds`, `to` an instant, or to the `next` thing that is due; answers what happened.

    It waits for callbacks to be answered on the way, in all for `patience_s` real seconds; `callbacks_out` are those
    that it did not wait for any longer. A receiver that moves the clock while it is called should have no patience.
    A client that accepts `application/x-ndjson` has a line for each event as it happens, and last the rest of the
    answer; what a slow one has not taken when the journal no longer keeps it, is left out.
    """
    world = asked.world
    target, patience_s = _target(asked.body, world), asked.body.get("patience_s", ADVANCE_PATIENCE_S)
    if asked.takes(_LINES):
        lines = _line_by_line(world, world.journal, world.journal.last, _begun(world, target, patience_s))
        return StreamingResponse(lines, headers=_UNBUFFERED, media_type=_LINES)
    before = world.journal.last
    await world.advance_to(target, patience_s=patience_s)
    # The newest of them: what they came to is more than how they began.
    events = world.journal.after(max(before, world.journal.last - EVENTS_MAX), EVENTS_MAX)
    body = {"events": (numbered(*event) for event in events)}
    return await response_in_pieces(asked, _come_to(world, body, left_out=world.journal.last - before - len(events)))


def _come_to(world: World, events: Mapping[str, Any], *, left_out: int) -> dict[str, Any]:
    """What an advance has come to."""
    answer: dict[str, Any] = {"now": written(world.clock.now()), **events}
    if left_out > 0:
        answer["events_left_out"] = left_out
    if out := world.dispatch.out():
        answer["callbacks_out"] = out
    return answer


def _begun(world: World, target: int, patience_s: float) -> asyncio.Future[None]:
    """An advance under way. It is the clock that goes forward: it does so whether or not anybody listens."""
    journal = world.journal

    async def go_forward() -> None:
        if world.journal is journal:  # else the life in which it was asked for is over
            await world.advance_to(target, patience_s=patience_s)

    advance = asyncio.ensure_future(go_forward())
    _ADVANCES.add(advance)
    advance.add_done_callback(_ADVANCES.discard)
    return advance


async def _line_by_line(
    world: World, journal: Journal, after: int, advance: asyncio.Future[None]
) -> AsyncIterator[bytes]:
    """The lines of an advance: the events of this journal behind the one of this number, and what it has come to."""
    left_out, stirred = 0, asyncio.Event()
    advance.add_done_callback(lambda _: stirred.set())
    stirred.set()  # something may have happened already
    with journal.listeners.heard_by(lambda _: stirred.set()):
        is_over = False
        while not is_over:
            await stirred.wait()
            stirred.clear()
            is_over = advance.done()  # asked before the journal: then all that it came to is there
            while events := journal.after(after, _LINES_AT_ONCE):
                left_out += events[0][0] - after - 1
                after = events[-1][0]
                yield b"".join(_line(numbered(*event)) for event in events)
    await advance
    yield _line(_come_to(world, {}, left_out=left_out))


def _line(body: Mapping[str, Any]) -> bytes:
    return json_bytes(body) + b"\n"


def clock_json(world: World) -> dict[str, Any]:
    """What the clock shows, and how fast it runs."""
    return {"now": written(world.caught_up().now), "rate": world.clock.rate}


def _target(body: Mapping[str, Any], world: World) -> int:
    if "to" in body:
        return _future(body["to"], "to", world)
    now = world.caught_up().now
    if "seconds" in body:
        return min(now + int(body["seconds"] * SECOND_US), INSTANT_MAX)
    deadline = world.caught_up().deadline()
    return now if deadline is None else deadline


def _future(text: str, field: str, world: World) -> int:
    instant, now = instant_of(text, field), world.caught_up().now
    if instant < now:
        raise ControlError(400, f"the clock shows {written(now)} and only moves forward", field)
    return instant


_RATE: Final = {"type": "number", "minimum": 0, "maximum": RATE_MAX}
_SECONDS: Final = {"type": "number", "minimum": 0, "maximum": INSTANT_MAX // SECOND_US}
_CLOCK: Final = body_schema(now=INSTANT, rate=_RATE) | NOT_EMPTY
_ADVANCE: Final = body_schema(seconds=_SECONDS, to=INSTANT, next={"const": True}, patience_s=PATIENCE) | {
    "oneOf": [{"required": [name]} for name in ("seconds", "to", "next")]
}

OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", f"{W}/clock", "Read the clock", show_clock),
    Operation("PUT", f"{W}/clock", "Set the clock's rate, or jump forward", set_clock, _CLOCK),
    Operation("POST", f"{W}/clock/advance", "Let time pass", advance_clock, _ADVANCE, also=_LINES),
)
