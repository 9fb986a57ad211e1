"""Control of the server itself: whether it is ready, and what it claims to be true."""

from collections.abc import Sequence
from typing import Final

from emulator import __version__
from emulator.control.kernel import Answer, Asked, Operation


async def health(asked: Asked) -> Answer:
    """Answered as soon as requests are served."""
    return 200, {"status": "ok", "version": __version__, "worlds": [world.auth_id for world in asked.hub.all()]}


async def show_fidelity(asked: Asked) -> Answer:
    """The ledger."""
    # Imported here: a start of the server would pay for hundreds of rows that few ask for.
    from emulator.plivo.ledger import LEDGER, row_json

    del asked
    return 200, {"rows": [row_json(row) for row in LEDGER]}


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", "/health", "Is the server ready", health),
    Operation("GET", "/fidelity", "The fidelity ledger", show_fidelity),
)
