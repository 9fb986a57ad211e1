"""Control of a world's clock: read, set, advance."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response

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
from masking_emulator.world.world import ADVANCE_PATIENCE_S, World


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
    """
    world = asked.world
    target = _target(asked.body, world)
    before = world.journal.last
    await world.advance_to(target, patience_s=asked.body.get("patience_s", ADVANCE_PATIENCE_S))
    # The newest of them: what they came to is more than how they began.
    events = world.journal.after(max(before, world.journal.last - EVENTS_MAX), EVENTS_MAX)
    answer: dict[str, Any] = {"now": written(world.clock.now()), "events": (numbered(*event) for event in events)}
    left_out, out = world.journal.last - before - len(events), world.dispatch.out()
    if left_out > 0:
        answer["events_left_out"] = left_out
    if out:
        answer["callbacks_out"] = out
    return await response_in_pieces(asked, answer)


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
    Operation("POST", f"{W}/clock/advance", "Let time pass", advance_clock, _ADVANCE),
)
