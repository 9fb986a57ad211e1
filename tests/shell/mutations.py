"""Mutations of snapshots, as people and accidents make them: a value is another, missing, twice, out of order."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any, Final

#: Where a value is in a structure.
Path = tuple[str | int, ...]

#: What somebody may write in the place of anything.
_ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, -1, 0, 1, 2, 3, 60, 10**6, 2**40, 10**30, 1.5, -0.5, 1e300, float("nan"), float("inf")),
    *("", "x", "GET", "PUT", "ftp://127.0.0.1/", "http://127.0.0.1:9/x", "http://127.0.0.1:99999/", "\ud800", "a\x00b"),
    *("flac", "14155550100", "12025550199", "1", "+1", "first_party", "active", "ended", "waiting", "held"),
    *("1970-01-01T00:00:00Z", "2026-01-01T00:00:30Z", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z"),
    *([], {}, [1], ["x"], {"type": "TimeOutSession", "uuid": "x"}),
)


def mutated(snapshot: Any, chance: Random) -> tuple[Any, str]:
    """A copy with one mutation, and its description."""
    copy = json.loads(json.dumps(snapshot))
    places = [path for path in _places(copy, ()) if path]
    path = chance.choice(places)
    holder = _at(copy, path[:-1])
    key, old = path[-1], _at(copy, path)
    match chance.choice(("odd", "odd", "alike", "alike", "alike", "near", "gone", "twice", "order")):
        case "odd":
            holder[key] = deepcopy(chance.choice(_ODD))
        case "alike":
            holder[key] = deepcopy(_at(copy, chance.choice([one for one in places if _name(one) == _name(path)])))
        case "near" if type(old) is int:
            holder[key] = old + chance.choice((-1, 1))
        case "gone":
            del holder[key]
        case "twice" if isinstance(holder, list):
            holder.insert(chance.randrange(len(holder) + 1), deepcopy(old))
        case _ if isinstance(old, list):
            chance.shuffle(old)
        case _:
            holder[key] = deepcopy(chance.choice(_ODD))
    new = repr(holder[key])[:80] if isinstance(holder, dict) and key in holder else "…"
    return json.loads(json.dumps(copy)), f"{'.'.join(map(str, path))}: {old!r:.80} → {new}"


def _places(value: Any, path: Path) -> Iterator[Path]:
    yield path
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _places(item, (*path, key))


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _name(path: Path) -> str:
    """The last name of a path: values under one name are of one kind."""
    return next((key for key in reversed(path) if isinstance(key, str)), "")
