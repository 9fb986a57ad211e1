"""Connection: what a fault needs of the client's connection, which is to end it without an answer.

ASGI has no word for that. uvicorn takes a protocol class of ours, which is its own one, and hands every request
the state that the protocol was made with; so each connection brings a handle in `scope["state"]`. Nothing of
uvicorn is overridden but the constructor and asyncio's `connection_made`, and a request costs nothing more.
"""

import asyncio
import socket
import struct
from asyncio import Transport
from typing import Any, Final, cast

from starlette.types import Receive, Scope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

_KEY: Final = "masking_emulator.server.connection"

#: On, with no time: closing sends a reset instead of the rest of what was written.
_NO_LINGER: Final = struct.pack("ii", 1, 0)


class Connection:
    """A client's connection."""

    def __init__(self) -> None:
        self._transport: Transport | None = None

    def belongs_to(self, transport: asyncio.BaseTransport) -> None:
        """The transport, as soon as there is one. uvloop's is none of asyncio's classes, but does what they do."""
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


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, whose requests know their connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._connection = Connection()
        super().__init__(config, server_state, {**app_state, _KEY: self._connection}, _loop)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._connection.belongs_to(transport)
        super().connection_made(cast(Transport, transport))


def connection_of(scope: Scope) -> Connection:
    """The connection that a request came over."""
    connection = scope.get("state", {}).get(_KEY)
    assert isinstance(connection, Connection), "only the emulator's own server can end a connection"
    return connection


async def _gone(receive: Receive) -> None:
    """Until the server knows that the connection has ended; it would miss an answer before."""
    while (await receive())["type"] != "http.disconnect":
        pass
