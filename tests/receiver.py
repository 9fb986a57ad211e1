"""A customer's server for tests: it records what it gets, and answers as it is told to for each path, well or badly.

It is threaded, real, and on a port of its own. What hangs, hangs until `release` or the end of the server, so no test
needs to sleep.
"""

import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

PATIENCE_S: Final = 60

_BLOCK: Final = b"x" * 65_536


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """What the query says, decoded."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """What the body says as a form, decoded."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def url(self) -> str:
        """The URL as a web framework puts it together again."""
        return f"http://{self.headers['host']}{self.target}"

    @property
    def parameters(self) -> dict[str, str]:
        """The callback's parameters, wherever they are."""
        return self.form if self.method == "POST" else self.query


#: What is done with a request, instead of answering it with 200.
Behaviour = Callable[["_Handler"], None]


class Receiver:
    """The server. `url` is where it listens."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._behaviours: dict[str, Behaviour] = {}
        self._released = Event()
        self._arrived: dict[str, Event] = {}
        self._lock = Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.receiver = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), name="receiver", daemon=True)

    def on(self, path: str, behaviour: Behaviour) -> str:
        """Do this with every request for this path from now on. The path's URL."""
        self._behaviours[path] = behaviour
        return self.url + path

    def release(self) -> None:
        """Let everything go that hangs, and nothing hang any more."""
        self._released.set()

    def arrived(self, path: str) -> None:
        """Return when a request for this path has come."""
        assert self._arrival(path).wait(PATIENCE_S), f"no request came for {path}"

    def events(self, path: str | None = None) -> list[str]:
        """The events that were told, in the order in which they came."""
        return [one.parameters["EventName"] for one in self.received if path in (None, one.path)]

    def take(self, received: Received) -> Behaviour:
        """Write a request down; what is to be done with it."""
        with self._lock:
            self.received.append(received)
        self._arrival(received.path).set()
        return self._behaviours.get(received.path, status(200))

    def hang(self) -> None:
        """Return when `release` is called."""
        assert self._released.wait(PATIENCE_S), "nobody released the receiver"

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Let go of everything."""
        self.release()
        self._server.shutdown()
        self._server.server_close()

    def _arrival(self, path: str) -> Event:
        with self._lock:
            return self._arrived.setdefault(path, Event())


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver at work."""
    receiver = Receiver()
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()


def status(code: int, *, content: bytes = b"", **headers: str) -> Behaviour:
    """Answer with this status. Underscores in a header's name are hyphens."""

    def answer(handler: "_Handler") -> None:
        named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        length = "" if code == 204 else f"Content-Length: {len(content)}\r\n"
        handler.wfile.write(f"HTTP/1.1 {code} X\r\n{named}{length}Connection: close\r\n\r\n".encode() + content)

    return answer


def hang(handler: "_Handler") -> None:
    """No answer until the receiver is released, then 200."""
    handler.server.receiver.hang()
    status(200)(handler)


def reset(handler: "_Handler") -> None:
    """The connection is reset: no farewell, no answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def close(handler: "_Handler") -> None:
    """The connection ends without an answer."""
    del handler


def garbage(handler: "_Handler") -> None:
    """An answer that is no HTTP."""
    handler.wfile.write(b"\x00\xff what is this?\r\n\r\n")


def half(handler: "_Handler") -> None:
    """The connection ends in the middle of the body."""
    handler.wfile.write(b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nhalf")


def stuck_body(handler: "_Handler") -> None:
    """The body begins, and goes on only when the receiver is released."""
    handler.wfile.write(b"HTTP/1.1 200 X\r\nContent-Length: 4\r\n\r\nha")
    handler.wfile.flush()
    handler.server.receiver.hang()
    handler.wfile.write(b"lf")


def endless(handler: "_Handler") -> None:
    """A body that never ends, as long as somebody takes it."""
    handler.wfile.write(b"HTTP/1.1 200 X\r\n\r\n")
    while not handler.server.receiver._released.is_set():
        handler.wfile.write(_BLOCK)


def endless_headers(handler: "_Handler") -> None:
    """Headers that never end, as long as somebody takes them."""
    handler.wfile.write(b"HTTP/1.1 200 X\r\n")
    while not handler.server.receiver._released.is_set():
        handler.wfile.write(b"X-More: " + _BLOCK[:1000] + b"\r\n")


def flood(head: bytes, again: bytes) -> Behaviour:
    """An answer that begins with `head` and goes on with `again`, as long as somebody takes it."""

    def act(handler: "_Handler") -> None:
        handler.wfile.write(head)
        block = again * (1 + len(_BLOCK) // len(again))
        while not handler.server.receiver._released.is_set():
            handler.wfile.write(block)

    return act


#: Answers that are made to cost time.
FLOODS: Final[Mapping[str, Behaviour]] = {
    "endless 100": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "endless 103": flood(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"),
    "chunks of a byte": flood(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "endless extension": flood(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n1;x=", b"y"),
    "extensions": flood(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"y" * 1_000 + b"\r\nx\r\n"),
    "endless reason": flood(b"HTTP/1.1 200 ", b"X"),
}


def first(*behaviours: Behaviour) -> Behaviour:
    """One after the other for each further request; the last one for all that follow."""
    left = list(behaviours)

    def act(handler: "_Handler") -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return act


def calling(call: Callable[[Received], Any]) -> Behaviour:
    """Call something, for instance the emulator's API, before the answer 200."""

    def act(handler: "_Handler") -> None:
        call(handler.received)
        status(200)(handler)

    return act


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    received: Received

    def handle_one_request(self) -> None:
        """One request for each connection."""
        self.close_connection = True
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or not self.parse_request():
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        self.received = Received(self.command, self.path, headers, body)
        self.server.receiver.take(self.received)(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name in the base class
        """Silence."""
