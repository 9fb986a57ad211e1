"""The server of any app: uvicorn behind our sockets and our protocol, which ends in order when it is asked to.

What the app is, this module does not know.
"""

import asyncio
import signal
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING, Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from masking_emulator.clock import http_date
from masking_emulator.config import ending_signals, files_max
from masking_emulator.interception.certificates import Certificates
from masking_emulator.interception.crowd import Crowd, connections_max, proxy_connections_max
from masking_emulator.server.closing_console import take_time_to_end
from masking_emulator.server.protocol import CLIENT_LIMITS, ClientLimits, HttpProtocol
from masking_emulator.server.sockets import TAKEN_IN_A_TURN, ServerSockets

if TYPE_CHECKING:
    from masking_emulator.interception.proxy import Proxy

#: How long open connections may take to end when the server stops, and how often to look whether they have; in real
#: seconds.
_GRACE_S: Final = 1.0
_PAUSE_S: Final = 0.01

#: uvicorn looks so often whether it is to end.
_TICKS_PER_SECOND: Final = 10


class AppServer(uvicorn.Server):
    """uvicorn, which also says when it listens on every socket, and ends with exit code 0 when it is asked to end."""

    def __init__(
        self,
        app: ASGIApp,
        sockets: ServerSockets,
        *,
        ending: Callable[[], Awaitable[None]] | None = None,
        begin: Callable[[], None] = lambda: None,
        listening: Callable[[], Awaitable[None]] | None = None,
        started: Callable[[], None] = lambda: None,
        leaving: Callable[[], None] | None = None,
        limits: ClientLimits = CLIENT_LIMITS,
    ) -> None:
        """`begin` is called in the event loop before anything is served, `started` as soon as requests are answered.

        `listening` comes between them: it is awaited while requests are answered already. If the server is to end by
        then, it has not started.
        `leaving` is called in a thread of its own once the server is to end, while requests are still answered, and
        `ending` when no further connection is accepted: it ends what requests wait for.
        """
        self._http = partial(HttpProtocol, crowd=Crowd(connections_max(files_max())), limits=limits)
        super().__init__(
            uvicorn.Config(
                self._quietly(app),
                http=self._http,  # type: ignore[arg-type]  # uvicorn does no more with it than to call it
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                backlog=TAKEN_IN_A_TURN,
                proxy_headers=False,  # anybody could send one
            )
        )
        self._sockets = sockets
        self._begin = begin
        self._listening = listening
        self._started = started
        self._leaving = leaving
        self._ending = ending
        self._proxy: Proxy | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Do what comes before anything is served, then listen on every socket."""
        self._begin()
        await super().startup(sockets)
        if self._sockets.certificates is not None:
            await self._open_tls(self._sockets.certificates)
        self._sockets.let_wait()
        if self._listening is not None:
            await self._listening()
        if not self.should_exit:
            self._started()

    async def on_tick(self, counter: int) -> bool:
        """What uvicorn does ten times a second, but its clock may be a test's: the date of answers is read here."""
        if counter % _TICKS_PER_SECOND == 0:
            self.server_state.default_headers = [(b"date", http_date().encode()), *self.config.encoded_headers]
        return await super().on_tick(1)  # no whole second, so it reads no clock

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Do what is to be done while requests are answered; then end all that waits, answer what can be answered soon,
        and close everything.

        uvicorn's own waits longer, for connections without a request too, and prints a traceback for each that is left.
        """
        if self._leaving is not None:
            await asyncio.to_thread(self._leaving)
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        if self._ending is not None:  # first: requests that wait for a callback would delay the end of the server
            await self._ending()
        if self._proxy is not None:
            self._proxy.close()
        connections, tasks = self.server_state.connections, self.server_state.tasks
        for connection in tuple(connections):
            connection.shutdown()
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + _GRACE_S
        while (connections or tasks) and not self.force_exit and loop.time() < give_up_at:
            await asyncio.sleep(_PAUSE_S)
        for connection in tuple(connections):
            assert isinstance(connection, HttpProtocol), "the server makes no others"
            connection.give_up()
        left = tuple(tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _quietly(self, app: ASGIApp) -> ASGIApp:
        """The app, which says nothing of requests that the end of the server has cut off."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await app(scope, receive, send)
            except asyncio.CancelledError:
                if not self.should_exit:
                    raise

        return serve

    async def _open_tls(self, certificates: Certificates) -> None:
        """Open the sockets behind which there is TLS; uvicorn knows one kind of socket only."""
        # Imported here: a start without these sockets would pay for what is behind them.
        from masking_emulator.interception.proxy import Proxy
        from masking_emulator.interception.tunnel import ProxyLimits

        loop, limits = asyncio.get_running_loop(), ProxyLimits(connections=proxy_connections_max(files_max()))
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificates.server)
        tls.set_alpn_protocols(["http/1.1"])
        if self._sockets.proxy is not None:
            self._proxy = Proxy(self._connection, tls, allowed=self._sockets.allowed_hosts, limits=limits)
            opened = await loop.create_server(self._proxy.connection, sock=self._sockets.proxy, backlog=TAKEN_IN_A_TURN)
            self.servers.append(opened)
        if self._sockets.tls is not None:
            opened = await loop.create_server(
                lambda: self._http(self.config, self.server_state, self.lifespan.state),
                sock=self._sockets.tls,
                backlog=TAKEN_IN_A_TURN,
                ssl=tls,
                ssl_handshake_timeout=limits.handshake_s,
            )
            self.servers.append(opened)

    def _connection(self, ended: Callable[[], None]) -> asyncio.Protocol:
        return self._http(self.config, self.server_state, self.lifespan.state, ended=ended)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End when a terminal closes too, which uvicorn does not listen for; a signal that comes later ends nothing.

        A terminal that closes sends several, and what comes after the server is the writing of its state.
        """
        with super().capture_signals():
            self._listen_for_signals()
            yield
        self._listen_for_signals()

    def _listen_for_signals(self) -> None:
        if current_thread() is main_thread():  # only there it is possible
            take_time_to_end()
            for ending in ending_signals():
                signal.signal(ending, self.handle_exit)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Being asked to end is no failure, so the signal is not raised again; a second one does not wait."""
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True
