"""Lists: which sessions a filter selects, the windows that lists look at, and their pages."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from masking_emulator.evidence.predicates.base import Predicate, Testimony, agrees, disagrees, either, shows
from masking_emulator.evidence.predicates.conversations import conversations_of
from masking_emulator.evidence.predicates.pairs import last_seen
from masking_emulator.evidence.predicates.values import JsonObject, digits, integer, seconds_of
from masking_emulator.evidence.predicates.witness import Asked, Witness
from masking_emulator.plivo import refusals
from masking_emulator.plivo.filters import COMPARISONS, Span, amount, fields_of, instant, span_of
from masking_emulator.plivo.policy import LIMIT_MAX, RETENTION_DAYS, WINDOW_DEFAULT_DAYS, WINDOW_MAX_DAYS, Policy
from masking_emulator.plivo.refusals import ApiError
from masking_emulator.plivo.session_list import RANGED, STATUS

_NUMBERS: Final = ("first_party", "second_party", "virtual_number")
_TIMES: Final = ("created_time", "expiry_time")
_PAGING: Final = ("limit", "offset", "cursor")
_USUAL: Final = Policy()

_SECOND_US: Final = 1_000_000
_DAY_US: Final = 86_400 * _SECOND_US

#: How far two clocks may be apart, in microseconds.
_SURE_US: Final = 2 * _SECOND_US

#: Every comparison of a ranged filter, in both spellings.
_COMPARED: Final = tuple(f"{name}{line}{each}" for name in RANGED for line in ("__", "_") for each in COMPARISONS)

#: Every name that the query of a list of sessions may have.
KNOWN_FILTERS: Final = frozenset((*_NUMBERS, *RANGED, *_COMPARED, *_PAGING, "status", "subaccount"))


def filters_of(asked: Asked) -> Mapping[str, str]:
    """The parameters of a query that have a value; of a name that is repeated the first one counts."""
    return fields_of(asked.exchange.request.query)


def answered_lists(witness: Witness, *operations: str) -> Iterator[tuple[Asked, Mapping[str, str]]]:
    """Lists that were answered, and what was asked for."""
    for asked in witness.asked(*(operations or ("list_sessions",))):
        if asked.status == 200 and asked.meta:
            yield asked, filters_of(asked)


def _now(witness: Witness, asked: Asked) -> int | None:
    """What time it is for the service, in microseconds since 1970; None where it never says."""
    now = conversations_of(witness).now(asked.at)
    return None if now is None else round(now * _SECOND_US)


def _span(filters: Mapping[str, str], name: str) -> Span | None:
    """Between which values a filter and its comparisons ask for; None where one of them is malformed."""
    try:
        return span_of(filters, name, amount if name == "duration" else instant, _USUAL)
    except ApiError:
        return None


def _is_within(span: Span, value: int | None, size: int) -> bool | None:
    """Whether a value that is shown cut off to `size` lies within the span; None where that is not sure."""
    if value is None:
        return None
    low, high = span.range.low, span.range.high
    if (low is None or low <= value) and (high is None or value + size <= high):
        return True
    is_outside = (low is not None and value + size <= low) or (high is not None and high <= value)
    return False if is_outside else None


def _instant(session: JsonObject, name: str) -> int | None:
    seconds = seconds_of(session.get(name))
    return None if seconds is None else seconds * _SECOND_US


def is_selected(session: JsonObject, filters: Mapping[str, str], name: str) -> bool | None:
    """Whether a session is what the filter asks for; None where that is not sure."""
    if name in _NUMBERS:
        return digits(session.get(name)) == digits(filters[name].strip())
    if name == "status":
        wanted, is_live = STATUS.get(filters[name]), session.get("status") != "expired"
        return None if filters[name] not in STATUS else wanted is None or wanted is is_live
    span = _span(filters, name)
    if span is None:
        return None
    if name == "duration":
        return _is_within(span, integer(session.get(name)), 1)
    return _is_within(span, _instant(session, name), _SECOND_US)


def _asks(filters: Mapping[str, str], name: str) -> bool:
    """Whether a filter is used, alone or with a comparison."""
    return any(key == name or (key in _COMPARED and key.startswith(f"{name}_")) for key in filters)


def _known(witness: Witness, asked: Asked) -> Iterator[JsonObject]:
    """The sessions that this account is known to have had before, as they were seen last."""
    for seen, owner in last_seen(witness, asked):
        if owner == asked.account:
            yield seen.session


def _missing(witness: Witness, asked: Asked, filters: Mapping[str, str], name: str) -> Iterator[JsonObject]:
    """Known sessions that the only filter asks for, if there is one, and that a list of one page does not have."""
    is_whole = asked.meta.get("total_count") == len(asked.objects) and asked.meta.get("offset") == 0
    if not is_whole or any(not _asks({key: ""}, name) for key in filters if key not in _PAGING):
        return
    listed = {str(session.get("session_uuid")) for session in asked.objects}
    now = _now(witness, asked)
    for session in _known(witness, asked):
        created, is_sure = _instant(session, "created_time"), name == "" or is_selected(session, filters, name)
        is_recent = now is not None and created is not None and now - created < _DAY_US
        if is_sure and is_recent and str(session.get("session_uuid")) not in listed:
            yield session


def _selects(*names: str, trusts_status: bool = True) -> Predicate:
    """What is listed is what these filters ask for, and what they ask for is listed."""

    def read(witness: Witness) -> Iterator[Testimony]:
        for asked, filters in answered_lists(witness):
            for name in (name for name in names if _asks(filters, name)):
                verdicts = [is_selected(session, filters, name) for session in asked.objects]
                missing = next(_missing(witness, asked, filters, name), None) if trusts_status else None
                if False in verdicts:
                    wrong = asked.objects[verdicts.index(False)]
                    yield disagrees(asked.exchange, f"it lists the session {_brief(wrong, name)}")
                elif missing is not None:
                    yield disagrees(asked.exchange, f"it does not list the session {_brief(missing, name)}")
                elif True in verdicts:
                    yield agrees(asked.exchange)

    return read


def _brief(session: JsonObject, name: str) -> str:
    return f"{session.get('session_uuid')!r} with {name} {session.get(name)!r}"


shows("list_parties")(_selects(*_NUMBERS))
shows("list_times")(_selects(*_TIMES))
shows("list_duration")(_selects("duration", trusts_status=False))
shows("list_status")(_selects("status", trusts_status=False))


@shows("list_status")
def _every_status(witness: Witness) -> Iterator[Testimony]:
    """Without the filter ended sessions are listed too."""
    for asked, filters in answered_lists(witness):
        if "status" in filters:
            continue
        ended = (session for session in _missing(witness, asked, filters, "") if session.get("status") == "expired")
        if any(session.get("status") == "expired" for session in asked.objects):
            yield agrees(asked.exchange)
        elif (missing := next(ended, None)) is not None:
            yield disagrees(asked.exchange, f"it does not list the session {_brief(missing, 'status')}")


@shows("list_number_plus")
def _plus(witness: Witness) -> Iterator[Testimony]:
    for asked, filters in answered_lists(witness):
        for name in (name for name in _NUMBERS if filters.get(name, "").startswith(("+", " "))):
            if asked.objects:
                is_so = all(is_selected(session, filters, name) for session in asked.objects)
                yield either(asked.exchange, is_so, f"{filters[name]!r} selects others")
            elif any(_missing(witness, asked, filters, name)):
                yield disagrees(asked.exchange, f"{filters[name]!r} selects none")


@shows("list_order")
def _order(witness: Witness) -> Iterator[Testimony]:
    for asked, _ in answered_lists(witness):
        times = [seconds_of(session.get("created_time")) for session in asked.objects]
        known = [time for time in times if time is not None]
        if len(set(known)) > 1 and len(known) == len(times):
            yield either(asked.exchange, known == sorted(known, reverse=True), "an older one comes first")


@shows("list_single_underscore_filters")
def _single_underscore(witness: Witness) -> Iterator[Testimony]:
    for asked, filters in answered_lists(witness):
        singles = [key for key in filters if key in _COMPARED and "__" not in key]
        name = next((name for name in _TIMES for key in singles if key.startswith(name)), "")
        if not name or any("__" in key for key in filters):
            continue
        if any(is_selected(session, filters, name) is False for session in asked.objects):
            yield disagrees(asked.exchange, f"False: {', '.join(singles)} selects nothing")
        elif any(is_selected(session, filters, name) is False for session in _known(witness, asked)):
            yield agrees(asked.exchange)


@shows("list_time_granularity")
def _granularity(witness: Witness) -> Iterator[Testimony]:
    """Shown by a session that was created in the second, or in the minute, that the one filter names."""
    for asked, filters in answered_lists(witness):
        named = [key for key in filters if key not in _PAGING]
        is_one = len(named) == 1 and _asks(filters, "created_time") and "." not in filters[named[0]]
        span = _span(filters, "created_time") if is_one else None
        if span is None or asked.meta.get("total_count") != len(asked.objects):
            continue
        value = instant(named[0], filters[named[0]])
        listed = {str(session.get("session_uuid")) for session in asked.objects}
        for session in _known(witness, asked):
            created = _instant(session, "created_time")
            if created is not None and value.start <= created < value.stop:
                expected = _is_within(span, created, _SECOND_US)
                is_listed = str(session.get("session_uuid")) in listed
                if expected is not None:
                    what = "is" if is_listed else "is not"
                    yield either(
                        asked.exchange, is_listed is expected, f"{_brief(session, 'created_time')} {what} listed"
                    )


@shows("list_subaccount")
def _subaccount(witness: Witness) -> Iterator[Testimony]:
    for asked, filters in answered_lists(witness):
        if "subaccount" in filters:
            owners = {str(seen.session.get("session_uuid")): owner for seen, owner in last_seen(witness, asked)}
            found = [owners.get(str(session.get("session_uuid"))) for session in asked.objects]
            others = [owner for owner in found if owner not in (None, filters["subaccount"])]
            if others:
                yield disagrees(asked.exchange, f"it lists a session of {others[0]}")
            elif filters["subaccount"] in found:
                yield agrees(asked.exchange)


@shows("list_window_default", "list_retention")
def _nothing_older(witness: Witness) -> Iterator[Testimony]:
    """Without times nothing older than the default window is listed, and so nothing that is no longer kept."""
    for asked, filters in answered_lists(witness):
        if not any(_asks(filters, name) for name in _TIMES):
            yield from _all_after(witness, asked, WINDOW_DEFAULT_DAYS)


@shows("list_retention")
def _nothing_gone(witness: Witness) -> Iterator[Testimony]:
    for asked, filters in answered_lists(witness):
        if any(_asks(filters, name) for name in _TIMES):
            yield from _all_after(witness, asked, RETENTION_DAYS)


def _all_after(witness: Witness, asked: Asked, days: int) -> Iterator[Testimony]:
    """Whether everything listed was created so few days ago."""
    now = _now(witness, asked)
    times = [created for session in asked.objects if (created := _instant(session, "created_time")) is not None]
    if now is not None and times:
        is_so = min(times) >= now - days * _DAY_US - _SURE_US
        yield either(asked.exchange, is_so, f"it lists a session that is older than {days} days")


@shows("list_window_open")
def _open(witness: Witness) -> Iterator[Testimony]:
    for asked, filters in answered_lists(witness):
        span, now = _span(filters, "created_time"), _now(witness, asked)
        if span is None or span.until is None or span.since is not None or now is None:
            continue
        since = min(span.until, now) - WINDOW_DEFAULT_DAYS * _DAY_US
        times = [created for session in asked.objects if (created := _instant(session, "created_time")) is not None]
        if times:
            is_so = min(times) >= since - _SURE_US
            yield either(asked.exchange, is_so, f"it lists a session from more than {WINDOW_DEFAULT_DAYS} days before")


def _faults(witness: Witness, asked: Asked, filters: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a list request: the row that says what is answered, and the text of the answer."""
    for name in (key for key in filters if key in ("limit", "offset") or key.startswith("duration")):
        value = integer(filters[name])
        if name in KNOWN_FILTERS and value is None:
            yield "list_integer_text", refusals.NOT_AN_INTEGER.format(name=name)
        elif name == "limit" and not 1 <= (value or 0) <= LIMIT_MAX:
            yield "list_limit_out_of_range", refusals.OUT_OF_RANGE.format(name=name)
        elif name == "offset" and (value or 0) < 0:
            yield "list_offset_text", refusals.OUT_OF_RANGE.format(name=name)
    if filters.get("status", "all") not in STATUS:
        values = "active, expired or all"
        yield "list_status_text", refusals.NOT_ALLOWED.format(name="status", values=values)
    for name in _TIMES:
        for key in (key for key in filters if _asks({key: ""}, name)):
            if _span({key: filters[key]}, name) is None:
                yield "list_time_text", refusals.NOT_A_TIME.format(name=key)
        if _exceeds(witness, asked, filters, name):
            yield "list_window_text", refusals.WINDOW_TOO_LONG.format(name=name)


def _exceeds(witness: Witness, asked: Asked, filters: Mapping[str, str], name: str) -> bool | None:
    """Whether the window of a filter is longer than 30 days; None where that is not sure, or where there is none."""
    span = _span(filters, name)
    if span is None or span.since is None:
        return None
    length = WINDOW_MAX_DAYS * _DAY_US
    if span.until is not None:
        return span.until - span.since > length
    now = _now(witness, asked)
    if now is None:
        return None
    longest, shortest = now + _SURE_US - span.since, now - _SURE_US - span.precision - span.since
    return True if shortest > length else False if longest <= length else None


def _only_fault(witness: Witness, asked: Asked) -> tuple[str, str]:
    """Row and text of the one fault of a list request that was answered; empty for none or several."""
    if asked.status != 200 and asked.status != 400:
        return "", ""
    faults = list(_faults(witness, asked, filters_of(asked)))
    return faults[0] if len(faults) == 1 else ("", "")


def _text(*rows: str, as_row: str = "") -> Predicate:
    def read(witness: Witness) -> Iterator[Testimony]:
        for asked in witness.asked("list_sessions"):
            row, text = _only_fault(witness, asked)
            if row in rows and (as_row == "" or asked.status == 400):
                is_so = asked.status == 400 and asked.error == text
                yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")

    return read


for _row in ("list_status_text", "list_time_text", "list_integer_text", "list_offset_text"):
    shows(_row)(_text(_row))
shows("list_window_text")(_text("list_window_text", as_row="where it is refused"))


def _refuses(row: str, fault: str) -> None:
    """Register the predicate of a policy: what is out of range is refused, and not clamped."""

    @shows(row)
    def read(witness: Witness) -> Iterator[Testimony]:
        for asked in witness.asked("list_sessions"):
            if _only_fault(witness, asked)[0] == fault:
                yield either(asked.exchange, asked.status == 400, "clamp: it was taken")


_refuses("list_limit_out_of_range", "list_limit_out_of_range")
_refuses("list_window_exceeded", "list_window_text")


@shows("list_time_form")
def _time_form(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("list_sessions"):
        filters = filters_of(asked)
        if any(_asks(filters, name) for name in _TIMES):
            row, faults = _only_fault(witness, asked)[0], list(_faults(witness, asked, filters))
            if row == "list_time_text" or (not faults and asked.status in (200, 400)):
                is_so = (asked.status == 200) is not bool(faults)
                yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")


def _window(is_meant: Callable[[Span], bool]) -> Predicate:
    """A window is refused if it is too long, and else taken."""

    def read(witness: Witness) -> Iterator[Testimony]:
        for asked in witness.asked("list_sessions"):
            filters = filters_of(asked)
            for name in _TIMES:
                span, exceeds = _span(filters, name), _exceeds(witness, asked, filters, name)
                others = [row for row, _ in _faults(witness, asked, filters) if row != "list_window_text"]
                if span is None or exceeds is None or others or not is_meant(span) or asked.status not in (200, 400):
                    continue
                if asked.status == 400 or not exceeds:
                    is_so = (asked.status == 400) is exceeds
                    yield either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")

    return read


shows("list_window_until_now")(_window(lambda span: span.until is None))
shows("list_window_length")(_window(lambda span: None not in (span.since, span.until)))
