"""The recorder: every command that a world gets, and its events, as JSON lines that `replay.py` can play once more.

A recording consists of groups: a line of its own for the world's beginning, for a command with its instant, or for
timers that ran up to an instant, which says how many events it has, and these events, a line each. A group is written
whole or not at all. Where that is not possible, the recording ends, and the world goes on.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from io import SEEK_END
from typing import Any, BinaryIO, Final

from masking_emulator import __version__
from masking_emulator.core import codec
from masking_emulator.core.engine import Done
from masking_emulator.core.events import Event
from masking_emulator.core.instants import written
from masking_emulator.core.snapshot import Snapshot
from masking_emulator.world.journal import event_json
from masking_emulator.world.spec import WorldSpec
from masking_emulator.world.written import structure_of

#: The structure of a recording; another one is refused.
VERSION: Final = 1

_log = logging.getLogger(__name__)


class Recorder:
    """Writes the recording of one world. A reset of the world begins it anew, in the same file."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """The file has no buffer and is written at its end. `name` is its name, for people."""
        self._file = file
        self.name = name
        #: Why nothing more is recorded; None while it goes on.
        self.ended: str | None = None
        self._has_begun = False

    def begin(self, spec: WorldSpec, engine: Snapshot) -> None:
        """Write the state from which what follows begins. Raises OSError where the first one cannot be written."""
        head = {"version": VERSION, "emulator": __version__, "world": structure_of(spec)}
        self._write({**head, "engine": codec.plain(engine)}, ())
        self._has_begun = True

    def note(self, at: int, done: Done, events: Sequence[Event]) -> None:
        """Write what was done by an instant, and the events that came of it."""
        what = {"timers": done} if isinstance(done, int) else {"command": codec.tagged(done)}
        self._write({"at": written(at), **what, "events": len(events)}, events)

    def _write(self, head: Mapping[str, Any], events: Sequence[Event]) -> None:
        if self.ended is not None:
            return
        left = "".join(_line(line) for line in (head, *map(event_json, events))).encode()
        size = len(left)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            self._take_back(size - len(left))
            if not self._has_begun:
                raise
            self.ended = error.strerror or str(error)
            _log.warning("the recording in %s has ended: %s; what it has is whole", self.name, self.ended)

    def _take_back(self, size: int) -> None:
        """Take away the last bytes of the file, the beginning of a group that is not whole."""
        try:
            self._file.truncate(self._file.seek(0, SEEK_END) - size)
        except OSError:
            return  # the disk is gone; a replay says that the recording ends in the middle


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":")) + "\n"
