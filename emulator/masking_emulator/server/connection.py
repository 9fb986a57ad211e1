"""Connection: lets a fault end the connection of a client without an answer.

ASGI has no word for that. The server's protocol (protocol.py) hands each request the state that it was made with, so
each connection brings a handle in `scope["state"]`.
"""

import asyncio
import socket
import struct
from asyncio import Transport
from typing import Final, cast

from starlette.types import Receive, Scope

#: Where in the state of a request its connection is.
CONNECTION_KEY: Final = "masking_emulator.server.connection"

#: SO_LINGER on, with no time: closing sends a reset instead of the rest of what was written.
_NO_LINGER: Final = struct.pack("ii", 1, 0)


class Connection:
    """A client's connection."""

    def __init__(self) -> None:
        self._transport: Transport | None = None

    def belongs_to(self, transport: asyncio.BaseTransport) -> None:
        """Set the transport, as soon as there is one. uvloop's is none of asyncio's classes, but does what they do."""
        self._transport = cast(Transport, transport)

    @property
    def ended(self) -> bool:
        """Whether one of the two sides has closed it."""
        return self._transport is None or self._transport.is_closing()

    async def drop(self, receive: Receive) -> None:
        """Send what was written, and close."""
        if self._transport is not None:
            self._transport.close()
        await _gone(receive)

    async def reset(self, receive: Receive) -> None:
        """Close with a TCP reset, at once."""
        if self._transport is not None:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self._transport.abort()
        await _gone(receive)


class OneAnswer:
    """The transport as one answer writes to it: its head waits for its body, so that both are one system call.

    The body mostly follows at once. Where it does not, the head goes out in the event loop's next turn.
    """

    __slots__ = ("_head", "_loop", "_transport", "_waits")

    def __init__(self, transport: Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None
        self._waits: asyncio.Handle | None = None

    def write(self, data: bytes) -> None:
        """Write, but keep what comes first for a moment."""
        if self._head is None:
            self._head = data
            self._waits = self._loop.call_soon(self._go_out)
        elif self._waits is not None:
            self._waits.cancel()
            self._waits = None
            self._transport.write(self._head + data)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Write what was kept, and close."""
        self._go_out()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether one of the two sides has closed it."""
        return self._transport.is_closing()

    def _go_out(self) -> None:
        if self._waits is not None and self._head is not None:
            self._waits.cancel()
            self._waits = None
            if not self._transport.is_closing():  # a client may leave within the turn, and uvloop raises then
                self._transport.write(self._head)


def connection_of(scope: Scope) -> Connection:
    """The connection that a request came over."""
    connection = scope.get("state", {}).get(CONNECTION_KEY)
    assert isinstance(connection, Connection), "only the emulator's own server can end a connection"
    return connection


async def _gone(receive: Receive) -> None:
    """Until the server knows that the connection has ended; it would miss an answer before."""
    while (await receive())["type"] != "http.disconnect":
        pass
