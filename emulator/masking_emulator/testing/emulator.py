"""The emulator for a test of any framework: `with Emulator() as masking:`."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from types import TracebackType
from typing import Any

from masking_emulator.client import Control, ControlRefused, segment
from masking_emulator.config import account_in_environment
from masking_emulator.testing.masking import Masking
from masking_emulator.testing.redirect import redirected
from masking_emulator.unpatched import real_files

#: The clock of a test's world unless it has another one: it stands still at the start of 2026.
STILL: Mapping[str, Any] = {"start": "2026-01-01T00:00:00Z", "rate": 0}


def new_world(control: Control, seed: int | str, world: Mapping[str, Any] | None = None) -> Masking:
    """A world of its own for one test. Without a clock it stands still.

    `world` has keys as in a world file; `example` among them names an example world whose keys count where there are
    no others.
    """
    return Masking(control, control.post("/worlds", _body(seed, world)))


def shared_world(url: str, auth_id: str, world: Mapping[str, Any] | None = None, *, seed: int | str = 1) -> Masking:
    """The world of this Auth ID on a running server; it is made where there is none, and goes on where there is one.

    `url` is the server's, or that of a farm; `auth_id` is MA and 18 capitals and digits; `world` has keys as in a world
    file, and without a clock it stands still. Nothing removes it: `Masking.control.delete(masking.path)` does.
    Raises ControlRefused where it was made from something else, `masking_emulator.client.Unreachable`.
    """
    control = Control(url)
    return Masking(control, control.put(f"/worlds/{segment(auth_id)}", _body(seed, world)))


def _body(seed: int | str, world: Mapping[str, Any] | None) -> dict[str, Any]:
    structure = {"clock": STILL, "seed": seed, **(world or {})}
    example = {"example": structure.pop("example")} if "example" in structure else {}
    return {"world": structure, **example}


@contextmanager
def own_world(control: Control, seed: int | str, world: Mapping[str, Any] | None = None) -> Iterator[Masking]:
    """A world of its own while this lasts. The variables PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN name its account."""
    masking = new_world(control, seed, world)
    with account_in_environment(masking.auth_id, masking.auth_token):
        yield masking
    with suppress(ControlRefused):  # the test removed it itself
        control.delete(masking.path)


class Emulator:
    """A server in a thread of this process with one world, for a test that is not pytest's.

    Entering gives the world (`Masking`). Until it is left, every client of the Python SDK speaks to the server, and the
    variables PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN name the world's account.
    """

    def __init__(self, world: Mapping[str, Any] | str | None = None, *, seed: int | str = 1) -> None:
        """`world` has keys as in a world file, or is the name of an example world."""
        with real_files():
            # Imported here: whoever shares a running server needs none of it.
            from masking_emulator.server.thread import ServerThread

            self._server = ServerThread()
        self._left = ExitStack()
        self._world = {"example": world} if isinstance(world, str) else world
        self._seed = seed

    def __enter__(self) -> Masking:
        self._left.enter_context(self._server)
        self._left.enter_context(redirected(self._server.url))
        return self._left.enter_context(own_world(self._server.control, self._seed, self._world))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.__exit__(kind, error, trace)
