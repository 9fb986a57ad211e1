"""The control API under `/_emulator/`: one module a subject, each with its handlers and its table of operations.

Routes and OpenAPI both come from the tables. A new subject is a module and a line here. Of two paths that match
the same request, the first wins. What all subjects share is in `kernel.py`.
"""

from collections.abc import Callable, Sequence
from functools import cache, cached_property

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from masking_emulator.control import about
from masking_emulator.control.kernel import BODY_BYTES_MAX, PREFIX, ControlEndpoint, ControlError, Operation, refuse
from masking_emulator.world.hub import Hub

__all__ = ["BODY_BYTES_MAX", "PREFIX", "ControlError", "Operation", "operations", "refuse", "routes"]


@cache
def operations() -> Sequence[Operation]:
    """Every operation. Whether the server is ready is asked at each start; the other subjects are loaded when asked."""
    # Imported here: all of them take 5 ms and 0.5 MB of each start.
    from masking_emulator.control import (
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

    return (
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

    def made(some: Sequence[Operation]) -> list[BaseRoute]:
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in some:
            by_path.setdefault(operation.path, {})[operation.method] = operation
        return [Route(PREFIX + path, ControlEndpoint(hub, ways)) for path, ways in by_path.items()]

    return [*made(about.OPERATIONS), _Later(f"{PREFIX}/", lambda: made(operations()[len(about.OPERATIONS) :]))]


class _Later(BaseRoute):
    """Routes whose paths begin alike, made when the first of them is asked for."""

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
