"""A record whose lists are long: they are read in turns, or come as JSON, a run of items at a time (world/incoming.py).

What is wrong in such a list is said only when the record is put together. So the same is said to be wrong with a
snapshot whether its lists were there at once or came one after the other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

from msgspec import Raw, Struct
from msgspec.json import decode

from masking_emulator.core import codec
from masking_emulator.core.bulk import reader_of_many
from masking_emulator.core.readers import Bad, hints_of, is_record, reader_of
from masking_emulator.core.work import Work


class ArrivingList:
    """The items of a list as they come. What is wrong with one of them is kept, and those after it are not made."""

    def __init__(self, hint: Any) -> None:
        #: May return others in the place of some that are equal, so that both are not kept.
        self.shared: Callable[[Sequence[Any]], Sequence[Any]] = lambda items: items
        self._read = reader_of(hint, "")
        self._read_many = reader_of_many(hint) if is_record(hint) else lambda _: None
        self._items: list[Any] = []
        self._refused: Bad | None = None

    def begin(self) -> None:
        """Forget the items that have come, because the list begins once more."""
        self._items, self._refused = [], None

    def guess(self, content: bytes) -> bool:
        """Whether this is the JSON of a list of the items that come next; if so, they have been read."""
        if self._refused is not None:
            return False
        made = self._read_many(content)
        if made is not None:
            self._add(made)
        return made is not None

    def read(self, content: bytes) -> None:
        """Read the JSON of a list of the items that come next. Raises ValueError, RecursionError where it is none."""
        if self.guess(content):
            return
        for item in decode(content, type=list[Raw]):
            if self._refused is None:
                try:
                    self._add([self._read(decode(item))])
                except Bad as bad:
                    self._refused = bad
                except (ValueError, RecursionError) as unreadable:
                    self._refused = Bad(f"it is no JSON: {unreadable}")

    def items(self, path: str) -> tuple[Any, ...]:
        """All of them. Raises BadRecord."""
        if self._refused is not None:
            raise codec.refusal(self._refused, f"{path}[{len(self._items)}]")
        return tuple(self._items)

    def _add(self, made: Sequence[Any]) -> None:
        self._items += self.shared(made)


def lists_of(kind: type[Struct]) -> dict[str, ArrivingList]:
    """A reader for each field of a record of this type that is a list."""
    return {name: ArrivingList(item) for name, item in items_of(kind).items()}


def record_in_turns(kind: type[Struct], given: Any, path: str = "") -> Work[Any]:
    """The work of a record whose lists may be long, or have come. Raises BadRecord."""
    if not isinstance(given, Mapping) or given.keys() != hints_of(kind).keys():
        return codec.record(kind, given, path)  # it is refused, and says why
    made, lists = {}, items_of(kind)
    for name, hint in hints_of(kind).items():
        where, value = f"{path}.{name}" if path else name, given[name]
        if isinstance(value, ArrivingList):
            made[name] = value.items(where)
        elif name in lists and isinstance(value, list):
            made[name] = yield from _list_in_turns(lists[name], value, where)
        else:
            made[name] = codec.value(hint, value, where, field=name)
        yield
    return kind(**made)


def items_of(kind: type[Struct]) -> dict[str, Any]:
    """Field → type of its items, for those that are lists."""
    return {name: get_args(hint)[0] for name, hint in hints_of(kind).items() if get_origin(hint) is tuple}


def _list_in_turns(hint: Any, given: Iterable[Any], path: str) -> Work[tuple[Any, ...]]:
    reader, made = reader_of(hint, ""), list[Any]()
    try:
        for item in given:
            made.append(reader(item))
            yield
    except Bad as bad:
        raise codec.refusal(bad, f"{path}[{len(made)}]") from None
    return tuple(made)
