"""Work that may be long: a generator that yields wherever it may be interrupted, and returns its result.

Who does the work decides whether it is interrupted; here it is not. How it is done in turns: `world/turns.py`.
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
