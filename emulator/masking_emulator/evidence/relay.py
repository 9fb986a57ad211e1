"""The relay: an ASGI app that passes the API's requests on to a service and writes both sides down.

Requests for the vendor's hosts are the API's. All others are callbacks, where the user has a tunnel for them: each goes
on to the customer's app with the headers and the body that it came with, so that the app can verify it as ever, and the
app's answer goes back. Without an app each is answered with 200.

Nothing is changed on the way but what belongs to a connection. Writing down is the last thing that is done, and where
it fails the program is served all the same.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct, json
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from masking_emulator.clock import real_seconds
from masking_emulator.evidence.captures import SignatureVerdict
from masking_emulator.evidence.upstream import Upstream, UpstreamFailed, passed_back
from masking_emulator.evidence.writing import CaptureWriter, SeenAnswer, SeenRequest
from masking_emulator.interception.hosts import is_plivo
from masking_emulator.plivo.credentials import basic_credentials
from masking_emulator.plivo.http import read_body
from masking_emulator.receiver import SHORT, verified

#: No request of the API and no callback is longer.
_BODY_BYTES_MAX: Final = 16_777_216

_TOO_LONG: Final = SeenAnswer(413, [("Content-Type", "application/json")], b'{"error": "Request body too large."}')

_log = logging.getLogger(__name__)


class CallbackWay(Struct, frozen=True):
    """How callbacks come and where they go on to: `public` is the beginning of the URLs that the service was given.

    Below `app_path` of `app` they go on, where it is not None. Neither URL nor path ends with a slash.
    """

    public: str
    app: Upstream | None = None
    app_path: str = ""


class Relay:
    """The app. `began_s` is the capture's beginning on the clock of `real_seconds`."""

    def __init__(
        self, upstream: Upstream, writer: CaptureWriter, callbacks: CallbackWay | None, *, tokens: Sequence[str]
    ) -> None:
        """`tokens` are known to sign callbacks; those of the requests that were accepted join them."""
        self._upstream = upstream
        self._writer = writer
        self._callbacks = callbacks
        self._tokens = dict.fromkeys(tokens)
        self._began_s = real_seconds()
        self._count = 0
        #: What could not be written, the first of it in a sentence.
        self.trouble: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        try:
            body = await read_body(scope, receive, _BODY_BYTES_MAX)
        except ClientDisconnect:
            return
        if body is None:
            answer = _TOO_LONG
        elif is_plivo(_host(scope)):
            answer = await self._pass_on(_seen(scope, body))
        else:
            answer = await self._receive(scope, _seen(scope, body))
        headers = [*passed_back(answer.headers), (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    async def close(self) -> None:
        """Close the connections to the service and to the app."""
        await self._upstream.close()
        if self._callbacks is not None and self._callbacks.app is not None:
            await self._callbacks.app.close()

    async def _pass_on(self, request: SeenRequest) -> SeenAnswer:
        self._count += 1
        n, began_s = self._count, real_seconds()
        answer: SeenAnswer | None = None
        reason: str | None = "the capture ended before there was an answer"
        try:
            answer = await self._upstream.exchange(request)
            reason = None
        except UpstreamFailed as error:
            reason = error.reason
            _log.warning("masking-emulator: request %s failed: %s", n, error)
            return _failure(error)
        finally:  # also where the end of the server cuts it off: the request has reached the service
            at, took = began_s - self._began_s, real_seconds() - began_s
            self._write(lambda: self._writer.exchange(n, request, answer, at=at, took=took, failed=reason))
        if answer.status < 400:
            self._learn(request)
        return answer

    async def _receive(self, scope: Scope, request: SeenRequest) -> SeenAnswer:
        way = self._callbacks
        url = "" if way is None else _origin(way.public) + scope["raw_path"].decode("latin-1")
        if way is None or not f"{url}/".startswith(f"{way.public}/"):
            return _refusal(404, "this is where callbacks come; --callbacks URL-PREFIX says which")
        at = real_seconds() - self._began_s
        signatures = self._verdicts(url + (f"?{request.query}" if request.query else ""), request)
        answer, answered = SeenAnswer(200, [], b""), None
        if way.app is not None:
            path = f"{way.app_path}{url.removeprefix(way.public)}"
            went = SeenRequest(request.method, path, request.query, _forwarded(request, way.public), request.body)
            try:
                answer = await way.app.exchange(went)
                answered = answer.status
            except UpstreamFailed as error:
                _log.warning("masking-emulator: a callback did not reach the app: %s", error)
                answer = _failure(error)
        self._write(lambda: self._writer.callback(request, at=at, signatures=signatures, answered=answered))
        return answer

    def _verdicts(self, url: str, request: SeenRequest) -> Mapping[str, SignatureVerdict]:
        form = request.body.decode("utf-8", "replace")
        try:
            received = verified(request.method, url, dict(request.headers), form, tokens=self._tokens)
        except (ValueError, KeyError):  # no URL that could be signed, or a method that never is
            return {}
        return {SHORT[header]: verdict.value for header, verdict in received.verdicts.items()}

    def _learn(self, request: SeenRequest) -> None:
        """The token of a request that the service accepted signs callbacks."""
        for name, value in request.headers:
            known = basic_credentials(value) if name.lower() == "authorization" else None
            if known is not None:
                self._tokens[known[1]] = None

    def _write(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            if self.trouble is None:
                self.trouble = str(error.strerror or error)
                _log.error("masking-emulator: the capture cannot be written: %s", self.trouble)


def _host(scope: Scope) -> str:
    value = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    return value.partition(":")[0]


def _seen(scope: Scope, body: bytes) -> SeenRequest:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return SeenRequest(scope["method"], path, query, headers, body)


def _forwarded(request: SeenRequest, public: str) -> Sequence[tuple[str, str]]:
    """The headers with those by which an app behind a proxy knows its public URL, which is what was signed."""
    parts = urlsplit(public)
    ours = {"X-Forwarded-Host": parts.netloc, "X-Forwarded-Proto": parts.scheme}
    given = {name.lower() for name, _ in request.headers}
    return [*request.headers, *((name, value) for name, value in ours.items() if name.lower() not in given)]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _failure(error: UpstreamFailed) -> SeenAnswer:
    return _refusal(error.status, str(error))


def _refusal(status: int, sentence: str) -> SeenAnswer:
    body: Any = {"error": f"masking-emulator: {sentence}"}
    return SeenAnswer(status, [("Content-Type", "application/json")], json.encode(body))
