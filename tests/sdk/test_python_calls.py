"""Calls and callbacks as users of Plivo's own Python SDK see them, over real sockets.

The customer's server checks each callback with the validators of the SDK, as the vendor's page shows it for Flask.
"""

from typing import Any, Final

import plivo.utils
import pytest
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import FIRST, SECOND, Api
from tests.sdk.customer import Customer, Delivery

#: What a call tells that the other party answers, and the caller ends.
CALL: Final = [
    "SessionFirstPartyAnswer",
    "SessionSecondPartyRing",
    "SessionSecondPartyAnswer",
    "SessionFirstPartyHangup",
    "SessionSecondPartyHangup",
    "SessionPartiesHangup",
]

METHODS: Final = pytest.mark.parametrize("method", ["POST", "GET"])

#: Rendering of what calls left in a session comes from elsewhere; once it is here, the mark has to go.


def is_genuine(request: Delivery, auth_token: str) -> bool:
    """The check of a customer: `request` is Flask's, and only the form is given beside the URL."""
    signature_v2 = request.headers["X-Plivo-Signature-V2"]
    signature_v3 = request.headers["X-Plivo-Signature-V3"]
    nonce_v2, nonce_v3 = request.headers["X-Plivo-Signature-V2-Nonce"], request.headers["X-Plivo-Signature-V3-Nonce"]
    return bool(
        plivo.utils.validate_signature(request.url, nonce_v2, signature_v2, auth_token)
        and plivo.utils.validate_v3_signature(
            request.method, request.url, nonce_v3, auth_token, signature_v3, dict(request.form)
        )
    )


def create(client: Any, shop: Customer, path: str = "/events", **fields: Any) -> Any:
    """A session of the usual parties whose callbacks go to the shop."""
    return client.masking_sessions.create_masking_session(
        first_party=f"+{FIRST}", second_party=f"+{SECOND}", callback_url=f"{shop.url}{path}", **fields
    )


def advance(emulator: ServerThread, api: Api, seconds: int) -> None:
    """Let time pass; what falls due is delivered when this returns."""
    emulator.control.post(f"/worlds/{api.auth_id}/clock/advance", {"seconds": seconds})


def play(emulator: ServerThread, api: Api, created: Any, **script: Any) -> Any:
    """The first party calls, until the call is over."""
    dialled = {"from": FIRST, "to": created.virtual_number, **script}
    call = emulator.control.post(f"/worlds/{api.auth_id}/calls", dialled)
    advance(emulator, api, 60)
    return emulator.control.get(f"/worlds/{api.auth_id}/calls/{call['call_uuid']}")


@METHODS
def test_call_is_told_with_signatures_that_validate(
    emulator: ServerThread, fresh_api: Api, client: Any, shop: Customer, method: str
) -> None:
    """Six events in order, each signed as the SDK expects, with a query of the customer's own or without."""
    created = create(client, shop, "/events?shop=7&note=a%20b%26c", callback_method=method)
    play(emulator, fresh_api, created)

    told = [delivery.told for delivery in shop.deliveries]
    assert CALL == shop.events
    assert {method} == {delivery.method for delivery in shop.deliveries}
    assert all(is_genuine(delivery, fresh_api.auth_token) for delivery in shop.deliveries)
    assert {(created.session_uuid, FIRST, SECOND, created.virtual_number.lstrip("+"))} == {
        (values["SessionUUID"], values["From"], values["To"], values["VirtualNumber"]) for values in told
    }
    assert ["1", "2", "3", "4", "5", "6"] == [values["SequenceNumber"] for values in told]
    assert {("7", "a b&c")} == {(values["shop"], values["note"]) for values in told}
    assert ("63", "120", "Normal Hangup") == tuple(
        told[-1][name] for name in ("Duration", "BilledDuration", "PlivoHangupCause")
    )


@METHODS
@pytest.mark.parametrize("path", ["/caf%C3%A9/%E2%82%AC", "/a//b/", "", "/~x(1),v=1/@here:80", "/?x=+&y=&z=%25"])
def test_odd_urls_validate(
    emulator: ServerThread, fresh_api: Api, client: Any, shop: Customer, method: str, path: str
) -> None:
    """Beyond ASCII, reserved characters, doubled slashes, no path at all: what arrives is what was signed."""
    create(client, shop, path, callback_method=method, session_expiry=60)
    advance(emulator, fresh_api, 60)

    (delivery,) = shop.deliveries
    assert "SessionTimeout" == delivery.told["EventName"]
    assert is_genuine(delivery, fresh_api.auth_token)


def test_what_was_changed_on_the_way_does_not_validate(
    emulator: ServerThread, fresh_api: Api, client: Any, shop: Customer
) -> None:
    """Another token, or one more value in the form. V2 says nothing about the form."""
    create(client, shop, session_expiry=60)
    advance(emulator, fresh_api, 60)

    (delivery,) = shop.deliveries
    forged = Delivery(delivery.method, delivery.url, delivery.headers, {**delivery.form, "Forged": "1"})
    assert [True, False, False] == [
        is_genuine(delivery, fresh_api.auth_token),
        is_genuine(delivery, "another token"),
        is_genuine(forged, fresh_api.auth_token),
    ]


@pytest.mark.usefixtures("at_the_emulator")
def test_subaccounts_callbacks_validate_with_its_own_token(
    emulator: ServerThread, fresh_api: Api, shop: Customer
) -> None:
    """The main account's token fits the Ma headers only (ledger: signature_headers)."""
    subaccount = fresh_api.subaccounts[0]
    with plivo.RestClient(subaccount.auth_id, subaccount.auth_token) as client:
        client.masking_sessions.create_masking_session(
            first_party="+14155550123", second_party="+14155550145", callback_url=f"{shop.url}/x", session_expiry=60
        )
    advance(emulator, fresh_api, 60)

    (delivery,) = shop.deliveries
    main = {name.replace("-Ma-", "-"): value for name, value in delivery.headers.items() if "-Ma-" in name}
    as_main = Delivery(delivery.method, delivery.url, {**delivery.headers, **main}, delivery.form)
    assert is_genuine(delivery, subaccount.auth_token)
    assert not is_genuine(delivery, fresh_api.auth_token)
    assert is_genuine(as_main, fresh_api.auth_token)


@METHODS
def test_recording_has_a_url_of_its_own(
    emulator: ServerThread, fresh_api: Api, client: Any, shop: Customer, method: str
) -> None:
    """Recording events go to recording_callback_url, with the recording's resource."""
    created = create(
        client, shop, record=True, recording_callback_url=f"{shop.url}/recordings", recording_callback_method=method
    )
    play(emulator, fresh_api, created)

    recordings = [delivery for delivery in shop.deliveries if delivery.url.startswith(f"{shop.url}/recordings")]
    assert ["SessionRecordingInitiated", "SessionRecordingCompleted"] == [it.told["EventName"] for it in recordings]
    assert {method} == {delivery.method for delivery in recordings}
    assert recordings[1].told["RecordingURL"].startswith(emulator.url)
    assert all(is_genuine(delivery, fresh_api.auth_token) for delivery in shop.deliveries)


def test_busy_line_is_told(emulator: ServerThread, fresh_api: Api, client: Any, shop: Customer) -> None:
    """The other party rings and is busy; nobody pays for it."""
    created = create(client, shop)
    call = play(emulator, fresh_api, created, outcome="busy")

    told = {delivery.told["EventName"]: delivery.told for delivery in shop.deliveries}
    assert "SessionSecondPartyAnswer" not in told
    assert "Busy Line" == told["SessionSecondPartyHangup"]["PlivoHangupCause"] == call["legs"][1]["hangup_cause"]
    assert "0" == told["SessionSecondPartyHangup"]["BilledDuration"]


def test_service_calls_the_first_party_itself(
    emulator: ServerThread, fresh_api: Api, client: Any, shop: Customer
) -> None:
    """initiate_call_to_first_party: the first leg goes from the virtual number to the first party."""
    created = create(client, shop, initiate_call_to_first_party=True)
    advance(emulator, fresh_api, 60)

    first = shop.deliveries[0].told
    assert CALL == shop.events
    assert (created.virtual_number.lstrip("+"), FIRST) == (first["From"], first["To"])
    assert all(is_genuine(delivery, fresh_api.auth_token) for delivery in shop.deliveries)


def test_session_is_active_between_its_calls_and_expires_after_them(
    emulator: ServerThread, fresh_api: Api, client: Any, shop: Customer
) -> None:
    """A call changes the status of nothing; the end of the session is told last."""
    created = create(client, shop, session_expiry=120)
    play(emulator, fresh_api, created)
    during = client.masking_sessions.get_masking_session(created.session_uuid).response
    advance(emulator, fresh_api, 60)
    after = client.masking_sessions.get_masking_session(created.session_uuid).response

    assert ("active", "expired") == (during.status, after.status)
    assert [*CALL, "SessionTimeout"] == shop.events


def test_session_shows_what_its_calls_left(emulator: ServerThread, fresh_api: Api, client: Any, shop: Customer) -> None:
    """Interactions and totals (ledger: interaction_shape, session_totals_shown)."""
    created = create(client, shop)
    call = play(emulator, fresh_api, created)
    got = client.masking_sessions.get_masking_session(created.session_uuid).response

    (interaction,) = got.interaction
    assert ("call", 63, 120) == (interaction["type"], interaction["duration"], interaction["call_billed_duration"])
    assert call["legs"][0]["call_uuid"] in interaction["first_party_resource_url"]
    assert call["legs"][1]["call_uuid"] in interaction["second_party_resource_url"]
    assert (2, 120, 0.033, 0.033) == (
        got.total_call_count,
        got.total_call_billed_duration,
        got.total_call_amount,
        got.total_session_amount,
    )
