"""Records as JSON and back, by their types: for snapshots and recordings, which people can read and edit.

The one encoder of records: the journal and the control API's stream use it too. A choice is written by its word,
instants (whole numbers in fields named `at`, `…_at` and `until`) in ISO 8601, everything else as JSON has it.
Reading is strict: an unknown key, a missing one and a value of another type are refused, with the path to it. No number
in a record is negative, and no text is one that cannot be written down again.

A snapshot may hold a hundred thousand records, so what a type asks for is found out once a type: a writer and a reader
are functions, made of those of the parts. A path is put together only where something is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints, is_typeddict

from masking_emulator.core import instants
from masking_emulator.core.records.base import Choice, Struct, asdict, names
from masking_emulator.core.work import Work

#: Makes JSON of a value, or a value of JSON.
Converter = Callable[[Any], Any]


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
    return _read(_reader_of_record(kind), given, path)


def record_in_turns(kind: type[Struct], given: Any, path: str = "") -> Work[Any]:
    """The work of a record whose lists may be long. Raises BadRecord."""
    lists = {name: hint for name, hint in _hints(kind).items() if get_origin(hint) is tuple}
    if not isinstance(given, Mapping) or given.keys() != _hints(kind).keys():
        return record(kind, given, path)  # it is refused, and says why
    made = {}
    for name, hint in _hints(kind).items():
        where = f"{path}.{name}" if path else name
        if name in lists and isinstance(given[name], list):
            made[name] = yield from _list_in_turns(get_args(hint)[0], given[name], where)
        else:
            made[name] = _read(_reader(hint, name), given[name], where)
            yield
    return kind(**made)


def _list_in_turns(hint: Any, given: list[Any], path: str) -> Work[tuple[Any, ...]]:
    reader, made = _reader(hint, ""), []
    for at, item in enumerate(given):
        try:
            made.append(reader(item))
        except _Bad as bad:
            raise _refusal(bad, f"{path}[{at}]") from None
        yield
    return tuple(made)


def untagged(union: Any, given: Any, path: str = "") -> Any:
    """The record of one of the types of a union. Raises BadRecord."""
    return _read(_reader_of_several(union), given, path)


def value(hint: Any, given: Any, path: str) -> Any:
    """A value of a type. Raises BadRecord."""
    return _read(_reader(hint, ""), given, path)


def _read(read: Converter, given: Any, path: str) -> Any:
    try:
        return read(given)
    except _Bad as bad:
        raise _refusal(bad, path) from None


def _refusal(bad: "_Bad", path: str) -> BadRecord:
    return BadRecord("".join((path, *reversed(bad.path))).removeprefix("."), bad.reason)


# Writing


@cache
def _writers(kind: type[Struct]) -> Sequence[tuple[str, Converter]]:
    """The fields that are not yet as JSON has them, each with what makes it so."""
    writers = ((name, _writer(hint, name)) for name, hint in _hints(kind).items())
    return tuple((name, write) for name, write in writers if write is not None)


def _writer(hint: Any, name: str) -> Converter | None:
    members = _members(hint) if get_args(hint) else [hint]
    if sum(map(_is_record, members)) > 1:
        return tagged
    if not set(members) <= {str, int, float, bool, NoneType} or get_origin(hint) in (tuple, frozenset, list, dict):
        return plain
    return _write_instant if int in members and is_instant(name) else None


def _write_instant(given: int | None) -> str | None:
    return None if given is None else instants.written(given)


# Reading


class _Bad(Exception):
    """What is refused; `path` is the way to it, the innermost step first."""

    def __init__(self, reason: str, *path: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = list(path)

    def inside(self, step: str) -> "_Bad":
        self.path.append(step)
        return self


@cache
def _reader(hint: Any, name: str) -> Converter:
    """What reads a value of this type in a field of this name."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _reader_of_union(arguments, name)
    if origin is tuple:
        return _reader_of_tuple(arguments)
    if origin is frozenset:
        items = _reader_of_list(arguments[0])
        return lambda given: frozenset(items(given))
    if origin is list:
        return _reader_of_list(arguments[0])
    if origin is dict:
        return _reader_of_dict(arguments[1])
    if is_typeddict(hint):
        return _reader_of_typed_dict(hint)
    if isinstance(hint, type) and issubclass(hint, Choice):
        return _reader_of_choice(hint)
    if _is_record(hint):
        return _reader_of_record(hint)
    return _read_instant if hint is int and is_instant(name) else _reader_of_scalar(hint)


@cache
def _reader_of_record(kind: type[Struct]) -> Converter:
    hints = _hints(kind)
    readers = [(name, _reader(hint, name)) for name, hint in hints.items()]

    def read(given: Any) -> Any:
        if not isinstance(given, Mapping):
            raise _Bad(f"an object is expected, not {_shown(given)}")
        if given.keys() != hints.keys():
            raise _wrong_keys(given, hints)
        values = []
        name = ""
        try:
            for name, reader in readers:
                values.append(reader(given[name]))  # the name is wanted where one fails
        except _Bad as bad:
            raise bad.inside(f".{name}") from None
        return kind(*values)

    return read


def _wrong_keys(given: Mapping[str, Any], hints: Mapping[str, Any]) -> _Bad:
    for key in given:
        if key not in hints:
            return _Bad(f"unknown key; known here are {', '.join(hints)}", f".{key}")
    return _Bad("missing", f".{next(key for key in hints if key not in given)}")


@cache
def _reader_of_several(union: Any) -> Converter:
    readers = {kind.__name__: _reader_of_record(kind) for kind in _members(union)}

    def read(given: Any) -> Any:
        name = given.get("type") if isinstance(given, Mapping) else None
        if not isinstance(name, str) or name not in readers:
            raise _Bad(f"{_shown(name)} is none of {', '.join(sorted(readers))}", ".type")
        return readers[name]({key: item for key, item in given.items() if key != "type"})

    return read


def _reader_of_union(hints: tuple[Any, ...], name: str) -> Converter:
    others = [hint for hint in hints if hint is not NoneType]
    if len(others) == 1:
        some = _reader(others[0], name)
    elif all(map(_is_record, others)):
        some = _reader_of_several(Union[tuple(others)])  # noqa: UP007  # the members are not known before
    else:
        some = _reader_of_scalars(others)
    if NoneType in hints:
        return lambda given: None if given is None else some(given)

    def read(given: Any) -> Any:
        if given is None:
            raise _Bad("null is not possible here")
        return some(given)

    return read


def _reader_of_scalars(kinds: Sequence[type]) -> Converter:
    def read(given: Any) -> Any:
        if type(given) in kinds:
            return given
        raise _Bad(f"{_shown(given)} is none of {', '.join(kind.__name__ for kind in kinds)}")

    return read


def _reader_of_tuple(hints: tuple[Any, ...]) -> Converter:
    if len(hints) == 2 and hints[1] is Ellipsis:
        items = _reader_of_list(hints[0])
        return lambda given: tuple(items(given))
    readers = [_reader(hint, "") for hint in hints]

    def read(given: Any) -> tuple[Any, ...]:
        if not isinstance(given, list) or len(given) != len(readers):
            raise _Bad(f"a list of {len(readers)} is expected")
        return tuple(_item(reader, given, at) for at, reader in enumerate(readers))

    return read


def _reader_of_list(hint: Any) -> Converter:
    reader = _reader(hint, "")

    def read(given: Any) -> list[Any]:
        if not isinstance(given, list):
            raise _Bad(f"a list is expected, not {_shown(given)}")
        return [_item(reader, given, at) for at in range(len(given))]

    return read


def _item(reader: Converter, given: list[Any], at: int) -> Any:
    try:
        return reader(given[at])
    except _Bad as bad:
        raise bad.inside(f"[{at}]") from None


def _reader_of_dict(hint: Any) -> Converter:
    reader = _reader(hint, "")

    def read(given: Any) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise _Bad(f"an object is expected, not {_shown(given)}")
        return {_read_text(key): _member(reader, given, key) for key in given}

    return read


def _member(reader: Converter, given: Mapping[str, Any], key: str) -> Any:
    try:
        return reader(given[key])
    except _Bad as bad:
        raise bad.inside(f".{key}") from None


def _reader_of_typed_dict(hint: Any) -> Converter:
    readers = {key: _reader(item, "") for key, item in get_type_hints(hint).items()}

    def read(given: Any) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise _Bad(f"an object is expected, not {_shown(given)}")
        unknown = [key for key in given if key not in readers]
        if unknown:
            raise _Bad("unknown key", f".{unknown[0]}")
        return {key: _member(readers[key], given, key) for key in given}

    return read


def _reader_of_choice(hint: type[Choice]) -> Converter:
    members = {member.word: member for member in hint}

    def read(given: Any) -> Choice:
        if not isinstance(given, str) or given not in members:
            raise _Bad(f"{_shown(given)} is none of {', '.join(members)}")
        return members[given]

    return read


def _read_instant(given: Any) -> int:
    if not isinstance(given, str):
        raise _Bad(f"an instant such as 2026-01-01T00:00:00Z is expected, not {_shown(given)}")
    try:
        return instants.read(given)
    except ValueError as error:
        raise _Bad(str(error)) from None


def _reader_of_scalar(hint: type) -> Converter:
    readers: dict[type, Converter] = {str: _read_text, int: _read_number, float: _read_fraction}
    if hint in readers:
        return readers[hint]

    def read(given: Any) -> Any:
        if type(given) is hint:
            return given
        raise _Bad(f"{_shown(given)} is no {hint.__name__}")

    return read


#: No number in a record is larger: an instant at the end of time is the largest that occurs.
_NUMBER_MAX: Final = 10**18


def _read_text(given: Any) -> str:
    if type(given) is not str:
        raise _Bad(f"{_shown(given)} is no str")
    if not given.isascii() and any("\ud800" <= character <= "\udfff" for character in given):
        raise _Bad(f"{_shown(given)} has half of a character, which cannot be written down")
    return given


def _read_number(given: Any) -> int:
    if type(given) is not int:
        raise _Bad(f"{_shown(given)} is no int")
    if not 0 <= given <= _NUMBER_MAX:
        raise _Bad(f"{_shown(given)} is not between 0 and {_NUMBER_MAX}")
    return given


def _read_fraction(given: Any) -> float:
    if type(given) not in (int, float):
        raise _Bad(f"{_shown(given)} is no float")
    if not 0 <= given <= _NUMBER_MAX:
        raise _Bad(f"{_shown(given)} is not between 0 and {_NUMBER_MAX}")
    return float(given)


@cache
def _hints(kind: type[Struct]) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in names(kind)}


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)


def _members(union: Any) -> list[type]:
    return [member for part in get_args(union) for member in (_members(part) if get_args(part) else [part])]


def is_instant(name: str) -> bool:
    """Whether a whole number in a field of this name is an instant, which is written in ISO 8601."""
    return name in ("at", "until") or name.endswith("_at")


def _shown(given: Any) -> str:
    try:
        text = repr(given)
    except RecursionError:
        text = f"something nested too deeply in a {type(given).__name__}"
    return text if len(text) <= 60 else f"{text[:60]}..."
