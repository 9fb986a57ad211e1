"""A server in a thread of this process, for a test."""

from collections.abc import Sequence
from threading import Event as Flag
from threading import Thread
from types import TracebackType
from typing import Final, Self

from masking_emulator.client import Control
from masking_emulator.config import HOST_DEFAULT
from masking_emulator.interception.certificates import users_certificates
from masking_emulator.server.protocol import CLIENT_LIMITS, ClientLimits
from masking_emulator.server.server import Server
from masking_emulator.server.sockets import open_sockets
from masking_emulator.world.file import DEMO_WORLD, load_world
from masking_emulator.world.hub import Hub
from masking_emulator.world.world import Surroundings

#: How often a world in this process checks whether frozen time was moved, in real seconds.
_HEARTBEAT_S: Final = 0.02


class ServerThread:
    """A server in a thread of this process, for a test: `with ServerThread() as emulator:`.

    `url` is where it listens, `control` talks to its control API. It follows frozen time (freezegun), because its
    event loop has a clock of its own.
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
        """`world` is an example's name or a file. Raises BadWorld, and what opening the sockets raises."""
        spec = load_world(world)
        self._ready = Flag()
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
        self._hub = Hub(around, interception=self.sockets.described())
        self._hub.add(spec)
        self._server = Server(self._hub, self.sockets, lambda: None, self._ready.set, limits=limits)
        self._thread = Thread(
            target=self._server.run, args=([self.sockets.plain],), name="masking-emulator", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
