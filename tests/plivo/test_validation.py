"""Values that are recognised as valid without jsonschema: jsonschema accepts each of them."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from masking_emulator.plivo.parameters import CREATE
from masking_emulator.plivo.validation import SchemaValidator

#: What a create of every kind sends: recognising it is the purpose.
_COMMON: Final = {
    "first_party": "14155550123",
    "second_party": "+14155550123",
    "geomatch": False,
    "first_party_pin": "1234",
    "callback_url": "https://example.com/masking/events",
    "callback_method": "POST",
    "record_file_format": "wav",
    "session_expiry": 3600,
    "call_time_limit": 60,
    "subaccount": "SAEMULATOR0000000001",
}

_ANYTHING: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 100_000),
    st.floats(),
    st.text(max_size=20),
    st.from_regex(r"\A\+?[0-9]{1,17}\n?\Z"),
    st.from_regex(r"\Ahttps?://[a-z.\[\]:@]{0,8}(:[0-9]{0,6})?(/[!-~ \n]{0,5})?\Z"),
    st.integers(990, 1010).map(lambda length: "http://a/".ljust(length, "b")),
    st.sampled_from(["GET", "POST", "get", "mp3", "wav", "", 1.0, 60.0, [], {}]),
)


@given(value=_ANYTHING)
def test_whatever_is_recognised_is_valid(value: Any) -> None:
    """jsonschema is the authority; recognising is only a short way to its yes."""
    for parameter in CREATE.values():
        valid = Draft202012Validator(parameter.schema).is_valid(value)

        assert valid or not parameter.validator.recognises(value)


@pytest.mark.parametrize("name", _COMMON)
def test_common_values_are_recognised(name: str) -> None:
    """Otherwise every create would wait for jsonschema."""
    assert CREATE[name].validator.recognises(_COMMON[name])


@pytest.mark.parametrize("schema", [{}, {"type": "boolean", "const": True}, {"type": "string", "minLength": 1}])
def test_of_a_schema_with_other_words_nothing_is_recognised(schema: dict[str, Any]) -> None:
    """A word that the short way does not know is never passed over."""
    assert [False, False] == [SchemaValidator(schema).recognises(value) for value in (True, "a")]
