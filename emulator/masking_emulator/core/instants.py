"""Instants: whole microseconds since the Unix epoch, UTC.

Integers, so that sums are exact and a replayed run gives the same bytes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import repeat
from operator import floordiv, sub
from typing import Final

from masking_emulator.core.quoting import quoted

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
DAY_US: Final = 86_400 * SECOND_US

#: The last instant that can be written down: the end of the year 9999.
INSTANT_MAX: Final = 253_402_300_799 * SECOND_US

#: No instant is written in more characters.
_TEXT_MAX: Final = 100

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def later(instant: int, us: int) -> int:
    """The instant so many microseconds later, and the end of time where that lies beyond it."""
    return min(instant + us, INSTANT_MAX)


def written(instant: int) -> str:
    """The instant in ISO 8601 with `Z`; the fraction only where there is one."""
    seconds, us = divmod(instant, SECOND_US)
    return f"{_written_second(seconds)}.{us:06}Z" if us else f"{_written_second(seconds)}Z"


def read(text: str) -> int:
    """The instant that ISO 8601 `text` names; without an offset it is UTC.

    Raises ValueError where `text` is no such instant or lies outside 1970 to 9999.
    """
    us = text[20:26]
    if len(text) == 27 and text[26] == "Z" and us.isdecimal() and us.isascii():
        whole = _read_whole_seconds(text[:20])
        if whole is not None and whole + int(us) <= INSTANT_MAX:
            return whole + int(us)
    if len(text) > _TEXT_MAX:
        raise ValueError(f"{quoted(text)} is no instant")
    instant = _read(text)
    if not 0 <= instant <= INSTANT_MAX:
        raise ValueError(f"{quoted(text)} lies outside the years 1970 to 9999")
    return instant


def read_many(texts: Sequence[str]) -> list[int]:
    """The instants that all of these name, each with its offset: read at once, which takes a third of the time.

    Raises ValueError and TypeError where one of them is no instant; `read` says which, and why.
    """
    moments = map(datetime.fromisoformat, texts)
    found = list(map(floordiv, map(sub, moments, repeat(_EPOCH)), repeat(_MICROSECOND)))
    if found and not 0 <= min(found) <= max(found) <= INSTANT_MAX:
        raise ValueError("one of them lies outside the years 1970 to 9999")
    return found


# A snapshot of many sessions has hundreds of thousands of instants, within few seconds. Remembering those makes reading
# and writing an instant twice as fast.
_REMEMBERED: Final = 256


@lru_cache(_REMEMBERED)
def _written_second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[: len("2026-01-01T00:00:00")]


@lru_cache(_REMEMBERED)
def _read_whole_seconds(beginning: str) -> int | None:
    """The instant before its fraction, in microseconds; None where this is no such beginning."""
    if beginning[13] + beginning[16] + beginning[19] != "::.":
        return None
    try:
        instant = _read(beginning[:19])
    except ValueError:
        return None
    return instant if instant >= 0 else None


def _read(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND
