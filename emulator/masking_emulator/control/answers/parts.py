"""The parts that descriptions of answers are made of."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from masking_emulator.core.records.base import Choice

Description = dict[str, Any]

STRING: Final[Description] = {"type": "string"}
WHOLE: Final[Description] = {"type": "integer"}
NUMBER: Final[Description] = {"type": "number"}
FLAG: Final[Description] = {"type": "boolean"}
INSTANT: Final[Description] = {"type": "string", "format": "date-time"}
ANY: Final[Description] = {}
NULL: Final[Description] = {"type": "null"}


def shape(properties: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> Description:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


def array(items: Mapping[str, Any]) -> Description:
    """A list of these."""
    return {"type": "array", "items": items}


def row(*places: Mapping[str, Any]) -> Description:
    """A list with one of each, in this order."""
    return {"type": "array", "prefixItems": list(places), "minItems": len(places), "maxItems": len(places)}


def mapping(values: Mapping[str, Any]) -> Description:
    """An object with any keys."""
    return {"type": "object", "additionalProperties": values}


def maybe(schema: Mapping[str, Any]) -> Description:
    """That, or null."""
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, NULL]}


def words(choices: Iterable[Choice]) -> Description:
    """One of these, as it is written."""
    return {"enum": [choice.word for choice in choices]}


def ref(name: str) -> Description:
    """The schema of this name among the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}
