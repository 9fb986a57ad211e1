"""What reads values out of JSON by their types: a function a type, made once, of those of its parts.

A snapshot may hold a hundred thousand records. So what a type asks for is found out once, a path is put together only
where something is refused, and of records that are alike only one is made.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints, is_typeddict

from msgspec import json

from masking_emulator.core import instants
from masking_emulator.core.books.alike import REMEMBERED_MAX
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import Choice, Struct, names
from masking_emulator.core.records.calls import History
from masking_emulator.core.records.sessions import Allocation, Settings

#: Makes a value of JSON. Raises Bad.
Reader = Callable[[Any], Any]

#: Records of which many are alike: of equal ones only one is made, and shared.
ALIKE: Final = frozenset({Settings, Allocation, History})


#: What is longer than this is like nothing else, and not worth remembering.
_ALIKE_BYTES_MAX: Final = 65_536


class Bad(Exception):
    """What is refused, and why; `path` is the way to it, the innermost step first."""

    def __init__(self, reason: str, *path: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = list(path)

    def inside(self, step: str) -> "Bad":
        """The same, one step further from it."""
        self.path.append(step)
        return self


@cache
def reader_of(hint: Any, name: str) -> Reader:
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
    if hint in ALIKE:
        return _reader_of_alike(hint)
    if is_record(hint):
        return reader_of_record(hint)
    return _read_instant if hint is int and is_instant(name) else _reader_of_scalar(hint)


@cache
def reader_of_record(kind: type[Struct]) -> Reader:
    """What reads a record of this type: an object with its fields, all of them and no others."""
    hints = hints_of(kind)
    readers = [(name, reader_of(hint, name)) for name, hint in hints.items()]

    def read(given: Any) -> Any:
        if not isinstance(given, Mapping):
            raise Bad(f"an object is expected, not {quoted(given)}")
        if given.keys() != hints.keys():
            raise _wrong_keys(given, hints)
        values = []
        name = ""
        try:
            for name, reader in readers:
                values.append(reader(given[name]))  # the name is wanted where one fails
        except Bad as bad:
            raise bad.inside(f".{name}") from None
        return kind(*values)

    return read


def _reader_of_alike(kind: type[Struct]) -> Reader:
    """Reads what is the same JSON as something before it only once; the record is shared."""
    read = reader_of_record(kind)
    read_once = lru_cache(REMEMBERED_MAX)(lambda content: read(json.decode(content)))

    def read_alike(given: Any) -> Any:
        try:
            content = json.encode(given)
        except (ValueError, RecursionError):  # a number or a text that no record may have, or what is too deep
            return read(given)
        return read_once(content) if len(content) <= _ALIKE_BYTES_MAX else read(given)

    return read_alike


def _wrong_keys(given: Mapping[str, Any], hints: Mapping[str, Any]) -> Bad:
    for key in given:
        if key not in hints:
            return Bad(f"unknown key; known here are {', '.join(hints)}", f".{key}")
    return Bad("missing", f".{next(key for key in hints if key not in given)}")


@cache
def reader_of_several(union: Any) -> Reader:
    """What reads a record of one of the types of a union, which is named under "type"."""
    readers = {kind.__name__: reader_of_record(kind) for kind in members_of(union)}

    def read(given: Any) -> Any:
        name = given.get("type") if isinstance(given, Mapping) else None
        if not isinstance(name, str) or name not in readers:
            raise Bad(f"{quoted(name)} is none of {', '.join(sorted(readers))}", ".type")
        return readers[name]({key: item for key, item in given.items() if key != "type"})

    return read


def _reader_of_union(hints: tuple[Any, ...], name: str) -> Reader:
    others = [hint for hint in hints if hint is not NoneType]
    if len(others) == 1:
        some = reader_of(others[0], name)
    elif all(map(is_record, others)):
        some = reader_of_several(Union[tuple(others)])  # noqa: UP007  # the members are not known before
    else:
        some = _reader_of_scalars(others)
    if NoneType in hints:
        return lambda given: None if given is None else some(given)

    def read(given: Any) -> Any:
        if given is None:
            raise Bad("null is not possible here")
        return some(given)

    return read


def _reader_of_scalars(kinds: Sequence[type]) -> Reader:
    def read(given: Any) -> Any:
        if type(given) in kinds:
            return given
        raise Bad(f"{quoted(given)} is none of {', '.join(kind.__name__ for kind in kinds)}")

    return read


def _reader_of_tuple(hints: tuple[Any, ...]) -> Reader:
    if len(hints) == 2 and hints[1] is Ellipsis:
        items = _reader_of_list(hints[0])
        return lambda given: tuple(items(given))
    readers = [reader_of(hint, "") for hint in hints]

    def read(given: Any) -> tuple[Any, ...]:
        if not isinstance(given, list) or len(given) != len(readers):
            raise Bad(f"a list of {len(readers)} is expected")
        return tuple(_item(reader, given, at) for at, reader in enumerate(readers))

    return read


def _reader_of_list(hint: Any) -> Reader:
    reader = reader_of(hint, "")

    def read(given: Any) -> list[Any]:
        if not isinstance(given, list):
            raise Bad(f"a list is expected, not {quoted(given)}")
        return [_item(reader, given, at) for at in range(len(given))]

    return read


def _item(reader: Reader, given: list[Any], at: int) -> Any:
    try:
        return reader(given[at])
    except Bad as bad:
        raise bad.inside(f"[{at}]") from None


def _reader_of_dict(hint: Any) -> Reader:
    reader = reader_of(hint, "")

    def read(given: Any) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise Bad(f"an object is expected, not {quoted(given)}")
        return {_read_text(key): _member(reader, given, key) for key in given}

    return read


def _member(reader: Reader, given: Mapping[str, Any], key: str) -> Any:
    try:
        return reader(given[key])
    except Bad as bad:
        raise bad.inside(f".{key}") from None


def _reader_of_typed_dict(hint: Any) -> Reader:
    readers = {key: reader_of(item, "") for key, item in get_type_hints(hint).items()}

    def read(given: Any) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise Bad(f"an object is expected, not {quoted(given)}")
        unknown = [key for key in given if key not in readers]
        if unknown:
            raise Bad("unknown key", f".{unknown[0]}")
        return {key: _member(readers[key], given, key) for key in given}

    return read


def _reader_of_choice(hint: type[Choice]) -> Reader:
    members = {member.word: member for member in hint}

    def read(given: Any) -> Choice:
        if not isinstance(given, str) or given not in members:
            raise Bad(f"{quoted(given)} is none of {', '.join(members)}")
        return members[given]

    return read


def _read_instant(given: Any) -> int:
    if not isinstance(given, str):
        raise Bad(f"an instant such as 2026-01-01T00:00:00Z is expected, not {quoted(given)}")
    try:
        return instants.read(given)
    except ValueError as error:
        raise Bad(str(error)) from None


def _reader_of_scalar(hint: type) -> Reader:
    readers: dict[type, Reader] = {str: _read_text, int: _read_number, float: _read_fraction}
    if hint in readers:
        return readers[hint]

    def read(given: Any) -> Any:
        if type(given) is hint:
            return given
        raise Bad(f"{quoted(given)} is no {hint.__name__}")

    return read


#: A text is encoded so much at a time, so that no second one of its length is made.
_CHARACTERS_AT_ONCE: Final = 65_536

#: No number in a record is larger: an instant at the end of time is the largest that occurs.
NUMBER_MAX: Final = 10**18


def _read_text(given: Any) -> str:
    if type(given) is not str:
        raise Bad(f"{quoted(given)} is no str")
    if not given.isascii() and not _is_writable(given):
        raise Bad(f"{quoted(given)} has half of a character, which cannot be written down")
    return given


def _is_writable(text: str) -> bool:
    try:
        for begin in range(0, len(text), _CHARACTERS_AT_ONCE):
            text[begin : begin + _CHARACTERS_AT_ONCE].encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_number(given: Any) -> int:
    if type(given) is not int:
        raise Bad(f"{quoted(given)} is no int")
    if not 0 <= given <= NUMBER_MAX:
        raise Bad(f"{quoted(given)} is not between 0 and {NUMBER_MAX}")
    return given


def _read_fraction(given: Any) -> float:
    if type(given) not in (int, float):
        raise Bad(f"{quoted(given)} is no float")
    if not 0 <= given <= NUMBER_MAX:
        raise Bad(f"{quoted(given)} is not between 0 and {NUMBER_MAX}")
    return float(given)


@cache
def hints_of(kind: type[Struct]) -> Mapping[str, Any]:
    """Field → type, in the order of the fields."""
    hints = get_type_hints(kind)
    return {name: hints[name] for name in names(kind)}


def is_record(hint: Any) -> bool:
    """Whether the type is a record's."""
    return isinstance(hint, type) and issubclass(hint, Struct)


def members_of(union: Any) -> list[type]:
    """The types of a union, of unions in it too."""
    return [member for part in get_args(union) for member in (members_of(part) if get_args(part) else [part])]


def is_instant(name: str) -> bool:
    """Whether a whole number in a field of this name is an instant, which is written in ISO 8601."""
    return name in ("at", "until") or name.endswith("_at")
