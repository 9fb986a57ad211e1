"""The only reader of real time, and the clock of a world: now = base + rate * elapsed real time.

A world's clock only moves forward. Rate 1 follows real time, 0 stands still, others run faster or slower.
Elapsed time is summed from reading to reading, so a system clock that is set back holds a world and nothing more.
"""

import time
from collections.abc import Iterator

from masking_emulator.core.instants import INSTANT_MAX, SECOND_US

#: Faster than this a second would be a year.
RATE_MAX = 31_536_000.0


def real_now() -> int:
    """The real instant, in microseconds."""
    return int(time.time() * SECOND_US)


def real_seconds() -> float:
    """Real seconds since some moment in the past; only differences mean something."""
    return time.perf_counter()


def unfrozen_now() -> int:
    """The real instant also while a test freezes time around us, for what has to hold outside that test."""
    if not hasattr(time, "clock_gettime_ns"):  # Windows
        return real_now()
    return time.clock_gettime_ns(time.CLOCK_REALTIME) * SECOND_US // 1_000_000_000


def looks(*, timeout_s: float, pause_s: float) -> Iterator[None]:
    """Turns to look for something in real time: one at once, then one after every pause until time is up."""
    end = time.monotonic() + timeout_s
    yield
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(pause_s, left))
        yield


class WorldClock:
    """One world's time."""

    def __init__(self, *, start: int | None, rate: float) -> None:
        """`start` None begins at the real instant."""
        self._now = real_now() if start is None else start
        self._rate = rate
        self._source = time.time
        self._read = time.time()

    def copy(self) -> "WorldClock":
        """An independent clock that shows the same instant and runs at the same rate."""
        return WorldClock(start=self.now(), rate=self._rate)

    @property
    def rate(self) -> float:
        """World seconds per real second."""
        return self._rate

    def now(self) -> int:
        """The world's instant."""
        if time.time is not self._source:
            # Somebody freezes or thaws real time around us (freezegun swaps the function). The swap is no
            # passing of time, a tick after it is.
            self._anchor()
        read = time.time()
        if read > self._read:
            self._now = min(self._now + round((read - self._read) * self._rate * SECOND_US), INSTANT_MAX)
        self._read = read
        return self._now

    def run(self, rate: float) -> None:
        """From now on, run at this rate."""
        self.now()
        self._rate = rate

    def jump_to(self, instant: int) -> None:
        """Go forward to an instant; one that has passed already changes nothing."""
        self._now = max(self.now(), instant)

    def real_seconds_until(self, instant: int) -> float | None:
        """How long in real seconds until the world shows `instant`; None where its clock stands still."""
        if self._rate == 0:
            return None
        return max(0.0, (instant - self.now()) / (self._rate * SECOND_US))

    def _anchor(self) -> None:
        self._source = time.time
        self._read = time.time()
