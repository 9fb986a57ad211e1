"""The server: one app on one socket, in the foreground for `serve` or in a thread for a test."""

import json
import logging
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL
from threading import Event as Flag
from threading import Thread
from types import FrameType, TracebackType
from typing import Any, Final, Self

import uvicorn

from emulator.app import make_app
from emulator.client import Control
from emulator.clock import real_now
from emulator.config import HOST_DEFAULT, ServeConfig
from emulator.core.instants import written
from emulator.keeping import Keeping
from emulator.world import Surroundings
from emulator.worldfile import DEMO_WORLD, load_world
from emulator.worlds import Hub

#: How long open connections may take to end when the server stops.
_GRACE_S: Final = 2

#: How often a world in this process looks whether frozen time was moved.
_HEARTBEAT_S: Final = 0.02

_BACKLOG: Final = 2048

#: No name is longer; of what is no name, a sentence quotes no more.
_HOST_SIGNS_MAX: Final = 253

#: What the commonest failures to listen mean.
_REASONS: Final[Mapping[int, str]] = {
    EACCES: "the port is not for everybody; choose another with --port",
    EADDRINUSE: "the port is taken; choose another with --port",
    EADDRNOTAVAIL: "this machine does not have the address; choose another with --host",
}


class CannotListen(Exception):
    """The address is taken or not ours."""


def serve(config: ServeConfig, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C. `ready` is called with the URL as soon as requests are answered.

    Raises BadWorld, CannotKeep and CannotListen before anything is served, and CannotKeep at the end.
    """
    keeping = Keeping(state=config.state, recording=config.recording)
    spec = keeping.spec or load_world(config.world, seed=config.seed)
    listener = _listen(config.host, config.port)
    _log_as(config.log_format)
    hub = Hub(Surroundings(base_url=_url(listener)))
    world = hub.add(spec)
    server = _Server(hub, lambda: ready(_url(listener)), control_hosts=(config.host, *config.control_hosts))
    server.beginning = lambda: keeping.begin(world)
    server.run(sockets=[listener])
    keeping.end(world)


class Emulator:
    """A server in a thread of this process, for a test: `with Emulator() as emulator:`.

    `url` is where it listens, `control` talks to its control API. It follows frozen time (freezegun), because its
    event loop has a clock of its own.
    """

    def __init__(self, world: str = DEMO_WORLD) -> None:
        """`world` is an example's name or a file. Raises BadWorld."""
        spec = load_world(world)
        self._ready = Flag()
        self._listener = _listen(HOST_DEFAULT, 0)
        self.url = _url(self._listener)
        self.control = Control(self.url)
        hub = Hub(Surroundings(base_url=self.url, heartbeat_s=_HEARTBEAT_S))
        hub.add(spec)
        self._server = _Server(hub, self._ready.set)
        self._thread = Thread(target=self._server.run, args=([self._listener],), name="masking-emulator", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()


class _Server(uvicorn.Server):
    """uvicorn, telling when it listens, and ending with exit code 0 when it is asked to end."""

    def __init__(self, hub: Hub, started: Callable[[], None], *, control_hosts: Sequence[str] = ()) -> None:
        super().__init__(
            uvicorn.Config(
                make_app(hub, control_hosts=control_hosts),
                http="httptools",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self._hub = hub
        self._started = started
        #: What is done in the event loop before anything is served.
        self.beginning: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.beginning()
        await super().startup(sockets)
        self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._hub.close()  # first: requests that wait for a callback would hold the server up
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Being asked to end is no failure, so the signal is not raised again; a second one does not wait."""
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CannotListen with a sentence that says why."""
    if not host:  # to the system this is every address, which nobody should open up by a variable that is not set
        raise CannotListen("cannot listen on an empty --host; 0.0.0.0 is every address")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, TypeError) as error:  # TypeError: what cannot be encoded as a host name
        listener.close()
        reason = _REASONS.get(error.errno or 0, error.strerror) if isinstance(error, OSError) else str(error)
        raise CannotListen(f"cannot listen on {host[:_HOST_SIGNS_MAX]}:{port}: {reason}") from None
    return listener


def _url(listener: socket.socket) -> str:
    """The URL under which this machine reaches the server; of every address, the loopback one."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": written(real_now()),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _log_as(log_format: str) -> None:
    """Warnings and worse go to stderr, as text or as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if log_format == "json" else logging.Formatter("%(levelname)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
