"""Amounts and instants in the vendor's forms, each in one place."""

from functools import lru_cache
from time import gmtime
from typing import Final

from masking_emulator.core.instants import SECOND_US

_MINUTE_S: Final = 60
_SECONDS: Final = tuple(f"{second:02}" for second in range(_MINUTE_S))


def money(micros: int) -> int | float:
    """An amount as a JSON number: the shortest that means it, without a point where it is whole."""
    return micros / 1_000_000 if micros % 1_000_000 else micros // 1_000_000


def micros(price: str) -> int:
    """Millionths of an amount that is written as digits with at most six places."""
    whole, _, places = price.partition(".")
    return int(whole) * 1_000_000 + int(places.ljust(6, "0"))


def price(micros: int) -> str:
    """An amount as calls and numbers show it: a string with five places, half a unit of the last rounded up."""
    hundred_thousandths = (micros + 5) // 10
    return f"{hundred_thousandths // 100_000}.{hundred_thousandths % 100_000:05}"


def second(instant: int) -> str:
    """The instant in UTC, whole seconds, cut off: in callbacks alone (ledger: callback_timestamp_format)."""
    # By the minute, which one second shares with the next: half a million callbacks of a day have 1,440 of them.
    minutes, seconds = divmod(instant // SECOND_US, _MINUTE_S)
    return _minute(minutes) + _SECONDS[seconds]


def timestamp(instant: int) -> str:
    """The instant as responses show it: whole seconds, cut off (ledger: timestamp_form, timestamp_truncated)."""
    return f"{second(instant)} +0000 UTC"


def local_time(instant: int) -> str:
    """The instant in the account's time zone, as calls show it; the emulated accounts' is UTC (ledger: call_times)."""
    return f"{second(instant)}+00:00"


def exact_time(instant: int) -> str:
    """The instant with its microseconds."""
    return f"{second(instant)}.{instant % SECOND_US:06}"


@lru_cache(maxsize=4096)
def _minute(minutes: int) -> str:
    t = gmtime(minutes * _MINUTE_S)
    return f"{t[0]:04}-{t[1]:02}-{t[2]:02} {t[3]:02}:{t[4]:02}:"
