"""Indexes: sessions in order of their age, and sessions in order of a value.

A sorted index says which sessions have a value inside a range, counted without looking at them. Keys and UUIDs stand in
parallel blocks of bounded length, so one more costs the same among a thousand and a million. The session's ordinal is
packed into the key: equal values keep the order of creation, and a removal finds its entry by bisection.

Where only the age matters, a dict does the same in half of the time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from operator import itemgetter

from masking_emulator.core.records.base import Record
from masking_emulator.core.work import Work

#: Bits of a key that hold the ordinal: enough for a million million sessions.
_ORDINAL_BITS = 40
_ORDINAL_MASK = (1 << _ORDINAL_BITS) - 1

#: A block that grows past this many entries is cut in two.
_BLOCK_MAX = 1024


class Range(Record):
    """Values from `low` up to, but not including, `high`; None leaves that side open."""

    low: int | None = None
    high: int | None = None

    def __contains__(self, value: int) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)


class AgeIndex:
    """Session UUIDs, oldest first."""

    __slots__ = ("_newest", "_ordinals")

    def __init__(self) -> None:
        self._ordinals: dict[str, int] = {}
        self._newest = 0

    def copy(self) -> "AgeIndex":
        """An independent copy."""
        twin = AgeIndex()
        twin._ordinals = self._ordinals.copy()
        twin._newest = self._newest
        return twin

    def __len__(self) -> int:
        return len(self._ordinals)

    def __getitem__(self, span: slice) -> list[str]:
        """The UUIDs from one place up to, but not including, another; it costs the way from the nearer end."""
        start, stop, _ = span.indices(len(self))
        if start + stop <= len(self):
            return list(islice(self._ordinals, start, stop))
        newest_first = list(islice(reversed(self._ordinals), len(self) - stop, len(self) - start))
        return newest_first[::-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ordinals)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._ordinals)

    def add(self, ordinal: int, uuid: str) -> None:
        """Put a session in its place, which nearly always is the last one."""
        self._ordinals[uuid] = ordinal
        if ordinal < self._newest:
            self._ordinals = dict(sorted(self._ordinals.items(), key=itemgetter(1)))
        else:
            self._newest = ordinal

    def remove(self, uuid: str) -> None:
        """Take a session out, which must be there."""
        del self._ordinals[uuid]


class SortedIndex:
    """Session UUIDs in order of (value, ordinal)."""

    __slots__ = ("_floors", "_keys", "_length", "_uuids")

    def __init__(self) -> None:
        # The keys of a block are at least its own floor and less than the floor of the next block.
        self._floors = [0]
        self._keys: list[list[int]] = [[]]
        self._uuids: list[list[str]] = [[]]
        self._length = 0

    def copy(self) -> "SortedIndex":
        """An independent copy."""
        twin = SortedIndex()
        twin._floors = self._floors.copy()
        twin._keys = [keys.copy() for keys in self._keys]
        twin._uuids = [uuids.copy() for uuids in self._uuids]
        twin._length = self._length
        return twin

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, span: slice) -> list[str]:
        """The UUIDs from one place up to, but not including, another."""
        start, stop, _ = span.indices(len(self))
        found: list[str] = []
        for uuids in self._uuids:
            if stop <= 0:
                break
            if start < len(uuids):
                found += uuids[max(start, 0) : stop]
            start, stop = start - len(uuids), stop - len(uuids)
        return found

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._uuids)

    def __reversed__(self) -> Iterator[str]:
        return chain.from_iterable(map(reversed, reversed(self._uuids)))

    def add(self, value: int, ordinal: int, uuid: str) -> None:
        """Put a session in its place."""
        key = value << _ORDINAL_BITS | ordinal
        at = bisect_right(self._floors, key) - 1
        keys, uuids = self._keys[at], self._uuids[at]
        place = bisect_left(keys, key)
        keys.insert(place, key)
        uuids.insert(place, uuid)
        self._length += 1
        if len(keys) > _BLOCK_MAX:
            half = len(keys) // 2
            self._floors.insert(at + 1, keys[half])
            self._keys[at : at + 1] = [keys[:half], keys[half:]]
            self._uuids[at : at + 1] = [uuids[:half], uuids[half:]]

    def filling(self, values: Iterable[int], uuids: Mapping[int, str]) -> Work[None]:
        """The work of putting many sessions into this index, which is empty.

        `uuids` has their ordinals and UUIDs, `values` the value of each. As many `add`s take five times as long.
        """
        keys = [value << _ORDINAL_BITS | ordinal for value, ordinal in zip(values, uuids, strict=True)]
        yield
        keys.sort()
        yield
        for start in range(0, len(keys), _BLOCK_MAX // 2):
            block = keys[start : start + _BLOCK_MAX // 2]
            self._keys.append(block)
            self._uuids.append([uuids[key & _ORDINAL_MASK] for key in block])
            self._floors.append(block[0])
            yield
        self._length = len(keys)

    def remove(self, value: int, ordinal: int) -> None:
        """Take a session out; it must be there under this value."""
        key = value << _ORDINAL_BITS | ordinal
        at = bisect_right(self._floors, key) - 1
        keys = self._keys[at]
        place = bisect_left(keys, key)
        del keys[place], self._uuids[at][place]
        self._length -= 1
        if not keys and at > 0:  # the first block stays, because its floor is the lowest
            del self._floors[at], self._keys[at], self._uuids[at]

    def span(self, wanted: Range) -> tuple[int, int]:
        """Where the wanted values begin and end."""
        start = 0 if wanted.low is None else self._place(wanted.low)
        stop = len(self) if wanted.high is None else self._place(wanted.high)
        return start, max(start, stop)

    def _place(self, value: int) -> int:
        """How many entries have a lower value."""
        key = value << _ORDINAL_BITS
        at = max(0, bisect_right(self._floors, key) - 1)  # no key is negative, but a limit may be
        return sum(map(len, self._keys[:at])) + bisect_left(self._keys[at], key)


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


def whole(by_age: AgeIndex | SortedIndex) -> Candidates:
    """All sessions of an index in order of their age."""
    return Candidates(by_age, 0, len(by_age), oldest_first=True, is_exact=True)
