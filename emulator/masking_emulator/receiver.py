"""A receiver of callbacks: an HTTP server that judges the signatures of what it gets. The standard library is enough.

It takes GET and POST on every path, answers all of them alike, and tells each request to whoever made it. It is what
a customer's server would be, so it knows the tokens and nothing else of the emulator.
"""

import socket
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from masking_emulator.plivo.signatures import V2, V2_MAIN, V3, V3_MAIN, Verdict, verify

#: A callback is far smaller.
BODY_BYTES_MAX: Final = 1_048_576

#: A client that says nothing for so long is let go, in real seconds.
_SILENCE_S: Final = 60

#: Signature → how people call it, the one to check first.
SHORT: Final[Mapping[str, str]] = {V3: "V3", V2: "V2", V3_MAIN: "Ma-V3", V2_MAIN: "Ma-V2"}

_REASONS: Final[Mapping[int, str]] = {
    EACCES: "the port is not for everybody; choose another with --port",
    EADDRINUSE: "the port is taken; choose another with --port",
    EADDRNOTAVAIL: "this machine does not have the address; choose another with --host",
}


class CannotListen(Exception):
    """The address is taken or not ours."""


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request as it came. `parameters` are those of its URL and of its form; `verdicts` go by header."""

    method: str
    url: str
    parameters: Mapping[str, str]
    verdicts: Mapping[str, Verdict]

    @property
    def event(self) -> str | None:
        """The event that it tells; None where it is no callback."""
        return self.parameters.get("EventName")

    @property
    def is_genuine(self) -> bool:
        """Whether its signatures are there and right, as far as a customer checks them: V3 and V2."""
        return self.verdicts[V3] is self.verdicts[V2] is Verdict.RIGHT

    @property
    def judgement(self) -> str:
        """The verdicts in words."""
        named = {
            verdict: [SHORT[header] for header in SHORT if self.verdicts[header] is verdict] for verdict in Verdict
        }
        if self.is_genuine:  # the other two are the main account's, whose token a subaccount does not know
            return f"signature ok ({', '.join(named[Verdict.RIGHT])})"
        faults = [
            f"{', '.join(named[fault])} {fault.value}" for fault in (Verdict.WRONG, Verdict.MISSING) if named[fault]
        ]
        right = [f"{', '.join(named[Verdict.RIGHT])} right"] if named[Verdict.RIGHT] else []
        return f"SIGNATURE NOT OK ({'; '.join([*faults, *right])})"


class CallbackListener:
    """The server. It listens from its making on; `serve` answers until the process is asked to end."""

    def __init__(
        self, host: str, port: int, *, status: int, tokens: Sequence[str], tell: Callable[[ReceivedRequest], None]
    ) -> None:
        """`tokens` are those of accounts that may sign; `tell` is called from a thread for each request.

        Raises CannotListen.
        """

        class ListenHandler(_Handler):
            answer_status = status
            report = staticmethod(lambda *request: tell(judged(*request, tokens=tokens)))

        class ListenServer(ThreadingHTTPServer):
            daemon_threads = True
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

            def handle_error(self, request: Any, client_address: Any) -> None:
                if not isinstance(sys.exception(), ConnectionError):  # who hangs up is free to
                    super().handle_error(request, client_address)

        try:
            self._server = ListenServer((host, port), ListenHandler)
        except (OSError, UnicodeError) as error:
            why = _REASONS.get(getattr(error, "errno", None) or 0) or getattr(error, "strerror", None) or str(error)
            raise CannotListen(f"cannot listen on {host}:{port}: {why}") from None
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_port}/"

    def serve(self) -> None:
        """Answer requests."""
        with self._server:
            self._server.serve_forever()

    def stop(self) -> None:
        """Let `serve`, which runs in another thread, return."""
        self._server.shutdown()


def judged(method: str, url: str, headers: Mapping[str, str], form: str, *, tokens: Iterable[str]) -> ReceivedRequest:
    """A request with what its signatures are worth: each has the best verdict under any of the tokens."""
    parameters = dict(parse_qsl(form, keep_blank_values=True))
    judgements = [verify(method, url, headers=headers, parameters=parameters, token=token) for token in tokens]
    verdicts = {header: _best(judgement[header] for judgement in judgements) for header in SHORT}
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    return ReceivedRequest(method, url, query | parameters, verdicts)


def _best(verdicts: Iterable[Verdict]) -> Verdict:
    return min(verdicts, key=list(Verdict).index, default=Verdict.WRONG)


class _Handler(BaseHTTPRequestHandler):
    """One connection. A callback's host is on its Host line, and its path is taken as it was sent."""

    protocol_version = "HTTP/1.1"
    timeout = _SILENCE_S
    answer_status = 200
    report: Callable[..., None]

    def do_GET(self) -> None:
        self._take("")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            return self._refuse(411)
        if len(length) > len(str(BODY_BYTES_MAX)) or int(length) > BODY_BYTES_MAX:
            return self._refuse(413)
        return self._take(self.rfile.read(int(length)).decode("utf-8", "replace"))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """What there is to say about a request is told elsewhere."""
        del format, args

    def _take(self, form: str) -> None:
        target = self.requestline.split()[1]  # `path` has lost a doubled slash, which was signed
        url = target if "://" in target.partition("?")[0] else f"http://{self.headers.get('Host', '')}{target}"
        try:
            self.report(self.command, url, dict(self.headers.items()), form)
        except ValueError:  # an URL or a form that nobody can read
            return self._refuse(400)
        return self._answer(self.answer_status)

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self._answer(status)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
