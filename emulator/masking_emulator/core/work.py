"""Work that may be long: a generator that yields wherever it may be interrupted, and returns its result.

The caller decides whether to interrupt it; `finished` does not, `politely` in `world/turns.py` does.
"""

from abc import abstractmethod
from collections.abc import Generator, Iterator
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


class ManyAtOnce(Iterator[Any]):
    """JSON values that are made one by one; or as text, many of them at once, which takes a fraction of the time."""

    @abstractmethod
    def texts(self, between: bytes) -> Iterator[bytes]:
        """What is left of them in pieces, each of several values with this between every two."""
