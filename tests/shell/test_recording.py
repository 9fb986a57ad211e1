"""Recordings: a replay of any run has the same events; other files, and other runs, are refused with the line."""

import asyncio
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.keeping.replay import BadRecording, replay
from masking_emulator.world.recorder import Recorder

from tests.core.play import SETTINGS, creation
from tests.shell.runs import PEOPLE, Step, events_of, new_world, play, runs

Line = dict[str, Any]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(before=runs(max_size=5), steps=runs())
def test_replay_of_any_run_has_no_difference(
    before: list[Step], steps: list[Step], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """From wherever the recording began; reset and all."""
    world, file = new_world(), io.BytesIO()
    play(world, before)
    begun = world.journal.last
    world.record(Recorder(file, "run.jsonl"))
    play(world, steps)
    path = tmp_path_factory.mktemp("recording") / "run.jsonl"
    path.write_bytes(file.getvalue())
    result = replay(path)

    assert result.difference is None, result.difference.described()
    assert len(world.journal.after(begun, 100_000)) == result.events


def _lines() -> list[Line]:
    """A short recording: the beginning, a create with its event, an expiry with its event."""
    world, file = new_world(), io.BytesIO()
    world.record(Recorder(file, "run.jsonl"))
    world.do(creation(PEOPLE[0], PEOPLE[1], expiry_s=60))
    world.clock.jump_to(world.clock.now() + 60 * SECOND_US)
    world.caught_up()
    assert ["SessionCreated", "SessionExpired"] == [type(event).__name__ for event in events_of(world)]
    return [json.loads(line) for line in file.getvalue().splitlines()]


LINES: Final = _lines()


def _replayed(path: Path, lines: list[Line], *, end: str = "\n") -> Any:
    path.write_text("\n".join(map(json.dumps, lines)) + end)
    return replay(path)


def test_replay_counts_what_was_the_same(tmp_path: Path) -> None:
    """One command, two events."""
    result = _replayed(tmp_path / "run.jsonl", LINES)

    assert (1, 2, None) == (result.commands, result.events, result.difference)


def _edited(at: int, change: Callable[[Line], object]) -> list[Line]:
    lines: list[Line] = json.loads(json.dumps(LINES))
    change(lines[at])
    return lines


def test_edited_event_is_reported_with_line_and_field(tmp_path: Path) -> None:
    """What stands there, and what came instead."""
    result = _replayed(tmp_path / "run.jsonl", _edited(2, lambda line: line["session"].update(number="1999")))

    assert result.difference is not None
    described = result.difference.described()
    assert described.startswith("line 3: SessionCreated at 2026-01-01T00:00:00Z: session.number was ")
    assert described.endswith('was "1999" and is now "14155550100"')


def test_edited_command_is_reported_at_the_first_event_that_differs(tmp_path: Path) -> None:
    """Another second party in the command gives another event in the line after."""
    lines = _edited(1, lambda line: line["command"].update(second_party=PEOPLE[3]))
    result = _replayed(tmp_path / "run.jsonl", lines)

    assert result.difference is not None
    assert "line 3: SessionCreated" in result.difference.described()
    assert "second_party was" in result.difference.described()


@pytest.mark.parametrize(("at", "described"), [(2, "only replayed"), (1, "only recorded")])
def test_line_that_is_missing_is_reported(at: int, described: str, tmp_path: Path) -> None:
    """An event that was taken out was only replayed; those of a command that was taken out were only recorded."""
    result = _replayed(tmp_path / "run.jsonl", LINES[:at] + LINES[at + 1 :])

    assert result.difference is not None
    assert described in result.difference.described()


def test_event_that_the_recording_never_had_is_reported(tmp_path: Path) -> None:
    """At the end, too: by its own count no event followed, so nothing was cut."""
    result = _replayed(tmp_path / "run.jsonl", _edited(3, lambda line: line.update(events=0))[:4])

    assert result.difference is not None
    assert "line 4: SessionExpired at 2026-01-01T00:01:00Z was only replayed" == result.difference.described()


def _line(number: int, /, **fields: Any) -> list[Line]:
    return _edited(number, lambda line: line.update(fields))


#: What is wrong with a recording → its lines, and what is said.
BROKEN: Final[dict[str, tuple[list[Line], str]]] = {
    "version": (_line(0, version=9), "line 1: version 9 is not 1"),
    "no beginning": (LINES[1:], "line 1: a recording begins with its world"),
    "no world": (_edited(0, lambda line: line.pop("world")), "line 1: world: missing"),
    "no command": (_edited(1, lambda line: line.pop("command")), "line 2: command: missing"),
    "world": (_line(0, world={"colour": "red"}), "line 1: world.colour: "),
    "engine": (_line(0, engine={}), "line 1: engine.at: missing"),
    "command": (_line(1, command={"type": "Sleep"}), "line 2: command.type: 'Sleep' is none of"),
    "command field": (_edited(1, lambda line: line["command"].pop("owner")), "line 2: command.owner: missing"),
    "no count": (_edited(1, lambda line: line.pop("events")), "line 2: events: missing"),
    "count": (_line(1, events="two"), "line 2: events: 'two' is no int"),
    "timers": (_line(3, timers="many"), "line 4: timers: 'many' is no int"),
    "instant": (_line(1, at="soon"), "line 2: "),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_recording_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    """Nobody has to search."""
    lines, why = BROKEN[name]

    with pytest.raises(BadRecording) as refused:
        _replayed(tmp_path / "run.jsonl", lines)
    assert str(refused.value).startswith(f"{tmp_path / 'run.jsonl'}: {why}")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "a recording begins with its world, as `serve --record` writes it"),
        (b"garbage", "line 1: it is no JSON: Expecting value (column 1); a recording is what `serve --record` writes"),
        (b"{}\n", "line 1: a recording begins with its world, as `serve --record` writes it"),
        (b"[]\n", "line 1: it holds no object; a recording is what `serve --record` writes"),
        (b'"\xff"\n', "line 1: it is no UTF-8; a recording is what `serve --record` writes"),
        (b"[" * 100_000, "line 1: it is nested too deeply; a recording is what `serve --record` writes"),
    ],
    ids=["empty", "garbage", "no beginning", "list", "other bytes", "deep"],
)
def test_file_that_is_no_recording_is_refused_with_what_is_one(content: bytes, why: str, tmp_path: Path) -> None:
    """The file, the place and what would be one, in one sentence."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)

    with pytest.raises(BadRecording) as refused:
        replay(path)
    assert f"{path}: {why}" == str(refused.value)


def test_recording_that_was_cut_anywhere_is_told_from_a_difference(tmp_path: Path) -> None:
    """A server that is killed leaves half a line, or a command without all of its events; that is no other story."""
    path, whole = tmp_path / "run.jsonl", "".join(json.dumps(line) + "\n" for line in LINES).encode()
    ends = _ends_of_lines(whole)
    story: dict[str | None, list[int]] = {}
    for size in range(ends[0], len(whole)):
        path.write_bytes(whole[:size])
        result = replay(path)
        assert result.difference is None
        story.setdefault(result.cut, []).append(size)

    assert story == {
        None: [ends[0], ends[2] - 1, ends[2], ends[4] - 1],
        "in the middle of line 2": [*range(ends[0] + 1, ends[1] - 1)],
        "in the middle of what began in line 2, with 0 of its 1 events": [ends[1] - 1, ends[1]],
        "in the middle of line 3": [*range(ends[1] + 1, ends[2] - 1)],
        "in the middle of line 4": [*range(ends[2] + 1, ends[3] - 1)],
        "in the middle of what began in line 4, with 0 of its 1 events": [ends[3] - 1, ends[3]],
        "in the middle of line 5": [*range(ends[3] + 1, ends[4] - 1)],
    }


def _ends_of_lines(content: bytes) -> list[int]:
    return [at + 1 for at, byte in enumerate(content) if byte == ord("\n")]


def test_difference_in_a_recording_that_was_cut_is_a_difference(tmp_path: Path) -> None:
    """What comes first counts."""
    lines = _edited(2, lambda line: line["session"].update(number="1999"))
    path = tmp_path / "run.jsonl"
    path.write_text("\n".join(map(json.dumps, lines))[:-20])
    result = replay(path)

    assert result.difference is not None
    assert (3, None) == (result.difference.line, result.cut)


def test_empty_file_is_refused(tmp_path: Path) -> None:
    """It replays nothing, and so it proves nothing."""
    path = tmp_path / "run.jsonl"
    path.write_text("")

    with pytest.raises(BadRecording, match="a recording begins with its world"):
        replay(path)


def test_world_that_was_reset_begins_anew(tmp_path: Path) -> None:
    """The recording holds both lives, and both are replayed."""
    world, file = new_world(), io.BytesIO()
    world.record(Recorder(file, "run.jsonl"))

    async def two_lives() -> None:
        world.do(creation(PEOPLE[0], PEOPLE[1]))
        world.reset()
        world.do(creation(PEOPLE[2], PEOPLE[3]))
        world.stop()

    asyncio.run(two_lives())
    path = tmp_path / "run.jsonl"
    path.write_bytes(file.getvalue())

    assert (2, None) == (replay(path).commands, replay(path).difference)


def test_delivered_callbacks_are_inputs(tmp_path: Path) -> None:
    """What came of every attempt is in the recording, so nothing is sent when it is replayed."""
    world, file = new_world(), io.BytesIO()
    world.record(Recorder(file, "run.jsonl"))

    async def lived() -> None:
        chosen = replace(SETTINGS, callback_url="http://127.0.0.1:9/")
        world.do(creation(PEOPLE[0], PEOPLE[1], settings=chosen, expiry_s=60))
        await world.advance_to(world.clock.now() + 3600 * SECOND_US)
        world.stop()

    asyncio.run(lived())
    path = tmp_path / "run.jsonl"
    path.write_bytes(file.getvalue())
    result = replay(path)

    assert b'"type":"SettleAttempt"' in file.getvalue()
    assert (None, world.journal.last) == (result.difference, result.events + new_world().journal.last)
