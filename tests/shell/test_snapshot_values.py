"""Values in a snapshot: many are looked at together, and what is wrong in one of them is found as if it were alone."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import reduce
from operator import getitem
from random import Random
from typing import Any

import pytest
from masking_emulator.core import codec
from masking_emulator.core import snapshot as core
from masking_emulator.core.codec import BadRecord
from masking_emulator.core.records.base import names, replace
from masking_emulator.keeping.snapshot import snapshot_of
from masking_emulator.keeping.values import Wrong, wrong_in_engine

from tests.shell.runs import new_world, play
from tests.shell.test_snapshot_mutations import lively


def _engine(seed: int) -> Any:
    world = new_world()
    play(world, lively(Random(seed)))
    return json.loads(json.dumps(snapshot_of(world)["engine"]))


def _found(engine: core.Snapshot) -> list[Wrong]:
    return [wrong for wrong in wrong_in_engine(engine) if wrong is not None]


def _found_alone(engine: core.Snapshot) -> Iterator[Wrong]:
    """The same, of an engine for each record that holds nothing else."""
    lists = {name: getattr(engine, name) for name in names(core.Snapshot) if isinstance(getattr(engine, name), tuple)}
    empty = replace(engine, **dict.fromkeys(lists, ()))
    yield from _found(replace(empty, drawn={}, sequences={}))
    for name, records in lists.items():
        for at, record in enumerate(records):
            alone = replace(empty, **{name: (record,)}, **dict.fromkeys(_COUNTS, 0), drawn={}, sequences={})
            yield from ((where.replace(f"{name}[0]", f"{name}[{at}]", 1), why) for where, why in _found(alone))
    yield from _found(replace(empty, **dict.fromkeys(_COUNTS, 0)))


_COUNTS = ("ordinal", "call_ordinal", "recording_ordinal", "callback_ordinal")


@pytest.mark.parametrize("seed", range(3))
def test_value_that_is_wrong_is_found_among_others_as_alone(seed: int) -> None:
    """In any place, wherever its type allows it: with the same path and reason."""
    chance, taken = Random(seed), _engine(seed)
    wrong = 0
    for path in chance.sample(list(_leaves(taken, ())), 150):
        changed = deepcopy(taken)
        holder = reduce(getitem, path[:-1], changed)
        holder[path[-1]] = {str: "x", int: 10**12}.get(type(holder[path[-1]]))
        try:
            engine = codec.record(core.Snapshot, changed)
        except BadRecord:
            continue
        found = _found(engine)
        wrong += bool(found)

        assert sorted(_found_alone(engine)) == sorted(found), path
    assert wrong > 20


def _leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _leaves(item, (*path, key))
    if not isinstance(value, dict | list):
        yield path


@pytest.mark.parametrize("place", [0, 255, 256, 599])
def test_one_wrong_value_among_many_right_ones_is_named(place: int) -> None:
    """However many are looked at together; a text of two UUIDs is none, and neither is half of one."""
    engine = codec.record(core.Snapshot, _engine(1))
    session = engine.sessions[0]
    for uuid in (f"{session.uuid}\n{session.uuid}", session.uuid[:18], ""):
        sessions = [session] * 600
        sessions[place] = replace(session, uuid=uuid)
        path, _ = _found(replace(engine, sessions=tuple(sessions)))[0]

        assert f"engine.sessions[{place}].uuid" == path
