"""Answers that may be long: made in turns, so that nobody else waits for them, and sent as they are made."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.responses import Response, StreamingResponse

from masking_emulator.control.kernel import JSON
from masking_emulator.world.turns import bytes_politely, json_pieces


async def response_in_pieces(body: Mapping[str, Any], turn_s: float) -> Response:
    """A JSON response, whose iterators are lists, made item by item. What is short is sent as a whole."""
    pieces = bytes_politely(json_pieces(body), turn_s)
    first = await anext(pieces)
    second = await anext(pieces, None)
    if second is None:
        return Response(first, media_type=JSON)
    return StreamingResponse(_rest(first, second, pieces), media_type=JSON)


async def _rest(first: bytes, second: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    yield second
    async for piece in pieces:
        yield piece
