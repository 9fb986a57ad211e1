"""Instants: whole microseconds since the Unix epoch, UTC.

Integers, so that sums are exact and a replayed run gives the same bytes.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
DAY_US: Final = 86_400 * SECOND_US

#: The last instant that can be written down: the end of the year 9999.
INSTANT_MAX: Final = 253_402_300_799 * SECOND_US

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def later(instant: int, us: int) -> int:
    """The instant so many microseconds later, and the end of time where that lies beyond it."""
    return min(instant + us, INSTANT_MAX)


def written(instant: int) -> str:
    """The instant in ISO 8601 with `Z`; the fraction only where there is one."""
    days, us = divmod(instant, DAY_US)
    seconds, us = divmod(us, SECOND_US)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    time = f"{_day(days)}T{hours:02}:{minutes:02}:{seconds:02}"
    return f"{time}.{us:06}Z" if us else f"{time}Z"


# A snapshot of many sessions has hundreds of thousands of instants, on few days.
@lru_cache(maxsize=64)
def _day(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).date().isoformat()


def read(text: str) -> int:
    """The instant that ISO 8601 `text` names; without an offset it is UTC.

    Raises ValueError where `text` is no such instant or lies outside 1970 to 9999.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    instant = (moment - _EPOCH) // timedelta(microseconds=1)
    if not 0 <= instant <= INSTANT_MAX:
        raise ValueError(f"{text!r} lies outside the years 1970 to 9999")
    return instant
