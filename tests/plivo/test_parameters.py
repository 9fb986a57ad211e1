"""Every parameter by itself: default, what is taken, what is refused and in which words. The rows are in `rows.py`."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator
from masking_emulator.plivo.ledger import LEDGER
from masking_emulator.plivo.parameters import CREATE, UPDATE
from masking_emulator.plivo.refusals import ApiError

from tests.plivo.bodies import PAIR, PINS, SUBACCOUNT, created, outcome, refusal, update_refusal, updated
from tests.plivo.rows import CHOICES, FLAGS, INTEGERS, OPTIONAL, PARTIES, PIN_DIGITS, TRIED, URLS, Row

#: Parameters that an update may change (ledger: update_what, update_parties).
_UPDATABLE: Final = {
    "first_party",
    "second_party",
    "record",
    "record_file_format",
    "recording_callback_url",
    "recording_callback_method",
    "session_expiry",
    "call_time_limit",
    "callback_url",
    "callback_method",
    "ring_timeout",
    "first_party_play_url",
    "second_party_play_url",
}


def _label(value: object) -> str:
    return value.name if isinstance(value, Row) else repr(value)[:40]


def _each(rows: Sequence[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


def _with(row: Row, value: Any) -> dict[str, Any]:
    return {**row.base, row.name: value}


def _no_choices(values: Sequence[str]) -> Sequence[object]:
    return (values[0].swapcase(), "ogg", 1, True, [], {})


def _invalid(name: str, rest: str) -> str:
    return f"Invalid parameter. {name} {rest}"


def test_every_parameter_is_tried() -> None:
    """A parameter that joins the table joins this file."""
    assert set(CREATE) == TRIED


def test_update_may_change_what_the_vendor_lists() -> None:
    """Thirteen parameters can be updated (ledger: update_what)."""
    assert set(UPDATE) == _UPDATABLE


@pytest.mark.parametrize("name", CREATE)
def test_schema_of_a_parameter_is_a_json_schema(name: str) -> None:
    """OpenAPI embeds the fragment as it is."""
    Draft202012Validator.check_schema(dict(CREATE[name].schema))


@_each(OPTIONAL)
def test_default_is_what_the_wire_shows(row: Row) -> None:
    """Timers have those of recorded samples (ledger: session_expiry_default, call_time_limit_default)."""
    assert row.default == row.read(created(row.base if row.name != "generate_pin" else PINS))


@_each(OPTIONAL)
@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "empty"])
def test_null_and_empty_string_are_not_given(row: Row, nothing: object) -> None:
    """Several SDKs send "" for what is unset (ledger: null_is_not_given, empty_is_not_given)."""
    assert row.default == row.read(created({**(row.base if row.name != "generate_pin" else PINS), row.name: nothing}))


@_each(FLAGS)
@pytest.mark.parametrize("sent", [True, "true", "TRUE", "True"])
def test_flag_may_be_the_word_true(row: Row, sent: object) -> None:
    """The vendor's update sample sends "true" (ledger: flags_as_strings)."""
    assert row.read(created(_with(row, sent))) is True


@_each([row for row in FLAGS if row.name not in ("force_pin_authentication", "generate_pin")])
@pytest.mark.parametrize("sent", [False, "false", "FALSE"])
def test_flag_may_be_the_word_false(row: Row, sent: object) -> None:
    """A word for a flag counts as the flag (ledger: flags_as_strings)."""
    assert row.read(created(_with(row, sent))) is False


@_each(FLAGS)
@pytest.mark.parametrize("sent", ["yes", "1", " true", 0, 1, 1.0, [], {}], ids=repr)
def test_flag_is_nothing_else(row: Row, sent: object) -> None:
    """The text is documented for record (ledger: text_flag)."""
    assert _invalid(row.name, "allowed values are true or false.") == refusal(_with(row, sent))


@pytest.mark.parametrize(("row", "value"), [(row, value) for row, *ends in INTEGERS for value in ends], ids=_label)
def test_integer_may_be_at_either_end_of_its_range(row: Row, value: int) -> None:
    """Both ends belong to the range (ledger: session_expiry_range, call_time_limit_range, ring_timeout_range)."""
    assert value == row.read(created(_with(row, value)))


@pytest.mark.parametrize(
    ("row", "value"),
    [(row, value) for row, least, most in INTEGERS for value in (least - 1, most + 1, -1, 10**30) if value],
    ids=_label,
)
def test_integer_outside_its_range_is_refused(row: Row, value: int) -> None:
    """The text is documented for session_expiry and call_time_limit (ledger: text_range)."""
    assert _invalid(row.name, "is outside the allowed range.") == refusal(_with(row, value))


@pytest.mark.parametrize(("row", "least", "most"), INTEGERS, ids=_label)
def test_integer_may_be_a_string_of_digits(row: Row, least: int, most: int) -> None:
    """Ruby's update can send nothing else (ledger: integers_as_strings)."""
    del least

    assert most == row.read(created(_with(row, str(most))))


@_each([row for row, _, _ in INTEGERS])
@pytest.mark.parametrize("sent", ["9" * 20, "-" + "9" * 20, "9" * 5000], ids=len)
def test_string_of_many_digits_is_out_of_range(row: Row, sent: str) -> None:
    """A string of digits is an integer, however many they are (ledger: integers_as_strings, text_range)."""
    assert _invalid(row.name, "is outside the allowed range.") == refusal(_with(row, sent))


@pytest.mark.parametrize(("row", "least", "most"), INTEGERS, ids=_label)
def test_integer_may_be_a_whole_float(row: Row, least: int, most: int) -> None:
    """JSON knows one kind of number, and 60.0 is 60."""
    del least

    assert most == row.read(created(_with(row, float(most))))


@_each([row for row, _, _ in INTEGERS])
@pytest.mark.parametrize("sent", ["soon", "6O", "60.5", " 60", "٦٠", "-", 60.5, float("inf"), True, [], {}], ids=repr)
def test_integer_is_nothing_else(row: Row, sent: object) -> None:
    """A value that is no whole number is told so, whatever its range (ledger: text_integer)."""
    assert _invalid(row.name, "should be an integer.") == refusal(_with(row, sent))


@_each([row for row, _, _ in INTEGERS if row.name in ("session_expiry", "call_time_limit", "ring_timeout")])
@pytest.mark.parametrize("zero", [0, "0", 0.0], ids=repr)
def test_zero_timer_is_the_default(row: Row, zero: object) -> None:
    """Go and Java send 0 for every timer that is unset (ledger: zero_timers)."""
    assert row.default == row.read(created(_with(row, zero)))


@_each([row for row, _, _ in INTEGERS if row.name in ("generate_pin_length", "pin_retry_wait")])
def test_zero_is_out_of_range_where_the_sdks_stopped_sending_it(row: Row) -> None:
    """Java's commits of September 2024 suggest that the server refused 0 here (ledger: pin_integers_zero)."""
    assert _invalid(row.name, "is outside the allowed range.") == refusal(_with(row, 0))


@pytest.mark.parametrize("value", [1, 59, 86_401, -5])
def test_call_time_limit_is_clamped_where_the_policy_says_so(value: int) -> None:
    """The same page both clamps and refuses; clamping is the option (ledger: call_time_limit_out_of_range)."""
    command = created({**PAIR, "call_time_limit": value}, call_time_limit_out_of_range="clamp")

    assert min(max(value, 60), 86_400) == command.settings.call_time_limit_s


def test_clamping_is_for_the_call_time_limit_alone() -> None:
    """No page clamps another timer."""
    text = refusal({**PAIR, "session_expiry": 59}, call_time_limit_out_of_range="clamp")

    assert _invalid("session_expiry", "is outside the allowed range.") == text


@pytest.mark.parametrize(("row", "value"), [(row, value) for row, values in CHOICES for value in values], ids=_label)
def test_choice_may_be_each_of_its_values(row: Row, value: str) -> None:
    """All listed values are taken (ledger: record_file_format, recording_callback_method, callback_method)."""
    assert value == row.read(created(_with(row, value)))


@pytest.mark.parametrize(
    ("row", "values", "sent"),
    [(row, values, sent) for row, values in CHOICES for sent in _no_choices(values)],
    ids=_label,
)
def test_choice_is_nothing_else(row: Row, values: tuple[str, str], sent: object) -> None:
    """The text is documented for record_file_format (ledger: text_choice)."""
    assert _invalid(row.name, f"allowed values are {' or '.join(values)}.") == refusal(_with(row, sent))


@_each(URLS)
@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "http://localhost:9000/events?tenant=7#top",
        "HTTPS://EXAMPLE.COM/A.MP3",
        "https://user:secret@example.com/",
        "http://[::1]:8080/a.wav",
        "https://example.com/ü.mp3",
        "https://example.com/" + "r" * 979,
    ],
    ids=lambda url: url[:30],
)
def test_url_of_up_to_999_characters_is_taken(row: Row, url: str) -> None:
    """Under 1000 characters, http or https, with a host (ledger: url_form)."""
    assert url == row.read(created(_with(row, url)))


@_each(URLS)
@pytest.mark.parametrize(
    "url",
    [
        "example.com",
        "ftp://example.com",
        "https://",
        "https:///path",
        "https://exa mple.com",
        "https://example.com/a b",
        "https://example.com:port/",
        "https://example.com:65536/",
        "http://[:::]/",
        "http://[10.0.0.1]/",
        "https://example.com\n",
        "\n",
        "javascript:alert(1)",
        7,
        True,
        [],
        {},
    ],
    ids=repr,
)
def test_url_that_is_none_is_refused(row: Row, url: object) -> None:
    """The text is documented for recording_callback_url (ledger: text_url)."""
    assert _invalid(row.name, "should be a valid URL.") == refusal(_with(row, url))


@_each(URLS)
def test_url_of_1000_characters_is_too_long(row: Row) -> None:
    """The text is documented for recording_callback_url (ledger: text_url_length)."""
    url = "https://example.com/" + "r" * 980

    assert _invalid(row.name, "should be under 1000 characters.") == refusal(_with(row, url))


@_each([row for row in URLS if row.name.endswith("_play")])
@pytest.mark.parametrize("path", ["a.mp3", "a.WAV", "a.wav?v=1", "a.mp3#t=2"])
def test_play_url_with_an_audio_extension_passes_the_strict_policy(row: Row, path: str) -> None:
    """Case, query and fragment do not count. Source: vendor page, pin_prompt_play."""
    base = {**row.base, row.name: f"https://example.com/{path}"}

    assert base[row.name] == row.read(created(base, play_url_extension_required=True))


def test_strict_policy_checks_the_urls_that_its_row_names() -> None:
    """Those of which the vendor's page says Allowed format, and the one beside them."""
    (statement,) = [each.statement for each in LEDGER if each.id == "play_url_extension_required"]
    strict = {"play_url_extension_required": True}
    urls = {row.name: {**row.base, row.name: "https://example.com/"} for row in URLS}
    refused = {name for name, body in urls.items() if isinstance(outcome(partial(created, body, **strict)), ApiError)}

    (ending,) = re.findall(r"name ends in (\w+)", statement)
    assert refused == {name for name in urls if name.endswith(ending)}


@_each([row for row in URLS if row.name.endswith("_play")])
@pytest.mark.parametrize("path", ["", "a.ogg", "a?file=a.mp3"])
def test_play_url_without_an_audio_extension_is_refused_where_the_policy_says_so(row: Row, path: str) -> None:
    """The page names .mp3 and .wav; the strict reading is an option."""
    text = refusal(_with(row, f"https://example.com/{path}"), play_url_extension_required=True)

    assert _invalid(row.name, "should be the URL of an .mp3 or .wav file.") == text


@_each(PARTIES)
@pytest.mark.parametrize("sent", ["+919840037051", "919840037051", 919840037051], ids=repr)
def test_party_is_stored_without_its_plus(row: Row, sent: object) -> None:
    """The plus is optional on input and absent on output (ledger: party_plus_optional, party_as_number)."""
    assert row.read(created(_with(row, sent))) == "919840037051"


@_each(PARTIES)
@pytest.mark.parametrize(
    "sent",
    [
        "12",
        "+0123456789",
        "+1 415 555 0123",
        "+1-415-555-0123",
        "++14155550123",
        "9999999999999999",
        "+919840037051\n",
        "alice",
        "٩١٩٨٤٠٠٣٧٠٥١",
        "21",
        "2109876543210",
        -1,
        True,
        1.5,
        10**17,
        [],
        {},
    ],
    ids=repr,
)
def test_party_that_is_no_phone_number_is_refused(row: Row, sent: object) -> None:
    """The text is documented (ledger: text_phone)."""
    assert _invalid(row.name, "is not a valid phone number.") == refusal(_with(row, sent))


@_each(PARTIES)
@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "empty"])
def test_party_that_is_missing_is_asked_for(row: Row, nothing: object) -> None:
    """The text is documented (ledger: text_missing)."""
    assert f"Mandatory parameter missing. {row.name} must be present." == refusal(_with(row, nothing))


@_each(PIN_DIGITS)
@pytest.mark.parametrize("sent", ["0000", 5678, "123456789012345", 123456789012345], ids=repr)
def test_pin_of_4_to_15_digits_is_taken(row: Row, sent: object) -> None:
    """Numbers are taken too and become strings (ledger: first_party_pin, second_party_pin, pin_as_number)."""
    assert str(sent) == row.read(created(_with(row, sent)))


@_each(PIN_DIGITS)
@pytest.mark.parametrize(
    "sent",
    ["123", "1234567890123456", "12a4", "1234\n", " 1234", "١٢٣٤", 123, 10**16, -1234, 12.5, True, [], {}],
    ids=repr,
)
def test_pin_that_is_none_is_refused(row: Row, sent: object) -> None:
    """Digits only, 4 to 15 of them (ledger: text_pin)."""
    assert _invalid(row.name, "should be 4 to 15 digits.") == refusal(_with(row, sent))


def test_subaccount_owns_the_session_and_is_remembered_as_named() -> None:
    """It is shown only where it was named (ledger: subaccount, subaccount_form)."""
    command = created({**PAIR, "subaccount": SUBACCOUNT})

    assert (command.owner, command.settings.owner_named) == (1, True)


@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "empty"])
def test_no_subaccount_means_the_account_in_the_path(nothing: object) -> None:
    """The caller's own numbers serve then."""
    command = created({**PAIR, "subaccount": nothing})

    assert (command.owner, command.settings.owner_named) == (0, False)


@pytest.mark.parametrize("sent", [7, True, [], {}], ids=repr)
def test_subaccount_is_a_string(sent: object) -> None:
    """An Auth ID is no number (ledger: text_string)."""
    assert _invalid("subaccount", "should be a string.") == refusal({**PAIR, "subaccount": sent})


def test_subaccount_that_nobody_has_is_refused() -> None:
    """Who may be named is the routes' affair; their refusal passes through."""
    assert refusal({**PAIR, "subaccount": "SANOBODY"}) == "no subaccount SANOBODY"


@pytest.mark.parametrize("name", sorted(set(CREATE) - _UPDATABLE))
@pytest.mark.parametrize("value", ["nonsense", -1, [], {}], ids=repr)
def test_update_ignores_what_it_cannot_change(name: str, value: object) -> None:
    """SDKs send fixed parameters with updates, so they are not even looked at (ledger: update_fixed_ignored)."""
    assert updated({}) == updated({name: value})


@pytest.mark.parametrize("name", sorted(_UPDATABLE))
def test_update_refuses_what_create_refuses(name: str) -> None:
    """The rules of a parameter are the same in both."""
    assert refusal({**PAIR, name: []}) == update_refusal({name: []})


@pytest.mark.parametrize("name", ["session_expiry", "call_time_limit", "ring_timeout"])
def test_update_with_a_zero_timer_leaves_it_alone(name: str) -> None:
    """Every Java update carries zeros (ledger: update_zero_timers)."""
    assert updated({}) == updated({name: 0})


def test_update_with_record_false_switches_recording_off() -> None:
    """False is taken literally (ledger: update_record_false)."""
    assert updated({"record": False}).settings == {"record": False}


def test_update_with_an_empty_url_clears_it() -> None:
    """Otherwise a callback could never be switched off (ledger: empty_is_not_given)."""
    assert updated({"callback_url": ""}).settings == {"callback_url": ""}
