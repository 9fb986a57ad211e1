"""A WSGI app behind a socket: the standard library's server, a thread for each request.

Like a server in production it believes the proxy in front of it that the client spoke https.
"""

import socket
import sys
from collections.abc import Callable
from io import BytesIO
from socketserver import BaseServer, TCPServer, ThreadingMixIn
from threading import Thread
from typing import Any, BinaryIO, Final, cast
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from masking_emulator.receiver import WAITING_MAX
from masking_emulator.testing.apps import WsgiApp, note_here
from masking_emulator.unpatched import accepted

#: How often the thread looks whether it is to end, in real seconds.
_POLL_S: Final = 0.005

#: How long requests that are under way may take when the app is stopped, in real seconds; then they are left alone.
_GRACE_S: Final = 5.0

#: A client that says nothing for so many real seconds is let go.
_SILENCE_S: Final = 30


class WsgiServer:
    """The app at work on a socket that is bound, from `start` to `stop`."""

    def __init__(self, app: WsgiApp, listener: socket.socket, *, grace_s: float = _GRACE_S) -> None:
        self._server = _ThreadedServer(listener)
        self._grace_s = grace_s
        self._server.set_app(app)
        self._thread = Thread(target=self._server.serve_forever, args=[_POLL_S], name="served-app", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End once what is under way has been answered."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for answering in self._server.answering:
            answering.join(self._grace_s)


class _ThreadedServer(ThreadingMixIn, WSGIServer):
    """A thread for each connection. `answering` are those that may not have ended."""

    daemon_threads = True
    request_queue_size = WAITING_MAX

    def __init__(self, listener: socket.socket) -> None:
        # As the base class does it, with a socket that is there, and without asking the system for this machine's name.
        address = listener.getsockname()[:2]
        BaseServer.__init__(self, address, _WsgiConnection)
        self.socket = listener
        self.answering: list[Thread] = []
        self.server_name, self.server_port = address
        self.setup_environ()
        TCPServer.server_activate(self)

    def get_request(self) -> tuple[socket.socket, Any]:
        return accepted(self.socket)

    def process_request(self, request: Any, client_address: Any) -> None:
        answering = Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self.answering = [*filter(Thread.is_alive, self.answering), answering]
        answering.start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # who hangs up is free to
            super().handle_error(request, client_address)


class _WsgiAnswer(ServerHandler):
    http_version = "1.1"
    os_environ: dict[str, str] = {}  # noqa: RUF012  # the base class copies it; a request has nothing of the test's own

    def log_exception(self, exc_info: Any) -> None:
        note_here(exc_info[1])

    def cleanup_headers(self) -> None:
        super().cleanup_headers()
        self.headers["Connection"] = "close"  # type: ignore[attr-defined]  # typeshed has not heard of it


class _WsgiConnection(WSGIRequestHandler):
    """One connection, for one request."""

    timeout = _SILENCE_S
    server: _ThreadedServer

    def handle(self) -> None:
        self.raw_requestline = self.rfile.readline(65_537)
        if len(self.raw_requestline) > 65_536 or not self.parse_request():
            return
        if self.requestline.split()[1].startswith("/"):
            self.path = self.requestline.split()[1]  # `parse_request` makes one slash of two, which were signed
        environ = self.get_environ()
        length = environ.get("CONTENT_LENGTH", "")
        # Read before: an app may read to the end, which a connection has none of.
        body = BytesIO(self.rfile.read(int(length)) if length.isascii() and length.isdigit() else b"")
        answer = _WsgiAnswer(body, cast(BinaryIO, self.wfile), self.get_stderr(), environ, multithread=True)
        answer.request_handler = self  # type: ignore[attr-defined]  # as in the base class's own `handle`
        app: Callable[..., Any] | None = self.server.get_app()
        assert app is not None, "the server has an app before it listens"
        answer.run(app)

    def get_environ(self) -> dict[str, Any]:
        """What WSGI says of a request, and the scheme that the proxy in front has seen."""
        environ = super().get_environ()
        if self.headers.get("X-Forwarded-Proto") == "https":
            environ["HTTPS"] = "on"  # by which the base class knows the scheme
        return environ

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Nothing: the log of callbacks has every request."""
        del format, args
