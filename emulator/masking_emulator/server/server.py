"""The server: one app behind its sockets, until the process is asked to end."""

import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from masking_emulator.callbacks.courier import Courier
from masking_emulator.config import ServeConfig, take_more_files
from masking_emulator.interception.certificates import users_certificates
from masking_emulator.server.app import make_app
from masking_emulator.server.app_server import AppServer
from masking_emulator.server.log import log_as
from masking_emulator.server.protocol import CLIENT_LIMITS, ClientLimits
from masking_emulator.server.sockets import ServerSockets, open_sockets
from masking_emulator.wholefile import CannotKeepFile, require_file
from masking_emulator.world.file import load_world
from masking_emulator.world.hub import Hub
from masking_emulator.world.narrator import Narrators
from masking_emulator.world.spec import WorldSpec
from masking_emulator.world.surroundings import Surroundings

if TYPE_CHECKING:
    from masking_emulator.agents.endpoint import McpEndpoint
    from masking_emulator.keeping.files import Keeping
    from masking_emulator.keeping.folder import KeptFolder
    from masking_emulator.server.metrics import Metrics
    from masking_emulator.world.narrator import Narrator


def serve(
    config: ServeConfig,
    ready: Callable[[ServerSockets, WorldSpec], None],
    leaving: Callable[[str], int] | None = None,
) -> int:
    """Serve until the process is asked to end. `ready` is called as soon as requests are answered: where, and what.

    `leaving` is called in a thread when the server is asked to end and still answers, with its URL; what it returns
    is the exit code.
    Raises BadWorld, CannotOpenSocket, CannotKeep and CannotKeepFile before anything is served, the last at the end too.
    """
    _check_authorities(config.callback_authorities)
    keeping, folder = _keeping(config), _folder(config)
    codes = [0]
    try:
        _serve(config, keeping, folder, ready, None if leaving is None else lambda url: codes.append(leaving(url)))
    finally:
        for kept in (keeping, folder):
            if kept is not None:
                kept.close()
    return codes[-1]


def _serve(
    config: ServeConfig,
    keeping: "Keeping | None",
    folder: "KeptFolder | None",
    ready: Callable[[ServerSockets, WorldSpec], None],
    leaving: Callable[[str], None] | None,
) -> None:
    spec = (keeping and keeping.spec) or load_world(config.world, seed=config.seed)
    sockets = open_sockets(
        config.host,
        config.port,
        proxy_port=config.proxy_port,
        tls_port=config.tls_port,
        allowed_hosts=config.allowed_hosts,
        certificates=users_certificates,
    )
    log_as(config.log_format, verbose=config.verbose)
    public = None if config.public_url is None else urlsplit(config.public_url).hostname
    hosts = (config.host, *config.control_hosts, *([] if public is None else [public]))
    narrator = _narrator() if config.verbose else None
    serve_world(
        spec,
        sockets,
        keeping,
        callback_authorities=config.callback_authorities,
        control_hosts=hosts,
        ready=lambda: ready(sockets, spec),
        leaving=None if leaving is None else lambda: leaving(sockets.local_url),
        narrator=narrator,
        agents=_agents(config, sockets),
        metrics=_metrics() if config.metrics else None,
        folder=folder,
        public_url=config.public_url,
    )


def serve_world(
    spec: WorldSpec,
    sockets: ServerSockets,
    keeping: "Keeping | None" = None,
    *,
    callback_authorities: Path | None = None,
    control_hosts: Sequence[str] = (),
    ready: Callable[[], None] = lambda: None,
    leaving: Callable[[], None] | None = None,
    made: Callable[["Server"], None] = lambda _: None,
    narrator: "Narrator | None" = None,
    agents: "McpEndpoint | None" = None,
    metrics: "Metrics | None" = None,
    folder: "KeptFolder | None" = None,
    public_url: str | None = None,
) -> None:
    """Serve one world behind these sockets until the process is asked to end, or the server that `made` is given is.

    `folder` has further worlds, which are restored while requests to others are answered already.
    Raises CannotKeepFile.
    """
    take_more_files()
    around = Surroundings(
        base_url=public_url or sockets.url, courier=Courier(callback_authorities), narrator=_all_of(narrator, metrics)
    )
    file_of = None if folder is None else folder.file_of
    hub = Hub(around, interception=sockets.described(), seed=spec.seed, state_file_of=file_of)
    world = hub.add(spec, state_file=None if keeping is None else keeping.state)

    def begin() -> None:
        if keeping is not None:
            keeping.begin(world)

    server = Server(
        hub,
        sockets,
        begin,
        ready,
        leaving=leaving,
        control_hosts=control_hosts,
        agents=agents,
        metrics=metrics,
        folder=folder,
    )
    made(server)
    server.run(sockets=[sockets.plain])
    if keeping is not None:
        keeping.end(world)
    if folder is not None:
        folder.end(hub)


def _all_of(*narrators: "Narrator | None") -> "Narrator | None":
    """Those that there are, as one; None where there are none."""
    there = [one for one in narrators if one is not None]
    return Narrators(there) if len(there) > 1 else next(iter(there), None)


def _check_authorities(path: Path | None) -> None:
    """Raises CannotKeepFile where the file holds no certificate; at the first callback it would be too late."""
    if path is None:
        return
    try:
        require_file(path)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        raise CannotKeepFile(f"{path}: it holds no certificate in PEM") from None
    except OSError as error:
        raise CannotKeepFile(f"{path}: {error.strerror}") from None


def _agents(config: ServeConfig, sockets: ServerSockets) -> "McpEndpoint | None":
    """What answers those that speak MCP; None where nobody should."""
    if config.mcp is None:
        return None
    # Imported here: a start without it would pay for it.
    from masking_emulator.agents.endpoint import McpEndpoint

    return McpEndpoint(sockets.url, allow_writes=config.mcp == "write")


def _folder(config: ServeConfig) -> "KeptFolder | None":
    """The folder of the worlds; None where there is none. Raises CannotKeepFile."""
    if config.state_folder is None:
        return None
    # Imported here: a start without files would pay for reading and writing them.
    from masking_emulator.keeping.folder import KeptFolder

    return KeptFolder(config.state_folder)


def _metrics() -> "Metrics":
    # Imported here: a start without metrics would pay for their library, which may not be installed.
    from masking_emulator.server.metrics import Metrics

    return Metrics()


def _narrator() -> "Narrator":
    # Imported here: a start that narrates nothing would pay for the views.
    from masking_emulator.server.narration import LogNarrator

    return LogNarrator()


def _keeping(config: ServeConfig) -> "Keeping | None":
    """The files of the world; None where there are none. Raises CannotKeepFile."""
    if config.state is None and config.recording is None:
        return None
    # Imported here: a start without files would pay for reading and writing them.
    from masking_emulator.keeping.files import Keeping

    return Keeping(state=config.state, recording=config.recording)


class Server(AppServer):
    """The emulator: both APIs and the console over the worlds of a hub."""

    def __init__(
        self,
        hub: Hub,
        sockets: ServerSockets,
        begin: Callable[[], None],
        started: Callable[[], None],
        *,
        leaving: Callable[[], None] | None = None,
        control_hosts: Sequence[str] = (),
        limits: ClientLimits = CLIENT_LIMITS,
        agents: "McpEndpoint | None" = None,
        metrics: "Metrics | None" = None,
        folder: "KeptFolder | None" = None,
    ) -> None:
        """`begin`, `started` and `leaving` as in AppServer.

        `folder` has further worlds, which come back while requests are answered already, before `started` is called.
        Raises CannotKeepFile where it has too many.
        """
        if folder is not None:
            folder.begin(hub)
        further = [*([] if agents is None else [agents.route()]), *([] if metrics is None else metrics.routes())]

        async def listen() -> None:
            if metrics is not None:
                metrics.begin(hub, lambda: len(self.server_state.connections))
            if folder is not None:
                await folder.restore(hub, lambda: self.should_exit)

        async def end() -> None:
            await hub.close()
            if agents is not None:
                await agents.close()
            if metrics is not None:
                metrics.close()

        measured = None if metrics is None else metrics.measured
        super().__init__(
            make_app(hub, control_hosts=control_hosts, further=further, measured=measured),
            sockets,
            ending=end,
            begin=begin,
            listening=listen,
            started=started,
            leaving=leaving,
            limits=limits,
        )
