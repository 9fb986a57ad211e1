"""OpenAPI 3.1 of both APIs, built from the tables that the server itself works with."""

from collections.abc import Mapping
from re import findall
from typing import Any, Final

from masking_emulator import __version__, control
from masking_emulator.control.answers import ANSWERS, components
from masking_emulator.control.answers.parts import ref
from masking_emulator.control.kernel import JSON
from masking_emulator.plivo.callback_schemas import CALLBACK_SCHEMAS
from masking_emulator.plivo.openapi import emulated_paths
from masking_emulator.world.schema import world_schema

_SUCCESSES: Final[Mapping[str, str]] = {"200": "Done", "201": "Made"}

_REFUSALS: Final[Mapping[str, str]] = {
    "400": "The request cannot be done as it is",
    "403": "A foreign Origin or Host may not write",
    "404": "There is no such thing",
    "405": "Not possible with this method",
    "409": "A limit is reached, or what was expected is not so",
    "413": "The body is too large",
    "415": "The body is in a coding that is not known here",
    "503": "The server ends before the world has been read from its file",
}


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "masking-emulator",
            "version": __version__,
            "description": "Plivo's Number Masking API as emulated, and the control API beside it.",
        },
        "paths": emulated_paths() | _control_paths(),
        "webhooks": {event: _webhook(event, schema) for event, schema in CALLBACK_SCHEMAS.items()},
        "components": {
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
            "schemas": {"World": world_schema(), **components()},
        },
    }


def _webhook(event: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A callback as it reaches the customer's server, where its method is POST; a GET has the same in its query."""
    body = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    return {
        "post": {
            "operationId": event,
            "tags": ["callbacks"],
            "requestBody": body,
            "responses": {"200": {"description": "Any success; what it holds is not used"}},
        }
    }


def _control_paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in control.operations():
        paths.setdefault(control.PREFIX + operation.path, {})[operation.method.lower()] = _described(operation)
    return paths


def _described(operation: control.Operation) -> dict[str, Any]:
    in_path = [_parameter("path", name, {"type": "string"}) for name in findall(r"{(\w+)}", operation.path)]
    in_query = [_parameter("query", name, schema) for name, schema in (operation.query or {}).items()]
    described: dict[str, Any] = {
        "operationId": operation.handler.__name__,
        "summary": operation.summary,
        "description": operation.handler.__doc__,
        "tags": ["control"],
        "parameters": in_path + in_query,
        "responses": _success(operation) | _refusals(operation),
    }
    if operation.body is not None:
        described["requestBody"] = {"content": {"application/json": {"schema": operation.body}}}
    if operation.only_reads:
        described["x-only-reads"] = True
    return described


def _success(operation: control.Operation) -> dict[str, Any]:
    if operation.media_type != JSON:
        return {"200": _response(_SUCCESSES["200"], {}, operation.media_type)}
    answer = ANSWERS[operation.handler.__name__]
    responses = {status: _response(_SUCCESSES[status], answer.schema) for status in answer.statuses}
    if operation.also is not None:
        responses["200"]["content"][operation.also] = {"schema": {}}
    return responses


def _refusals(operation: control.Operation) -> dict[str, Any]:
    answer = ANSWERS.get(operation.handler.__name__)
    conflict = None if answer is None else answer.conflict
    schemas = {"409": {"anyOf": [conflict, ref("Error")]}} if conflict else {}
    return {status: _response(text, schemas.get(status, ref("Error"))) for status, text in _REFUSALS.items()}


def _response(text: str, schema: Mapping[str, Any], media_type: str = JSON) -> dict[str, Any]:
    return {"description": text, "content": {media_type: {"schema": schema}}}


def _parameter(place: str, name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}
