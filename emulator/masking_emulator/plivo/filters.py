"""Filters of lists: times, durations, numbers and choices in a query, and the windows that lists look at.

Source: vendor page, "List all sessions", and the pages on calls and recordings, whose filters have the same forms.
Unknown keys are ignored.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from masking_emulator.core.books.index import Range
from masking_emulator.core.instants import DAY_US, MINUTE_US, SECOND_US
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import Record
from masking_emulator.plivo import refusals
from masking_emulator.plivo.policy import RETENTION_DAYS, WINDOW_DEFAULT_DAYS, WINDOW_MAX_DAYS, Policy
from masking_emulator.plivo.refusals import ApiError, refused_parameter

#: A name's first value counts, as with the server's own decoder.
Fields = Mapping[str, str]

COMPARISONS: Final = ("lt", "lte", "gt", "gte")

_TIME: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?", flags=re.ASCII)

#: Further from 0 than any limit, offset or duration; what is further still is taken for this.
_INTEGER_MAX: Final = 10**12

_EVERYTHING: Final = Range()

_Choice = TypeVar("_Choice")


def fields_of(pairs: Sequence[tuple[str, str]]) -> Fields:
    """The filters whose first value is not empty, in the order of the query (ledger: list_first_value)."""
    first = dict(pairs)
    if len(first) < len(pairs):
        first.update(reversed(pairs))
    return {name: value for name, value in first.items() if value}


class Value(Record):
    """A filter value: it means `start` up to, not including, `stop`; what is greater begins at `after`.

    Times are compared as they are printed, in whole seconds, unless the filter itself has a fraction, so that
    `created_time__lte` with a printed time finds that session. Source: ledger: list_time_granularity.
    """

    start: int
    stop: int
    after: int


#: Comparison → what of a value it lets through. A time without seconds is its first second for `gt`, `gte` and `lt`,
#: reaches to its end for `lte`, and is its whole minute alone.
_COMPARED: Final[Mapping[str, Callable[[Value], Range]]] = {
    "": lambda value: Range(value.start, value.stop),
    "lt": lambda value: Range(None, value.start),
    "lte": lambda value: Range(None, value.stop),
    "gt": lambda value: Range(value.after, None),
    "gte": lambda value: Range(value.start, None),
}


class Span(Record):
    """The result of a filter and its comparisons: `range`, and the values between which it was asked for.

    `since` and `until` are where the values that were named begin; None is a side that none was named for.
    `precision` is how much the lower one spans.
    """

    range: Range = _EVERYTHING
    since: int | None = None
    until: int | None = None
    precision: int = 1

    def narrowed(self, comparison: str, value: Value) -> "Span":
        """The span with one more condition."""
        more = _COMPARED[comparison](value)
        since, until, precision = self.since, self.until, self.precision
        if more.low is not None and (since is None or value.start >= since):
            since, precision = value.start, value.stop - value.start
        if more.high is not None:
            until = value.start if until is None else min(until, value.start)
        return Span(_both(self.range, more), since, until, precision)


def span_of(fields: Fields, name: str, read: Callable[[str, str], Value], policy: Policy) -> Span:
    """The result of this filter and its comparisons. Raises ApiError 400."""
    span = Span()
    for comparison in ("", *COMPARISONS):
        for key in _spellings(name, comparison, policy):
            if key in fields:
                span = span.narrowed(comparison, read(key, fields[key]))
    return span


def _spellings(name: str, suffix: str, policy: Policy) -> Sequence[str]:
    # plivo-java and part of plivo-node send one underscore (ledger: list_single_underscore_filters).
    if not suffix:
        return (name,)
    doubled = f"{name}__{suffix}"
    return (doubled, f"{name}_{suffix}") if policy.list_single_underscore_filters else (doubled,)


def _both(one: Range, other: Range) -> Range:
    lows = [low for low in (one.low, other.low) if low is not None]
    highs = [high for high in (one.high, other.high) if high is not None]
    return Range(max(lows, default=None), min(highs, default=None))


def recent(now: int) -> Range:
    """The window where no time was asked for: the last days."""
    return Range(now - WINDOW_DEFAULT_DAYS * DAY_US, None)


def window(name: str, span: Span, now: int, policy: Policy) -> Range:
    """The range with its open side closed by the default window, no longer than the longest one.

    A window is as long as the times that were named lie apart, and now counts as named with the same precision: the
    second or minute that the last of them goes on for makes it no longer. Its days are counted back from its end, or
    from now where that lies ahead: nothing was created or ended later, and what expires later is listed as well.
    """
    since, until, high = span.since, span.until, span.range.high
    if since is None and until is None:
        return span.range
    if since is None:
        assert until is not None, "a range that is not open has a side"
        return Range(min(until, now) - WINDOW_DEFAULT_DAYS * DAY_US, high)
    if until is None:
        until = max(now - (now - since) % span.precision, since)
    if until - since <= WINDOW_MAX_DAYS * DAY_US:
        return span.range
    if policy.list_window_exceeded == "refuse":
        reason = f"{name} asks for more than {WINDOW_MAX_DAYS} days"
        raise refused_parameter(refusals.WINDOW_TOO_LONG, name, reason)
    return _both(span.range, Range(min(until, now) - WINDOW_MAX_DAYS * DAY_US, None))


def kept(wanted: Range, now: int) -> Range:
    """The part of the range that data is kept for."""
    kept_from = now - RETENTION_DAYS * DAY_US
    return Range(max(wanted.low or kept_from, kept_from), wanted.high)


def instant(name: str, text: str) -> Value:
    """The time that a filter names. Raises ApiError 400."""
    matched = _TIME.fullmatch(text)
    if matched is None:
        raise _refused_time(name, text)
    year, month, day, hour, minute, second = (int(part or 0) for part in matched.groups()[:6])
    fraction = matched[7]
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise _refused_time(name, text) from None
    start = int(moment.timestamp()) * SECOND_US
    if fraction is not None:
        start += int(fraction.ljust(6, "0"))
        return Value(start, start + 1, start + 1)
    return Value(start, start + (MINUTE_US if matched[6] is None else SECOND_US), start + SECOND_US)


def _refused_time(name: str, text: str) -> ApiError:
    reason = f"{name} is {quoted(text)}; a time looks like 2026-01-31 09:30:00 and is UTC"
    return refused_parameter(refusals.NOT_A_TIME, name, reason)


def amount(name: str, text: str) -> Value:
    """The whole number, of seconds or days, that a filter names. Raises ApiError 400."""
    whole = integer(name, text)
    return Value(whole, whole + 1, whole + 1)


def integer(name: str, text: str) -> int:
    """A whole number, from -10**12 to 10**12. Raises ApiError 400."""
    digits = text.removeprefix("-")
    if not (text.isascii() and digits.isdigit()):
        raise refused_parameter(refusals.NOT_AN_INTEGER, name, f"{name} is {quoted(text)}")
    digits = digits.lstrip("0")  # Python reads no more than 4,300 digits
    size = min(int(digits[:20] or 0), _INTEGER_MAX)
    return -size if text.startswith("-") else size


def number(fields: Fields, name: str) -> str | None:
    """A phone number without plus; None where the filter is not there."""
    # Numbers are stored without plus, and a plus in a query may arrive as a blank (ledger: list_number_plus).
    return fields[name].strip().removeprefix("+") if name in fields else None


def choice(fields: Fields, name: str, table: Mapping[str, _Choice], *, values: str) -> _Choice | None:
    """What the table has for this filter; None where it is not there. Raises ApiError 400 for another value."""
    if name not in fields:
        return None
    if fields[name] not in table:
        reason = f"{name} is {quoted(fields[name])}"
        raise refused_parameter(refusals.NOT_ALLOWED, name, reason, values=values)
    return table[fields[name]]
