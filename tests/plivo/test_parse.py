"""From bytes to a command: what JSON is taken, how keys are matched, and which error is told first."""

import json
import re
from itertools import pairwise
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from masking_emulator.core.countries import is_possible
from masking_emulator.plivo import parse
from masking_emulator.plivo.parameters import CREATE, UPDATE
from masking_emulator.plivo.refusals import ApiError

from tests.plivo.bodies import GENERATED, PAIR, PINS, created, outcome, refusal, updated


def _json_error(body: bytes) -> str:
    with pytest.raises(ApiError) as refused:
        parse.json_object(body)
    assert refused.value.status == 400
    return refused.value.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1} x',
        b"\xff\xfe",
        b'{"a": "\xed\xa0\x80"}',
        b"[" * 10_000,
        b'{"a": ' * 10_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_body_that_is_no_json_is_refused(body: bytes) -> None:
    """A trailing comma as in the vendor's own sample is no JSON (ledger: invalid_json)."""
    assert _json_error(body) == "Invalid JSON in the request body."


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"null", b"true"])
def test_body_that_is_no_object_is_refused(body: bytes) -> None:
    """Parameters have names, so a body is an object (ledger: json_object)."""
    assert _json_error(body) == "The request body must be a JSON object."


@given(st.binary(max_size=200))
@example(b'{"a": "\\ud800"}')
@example(b"\xef\xbb\xbf{}")
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    """No body gets past the parser as anything else, and none crashes it."""
    value = outcome(lambda: parse.json_object(body))

    assert value.status == 400 if isinstance(value, ApiError) else isinstance(value, dict)


@pytest.mark.parametrize("spell", [str.upper, str.title, str.swapcase])
def test_letter_case_of_keys_does_not_matter(spell: Any) -> None:
    """The server is written in Go, whose decoder matches keys in any case (ledger: keys_in_any_case)."""
    body = {**PINS, "record": True, "session_expiry": 600}

    assert created(body) == created({spell(key): value for key, value in body.items()})


@pytest.mark.parametrize("first", ["session_expiry", "Session_Expiry"])
def test_last_of_equal_keys_counts(first: str) -> None:
    """Go's decoder sets a field again for each key that matches it (ledger: last_of_equal_keys)."""
    body = parse.json_object(f'{{"{first}": 60, "session_expiry": 600}}'.encode())

    assert 600 == created({**PAIR, **body}).expiry_s


def test_capital_p_of_the_go_sdk_means_a_single_party() -> None:
    """plivo-go sends create_session_with_single_Party (ledger: keys_in_any_case)."""
    command = created({"first_party": PAIR["first_party"], "create_session_with_single_Party": True})

    assert command.settings.single_party


def test_older_name_of_the_pin_switch_is_understood() -> None:
    """Older pages have it without its end (ledger: is_pin_authentication)."""
    body = {key: value for key, value in PINS.items() if key != "is_pin_authentication_required"}

    assert created(PINS) == created({**body, "is_pin_authentication": True})


def test_unknown_keys_are_ignored() -> None:
    """Java, Python, Node and the CLI all send some (ledger: unknown_keys_ignored)."""
    noise = {"pin_authentication_required": False, "mode": "both", "session_uuid": "x", "sub_account": [], "": None}

    assert created(PAIR) == created({**PAIR, **noise})


@pytest.mark.parametrize("name", CREATE)
def test_null_is_not_given(name: str) -> None:
    """An explicit null means no more than a missing key."""
    base = {key: value for key, value in PINS.items() if key != name}

    assert outcome(lambda: created(base)) == outcome(lambda: created({**base, name: None}))


_NAMES: Final = tuple(CREATE)


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(_NAMES)))
def test_first_wrong_parameter_of_the_table_is_told(earlier: str, later: str) -> None:
    """The order of the vendor page decides, not that of the body."""
    body = {"is_pin_authentication_required": True, later: [], earlier: []}

    assert f" {earlier} " in refusal(body)


def test_first_missing_party_is_told() -> None:
    """Both are missing, and the page names the first party first (ledger: first_fault_reported)."""
    assert refusal({}) == "Mandatory parameter missing. first_party must be present."


@pytest.mark.parametrize("name", ["first_party", "second_party"])
def test_single_party_may_be_either(name: str) -> None:
    """One party suffices where the flag is set (ledger: single_party_needs_one)."""
    command = created({name: PAIR[name], "create_session_with_single_party": True})

    missing = "second_party" if name == "first_party" else "first_party"
    assert (PAIR[name], "") == (getattr(command, name), getattr(command, missing))


def test_single_party_session_may_have_both() -> None:
    """The flag allows one party and forbids none."""
    command = created({**PAIR, "create_session_with_single_party": True})

    assert tuple(PAIR.values()) == (command.first_party, command.second_party)


def test_single_party_session_needs_one() -> None:
    """Somebody has to be reached (ledger: single_party_without_party)."""
    text = refusal({"create_session_with_single_party": True})

    assert text == "Mandatory parameter missing. first_party or second_party must be present."


@pytest.mark.parametrize("name", ["first_party_pin", "second_party_pin", "pin_prompt_play"])
def test_pin_parameters_are_required_with_pin_authentication(name: str) -> None:
    """The page says "Required when …" of them (ledger: pins_required, pin_prompt_play_required)."""
    body = {key: value for key, value in PINS.items() if key != name}

    assert f"Mandatory parameter missing. {name} must be present." == refusal(body)


def test_empty_prompt_is_a_missing_prompt() -> None:
    """A caller who hears nothing cannot know that a PIN is wanted."""
    assert refusal({**PINS, "pin_prompt_play": ""}) == "Mandatory parameter missing. pin_prompt_play must be present."


def test_generated_pins_need_no_given_ones() -> None:
    """generate_pin stands in for both (ledger: pins_required)."""
    pins = created(GENERATED).pins

    assert pins is not None
    assert (pins.generate, pins.length, pins.first, pins.second) == (True, 4, None, None)


def test_given_pins_go_before_generated_ones() -> None:
    """Some Java tests send both (ledger: given_pin_wins)."""
    pins = created({**GENERATED, "first_party_pin": "1234"}).pins

    assert pins is not None
    assert (pins.first, pins.second) == ("1234", None)


def test_pin_parameters_are_not_looked_at_without_pin_authentication() -> None:
    """Source: vendor page, "Applicable when a PIN is enabled"."""
    names = [name for name, parameter in CREATE.items() if parameter.pin_group]

    assert created(PAIR) == created({**PAIR, **{name: [] for name in names}})


def test_incorrect_pin_play_is_required_where_the_policy_says_so() -> None:
    """The older page requires it, the newest does not (ledger: incorrect_pin_play_required)."""
    text = refusal(PINS, incorrect_pin_play_required=True)

    assert text == "Mandatory parameter missing. incorrect_pin_play must be present."


def test_incorrect_pin_play_satisfies_the_strict_policy() -> None:
    """Given, it is what the strict policy wants."""
    body = {**PINS, "incorrect_pin_play": "https://example.com/no.wav"}

    assert created(body) == created(body, incorrect_pin_play_required=True)


def test_empty_update_changes_nothing() -> None:
    """Go and PHP send {} for an update without arguments (ledger: update_modified)."""
    command = updated({})

    assert (command.first_party, command.second_party, command.expiry_s, command.settings) == (None, None, None, {})


_LEAVES: Final = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=30)
    | st.sampled_from(["true", "60", "+919003459051", "1234", "https://example.com/a.wav", "GET", "mp3", "0", "-1"])
)
_VALUES: Final = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
_BODIES: Final = st.dictionaries(st.sampled_from(_NAMES), _VALUES) | st.dictionaries(st.text(max_size=12), _VALUES)


@given(_BODIES, st.booleans())
def test_no_body_raises_anything_but_a_refusal(body: dict[str, Any], strict: bool) -> None:  # noqa: FBT001
    """Whatever JSON comes, a create is a command or a 400 in the vendor's words."""
    policy = {"play_url_extension_required": strict, "incorrect_pin_play_required": strict}
    parsed = outcome(lambda: created({**PAIR, **body}, **policy))

    if isinstance(parsed, ApiError):
        assert parsed.status == 400
        assert re.match(r"(Invalid parameter|Mandatory parameter missing)\. |no subaccount ", parsed.text)


@given(st.dictionaries(st.sampled_from(tuple(UPDATE)), _VALUES))
def test_no_update_raises_anything_but_a_refusal(body: dict[str, Any]) -> None:
    """Whatever JSON comes, an update is a command or a 400."""
    parsed = outcome(lambda: updated(body))

    assert not isinstance(parsed, ApiError) or parsed.status == 400


@pytest.mark.parametrize("name", CREATE)
@pytest.mark.parametrize("depth", [100, 500, 900])
def test_deeply_nested_value_is_refused_like_any_other(name: str, depth: int) -> None:
    """A value that JSON just allows must not exhaust the stack later, when the refusal is written."""
    body = {**PINS, name: json.loads("[" * depth + "]" * depth)}

    assert refusal(body).startswith(f"Invalid parameter. {name} ")


@given(st.text("+0123456789", min_size=1, max_size=17) | st.integers(0, 10**17) | st.text(max_size=16))
def test_every_accepted_party_is_a_possible_number(sent: str | int) -> None:
    """What gets through is 7 to 15 ASCII digits of a country that has numbers of this length."""
    try:
        party = created({**PAIR, "first_party": sent}).first_party
    except ApiError:
        return
    assert re.fullmatch("[1-9][0-9]{6,14}", party)
    assert is_possible(party)


@given(st.text("0123456789", max_size=17) | st.integers(-10, 10**17) | st.text(max_size=16))
def test_every_accepted_pin_has_4_to_15_digits(sent: str | int) -> None:
    """Whatever is sent (ledger: first_party_pin)."""
    try:
        pins = created({**PINS, "first_party_pin": sent}).pins
    except ApiError:
        return
    assert pins is not None
    assert re.fullmatch("[0-9]{4,15}", pins.first or "")


@given(st.text(max_size=30) | st.from_regex(r"https?://[a-z.\[\]:@/?# %-]{0,20}", fullmatch=True))
def test_every_accepted_url_is_one_that_a_client_could_call(sent: str) -> None:
    """Scheme, host, under 1000 characters, neither blanks nor control characters."""
    try:
        url = created({**PAIR, "callback_url": sent}).settings.callback_url
    except ApiError:
        return
    assert url == "" or re.match("(?i)https?://[^/]", url)
    assert len(url) < 1000
    assert not re.search(r"[\s\x00-\x20\x7f]", url)


@given(st.integers() | st.integers().map(str) | st.floats(allow_nan=False) | st.text(max_size=10))
def test_every_accepted_expiry_is_in_range(sent: float | str) -> None:
    """60 to 86400, whatever is sent (ledger: session_expiry_range)."""
    try:
        expiry_s = created({**PAIR, "session_expiry": sent}).expiry_s
    except ApiError:
        return
    assert type(expiry_s) is int
    assert 60 <= expiry_s <= 86_400


@pytest.mark.parametrize("sent", [-1234, 10**16], ids=repr)
@pytest.mark.parametrize("name", ["first_party", "first_party_pin"])
def test_reason_quotes_the_number_that_was_sent(name: str, sent: int) -> None:
    """Parties and PINs may be numbers, and the reason shows which one was refused (ledger: reason_header)."""
    refused = outcome(lambda: created({**PINS, name: sent}))

    assert isinstance(refused, ApiError)
    assert refused.reason.startswith(f"{name} is {sent}, and ")
