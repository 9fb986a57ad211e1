"""A receiver of callbacks: an HTTP server that verifies the signatures of what it gets. The standard library is enough.

It takes GET and POST on every path and answers all of them alike. It is what a customer's server would be, so it
knows the tokens of accounts and nothing else of the emulator. The verb `listen` and the test kit use it.
"""

import socket
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer, TCPServer
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlsplit

from masking_emulator.plivo.signatures import V2, V2_MAIN, V3, V3_MAIN, Verdict, verify
from masking_emulator.unpatched import accepted, thread_socket

__all__ = ["CannotReceive", "Received", "Receiver", "Verdict"]

#: A callback is far smaller.
BODY_BYTES_MAX: Final = 1_048_576

#: A client that sends nothing for this long is disconnected, in real seconds.
_SILENCE_S: Final = 60

#: How long the end of a receiver may take, in real seconds; every test with one waits for it.
_POLL_S: Final = 0.02

#: Signature → how people call it, the one to check first.
SHORT: Final[Mapping[str, str]] = {V3: "V3", V2: "V2", V3_MAIN: "Ma-V3", V2_MAIN: "Ma-V2"}

#: Why an address cannot be listened on → what is wrong with it, and whether with the host or with the port.
_REASONS: Final[Mapping[int, tuple[str, str]]] = {
    EACCES: ("this user may not listen on the port", "port"),
    EADDRINUSE: ("the port is taken", "port"),
    EADDRNOTAVAIL: ("this machine does not have the address", "host"),
}

#: Address that stands for every one of this machine → one of them that a client can use.
_EVERY_ADDRESS: Final[Mapping[str, str]] = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # only compared


class CannotReceive(Exception):
    """The address is taken or not ours. `field` is what to choose otherwise, `host` or `port`; "" for neither."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came. `parameters` are those of its URL and of its form.

    `verdicts` go by header; they are empty where the receiver knows no token to check with.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    parameters: Mapping[str, str]
    verdicts: Mapping[str, Verdict]

    @property
    def event(self) -> str:
        """The event's name; "" where the request is no callback."""
        return self.parameters.get("EventName", "")

    @property
    def is_genuine(self) -> bool:
        """Whether its signatures are there and right, as far as a customer checks them: V3 and V2."""
        # The other two are made with the main account's token, which a subaccount does not know.
        return bool(self.verdicts) and self.verdicts[V3] is self.verdicts[V2] is Verdict.RIGHT

    @property
    def judgement(self) -> str:
        """Which signatures are right, in words."""
        if not self.verdicts:
            return "signature not checked"
        named = {
            verdict: [SHORT[header] for header in SHORT if self.verdicts[header] is verdict] for verdict in Verdict
        }
        if self.is_genuine:
            return f"signature ok ({', '.join(named[Verdict.RIGHT])})"
        faults = [
            f"{', '.join(named[fault])} {fault.value}" for fault in (Verdict.WRONG, Verdict.MISSING) if named[fault]
        ]
        right = [f"{', '.join(named[Verdict.RIGHT])} right"] if named[Verdict.RIGHT] else []
        return f"SIGNATURE NOT OK ({'; '.join([*faults, *right])})"

    @property
    def problem(self) -> str:
        """What is wrong with its signatures; "" where nothing is, or none were checked."""
        return "" if self.is_genuine or not self.verdicts else self.judgement

    def __str__(self) -> str:
        about = self.parameters
        callback = f"{self.event} #{about.get('SequenceNumber')} of {about.get('SessionUUID')}"
        shown = callback if self.event else f"{self.method} {self.url}"
        return f"{shown}: {self.problem}" if self.problem else shown


class Receiver:
    """A server for callbacks. It listens from its making on, and answers in a thread while it is entered.

    `url` is what to give as callback_url, with any path behind it; `received` is what came, in order. `status` is what
    it answers and may be changed at any time.
    """

    def __init__(
        self,
        *tokens: str,
        status: int = 200,
        host: str = "127.0.0.1",
        port: int = 0,
        url_host: str | None = None,
        hear: Callable[[Received], None] | None = None,
    ) -> None:
        """`tokens` are those of the accounts whose signatures are right; without any, no signature is checked.

        It listens on `host` and `port`; port 0 is any free one. `url_host` is the host in `url`, where the emulator
        knows this machine under another name: an emulator in a container reaches a receiver of
        `host="0.0.0.0", url_host="host.docker.internal"`. With `hear`, which is called from a thread for each request,
        `received` stays empty. Raises CannotReceive.
        """
        self.received: list[Received] = []
        self.status = status
        self._tokens = tokens
        self._hear = hear or self.received.append
        self._came = Condition()
        self._server = _listening(host, port, self._take)
        named = _EVERY_ADDRESS.get(host, host) if url_host is None else url_host
        self.url = f"http://{f'[{named}]' if ':' in named else named}:{self._server.server_port}/"
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._server.serve_forever, args=[_POLL_S], name="callback-receiver", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        if self._thread is not None:
            self._thread.join()

    def serve(self) -> None:
        """Answer requests in this thread until the process is asked to end."""
        with self._server:
            self._server.serve_forever()

    def wait_for(self, event: str, *, session: str | None = None, timeout: float = 5.0) -> Received:
        """The first callback of this event, once it has come; waits up to `timeout` real seconds.

        Raises AssertionError that says what did come.
        """

        def found() -> Received | None:
            return next(
                (r for r in self.received if r.event == event and session in (None, r.parameters.get("SessionUUID"))),
                None,
            )

        with self._came:
            self._came.wait_for(lambda: found() is not None, timeout)
            came = found()
        if came is None:
            others = "; ".join(map(str, self.received)) or "nothing"
            raise AssertionError(f"no {event} came within {timeout:g} seconds; what came: {others}")
        return came

    def problems(self) -> Sequence[Received]:
        """What came with a wrong signature."""
        return [received for received in self.received if received.problem]

    def _take(self, method: str, url: str, headers: Mapping[str, str], form: str) -> int:
        """The status to answer a request with. Raises ValueError for a URL or a form that nobody can read."""
        received = verified(method, url, headers, form, tokens=self._tokens)
        with self._came:
            self._hear(received)
            self._came.notify_all()
        return self.status


def verified(method: str, url: str, headers: Mapping[str, str], form: str, *, tokens: Iterable[str]) -> Received:
    """A request with the verdict on each signature: the best one under any of the tokens.

    Raises ValueError for a URL or a form that nobody can read.
    """
    parameters = dict(parse_qsl(form, keep_blank_values=True))
    by_token = [verify(method, url, headers=headers, parameters=parameters, token=token) for token in tokens]
    verdicts = {header: _best(verdicts[header] for verdicts in by_token) for header in SHORT} if by_token else {}
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    return Received(method, url, headers, query | parameters, verdicts)


def _best(verdicts: Iterable[Verdict]) -> Verdict:
    return min(verdicts, key=list(Verdict).index)


#: How many connections may wait to be taken. The base class lets 5 wait, and a burst of callbacks is more.
WAITING_MAX: Final = 1024

#: Method, URL, headers and form of a request → the status to answer it with.
_Take = Callable[[str, str, Mapping[str, str], str], int]


def _listening(host: str, port: int, take: _Take) -> ThreadingHTTPServer:
    """The server, which listens already. Raises CannotReceive."""

    class Handler(_Handler):
        answered_with = staticmethod(take)

    class _Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = WAITING_MAX
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        def __init__(self) -> None:
            # As the base class does it, with a socket that no guard of a test has replaced, and without asking the
            # system for this machine's name.
            BaseServer.__init__(self, (host, port), Handler)
            self.socket = thread_socket(self.address_family, self.socket_type)
            with ExitStack() as unless_it_listens:
                unless_it_listens.callback(self.server_close)
                TCPServer.server_bind(self)
                self.server_activate()
                unless_it_listens.pop_all()
            self.server_name, self.server_port = host, self.socket.getsockname()[1]

        def get_request(self) -> tuple[socket.socket, Any]:
            return accepted(self.socket)

        def handle_error(self, request: Any, client_address: Any) -> None:
            if not isinstance(sys.exception(), ConnectionError):  # who hangs up is free to
                super().handle_error(request, client_address)

    try:
        return _Server()
    except (OSError, UnicodeError) as error:
        raise cannot_listen(host, port, error) from None


def cannot_listen(host: str, port: int, error: OSError | UnicodeError) -> CannotReceive:
    """Why the address cannot be listened on, in words."""
    unknown = (getattr(error, "strerror", None) or str(error), "")
    why, field = _REASONS.get(getattr(error, "errno", None) or 0, unknown)
    return CannotReceive(f"cannot listen on {host}:{port}: {why}", field)


class _Handler(BaseHTTPRequestHandler):
    """One connection, for one request. Its host is on the Host line, and its path is taken as it was sent."""

    protocol_version = "HTTP/1.1"
    timeout = _SILENCE_S
    answered_with: _Take

    def do_GET(self) -> None:
        self._take("")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            return self._answer(411)
        if len(length) > len(str(BODY_BYTES_MAX)) or int(length) > BODY_BYTES_MAX:
            return self._answer(413)
        return self._take(self.rfile.read(int(length)).decode("utf-8", "replace"))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Nothing: the receiver reports its requests itself."""
        del format, args

    def _take(self, form: str) -> None:
        target = self.requestline.split()[1]  # `path` has lost a doubled slash, which was signed
        # What was signed is the URL in front of a proxy, or of a callback route, which says which one that was.
        target = self.headers.get("X-Forwarded-Uri", target)
        scheme = "https" if self.headers.get("X-Forwarded-Proto") == "https" else "http"
        url = target if "://" in target.partition("?")[0] else f"{scheme}://{self.headers.get('Host', '')}{target}"
        try:
            status = self.answered_with(self.command, url, dict(self.headers.items()), form)
        except ValueError:
            status = 400
        self._answer(status)

    def _answer(self, status: int) -> None:
        self.send_response_only(status)  # no date: the clock may be replaced by the test that this is part of
        self.send_header("Content-Length", "0")
        # A receiver that has ended must not go on answering on a connection that somebody keeps.
        self.send_header("Connection", "close")
        self.end_headers()
