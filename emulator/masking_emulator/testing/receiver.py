"""A callback receiver for tests: a small HTTP server in a thread, which verifies every signature that it gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from masking_emulator.plivo.signatures import V2, V2_MAIN, V3, V3_MAIN, Verdict, verify

#: A callback is no longer; what is longer is cut.
_BODY_BYTES_MAX = 65_536

#: So long its end may take, which every test with a receiver waits for.
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Received:
    """A callback as it arrived. `problem` is what is wrong with its signatures, "" where nothing is."""

    method: str
    url: str
    headers: Mapping[str, str]
    parameters: Mapping[str, str]
    problem: str

    @property
    def event(self) -> str:
        """The event's name."""
        return self.parameters.get("EventName", "")

    def __str__(self) -> str:
        about = self.parameters
        told = f"{self.event} #{about.get('SequenceNumber')} of {about.get('SessionUUID')}"
        return f"{told}: {self.problem}" if self.problem else told


class Receiver:
    """Listens on a free port of this machine while it is entered: `with Receiver(token) as receiver:`.

    `url` is what to give as callback_url, with any path behind it; `received` is what came, in order. `status` is what
    it answers and may be changed at any time.
    """

    def __init__(self, *tokens: str, status: int = 200) -> None:
        """`tokens` are those of the accounts whose signatures are right."""
        self.received: list[Received] = []
        self.status = status
        self._tokens = tokens
        self._came = Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = Thread(target=self._server.serve_forever, args=[_POLL_S], name="callback-receiver", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, event: str, *, session: str | None = None, timeout: float = 5.0) -> Received:
        """The first callback of this event, once it has come. Raises AssertionError that says what did come."""

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

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                receiver._take(self, "GET", b"")

            def do_POST(self) -> None:
                length = self.headers.get("content-length") or ""
                bytes_max = min(int(length), _BODY_BYTES_MAX) if length.isdecimal() else 0
                receiver._take(self, "POST", self.rfile.read(bytes_max))

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's word
                """Tests do not want an access log."""

        return Handler

    def _take(self, request: BaseHTTPRequestHandler, method: str, body: bytes) -> None:
        headers = dict(request.headers.items())
        url = f"http://{headers.get('Host', '')}{request.path}"
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        query = dict(parse_qsl(urlsplit(request.path).query, keep_blank_values=True))
        received = Received(method, url, headers, form or query, self._problem(method, url, headers, form))
        with self._came:
            self.received.append(received)
            self._came.notify_all()
        request.send_response(self.status)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _problem(self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str]) -> str:
        """What is wrong with the signatures; each version must be right under one of the tokens."""
        verdicts = [verify(method, url, headers=headers, parameters=form, token=token) for token in self._tokens]
        wrong = [
            header
            for header in (V3, V3_MAIN, V2, V2_MAIN)
            if not any(verdict[header] is Verdict.RIGHT for verdict in verdicts)
        ]
        return f"{', '.join(wrong)} do not fit" if wrong and self._tokens else ""
