"""Delivery: one HTTP request to a customer's server, and what came of it. The only outgoing sockets of the server.

Nothing a receiver does can be worse than its time-outs: an answer is read up to a limit and then let go, redirects
are not followed, and a connection is never waited for past the total time-out. Time-outs are real seconds.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from emulator.clock import real_seconds
from emulator.core.callbacks import Outcome
from emulator.egress import obstacle

if TYPE_CHECKING:
    import httpx

#: So much of an answer is read and kept.
BODY_BYTES_MAX: Final = 16_384

#: So many headers of an answer are kept, and so much of each.
_HEADERS_MAX: Final = 100
_HEADER_SIGNS_MAX: Final = 1_000

#: So many requests are under way at once, in all worlds of a server.
_AT_ONCE_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that is to be sent. `url` is percent-encoded and has no fragment."""

    method: str
    url: str
    host: str
    headers: Mapping[str, str]
    content: bytes
    connect_timeout_s: float
    read_timeout_s: float
    total_timeout_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request. `status` is None where no answer came; `took_ms` is real time."""

    outcome: Outcome
    status: int | None
    headers: Mapping[str, str]
    body: bytes
    body_cut: bool
    error: str
    took_ms: float


class Courier:
    """Sends requests for all worlds of a server."""

    def __init__(self) -> None:
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self._places = asyncio.Semaphore(_AT_ONCE_MAX)

    async def send(self, request: Outgoing, *, anywhere: bool) -> Answer:
        """Send it once. Whatever goes wrong is in the answer. `anywhere` lifts the egress rule."""
        async with self._places:
            begun = real_seconds()
            blocked = await obstacle(request.host, anywhere=anywhere)
            if blocked:
                return Answer(Outcome.BLOCKED, None, {}, b"", body_cut=False, error=blocked, took_ms=_ms_since(begun))
            attempt = _Attempt()
            try:
                async with asyncio.timeout(request.total_timeout_s):
                    outcome, error = await attempt.make(self._client(request), request)
            except TimeoutError:
                outcome = Outcome.NO_ANSWER if attempt.status is None else Outcome.BROKEN
                error = f"it took longer than {request.total_timeout_s:g} seconds"
            return attempt.answer(outcome, error, _ms_since(begun))

    async def close(self) -> None:
        """Let go of every connection."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    def _client(self, request: Outgoing) -> "httpx.AsyncClient":
        # Imported here: a start would pay for it, and many runs never send anything.
        import httpx

        secure = request.url.startswith("https")
        if secure not in self._clients:
            self._clients[secure] = httpx.AsyncClient(
                # Plain HTTP needs no authority, and reading those of the system takes a while.
                verify=ssl.create_default_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                trust_env=False,  # a proxy of the environment is not meant for the developer's own server
                limits=httpx.Limits(max_connections=_AT_ONCE_MAX, max_keepalive_connections=_AT_ONCE_MAX),
            )
        return self._clients[secure]


class _Attempt:
    """One request under way, and what is known of its answer so far."""

    def __init__(self) -> None:
        self.status: int | None = None
        self._headers: dict[str, str] = {}
        self._body = b""
        self._cut = False

    async def make(self, client: "httpx.AsyncClient", request: Outgoing) -> tuple[Outcome, str]:
        """The outcome, and what went wrong."""
        import httpx

        timeout = httpx.Timeout(request.read_timeout_s, connect=request.connect_timeout_s)
        try:
            async with AsyncExitStack() as stack:
                sending = client.stream(
                    request.method, request.url, headers=request.headers, content=request.content, timeout=timeout
                )
                response = await stack.enter_async_context(sending)
                self.status = response.status_code
                self._headers = {
                    name: value[:_HEADER_SIGNS_MAX] for name, value in list(response.headers.items())[:_HEADERS_MAX]
                }
                await self._read(response)
        except (httpx.ConnectTimeout, httpx.ConnectError, httpx.PoolTimeout) as error:
            return Outcome.NOT_CONNECTED, _told(error)
        except httpx.TimeoutException as error:
            return (Outcome.NO_ANSWER if self.status is None else Outcome.BROKEN), _told(error)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return Outcome.BROKEN, _told(error)
        return _outcome_of(self.status), ""

    def answer(self, outcome: Outcome, error: str, took_ms: float) -> Answer:
        """What came of it."""
        return Answer(outcome, self.status, self._headers, self._body, self._cut, error, took_ms)

    async def _read(self, response: "httpx.Response") -> None:
        async for chunk in response.aiter_raw():
            room = BODY_BYTES_MAX - len(self._body)
            self._body += chunk[:room]
            if len(chunk) > room:
                self._cut = True
                return


def _outcome_of(status: int) -> Outcome:
    kinds = {2: Outcome.OK, 3: Outcome.REDIRECT, 4: Outcome.CLIENT_ERROR}
    return kinds.get(status // 100, Outcome.SERVER_ERROR)


def _ms_since(begun: float) -> float:
    return (real_seconds() - begun) * 1000


def _told(error: Exception) -> str:
    """The error in words; many of them have none of their own."""
    cause = error.__cause__
    text = str(error) or (str(cause) if cause else "")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
