"""The audio of recordings, by its length: a capture has no bytes of it."""

import re
from collections.abc import Iterator
from typing import Final

from masking_emulator.evidence.predicates.base import Testimony, either, shows
from masking_emulator.evidence.predicates.conversations import conversations_of
from masking_emulator.evidence.predicates.witness import Asked, Witness

_MEDIA: Final = re.compile(r"/([0-9a-f-]{36})\.(mp3|wav)$")
_HEADER_BYTES: Final = 44
_FRAME_MS: Final = 72


def _audio(witness: Witness, ending: str) -> Iterator[tuple[Asked, int, int]]:
    """Requests for whole files, with their bytes and the milliseconds of the recording."""
    lengths = {}
    for _, record in conversations_of(witness).recordings:
        text = str(record.get("recording_duration_ms")).partition(".")[0]
        if text.isascii() and text.isdigit():
            lengths[record.get("recording_id")] = int(text)
    for asked in witness.exchanges:
        found, answer = _MEDIA.search(asked.exchange.request.path), asked.exchange.answer
        if found is None or found[2] != ending or answer is None or answer.status != 200 or answer.bytes is None:
            continue
        if asked.exchange.request.method == "GET" and found[1] in lengths:
            yield asked, answer.bytes, lengths[found[1]]


@shows("recording_wav")
def _wav(witness: Witness) -> Iterator[Testimony]:
    """8 samples of a byte are a millisecond."""
    for asked, size, milliseconds in _audio(witness, "wav"):
        yield either(
            asked.exchange, abs(size - _HEADER_BYTES - 8 * milliseconds) <= 8, f"{size} bytes, {milliseconds} ms"
        )


@shows("recording_mp3")
def _mp3(witness: Witness) -> Iterator[Testimony]:
    """8 kbit/s are a byte a millisecond."""
    for asked, size, milliseconds in _audio(witness, "mp3"):
        longest = max(milliseconds, 1) + _FRAME_MS
        yield either(asked.exchange, milliseconds <= size <= longest, f"{size} bytes, {milliseconds} ms")


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "recording_audio": "A capture has no audio, only its length.",
}
