"""A recording that is there already: whether it is one, and up to where it is whole.

A server goes on behind what an earlier run has recorded. Where that run was killed while it wrote, the last group is
not whole; a replay could not go on behind it, so it has to be taken away.
"""

import json
from mmap import ACCESS_READ, mmap
from typing import BinaryIO, Final

from masking_emulator.world.recorder import VERSION

#: How a recording begins, and how each of its lines that is no event does (world/recorder.py).
_BEGINNING: Final = f'{{"version":{VERSION},'.encode()
_HEADS: Final = (b'\n{"version":', b'\n{"at":')


class NoRecording(Exception):
    """The file is no recording of this version, or ends with something else."""


def whole_bytes(file: BinaryIO, size: int) -> int:
    """How many of the file's bytes are whole groups. Raises NoRecording and OSError."""
    if size == 0:
        return 0
    with mmap(file.fileno(), size, access=ACCESS_READ) as content:
        if content[: len(_BEGINNING)] != _BEGINNING:
            raise NoRecording
        last = max(map(content.rfind, _HEADS)) + 1
        end = content.find(b"\n", last) + 1
        lines = _events(content[last:end]) if end else 0
        for _ in range(lines):
            end = content.find(b"\n", end) + 1
            if not end:
                break
        if not end:
            return last
        if end < size and content.find(b"\n", end) >= 0:
            raise NoRecording
        return end


def _events(head: bytes) -> int:
    """How many events the group with this first line has."""
    try:
        line = json.loads(head)
        events = 0 if "version" in line else line["events"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NoRecording from None
    if not isinstance(events, int):
        raise NoRecording
    return events
