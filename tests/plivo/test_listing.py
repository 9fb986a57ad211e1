"""List queries: every filter, the windows, and the links to the pages beside one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core import instants
from masking_emulator.core.books.index import Range
from masking_emulator.core.books.session_query import SessionQuery
from masking_emulator.core.instants import DAY_US, MINUTE_US, SECOND_US
from masking_emulator.plivo.filters import COMPARISONS
from masking_emulator.plivo.pages import Page, Shown, links
from masking_emulator.plivo.policy import Policy
from masking_emulator.plivo.refusals import ApiError
from masking_emulator.plivo.session_list import RANGED, list_query

from tests.plivo.bodies import SUBACCOUNT, outcome, owner_of

NOW: Final = instants.read("2026-01-31T12:00:00Z")
_MOMENT: Final = instants.read("2026-01-30T09:30:15Z")
_PATH: Final = "/v1/Account/MA/Masking/Session/"


def _page(*pairs: tuple[str, str], **policy: Any) -> Page[SessionQuery]:
    return list_query(pairs, None, owner_of, NOW, Policy(**policy))


def _links(page: Page[SessionQuery], total: int) -> tuple[str | None, str | None]:
    return links(page, _PATH, Shown((), total, page.offset))


def _query(**filters: str) -> SessionQuery:
    return _page(*filters.items()).query


def _refusal(**filters: str) -> str:
    with pytest.raises(ApiError) as refused:
        _query(**filters)
    assert refused.value.status == 400
    return refused.value.text


def test_list_without_filters_is_the_last_week_20_at_a_time() -> None:
    """Limit 20, offset 0, the last 7 days (ledger: list_limit, list_offset, list_window_default)."""
    assert SessionQuery(limit=20, offset=0, created=Range(NOW - 7 * DAY_US, None)) == _query()


@pytest.mark.parametrize("name", ["first_party", "second_party", "virtual_number"])
@pytest.mark.parametrize("sent", ["919003459051", "+919003459051", " 919003459051"])
def test_number_filters_match_with_or_without_plus(name: str, sent: str) -> None:
    """A plus may arrive as a blank (ledger: list_parties, list_number_plus)."""
    query = _query(**{name: sent})

    assert getattr(query, "number" if name == "virtual_number" else name) == "919003459051"


@pytest.mark.parametrize(("sent", "live"), [("active", True), ("expired", False), ("all", None), ("", None)])
def test_status_is_active_expired_or_all(sent: str, live: bool | None) -> None:  # noqa: FBT001
    """All is the default (ledger: list_status)."""
    assert live is _query(status=sent).live


@pytest.mark.parametrize("sent", ["in-progress", "Active", "none"])
def test_status_is_nothing_else(sent: str) -> None:
    """The text offers the three values (ledger: list_status_text)."""
    assert _refusal(status=sent) == "Invalid parameter. status allowed values are active, expired or all."


@pytest.mark.parametrize("limit", [1, 20])
def test_limit_is_1_to_20(limit: int) -> None:
    """Both ends belong to it (ledger: list_limit)."""
    assert limit == _query(limit=str(limit)).limit


@pytest.mark.parametrize("limit", ["0", "21", "-1", "999999999999"])
def test_limit_outside_its_range_is_refused(limit: str) -> None:
    """Other lists of the vendor refuse (ledger: list_limit_out_of_range)."""
    assert _refusal(limit=limit) == "Invalid parameter. limit is outside the allowed range."


@pytest.mark.parametrize(("sent", "limit"), [("0", 1), ("-5", 1), ("21", 20)])
def test_limit_is_clamped_where_the_policy_says_so(sent: str, limit: int) -> None:
    """The other reading is an option (ledger: list_limit_out_of_range)."""
    assert limit == _page(("limit", sent), list_limit_out_of_range="clamp").query.limit


@pytest.mark.parametrize("name", ["limit", "offset", "duration", "duration__lt"])
@pytest.mark.parametrize("sent", ["ten", "1.5", "1e1", "٣", "--1", " 1", "-"])
def test_number_that_is_no_integer_is_refused(name: str, sent: str) -> None:
    """The text is that of a body's integers (ledger: list_integer_text)."""
    assert _refusal(**{name: sent}) == f"Invalid parameter. {name} should be an integer."


@pytest.mark.parametrize("digits", [13, 21, 5_000])
def test_number_of_many_digits_is_one_too(digits: int) -> None:
    """It is larger than any limit, and no session is so far behind, or lasts so long (ledger: list_integer_text)."""
    many = "9" * digits

    for limit in (many, f"-{many}"):
        assert _refusal(limit=limit) == "Invalid parameter. limit is outside the allowed range."
    assert _refusal(offset=f"-{many}") == "Invalid parameter. offset is outside the allowed range."
    assert 10**12 == _query(offset=many).offset
    assert 10**12 == _query(duration__gte=many).duration.low
    assert 7 == _query(offset="7".rjust(digits, "0")).offset


def test_offset_counts_sessions_from_0() -> None:
    """The example in the vendor's page counts otherwise, and wrongly (ledger: list_offset)."""
    assert _query(offset="51").offset == 51


def test_negative_offset_is_refused() -> None:
    """It is out of range (ledger: list_offset_text)."""
    assert _refusal(offset="-1") == "Invalid parameter. offset is outside the allowed range."


def test_subaccount_filter_sees_its_sessions() -> None:
    """Six SDKs send it (ledger: list_subaccount)."""
    assert _query(subaccount=SUBACCOUNT).owner == 1


def test_unknown_subaccount_is_refused() -> None:
    """Who may be named is the routes' affair; their refusal passes through."""
    assert _refusal(subaccount="SANOBODY") == "no subaccount SANOBODY"


def test_unknown_and_misspelt_filters_are_ignored() -> None:
    """Node sends created_times for createdTimeEquals (ledger: list_unknown_keys)."""
    assert _query() == _query(created_times="2026", durations="x", subAccount="x", Limit="7")


@pytest.mark.parametrize(
    "name", ["first_party", "status", "limit", "offset", "created_time", "expiry_time__lt", "duration", "subaccount"]
)
def test_empty_filter_is_not_given(name: str) -> None:
    """An empty value means no more than a missing key."""
    assert _query() == _query(**{name: ""})


@pytest.mark.parametrize(("first", "limit"), [("3", 3), ("", 20)])
def test_first_of_two_equal_names_counts(first: str, limit: int) -> None:
    """As with the server's own decoder; an empty one says nothing (ledger: list_first_value)."""
    assert limit == _page(("limit", first), ("limit", "5")).query.limit


@pytest.mark.parametrize("first", ["", "all"])
def test_links_lead_to_the_list_that_was_asked_for(first: str) -> None:
    """What did not count in this request would in the next one, where it stood alone (ledger: list_first_value)."""
    page = _page(("status", first), ("status", "expired"), ("limit", "10"))
    following, _ = _links(page, 40)

    assert following is not None
    assert page.query.live is _page(*parse_qsl(urlsplit(following).query)).query.live


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("2026-01-30 09:30", MINUTE_US),
        ("2026-01-30 09:30:15", SECOND_US),
        ("2026-01-30 09:30:15.5", 1),
        ("2026-01-30 09:30:15.500000", 1),
    ],
)
def test_equal_time_means_what_its_spelling_spans(text: str, width: int) -> None:
    """Sessions have microseconds and print seconds (ledger: list_time_granularity)."""
    created = _query(created_time=text).created

    assert created.low is not None
    assert created.high is not None
    assert width == created.high - created.low


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        ("__gt", Range(_MOMENT + SECOND_US, None)),
        ("__gte", Range(_MOMENT, None)),
        ("__lt", Range(_MOMENT - 7 * DAY_US, _MOMENT)),
        ("__lte", Range(_MOMENT - 7 * DAY_US, _MOMENT + SECOND_US)),
        ("", Range(_MOMENT, _MOMENT + SECOND_US)),
    ],
)
@pytest.mark.parametrize("name", ["created", "expires"])
def test_time_is_compared_as_it_is_printed(name: str, suffix: str, expected: Range) -> None:
    """A printed time finds its session with __lte and __gte (ledger: list_time_granularity)."""
    key = "created_time" if name == "created" else "expiry_time"

    assert expected == getattr(_query(**{f"{key}{suffix}": "2026-01-30 09:30:15"}), name)


_MINUTE: Final = instants.read("2026-01-30T09:30:00Z")


@pytest.mark.parametrize("name", ["created_time", "expiry_time"])
@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        ("", Range(_MINUTE, _MINUTE + MINUTE_US)),
        ("__gt", Range(_MINUTE + SECOND_US, None)),
        ("__gte", Range(_MINUTE, None)),
        ("__lt", Range(_MINUTE - 7 * DAY_US, _MINUTE)),
        ("__lte", Range(_MINUTE - 7 * DAY_US, _MINUTE + MINUTE_US)),
    ],
)
def test_time_without_seconds_means_one_thing_in_each_comparison(name: str, suffix: str, expected: Range) -> None:
    """Its first second, up to its end, or its whole minute. Source: ledger: list_time_granularity."""
    query = _query(**{f"{name}{suffix}": "2026-01-30 09:30"})

    assert expected == (query.created if name == "created_time" else query.expires)


_DAYS_30: Final = [
    ("2026-01-01 12:00", "2026-01-31 12:00"),
    ("2026-01-01 12:00:00", "2026-01-31 12:00:00"),
    ("2026-01-01 12:00:00.000001", "2026-01-31 12:00:00.000001"),
    ("2026-01-01 12:00", "2026-01-31 12:00:00"),
    ("2026-01-01 12:00:00", "2026-01-31 12:00"),
]


@pytest.mark.parametrize("name", ["created_time", "expiry_time"])
@pytest.mark.parametrize("bounds", list(product(["__gte", "__gt"], ["__lte", "__lt"])), ids="".join)
@pytest.mark.parametrize(("since", "until"), _DAYS_30)
def test_window_is_as_long_as_the_times_that_are_named_lie_apart(
    name: str, bounds: tuple[str, str], since: str, until: str
) -> None:
    """30 days are 30 days in each spelling; a second more is too long, and neither end is cut off."""
    low, high = bounds
    query = _query(**{f"{name}{low}": since, f"{name}{high}": until})
    asked = query.created if name == "created_time" else query.expires
    alone = {f"{name}{low}": since}, {f"{name}{high}": until}

    assert asked.low == _side(name, alone[0]).low
    assert asked.high == _side(name, alone[1]).high
    earlier = {f"{name}{low}": "2026-01-01 11:59:59", f"{name}{high}": until}
    assert _refusal(**earlier).endswith("search window should not exceed 30 days.")


def _side(name: str, filters: Mapping[str, str]) -> Range:
    """The range of one bound by itself."""
    query = _page(*filters.items(), list_window_exceeded="clamp").query
    return query.created if name == "created_time" else query.expires


@pytest.mark.parametrize(
    ("since", "reaches"),
    [
        ("2026-01-01 12:00:00", True),
        ("2026-01-01 11:59:59", False),
        ("2026-01-01 12:00", True),
        ("2026-01-01 11:59", False),
        ("2026-01-01 12:00:00.700000", True),
        ("2026-01-01 12:00:00.699999", False),
    ],
)
def test_window_up_to_now_is_measured_as_precisely_as_it_is_asked_for(since: str, reaches: bool) -> None:  # noqa: FBT001
    """Whoever asks for the last 30 days in whole seconds or minutes gets them at every fraction of a second."""
    filters = [("created_time__gte", since)]
    now = NOW + 700_000

    found = outcome(lambda: list_query(filters, None, owner_of, now, Policy()))
    assert reaches is not isinstance(found, ApiError)


@pytest.mark.parametrize(
    ("until", "low"),
    [("2026-01-30 09:30", _MINUTE), ("2026-01-30 09:30:15", _MOMENT), ("2026-01-30 09:30:15.000000", _MOMENT)],
)
@pytest.mark.parametrize("suffix", ["__lt", "__lte"])
def test_window_with_only_an_upper_end_has_7_whole_days(until: str, suffix: str, low: int) -> None:
    """It begins 7 days before the time that is named, and does not lose its first second."""
    assert low - 7 * DAY_US == _query(**{f"created_time{suffix}": until}).created.low


@pytest.mark.parametrize("until", ["2026-01-31 12:00:01", "2026-02-03 12:00", "2099-12-31 00:00:00"])
@pytest.mark.parametrize("suffix", ["__lt", "__lte"])
@pytest.mark.parametrize("name", ["created_time", "expiry_time"])
def test_window_whose_end_lies_ahead_has_the_7_days_before_now(name: str, suffix: str, until: str) -> None:
    """Counted back from an end in years to come it would hold nothing; expiries up to that end are listed too."""
    asked = _side(name, {f"{name}{suffix}": until})

    assert NOW - 7 * DAY_US == asked.low
    assert asked.high is not None
    assert asked.high >= instants.read(f"{until.replace(' ', 'T')}Z")


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        ("", Range(60, 61)),
        ("__lt", Range(None, 60)),
        ("__lte", Range(None, 61)),
        ("__gt", Range(61, None)),
        ("__gte", Range(60, None)),
    ],
)
def test_duration_is_compared_in_seconds(suffix: str, expected: Range) -> None:
    """In seconds, with every comparison (ledger: list_duration)."""
    assert expected == _query(**{f"duration{suffix}": "60"}).duration


@pytest.mark.parametrize("name", RANGED)
@pytest.mark.parametrize("suffix", COMPARISONS)
def test_single_underscore_of_the_java_sdk_is_understood(name: str, suffix: str) -> None:
    """As if there were two (ledger: list_single_underscore_filters)."""
    value = "60" if name == "duration" else "2026-01-30 09:30:15"

    assert _query(**{f"{name}__{suffix}": value}) == _query(**{f"{name}_{suffix}": value})


@pytest.mark.parametrize("name", RANGED)
@pytest.mark.parametrize("suffix", COMPARISONS)
def test_single_underscore_is_ignored_where_the_policy_says_so(name: str, suffix: str) -> None:
    """The real server probably ignores it (ledger: list_single_underscore_filters)."""
    assert _query() == _page((f"{name}_{suffix}", "nonsense"), list_single_underscore_filters=False).query


def test_bounds_of_one_value_meet() -> None:
    """Two comparisons of the same value hold both."""
    query = _query(created_time__gte="2026-01-30 09:30:15", created_time__lt="2026-01-30 10:00")

    assert Range(_MOMENT, _MOMENT + 29 * MINUTE_US + 45 * SECOND_US) == query.created


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-01-30",
        "2026-01-30T09:30:15",
        "2026-01-30 09:30:15Z",
        "2026-01-30 9:30",
        "2026-13-01 00:00",
        "2026-02-30 00:00",
        "2026-01-30 24:00",
        "2026-01-30 09:30:60",
        "2026-01-30 09:30:15.",
        "2026-01-30 09:30:15.1234567",
        "2026-01-30 09:30\n",
        "0000-01-01 00:00",
        "٢٠٢٦-01-30 09:30",
    ],
)
@pytest.mark.parametrize("name", ["created_time", "created_time__lt", "expiry_time__gte"])
def test_time_in_another_format_is_refused(name: str, text: str) -> None:
    """The text names the format (ledger: list_time_form, list_time_text)."""
    expected = f"Invalid parameter. {name} should be in the format YYYY-MM-DD HH:MM[:ss[.uuuuuu]]."

    assert expected == _refusal(**{name: text})


def test_window_of_30_days_is_the_longest() -> None:
    """It may be as long as that (ledger: list_window_exceeded)."""
    query = _query(created_time__gte="2026-01-01 00:00:00", created_time__lt="2026-01-31 00:00:00")

    assert Range(instants.read("2026-01-01T00:00:00Z"), instants.read("2026-01-31T00:00:00Z")) == query.created


@pytest.mark.parametrize("name", ["created_time", "expiry_time"])
def test_window_past_30_days_is_refused(name: str) -> None:
    """No page tells whether it is clamped (ledger: list_window_exceeded, list_window_text)."""
    bounds = {f"{name}__gte": "2025-12-31 23:59:59", f"{name}__lt": "2026-01-31 00:00:00"}

    assert f"Invalid parameter. {name} search window should not exceed 30 days." == _refusal(**bounds)


def test_open_window_ends_now() -> None:
    """With only a lower bound the span is counted to the present."""
    assert _refusal(created_time__gte="2026-01-01 11:59:59").endswith("should not exceed 30 days.")


def test_window_is_clamped_where_the_policy_says_so() -> None:
    """The last 30 days of what was asked for are kept (ledger: list_window_exceeded)."""
    asked = (("created_time__gte", "2025-11-10 00:00"), ("created_time__lt", "2026-01-10 00:00"))
    query = _page(*asked, list_window_exceeded="clamp").query

    end = instants.read("2026-01-10T00:00:00Z")
    assert Range(end - 30 * DAY_US, end) == query.created


@pytest.mark.parametrize("name", ["created_time", "expiry_time"])
@pytest.mark.parametrize(
    ("since", "low"),
    [
        ("2026-01-26 12:00:00", NOW - 5 * DAY_US),
        ("2025-11-10 12:00:00", NOW - 30 * DAY_US),
        ("2026-02-01 12:00:00", NOW + DAY_US),
    ],
)
def test_clamped_window_whose_end_lies_ahead_keeps_the_days_before_now(name: str, since: str, low: int) -> None:
    """The last 30 days before an end in years to come would hold nothing (ledger: list_window_exceeded)."""
    asked = _side(name, {f"{name}__gte": since, f"{name}__lt": "2099-01-01 00:00:00"})

    assert Range(low, instants.read("2099-01-01T00:00:00Z")) == asked


def test_data_is_kept_for_90_days() -> None:
    """What is older is not listed, whatever is asked (ledger: list_retention)."""
    query = _query(created_time__gte="2025-10-20 00:00", created_time__lt="2025-11-10 00:00")

    assert query.created.low == NOW - 90 * DAY_US


_FILTER_NAMES: Final = (
    *("first_party", "second_party", "virtual_number", "status", "limit", "offset", "subaccount"),
    *(f"{name}{mark}{suffix}" for name in RANGED for mark in ("__", "_") for suffix in COMPARISONS),
    *RANGED,
)
_TIMES: Final = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(lambda t: t.strftime("%Y-%m-%d %H:%M:%S"))  # noqa: DTZ001


@given(st.lists(st.tuples(st.sampled_from(_FILTER_NAMES) | st.text(max_size=8), st.text(max_size=25) | _TIMES)))
def test_no_query_raises_anything_but_a_refusal(pairs: list[tuple[str, str]]) -> None:
    """Whatever is asked, it is a query or a 400."""
    for choice in ("refuse", "clamp"):
        page = outcome(partial(_page, *pairs, list_window_exceeded=choice, list_limit_out_of_range=choice))

        assert page.status == 400 if isinstance(page, ApiError) else _links(page, 7)


_RECENT: Final = st.integers(0, 20 * 86_400 * 1000).map(
    lambda ms: datetime(2026, 1, 31, 12, tzinfo=UTC) - timedelta(milliseconds=ms)
)
_NAIVE: Final = {
    "": lambda printed, asked: printed == asked,
    "__lt": lambda printed, asked: printed < asked,
    "__lte": lambda printed, asked: printed <= asked,
    "__gt": lambda printed, asked: printed > asked,
    "__gte": lambda printed, asked: printed >= asked,
}


@given(_RECENT, _RECENT, st.sampled_from(sorted(_NAIVE)))
def test_time_filter_means_what_a_naive_reading_says(instant: datetime, asked: datetime, suffix: str) -> None:
    """Comparing the printed second of a session with the filter's gives the same, inside the default window."""
    printed, asked = instant.replace(microsecond=0), asked.replace(microsecond=0)
    created = _query(**{f"created_time{suffix}": asked.strftime("%Y-%m-%d %H:%M:%S")}).created
    naive = _NAIVE[suffix](printed, asked)
    if suffix in ("__lt", "__lte"):
        naive = naive and instant >= asked - timedelta(days=7)

    assert naive == (round(instant.timestamp() * 1000) * 1000 in created)


@given(st.integers(0, 70), st.integers(1, 20))
def test_following_next_visits_every_session_once(total: int, limit: int) -> None:
    """At the end next is null (ledger: list_links)."""
    seen: list[int] = []
    query: Sequence[tuple[str, str]] | None = [("limit", str(limit)), ("first_party", "+91 9")]
    while query is not None:
        page = _page(*query)
        seen += range(page.query.offset, min(page.query.offset + page.query.limit, total))
        following, _ = _links(page, total)
        assert page.query.first_party == "91 9"
        query = None if following is None else parse_qsl(urlsplit(following).query)

    assert list(range(total)) == seen


def test_links_carry_filters_and_are_paths() -> None:
    """Limit and offset first, as in other resources' fixtures (ledger: list_links_carry_filters)."""
    page = _page(("created_time__gt", "2026-01-30 09:30"), ("limit", "10"), ("offset", "15"), ("status", ""))

    time = "created_time__gt=2026-01-30+09%3A30"
    assert (f"{_PATH}?limit=10&offset=25&{time}", f"{_PATH}?limit=10&offset=5&{time}") == _links(page, 40)


def test_cursor_is_no_filter_of_sessions_and_no_link_repeats_it() -> None:
    """Their lists are paged by offset; whoever followed a cursor beside it would get page 1 for ever."""
    page = _page(("cursor", "AAAAAAAAAAA"), ("limit", "10"))

    assert (f"{_PATH}?limit=10&offset=10", None) == _links(page, 40)


def test_first_and_only_page_has_no_links() -> None:
    """Both are null (ledger: list_links)."""
    assert _links(_page(), 20) == (None, None)


def test_previous_page_never_begins_before_the_first_session() -> None:
    """An offset smaller than the limit goes back to 0."""
    assert _links(_page(("offset", "3")), 5) == (None, f"{_PATH}?limit=20&offset=0")
