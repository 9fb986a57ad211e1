"""The control API under `/_emulator/`: one module a subject, each with its handlers and its table of operations.

Routes and OpenAPI both come from the tables. A new subject is a module and a line here. Of two paths that match
the same request, the first wins. What all subjects share is in `kernel.py`.
"""

from collections.abc import Sequence
from typing import Final

from starlette.routing import Route

from masking_emulator.control import (
    about,
    callback_routes,
    callbacks,
    calls,
    clock,
    faults,
    journal,
    numbers,
    past,
    requests,
    state,
    triggers,
    worlds,
)
from masking_emulator.control.kernel import BODY_BYTES_MAX, PREFIX, ControlEndpoint, ControlError, Operation, refuse
from masking_emulator.world.hub import Hub

__all__ = ["BODY_BYTES_MAX", "OPERATIONS", "PREFIX", "ControlError", "Operation", "refuse", "routes"]

OPERATIONS: Final[Sequence[Operation]] = (
    *about.OPERATIONS,
    *worlds.OPERATIONS,
    *clock.OPERATIONS,
    *journal.OPERATIONS,
    *past.OPERATIONS,
    *numbers.OPERATIONS,
    *calls.OPERATIONS,
    *callbacks.OPERATIONS,
    *callback_routes.OPERATIONS,
    *triggers.OPERATIONS,
    *requests.OPERATIONS,
    *faults.OPERATIONS,
    *state.OPERATIONS,
)


def routes(hub: Hub) -> list[Route]:
    """The routes of the control API."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [Route(PREFIX + path, ControlEndpoint(hub, operations)) for path, operations in by_path.items()]
