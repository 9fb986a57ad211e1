"""A server in a thread of this process, for a test."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from types import TracebackType
from typing import Final, Self

from masking_emulator.client import Control
from masking_emulator.config import HOST_DEFAULT
from masking_emulator.console import console_files
from masking_emulator.interception.certificates import users_certificates
from masking_emulator.server.protocol import CLIENT_LIMITS, ClientLimits
from masking_emulator.server.server import Server
from masking_emulator.server.sockets import open_sockets
from masking_emulator.unpatched import Happening, patched_by, start_thread
from masking_emulator.world.file import DEMO_WORLD, load_world, read_ahead
from masking_emulator.world.hub import Hub
from masking_emulator.world.surroundings import Surroundings

#: How often a world in this process checks whether frozen time was moved, in real seconds.
_HEARTBEAT_S: Final = 0.02


#: A server that has not started or ended after so many real seconds never will.
_PATIENCE_S: Final = 60.0


class ServerFailed(Exception):
    """The server did not start, or ended by an error; the message says why."""


class ServerThread:
    """A server in a thread of this process, for a test: `with ServerThread() as emulator:`.

    `url` is where it listens, `control` talks to its control API. It follows frozen time (freezegun, time-machine),
    because its event loop has a clock of its own. Its thread is the system's, also where gevent or eventlet replaced
    those of this process.
    """

    def __init__(
        self,
        world: str = DEMO_WORLD,
        *,
        proxy_port: int | None = None,
        tls_port: int | None = None,
        allowed_hosts: Sequence[str] = (),
        limits: ClientLimits = CLIENT_LIMITS,
    ) -> None:
        """`world` is an example's name or a file.

        Raises BadWorld, ServerFailed where no server can run in this process, and what opening the sockets raises.
        """
        if (patched := patched_by()) and find_spec("uvloop") is None:
            raise ServerFailed(
                f"a server in this process needs uvloop, because {patched} replaced its threads and sockets; start"
                " `masking-emulator serve` and name it with MASKING_EMULATOR_URL"
            )
        spec = load_world(world)
        # A test may show this process other files while the server runs, and nothing of the package is among them.
        read_ahead()
        console_files()
        self._process = os.getpid()
        self._ready = Happening()
        self._ended = Happening()
        self._failure: BaseException | None = None
        self.sockets = open_sockets(
            HOST_DEFAULT,
            0,
            proxy_port=proxy_port,
            tls_port=tls_port,
            allowed_hosts=allowed_hosts,
            certificates=users_certificates,
        )
        self.url = self.sockets.url
        self.control = Control(self.url)
        around = Surroundings(base_url=self.url, heartbeat_s=_HEARTBEAT_S)
        self._hub = Hub(around, interception=self.sockets.described(), seed=spec.seed)
        self._hub.add(spec)
        self._server = Server(self._hub, self.sockets, lambda: None, self._ready.set, limits=limits)

    def __enter__(self) -> Self:
        """Start, and wait until it listens. Raises ServerFailed."""
        start_thread(self._run, name="masking-emulator")
        if not self._ready.wait(_PATIENCE_S):
            raise ServerFailed(f"the server in this process did not start within {_PATIENCE_S:g} seconds")
        self._raise_failure()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and wait until it has. Raises ServerFailed."""
        if os.getpid() != self._process:
            return  # a child that was forked has no such thread: the server is its parent's, and goes on
        self._server.should_exit = True
        if not self._ended.wait(_PATIENCE_S):
            raise ServerFailed(f"the server in this process did not end within {_PATIENCE_S:g} seconds")
        self._raise_failure()

    def _run(self) -> None:
        try:
            self._server.run([self.sockets.plain])
        except BaseException as failure:  # it belongs to whoever started the server, SystemExit included
            self._failure = failure
        finally:
            self._ready.set()
            self._ended.set()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            why = f"{type(self._failure).__name__}: {self._failure}"
            raise ServerFailed(f"the server in this process ended: {why}") from self._failure
