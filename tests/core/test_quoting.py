"""What was sent is cut before it is quoted: a refusal of hundreds of megabytes takes no longer than that of a word."""

from collections.abc import Iterator
from sys import setprofile
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core import instants
from masking_emulator.core.codec import BadRecord, plain, value
from masking_emulator.core.quoting import QUOTED_MAX, quoted
from masking_emulator.core.records.sessions import Settings
from masking_emulator.keeping.snapshot import BadSnapshot, read_snapshot
from masking_emulator.plivo.parse import is_acceptable
from masking_emulator.plivo.reasons import reason_of
from masking_emulator.plivo.validation import SchemaValidator
from masking_emulator.world.file import world_of
from masking_emulator.world.spec import BadWorld

from tests.core.play import SETTINGS


class LongText(str):
    """A text that must not be written down whole; a part of it may be."""

    def __repr__(self) -> str:
        raise AssertionError("the whole text was quoted")


class LongList(list[int]):
    """A list of which nobody may see more than can be shown."""

    def __iter__(self) -> Iterator[int]:
        yield from range(QUOTED_MAX)
        raise AssertionError("the whole list was quoted")

    def __repr__(self) -> str:
        raise AssertionError("the whole list was quoted")


_TEXT = LongText("x" * 200_000)
_SHOWN = f"{'x' * QUOTED_MAX!r}..."

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=QUOTED_MAX),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=QUOTED_MAX), inner),
)


@given(_json)
def test_quoted_value_begins_as_python_writes_it(given: Any) -> None:
    """A short one is whole."""
    written = repr(given)
    is_cut = len(given if isinstance(given, str) else written) > QUOTED_MAX

    assert (f"{written[:QUOTED_MAX]}..." if is_cut else written) == quoted(given)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (_TEXT, _SHOWN),
        ([_TEXT], f"['{'x' * (QUOTED_MAX - 2)}..."),
        ({_TEXT: 1}, f"{{'{'x' * (QUOTED_MAX - 2)}..."),
        ({"a": [{"b": _TEXT}]}, f"{{'a': [{{'b': '{'x' * (QUOTED_MAX - 14)}..."),
        (LongList(), f"{str(list(range(QUOTED_MAX)))[:QUOTED_MAX]}..."),
    ],
    ids=["text", "in a list", "key", "deep", "list"],
)
def test_no_more_of_a_long_value_is_written_than_is_shown(given: Any, shown: str) -> None:
    """Wherever the length is."""
    assert shown == quoted(given)


def test_deep_value_is_quoted_as_far_as_it_is_shown() -> None:
    """However deep it is."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]

    assert f"{'[' * QUOTED_MAX}..." == quoted(deep)


def test_refusals_of_a_snapshot_quote_the_beginning() -> None:
    """Of its version, of a value of the wrong type, and of an instant."""
    with pytest.raises(BadSnapshot) as version:
        read_snapshot({"version": _TEXT})
    with pytest.raises(BadRecord) as wrong:
        value(int, _TEXT, "engine.ordinal")
    with pytest.raises(ValueError, match="is no instant") as instant:
        instants.read(_TEXT)

    assert f"version: {_SHOWN} is not 1, the one that this emulator writes" == str(version.value)
    assert f"engine.ordinal: {_SHOWN} is no int" == str(wrong.value)
    assert f"{_SHOWN} is no instant" == str(instant.value)


def test_long_text_in_a_world_is_refused_before_its_schema_is_asked() -> None:
    """With its place: the messages of jsonschema have every value whole."""
    with pytest.raises(BadWorld) as refused:
        world_of({"phones": [{"number": "+14155550100", "outcome": _TEXT}]})

    assert "phones[0].outcome: it is a text of 200,000 characters; none has more than 100,000" == str(refused.value)


def test_long_text_is_no_parameter() -> None:
    """The schema is not asked either."""
    assert not is_acceptable("callback_url", _TEXT)


def test_reason_for_a_wrong_word_quotes_its_beginning() -> None:
    """As the other refusals do."""
    error = SchemaValidator({"enum": ["local", "any"]}).first("x" * 100)
    assert error is not None

    assert f"{_SHOWN} is none of local, any" == reason_of(error)


def test_text_of_other_alphabets_is_not_read_sign_by_sign() -> None:
    """A hundred million of them took four seconds."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        del frame, event, argument
        calls += 1

    setprofile(count)
    try:
        read = value(str, "é" * 10_000, "name")
    finally:
        setprofile(None)

    assert "é" * 10_000 == read
    assert calls < 200


@pytest.mark.parametrize("before", [0, 65_535, 65_536, 200_000])
def test_half_of_a_character_is_found_wherever_it_is(before: int) -> None:
    """Also behind the first piece that is looked at."""
    with pytest.raises(BadRecord, match="has half of a character, which cannot be written down"):
        value(str, "é" * before + "\udc00", "name")


def test_long_record_is_not_remembered() -> None:
    """Short ones that are alike are shared; a long one would stay in memory after its refusal."""
    short, long = ({**plain(SETTINGS), "callback_url": "x" * length} for length in (10, 100_000))

    assert value(Settings, short, "settings") is value(Settings, short, "settings")
    assert value(Settings, long, "settings") is not value(Settings, long, "settings")
