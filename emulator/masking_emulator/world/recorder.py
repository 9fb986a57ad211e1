"""The recorder: every command that a world gets, and its events, as JSON lines that `replay.py` can play once more.

A line is the world's beginning, a command with its instant, how many timers ran up to an instant, or an event.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TextIO

from masking_emulator import __version__
from masking_emulator.core import codec
from masking_emulator.core.commands import Command
from masking_emulator.core.events import Event
from masking_emulator.core.instants import written
from masking_emulator.core.snapshot import Snapshot
from masking_emulator.world.journal import event_json
from masking_emulator.world.spec import WorldSpec
from masking_emulator.world.written import structure_of

#: The structure of a recording; another one is refused.
VERSION: Final = 1


class Recorder:
    """Writes the recording of one world. A reset of the world begins a new one."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def begin(self, spec: WorldSpec, engine: Snapshot) -> None:
        """Write the state from which what follows begins."""
        head = {"version": VERSION, "emulator": __version__, "world": structure_of(spec)}
        self._write({**head, "engine": codec.plain(engine)})

    def command(self, at: int, command: Command) -> None:
        """Write a command that the world has done."""
        self._write({"at": written(at), "command": codec.tagged(command)})

    def timers(self, at: int, count: int) -> None:
        """Write how many timers ran up to this instant."""
        if count:
            self._write({"at": written(at), "timers": count})

    def events(self, events: Sequence[Event]) -> None:
        """Write the events that followed."""
        for event in events:
            self._write(event_json(event))

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
