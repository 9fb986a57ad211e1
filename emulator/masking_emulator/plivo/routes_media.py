"""The media file of a recording: who has its URL may fetch it, whole or in part, until the recording is deleted.

This is only the transport: the records of recordings are in `recordings.py`, their audio is made in `media.py`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.calls import Recording
from masking_emulator.core.refusals import Refused
from masking_emulator.plivo import refusals
from masking_emulator.plivo.credentials import Credentials
from masking_emulator.plivo.media import FORMATS, Media
from masking_emulator.plivo.ranges import part_of
from masking_emulator.plivo.recordings import find_finished
from masking_emulator.plivo.refusals import ApiError, answer_to
from masking_emulator.plivo.routes import refuse

_METHODS: Final = ("GET", "HEAD")


#: Waits until the account of an Auth ID is there, if it is one that comes back. Raises ApiError.
Returned = Callable[[str], Awaitable[None]]


def media_route(credentials: Credentials[Any], draw_api_id: Callable[[], str], returned: Returned) -> Route:
    """The route of every media file; it is to be tried before that of the recordings."""
    path = "/v1/Account/{auth_id}/Recording/{recording_uuid}.{audio_format}"
    return Route(path, MediaFile(credentials, draw_api_id, returned))


class MediaFile:
    """A media file as an ASGI app. It asks for no credentials, as the vendor's media host does not by default."""

    def __init__(self, credentials: Credentials[Any], draw_api_id: Callable[[], str], returned: Returned) -> None:
        self._credentials = credentials
        self._draw_api_id = draw_api_id
        self._returned = returned

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            if request.method not in _METHODS:
                allowed = ", ".join(_METHODS)
                raise ApiError(405, refusals.METHOD_NOT_ALLOWED, f"allowed here: {allowed}", {"Allow": allowed})
            await self._returned(request.path_params["auth_id"])
            recording = self._recording(**request.path_params)
            return _served(request, recording)
        except (ApiError, Refused) as refusal:
            error = answer_to(refusal) if isinstance(refusal, Refused) else refusal
            return refuse(error, self._draw_api_id())

    def _recording(self, auth_id: str, recording_uuid: str, audio_format: str) -> Recording:
        named = self._credentials.named(auth_id)
        if named is None:
            raise ApiError(404, refusals.NOT_FOUND, f"no world has the account {quoted(auth_id)}")
        owner = None if named.account.is_main else named.account.place
        recording = find_finished(named.service.caught_up(), recording_uuid.lower(), owner)
        if recording.audio_format != audio_format.lower():
            raise ApiError(404, refusals.NOT_FOUND, f"the recording is an {recording.audio_format}")
        return recording


def _served(request: Request, recording: Recording) -> Response:
    """The file, or the part of it that is wanted. Raises ApiError 416."""
    media, tag = _media(recording), f'"{recording.uuid}"'
    # A part of another version of the file would be of no use; this file never changes.
    conditional = request.headers.get("if-range", tag) != tag
    part = None if conditional else part_of(request.headers.get("range"), media.size)
    start, stop = part or (0, media.size)
    headers = {"accept-ranges": "bytes", "content-length": str(stop - start), "etag": tag}
    if part is not None:
        headers["content-range"] = f"bytes {start}-{stop - 1}/{media.size}"
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(None, status, headers, media.content_type)
    return StreamingResponse(_chunks(media, start, stop), status, headers, media.content_type)


async def _chunks(media: Media, start: int, stop: int) -> AsyncIterator[bytes]:
    # Asynchronous, because a plain iterator would be read in a thread for each piece.
    for chunk in media.chunks(start, stop):
        yield chunk


def _media(recording: Recording) -> Media:
    assert recording.ended_at is not None, "a finished recording has an end"
    return FORMATS[recording.audio_format](recording.ended_at - recording.started_at)
