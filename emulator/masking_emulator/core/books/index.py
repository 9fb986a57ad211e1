"""Indexes: sessions in order of their age, and sessions in order of a value.

A sorted index says which sessions have a value inside a range, counted without looking at them. The session's ordinal
is packed into the key: equal values keep the order of creation, and a removal finds its entry by bisection.

Where only the age matters, a dict does the same in half of the time, as long as sessions come in the order of their
age. They nearly always do; where an older one comes late, blocks have the order from then on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from masking_emulator.core.blocks import Blocks
from masking_emulator.core.records.base import Record
from masking_emulator.core.work import Work, finished

#: Bits of a key that hold the ordinal: enough for a million million sessions.
_ORDINAL_BITS = 40


class Range(Record):
    """Values from `low` up to, but not including, `high`; None leaves that side open."""

    low: int | None = None
    high: int | None = None

    def __contains__(self, value: int) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)


class AgeIndex:
    """Session UUIDs, oldest first."""

    __slots__ = ("_blocks", "_newest", "_ordinals")

    def __init__(self) -> None:
        self._ordinals: dict[str, int] = {}
        self._newest = 0
        # The UUIDs by their ordinals, once the dict is not in order; None before.
        self._blocks: Blocks[str] | None = None

    def copy(self) -> "AgeIndex":
        """An independent copy."""
        twin = AgeIndex()
        twin._ordinals = self._ordinals.copy()
        twin._newest = self._newest
        twin._blocks = None if self._blocks is None else self._blocks.copy()
        return twin

    def __len__(self) -> int:
        return len(self._ordinals)

    def __getitem__(self, span: slice) -> list[str]:
        """The UUIDs from one place up to, but not including, another; it costs the way from the nearer end."""
        if self._blocks is not None:
            return self._blocks[span]
        start, stop, _ = span.indices(len(self))
        if start + stop <= len(self):
            return list(islice(self._ordinals, start, stop))
        newest_first = list(islice(reversed(self._ordinals), len(self) - stop, len(self) - start))
        return newest_first[::-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ordinals if self._blocks is None else self._blocks)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._ordinals if self._blocks is None else self._blocks)

    def add(self, ordinal: int, uuid: str) -> None:
        """Put a session in its place, which nearly always is the last one."""
        self._ordinals[uuid] = ordinal
        if self._blocks is not None:
            self._blocks.add(ordinal, uuid)
        elif ordinal > self._newest:
            self._newest = ordinal
        else:
            self._blocks = Blocks()
            finished(self._blocks.filling({ordinal: uuid for uuid, ordinal in self._ordinals.items()}))

    def remove(self, uuid: str) -> None:
        """Take a session out, which must be there."""
        ordinal = self._ordinals.pop(uuid)
        if not self._ordinals:
            self._newest, self._blocks = 0, None
        elif self._blocks is not None:
            self._blocks.remove(ordinal)


class SortedIndex:
    """Session UUIDs in order of (value, ordinal)."""

    __slots__ = ("_blocks",)

    def __init__(self) -> None:
        self._blocks = Blocks[str]()

    def copy(self) -> "SortedIndex":
        """An independent copy."""
        twin = SortedIndex()
        twin._blocks = self._blocks.copy()
        return twin

    def __len__(self) -> int:
        return len(self._blocks)

    def __getitem__(self, span: slice) -> list[str]:
        """The UUIDs from one place up to, but not including, another."""
        return self._blocks[span]

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def add(self, value: int, ordinal: int, uuid: str) -> None:
        """Put a session in its place."""
        self._blocks.add(value << _ORDINAL_BITS | ordinal, uuid)

    def filling(self, values: Iterable[int], uuids: Mapping[int, str]) -> Work[None]:
        """The work of putting many sessions into this index, which is empty.

        `uuids` has their ordinals and UUIDs, `values` the value of each.
        """
        keyed = zip(values, uuids.items(), strict=True)
        by_key = {value << _ORDINAL_BITS | ordinal: uuid for value, (ordinal, uuid) in keyed}
        yield
        yield from self._blocks.filling(by_key)

    def remove(self, value: int, ordinal: int) -> None:
        """Take a session out; it must be there under this value."""
        self._blocks.remove(value << _ORDINAL_BITS | ordinal)

    def span(self, wanted: Range) -> tuple[int, int]:
        """Where the wanted values begin and end."""
        start = 0 if wanted.low is None else self._blocks.place(wanted.low << _ORDINAL_BITS)
        stop = len(self) if wanted.high is None else self._blocks.place(wanted.high << _ORDINAL_BITS)
        return start, max(start, stop)


class Candidates(Record):
    """The sessions that fulfil one condition: `uuids` from `start` to `stop`.

    `is_exact` says that nothing but this condition needs to be checked.
    """

    uuids: Sequence[str] | AgeIndex | SortedIndex
    start: int
    stop: int
    oldest_first: bool
    is_exact: bool

    @property
    def count(self) -> int:
        """How many they are."""
        return self.stop - self.start


def whole(by_age: AgeIndex) -> Candidates:
    """All sessions of an index in order of their age."""
    return Candidates(by_age, 0, len(by_age), oldest_first=True, is_exact=True)


def spanned(by_value: SortedIndex, wanted: Range, *, oldest_first: bool = False) -> Candidates:
    """The sessions with these values; `oldest_first` says that their order is that of their age."""
    start, stop = by_value.span(wanted)
    return Candidates(by_value, start, stop, oldest_first, is_exact=True)
