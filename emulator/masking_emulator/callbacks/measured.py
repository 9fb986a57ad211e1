"""Measured: the stream of one answer, of which a little is read at once and not too much in all.

An answer may be made to cost time: thousands of interim responses, chunks of one byte, extensions without end. The
parser works through all that it is given before anybody else gets a turn, so it is given little at a time, and the
streams of long answers take turns with each other. What an ordinary answer needs is read without waiting.
"""

import asyncio
import ssl
from typing import Any, Final

from masking_emulator.callbacks.exchange import BODY_BYTES_MAX
from masking_emulator.unpatched import trio_hidden

with trio_hidden():
    import httpcore

#: The most bytes in all that are read before the head of an answer is complete, interim responses included.
HEAD_BYTES_MAX: Final = 16_384

#: The most bytes in all that are read of an answer: its body is kept up to a limit, the rest is what is around it.
ANSWER_BYTES_MAX: Final = HEAD_BYTES_MAX + 3 * BODY_BYTES_MAX

#: The first bytes come in one go, those behind them in small pieces.
_FIRST_BYTES: Final = 4_096
_PIECE_BYTES: Final = 256


class MeasuredStream(httpcore.AsyncNetworkStream):
    """A stream that counts what is read. `has_head` is to be set once the answer's head is complete."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, long_answers: asyncio.Lock) -> None:
        """`long_answers` is the lock that the streams of long answers share."""
        self._stream = stream
        self._long_answers = long_answers
        self._count = 0
        self.has_head = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes. Raises httpcore.ReadError where the answer has too many, and what the stream raises."""
        if self._count < _FIRST_BYTES:
            return self._counted(await self._stream.read(min(max_bytes, _FIRST_BYTES), timeout))
        async with self._long_answers:
            await asyncio.sleep(0)
        return self._counted(await self._stream.read(min(max_bytes, _PIECE_BYTES), timeout))

    def _counted(self, piece: bytes) -> bytes:
        self._count += len(piece)
        if not self.has_head and self._count > HEAD_BYTES_MAX:
            raise httpcore.ReadError(f"the head of the answer has more than {HEAD_BYTES_MAX} bytes")
        if self._count > ANSWER_BYTES_MAX:
            raise httpcore.ReadError(f"the answer has more than {ANSWER_BYTES_MAX} bytes in all")
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send the bytes."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never asked for: a stream is measured above its TLS."""
        raise NotImplementedError

    def get_extra_info(self, info: str) -> Any:
        """What the stream knows of itself."""
        return self._stream.get_extra_info(info)
