"""The emulator for a test of any framework: `with Emulator() as masking:`."""

from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from masking_emulator.client import Control
from masking_emulator.testing.masking import Masking
from masking_emulator.testing.redirect import redirected

#: The clock of a test's world unless it has another one: it stands still at the start of 2026.
STILL: Mapping[str, Any] = {"start": "2026-01-01T00:00:00Z", "rate": 0}


def new_world(control: Control, seed: int | str, world: Mapping[str, Any] | None = None) -> Masking:
    """A world of its own for one test. `world` as in a world file; without a clock it stands still."""
    structure = {"clock": STILL, **(world or {})}
    return Masking(control, control.post("/worlds", {"world": {**structure, "seed": structure.get("seed", seed)}}))


class Emulator:
    """A server in a thread of this process with one world, for a test that is not pytest's.

    Entering gives the world (`Masking`), and every client of the Python SDK speaks to the server until it is left.
    """

    def __init__(self, world: Mapping[str, Any] | None = None, *, seed: int | str = 1) -> None:
        """`world` as in a world file."""
        # Imported here: whoever shares a running server needs none of it.
        from masking_emulator.server.thread import ServerThread as Server

        self._server = Server()
        self._left = ExitStack()
        self._world = world
        self._seed = seed

    def __enter__(self) -> Masking:
        self._left.enter_context(self._server)
        self._left.enter_context(redirected(self._server.url))
        return new_world(self._server.control, self._seed, self._world)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.__exit__(kind, error, trace)
