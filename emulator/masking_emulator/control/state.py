"""Control of a world's whole state: taking and restoring it, and a report on the pool.

The code for it is loaded at the first use, because few tests need it and every start would pay for it.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from masking_emulator.control.clock import clock_json
from masking_emulator.control.kernel import ControlAnswer, ControlError, ControlRequest, Operation, W
from masking_emulator.control.pieces import response_in_pieces
from masking_emulator.wholefile import CannotKeepFile
from masking_emulator.world.turns import politely
from masking_emulator.world.world import World

if TYPE_CHECKING:
    from masking_emulator.world.incoming import Readers

#: A world of 100,000 sessions has to fit into it.
_SNAPSHOT_BYTES_MAX: Final = 536_870_912


def _arriving(world: World) -> "Readers":
    from masking_emulator.keeping.snapshot import arriving

    return arriving(world)


async def take_snapshot(asked: ControlRequest) -> Response:
    """The whole state of the world, as JSON that can be put back, edited and kept."""
    from masking_emulator.keeping.snapshot import cutting

    cut = await politely(cutting(asked.world), asked.world.turn_s)
    return await response_in_pieces(asked, cut)


async def put_snapshot(asked: ControlRequest) -> ControlAnswer:
    """Restore a state that was taken. The world keeps its accounts."""
    from masking_emulator.keeping.snapshot import BadSnapshot, restoring

    async with asked.door_held() as world:
        try:
            await politely(restoring(world, asked.body), world.turn_s)
        except BadSnapshot as bad:
            raise ControlError(400, bad.reason, bad.field) from None
    return 200, clock_json(world)


async def keep_snapshot(asked: ControlRequest) -> ControlAnswer:
    """Write the state to the file that `serve --state` named, whole or not at all."""
    from masking_emulator.keeping.files import keeping

    if asked.world.state_file is None:
        raise ControlError(409, "the server keeps no state of this world; start it with `serve --state FILE`")
    async with asked.door_held(attrgetter("file_door")) as world:
        try:
            now = await politely(keeping(world), world.turn_s)
        except CannotKeepFile as error:
            raise ControlError(409, str(error)) from None
    return 200, {"file": str(world.state_file), "now": now}


async def show_pool_report(asked: ControlRequest) -> ControlAnswer:
    """How many numbers, of which countries, would have served the journal's sessions, and when most were in use."""
    from masking_emulator.control.views.pool_report import pool_report

    world = asked.world
    world.caught_up()
    events = (event for _, event in world.journal.after(0, world.journal.last))
    work = pool_report(events, world.accounts, complete=world.journal.first == 1)
    return 200, await politely(work, world.turn_s)


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", f"{W}/snapshot", "Take a snapshot", take_snapshot),
    Operation(
        "PUT",
        f"{W}/snapshot",
        "Put a snapshot back",
        put_snapshot,
        {"type": "object"},
        body_bytes_max=_SNAPSHOT_BYTES_MAX,
        arriving=_arriving,
    ),
    Operation("POST", f"{W}/snapshot", "Write the state to the server's file", keep_snapshot),
    Operation("GET", f"{W}/pool-report", "The smallest pool that would have served", show_pool_report),
)
