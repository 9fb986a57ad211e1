"""Markdown tables, and JSON Schemas in a few words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table; a bar in a cell does not end it."""
    rows = [head, ["---"] * len(head), *([cell(text) for text in line] for line in lines)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def cell(text: str) -> str:
    """Text that may stand in a cell."""
    return text.replace("|", "\\|").replace("\n", " ")


def code(value: Any) -> str:
    """A value as one writes it."""
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def kind(schema: Mapping[str, Any]) -> str:
    """What a value may be, in a few words."""
    if "const" in schema:
        return code(schema["const"])
    if "enum" in schema:
        return ", ".join(map(code, schema["enum"]))
    if "anyOf" in schema or "oneOf" in schema:
        return " or ".join(kind(each) for each in schema.get("anyOf", schema.get("oneOf", ())))
    named = schema.get("type", "anything")
    words = [named] if isinstance(named, str) else list(named)
    if "items" in schema and "properties" not in schema["items"]:
        return f"array of {kind(schema['items'])}"
    return " or ".join(words) + _range(schema)


def _range(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f", {least:,} to {most:,}"
    if least is not None:
        return f", {least:,} or more"
    return "" if most is None else f", at most {most:,}"


def leaves(schema: Mapping[str, Any], place: str = "") -> Iterable[tuple[str, Mapping[str, Any], bool]]:
    """Every key of an object's schema: where it is (`a.b`, `list[].c`), its schema, and whether it is required."""
    for name, each in schema.get("properties", {}).items():
        here = f"{place}{name}"
        required = name in schema.get("required", ())
        inner = each.get("items", {})
        if "properties" in each:
            yield from leaves(each, f"{here}.")
        elif "properties" in inner:
            yield from leaves(inner, f"{here}[].")
        else:
            yield here, each, required
