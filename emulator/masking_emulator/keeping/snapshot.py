"""Snapshots of worlds: the whole state as JSON that people can read and edit, and as files that are never half written.

A snapshot holds the world as in a world file, its clock, and everything that its engine holds. Its faults and its
routes are in it as they stand; faults count anew. What only reports (journal, requests, settled callbacks) is not in
it; the journal goes on with the next number.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

from masking_emulator import __version__
from masking_emulator.callbacks.laboratory import Rule
from masking_emulator.clock import RATE_MAX
from masking_emulator.core import codec
from masking_emulator.core import snapshot as core
from masking_emulator.core.arriving import items_of, lists_of, record_in_turns
from masking_emulator.core.bulk import Writing
from masking_emulator.core.codec import BadRecord
from masking_emulator.core.consistency import first_contradiction
from masking_emulator.core.instants import read, written
from masking_emulator.core.quoting import quoted
from masking_emulator.core.readers import is_record
from masking_emulator.core.records.base import names, replace
from masking_emulator.core.records.callbacks import CallbackState
from masking_emulator.core.work import Work, finished
from masking_emulator.keeping.values import wrong_in_engine, wrong_in_world
from masking_emulator.wholefile import whole_file
from masking_emulator.world.file import world_of
from masking_emulator.world.incoming import Readers, reading_file
from masking_emulator.world.life import SavedWorld
from masking_emulator.world.spec import BadWorld, WorldSpec
from masking_emulator.world.turns import json_pieces
from masking_emulator.world.world import World
from masking_emulator.world.written import structure_of

#: The structure of a snapshot; another one is refused.
VERSION: Final = 1

#: What is said to whoever has given something else.
_WRITTEN_BY: Final = "a snapshot is what `snapshot save` writes"


class BadSnapshot(Exception):
    """The JSON is not a snapshot, or contradicts itself: the message names the place and the reason."""

    @property
    def field(self) -> str:
        """Where it is wrong."""
        return str(self).partition(": ")[0]

    @property
    def reason(self) -> str:
        """Why."""
        return str(self).partition(": ")[2]


def snapshot_of(world: World) -> dict[str, Any]:
    """The world as it stands now."""
    cut = finished(cutting(world))
    engine = {name: list(part) if isinstance(part, Iterator) else part for name, part in cut["engine"].items()}
    return {**cut, "engine": engine}


def cutting(world: World) -> Work[dict[str, Any]]:
    """The work of a snapshot whose records are made JSON one by one: there are iterators in the place of lists.

    Records never change, so whatever happens in the world meanwhile, it is the state of the moment in which the work
    begins.
    """
    world.caught_up()
    spec = replace(world.spec, faults=tuple(placed.fault for placed in world.faults), routes=world.routes.routes)
    saved = yield from world.saving()
    return {
        "version": VERSION,
        "emulator": __version__,
        "world": structure_of(spec),
        "clock": {"now": written(saved.now), "rate": saved.rate},
        "journal_last": saved.journal_last,
        "drawn": dict(saved.drawn),
        "laboratory": [codec.plain(rule) for rule in saved.rules],
        "engine": {name: _part(getattr(saved.engine, name), name) for name in names(core.Snapshot)},
    }


def _part(part: Any, name: str) -> Any:
    if name in _LISTS and is_record(_LISTS[name]):
        return Writing(_LISTS[name], part)
    return written(part) if name == "at" else codec.plain(part)


#: The parts of an engine that are lists: field → type of its items.
_LISTS: Final = items_of(core.Snapshot)


def arriving(world: World | None = None) -> Readers:
    """What reads the lists of a snapshot that comes in pieces (world/incoming.py); `restoring` takes them so.

    What the world has as it is in the snapshot is not made a second time.
    """
    lists = lists_of(core.Snapshot)
    one = core.OneOfEach((lambda _: None) if world is None else world.caught_up().kept_session)
    lists["sessions"].shared, lists["timers"].shared = one.sessions, one.timers
    return {"engine": lists}


def restore(world: World, given: Mapping[str, Any]) -> None:
    """Restore the snapshot in the world, which keeps its accounts. Raises BadSnapshot, and then nothing has changed."""
    finished(restoring(world, given))


def restoring(world: World, given: Mapping[str, Any]) -> Work[None]:
    """The work of a restore. The world stays as it is until all of it has been read and made. Raises BadSnapshot."""
    spec, saved = yield from _reading(given)
    if len(spec.accounts) != len(world.accounts):
        raise BadSnapshot(f"world.account: {len(spec.accounts)} accounts, and this world has {len(world.accounts)}")
    yield from world.restoring(spec.with_accounts(world.accounts), saved)


def read_snapshot(given: Mapping[str, Any]) -> tuple[WorldSpec, SavedWorld]:
    """The content of a snapshot. Raises BadSnapshot."""
    return finished(_reading(given))


def _reading(given: Mapping[str, Any]) -> Work[tuple[WorldSpec, SavedWorld]]:
    if "version" not in given:
        raise BadSnapshot(f"version: it must be given; {_WRITTEN_BY}")
    if given["version"] != VERSION:
        raise BadSnapshot(f"version: {quoted(given['version'])} is not {VERSION}, the one that this emulator writes")
    keys = {"version", "emulator", "world", "clock", "journal_last", "drawn", "laboratory", "engine"}
    for key in (*(keys - given.keys()), *(given.keys() - keys)):
        raise BadSnapshot(f"{key}: {'unknown key' if key in given else 'missing'}")
    try:
        spec = world_of(given["world"])
        now, rate = _clock(given["clock"])
        engine = yield from record_in_turns(core.Snapshot, given["engine"], "engine")
        saved = SavedWorld(
            now=now,
            rate=rate,
            journal_last=codec.value(int, given["journal_last"], "journal_last"),
            drawn=codec.value(dict[str, int], given["drawn"], "drawn"),
            rules=codec.value(list[Rule], given["laboratory"], "laboratory"),
            engine=engine,
        )
    except BadRecord as bad:
        raise BadSnapshot(str(bad)) from None
    except BadWorld as bad:
        raise BadSnapshot(f"world.{bad}") from None
    in_world = wrong_in_world(saved.journal_last, saved.drawn, saved.rules)
    for wrong in chain(wrong_in_engine(engine), in_world):
        if wrong is not None:
            raise BadSnapshot(f"{wrong[0]}: {wrong[1]}")
        yield
    if engine.at > now:
        raise BadSnapshot("engine.at: it is after clock.now, and a clock never goes back")
    contradiction = yield from first_contradiction(engine, accounts=len(spec.accounts))
    if contradiction is not None:
        where, name, why = contradiction
        raise BadSnapshot(f"engine.{where}: {name} {why}")
    held = {c.ordinal: c.session for c in engine.callbacks if c.state is CallbackState.HELD}
    for at, rule in enumerate(saved.rules):
        for session, group in rule.groups.items():
            if len(set(group)) < len(group) or any(held.get(ordinal) != session for ordinal in group):
                raise BadSnapshot(f"laboratory[{at}].groups.{session}: it has what is no held callback of the session")
    return spec, saved


def saving(snapshot: Mapping[str, Any], path: Path) -> Work[None]:
    """The work of writing the file, a record a line, whole or not at all. Raises OSError."""
    with whole_file(path) as file:
        for piece in json_pieces(snapshot, between=b",\n"):
            file.write(piece)
            yield


def load(path: Path) -> tuple[WorldSpec, SavedWorld]:
    """The snapshot in a file. Raises BadSnapshot, whose message names the file, and OSError."""
    return finished(reading(path))


def reading(path: Path) -> Work[tuple[WorldSpec, SavedWorld]]:
    """The work of reading the snapshot in a file. Raises as `load` does."""
    try:
        with path.open("rb") as file:
            given = yield from reading_file(file, arriving())
    except ValueError as error:
        raise BadSnapshot(f"{path}: {error}; {_WRITTEN_BY}") from None
    except RecursionError:
        raise BadSnapshot(f"{path}: it is nested too deeply; {_WRITTEN_BY}") from None
    if not isinstance(given, dict):
        raise BadSnapshot(f"{path}: it holds no object; {_WRITTEN_BY}")
    try:
        return (yield from _reading(given))
    except BadSnapshot as bad:
        raise BadSnapshot(f"{path}: {bad}") from None


def _clock(given: Any) -> tuple[int, float]:
    """The instant that the clock shows, and its rate."""
    if not isinstance(given, Mapping) or set(given) != {"now", "rate"}:
        raise BadSnapshot("clock: an object of now and rate is expected")
    try:
        now = read(given["now"])
    except (TypeError, ValueError) as error:
        raise BadSnapshot(f"clock.now: {error}") from None
    rate = codec.value(float, given["rate"], "clock.rate")
    if not 0 <= rate <= RATE_MAX:
        raise BadSnapshot(f"clock.rate: {rate:g} is not between 0 and {RATE_MAX:g}")
    return now, rate
