"""A sorted index: which sessions have a value inside a range, counted without looking at them.

Keys and UUIDs stand in two parallel lists. The session's ordinal is packed into the key, so equal values
keep the order of creation and a removal finds its entry by bisection.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

#: Bits of a key that hold the ordinal: room for a million million sessions.
_ORDINAL_BITS = 40


@dataclass(frozen=True, slots=True)
class Range:
    """Values from `low` up to, but not including, `high`; None leaves that side open."""

    low: int | None = None
    high: int | None = None

    def __contains__(self, value: int) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)


class SortedIndex:
    """Session UUIDs in order of (value, ordinal)."""

    __slots__ = ("_keys", "uuids")

    def __init__(self) -> None:
        self._keys: list[int] = []
        self.uuids: list[str] = []

    def copy(self) -> "SortedIndex":
        """An independent copy."""
        twin = SortedIndex()
        twin._keys = self._keys.copy()
        twin.uuids = self.uuids.copy()
        return twin

    def add(self, value: int, ordinal: int, uuid: str) -> None:
        """Put a session in its place; at the end, where most belong, this costs next to nothing."""
        key = value << _ORDINAL_BITS | ordinal
        if not self._keys or key > self._keys[-1]:
            self._keys.append(key)
            self.uuids.append(uuid)
            return
        place = bisect_left(self._keys, key)
        self._keys.insert(place, key)
        self.uuids.insert(place, uuid)

    def remove(self, value: int, ordinal: int) -> None:
        """Take a session out; it must be there under this value."""
        place = bisect_left(self._keys, value << _ORDINAL_BITS | ordinal)
        del self._keys[place]
        del self.uuids[place]

    def keep(self, kept: Callable[[str], bool]) -> None:
        """Drop every session whose UUID is not `kept`, in one pass."""
        pairs = [(key, uuid) for key, uuid in zip(self._keys, self.uuids, strict=True) if kept(uuid)]
        self._keys = [key for key, _ in pairs]
        self.uuids = [uuid for _, uuid in pairs]

    def span(self, wanted: Range) -> tuple[int, int]:
        """Where the wanted values begin and end in `uuids`."""
        start = 0 if wanted.low is None else bisect_left(self._keys, wanted.low << _ORDINAL_BITS)
        stop = len(self._keys) if wanted.high is None else bisect_left(self._keys, wanted.high << _ORDINAL_BITS)
        return start, max(start, stop)
