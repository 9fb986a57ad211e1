"""No secret of a run is in a report, in whatever form, however it was written where it came from."""

import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from html import unescape
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.report.files import FORMS
from masking_emulator.report.model import Report
from masking_emulator.report.secrets import MASK, Cleaner
from masking_emulator.report.summary import summary_lines

from tests.report.eventful import Eventful

#: Tokens as a world file may have them, long enough to be one.
_TOKENS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=60)


def _hunted(text: str) -> str:
    """The text and what it comes to once it is decoded, in every way in which a reader may."""
    readings = [text, unescape(text), unquote(text), unescape(unquote(text))]
    for reading in list(readings):
        readings.append(reading.replace("\\\\", "\\").replace('\\"', '"'))
        readings.append(re.sub(r"\\([^\w\s])", r"\1", reading))
    return "\n".join(readings)


@pytest.mark.parametrize("render", [*FORMS.values(), lambda report: "\n".join(summary_lines(report))])
def test_secret_of_a_run_is_in_no_form(render: Callable[[Report], str], found: Eventful) -> None:
    """Tokens were sent in paths, queries, headers and bodies, and a receiver answered with one."""
    text = _hunted(render(found.report))

    for account in (found.api, *found.api.subaccounts):
        token = account.auth_token
        forms = {token, quote(token, safe=""), json.dumps(token)[1:-1], b64encode(token.encode()).decode().rstrip("=")}
        assert [] == [form for form in forms if form in text]
        assert account.authorization.partition(" ")[2].rstrip("=") not in text
    assert "secret-cookie" not in text
    assert "pass-word" not in text


def test_decoded_base64_holds_no_token(found: Eventful) -> None:
    """Whatever in the page could be base64, at any place of it."""
    text = FORMS[".json"](found.report)
    tokens = [account.auth_token.encode() for account in (found.api, *found.api.subaccounts)]
    for word in re.findall(r"[A-Za-z0-9+/_-]{12,}", text):
        for start in range(4):
            part = word[start : start + (len(word) - start) // 4 * 4].replace("-", "+").replace("_", "/")
            decoded = b64decode(part)
            assert not any(token in decoded for token in tokens), word


def test_report_shows_where_a_secret_was(found: Eventful) -> None:
    """A mask stands in its place, and the account that was named is beside it."""
    requests = [one for one in found.report.worlds[0].requests if MASK in one.url]

    assert requests
    assert {"MAREPORTREPORTREPORT"} == {one.account for one in requests}


def test_header_that_authorizes_is_left_out(found: Eventful) -> None:
    """Not even its scheme is there."""
    names = {name.lower() for one in found.report.worlds[0].requests for name in one.headers}

    assert {"host", "x-token"} <= names
    assert set() == names & {"authorization", "cookie"}


@given(token=_TOKENS, before=st.text(max_size=5), after=st.text(max_size=5))
def test_token_is_found_however_it_is_written(token: str, before: str, after: str) -> None:
    """Within other text, percent-encoded, escaped, in base64 at any place."""
    cleaner = Cleaner([("MA1", token)])
    around = f"{before}{token}{after}"
    forms = [around, quote(around), quote_plus(around), json.dumps(around), json.dumps({around: around})]

    assert [] == [form for form in forms if token in unquote(cleaner.text(form)) and token not in before + MASK + after]
    for encode in (b64encode, urlsafe_b64encode):
        cleaned = cleaner.text(encode(around.encode()).decode())
        assert MASK in cleaned


@given(token=_TOKENS)
def test_value_is_cleaned_to_its_depths(token: str) -> None:
    """Keys and values of what users send; numbers too."""
    cleaner = Cleaner([("MA1", token), ("MA2", "12345678")])
    value = {"body": {token: [{"x": f"a {token} b"}], "n": 12345678, "yes": True}, "why": f"it is {token}"}
    cleaned = cleaner.value(value)

    assert {"body": {MASK: [{"x": f"a {MASK} b"}], "n": MASK, "yes": True}, "why": f"it is {MASK}"} == cleaned


def test_own_words_are_left_alone() -> None:
    """A token that is an ordinary word does not make instants and states unreadable."""
    cleaner = Cleaner([("MA1", "2026"), ("MA2", "delivered")])

    assert {"at": "2026-01-01T00:00:00Z", "state": "delivered", "why": MASK} == cleaner.value(
        {"at": "2026-01-01T00:00:00Z", "state": "delivered", "why": "2026"}
    )
