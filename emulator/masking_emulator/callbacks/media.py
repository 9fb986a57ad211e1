"""Media: the audio files of messages that people hear, fetched only to report whether they are there.

They have no order and hold nobody up, least of all the call that plays them; what is found is a command for the engine.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from masking_emulator.callbacks.courier import Courier
from masking_emulator.callbacks.egress import obstacle
from masking_emulator.callbacks.exchange import Answer, Outgoing
from masking_emulator.callbacks.writing import Writer
from masking_emulator.core.commands import NoteMedia
from masking_emulator.core.events import MessagePlayed
from masking_emulator.plivo.destination import destination

#: The most media files of a world that are fetched at once; beyond it no more are.
_AT_ONCE_MAX: Final = 20


class MediaChecks:
    """The media fetches of one life of a world."""

    def __init__(
        self, writer: Writer, courier: Courier, note: Callable[[NoteMedia], object], *, anywhere: bool
    ) -> None:
        """`note` applies the command that tells what was found. `anywhere`: no egress rule."""
        self.tasks: set[asyncio.Task[None]] = set()
        self._writer = writer
        self._courier = courier
        self._note = note
        self._anywhere = anywhere

    def check(self, played: MessagePlayed, loop: asyncio.AbstractEventLoop | None) -> None:
        """Fetch the file of this message in the loop; with None, not at all."""
        request = self._writer.media_request(played.url)
        blocked = "" if self._anywhere else obstacle(request.host)
        if blocked:
            self._found(played, f"blocked: {blocked}")
        elif len(self.tasks) >= _AT_ONCE_MAX:
            self._found(played, f"not looked at: {_AT_ONCE_MAX} others are being looked at")
        elif loop is not None:
            task = loop.create_task(self._look_at(played, request))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _look_at(self, played: MessagePlayed, request: Outgoing) -> None:
        answer = await self._courier.send(request, anywhere=self._anywhere)
        elsewhere = "" if request.url == destination(played.url).url else f", from {request.url}"
        self._found(played, f"{_result(answer)}{elsewhere}")

    def _found(self, played: MessagePlayed, outcome: str) -> None:
        self._note(NoteMedia(played.call, played.message, played.url, outcome))


def _result(answer: Answer) -> str:
    """The result of fetching a media file, in words."""
    if answer.status is None:
        return f"{answer.outcome.word}: {answer.error}"
    kind = answer.headers.get("content-type", "no content type")
    size = f"more than {len(answer.body)}" if answer.body_cut else str(len(answer.body))
    return f"{answer.status}, {kind}, {answer.headers.get('content-length', size)} bytes"
