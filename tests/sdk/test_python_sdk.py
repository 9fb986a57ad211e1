"""Plivo's own Python SDK, unmodified, over real sockets, step by step in this process; whole in test_dropin.py.

How it is led to the emulator in this process is told in conftest.py.
"""

from typing import Any, Final

import plivo
import pytest
from plivo.exceptions import AuthenticationError, ResourceNotFoundError, ValidationError

from tests.plivo.ask import FIRST, SECOND, Api

_UNKNOWN: Final = "00000000-0000-4000-8000-000000000000"


def _create(client: Any, **fields: Any) -> Any:
    parties = {"first_party": f"+{FIRST}", "second_party": f"+{SECOND}"}
    return client.masking_sessions.create_masking_session(**{**parties, **fields})


def test_session_lives_its_whole_life(client: Any) -> None:
    """Create, get, update, list, delete, each with the attributes that the SDK's users read."""
    sessions = client.masking_sessions
    created = _create(client, session_expiry=600, record=True, callback_url="https://example.com/events")
    uuid = created.session_uuid
    got = sessions.get_masking_session(uuid)
    updated = sessions.update_masking_session(uuid, call_time_limit=120, record=False)
    listed = sessions.list_masking_session(status="active")
    deleted = sessions.delete_masking_session(uuid)

    assert created.message == "Session created"
    assert (created.session.first_party, created.session.duration, created.session.record) == (FIRST, 600, True)
    assert f"+{created.session.virtual_number}" == created.virtual_number
    assert (got.response.session_uuid, got.response.callback_url) == (uuid, "https://example.com/events")
    assert (updated.message, updated.session.call_time_limit, updated.session.record) == ("Session updated", 120, False)
    assert [uuid] == [session["session_uuid"] for session in listed.response.objects]
    assert deleted.message == "Session expired"
    assert sessions.get_masking_session(uuid).response.status == "expired"


def test_pins_may_be_numbers(client: Any) -> None:
    """As in the vendor's curl sample (ledger: pin_as_number)."""
    created = _create(
        client,
        is_pin_authentication_required=True,
        first_party_pin=1234,
        second_party_pin=4321,
        pin_prompt_play="https://example.com/prompt.wav",
    )

    assert (created.session.first_party_pin, created.session.pin_retry_wait) == ("1234", 5)


def test_zero_expiry_is_the_default(client: Any) -> None:
    """The SDK's own test sends 0 (ledger: zero_timers)."""
    assert _create(client, session_expiry=0).session.duration == 1800


def test_lists_are_filtered_and_paged(client: Any) -> None:
    """Limit and offset walk through, a filter narrows."""
    for n in range(5):
        _create(client, first_party=f"+91900345900{n}", second_party=f"+91819724100{n}")
    sessions = client.masking_sessions
    pages = [sessions.list_masking_session(limit=2, offset=offset).response for offset in (0, 2, 4)]
    filtered = sessions.list_masking_session(first_party="+919003459003", created_time__gte="2026-01-01 00:00:00")

    assert [len(page.objects) for page in pages] == [2, 2, 1]
    assert [page.meta.total_count for page in pages] == [5, 5, 5]
    assert (pages[0].meta.previous, pages[2].meta.next) == (None, None)
    assert [session["first_party"] for session in filtered.response.objects] == ["919003459003"]


def test_invalid_parameter_is_a_validation_error(client: Any) -> None:
    """400, as plivo-python reads it (plivo/rest/client.py, process_response)."""
    with pytest.raises(ValidationError, match="session_expiry is outside the allowed range"):
        _create(client, session_expiry=59)


def test_second_delete_is_a_validation_error(client: Any) -> None:
    """400 (ledger: delete_again)."""
    uuid = _create(client).session_uuid
    client.masking_sessions.delete_masking_session(uuid)

    with pytest.raises(ValidationError, match="Session already expired"):
        client.masking_sessions.delete_masking_session(uuid)


def test_unknown_session_is_a_resource_not_found_error(client: Any) -> None:
    """404 (ledger: unknown_session_status)."""
    with pytest.raises(ResourceNotFoundError, match="not found"):
        client.masking_sessions.get_masking_session(_UNKNOWN)


@pytest.mark.usefixtures("at_the_emulator")
def test_wrong_token_is_an_authentication_error(fresh_api: Api) -> None:
    """401 (ledger: unauthenticated_status)."""
    with plivo.RestClient(fresh_api.auth_id, "wrong") as client, pytest.raises(AuthenticationError):
        client.masking_sessions.list_masking_session()


@pytest.mark.usefixtures("at_the_emulator")
def test_subaccount_credentials_use_the_subaccount_numbers(fresh_api: Api) -> None:
    """A subaccount has credentials and numbers of its own (ledger: subaccount_credentials, owner_numbers)."""
    subaccount = fresh_api.subaccounts[0]
    with plivo.RestClient(subaccount.auth_id, subaccount.auth_token) as client:
        assert _create(client, first_party="+14155550123").virtual_number == "+14155550190"
