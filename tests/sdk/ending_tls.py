"""What ends TLS as Plivo before a server that speaks plain HTTP: the emulator's own proxy, with tunnels behind it."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Final, cast
from urllib.parse import urlsplit

from masking_emulator.interception.certificates import users_certificates
from masking_emulator.interception.proxy import Proxy
from masking_emulator.interception.tunnel import ProxyLimits, open_tunnel

_LIMITS: Final = ProxyLimits()


@contextmanager
def ending_tls(url: str) -> Iterator[str]:
    """The URL of a proxy that leads Plivo's hosts to the server at `url`."""
    found: SimpleQueue[str] = SimpleQueue()
    ended = asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(_serve(url, found.put, ended)))
    thread.start()
    try:
        yield found.get()
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


async def _serve(url: str, ready: Callable[[str], None], ended: asyncio.Event) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(users_certificates().server)
    behind = _Behind(url)
    proxy = Proxy(behind.connection, tls, allowed=(), limits=_LIMITS)
    async with await asyncio.get_running_loop().create_server(proxy.connection, "127.0.0.1", 0) as server:
        ready(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await ended.wait()
        proxy.close()
        await behind.close()


class _Behind:
    """The way to the server behind, for each connection to it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 0
        self._joining: set[asyncio.Task[Callable[[], None]]] = set()

    def connection(self, ended: Callable[[], None]) -> asyncio.Protocol:
        """The protocol of a connection whose TLS has ended here."""
        return _Joined(self, ended)

    def join(self, transport: asyncio.Transport, early: list[bytes], ended: Callable[[], None]) -> None:
        """Join a client to the server; what has come early goes there first."""
        transport.pause_reading()

        async def joined() -> Callable[[], None]:
            return await open_tunnel(
                transport, self.host, self.port, sending=b"".join(early), ended=ended, limits=_LIMITS
            )

        self._joining.add(asyncio.create_task(joined()))

    async def close(self) -> None:
        """Close what is still open."""
        for close in await asyncio.gather(*self._joining):
            close()


class _Joined(asyncio.Protocol):
    """A client's connection until it is joined to the server."""

    def __init__(self, behind: _Behind, ended: Callable[[], None]) -> None:
        self._behind, self._ended = behind, ended
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Its TLS is there."""
        self._behind.join(cast(asyncio.Transport, transport), self._early, self._ended)

    def data_received(self, data: bytes) -> None:
        """What came in one piece with the end of the handshake."""
        self._early.append(data)
