"""Control of the past: a world as it stood after any event of its history, to look at, and what changed meanwhile.

The code that shows it is loaded at the first use, because every start would pay for it.
"""

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response

from masking_emulator.control.kernel import WHOLE, ControlError, ControlRequest, Operation, W, whole
from masking_emulator.control.pieces import response_in_pieces
from masking_emulator.world.history import Moment, NotKept
from masking_emulator.world.turns import politely
from masking_emulator.world.world import World

#: More of each kind than any world has.
_ALL: Final = 10**9


async def show_moment(asked: ControlRequest) -> Response:
    """The whole world as it stood after an event: to look at, and nothing in the world changes.

    `sequence` is the event's number in the journal; left out, the newest one; 0 is before anything happened. `first`
    and `last` are the numbers that can be looked at (`limits.history_max`). A command that came to several events is
    seen in the middle where the event is not its last. What is listed newest first: sessions (as the emulated API
    shows them), calls, recordings and callbacks.
    """
    from masking_emulator.control.views.past import moment_json

    world = asked.world
    moment = await _moment(world, asked, "sequence")
    body = moment_json(moment, world, limit=whole(asked.query, "limit", _ALL))
    return await response_in_pieces(asked, body)


async def show_changes(asked: ControlRequest) -> Response:
    """What is different after the event `sequence` (left out: the newest) from what was so after the event `since`.

    Each thing with the kind and the id that it has in the view of a moment, whether it is `new`, `changed` or `gone`,
    and what changed field by field.
    """
    from masking_emulator.control.views.past import changes

    world = asked.world
    after = await _moment(world, asked, "sequence")
    before = await _moment(world, asked, "since")
    if before.sequence > after.sequence:
        raise ControlError(400, f"{before.sequence} is after {after.sequence}, the sequence", "since")
    found = await politely(changes(before, after, world), world.turn_s)
    body = {"since": before.sequence, "sequence": after.sequence, "changes": iter(found)}
    return await response_in_pieces(asked, body)


def not_kept(world: World, missing: NotKept, field: str) -> ControlError:
    """The refusal of a moment that nobody can see."""
    bound = world.spec.limits.history_max
    kept = f"{world.history.first} to {world.journal.last} (limits.history_max is {bound})" if bound else "nothing"
    why = "" if bound else ": limits.history_max is 0"
    return ControlError(404, f"the history has {kept}, and not {missing}{why}", field)


async def _moment(world: World, asked: ControlRequest, field: str) -> Moment:
    sequence = whole(asked.query, field, world.journal.last)
    try:
        return await politely(world.looking_back(sequence), world.turn_s)
    except NotKept as missing:
        raise not_kept(world, missing, field) from None


_SEQUENCE: Final = {**WHOLE, "description": "The number of an event; left out, the newest one."}

OPERATIONS: Final[Sequence[Operation]] = (
    Operation(
        "GET",
        f"{W}/at",
        "The world as it stood after an event",
        show_moment,
        query={"sequence": _SEQUENCE, "limit": {**WHOLE, "description": "The most of each kind; left out, all."}},
    ),
    Operation(
        "GET",
        f"{W}/at/changes",
        "What changed between two events",
        show_changes,
        query={"since": _SEQUENCE, "sequence": _SEQUENCE},
    ),
)
