"""Garbage collection of a server process: a world's records are many, live long and hold no cycles.

Python looks through all objects now and then; with a hundred thousand records that takes a third of all the time.
Reference counting frees them without it.
"""

import gc
from typing import Final

#: How many new objects there are before a collection of the youngest, and how many of those before one of the older.
#: A collection stops everybody, and long work makes a million objects that live for a second: so the second kind looks
#: through a quarter of a million of them at a time, and the third, which looks through all, is as rare as it can be.
_THRESHOLDS: Final = (50_000, 4, 250)


def settle() -> None:
    """Exclude what the start has made from collections, and collect rarely from here on."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
