"""Bodies of success: shapes, key order and types. Golden files show them whole; here are the rules."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core import instants
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import Pins
from masking_emulator.core.records.sessions import Allocation, Session, Status
from masking_emulator.plivo import amounts, render

from tests.core.play import SETTINGS
from tests.plivo.bodies import LINKS

_CREATED: Final = instants.read("2025-01-02T03:04:05.678901Z")
_UUID: Final = "0d4b3c1e-7c1f-4a57-9b7e-5c6d8f1a2b34"
_API_ID: Final = "5b6d6f0e-0f43-4f0c-9a55-3f3d3f7a1c11"
_URI: Final = f"/v1/Account/MA/Masking/Session/{_UUID}/"

_PINS: Final = Pins(
    generated=False,
    length=4,
    first="1234",
    second="4321",
    prompt_play="https://example.com/p.wav",
    retries=1,
    retry_wait_s=5,
    incorrect_play="https://example.com/i.wav",
    forced=True,
)

#: A create in the shape of the SDKs' recorded ones of 2024, byte for byte but for its line breaks.
_RECORDED_SHAPE: Final = (
    '{"api_id":"5b6d6f0e-0f43-4f0c-9a55-3f3d3f7a1c11","session_uuid":"0d4b3c1e-7c1f-4a57-9b7e-5c6d8f1a2b34",'
    '"virtual_number":"+912200000001","message":"Session created","session":{"first_party":"919000000001",'
    '"second_party":"919000000002","virtual_number":"912200000001","status":"active",'
    '"initiate_call_to_first_party":false,"session_uuid":"0d4b3c1e-7c1f-4a57-9b7e-5c6d8f1a2b34","callback_url":"",'
    '"callback_method":"POST","created_time":"2025-01-02 03:04:05 +0000 UTC",'
    '"modified_time":"2025-01-02 03:04:05 +0000 UTC","expiry_time":"2025-01-02 03:34:05 +0000 UTC",'
    '"duration":1800,"amount":0,"call_time_limit":14400,"ring_timeout":45,"first_party_play_url":"",'
    '"second_party_play_url":"","record":false,"record_file_format":"mp3","recording_callback_url":"",'
    '"recording_callback_method":"POST","interaction":null,"total_call_amount":0,"total_call_count":0,'
    '"total_call_billed_duration":0,"total_session_amount":0,"last_interaction_time":"","unknown_caller_play":"",'
    '"is_pin_authentication_required":false,"generate_pin":null,"generate_pin_length":null,"first_party_pin":null,'
    '"second_party_pin":null,"pin_prompt_play":null,"pin_retry":null,"pin_retry_wait":null,'
    '"incorrect_pin_play":null,"create_session_with_single_party":null,"virtual_number_cooloff_period":0,'
    '"force_pin_authentication":false}}'
)


def _session(**changes: Any) -> Session:
    session = Session(
        ordinal=1,
        uuid=_UUID,
        owner=0,
        first_party="919000000001",
        second_party="919000000002",
        number="912200000001",
        status=Status.ACTIVE,
        created_at=_CREATED,
        modified_at=_CREATED,
        expires_at=_CREATED + 1800 * SECOND_US,
        settings=SETTINGS,
        pins=None,
        allocation=Allocation(0, 91, alone=False, dropped=(), dropped_unlisted=0, pool_size=1),
    )
    return replace(session, **changes)


def _got(subaccount: str | None = None, **changes: Any) -> Any:
    return render.got(_session(**changes), api_id=_API_ID, subaccount=subaccount, links=LINKS)["response"]


def test_create_has_the_recorded_shape() -> None:
    """Keys, their order, nulls, numbers and both spellings of the virtual number (ledger: session_key_order)."""
    body = render.created(_session(), api_id=_API_ID, subaccount=None, links=LINKS)

    assert json.dumps(body, separators=(",", ":")) == _RECORDED_SHAPE


def test_envelopes_are_those_of_the_samples() -> None:
    """What surrounds a session (ledger: update_envelope, get_envelope, delete_envelope, error_envelope)."""
    session = _got()

    update = render.updated(_session(), api_id="a", subaccount=None, links=LINKS)
    assert update == {"api_id": "a", "message": "Session updated", "session": session}
    assert list(update) == ["api_id", "message", "session"]
    assert render.got(_session(), api_id="a", subaccount=None, links=LINKS) == {
        "api_id": "a",
        "response": session,
    }
    assert render.deleted(api_id="a") == {"api_id": "a", "message": "Session expired"}
    assert render.error("not found", api_id="a") == {"api_id": "a", "error": "not found"}


def test_pin_group_is_shown_with_strings_for_pins_and_integers_for_the_rest() -> None:
    """A pin_retry_wait that is a string breaks plivo-go (ledger: pins_are_strings, pin_retry_wait_form)."""
    shown = _got(pins=_PINS)
    group = list(shown)[list(shown).index("is_pin_authentication_required") :][:9]

    assert {name: shown[name] for name in group} == {
        "is_pin_authentication_required": True,
        "generate_pin": False,
        "generate_pin_length": 4,
        "first_party_pin": "1234",
        "second_party_pin": "4321",
        "pin_prompt_play": "https://example.com/p.wav",
        "pin_retry": 1,
        "pin_retry_wait": 5,
        "incorrect_pin_play": "https://example.com/i.wav",
    }
    assert shown["force_pin_authentication"] is True


def test_pin_group_does_not_move_keys() -> None:
    """The order is the same with PINs and without (ledger: session_key_order)."""
    assert list(_got()) == list(_got(pins=_PINS))


def test_single_party_session_shows_an_empty_party_and_true() -> None:
    """An empty string, not null (ledger: missing_party_form, single_party_asked_form)."""
    shown = _got(second_party="", settings=replace(SETTINGS, single_party=True))

    assert (shown["second_party"], shown["create_session_with_single_party"]) == ("", True)


def test_subaccount_is_shown_only_where_there_is_one() -> None:
    """Its key is left out otherwise (ledger: subaccount_form)."""
    assert "subaccount" not in _got()
    assert _got(subaccount="SA")["subaccount"] == "SA"


def test_subaccount_stands_after_record() -> None:
    """As in the only sample that has it, the vendor page's create (ledger: subaccount_form)."""
    names = list(_got(subaccount="SA"))

    assert names[names.index("record") :][:3] == ["record", "subaccount", "record_file_format"]


def test_list_object_has_alphabetical_keys_and_its_uri() -> None:
    """The same values as in a get (ledger: list_key_order, resource_uri)."""
    listed = render.listed_session(_session(), _URI, LINKS)

    assert sorted(listed) == list(listed)
    assert {**_got(), "resource_uri": _URI} == listed


def test_expired_session_says_so() -> None:
    """As in the response sample of the vendor page, get (ledger: status_values)."""
    assert _got(status=Status.EXPIRED)["status"] == "expired"


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("1970-01-01T00:00:00Z", "1970-01-01 00:00:00 +0000 UTC"),
        ("2024-02-29T23:59:59.999999Z", "2024-02-29 23:59:59 +0000 UTC"),
        ("9999-12-31T23:59:59Z", "9999-12-31 23:59:59 +0000 UTC"),
    ],
)
def test_time_is_cut_to_whole_seconds(instant: str, expected: str) -> None:
    """Cut off and not rounded (ledger: timestamp_form, timestamp_truncated)."""
    assert expected == amounts.timestamp(instants.read(instant))


@given(st.integers(0, instants.INSTANT_MAX))
def test_time_reads_back(instant: int) -> None:
    """No instant is written as another second."""
    shown = amounts.timestamp(instant).removesuffix(" +0000 UTC")

    assert instant // SECOND_US * SECOND_US == instants.read(shown)


def test_duration_is_rounded_down_from_microseconds() -> None:
    """612.292 seconds are 612, as in session 7b5c5e17 of the SDKs' fixtures (ledger: duration)."""
    assert _got(expires_at=_CREATED + 612_292_022)["duration"] == 612


def test_amounts_are_whole_numbers() -> None:
    """Go decodes amount into an integer, and no sample has strings (ledger: amounts_are_numbers)."""
    shown = _got()

    assert all(type(shown[name]) is int for name in ("amount", "total_call_amount", "total_session_amount"))
