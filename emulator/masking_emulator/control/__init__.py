"""The control API under `/_emulator/`: one module a subject, each with its handlers and its table of operations.

Routes and OpenAPI both come from the tables. A new subject is a module and a line here. Of two paths that match
the same request, the first wins. What all subjects share is in `kernel.py`.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

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
from masking_emulator.control.kernel import BODY_BYTES_MAX, PREFIX, ControlEndpoint, ControlError, Operation, W, refuse
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


def routes(hub: Hub) -> list[BaseRoute]:
    """The routes of the control API."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = operation

    def made(paths: Sequence[str]) -> list[BaseRoute]:
        return [Route(PREFIX + path, ControlEndpoint(hub, by_path[path])) for path in paths]

    about_worlds = [path for path in by_path if path.startswith(W)]
    others = [path for path in by_path if not path.startswith(W)]
    return [*made(others), _Later(PREFIX + W.partition("{")[0], lambda: made(about_worlds))]


class _Later(BaseRoute):
    """Routes whose paths begin alike, made when the first of them is asked for: all at once take 3 ms of each start."""

    def __init__(self, beginning: str, made: Callable[[], Sequence[BaseRoute]]) -> None:
        self._beginning = beginning
        self._made = made

    @cached_property
    def _routes(self) -> Sequence[BaseRoute]:
        return self._made()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the first of the routes that matches."""
        if not scope["path"].startswith(self._beginning):
            return Match.NONE, {}
        found = (route.matches(scope) for route in self._routes)
        return next((match for match in found if match[0] is not Match.NONE), (Match.NONE, {}))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask the endpoint that was found, which is an app."""
        await scope["endpoint"](scope, receive, send)
