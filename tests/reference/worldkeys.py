"""The keys of a world file, from the schema that the server validates with."""

from collections.abc import Mapping
from typing import Any

from masking_emulator.plivo.ledger import LEDGER
from masking_emulator.world.schema import world_schema

from tests.reference.tables import code, kind, leaves, table

#: What a policy's entry means, the ledger says.
_POLICY = {row.id: row.statement for row in LEDGER if row.choices}


def world_keys() -> str:
    """Every key with its type, default and meaning."""
    lines = [
        (f"`{place}`", kind(schema), _default(schema, required=required), _meaning(place, schema))
        for place, schema, required in leaves(world_schema())
    ]
    return table(("key", "type", "default", "meaning"), lines)


def _default(schema: Mapping[str, Any], *, required: bool) -> str:
    if required:
        return "required"
    return code(schema["default"]) if "default" in schema else ""


def _meaning(place: str, schema: Mapping[str, Any]) -> str:
    entry = _POLICY.get(place.removeprefix("policy."))
    return entry or str(schema.get("description", ""))
