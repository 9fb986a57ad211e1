"""Replay: a recorded run played once more by a fresh engine, and the first difference.

Same world and same inputs give the same events, so a replay that differs has found a bug, another version, or an
edited file. A recording that ends in the middle of something is none of these: its server was killed.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from masking_emulator.core import codec
from masking_emulator.core import snapshot as core
from masking_emulator.core.codec import BadRecord
from masking_emulator.core.commands import Command
from masking_emulator.core.engine import Engine
from masking_emulator.core.events import Event
from masking_emulator.core.instants import read
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import Record
from masking_emulator.core.refusals import Refused
from masking_emulator.keeping.differences import differing
from masking_emulator.wholefile import PIPE_BYTES_MAX, text_of
from masking_emulator.world.file import world_of
from masking_emulator.world.journal import event_json
from masking_emulator.world.life import rules_of_spec
from masking_emulator.world.recorder import VERSION
from masking_emulator.world.spec import BadWorld


class BadRecording(Exception):
    """The file is not a recording: the message names the line and the reason."""


class Difference(Record):
    """The first difference between a recording and its replay: the line, and the event on each side (None: none)."""

    line: int
    recorded: Mapping[str, Any] | None
    replayed: Mapping[str, Any] | None

    def described(self) -> str:
        """The difference in words."""
        if self.recorded is None or self.replayed is None:
            there, here = self.recorded or self.replayed, "recorded" if self.replayed is None else "replayed"
            assert there is not None, "one of two that differ is there"
            return f"line {self.line}: {there['event']} at {there['at']} was only {here}"
        path, old, new = next(differing(self.recorded, self.replayed))
        what = f"{self.recorded['event']} at {self.recorded['at']}"
        return f"line {self.line}: {what}: {path} was {json.dumps(old)} and is now {json.dumps(new)}"


class Replay(Struct):
    """The result of a replay: how many commands and events were the same, and the first difference.

    `cut` says where the recording ends in the middle of something, as that of a server that was killed may; what is
    before has been played.
    """

    commands: int = 0
    events: int = 0
    difference: Difference | None = None
    cut: str | None = None


def replay(path: Path, reached: Callable[[int], object] = int) -> Replay:
    """Play a recording once more, up to the first difference. Raises BadRecording and OSError.

    `reached` is called with the number of bytes that have been read, after each line.
    """
    result, engine, group, number = Replay(), None, _CommandAndEvents(0), 0
    for number, line in _lines(path, reached):
        if line is None:
            result.cut = f"in the middle of line {number}"
            return result
        if _is_event(line):
            came = group.came.popleft() if group.came else None
            if came != line:
                result.difference = Difference(number, line, came)
                return result
            result.events += 1
            group.missing -= 1
            continue
        if group.came:
            break
        try:
            engine, group = _played(number, line, engine)
        except BadWorld as bad:
            raise BadRecording(f"{path}: line {number}: world.{bad}") from None
        except (BadRecord, KeyError, TypeError, ValueError) as error:
            raise BadRecording(f"{path}: line {number}: {error}") from None
        result.commands += "command" in line
    else:
        if group.missing > 0:
            there = f"{group.events - group.missing} of its {group.events} events"
            result.cut = f"in the middle of what began in line {group.line}, with {there}"
            return result
    if group.came:
        result.difference = Difference(number, None, group.came[0])
    elif engine is None:
        raise BadRecording(f"{path}: {_NO_BEGINNING}")
    return result


class _CommandAndEvents:
    """What is between two commands: the events that the recording has, by its own count, and those of the replay."""

    def __init__(self, line: int, events: int = 0, came: Iterable[Event] = ()) -> None:
        self.line = line
        self.events = self.missing = events
        self.came = deque(map(event_json, came))


#: The reason where the first line is missing.
_NO_BEGINNING: Final = "a recording begins with its world, as `serve --record` writes it"


def _is_event(line: Mapping[str, Any]) -> bool:
    return "event" in line and "at" in line


def _played(number: int, line: Mapping[str, Any], engine: Engine | None) -> tuple[Engine, _CommandAndEvents]:
    """The engine after this line, and the events that follow."""
    if "version" in line:
        return _begun(line), _CommandAndEvents(number)
    if engine is None:
        raise ValueError(_NO_BEGINNING)
    _require(line, "at", "events", "timers" if "timers" in line else "command")
    at, events = read(line["at"]), codec.value(int, line["events"], "events")
    if "timers" in line:
        timers = codec.value(int, line["timers"], "timers")
        return engine, _CommandAndEvents(number, events, list(engine.rerunning(at, timers)))
    command = codec.untagged(Command, line["command"], "command")
    came: Sequence[Event] = ()
    with suppress(Refused):  # it was not refused when it was recorded; the events show the difference
        came = list(engine.rerunning(at, command))
    return engine, _CommandAndEvents(number, events, came)


def _require(line: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if name not in line:
            raise ValueError(f"{name}: missing")


def _begun(line: Mapping[str, Any]) -> Engine:
    if line["version"] != VERSION:
        raise ValueError(f"version {quoted(line['version'])} is not {VERSION}")
    _require(line, "world", "engine")
    spec = world_of(line["world"])
    snapshot = codec.record(core.Snapshot, line["engine"], "engine")
    return Engine.restored(snapshot, rules=rules_of_spec(spec), seed=spec.seed)


#: What is said where a line is none of any recording.
_WRITTEN_BY: Final = "a recording is what `serve --record` writes"


def _unreadable(error: ValueError | RecursionError) -> str:
    """Why a line cannot be read."""
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON: {error.msg} (column {error.colno}); {_WRITTEN_BY}"
    if isinstance(error, UnicodeDecodeError):
        return f"it is no UTF-8; {_WRITTEN_BY}"
    return f"it is nested too deeply; {_WRITTEN_BY}" if isinstance(error, RecursionError) else str(error)


def _lines(path: Path, reached: Callable[[int], object]) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Each line with its number; None for the beginning of a last one."""
    place = 0
    with path.open("rb") as file:
        for number in count(1):
            content = file.readline(PIPE_BYTES_MAX + 1)
            if not content:
                return
            place += len(content)
            reached(place)
            if len(content) > PIPE_BYTES_MAX:
                raise BadRecording(f"{path}: line {number}: it has more than {PIPE_BYTES_MAX:,} bytes")
            try:
                line = json.loads(text_of(content))
            except (ValueError, RecursionError) as error:
                if number > 1 and not content.endswith(b"\n"):
                    yield number, None
                    return
                raise BadRecording(f"{path}: line {number}: {_unreadable(error)}") from None
            if not isinstance(line, dict):
                raise BadRecording(f"{path}: line {number}: it holds no object; {_WRITTEN_BY}")
            yield number, line
