"""Instants: what is written can be read, and what cannot be one is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core.instants import DAY_US, INSTANT_MAX, SECOND_US, read, read_many, written


@st.composite
def _nearly(draw: st.DrawFn) -> str:
    """An instant with a fraction, in which one character may be another one."""
    text = written(draw(st.integers(0, INSTANT_MAX))).removesuffix("Z")
    text = f"{text}.000000Z" if "." not in text else f"{text}Z"
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.sampled_from("0159-:.,TWZ ٣")) + text[at + 1 :]


def _read_by_the_library(text: str) -> int:
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    instant = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    if not 0 <= instant <= INSTANT_MAX:
        raise ValueError(f"{text!r} lies outside the years 1970 to 9999")
    return instant


def _read_or_why_not(text: str) -> int | str:
    try:
        return read(text)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-02", DAY_US),
        ("1970-01-01 00:00:01", SECOND_US),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("9999-12-31T23:59:59Z", INSTANT_MAX),
    ],
)
def test_iso_text_names_an_instant(text: str, instant: int) -> None:
    """Date, time, fraction and offset count; without an offset the text is UTC."""
    assert instant == read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "noon",
        "2026-02-30",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-00:01",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_text_that_names_no_instant_is_an_error(text: str) -> None:
    """Neither nonsense nor a year before 1970 or after 9999 becomes a number."""
    with pytest.raises(ValueError):
        read(text)


def test_whole_seconds_are_written_without_fraction() -> None:
    """The fraction is written only where there is one."""
    assert written(SECOND_US) == "1970-01-01T00:00:01Z"
    assert written(SECOND_US + 500) == "1970-01-01T00:00:01.000500Z"


@given(st.integers(0, INSTANT_MAX))
def test_written_instants_are_read_back(instant: int) -> None:
    """Nothing is lost on the way through text, to the microsecond."""
    assert instant == read(written(instant))


@given(st.text("0123456789-:.,TWZ+ ٣", min_size=5, max_size=27) | _nearly())
def test_text_is_read_as_the_standard_library_reads_it(text: str) -> None:
    """Whatever its form: that of most instants is read in two parts, and the first one is remembered."""
    try:
        expected: int | str = _read_by_the_library(text)
    except ValueError as error:
        expected = str(error)

    assert expected == _read_or_why_not(text)
    if isinstance(expected, int) and datetime.fromisoformat(text).tzinfo is not None:
        assert [expected, 0, expected] == read_many([text, written(0), text])
    else:
        with pytest.raises((ValueError, TypeError)):
            read_many([written(0), text])
