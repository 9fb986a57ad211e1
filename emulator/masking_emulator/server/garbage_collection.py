"""Garbage collection of a server process: a world's records are many, live long and hold no cycles.

Python counts what it makes and looks through everything ever so often; with a hundred thousand records that is a
third of all the time. Reference counting frees them all the same.
"""

import gc
from typing import Final

#: New objects before the youngest are looked at, and how many such looks before the older ones are.
_THRESHOLDS: Final = (50_000, 20, 50)


def settle() -> None:
    """What the start has made stays and is not looked at again; from here on, look rarely."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
