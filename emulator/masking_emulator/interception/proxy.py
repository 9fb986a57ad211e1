"""The proxy: `HTTPS_PROXY` of every client. Plivo's hosts go in, to the emulator; others are refused or let through.

It speaks both dialects: CONNECT, behind which it ends TLS as Plivo, and requests with a whole URL, as axios up to
1.16.0 sends them even for https (its lib/adapters/http.js). A connection is a proxy's until its first head is read;
then it is an HTTP connection of the server, or one half of a tunnel (tunnel.py), or closed. A request with a whole URL
is alone on its connection, because the next one may be for another host.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, cast
from urllib.parse import urlsplit

from masking_emulator.interception.crowd import Crowd
from masking_emulator.interception.hosts import HTTP_PORT, HTTPS_PORT, ProxyRoute, host_and_port, proxy_route
from masking_emulator.interception.tunnel import ProxyLimits, Refusal, open_tunnel

#: The most refused hosts that are named in the log, each once.
_LOGGED_HOSTS_MAX: Final = 100

_CONNECT_DONE: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"

#: What is between client and proxy only, would keep the connection open, or is said anew.
_HOP_HEADERS: Final = (b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"host")

_log = logging.getLogger(__name__)

#: Makes an HTTP connection of the server; it calls what it is given when it ends.
HttpFactory = Callable[[Callable[[], None]], asyncio.Protocol]


class Proxy:
    """One proxy: what its connections share."""

    def __init__(self, http: HttpFactory, tls: ssl.SSLContext, *, allowed: Sequence[str], limits: ProxyLimits) -> None:
        self.http = http
        self.tls = tls
        self.allowed = allowed
        self.limits = limits
        self._open: set[ProxyConnection] = set()
        self._crowd = Crowd(limits.connections)
        self._refused: set[str] = set()

    def connection(self) -> "ProxyConnection":
        """The protocol of a new connection."""
        return ProxyConnection(self)

    def admit(self, connection: "ProxyConnection") -> None:
        """Count a connection in. Raises Refusal where there are too many, and none of them waits for its client."""
        if not self._crowd.enter(connection):
            raise Refusal(503, f"this proxy has {self.limits.connections} connections open, its limit")
        self._open.add(connection)

    def forget(self, connection: "ProxyConnection") -> None:
        """Count a connection out."""
        self._open.discard(connection)
        self._crowd.forget(connection)

    def leave_to_server(self, connection: "ProxyConnection") -> None:
        """From here on it is an HTTP connection, and the server's to count."""
        self._crowd.forget(connection)

    def refusal(self, host: str) -> Refusal:
        """Why this host is not reached. The log names it once, as many clients hide what a proxy says."""
        if host not in self._refused and len(self._refused) < _LOGGED_HOSTS_MAX:
            self._refused.add(host)
            _log.warning("masking-emulator: the proxy refused %s; --allow-host %s lets it through", host, host)
        return Refusal(403, f"{host} is not Plivo's; let it through with --allow-host {host}, or put it into NO_PROXY")

    def close(self) -> None:
        """End what is no HTTP connection of the server, which ends those itself."""
        for connection in list(self._open):
            connection.close()


class ProxyConnection(asyncio.Protocol):
    """One client's connection, until somebody else has it."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._limits = proxy.limits
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._going: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._ending: Callable[[], None] | None = None
        self.heard_at = self._loop.time()

    @property
    def is_waiting(self) -> bool:
        """Whether the head is not whole yet; it is read as one with the connection's beginning."""
        return self._deadline is not None and self._going is None

    has_said_half = is_waiting

    def leave(self, reason: str) -> None:
        """End it at once, as there is no room for it."""
        self._refuse(Refusal(503, reason))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected; it may be one too many."""
        # uvloop's transport is none of asyncio's classes, though it does what they do.
        self._transport = cast(asyncio.Transport, transport)
        try:
            self._proxy.admit(self)
        except Refusal as refusal:
            return self._refuse(refusal)
        self._deadline = self._loop.call_later(
            self._limits.head_s, self._refuse, Refusal(408, "the request took too long")
        )
        return None

    def data_received(self, data: bytes) -> None:
        """A part of the head, or what comes right behind it."""
        if self._transport is None:
            return
        self._received += data
        if self._going is not None:  # what comes now is for whoever gets the connection
            return
        head, found, rest = self._received.partition(b"\r\n\r\n")
        try:
            if not head[:1].isalpha():
                raise Refusal(400, "this is no request; a proxy's URL begins with http://, not https://")
            if len(head) > self._limits.head_bytes:
                raise Refusal(431, f"the head is longer than {self._limits.head_bytes} bytes")
            if found:
                self._go(head, rest)
        except Refusal as refusal:
            self._refuse(refusal)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client left."""
        del exc
        self._end()

    def close(self) -> None:
        """End the connection or the tunnel, unless it is an HTTP connection of the server by now."""
        if self._ending is not None:
            self._ending()
        elif self._transport is not None:
            self._transport.abort()
        self._end()

    def _go(self, head: bytes, rest: bytes) -> None:
        line, _, headers = head.partition(b"\r\n")
        method, _, target = line.rpartition(b" ")[0].partition(b" ")
        if not line.rpartition(b" ")[2].startswith(b"HTTP/1."):
            raise Refusal(400, "this is no request of HTTP/1.1")
        if method == b"CONNECT" and rest:
            raise Refusal(400, "wait for the answer to CONNECT before you send more")
        if method == b"CONNECT":
            going = self._connect(*_authority(target, HTTPS_PORT))
        else:
            going = self._forward(method, target, headers, rest)
        self._received = b""
        self._stop_waiting()
        assert self._transport is not None
        self._transport.pause_reading()
        self._going = self._loop.create_task(self._guarded(going))

    async def _guarded(self, going: Awaitable[None]) -> None:
        try:
            await going
        except Refusal as refusal:
            self._refuse(refusal)
        except OSError:  # the client left, or did not like our certificate and said so
            self.close()

    async def _connect(self, host: str, port: int) -> None:
        way = self._way(host, port, HTTPS_PORT)
        transport = self._still_here()
        if way is ProxyRoute.OUTSIDE:
            self._ending = await open_tunnel(
                transport, host, port, greeting=_CONNECT_DONE, ended=self._end, limits=self._limits
            )
            return
        transport.write(_CONNECT_DONE)
        # Until the server's own protocol has it, the secured connection is still ours: with TLS 1.3 a request can
        # come in one piece with the end of the handshake.
        secured = await self._loop.start_tls(
            transport, self, self._proxy.tls, server_side=True, ssl_handshake_timeout=self._limits.handshake_s
        )
        assert secured is not None
        self._hand_over(secured, self._received)

    async def _forward(self, method: bytes, target: bytes, headers: bytes, rest: bytes) -> None:
        scheme, authority, path = _url(target)
        default_port = HTTPS_PORT if scheme == b"https" else HTTP_PORT
        host, port = _authority(authority, default_port)
        head = _alone(method, authority, path, headers)
        way = self._way(host, port, default_port)
        transport = self._still_here()
        if way is ProxyRoute.INSIDE:
            transport.resume_reading()
            return self._hand_over(transport, head + rest)
        if scheme == b"https":
            raise Refusal(501, f"the way to {host} is CONNECT; this proxy does not make TLS for others")
        self._ending = await open_tunnel(
            transport, host, port, sending=head + rest, ended=self._end, limits=self._limits
        )
        return None

    def _way(self, host: str, port: int, usual_port: int) -> ProxyRoute:
        way = proxy_route(host, self._proxy.allowed)
        if way is ProxyRoute.NOWHERE:
            raise self._proxy.refusal(host)
        if way is ProxyRoute.INSIDE and port != usual_port:
            raise Refusal(403, f"{host} is emulated on port {usual_port}, not on {port}")
        return way

    def _hand_over(self, transport: asyncio.Transport, received: bytes) -> None:
        self._proxy.leave_to_server(self)
        http = self._proxy.http(self._end)
        transport.set_protocol(http)
        http.connection_made(transport)
        self._transport, self._ending = None, _nothing
        if received:
            http.data_received(received)

    def _still_here(self) -> asyncio.Transport:
        if self._transport is None:
            raise ConnectionError("the client left")
        return self._transport

    def _refuse(self, refusal: Refusal) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(refusal.response())
            self._transport.close()
        self._end()

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()

    def _end(self) -> None:
        self._stop_waiting()
        self._transport = None
        self._proxy.forget(self)


def _nothing() -> None:
    """The server ends its own connections."""


def _authority(text: bytes, default_port: int) -> tuple[str, int]:
    try:
        return host_and_port(text.decode("ascii"), default_port)
    except ValueError:
        raise Refusal(400, "the request names no host to go to") from None


def _url(target: bytes) -> tuple[bytes, bytes, bytes]:
    """Scheme, authority and the rest of a whole URL."""
    try:
        parts = urlsplit(target)
    except ValueError:
        raise Refusal(400, "the request names no host to go to") from None
    if parts.scheme not in (b"http", b"https") or not parts.netloc:
        raise Refusal(400, "this is a proxy: it belongs into HTTPS_PROXY, and the emulator's own URL is another")
    path = target.partition(b"//")[2].removeprefix(parts.netloc)
    return parts.scheme, parts.netloc, path if path.startswith(b"/") else b"/" + path


def _alone(method: bytes, authority: bytes, path: bytes, headers: bytes) -> bytes:
    """The head as the host itself wants it, for a connection that ends with the answer.

    The host that the URL names counts, whatever the Host header said (RFC 9112, section 3.2.2).
    """
    lines = [line for line in headers.split(b"\r\n") if line.partition(b":")[0].strip().lower() not in _HOP_HEADERS]
    first = method + b" " + path + b" HTTP/1.1"
    return b"\r\n".join(
        [first, b"Host: " + authority, *(line for line in lines if line), b"Connection: close", b"", b""]
    )
