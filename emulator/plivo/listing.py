"""List queries: which sessions a list request asks for, and the links to the pages beside it.

Source: vendor page, "List all sessions", and contract 5.2, 5.3. Unknown keys are ignored.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from emulator.core.book import Query
from emulator.core.index import Range
from emulator.core.instants import DAY_US, MINUTE_US, SECOND_US
from emulator.plivo import refusals
from emulator.plivo.parse import OwnerOf
from emulator.plivo.policy import LIMIT_MAX, RETENTION_DAYS, WINDOW_DEFAULT_DAYS, WINDOW_MAX_DAYS, Policy
from emulator.plivo.refusals import ApiError, refused_parameter

#: A name's first value counts, as with the server's own decoder.
Fields = Mapping[str, str]

STATUS: Final[Mapping[str, bool | None]] = {"active": True, "expired": False, "all": None}
COMPARISONS: Final = ("lt", "lte", "gt", "gte")
RANGED: Final = ("created_time", "expiry_time", "duration")

_TIME: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?", flags=re.ASCII)
_INTEGER_DIGITS_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed list request; `carried` are the filters that the links to other pages repeat."""

    query: Query
    carried: Sequence[tuple[str, str]]


def list_query(
    pairs: Sequence[tuple[str, str]], owner: int | None, owner_of: OwnerOf, now: int, policy: Policy
) -> Page:
    """What a list request asks for. Raises ApiError 400 for a filter that cannot be read."""
    fields = {name: value for name, value in reversed(pairs) if value}
    if "subaccount" in fields:
        owner = owner_of(fields["subaccount"])
    created, expires = _windows(fields, now, policy)
    query = Query(
        limit=_limit(fields, policy),
        offset=_offset(fields),
        owner=owner,
        first_party=_number(fields, "first_party"),
        second_party=_number(fields, "second_party"),
        number=_number(fields, "virtual_number"),
        live=_liveness(fields),
        created=created,
        expires=expires,
        duration=_range(fields, "duration", _duration, policy),
    )
    carried = [(name, value) for name, value in pairs if name not in ("limit", "offset") and value]
    return Page(query, carried)


def links(page: Page, path: str, total: int) -> tuple[str | None, str | None]:
    """The paths of the next and the previous page; None where there is none."""
    query = page.query

    def link(offset: int) -> str:
        return f"{path}?{urlencode([('limit', query.limit), ('offset', offset), *page.carried])}"

    later, earlier = query.offset + query.limit, max(0, query.offset - query.limit)
    return (link(later) if later < total else None), (link(earlier) if query.offset else None)


def _windows(fields: Fields, now: int, policy: Policy) -> tuple[Range, Range]:
    """The ranges of creation and expiry: at most 30 days where given, the last 7 days where neither is."""
    created = _range(fields, "created_time", _instant, policy)
    expires = _range(fields, "expiry_time", _instant, policy)
    if created == Range() and expires == Range():
        created = Range(now - WINDOW_DEFAULT_DAYS * DAY_US, None)
    created = _window("created_time", created, now, policy)
    expires = _window("expiry_time", expires, now, policy)
    kept_from = now - RETENTION_DAYS * DAY_US
    return Range(max(created.low or kept_from, kept_from), created.high), expires


def _window(name: str, wanted: Range, now: int, policy: Policy) -> Range:
    """The range with its open side closed by the default window, no longer than the longest one."""
    if wanted == Range():
        return wanted
    low, high = wanted.low, wanted.high
    if low is None:
        assert high is not None, "a range that is not open has a side"
        return Range(high - WINDOW_DEFAULT_DAYS * DAY_US, high)
    until = max(now, low) if high is None else high
    if until - low > WINDOW_MAX_DAYS * DAY_US:
        if policy.list_window_exceeded == "refuse":
            reason = f"{name} asks for more than {WINDOW_MAX_DAYS} days"
            raise refused_parameter(refusals.WINDOW_TOO_LONG, name, reason)
        return Range(until - WINDOW_MAX_DAYS * DAY_US, high)
    return wanted


@dataclass(frozen=True, slots=True)
class _Value:
    """A filter value: it means `start` up to, not including, `stop`; what is greater begins at `after`.

    Times are compared as they are printed, in whole seconds, unless the filter itself has a fraction, so that
    `created_time__lte` with a printed time finds that session. ASSUMED: no page says (contract 5.2).
    """

    start: int
    stop: int
    after: int


_COMPARED: Final[Mapping[str, Callable[[_Value], Range]]] = {
    "": lambda value: Range(value.start, value.stop),
    "lt": lambda value: Range(None, value.start),
    "lte": lambda value: Range(None, value.after),
    "gt": lambda value: Range(value.after, None),
    "gte": lambda value: Range(value.start, None),
}


def _range(fields: Fields, name: str, read: Callable[[str, str], _Value], policy: Policy) -> Range:
    wanted = Range()
    for suffix in ("", *COMPARISONS):
        for key in _spellings(name, suffix, policy):
            if key in fields:
                value = read(key, fields[key])
                wanted = _both(wanted, _COMPARED[suffix](value))
    return wanted


def _spellings(name: str, suffix: str, policy: Policy) -> Sequence[str]:
    # The Java SDK and part of Node's send one underscore (contract 5.2).
    if not suffix:
        return (name,)
    doubled = f"{name}__{suffix}"
    return (doubled, f"{name}_{suffix}") if policy.list_single_underscore_filters else (doubled,)


def _both(one: Range, other: Range) -> Range:
    lows = [low for low in (one.low, other.low) if low is not None]
    highs = [high for high in (one.high, other.high) if high is not None]
    return Range(max(lows, default=None), min(highs, default=None))


def _instant(name: str, text: str) -> _Value:
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
        return _Value(start, start + 1, start + 1)
    return _Value(start, start + (MINUTE_US if matched[6] is None else SECOND_US), start + SECOND_US)


def _refused_time(name: str, text: str) -> ApiError:
    reason = f"{name} is {text[:60]!r}; a time looks like 2026-01-31 09:30:00 and is UTC"
    return refused_parameter(refusals.NOT_A_TIME, name, reason)


def _duration(name: str, text: str) -> _Value:
    seconds = _integer(name, text)
    return _Value(seconds, seconds + 1, seconds + 1)


def _integer(name: str, text: str) -> int:
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= _INTEGER_DIGITS_MAX):
        raise refused_parameter(refusals.NOT_AN_INTEGER, name, f"{name} is {text[:60]!r}")
    return int(text)


def _limit(fields: Fields, policy: Policy) -> int:
    limit = _integer("limit", fields.get("limit", str(LIMIT_MAX)))
    if 1 <= limit <= LIMIT_MAX:
        return limit
    if policy.list_limit_out_of_range == "clamp":
        return min(max(limit, 1), LIMIT_MAX)
    raise refused_parameter(refusals.OUT_OF_RANGE, "limit", f"limit is {limit}, and 1 to {LIMIT_MAX} are allowed")


def _offset(fields: Fields) -> int:
    offset = _integer("offset", fields.get("offset", "0"))
    if offset < 0:
        raise refused_parameter(refusals.OUT_OF_RANGE, "offset", f"offset is {offset}, and 0 is the least")
    return offset


def _number(fields: Fields, name: str) -> str | None:
    # Numbers are stored without plus, and a plus in a query may arrive as a blank. ASSUMED (contract 5.2).
    return fields[name].strip().removeprefix("+") if name in fields else None


def _liveness(fields: Fields) -> bool | None:
    status = fields.get("status", "all")
    if status not in STATUS:
        reason = f"status is {status[:60]!r}"
        raise refused_parameter(refusals.NOT_ALLOWED, "status", reason, values="active, expired or all")
    return STATUS[status]
