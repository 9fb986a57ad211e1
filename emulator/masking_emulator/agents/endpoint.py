"""MCP over streamable HTTP, as a part of a running server. The SDK is loaded when the first agent comes."""

import asyncio
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from masking_emulator.control.kernel import PREFIX
from masking_emulator.control.origin import is_from_foreign_page

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

#: Where it is.
PATH: Final = f"{PREFIX}/mcp"


class McpEndpoint:
    """The endpoint as an ASGI app. Each request stands alone, so nothing is kept of an agent between two of them."""

    def __init__(self, url: str, *, allow_writes: bool) -> None:
        """`url` is where this server answers itself."""
        self._url = url
        self._allow_writes = allow_writes
        self._manager: StreamableHTTPSessionManager | None = None
        self._begun = asyncio.Event()
        self._ends = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_from_foreign_page(Headers(scope=scope)):
            await PlainTextResponse("the Origin is not this server\n", status_code=403)(scope, receive, send)
            return
        if self._manager is None:
            self._manager = self._made()
            self._running = asyncio.create_task(self._run(self._manager))
        await self._begun.wait()
        await self._manager.handle_request(scope, receive, send)

    def route(self) -> Route:
        """The endpoint at its path."""
        return Route(PATH, self)

    async def close(self) -> None:
        """Answer nobody any more."""
        self._ends.set()
        if self._running is not None:
            await self._running

    def _made(self) -> "StreamableHTTPSessionManager":
        # Imported here: a server that no agent asks would pay for it.
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from masking_emulator.agents.protocol import server

        app = server(self._url, allow_writes=self._allow_writes)
        return StreamableHTTPSessionManager(app, json_response=True, stateless=True)

    async def _run(self, manager: "StreamableHTTPSessionManager") -> None:
        # One task enters and leaves: the manager's task group belongs to the task that has opened it.
        async with manager.run():
            self._begun.set()
            await self._ends.wait()
