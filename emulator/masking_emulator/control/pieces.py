"""Answers that may be long: made in turns, so that nobody else waits for them, and sent as they are made."""

from collections.abc import AsyncIterator, Mapping
from itertools import chain
from typing import Any, Final

from starlette.responses import Response, StreamingResponse

from masking_emulator.control.codings import encoded, wanted
from masking_emulator.control.kernel import JSON, ControlRequest
from masking_emulator.world.turns import bytes_politely, json_pieces

#: A shorter answer is sent as it is, whatever its client would take.
_ENCODED_BYTES_MIN: Final = 1024


async def response_in_pieces(asked: ControlRequest, body: Mapping[str, Any]) -> Response:
    """A JSON response, whose iterators are lists, made item by item. What is short is sent as a whole.

    It is in gzip or zstd where the request asks for one, and there is enough of it.
    """
    plain, headers = json_pieces(body), {"Vary": "Accept-Encoding"}
    coding = wanted(asked.headers.get("accept-encoding", ""))
    if coding is not None:
        begun = b""
        for piece in plain:
            begun += piece
            if len(begun) >= _ENCODED_BYTES_MIN:
                plain = encoded(chain((begun,), plain), coding)
                headers["Content-Encoding"] = coding
                break
        else:
            plain = iter((begun,))
    pieces = bytes_politely(plain, asked.hub.turn_s)
    first = await anext(pieces)
    second = await anext(pieces, None)
    if second is None:
        return Response(first, media_type=JSON, headers=headers)
    return StreamingResponse(_rest(first, second, pieces), media_type=JSON, headers=headers)


async def _rest(first: bytes, second: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    yield second
    async for piece in pieces:
        yield piece
