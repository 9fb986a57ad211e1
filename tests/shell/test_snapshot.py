"""Snapshots: out and in again is the identity; what was edited wrongly is refused by name; no file is half written."""

import asyncio
import json
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from masking_emulator.callbacks.laboratory import Action, Rule
from masking_emulator.core import codec
from masking_emulator.core.commands import Command, PlaceCall
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import CallbackState
from masking_emulator.core.records.calls import Script
from masking_emulator.core.work import finished
from masking_emulator.keeping.snapshot import BadSnapshot, load, restore, saving, snapshot_of
from masking_emulator.world.world import World

from tests.core.play import SETTINGS, creation
from tests.shell.runs import PEOPLE, Step, events_of, new_world, play, runs

#: A generated run costs some milliseconds, on a busy machine more.
of_any_run = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])

Snapshot = dict[str, Any]


def _do(command: Command, world: World) -> None:
    world.do(command)


def _as_read(world: World) -> Snapshot:
    """The snapshot as somebody reads it from a file."""
    read: Snapshot = json.loads(json.dumps(snapshot_of(world)))
    return read


@of_any_run
@given(steps=runs())
def test_snapshot_restore_snapshot_is_the_identity(steps: list[Step]) -> None:
    """Whatever happened before."""
    world, other = new_world(), new_world(seed=8)
    play(world, steps)
    taken = _as_read(world)
    restore(other, taken)

    assert taken == _as_read(other)


@of_any_run
@given(steps=runs(), more=runs(max_size=10))
def test_restored_world_lives_on_as_the_original(steps: list[Step], more: list[Step]) -> None:
    """Same state, clock, timers and chance: what is done to both has the same events."""
    world, other = new_world(), new_world(seed=8)
    play(world, steps)
    restore(other, _as_read(world))
    before = world.journal.last
    for each in (world, other):
        play(each, more)
        each.clock.jump_to(each.clock.now() + 86_400 * SECOND_US)
        each.caught_up()

    assert world.journal.after(before, 10_000) == other.journal.after(before, 10_000)


def test_rule_holds_every_callback_of_an_instant() -> None:
    """Also where the first of them cannot be sent at all, so that the next one's turn comes at once."""
    world = new_world()
    world.laboratory.replace([Rule(Action.HOLD)])
    abroad = replace(SETTINGS, callback_url="https://hooks.example.com/events")
    world.do(creation(PEOPLE[0], PEOPLE[1], settings=abroad, expiry_s=86_400))
    world.do(PlaceCall(PEOPLE[0], "14155550100", Script(talk_us=SECOND_US)))
    world.clock.jump_to(world.clock.now() + 600 * SECOND_US)

    unsettled = world.caught_up().state.outbox.unsettled()
    assert {CallbackState.HELD} == {callback.state for callback in unsettled}
    assert 6 == len(unsettled)


def _rich() -> Snapshot:
    """A snapshot with something of everything that an edit below needs."""
    world = new_world()
    world.do(creation(PEOPLE[0], PEOPLE[1]))
    world.do(creation(PEOPLE[2], PEOPLE[3], cooloff_s=600, expiry_s=60))
    world.clock.jump_to(world.clock.now() + 61 * SECOND_US)
    return _as_read(world)


RICH: Final = _rich()


def _edit(*path: str | int, to: Any) -> Callable[[Snapshot], None]:
    def change(given: Any) -> None:
        for step in path[:-1]:
            given = given[step]
        given[path[-1]] = to

    return change


def _drop(*path: str | int) -> Callable[[Snapshot], None]:
    def change(given: Any) -> None:
        for step in path[:-1]:
            given = given[step]
        del given[path[-1]]

    return change


def _twice(key: str) -> Callable[[Snapshot], None]:
    return lambda given: given["engine"][key].append(given["engine"][key][0])


#: How a snapshot was edited → what the refusal begins with.
EDITS: Final[dict[str, tuple[Callable[[Snapshot], None], str]]] = {
    "other version": (_edit("version", to=2), "version: 2 is not 1"),
    "no version": (_drop("version"), "version: it must be given"),
    "unknown key": (_edit("sessions", to=[]), "sessions: unknown key"),
    "missing key": (_drop("drawn"), "drawn: missing"),
    "world": (_edit("world", "colour", to="red"), "world.colour: "),
    "clock no object": (_edit("clock", to=[]), "clock: "),
    "clock key": (_edit("clock", "speed", to=1), "clock: "),
    "clock now": (_edit("clock", "now", to="soon"), "clock.now: "),
    "clock back": (_edit("clock", "now", to="2020-01-01T00:00:00Z"), "engine.at: it is after clock.now"),
    "rate below": (_edit("clock", "rate", to=-1), "clock.rate: -1 is not between"),
    "rate no number": (_edit("clock", "rate", to=float("nan")), "clock.rate: nan is not between"),
    "engine key": (_edit("engine", "sessions", 0, "colour", to="red"), "engine.sessions[0].colour: unknown key"),
    "engine missing": (_drop("engine", "sessions", 0, "uuid"), "engine.sessions[0].uuid: missing"),
    "type": (_edit("engine", "sessions", 0, "uuid", to=7), "engine.sessions[0].uuid: 7 is no str"),
    "bool is no int": (_edit("engine", "ordinal", to=True), "engine.ordinal: True is no int"),
    "instant": (_edit("engine", "sessions", 0, "created_at", to=7), "engine.sessions[0].created_at: an instant"),
    "enum": (_edit("engine", "sessions", 0, "status", to="asleep"), "engine.sessions[0].status: 'asleep' is none of"),
    "command": (_edit("engine", "timers", 0, "command", "type", to="Sleep"), "engine.timers[0].command.type: 'Sleep'"),
    "number owner": (_edit("engine", "numbers", 0, "owner", to=5), "engine.numbers: 14155550100 belongs to no account"),
    "number gone": (_drop("engine", "numbers", 0), "engine.numbers: 14155550101 stands at 0"),
    "number twice": (_twice("numbers"), "engine.numbers: 14155550100 is there twice"),
    "session twice": (_twice("sessions"), "engine.sessions: "),
    "session number": (_edit("engine", "sessions", 0, "number", to="14155550199"), "engine.sessions: "),
    "session owner": (_edit("engine", "sessions", 0, "owner", to=5), "engine.sessions: "),
    "session expiry": (
        _edit("engine", "sessions", 0, "expires_at", to="2026-01-01T00:45:00Z"),
        "engine.sessions: ",
    ),
    "suspended": (
        _edit("engine", "suspended", to=["14155550199"]),
        "engine.suspended: 14155550199 is no number of the pool",
    ),
    "cool-off number": (_edit("engine", "cool_offs", 0, "number", to="14155550199"), "engine.cool_offs: 14155550199"),
    "line": (_edit("engine", "lines", to={"a": [1]}), "engine.lines.a: 1 is no open callback"),
    "timer before now": (_edit("engine", "timers", 0, "at", to="2020-01-01T00:00:00Z"), "engine.timers: "),
    "timer twice": (_twice("timers"), "engine.timers: "),
    "timer key": (
        _edit("engine", "timers", 0, "key", to="callback 9"),
        "engine.timers: callback 9 is not the key of its command, which is ",
    ),
    "timer about nothing": (
        _edit("engine", "timers", 0, "command", to={"type": "RetryCallback", "callback": 9}),
        "engine.timers: ",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_snapshot_is_refused_by_name_and_nothing_changes(name: str) -> None:
    """The message begins with where it is wrong."""
    edit, beginning = EDITS[name]
    given, world = json.loads(json.dumps(RICH)), new_world()
    edit(given)
    before = _as_read(world)

    with pytest.raises(BadSnapshot) as refused:
        restore(world, given)
    assert str(refused.value).startswith(beginning)
    assert before == _as_read(world)


def test_edit_that_makes_sense_is_taken() -> None:
    """A snapshot is there to be edited: another price of nothing, but another party and another expiry."""
    given, world = json.loads(json.dumps(RICH)), new_world()
    (session,) = [s for s in given["engine"]["sessions"] if s["status"] == "active"]
    session["second_party"] = PEOPLE[5]
    session["expires_at"] = "2026-01-01T01:00:00Z"
    (timer,) = [t for t in given["engine"]["timers"] if t["key"] == session["uuid"]]
    timer["at"] = "2026-01-01T01:00:00Z"
    restore(world, given)
    world.clock.jump_to(world.clock.now() + 3600 * SECOND_US)
    world.caught_up()

    expired = [event for event in events_of(world)[-5:] if type(event).__name__ == "SessionExpired"]
    assert [PEOPLE[5]] == [event.session.second_party for event in expired]  # type: ignore[union-attr]  # by its name


def test_world_keeps_its_accounts() -> None:
    """A snapshot of one world may be put into another one."""
    account = {"auth_id": "MAEMULATORSHELLTEST2", "auth_token": "t", "subaccounts": [{}]}
    world = new_world(account=account, numbers=[])
    restore(world, RICH)

    assert "MAEMULATORSHELLTEST2" == world.auth_id


def test_other_number_of_accounts_is_refused() -> None:
    """Its numbers and sessions would belong to nobody."""
    world = new_world(account={"auth_id": "MAEMULATORSHELLTEST2", "auth_token": "t"}, numbers=[])

    with pytest.raises(BadSnapshot, match="2 accounts, and this world has 1"):
        restore(world, RICH)


def _crash(*_: object) -> None:
    raise OSError("no space left on device")


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_crash_while_writing_leaves_the_old_file_whole(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no other file beside it."""
    path = tmp_path / "state.json"
    finished(saving({"old": 1}, path))
    monkeypatch.setattr(os, moment, _crash)

    with pytest.raises(OSError, match="no space left"):
        finished(saving(RICH, path))
    assert {"old": 1} == json.loads(path.read_text())
    assert [path] == list(tmp_path.iterdir())


def test_killed_while_writing_leaves_the_old_file_whole(tmp_path: Path) -> None:
    """A process that ends without a word in the middle of a write, as a power cut does."""
    path = tmp_path / "state.json"
    finished(saving({"old": 1}, path))
    if (child := os.fork()) == 0:
        with suppress(BaseException):
            os.fsync = lambda _: os._exit(9)  # type: ignore[assignment]  # the child ends here
            finished(saving(RICH, path))
        os._exit(0)
    _, status = os.waitpid(child, 0)

    assert 9 == os.waitstatus_to_exitcode(status)
    assert {"old": 1} == json.loads(path.read_text())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"garbage", "JSON is malformed: invalid character (byte 0)"),
        (b"\n  12 garbage", "JSON is malformed: trailing characters (byte 7)"),
        (b"tru", "JSON is malformed: a value ends too early (byte 3)"),
        (b"12 ", "it holds no object"),
        (b"[]", "it holds no object"),
        (b"[1", "JSON is malformed: the text ends too early (byte 2)"),
        (b"{", "JSON is malformed: the text ends too early (byte 1)"),
        (b'{"a":tru}', "JSON is malformed: a value ends too early (byte 8)"),
        (b'{"a": {"b": 1}, "c": "x', "JSON is malformed: the text ends too early (byte 23)"),
        (b'{"engine": {"sessions": [{"a": 1}', "JSON is malformed: the text ends too early (byte 33)"),
        (b'{"engine": {"sessions": [{"a": tru}]}}', "JSON is malformed: invalid character (byte 32)"),
        (b'{"a": "x", "b": "y\xff"}', "it is no UTF-8 (byte 18)"),
        (b'{"a": 1, "b": 1e999}', "Number out of range (byte 14)"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "it is nested too deeply"),
        (b"{}", "version: it must be given"),
    ],
)
def test_file_that_is_no_snapshot_is_refused_with_its_name(content: bytes, why: str, tmp_path: Path) -> None:
    """The message begins with the file, names the place where it stops to be one, and says what would be one."""
    path = tmp_path / "state.json"
    path.write_bytes(content)

    with pytest.raises(BadSnapshot) as refused:
        load(path)
    assert f"{path}: {why}; a snapshot is what `snapshot save` writes" == str(refused.value)


def test_long_snapshot_in_a_file_is_restored(tmp_path: Path) -> None:
    """Its records are read one by one, its world at once; and sessions with equal settings share them."""
    pool = [{"number": f"+1415{2_000_000 + place}"} for place in range(2000)]
    world, path = new_world(numbers=pool), tmp_path / "state.json"
    play(world, [partial(_do, creation(*pair)) for pair in combinations(PEOPLE, 2)])
    finished(saving(snapshot_of(world), path))
    spec, saved = load(path)

    assert world.spec.numbers == spec.numbers
    assert snapshot_of(world)["engine"] == codec.plain(saved.engine)
    assert 1 == len({id(session.settings) for session in saved.engine.sessions})


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("0", "an object is expected, not 0"),
        ("1e999", "it is no JSON: .*out of range"),
    ],
    ids=["of another type", "no number that can be read"],
)
def test_wrong_record_of_a_long_list_is_named(record: str, why: str, tmp_path: Path) -> None:
    """It is read, and refused, only when its turn comes."""
    path = tmp_path / "state.json"
    finished(saving(snapshot_of(new_world()), path))
    text = path.read_text().replace('"timers":[]', f'"timers":[{record}{", 0" * 40_000}]')
    path.write_text(text)

    with pytest.raises(BadSnapshot, match=rf"state\.json: engine\.timers\[0\]: {why}"):
        load(path)


def test_open_callbacks_are_signed_anew_and_sent() -> None:
    """What had not been sent when the snapshot was taken is sent by the world that takes it over."""
    world, other = new_world(), new_world()
    play(world, [lambda w: w.do(creation(PEOPLE[0], PEOPLE[1], settings=_LOCAL, expiry_s=60))])
    world.clock.jump_to(world.clock.now() + 60 * SECOND_US)
    taken = _as_read(world)

    async def restored() -> list[str]:
        restore(other, taken)
        await other.dispatch.answered(asyncio.get_running_loop().time() + 10)
        tried = [entry.tried[-1].attempt.outcome.name for entry in other.dispatch.log.all() if entry.tried]
        other.stop()
        return tried

    assert 1 == len(taken["engine"]["callbacks"])
    assert ["NOT_CONNECTED"] == asyncio.run(restored())


_LOCAL: Final = replace(SETTINGS, callback_url="http://127.0.0.1:9/")
