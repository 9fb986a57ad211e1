"""Spoiled answers: what is sent instead of an answer that meets a fault. Each kind is an ASGI app."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from masking_emulator.plivo import refusals
from masking_emulator.plivo.policy import RATE_LIMIT_REQUESTS, RATE_LIMIT_SPAN_S
from masking_emulator.plivo.refusals import ApiError
from masking_emulator.plivo.routes import refuse
from masking_emulator.server.connection import connection_of
from masking_emulator.traffic.fault import RATE_LIMIT
from masking_emulator.traffic.placed import PlacedFault
from masking_emulator.traffic.requests import RequestOutcome

#: The vendor's texts by status; the others have the phrases of HTTP.
_TEXTS: Final[Mapping[int, str]] = {
    401: refusals.UNAUTHENTICATED,
    404: refusals.NOT_FOUND,
    405: refusals.METHOD_NOT_ALLOWED,
    413: refusals.BODY_TOO_LARGE,
    414: refusals.URL_TOO_LONG,
    429: refusals.TOO_MANY_REQUESTS,
    500: refusals.SERVER_ERROR,
}


class CutResponse(Response):
    """Half of the body, with a Content-Length of the whole, and then the end of the connection."""

    @property
    def sent(self) -> bytes:
        """The half that is sent."""
        return bytes(self.body)[: len(self.body) // 2]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.sent, "more_body": True})
        await connection_of(scope).drop(receive)


class ConnectionClosed(Response):
    """The end of the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del send
        await connection_of(scope).drop(receive)


class ConnectionReset(Response):
    """A reset of the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del send
        await connection_of(scope).reset(receive)


#: Kind of answer → how the request ends. Every other answer is sent whole.
OUTCOMES: Final[Mapping[type[Response], RequestOutcome]] = {
    CutResponse: RequestOutcome.CUT,
    ConnectionClosed: RequestOutcome.DROPPED,
    ConnectionReset: RequestOutcome.RESET,
}


def spoiled(placed: PlacedFault, answer: Response | None, draw_api_id: Callable[[], str]) -> Response:
    """What is sent instead of `answer`, which is None where the change was not made."""
    fault = placed.fault
    if fault.connection is not None:
        return ConnectionClosed() if fault.connection == "drop" else ConnectionReset()
    if fault.status is not None or answer is None:
        answer = _stand_in(placed, draw_api_id())
    if fault.body is None:
        return answer
    content = bytes(answer.body)
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    if fault.body == "empty":
        return Response(b"", answer.status_code, headers)
    if fault.body == "malformed":
        return Response(content[: len(content) // 2], answer.status_code, headers)
    return CutResponse(content, answer.status_code, headers)


def _stand_in(placed: PlacedFault, api_id: str) -> Response:
    """The vendor's error body under the fault's status; 200 where it names none."""
    fault = placed.fault
    status = fault.status or HTTPStatus.OK
    text = fault.text if fault.text is not None else _TEXTS.get(status) or _phrase(status)
    headers = {"WWW-Authenticate": 'Basic realm="Plivo"'} if status == HTTPStatus.UNAUTHORIZED else {}
    response = refuse(ApiError(status, text, _reason(placed), headers), api_id)
    for name, value in fault.headers.items():
        response.headers[name] = value
    return response


def _phrase(status: int) -> str:
    try:
        return f"{HTTPStatus(status).phrase}."
    except ValueError:
        return f"Error {status}."


def _reason(placed: PlacedFault) -> str:
    if placed.fault is RATE_LIMIT:
        return f"the policy rate_limit is on: {RATE_LIMIT_REQUESTS} requests in {RATE_LIMIT_SPAN_S} seconds an account"
    return f"{placed.name} was injected"
