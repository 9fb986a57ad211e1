"""The JSON of answers: the bytes of the standard library's encoder, which are ASCII."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.plivo.http import json_ascii

_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), _TEXT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=10,
)


@given(body=st.dictionaries(_TEXT, _VALUES, max_size=5))
def test_bytes_are_those_of_the_standard_library(body: dict[str, Any]) -> None:
    """Key order is kept, and whatever is not printable ASCII is escaped, half surrogates too."""
    expected = json.dumps(body, separators=(",", ":")).encode("ascii")

    assert expected == json_ascii(body)


@pytest.mark.parametrize("amount", [0, 0.0165, 0.033, 1.5, 100.1, 123_456.789])
def test_amounts_are_written_as_the_standard_library_writes_them(amount: float) -> None:
    """The shortest text that means the same number."""
    assert json.dumps({"amount": amount}, separators=(",", ":")).encode() == json_ascii({"amount": amount})
