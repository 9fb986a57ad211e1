"""Records as JSON and back, by their types: for snapshots and recordings, which people can read and edit.

The one encoder of records: the journal and the control API's stream use it too. A choice is written by its word,
instants (whole numbers in fields named `at`, `…_at` and `until`) in ISO 8601, everything else as JSON has it.
Reading is strict: an unknown key, a missing one and a value of another type are refused, with the path to it. No number
in a record is negative, and no text is one that cannot be written down again.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints, is_typeddict

from masking_emulator.core import instants
from masking_emulator.core.records.base import Choice, Struct, names


class BadRecord(Exception):
    """The JSON is not a record of the expected type: `path` is where, the message says why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


def plain(value: Any, name: str = "") -> Any:
    """The value as JSON. `name` is the field that holds it."""
    kind = type(value)
    if kind is str or kind is bool or value is None:  # most values; the questions below take longer
        return value
    if isinstance(value, Struct):
        several = _of_several_types(type(value))
        return {
            name: tagged(getattr(value, name)) if name in several else plain(getattr(value, name), name)
            for name in names(type(value))
        }
    if kind is int:
        return instants.written(value) if _is_instant(name) else value
    if isinstance(value, Choice):
        return value.word
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, Sequence) else value


def tagged(record: Any) -> dict[str, Any]:
    """A record of one of several types, with the name of its own."""
    return {"type": type(record).__name__, **plain(record)}


def record(kind: type[Struct], given: Any, path: str = "") -> Any:
    """The record of this type. Raises BadRecord."""
    if not isinstance(given, Mapping):
        raise BadRecord(path, f"an object is expected, not {_shown(given)}")
    hints = _hints(kind)
    _check_keys(given, hints, path)
    return kind(**{name: value(hint, given[name], _join(path, name), name) for name, hint in hints.items()})


def untagged(union: Any, given: Any, path: str = "") -> Any:
    """The record of one of the types of a union. Raises BadRecord."""
    kinds = {kind.__name__: kind for kind in _members(union)}
    name = given.get("type") if isinstance(given, Mapping) else None
    if name not in kinds:
        raise BadRecord(_join(path, "type"), f"{_shown(name)} is none of {', '.join(sorted(kinds))}")
    return record(kinds[name], {key: item for key, item in given.items() if key != "type"}, path)


def value(hint: Any, given: Any, path: str, name: str = "") -> Any:
    """A value of a type. Raises BadRecord."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _of_union(arguments, given, path, name)
    if origin is tuple:
        return _tuple(arguments, given, path)
    if origin is frozenset:
        return frozenset(_items(arguments[0], given, path))
    if origin is list:
        return _items(arguments[0], given, path)
    if origin is dict:
        if not isinstance(given, Mapping):
            raise BadRecord(path, f"an object is expected, not {_shown(given)}")
        return {_scalar(str, key, path): value(arguments[1], item, _join(path, key)) for key, item in given.items()}
    if is_typeddict(hint):
        return _typed_dict(hint, given, path)
    if isinstance(hint, type) and issubclass(hint, Choice):
        return _enum(hint, given, path)
    if _is_record(hint):
        return record(hint, given, path)
    if hint is int and _is_instant(name):
        return _instant(given, path)
    return _scalar(hint, given, path)


def _of_union(hints: tuple[Any, ...], given: Any, path: str, name: str) -> Any:
    if given is None:
        if NoneType in hints:
            return None
        raise BadRecord(path, "null is not possible here")
    others = [hint for hint in hints if hint is not NoneType]
    if len(others) == 1:
        return value(others[0], given, path, name)
    if all(map(_is_record, others)):
        return untagged(Union[tuple(others)], given, path)  # noqa: UP007  # the members are not known before
    if type(given) in others:
        return given
    raise BadRecord(path, f"{_shown(given)} is none of {', '.join(hint.__name__ for hint in others)}")


def _tuple(hints: tuple[Any, ...], given: Any, path: str) -> tuple[Any, ...]:
    if len(hints) == 2 and hints[1] is Ellipsis:
        return tuple(_items(hints[0], given, path))
    if not isinstance(given, list) or len(given) != len(hints):
        raise BadRecord(path, f"a list of {len(hints)} is expected")
    return tuple(value(hint, item, f"{path}[{at}]") for at, (hint, item) in enumerate(zip(hints, given, strict=True)))


def _items(hint: Any, given: Any, path: str) -> list[Any]:
    if not isinstance(given, list):
        raise BadRecord(path, f"a list is expected, not {_shown(given)}")
    return [value(hint, item, f"{path}[{at}]") for at, item in enumerate(given)]


def _typed_dict(hint: Any, given: Any, path: str) -> dict[str, Any]:
    hints = get_type_hints(hint)
    if not isinstance(given, Mapping):
        raise BadRecord(path, f"an object is expected, not {_shown(given)}")
    unknown = [key for key in given if key not in hints]
    if unknown:
        raise BadRecord(_join(path, unknown[0]), "unknown key")
    return {key: value(hints[key], item, _join(path, key)) for key, item in given.items()}


def _enum(hint: type[Choice], given: Any, path: str) -> Choice:
    names = {member.word: member for member in hint}
    if not isinstance(given, str) or given not in names:
        raise BadRecord(path, f"{_shown(given)} is none of {', '.join(names)}")
    return names[given]


def _instant(given: Any, path: str) -> int:
    if not isinstance(given, str):
        raise BadRecord(path, f"an instant such as 2026-01-01T00:00:00Z is expected, not {_shown(given)}")
    try:
        return instants.read(given)
    except ValueError as error:
        raise BadRecord(path, str(error)) from None


def _scalar(hint: Any, given: Any, path: str) -> Any:
    if hint is float and type(given) is int:
        return float(given)
    if type(given) is not hint:
        raise BadRecord(path, f"{_shown(given)} is no {hint.__name__}")
    if hint is str and not given.isascii() and any("\ud800" <= character <= "\udfff" for character in given):
        raise BadRecord(path, f"{_shown(given)} has half of a character, which cannot be written down")
    if (hint is int and not 0 <= given <= _NUMBER_MAX) or (hint is float and not (isfinite(given) and given >= 0)):
        raise BadRecord(path, f"{_shown(given)} is not between 0 and {_NUMBER_MAX}")
    return given


#: No number in a record is larger: an instant at the end of time is the largest that occurs.
_NUMBER_MAX: Final = 10**18


def _check_keys(given: Mapping[str, Any], hints: Mapping[str, Any], path: str) -> None:
    for key in given:
        if key not in hints:
            raise BadRecord(_join(path, key), f"unknown key; known here are {', '.join(hints)}")
    for key in hints:
        if key not in given:
            raise BadRecord(_join(path, key), "missing")


@cache
def _hints(kind: type[Struct]) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in names(kind)}


@cache
def _of_several_types(kind: type[Struct]) -> frozenset[str]:
    """The fields that hold records of several types, each with its type as a tag."""
    return frozenset(name for name, hint in _hints(kind).items() if sum(map(_is_record, _members(hint))) > 1)


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)


def _members(union: Any) -> list[type]:
    return [member for part in get_args(union) for member in (_members(part) if get_args(part) else [part])]


def _is_instant(name: str) -> bool:
    return name in ("at", "until") or name.endswith("_at")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(given: Any) -> str:
    try:
        text = repr(given)
    except RecursionError:
        text = f"something nested too deeply in a {type(given).__name__}"
    return text if len(text) <= 60 else f"{text[:60]}..."
