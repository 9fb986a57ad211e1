"""Media: the audio of a recording, a soft tone with a beep each second, as a file of which any part can be read.

Pure, and the same bytes on every machine: the sounds are tables, not computed. A file is a head and a body that is
one period over and over, so that a day of audio takes no memory and a range costs what it is long.
Who may fetch a recording, and under which URL, is decided in `recordings.py` and `routes_media.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import Record

SAMPLES_PER_S: Final = 8_000

#: The longest call that the vendor allows; its WAV is 691 MB and fits the format's 4 GB.
DURATION_S_MAX: Final = 86_400

CHUNK_BYTES_MAX: Final = 65_536

#: Samples in a frame of MPEG-2.5 Layer III: 72 ms. The period of the body is 14 frames, of which 2 beep: 1.008 s.
FRAME_SAMPLES: Final = 576
_BEEP_FRAMES: Final = 2
_TONE_FRAMES: Final = 12

#: One wave each, of samples around 128: 444 Hz, and an octave higher and louder. Both fit a frame without remainder.
_TONE_WAVE: Final = bytes(128 + s for s in (0, 5, 10, 14, 16, 16, 14, 10, 5, 0, -5, -10, -14, -16, -16, -14, -10, -5))
_BEEP_WAVE: Final = bytes(128 + s for s in (0, 26, 39, 35, 14, -14, -35, -39, -26))

_WAV_PERIOD: Final = _BEEP_WAVE * (FRAME_SAMPLES // len(_BEEP_WAVE) * _BEEP_FRAMES) + _TONE_WAVE * (
    FRAME_SAMPLES // len(_TONE_WAVE) * _TONE_FRAMES
)

#: The four frames in which the sound changes, then the one of the steady tone: 8 kHz, mono, 8 kbit/s. They were made
#: by `lame -b 8 --cbr --nores -t -m m -q 0` of the same sounds; without a bit reservoir no frame needs another.
_MP3_CHANGE: Final = bytes.fromhex("""
    ffe318c4000dd9169800007440f9735857a79b8b88a598100ac10c4b29e9e9e9e9e9ede79e18618618618733cf3cebdb
    8fb8e9a065529a72e9471f9fbaf2efd218e5fddd298829a0ffe318c4000d3143007806dee3036b80021a7f9fe729ca61
    cbb93a8421800813730803090870b91723490e4395aad56ab5ebd7af4182828282a6ff05060a0a0a0a99310535140000
    ffe318c4000ce12ae258019a6e00085c1ada00ff620ce785a7fc44444678bbbbbbbdffd1443a871304c03807c2cacb86
    872080267f07c10ca00cfe4c31c07eee94c414d450000000ffe318c4000df113065804c64a0079642eee00e92497a289
    01082216686688b17955555555599999999bfffaa6aa2541509f8320a82a0aaf83415054153bf0641505415055310534
""")
_MP3_STEADY: Final = bytes.fromhex("""
    ffe318c4000732860000b80f28fffffffe11fff418ef6fe11010c180187fffdffffedfffffa07fffffa531053514ccb8
    c4c0c0000000000000000000000000000000000000000000
""")

_MP3_FRAME_BYTES: Final = len(_MP3_STEADY)
_MP3_PERIOD: Final = _MP3_CHANGE + _MP3_STEADY * (_BEEP_FRAMES + _TONE_FRAMES - len(_MP3_CHANGE) // _MP3_FRAME_BYTES)


class Media(Record):
    """A file: `head`, then `period` over and over, `size` bytes in all."""

    content_type: str
    size: int
    head: bytes
    period: bytes

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to before `stop`. All at once: for what may be long there is `chunks`."""
        assert 0 <= start <= stop <= self.size, "a range lies within its file"
        length = len(self.head)
        begin, end = max(start - length, 0), max(stop - length, 0)
        skipped = begin % len(self.period)
        needed = skipped + end - begin
        repeats = -(-needed // len(self.period))
        return self.head[start:stop] + (self.period * repeats)[skipped:needed]

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """The same bytes in pieces."""
        for begin in range(start, stop, CHUNK_BYTES_MAX):
            yield self.read(begin, min(begin + CHUNK_BYTES_MAX, stop))


def wav(duration_us: int) -> Media:
    """8-bit PCM at 8 kHz, mono, as long as asked to the sample."""
    samples = _samples(duration_us)
    head = _wav_head(samples)
    # A chunk of an odd size is followed by a byte that belongs to no chunk.
    return Media("audio/wav", len(head) + samples + samples % 2, head, _WAV_PERIOD)


def mp3(duration_us: int) -> Media:
    """MPEG-2.5 Layer III at 8 kHz, mono, 8 kbit/s, at most a frame longer than asked, and never without one."""
    frames = max(1, -(-_samples(duration_us) // FRAME_SAMPLES))
    return Media("audio/mpeg", frames * _MP3_FRAME_BYTES, b"", _MP3_PERIOD)


#: `record_file_format` → how to make the file.
FORMATS: Final[Mapping[str, Callable[[int], Media]]] = {"mp3": mp3, "wav": wav}


def _samples(duration_us: int) -> int:
    """The whole samples in so many microseconds."""
    assert 0 <= duration_us <= DURATION_S_MAX * SECOND_US, "a recording lasts as long as a call may"
    return duration_us * SAMPLES_PER_S // SECOND_US


def _wav_head(samples: int) -> bytes:
    """RIFF's: sizes count what follows them, the byte behind an odd number of samples too. A byte a sample."""
    kind, channels, bits = 1, 1, 8
    form = b"".join(
        (
            kind.to_bytes(2, "little"),
            channels.to_bytes(2, "little"),
            SAMPLES_PER_S.to_bytes(4, "little"),
            SAMPLES_PER_S.to_bytes(4, "little"),  # bytes a second
            channels.to_bytes(2, "little"),  # bytes of all channels' samples
            bits.to_bytes(2, "little"),
        )
    )
    body = b"WAVE" + _wav_chunk(b"fmt ", len(form)) + form + _wav_chunk(b"data", samples)
    return _wav_chunk(b"RIFF", len(body) + samples + samples % 2) + body


def _wav_chunk(name: bytes, size: int) -> bytes:
    return name + size.to_bytes(4, "little")
