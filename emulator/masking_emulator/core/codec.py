"""Records as JSON and back, by their types: for snapshots and recordings, which people can read and edit.

The one encoder of records: the journal and the control API's stream use it too. A choice is written by its word,
instants (whole numbers in fields named `at`, `…_at` and `until`) in ISO 8601, everything else as JSON has it.
Reading is strict: an unknown key, a missing one and a value of another type are refused, with the path to it. No number
in a record is negative, and no text is one that cannot be written down again.

A snapshot may hold a hundred thousand records, so what a type asks for is found out once a type: a writer and a reader
(core/readers.py) are functions, made of those of the parts.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin

from masking_emulator.core import instants
from masking_emulator.core.readers import (
    Bad,
    Reader,
    hints_of,
    is_instant,
    is_record,
    members_of,
    reader_of,
    reader_of_record,
    reader_of_several,
)
from masking_emulator.core.records.base import Choice, Struct, asdict

#: Makes JSON of a value.
Maker = Callable[[Any], Any]


class BadRecord(Exception):
    """The JSON is not a record of the expected type: `path` is where, the message says why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


def plain(value: Any) -> Any:
    """The value as JSON."""
    kind = type(value)
    if kind is str or kind is bool or value is None:  # most values; the questions below take longer
        return value
    if isinstance(value, Struct):
        made = asdict(value)
        for name, write in _writers(kind):  # type: ignore[arg-type]  # a type is hashable
            made[name] = write(made[name])
        return made
    if isinstance(value, Choice):
        return value.word
    if isinstance(value, frozenset):
        return sorted(map(plain, value))
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return list(map(plain, value)) if isinstance(value, Sequence) else value


def tagged(record: Any) -> dict[str, Any]:
    """A record of one of several types, with the name of its own."""
    return {"type": type(record).__name__, **plain(record)}


def record(kind: type[Struct], given: Any, path: str = "") -> Any:
    """The record of this type. Raises BadRecord."""
    return _read(reader_of_record(kind), given, path)


def untagged(union: Any, given: Any, path: str = "") -> Any:
    """The record of one of the types of a union. Raises BadRecord."""
    return _read(reader_of_several(union), given, path)


def value(hint: Any, given: Any, path: str, *, field: str = "") -> Any:
    """A value of a type, in a field of this name. Raises BadRecord."""
    return _read(reader_of(hint, field), given, path)


def _read(read: Reader, given: Any, path: str) -> Any:
    try:
        return read(given)
    except Bad as bad:
        raise refusal(bad, path) from None


def refusal(bad: Bad, path: str) -> BadRecord:
    """What was refused, of a value at this path."""
    return BadRecord("".join((path, *reversed(bad.path))).removeprefix("."), bad.reason)


# Writing


@cache
def _writers(kind: type[Struct]) -> Sequence[tuple[str, Maker]]:
    """The fields that are not yet as JSON has them, each with what makes it so."""
    writers = ((name, _writer(hint, name)) for name, hint in hints_of(kind).items())
    return tuple((name, write) for name, write in writers if write is not None)


def _writer(hint: Any, name: str) -> Maker | None:
    members = members_of(hint) if get_args(hint) else [hint]
    if sum(map(is_record, members)) > 1:
        return tagged
    if not set(members) <= {str, int, float, bool, NoneType} or get_origin(hint) in (tuple, frozenset, list, dict):
        return plain
    return _write_instant if int in members and is_instant(name) else None


def _write_instant(given: int | None) -> str | None:
    return None if given is None else instants.written(given)
