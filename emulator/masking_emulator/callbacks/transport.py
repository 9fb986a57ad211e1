"""Transport: the only outgoing sockets of the server. One connection for each request, which ends with it.

A request goes out byte for byte as it is written and signed, hence httpcore and no client above it.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from masking_emulator.callbacks.egress import Blocked, addresses, is_looked_up
from masking_emulator.callbacks.exchange import BODY_BYTES_MAX, Answer, Outgoing
from masking_emulator.callbacks.failures import described
from masking_emulator.callbacks.measured import MeasuredStream
from masking_emulator.callbacks.names import NameService
from masking_emulator.core.records.callbacks import Outcome
from masking_emulator.unpatched import trio_hidden

with trio_hidden():
    import httpcore

#: The most headers of an answer that are kept, and the most characters of each.
_HEADERS_MAX: Final = 100
_HEADER_CHARACTERS_MAX: Final = 1_000

#: A body in more pieces than this is cut, however small they are.
_PIECES_MAX: Final = 1_000

_ANSWERS: Final = {2: Outcome.OK, 3: Outcome.REDIRECT, 4: Outcome.CLIENT_ERROR}


class Transport:
    """Exchanges requests for answers, over TLS or not, within the egress rule or not."""

    def __init__(self, *, secure: bool, anywhere: bool, authorities: Path | None = None) -> None:
        """With `anywhere` the egress rule does not apply. `authorities` (PEM) are believed beside the system's."""
        self._network = _Network(_anywhere if anywhere else addresses)
        self._long_answers = asyncio.Lock()
        # Reading the authorities of the system takes a while, so it is done once.
        self._tls = ssl.create_default_context() if secure else None
        if self._tls is not None and authorities is not None:
            self._tls.load_verify_locations(authorities)
        if self._tls is not None:
            self._tls.set_alpn_protocols(["http/1.1"])

    async def exchange(self, request: Outgoing, answer: Answer) -> None:
        """Send the request and fill the answer, whatever happens."""
        try:
            await self._filled(request, answer)
        except Blocked as blocked:
            answer.outcome, answer.error = Outcome.BLOCKED, str(blocked)
        except (httpcore.ConnectTimeout, httpcore.ConnectError) as error:
            answer.outcome, answer.error = Outcome.NOT_CONNECTED, described(error)
        except httpcore.TimeoutException:
            answer.outcome = Outcome.NO_ANSWER if answer.status is None else Outcome.BROKEN
            answer.error = f"nothing came for {request.read_timeout_s:g} seconds"
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
            answer.outcome, answer.error = Outcome.BROKEN, described(error)

    async def _filled(self, request: Outgoing, answer: Answer) -> None:
        url = _url(request.url)
        read_s = request.read_timeout_s
        timeouts = {"connect": request.connect_timeout_s, "read": read_s, "write": read_s}
        sent = httpcore.Request(
            request.method,
            url,
            headers=list(request.headers.items()),
            content=request.content,
            extensions={"timeout": timeouts},
        )
        # Below the connections of httpcore that know how to connect: mocking libraries replace those, in this process
        # too where a test runs in it, and would answer a callback that nobody received.
        stream = MeasuredStream(await self._connected(url, request), self._long_answers)
        connection = httpcore.AsyncHTTP11Connection(url.origin, stream)
        try:
            response = await connection.handle_async_request(sent)
            stream.has_head = True
            answer.status = response.status
            answer.headers = _named(response.headers[:_HEADERS_MAX])
            await _read(response, answer)
            answer.outcome = _ANSWERS.get(response.status // 100, Outcome.SERVER_ERROR)
        finally:
            await connection.aclose()

    async def _connected(self, url: httpcore.URL, request: Outgoing) -> httpcore.AsyncNetworkStream:
        host, port, timeout_s = url.origin.host.decode("ascii"), url.origin.port, request.connect_timeout_s
        stream = await self._network.connect_tcp(host, port, timeout=timeout_s)
        if self._tls is None:
            return stream
        try:
            return await stream.start_tls(self._tls, server_hostname=host, timeout=timeout_s)
        except httpcore.ConnectTimeout:
            raise httpcore.ConnectTimeout(f"the other side did not begin TLS within {timeout_s:g} seconds") from None


class _Network(httpcore.AsyncNetworkBackend):
    """Connects to the first of a host's targets that can be reached."""

    def __init__(self, targets: Callable[[str, NameService], Awaitable[Sequence[str]]]) -> None:
        """`targets` finds what to connect to for a host."""
        self._targets = targets
        self._network = httpcore.AnyIOBackend()
        self._names = NameService()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection. Raises Blocked, ConnectTimeout, ConnectError."""
        failure: Exception | None = None
        try:
            async with asyncio.timeout(timeout):
                for target in await self._targets(host, self._names):
                    try:
                        return await self._network.connect_tcp(target, port, None, local_address, socket_options)
                    except httpcore.ConnectError as error:
                        failure = error
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"no connection within {timeout:g} seconds") from None
        except (OSError, UnicodeError) as error:  # UnicodeError: what cannot be a name at all
            failure = error
        raise httpcore.ConnectError from failure


async def _anywhere(host: str, names: NameService) -> Sequence[str]:
    """The host itself, once its name has been looked up where nobody waits for the end of that.

    It is looked up once more to connect, by what tries several addresses at the same time.
    """
    if is_looked_up(host):
        await names.addresses(host)
    return (host,)


def _url(text: str) -> httpcore.URL:
    """The URL in its parts. httpcore would take it apart itself, and leave out what follows a ";" in the path."""
    parts = urlsplit(text)
    target = text.partition("://")[2].removeprefix(parts.netloc)
    return httpcore.URL(scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=target)


def _named(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by their names in small letters; of one that comes twice both values, as RFC 9110 joins them."""
    named: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")[:_HEADER_CHARACTERS_MAX]
        named[name] = f"{named[name]}, {value}" if name in named else value
    return named


async def _read(response: httpcore.Response, answer: Answer) -> None:
    pieces = 0
    async for chunk in response.aiter_stream():
        room, pieces = BODY_BYTES_MAX - len(answer.body), pieces + 1
        answer.body += chunk[:room]
        if len(chunk) > room or pieces == _PIECES_MAX:
            answer.body_cut = True
            return
