"""The audio of recordings, heard by real decoders: miniaudio (dr_wav, dr_mp3) and Python's own `wave`."""

import wave
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from typing import Final

import miniaudio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core.instants import SECOND_US
from masking_emulator.plivo import media
from masking_emulator.plivo.media import CHUNK_BYTES_MAX, DURATION_S_MAX, FORMATS, FRAME_SAMPLES, Media

_DURATIONS_S: Final = [1, 2, 9, 61, 600]

#: A frame's header: MPEG-2.5 Layer III without checksum, 8 kbit/s at 8 kHz, mono, original.
_MP3_HEADER: Final = bytes.fromhex("ffe318c4")
_MP3_FRAME_BYTES: Final = 72

each_format = pytest.mark.parametrize("audio_format", FORMATS)
each_duration = pytest.mark.parametrize("duration_s", _DURATIONS_S)


def _whole(file: Media) -> bytes:
    return file.read(0, file.size)


def _heard(content: bytes) -> Sequence[int]:
    """The samples as a decoder gives them, at the file's own rate."""
    decoded = miniaudio.decode(content, nchannels=1, sample_rate=8_000)
    return list(decoded.samples)


def _crossings(samples: Sequence[int]) -> int:
    """How often the signal changes its sign: twice a wave."""
    return sum(one != other for one, other in pairwise(sample > 0 for sample in samples))


@pytest.mark.parametrize(("duration_us", "samples"), [(0, 0), (125, 1), (1_000_124, 8_000), (61_500_375, 492_003)])
def test_wav_of_a_broken_second_is_as_long_as_asked_to_the_sample(duration_us: int, samples: int) -> None:
    """An odd number of samples is followed by a byte that is none, as RIFF has it."""
    content = _whole(media.wav(duration_us))
    with wave.open(BytesIO(content)) as file:
        assert samples == file.getnframes() == len(file.readframes(file.getnframes()))

    assert len(content) % 2 == 0
    assert len(content) - 8 == int.from_bytes(content[4:8], "little")


def test_mp3_of_a_broken_second_is_as_long_as_asked_to_the_frame() -> None:
    """Half a second more is seven frames more."""
    whole, broken = (len(_heard(_whole(media.mp3(duration_us)))) for duration_us in (9_000_000, 9_500_000))

    assert 9.5 * 8_000 <= broken < 9.5 * 8_000 + FRAME_SAMPLES
    assert broken - whole == 7 * FRAME_SAMPLES


@each_duration
def test_wav_is_as_long_as_asked_to_the_sample(duration_s: int) -> None:
    """So says what decodes it, not only its header."""
    assert duration_s * 8_000 == len(_heard(_whole(media.wav(duration_s * SECOND_US))))


@pytest.mark.parametrize("duration_s", [0, *_DURATIONS_S])
def test_wav_says_what_it_is(duration_s: int) -> None:
    """8-bit PCM at 8 kHz, mono; a recording of nothing has no sample."""
    with wave.open(BytesIO(_whole(media.wav(duration_s * SECOND_US)))) as file:
        assert (1, 1, 8_000) == (file.getnchannels(), file.getsampwidth(), file.getframerate())
        assert duration_s * 8_000 == file.getnframes() == len(file.readframes(file.getnframes()))


@pytest.mark.parametrize("duration_s", [0, *_DURATIONS_S])
def test_mp3_is_as_long_as_asked_to_the_frame(duration_s: int) -> None:
    """A recording of nothing is one frame, because an empty file is no mp3."""
    content = _whole(media.mp3(duration_s * SECOND_US))
    found = miniaudio.mp3_get_info(content)
    samples = len(_heard(content))

    assert (1, 8_000) == (found.nchannels, found.sample_rate)
    assert found.num_frames == samples
    assert 0 == samples % FRAME_SAMPLES
    assert max(1, duration_s * 8_000) <= samples < duration_s * 8_000 + FRAME_SAMPLES + 1


@each_duration
def test_mp3_is_nothing_but_whole_frames(duration_s: int) -> None:
    """A decoder skips what it cannot read; here is nothing to skip, and no frame needs the bits of another."""
    content = _whole(media.mp3(duration_s * SECOND_US))
    frames = [content[begin : begin + _MP3_FRAME_BYTES] for begin in range(0, len(content), _MP3_FRAME_BYTES)]

    assert {_MP3_HEADER} == {frame[:4] for frame in frames}
    assert {0} == {frame[4] for frame in frames}, "the bit reservoir is unused"
    assert {_MP3_FRAME_BYTES} == {len(frame) for frame in frames}


@each_format
def test_tone_is_heard_with_a_beep_each_second(audio_format: str) -> None:
    """32 waves a frame are 444 Hz; the beep has twice as many and is louder."""
    samples = _heard(_whole(FORMATS[audio_format](10 * SECOND_US)))
    frames = [samples[begin : begin + FRAME_SAMPLES] for begin in range(0, len(samples), FRAME_SAMPLES)]
    steady = frames[8]
    beeps = [number for number, frame in enumerate(frames) if max(frame) > 2 * max(steady)]

    assert 64 == pytest.approx(_crossings(steady), abs=1)
    assert 1_000 < max(steady) < 6_000, "soft"
    assert {number % 14 for number in beeps} <= {0, 1, 2, 3}
    assert 10 == len({number // 14 for number in beeps})


@each_format
@given(ends=st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)))
def test_any_range_is_that_part_of_the_file(audio_format: str, ends: tuple[int, int]) -> None:
    """As a range request asks for it, wherever head and periods begin."""
    file = FORMATS[audio_format](20 * SECOND_US)
    start, stop = sorted(min(end, file.size) for end in ends)

    assert _whole(file)[start:stop] == file.read(start, stop) == b"".join(file.chunks(start, stop))


@each_format
def test_chunks_are_bounded(audio_format: str) -> None:
    """Whatever is asked for, little is held at a time."""
    file = FORMATS[audio_format](600 * SECOND_US)
    sizes = [len(chunk) for chunk in file.chunks(1, file.size)]

    assert max(sizes) <= CHUNK_BYTES_MAX
    assert file.size - 1 == sum(sizes)


@pytest.mark.parametrize(("audio_format", "size"), [("mp3", 86_400_000), ("wav", 691_200_044)])
def test_day_of_audio_costs_nothing_until_it_is_read(audio_format: str, size: int) -> None:
    """HEAD needs the size only, and a player asks for the end first."""
    file = FORMATS[audio_format](DURATION_S_MAX * SECOND_US)

    assert size == file.size
    assert 100 == len(file.read(size - 100, size))


@each_format
@pytest.mark.parametrize("duration_s", [-1, DURATION_S_MAX + 1])
def test_recording_longer_than_a_call_may_be_is_a_bug(audio_format: str, duration_s: int) -> None:
    """Nobody can ask for it."""
    with pytest.raises(AssertionError, match="a recording lasts as long as a call may"):
        FORMATS[audio_format](duration_s * SECOND_US)


@each_format
def test_range_beyond_the_file_is_a_bug(audio_format: str) -> None:
    """Ranges are cut to the file before it is asked."""
    file = FORMATS[audio_format](1 * SECOND_US)

    with pytest.raises(AssertionError, match="a range lies within its file"):
        file.read(0, file.size + 1)


@pytest.mark.parametrize(
    ("audio_format", "digest"),
    [
        ("mp3", "c4cd8972180452b602bacec5c071e1a5d7f3038196cb4c6a84f508df28c5fbbe"),
        ("wav", "bb78437eec68a7cd5a95af2228c33911c77673ac5a09accc571f260328f9b334"),
    ],
)
def test_bytes_are_the_same_everywhere(audio_format: str, digest: str) -> None:
    """A recording is reproducible to the byte."""
    assert digest == sha256(_whole(FORMATS[audio_format](3 * SECOND_US))).hexdigest()
