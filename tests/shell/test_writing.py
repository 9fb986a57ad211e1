"""How a callback's parameters are written into its body."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.callbacks.writing import Written
from masking_emulator.plivo.destination import destination
from masking_emulator.plivo.signatures import Inputs, Signed

#: Characters at the borders of what is written as it is, and some far from them.
_CHARACTERS = st.sampled_from("aZ09-._~ +%&=/:é\u0661\u00aa\n\x00") | st.characters(exclude_categories=["Cs"])


@given(st.text(_CHARACTERS, max_size=8))
def test_any_value_is_quoted_as_a_form_is(value: str) -> None:
    """Byte for byte what urlencode writes, for values that need no quoting, too."""
    named = {"EventName": value, "Empty": ""}
    signed = Signed({}, Inputs("", ()))
    written = Written("", "POST", named, signed, destination("https://example.com/"))

    assert urlencode(named).encode() == written.public.content
