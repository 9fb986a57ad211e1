"""Tunnels: a client's connection joined to one that we open to another host, byte for byte.

Bounded in every direction: time to connect, silence, and what is kept for a side that reads slowly.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast


@dataclass(frozen=True, slots=True)
class ProxyLimits:
    """The limits of a proxy. They are its own: the server's other sockets are not affected."""

    #: Connections at once; those that lead to the emulator count no longer as soon as they speak HTTP to it.
    connections: int = 1_000
    #: A head is longer only by mistake. The server's own limit for what it reads behind us is the same.
    head_bytes: int = 65_536
    #: How long a client may take to say where it wants to go, and to agree on TLS.
    head_s: float = 10.0
    handshake_s: float = 10.0
    #: How long another host may take to answer a connection.
    connect_s: float = 10.0
    #: A tunnel in which nothing moves for so long is closed; what is under way when one side left has less.
    quiet_s: float = 300.0
    leave_s: float = 10.0


class Refusal(Exception):
    """A proxied request that goes nowhere: a status and one sentence why."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(status, sentence)
        self.status = status
        self.sentence = sentence

    def response(self) -> bytes:
        """The whole answer. The sentence is in the first line too, which is all that clients show of CONNECT."""
        body = json.dumps({"error": f"masking-emulator: {self.sentence}"}).encode()
        first = f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}: {self.sentence}"
        headers = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close"
        return f"{first}\r\n{headers}\r\n\r\n".encode("ascii", "replace") + body


class _End(asyncio.Protocol):
    """One end of a tunnel: what it receives, the other sends."""

    def __init__(self, tunnel: "_Tunnel") -> None:
        self._tunnel = tunnel
        self.transport: asyncio.Transport | None = None
        self.other: _End | None = None
        self.finished = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is none of asyncio's classes, though it does what they do.
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._tunnel.moved()
        if self.other is not None and self.other.transport is not None:
            self.other.transport.write(data)
        else:  # a host that speaks first does so before the client is joined to it
            self._tunnel.early += data

    def eof_received(self) -> bool:
        """One side sends no more: pass the end of its data on. When both sides are done, the tunnel is closed."""
        self.finished = True
        other = None if self.other is None or self.other.finished else self.other.transport
        if other is None or other.is_closing():
            return False
        other.write_eof()
        return True

    def pause_writing(self) -> None:
        """This side reads slowly, so the other may not send on."""
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """This side has caught up."""
        if self.other is not None and self.other.transport is not None:
            self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.transport = None
        self._tunnel.close()


class _Tunnel:
    """Both ends, and the watch over them."""

    def __init__(self, ended: Callable[[], None], limits: ProxyLimits) -> None:
        self._ended = ended
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._moved_at = self._loop.time()
        self.near, self.far = _End(self), _End(self)
        self.near.other, self.far.other = self.far, self.near
        self._watch = self._loop.call_later(self._limits.quiet_s, self._look)
        self.early = b""

    def moved(self) -> None:
        """Something went through."""
        self._moved_at = self._loop.time()

    def close(self) -> None:
        """Close both ends; what is under way still arrives."""
        self.abandon()
        self._ended()

    def abandon(self) -> None:
        """Close what there is of it."""
        self._watch.cancel()
        for end in (self.near, self.far):
            if end.transport is not None and not end.transport.is_closing():
                end.transport.close()
                self._loop.call_later(self._limits.leave_s, end.transport.abort)

    def _look(self) -> None:
        quiet_until = self._moved_at + self._limits.quiet_s
        if quiet_until <= self._loop.time():
            return self.close()
        self._watch = self._loop.call_at(quiet_until, self._look)
        return None


async def open_tunnel(
    client: asyncio.Transport,
    host: str,
    port: int,
    *,
    greeting: bytes = b"",
    sending: bytes = b"",
    ended: Callable[[], None],
    limits: ProxyLimits,
) -> Callable[[], None]:
    """Join the client, whose reading is paused, to a host: `greeting` goes to the one, `sending` to the other.

    Returns what closes the tunnel, and calls `ended` when it is closed. Raises Refusal where the host does not answer.
    """
    tunnel = _Tunnel(ended, limits)
    try:
        async with asyncio.timeout(limits.connect_s):
            await asyncio.get_running_loop().create_connection(lambda: tunnel.far, host, port)
    except TimeoutError:
        tunnel.abandon()
        raise Refusal(504, f"{host}:{port} did not answer within {limits.connect_s:g} seconds") from None
    except (OSError, UnicodeError) as error:  # UnicodeError: no host can have this name
        tunnel.abandon()
        raise Refusal(502, f"{host}:{port} cannot be reached: {getattr(error, 'strerror', None) or error}") from None
    far = tunnel.far.transport
    if client.is_closing() or far is None:
        tunnel.abandon()
        raise ConnectionError("one side left")
    client.set_protocol(tunnel.near)
    tunnel.near.connection_made(client)
    client.write(greeting + tunnel.early)
    far.write(sending)
    client.resume_reading()
    return tunnel.close
