"""OpenAPI 3.1 of the emulated API, from the parameter table and the shapes that `render.py` makes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from emulator.plivo.listing import COMPARISONS, RANGED, STATUS
from emulator.plivo.parameters import CREATE, UPDATE, Parameter
from emulator.plivo.policy import LIMIT_MAX

Json = dict[str, Any]

_STRING: Final = {"type": "string"}
_WHOLE: Final = {"type": "integer"}
_MAYBE_STRING: Final = {"type": ["string", "null"]}
_MAYBE_WHOLE: Final = {"type": ["integer", "null"]}
_MAYBE_FLAG: Final = {"type": ["boolean", "null"]}
_FLAG: Final = {"type": "boolean"}

#: Field → type, in the order of the wire.
_SESSION: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("first_party", "second_party", "virtual_number"), _STRING),
    "status": {"enum": ["active", "expired"]},
    "initiate_call_to_first_party": _FLAG,
    **dict.fromkeys(("session_uuid", "callback_url", "callback_method"), _STRING),
    **dict.fromkeys(("created_time", "modified_time", "expiry_time"), _STRING),
    **dict.fromkeys(("duration", "amount", "call_time_limit", "ring_timeout"), _WHOLE),
    **dict.fromkeys(("first_party_play_url", "second_party_play_url"), _STRING),
    "record": _FLAG,
    **dict.fromkeys(("record_file_format", "recording_callback_url", "recording_callback_method"), _STRING),
    "interaction": {"type": ["array", "null"]},
    "total_call_amount": {"type": "number"},
    **dict.fromkeys(("total_call_count", "total_call_billed_duration"), _WHOLE),
    "total_session_amount": {"type": "number"},
    **dict.fromkeys(("last_interaction_time", "unknown_caller_play"), _STRING),
    "is_pin_authentication_required": _FLAG,
    "generate_pin": _MAYBE_FLAG,
    "generate_pin_length": _MAYBE_WHOLE,
    **dict.fromkeys(("first_party_pin", "second_party_pin", "pin_prompt_play"), _MAYBE_STRING),
    **dict.fromkeys(("pin_retry", "pin_retry_wait"), _MAYBE_WHOLE),
    "incorrect_pin_play": _MAYBE_STRING,
    "create_session_with_single_party": _MAYBE_FLAG,
    "virtual_number_cooloff_period": _WHOLE,
    "force_pin_authentication": _FLAG,
}


def _object(properties: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> Json:
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


_SHOWN: Final = _object(_SESSION, {"subaccount": _STRING})
_ERROR: Final = _object({"api_id": _STRING, "error": _STRING})
_META: Final = _object(
    {"limit": _WHOLE, "next": _MAYBE_STRING, "offset": _WHOLE, "previous": _MAYBE_STRING, "total_count": _WHOLE}
)
_CREATED: Final = _object(
    {
        **dict.fromkeys(("api_id", "session_uuid", "virtual_number"), _STRING),
        "message": {"const": "Session created"},
        "session": _SHOWN,
    }
)
_UPDATED: Final = _object({"api_id": _STRING, "message": {"const": "Session updated"}, "session": _SHOWN})
_GOT: Final = _object({"api_id": _STRING, "response": _SHOWN})
_DELETED: Final = _object({"api_id": _STRING, "message": {"const": "Session expired"}})
_LISTED: Final = _object(
    {
        "api_id": _STRING,
        "response": _object(
            {"meta": _META, "objects": {"type": "array", "items": _object({**_SESSION, "resource_uri": _STRING})}}
        ),
    }
)

_REFUSALS: Final[Mapping[str, str]] = {
    "400": "A parameter is missing or invalid",
    "401": "Authentication failed",
    "404": "Not found",
    "405": "Method not allowed",
    "413": "Body too large",
    "414": "URL too long",
    "429": "Too many requests, where the policy rate_limit is on",
}


def emulated_paths() -> Json:
    """The five masking operations."""
    return {
        "/v1/Account/{auth_id}/Masking/Session": {
            "get": _operation("list_sessions", {"200": _LISTED}, ("auth_id",), query=_filters()),
            "post": _operation("create_session", {"201": _CREATED}, ("auth_id",), body=_body(CREATE)),
        },
        "/v1/Account/{auth_id}/Masking/Session/{session_uuid}": {
            "get": _operation("get_session", {"200": _GOT}, ("auth_id", "session_uuid")),
            "post": _operation(
                "update_session",
                {"200": _UPDATED, "202": _UPDATED},
                ("auth_id", "session_uuid"),
                body=_body(UPDATE),
            ),
            "delete": _operation("delete_session", {"200": _DELETED}, ("auth_id", "session_uuid")),
        },
    }


def _operation(
    name: str,
    answers: Mapping[str, Json],
    in_path: Sequence[str],
    *,
    query: Sequence[Json] = (),
    body: Json | None = None,
) -> Json:
    path = [{"name": part, "in": "path", "required": True, "schema": _STRING} for part in in_path]
    responses = {status: _response("Done", schema) for status, schema in answers.items()}
    responses |= {status: _response(text, _ERROR) for status, text in _REFUSALS.items()}
    operation: Json = {
        "operationId": name,
        "tags": ["masking"],
        "security": [{"basic": []}],
        "parameters": [*path, *query],
        "responses": responses,
    }
    return operation | ({"requestBody": body} if body else {})


def _response(text: str, schema: Json) -> Json:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _body(table: Mapping[str, Parameter]) -> Json:
    schema = {"type": "object", "properties": {name: parameter.schema for name, parameter in table.items()}}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _filters() -> list[Json]:
    whole: Json = {"type": "integer", "minimum": 0}
    plain: dict[str, Json] = {
        **{name: {"type": "string"} for name in ("first_party", "second_party", "virtual_number", "subaccount")},
        "status": {"enum": list(STATUS)},
        "limit": {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX},
        "offset": whole,
    }
    for name in RANGED:
        schema = whole if name == "duration" else {"type": "string"}
        plain |= {name: schema} | {f"{name}__{comparison}": schema for comparison in COMPARISONS}
    return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in plain.items()]
