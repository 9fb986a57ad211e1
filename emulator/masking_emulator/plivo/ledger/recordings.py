"""Ledger rows on recordings: what is in their files."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row

_TESTS: Final = "tests/plivo/test_media.py"

ROWS: Final[Sequence[Row]] = (
    Row(
        id="recording_audio",
        subject="recordings",
        statement=(
            "The audio of a recording is a soft tone with a beep each second, not a voice, and the same bytes for the "
            "same length and format."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: nobody speaks in a simulated call; a player needs something to be heard, a test something that "
            "never changes"
        ),
        tests=(
            f"{_TESTS}::test_tone_is_heard_with_a_beep_each_second",
            f"{_TESTS}::test_bytes_are_the_same_everywhere",
        ),
    ),
    Row(
        id="recording_wav",
        subject="recordings",
        statement="A wav is 8-bit PCM at 8 kHz, mono, and as long as the recording to the sample.",
        evidence=Evidence.ASSUMED,
        source="reasoning: telephone audio has 8 kHz and 8 bits; no page names the encoding; every player reads this",
        tests=(
            f"{_TESTS}::test_wav_says_what_it_is",
            f"{_TESTS}::test_wav_is_as_long_as_asked_to_the_sample",
            f"{_TESTS}::test_wav_of_a_broken_second_is_as_long_as_asked_to_the_sample",
            "tests/plivo/test_media_file.py::test_file_is_as_long_as_its_resource_says",
        ),
    ),
    Row(
        id="recording_mp3",
        subject="recordings",
        statement=(
            "An mp3 is MPEG-2.5 Layer III at 8 kHz and 8 kbit/s, mono, at most a frame of 72 ms longer than the "
            "recording, and never without a frame."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: telephone audio has 8 kHz; no page names the bit rate, and a constant one has a known size",
        tests=(
            f"{_TESTS}::test_mp3_is_as_long_as_asked_to_the_frame",
            f"{_TESTS}::test_mp3_is_nothing_but_whole_frames",
        ),
    ),
)
