"""What the emulated API and the control API share of HTTP: a body that is read up to a limit, a JSON response."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from msgspec.json import Encoder
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive

from masking_emulator.plivo.account_request import header

#: Six times as fast as the standard library's, and the same but for what is not printable ASCII.
_encode_fast: Final = Encoder().encode
_encode_ascii: Final = json.JSONEncoder(separators=(",", ":")).encode
_DELETE: Final = b"\x7f"


def json_response(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response, compact, in the order of the mapping. It is ASCII: other characters are escaped."""
    return Response(json_ascii(body), status, headers, "application/json")


def json_ascii(body: Mapping[str, Any]) -> bytes:
    """A JSON object, compact, in the order of the mapping, with every character escaped that is not printable ASCII."""
    try:
        encoded = _encode_fast(body)
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can write
        encoded = _DELETE
    if encoded.isascii() and _DELETE not in encoded:
        return encoded
    return _encode_ascii(body).encode("ascii")


async def read_body(http: Mapping[str, Any], receive: Receive, bytes_max: int) -> bytes | None:
    """The body of a request, an ASGI scope, or None as soon as more bytes than that are announced or came.

    What is left of it then, the server throws away. Raises ClientDisconnect where the body ends too early.
    """
    if _announces_more(http, bytes_max):
        return None
    # Joining what `body_pieces` gives would take 1.6 microseconds more of every request of the emulated API.
    pieces: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        length += len(pieces[-1])
        if length > bytes_max:
            return None
        if not message.get("more_body", False):
            return b"".join(pieces)


class BodyTooLong(Exception):
    """More bytes of a body are announced, or came, than it may have."""


async def body_pieces(http: Mapping[str, Any], receive: Receive, bytes_max: int) -> AsyncIterator[bytes]:
    """The body of a request as it comes, no piece of it empty. Raises BodyTooLong, and ClientDisconnect as above."""
    left = bytes_max
    if _announces_more(http, bytes_max):
        raise BodyTooLong
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece = message.get("body", b"")
        left -= len(piece)
        if left < 0:
            raise BodyTooLong
        if piece:
            yield piece
        if not message.get("more_body", False):
            return


def _announces_more(http: Mapping[str, Any], bytes_max: int) -> bool:
    announced = header(http, b"content-length")
    return announced is not None and announced.isdecimal() and int(announced) > bytes_max
