"""Items in the order of whole numbers, in blocks of bounded length: what sorted indexes and timers are made of.

Keys and items stand in parallel lists. One more item costs the same among a thousand and a million, the first one is
taken in a tenth of the time that a heap needs, and one that is removed is gone, so nothing has to be swept.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Generic, TypeVar

from masking_emulator.core.work import Work

ItemT = TypeVar("ItemT")

#: A block that grows past this many items is cut in two.
_BLOCK_MAX = 1024


class Blocks(Generic[ItemT]):
    """Items in the order of their keys, which are 0 or more, and no two the same."""

    __slots__ = ("_floors", "_items", "_keys", "_length")

    def __init__(self) -> None:
        # The keys of a block are at least its own floor and less than the floor of the next block.
        self._floors = [0]
        self._keys: list[list[int]] = [[]]
        self._items: list[list[ItemT]] = [[]]
        self._length = 0

    def copy(self) -> "Blocks[ItemT]":
        """An independent copy; the items are shared."""
        twin = Blocks[ItemT]()
        twin._floors = self._floors.copy()
        twin._keys = [keys.copy() for keys in self._keys]
        twin._items = [items.copy() for items in self._items]
        twin._length = self._length
        return twin

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, span: slice) -> list[ItemT]:
        """The items from one place up to, but not including, another."""
        start, stop, _ = span.indices(len(self))
        found: list[ItemT] = []
        for items in self._items:
            if stop <= 0:
                break
            if start < len(items):
                found += items[max(start, 0) : stop]
            start, stop = start - len(items), stop - len(items)
        return found

    def __iter__(self) -> Iterator[ItemT]:
        return chain.from_iterable(self._items)

    def __reversed__(self) -> Iterator[ItemT]:
        return chain.from_iterable(map(reversed, reversed(self._items)))

    @property
    def first_key(self) -> int | None:
        """The lowest key; None where there is none."""
        keys = self._keys[0]
        return keys[0] if keys else None

    def place(self, key: int) -> int:
        """How many keys are lower."""
        at = max(0, bisect_right(self._floors, key) - 1)
        return sum(map(len, self._keys[:at])) + bisect_left(self._keys[at], key)

    def add(self, key: int, item: ItemT) -> None:
        """Put an item in its place."""
        at = bisect_right(self._floors, key) - 1
        keys, items = self._keys[at], self._items[at]
        place = bisect_left(keys, key)
        keys.insert(place, key)
        items.insert(place, item)
        self._length += 1
        if len(keys) > _BLOCK_MAX:
            half = len(keys) // 2
            self._floors.insert(at + 1, keys[half])
            self._keys[at : at + 1] = [keys[:half], keys[half:]]
            self._items[at : at + 1] = [items[:half], items[half:]]

    def filling(self, items: Mapping[int, ItemT]) -> Work[None]:
        """The work of putting many items where there is none; as many `add`s take five times as long."""
        keys = sorted(items)
        yield
        for start in range(0, len(keys), _BLOCK_MAX // 2):
            block = keys[start : start + _BLOCK_MAX // 2]
            self._floors.append(block[0])
            self._keys.append(block)
            self._items.append([items[key] for key in block])
            yield
        self._length = len(keys)
        self._without_empty(0)

    def remove(self, key: int) -> None:
        """Take an item out; its key must be there."""
        at = bisect_right(self._floors, key) - 1
        keys = self._keys[at]
        place = bisect_left(keys, key)
        del keys[place], self._items[at][place]
        self._length -= 1
        if not keys:
            self._without_empty(at)

    def pop_below(self, key: int) -> ItemT | None:
        """Take the first item out, if its key is lower than this; None where none is."""
        keys = self._keys[0]
        if not keys or keys[0] >= key:
            return None
        del keys[0]
        item = self._items[0].pop(0)
        self._length -= 1
        if not keys:
            self._without_empty(0)
        return item

    def _without_empty(self, at: int) -> None:
        """Drop an empty block, if it is not the only one. The floor of the first one is always the lowest."""
        if len(self._keys) > 1:
            del self._keys[at], self._items[at], self._floors[max(at, 1)]
