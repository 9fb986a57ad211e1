"""What the emulated API and the control API share of HTTP: a body that is read up to a limit, a JSON response."""

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


def json_response(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response, compact, in the order of the mapping."""
    return Response(_encode(body), status, headers, "application/json")


async def read_body(request: Request, bytes_max: int) -> bytes | None:
    """The body, or None as soon as more bytes than that are announced or came.

    What is left of it then, the server throws away. Raises ClientDisconnect where the body ends too early.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > bytes_max:
        return None
    pieces: list[bytes] = []
    length = 0
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        length += len(pieces[-1])
        if length > bytes_max:
            return None
        if not message.get("more_body", False):
            return b"".join(pieces)
