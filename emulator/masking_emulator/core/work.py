"""Work that may be long: a generator that yields wherever it may be interrupted, and returns its result.

The caller decides whether to interrupt it; `finished` does not, `politely` in `world/turns.py` does.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")

#: Work, and the type of its result.
Work = Generator[None, None, ResultT]


def finished(work: Work[ResultT]) -> ResultT:
    """Do all of the work at once."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: ResultT = end.value
            return result


class Later:
    """A long list of which each item is made only when it is reached, so that they are never all there at once."""

    __slots__ = ("_given", "_make")

    def __init__(self, given: Sequence[Any], make: Callable[[Any], Any]) -> None:
        """`make` makes an item of what was given in its place; what it raises is raised where the item is reached."""
        self._given = given
        self._make = make

    def __len__(self) -> int:
        return len(self._given)

    def __iter__(self) -> Iterator[Any]:
        return map(self._make, self._given)
