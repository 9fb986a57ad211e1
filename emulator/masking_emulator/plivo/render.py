"""From records to Plivo's JSON: key order, nulls, numbers against strings, timestamps.

All of it follows the newest recorded responses (ledger: session_key_order, unset_strings, timestamp_form).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from masking_emulator.core.records.base import Record
from masking_emulator.core.records.calls import NO_HISTORY, Interaction
from masking_emulator.core.records.sessions import Session, Status
from masking_emulator.plivo.amounts import money, timestamp
from masking_emulator.plivo.resources import call_url, recording_url

Json = dict[str, Any]


_STATUS: Final[Mapping[Status, str]] = {
    Status.ACTIVE: "active",
    Status.IN_PROGRESS: "in-progress",
    Status.EXPIRED: "expired",
}

#: The PIN group with PIN authentication off: present and null (ledger: pin_group_off).
_NO_PINS: Final[Json] = {
    "is_pin_authentication_required": False,
    "generate_pin": None,
    "generate_pin_length": None,
    "first_party_pin": None,
    "second_party_pin": None,
    "pin_prompt_play": None,
    "pin_retry": None,
    "pin_retry_wait": None,
    "incorrect_pin_play": None,
}


class Links(Record):
    """What the links in a session depend on.

    `home` gives base and Auth ID of what the account at this place owns; `keeps_recording` whether the recording
    of this UUID is still there.
    """

    home: Callable[[int], tuple[str, str]]
    keeps_recording: Callable[[str], bool]


def created(session: Session, *, api_id: str, subaccount: str | None, links: Links) -> Json:
    """The answer to a create. Only its outer virtual_number has a plus (ledger: outer_virtual_number)."""
    return {
        "api_id": api_id,
        "session_uuid": session.uuid,
        "virtual_number": f"+{session.number}",
        "message": "Session created",
        "session": session_object(session, subaccount, links),
    }


def updated(session: Session, *, api_id: str, subaccount: str | None, links: Links) -> Json:
    """The answer to an update."""
    return {"api_id": api_id, "message": "Session updated", "session": session_object(session, subaccount, links)}


def got(session: Session, *, api_id: str, subaccount: str | None, links: Links) -> Json:
    """The answer to a get."""
    return {"api_id": api_id, "response": session_object(session, subaccount, links)}


def deleted(*, api_id: str) -> Json:
    """The answer to a delete."""
    return {"api_id": api_id, "message": "Session expired"}


def listed_session(session: Session, resource_uri: str, links: Links) -> Json:
    """A session in a list: alphabetical keys, in its interactions too, and resource_uri (ledger: list_key_order)."""
    fields = session_object(session, None, links)
    fields["resource_uri"] = resource_uri
    if fields["interaction"] is not None:
        fields["interaction"] = [dict(sorted(interaction.items())) for interaction in fields["interaction"]]
    return dict(sorted(fields.items()))


def error(text: str, *, api_id: str) -> Json:
    """Every refusal."""
    return {"api_id": api_id, "error": text}


def session_object(session: Session, subaccount: str | None, links: Links) -> Json:
    """The session as create, update and get show it. `subaccount` is there where it was named."""
    settings = session.settings
    fields: Json = {
        "first_party": session.first_party,
        "second_party": session.second_party,
        "virtual_number": session.number,
        "status": _STATUS[session.status],
        "initiate_call_to_first_party": settings.initiate_call,
        "session_uuid": session.uuid,
        "callback_url": settings.callback_url,
        "callback_method": settings.callback_method,
        "created_time": timestamp(session.created_at),
        "modified_time": timestamp(session.modified_at),
        "expiry_time": timestamp(session.expires_at),
        "duration": session.duration_s,
        "amount": 0,
        "call_time_limit": settings.call_time_limit_s,
        "ring_timeout": settings.ring_timeout_s,
        "first_party_play_url": settings.first_party_play,
        "second_party_play_url": settings.second_party_play,
        "record": settings.record,
        **({} if subaccount is None else {"subaccount": subaccount}),
        "record_file_format": settings.record_file_format,
        "recording_callback_url": settings.recording_callback_url,
        "recording_callback_method": settings.recording_callback_method,
        "interaction": None,
        "total_call_amount": 0,
        "total_call_count": 0,
        "total_call_billed_duration": 0,
        "total_session_amount": 0,
        "last_interaction_time": "",
        "unknown_caller_play": settings.unknown_caller_play,
    }
    if session.history is not NO_HISTORY:
        fields.update(_history_group(session, links))
    fields.update(_pin_group(session))
    # null and not false where it was not asked for: the Java SDK always sends false and was shown null.
    fields["create_session_with_single_party"] = True if settings.single_party else None
    fields["virtual_number_cooloff_period"] = settings.cooloff_s
    fields["force_pin_authentication"] = session.pins is not None and session.pins.forced
    return fields


def _history_group(session: Session, links: Links) -> Json:
    """What calls have left. The session itself costs nothing, so the sum is that of its calls."""
    history, amount = session.history, money(session.history.amount_micros)
    return {
        "interaction": [_interaction(interaction, session.owner, links) for interaction in history.interactions]
        or None,
        "total_call_amount": amount,
        "total_call_count": history.legs,
        "total_call_billed_duration": history.billed_s,
        "total_session_amount": amount,
        "last_interaction_time": "" if history.last_at is None else timestamp(history.last_at),
    }


def _interaction(interaction: Interaction, owner: int, links: Links) -> Json:
    """A call of a session. What there is not, and sums of nothing, are left out (ledger: interaction_omissions)."""
    base, auth_id = links.home(owner)
    fields: Json = {"start_time": timestamp(interaction.started_at), "end_time": timestamp(interaction.ended_at)}
    if interaction.first_leg:
        fields["first_party_resource_url"] = call_url(base, auth_id, interaction.first_leg)
    if interaction.second_leg:
        fields["second_party_resource_url"] = call_url(base, auth_id, interaction.second_leg)
    fields["type"] = "call"
    if interaction.amount_micros:
        fields["total_call_amount"] = money(interaction.amount_micros)
    if interaction.billed_s:
        fields["call_billed_duration"] = interaction.billed_s
    if interaction.recording and links.keeps_recording(interaction.recording):
        fields["recording_resource_url"] = recording_url(base, auth_id, interaction.recording)
    return fields | {"total_call_count": interaction.legs, "duration": interaction.duration_s}


def _pin_group(session: Session) -> Json:
    pins = session.pins
    if pins is None:
        return _NO_PINS
    return {
        "is_pin_authentication_required": True,
        "generate_pin": pins.generated,
        "generate_pin_length": pins.length,
        "first_party_pin": pins.first,
        "second_party_pin": pins.second,
        "pin_prompt_play": pins.prompt_play,
        "pin_retry": pins.retries,
        "pin_retry_wait": pins.retry_wait_s,
        "incorrect_pin_play": pins.incorrect_play,
    }
