"""OpenAPI 3.1 of what the masking API's answers point to: calls, recordings and their media, and numbers."""

from collections.abc import Mapping
from typing import Any, Final

from masking_emulator.plivo import calls, recordings
from masking_emulator.plivo.openapi_parts import (
    ERROR,
    FLAG,
    MAYBE_STRING,
    META,
    NUMBER,
    STRING,
    WHOLE,
    filters,
    operation,
    shape,
)
from masking_emulator.plivo.render import Json

_CALL: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("answer_time", "call_state", "conference_uuid", "parent_call_uuid"), MAYBE_STRING),
    **dict.fromkeys(("bill_duration", "billed_duration", "call_duration", "hangup_cause_code"), WHOLE),
    "call_direction": {"enum": list(calls.DIRECTIONS)},
    **dict.fromkeys(("api_id", "call_uuid", "end_time", "from_number", "hangup_cause_name", "hangup_source"), STRING),
    **dict.fromkeys(("initiation_time", "resource_uri", "source_ip", "stir_attestation", "stir_verification"), STRING),
    **dict.fromkeys(("cnam_lookup", "to_number", "total_amount", "total_rate", "voice_network_group"), STRING),
}

_LIVE: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("api_id", "call_status", "call_uuid", "caller_name", "direction", "from"), STRING),
    **dict.fromkeys(("request_uuid", "session_start", "stir_attestation", "stir_verification", "to"), STRING),
}

_RECORDING: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("add_time", "call_uuid", "conference_name", "from_number", "recording_duration_ms"), STRING),
    **dict.fromkeys(("recording_end_ms", "recording_format", "recording_id", "recording_start_ms"), STRING),
    **dict.fromkeys(("recording_type", "recording_url", "resource_uri", "to_number"), STRING),
    **dict.fromkeys(("recording_storage_duration", "rounded_recording_duration"), WHOLE),
    **dict.fromkeys(("monthly_recording_storage_amount", "recording_storage_rate"), NUMBER),
}

_NUMBER: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("active", "mms_enabled", "sms_enabled", "voice_enabled"), FLAG),
    **dict.fromkeys(("added_on", "carrier", "mms_rate", "monthly_rental_rate", "number", "number_type"), STRING),
    **dict.fromkeys(("renewal_date", "resource_uri", "sms_rate", "voice_rate"), STRING),
    **dict.fromkeys(("alias", "application", "city", "cnam", "cnam_lookup", "country", "region"), MAYBE_STRING),
    **dict.fromkeys(("compliance_application_id", "compliance_status", "sub_account"), MAYBE_STRING),
    **dict.fromkeys(("tendlc_campaign_id", "tendlc_registration_status"), MAYBE_STRING),
    **dict.fromkeys(("sub_account_name", "toll_free_sms_verification", "toll_free_sms_verification_id"), MAYBE_STRING),
    "toll_free_sms_verification_order_status": MAYBE_STRING,
}

_STATUS: Final = {"name": "status", "in": "query", "required": False, "schema": {"enum": ["live", "queued"]}}


def resource_paths() -> Json:
    """Everything that is emulated beside the masking operations."""
    account = "/v1/Account/{auth_id}"
    live: Json = shape({"api_id": STRING, "calls": {"type": "array", "items": STRING}})
    call: Json = {"oneOf": [shape(_CALL), shape(_LIVE)]}
    one_recording, one_number = ({"api_id": STRING, **fields} for fields in (_RECORDING, _NUMBER))
    return {
        f"{account}/Call": {
            "get": operation(
                "list_calls",
                "List calls, newest first, or those that live",
                {"200": {"oneOf": [_listed(_CALL), live]}},
                ("auth_id",),
                query=_of_calls(),
            )
        },
        f"{account}/Call/{{call_uuid}}": {
            "get": operation("get_call", "Read a call", {"200": call}, ("auth_id", "call_uuid"), query=[_STATUS])
        },
        f"{account}/Recording": {
            "get": operation(
                "list_recordings",
                "List recordings, newest first",
                {"200": _listed(_RECORDING)},
                ("auth_id",),
                query=_of_recordings(),
            )
        },
        f"{account}/Recording/{{recording_uuid}}": {
            "get": operation(
                "get_recording", "Read a recording", {"200": shape(one_recording)}, ("auth_id", "recording_uuid")
            ),
            "delete": operation("delete_recording", "Delete a recording", {"204": None}, ("auth_id", "recording_uuid")),
        },
        f"{account}/Recording/{{recording_uuid}}.{{audio_format}}": {"get": _media()},
        f"{account}/Number": {
            "get": operation(
                "list_numbers",
                "List the account's numbers",
                {"200": _listed(_NUMBER)},
                ("auth_id",),
                query=_of_numbers(),
            )
        },
        f"{account}/Number/{{number}}": {
            "get": operation("get_number", "Read a number", {"200": shape(one_number)}, ("auth_id", "number"))
        },
    }


def _listed(fields: Mapping[str, Any]) -> Json:
    return shape({"api_id": STRING, "meta": META, "objects": {"type": "array", "items": shape(fields)}})


def _of_calls() -> list[Json]:
    plain: dict[str, Json] = {
        **dict.fromkeys(
            ("from_number", "to_number", "parent_call_uuid", "hangup_source", "subaccount", "cursor"), STRING
        ),
        "call_direction": {"enum": list(calls.DIRECTIONS)},
        "hangup_cause_code": WHOLE,
    }
    return [_STATUS, *filters(plain, ranged=calls.RANGED, whole=("bill_duration",))]


def _of_recordings() -> list[Json]:
    plain = ("call_uuid", "from_number", "to_number", "subaccount", "cursor", *recordings.CONFERENCES)
    whole = ("recording_storage_duration",)
    return list(filters(dict.fromkeys(plain, STRING), ranged=recordings.RANGED, whole=whole))


def _of_numbers() -> list[Json]:
    plain = ("type", "number_startswith", "services", "alias", "subaccount")
    return list(filters(dict.fromkeys(plain, STRING), ranged=(), whole=()))


def _media() -> Json:
    """The audio of a recording, which is served without credentials and in parts."""
    audio: Json = {"content": {"audio/mpeg": {}, "audio/wav": {}}}
    refusals = {"404": "Not found", "405": "Method not allowed", "416": "No such part"}
    errors = {
        status: {"description": text, "content": {"application/json": {"schema": ERROR}}}
        for status, text in refusals.items()
    }
    schemas: dict[str, Json] = {"auth_id": STRING, "recording_uuid": STRING, "audio_format": {"enum": ["mp3", "wav"]}}
    return {
        "operationId": "get_media",
        "tags": ["masking"],
        "security": [],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": schema} for name, schema in schemas.items()
        ],
        "responses": {"200": {"description": "Done", **audio}, "206": {"description": "A part", **audio}} | errors,
    }
