"""Control of a world's whole state: out, in, and what its journal says of the pool."""

from collections.abc import Sequence
from typing import Final

from emulator.control.kernel import Answer, Asked, ControlError, Operation, W
from emulator.poolreport import pool_report
from emulator.snapshot import BadSnapshot, restore, snapshot_of


async def take_snapshot(asked: Asked) -> Answer:
    """The whole state of the world, as JSON that can be put back, edited and kept."""
    return 200, snapshot_of(asked.world)


async def put_snapshot(asked: Asked) -> Answer:
    """Another state in place of this one, as it was taken. The world keeps its accounts."""
    try:
        restore(asked.world, asked.body)
    except BadSnapshot as bad:
        field, _, reason = str(bad).partition(": ")
        raise ControlError(400, reason, field) from None
    return 200, snapshot_of(asked.world)["clock"]


async def show_pool_report(asked: Asked) -> Answer:
    """How many numbers, of which countries, would have served what the journal tells, and when it was tightest."""
    world = asked.world
    world.caught_up()
    events = (event for _, event in world.journal.after(0, world.journal.last))
    return 200, pool_report(events, world.accounts, complete=world.journal.first == 1)


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", f"{W}/snapshot", "Take a snapshot", take_snapshot),
    Operation("PUT", f"{W}/snapshot", "Put a snapshot back", put_snapshot, {"type": "object"}),
    Operation("GET", f"{W}/pool-report", "The smallest pool that would have served", show_pool_report),
)
