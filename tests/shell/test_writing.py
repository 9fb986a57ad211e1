"""How a callback's parameters are written into its body."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.callbacks.routes import RouteTable
from masking_emulator.callbacks.writing import Writer
from masking_emulator.core.chance import Chance
from masking_emulator.core.records.callbacks import Callback, Channel, Notice, NoticeKind
from masking_emulator.plivo.service import Account

_WRITER = Writer((Account(0, "MA", "token"),), "http://h", Chance("seed"), RouteTable())

#: Characters at the borders of what is written as it is, and some far from them.
_CHARACTERS = st.sampled_from("aZ09-._~ +%&=/:é\u0661\u00aa\n\x00") | st.characters(exclude_categories=["Cs"])


@given(st.text(_CHARACTERS, max_size=8))
def test_any_value_is_quoted_as_a_form_is(value: str) -> None:
    """Byte for byte what urlencode writes, for values that need no quoting, too."""
    notice = Notice(NoticeKind.TIMED_OUT)
    written = _WRITER.written(Callback(1, 1, value, 0, "", Channel.STATUS, notice, "https://example.com/", "POST", 0))

    assert (value, "") == (written.parameters["SessionUUID"], written.parameters["VirtualNumber"])
    assert urlencode(written.parameters).encode() == written.public.content
