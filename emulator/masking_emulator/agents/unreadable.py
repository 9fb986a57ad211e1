"""Lines on stdin that are no message of the protocol: each is answered, where the SDK leaves its sender waiting."""

from contextvars import Context
from types import TracebackType
from typing import Any, Final, Self

import mcp_types as types
from anyio import EndOfStream
from mcp.shared.message import SessionMessage

#: What the SDK's parser calls a line that is no JSON.
_NO_JSON: Final = "json_invalid"


class ReadableMessages:
    """The messages that a transport receives, without what is none: that is answered as JSON-RPC says."""

    def __init__(self, received: Any, sent: Any) -> None:
        """Both are streams of the SDK, whose types are private: of messages or exceptions, and of messages."""
        self._received = received
        self._sent = sent

    @property
    def last_context(self) -> Context | None:
        """The context in which the last message was sent."""
        context: Context | None = getattr(self._received, "last_context", None)
        return context

    async def receive(self) -> SessionMessage | Exception:
        """The next message. Raises what the stream behind it does."""
        found: SessionMessage | Exception = await self._received.receive()
        while isinstance(found, Exception):
            await self._answer(found)
            found = await self._received.receive()
        return found

    async def aclose(self) -> None:
        """Receive nothing more."""
        await self._received.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        await self._received.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        left: bool | None = await self._received.__aexit__(kind, error, trace)
        return left

    async def _answer(self, error: Exception) -> None:
        found: list[dict[str, Any]] = error.errors() if hasattr(error, "errors") else []
        if found and not str(found[0].get("input", "")).strip():
            return  # an empty line
        is_json = not found or found[0].get("type") != _NO_JSON
        code, text = (
            (types.INVALID_REQUEST, "the line is JSON and no message of JSON-RPC 2.0")
            if is_json
            else (types.PARSE_ERROR, f"the line is no JSON: {found[0].get('ctx', {}).get('error', '')}")
        )
        answer = types.JSONRPCError(jsonrpc="2.0", id=None, error=types.ErrorData(code=code, message=text))
        await self._sent.send(SessionMessage(answer))
