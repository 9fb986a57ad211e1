"""The parts that descriptions of the emulated operations are made of."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from masking_emulator.plivo.filters import COMPARISONS
from masking_emulator.plivo.policy import LIMIT_MAX
from masking_emulator.plivo.render import Json

STRING: Final[Json] = {"type": "string"}
WHOLE: Final[Json] = {"type": "integer"}
NUMBER: Final[Json] = {"type": "number"}
FLAG: Final[Json] = {"type": "boolean"}
MAYBE_STRING: Final[Json] = {"type": ["string", "null"]}
MAYBE_WHOLE: Final[Json] = {"type": ["integer", "null"]}
MAYBE_FLAG: Final[Json] = {"type": ["boolean", "null"]}

_REFUSALS: Final[Mapping[str, str]] = {
    "400": "A parameter is missing or invalid",
    "401": "Authentication failed",
    "404": "Not found",
    "405": "Method not allowed",
    "413": "Body too large",
    "414": "URL too long",
    "429": "Too many requests, where the policy rate_limit is on",
    "503": "The server ends before the world of the account has been read from its file",
}


def shape(properties: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> Json:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


ERROR: Final = shape({"api_id": STRING, "error": STRING})
META: Final = shape(
    {"limit": WHOLE, "next": MAYBE_STRING, "offset": WHOLE, "previous": MAYBE_STRING, "total_count": WHOLE}
)


def operation(
    name: str,
    summary: str,
    answers: Mapping[str, Json | None],
    in_path: Sequence[str],
    *,
    query: Sequence[Json] = (),
    body: Json | None = None,
) -> Json:
    """An operation with its answers by status; None is an answer without a body."""
    path = [{"name": part, "in": "path", "required": True, "schema": STRING} for part in in_path]
    responses = {status: _response("Done", schema) for status, schema in answers.items()}
    responses |= {status: _response(text, ERROR) for status, text in _REFUSALS.items()}
    described: Json = {
        "operationId": name,
        "summary": summary,
        "tags": ["masking"],
        "security": [{"basic": []}],
        "parameters": [*path, *query],
        "responses": responses,
    }
    return described | ({"requestBody": body} if body else {})


def filters(plain: Mapping[str, Json], *, ranged: Sequence[str], whole: Sequence[str]) -> Sequence[Json]:
    """The query of a list: these filters, each ranged one with its comparisons, and the page."""
    count: Json = {"type": "integer", "minimum": 0}
    schemas = dict(plain)
    for name in ranged:
        schema = count if name in whole else STRING
        schemas |= {name: schema} | {f"{name}__{comparison}": schema for comparison in COMPARISONS}
    schemas |= {"limit": {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX}, "offset": count}
    return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in schemas.items()]


def _response(text: str, schema: Json | None) -> Json:
    return {"description": text} | ({} if schema is None else {"content": {"application/json": {"schema": schema}}})
