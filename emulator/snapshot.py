"""Snapshots of worlds: whole state out and in, as JSON that people can read, and as files that are never half written.

A snapshot holds the world as in a world file, its clock, and everything that its engine holds. What was only watched
(journal, requests, what became of settled callbacks) is not in it; the journal goes on with the next number.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from emulator import __version__, codec
from emulator.codec import BadRecord
from emulator.core import snapshot as core
from emulator.core.instants import read, written
from emulator.laboratory import Rule
from emulator.structure import structure_of
from emulator.wholefile import write_whole
from emulator.world import Standing, World
from emulator.worldfile import BadWorld, WorldSpec, world_of

#: The structure of a snapshot; another one is refused.
VERSION: Final = 1


class BadSnapshot(Exception):
    """What was given is no snapshot, or one that cannot be: the message names where and why."""


def snapshot_of(world: World) -> dict[str, Any]:
    """The world as it stands now."""
    standing = world.standing()
    return {
        "version": VERSION,
        "emulator": __version__,
        "world": structure_of(world.spec),
        "clock": {"now": written(standing.now), "rate": standing.rate},
        "journal_last": standing.journal_last,
        "drawn": dict(standing.drawn),
        "laboratory": [codec.plain(rule) for rule in standing.rules],
        "engine": codec.plain(standing.engine),
    }


def restore(world: World, given: Mapping[str, Any]) -> None:
    """Make the world what the snapshot says; it keeps its accounts. Raises BadSnapshot, and then nothing changed."""
    spec, standing = read_snapshot(given)
    if len(spec.accounts) != len(world.accounts):
        raise BadSnapshot(f"world.account: {len(spec.accounts)} accounts, and this world has {len(world.accounts)}")
    world.stand(spec.with_accounts(world.accounts), standing)


def read_snapshot(given: Mapping[str, Any]) -> tuple[WorldSpec, Standing]:
    """What a snapshot says. Raises BadSnapshot."""
    if given.get("version") != VERSION:
        raise BadSnapshot(f"version: {given.get('version')!r} is not {VERSION}, the one that this emulator writes")
    keys = {"version", "emulator", "world", "clock", "journal_last", "drawn", "laboratory", "engine"}
    for key in (*(keys - given.keys()), *(given.keys() - keys)):
        raise BadSnapshot(f"{key}: {'unknown key' if key in given else 'missing'}")
    try:
        spec = world_of(given["world"])
        engine = codec.record(core.Snapshot, given["engine"], "engine")
        standing = Standing(
            now=_instant(given["clock"]),
            rate=codec.value(float, given["clock"].get("rate"), "clock.rate"),
            journal_last=codec.value(int, given["journal_last"], "journal_last"),
            drawn=codec.value(dict[str, int], given["drawn"], "drawn"),
            rules=codec.value(list[Rule], given["laboratory"], "laboratory"),
            engine=engine,
        )
    except BadRecord as bad:
        raise BadSnapshot(str(bad)) from None
    except BadWorld as bad:
        raise BadSnapshot(f"world.{bad}") from None
    _check_references(spec, engine)
    return spec, standing


def save(snapshot: Mapping[str, Any], path: Path) -> None:
    """Write the file whole or not at all. Raises OSError."""
    write_whole(path, json.dumps(snapshot, indent=1))


def load(path: Path) -> tuple[WorldSpec, Standing]:
    """The snapshot in a file. Raises BadSnapshot, whose message names the file, and OSError."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadSnapshot(f"{path}: {error}") from None
    if not isinstance(given, dict):
        raise BadSnapshot(f"{path}: it holds no object")
    try:
        return read_snapshot(given)
    except BadSnapshot as bad:
        raise BadSnapshot(f"{path}: {bad}") from None


def _instant(clock: Any) -> int:
    try:
        return read(clock["now"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadSnapshot(f"clock.now: {error}") from None


def _check_references(spec: WorldSpec, engine: core.Snapshot) -> None:
    """What names something must name something that is there; a state that does not would break later."""
    numbers = {number.digits for number in engine.numbers}
    sessions = {session.uuid for session in engine.sessions}
    running = {call.uuid for call in engine.calls if call.is_running}
    open_callbacks = {callback.ordinal for callback in engine.callbacks}
    strays = [call.uuid for call in engine.calls if call.is_running and call.session not in ("", *sessions)]
    lined_up = [ordinal for line in engine.lines.values() for ordinal in line]
    checks = (
        ("numbers", [n.digits for n in engine.numbers if n.owner >= len(spec.accounts)], "belongs to no account"),
        ("sessions", [s.uuid for s in engine.sessions if s.number not in numbers], "has a number that is not there"),
        ("sessions", [s.uuid for s in engine.sessions if s.owner >= len(spec.accounts)], "belongs to no account"),
        ("holds", [h.number for h in engine.holds if h.number not in numbers], "is a number that is not there"),
        ("suspended", [digits for digits in engine.suspended if digits not in numbers], "is no number of the pool"),
        ("calls", strays, "runs in a session that is not there"),
        ("lines", [ordinal for ordinal in lined_up if ordinal not in open_callbacks], "is no open callback"),
        ("timers", [t.key for t in engine.timers if t.at < engine.at], "was due before now"),
        ("timers", [t.key for t in engine.timers if _of_call(t.command) not in (None, *running)], "has no call"),
    )
    for where, bad, why in checks:
        if bad:
            raise BadSnapshot(f"engine.{where}: {bad[0]} {why}")


def _of_call(command: Any) -> str | None:
    call = getattr(command, "call", None)
    return call if isinstance(call, str) else None
