"""OpenAPI 3.1 of the emulated API, from the parameter table and the shapes that `render.py` makes.

What calls leave behind, and numbers, are described in `openapi_resources.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from masking_emulator.plivo.openapi_parts import (
    FLAG,
    MAYBE_FLAG,
    MAYBE_STRING,
    MAYBE_WHOLE,
    META,
    NUMBER,
    STRING,
    WHOLE,
    filters,
    operation,
    shape,
)
from masking_emulator.plivo.openapi_resources import resource_paths
from masking_emulator.plivo.parameters import CREATE, UPDATE, Parameter
from masking_emulator.plivo.render import Json
from masking_emulator.plivo.session_list import RANGED, STATUS

_INTERACTION: Final = shape(
    {**dict.fromkeys(("start_time", "end_time"), STRING), "type": {"const": "call"}, "total_call_count": WHOLE}
    | {"duration": NUMBER},
    {**dict.fromkeys(("first_party_resource_url", "second_party_resource_url", "recording_resource_url"), STRING)}
    | {"total_call_amount": NUMBER, "call_billed_duration": WHOLE},
)

#: Field → type, in the order of the wire.
_SESSION: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("first_party", "second_party", "virtual_number"), STRING),
    "status": {"enum": ["active", "in-progress", "expired"]},
    "initiate_call_to_first_party": FLAG,
    **dict.fromkeys(("session_uuid", "callback_url", "callback_method"), STRING),
    **dict.fromkeys(("created_time", "modified_time", "expiry_time"), STRING),
    **dict.fromkeys(("duration", "amount", "call_time_limit", "ring_timeout"), WHOLE),
    **dict.fromkeys(("first_party_play_url", "second_party_play_url"), STRING),
    "record": FLAG,
    **dict.fromkeys(("record_file_format", "recording_callback_url", "recording_callback_method"), STRING),
    "interaction": {"type": ["array", "null"], "items": _INTERACTION},
    "total_call_amount": NUMBER,
    **dict.fromkeys(("total_call_count", "total_call_billed_duration"), WHOLE),
    "total_session_amount": NUMBER,
    **dict.fromkeys(("last_interaction_time", "unknown_caller_play"), STRING),
    "is_pin_authentication_required": FLAG,
    "generate_pin": MAYBE_FLAG,
    "generate_pin_length": MAYBE_WHOLE,
    **dict.fromkeys(("first_party_pin", "second_party_pin", "pin_prompt_play"), MAYBE_STRING),
    **dict.fromkeys(("pin_retry", "pin_retry_wait"), MAYBE_WHOLE),
    "incorrect_pin_play": MAYBE_STRING,
    "create_session_with_single_party": MAYBE_FLAG,
    "virtual_number_cooloff_period": WHOLE,
    "force_pin_authentication": FLAG,
}

#: A session as an answer shows it.
SHOWN_SESSION: Final = shape(_SESSION, {"subaccount": STRING})
_CREATED: Final = shape(
    {
        **dict.fromkeys(("api_id", "session_uuid", "virtual_number"), STRING),
        "message": {"const": "Session created"},
        "session": SHOWN_SESSION,
    }
)
_UPDATED: Final = shape({"api_id": STRING, "message": {"const": "Session updated"}, "session": SHOWN_SESSION})
_GOT: Final = shape({"api_id": STRING, "response": SHOWN_SESSION})
_DELETED: Final = shape({"api_id": STRING, "message": {"const": "Session expired"}})
_LISTED: Final = shape(
    {
        "api_id": STRING,
        "response": shape(
            {"meta": META, "objects": {"type": "array", "items": shape({**_SESSION, "resource_uri": STRING})}}
        ),
    }
)


def emulated_paths() -> Json:
    """The five masking operations, and what their answers point to, each as its clients spell it.

    The official SDKs end a path with a slash, but for plivo-node, whose masking items have none, like most samples of
    the vendor's page: the masking paths are there in both forms, because tools that read a description are strict.
    """
    masking, resources = _masking_paths(), resource_paths()
    files = {path: item for path, item in resources.items() if path.endswith("}.{audio_format}")}
    slashed = {f"{path}/": item for path, item in (masking | resources).items() if path not in files}
    return slashed | files | {path: _renamed(item) for path, item in masking.items()}


def _renamed(item: Json) -> Json:
    """The same operations with ids of their own."""
    return {
        method: {**described, "operationId": f"{described['operationId']}_without_slash"}
        for method, described in item.items()
    }


def _masking_paths() -> Json:
    return {
        "/v1/Account/{auth_id}/Masking/Session": {
            "get": operation(
                "list_sessions", "List sessions, newest first", {"200": _LISTED}, ("auth_id",), query=_filters()
            ),
            "post": operation(
                "create_session", "Create a session of two parties", {"201": _CREATED}, ("auth_id",), body=_body(CREATE)
            ),
        },
        "/v1/Account/{auth_id}/Masking/Session/{session_uuid}": {
            "get": operation("get_session", "Read a session", {"200": _GOT}, ("auth_id", "session_uuid")),
            "post": operation(
                "update_session",
                "Change a live session",
                {"200": _UPDATED, "202": _UPDATED},
                ("auth_id", "session_uuid"),
                body=_body(UPDATE),
            ),
            "delete": operation(
                "delete_session", "End a session at once", {"200": _DELETED}, ("auth_id", "session_uuid")
            ),
        },
    }


def _body(table: Mapping[str, Parameter]) -> Json:
    schema = {"type": "object", "properties": {name: parameter.schema for name, parameter in table.items()}}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _filters() -> Sequence[Json]:
    plain = dict.fromkeys(("first_party", "second_party", "virtual_number", "subaccount"), STRING)
    return filters(plain | {"status": {"enum": list(STATUS)}}, ranged=RANGED, whole=("duration",))
