"""Work that may be long: a generator that yields wherever it may be interrupted, and returns its result.

The caller decides whether to interrupt it; `finished` does not, `politely` in `world/turns.py` does.
"""

from collections.abc import Generator
from typing import TypeVar

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
