"""Records of the core as `core/codec.py` writes them, described by their types: events and snapshots."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints, is_typeddict

from masking_emulator.callbacks.laboratory import Rule
from masking_emulator.control.answers.parts import (
    FLAG,
    INSTANT,
    NUMBER,
    STRING,
    WHOLE,
    Description,
    array,
    mapping,
    maybe,
    ref,
    row,
    shape,
    words,
)
from masking_emulator.core.events import Event
from masking_emulator.core.readers import is_instant
from masking_emulator.core.records.base import Choice, Struct, names
from masking_emulator.core.snapshot import Snapshot
from masking_emulator.keeping.snapshot import VERSION

_SCALARS: Final[dict[Any, Description]] = {
    str: STRING,
    int: WHOLE,
    float: NUMBER,
    bool: FLAG,
    NoneType: {"type": "null"},
}


class Described:
    """Components of records, which are described as they are met."""

    def __init__(self) -> None:
        self.components: dict[str, Description] = {}

    def record(self, kind: type[Struct]) -> Description:
        """A record of this type: a reference to its component."""
        name = f"{kind.__name__}Record"
        if name not in self.components:
            self.components[name] = {}  # a record may hold itself
            self.components[name] = shape(self.fields(kind))
        return ref(name)

    def fields(self, kind: type[Struct]) -> dict[str, Description]:
        """The fields of a record, each with what it may be."""
        hints = get_type_hints(kind)
        return {name: self.value(hints[name], name) for name in names(kind)}

    def value(self, hint: Any, name: str = "") -> Description:
        """What a value of this type is in JSON, in a field of this name."""
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Union, UnionType):
            return self._one_of([part for part in arguments if part is not NoneType], name, NoneType in arguments)
        if origin is tuple and arguments[-1] is not Ellipsis:
            return row(*map(self.value, arguments))
        if origin in (tuple, frozenset, list):
            return array(self.value(arguments[0]))
        if origin is dict:
            return mapping(self.value(arguments[1]))
        if is_typeddict(hint):
            return shape({}, {key: self.value(each) for key, each in get_type_hints(hint).items()})
        if issubclass(hint, Choice):
            return words(hint)
        if issubclass(hint, Struct):
            return self.record(hint)
        return INSTANT if hint is int and is_instant(name) else _SCALARS[hint]

    def _one_of(self, members: list[Any], name: str, or_null: bool) -> Description:  # noqa: FBT001  # a part of the type
        if len(members) == 1:
            schema = self.value(members[0], name)
        elif all(member in _SCALARS for member in members):
            schema = {"type": [_SCALARS[member]["type"] for member in members]}
        else:
            schema = {"anyOf": [self._tagged(member) for member in members]}
        return maybe(schema) if or_null else schema

    def _tagged(self, kind: type[Struct]) -> Description:
        name = f"Tagged{kind.__name__}"
        self.components[name] = shape({"type": {"const": kind.__name__}, **self.fields(kind)})
        return ref(name)


def event_components() -> dict[str, Description]:
    """Every event of a journal, and the records that they carry. `Event` is any of them."""
    described = Described()
    events = {
        f"{kind.__name__}Event": shape({"sequence": WHOLE, "event": {"const": kind.__name__}, **described.fields(kind)})
        for kind in _members(Event)
    }
    return {"Event": {"oneOf": list(map(ref, events))}, **events, **described.components}


def snapshot_components() -> dict[str, Description]:
    """A snapshot, and the records in it."""
    described = Described()
    snapshot = shape(
        {
            "version": {"const": VERSION},
            "emulator": STRING,
            "world": ref("World"),
            "clock": ref("Clock"),
            "journal_last": WHOLE,
            "drawn": mapping(WHOLE),
            "laboratory": array(described.record(Rule)),
            "engine": described.record(Snapshot),
        }
    )
    return {"Snapshot": snapshot, **described.components}


def _members(union: Any) -> Iterator[type[Struct]]:
    for part in get_args(union):
        if get_args(part):
            yield from _members(part)
        else:
            yield part
