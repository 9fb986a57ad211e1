"""The only reader of real time, and the clock of a world: now = base + rate * elapsed real time.

A world's clock only moves forward. Rate 1 follows real time, 0 stands still, others run faster or slower.
Elapsed time is summed from reading to reading, so a system clock that is set back holds a world and nothing more. One
that is set forward, or a machine that slept, moves a running world on by as much: the time has passed for everybody.

A test may run in this process. Where freezegun or time-machine says what time it is, real time is what they say; to
begin and to end a freeze is no passing of time. Whatever else a test puts in the place of `time.time` is for its own
code: it is never called here, because every call would use up one of its values.
"""

import math
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.machinery import BuiltinImporter
from importlib.util import module_from_spec
from typing import Any, Final

from masking_emulator.core.instants import INSTANT_MAX, SECOND_US

#: The fastest rate: a year in each real second.
RATE_MAX = 31_536_000.0

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _own_time() -> Any:
    """The module `time` as the interpreter has it: a copy of ours, in which nobody replaces a function."""
    spec = BuiltinImporter.find_spec("time")
    assert spec is not None, "time is built into the interpreter"
    module = module_from_spec(spec)
    BuiltinImporter.exec_module(module)
    return module


_time: Final = _own_time()


def real_now() -> int:
    """The real instant, in microseconds."""
    return _shown()[1]


def real_seconds() -> float:
    """Real seconds since some moment in the past; only differences mean something."""
    passed: float = _time.perf_counter()
    return passed


def unfrozen_now() -> int:
    """The real instant also while a test freezes time around us, for what has to hold outside that test."""
    if _travellers():
        with suppress(ValueError):  # time-machine has just come back
            return int(sys.modules["_time_machine"].original_time_ns()) // 1000
    return int(_time.time_ns()) // 1000


def http_date() -> str:
    """The real instant as HTTP writes it in a header."""
    at = _time.gmtime(real_now() // SECOND_US)
    day = f"{_DAYS[at.tm_wday]}, {at.tm_mday:02} {_MONTHS[at.tm_mon - 1]} {at.tm_year:04}"
    return f"{day} {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} GMT"


def _shown() -> tuple[object, int]:
    """Who says what time it is, None for the system, and the instant that they say, in microseconds."""
    now = int(_time.time_ns()) // 1000
    if "freezegun.api" not in sys.modules and "time_machine" not in sys.modules:
        return None, now  # neither is loaded, so neither was in force a moment ago: a server asks thrice a request
    while True:
        if freezes := _freezes():
            return freezes[-1], _frozen(freezes[-1])
        if travellers := _travellers():
            return travellers[-1], int(travellers[-1].time_ns()) // 1000
        now = int(_time.time_ns()) // 1000
        if not _travellers():  # else a test has just left for another time, and `now` may be of either
            return None, now


def _freezes() -> list[Any]:
    """The freezes of freezegun that are in force, the innermost last."""
    freezegun = sys.modules.get("freezegun.api")
    return [] if freezegun is None else list(getattr(freezegun, "freeze_factories", ()))


def _frozen(freeze: Any) -> int:
    """The instant of a freeze. One that ticks whenever it is asked for the time is not asked."""
    moment = freeze.time_to_freeze if hasattr(freeze, "step_width") else freeze()
    return int((moment.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND)


def _travellers() -> list[Any]:
    """The travels of time-machine that are in force, the innermost last; its versions have two names for them."""
    machine = vars(sys.modules["time_machine"]) if "time_machine" in sys.modules else {}
    return list(machine.get("traveller_stack") or machine.get("coordinates_stack") or ())


def looks(*, timeout_s: float, pause_s: float) -> Iterator[None]:
    """Turns to look for something in real time: one at once, then one after every pause until time is up."""
    end = _time.monotonic() + timeout_s
    yield
    while (left := end - _time.monotonic()) > 0:
        _time.sleep(min(pause_s, left))
        yield


_DURATION: Final = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?", flags=re.ASCII)
_UNITS_S: Final = (86_400, 3_600, 60, 1)


def read_duration(text: str) -> float:
    """Seconds, from a number of them or as people write durations: 90, 0.5, 10m, 1h30m, 2d.

    Raises ValueError with a sentence.
    """
    try:
        seconds = float(text)
    except ValueError:
        match = _DURATION.fullmatch(text.strip().lower())
        if match is None or not any(match.groups()):
            raise ValueError(f"{text[:60]!r} is no duration; write 90, 10m or 1h30m") from None
        return sum(float(part) * unit for part, unit in zip(match.groups(), _UNITS_S, strict=True) if part)
    if not math.isfinite(seconds):
        raise ValueError(f"{text[:60]!r} is no duration; write 90, 10m or 1h30m")
    return seconds


class WorldClock:
    """One world's time."""

    def __init__(self, *, start: int | None, rate: float) -> None:
        """`start` None begins at the real instant."""
        self._source, self._read = _shown()
        self._now = self._read if start is None else start
        self._rate = rate

    def copy(self) -> "WorldClock":
        """An independent clock that shows the same instant and runs at the same rate."""
        return WorldClock(start=self.now(), rate=self._rate)

    @property
    def rate(self) -> float:
        """World seconds per real second."""
        return self._rate

    def now(self) -> int:
        """The world's instant."""
        source, read = _shown()
        # To begin or to end a freeze is no passing of time; what passes within it is.
        if source is self._source and read > self._read:
            self._now = min(self._now + round((read - self._read) * self._rate), INSTANT_MAX)
        self._source, self._read = source, read
        return self._now

    def run(self, rate: float) -> None:
        """From now on, run at this rate."""
        self.now()
        self._rate = rate

    def jump_to(self, instant: int) -> None:
        """Go forward to an instant, at most to the end of time; one that has passed already changes nothing."""
        self._now = max(self.now(), min(instant, INSTANT_MAX))

    def real_seconds_until(self, instant: int) -> float | None:
        """How long in real seconds until the world shows `instant`; None where its clock stands still."""
        if self._rate == 0:
            return None
        return max(0.0, (instant - self.now()) / (self._rate * SECOND_US))
