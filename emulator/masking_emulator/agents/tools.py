"""Tools: one for each operation of the control API, and for the sessions of the emulated one, made from OpenAPI.

What a tool is called, takes and says is what the document says of its operation, so nothing is written twice. A tool
takes path, query and body as the keys of one object, which no operation has in two places.
"""

from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Any, Final

from msgspec import Struct

from masking_emulator.control.kernel import PREFIX
from masking_emulator.control.openapi import document

#: How paths of the emulated API begin.
EMULATED: Final = "/v1/Account/{auth_id}/"

#: Paths of the emulated API that tools are made for; the SDKs' form, with a slash at the end.
_SESSIONS: Final = f"{EMULATED}Masking/Session/"

#: What no model can read: a stream that does not end, and a whole world, which would be cut and could not be put back.
_NO_TOOLS: Final = ("follow_journal", "take_snapshot", "put_snapshot")

_AUTH_ID: Final = {"type": "string", "description": "The world's Auth ID; without it the server's first world."}


class Tool(Struct, frozen=True):
    """An operation as a tool. `places` says for each key of its input where it goes: path, query or body."""

    name: str
    method: str
    path: str
    title: str
    description: str
    places: Mapping[str, str]
    schema: Mapping[str, Any]
    only_reads: bool

    @property
    def is_of_control(self) -> bool:
        """Whether the control API is asked; else the emulated one, with the world's credentials."""
        return self.path.startswith(PREFIX)


def all_tools() -> dict[str, Tool]:
    """Every tool, by name, reading ones first."""
    found = [_tool(path, method, operation) for path, method, operation in _operations()]
    return {tool.name: tool for tool in sorted(found, key=lambda tool: not tool.only_reads)}


def _operations() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            if operation["operationId"] not in _NO_TOOLS and _is_for_tools(path):
                yield path, method.upper(), operation


def _is_for_tools(path: str) -> bool:
    return path.startswith(f"{PREFIX}/") or (path.startswith(_SESSIONS) and path.endswith("/"))


def _tool(path: str, method: str, operation: Mapping[str, Any]) -> Tool:
    properties, places, required = dict[str, Any](), dict[str, str](), list[str]()
    for parameter in operation["parameters"]:
        name = parameter["name"]
        properties[name] = _AUTH_ID if name == "auth_id" else dict(parameter["schema"])
        places[name] = parameter["in"]
        if parameter["required"] and name != "auth_id":
            required.append(name)
    body = _body_of(operation)
    for name, schema in body.get("properties", {}).items():
        properties[name], places[name] = schema, "body"
    required += body.get("required", [])
    takes: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return Tool(
        name=operation["operationId"],
        method=method,
        path=path,
        title=operation["summary"],
        description=_description(operation, body),
        places=places,
        schema=takes | ({"required": required} if required else {}),
        only_reads=method == "GET" or operation.get("x-only-reads", False),
    )


def _body_of(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    content: Mapping[str, Any] = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return content.get("schema") or {}


def _description(operation: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """What it does, in the document's words, and which keys go together: many clients know no `oneOf`."""
    said = [f"{operation['summary']}.", cleandoc(operation.get("description") or "")]
    if alternatives := [" and ".join(each["required"]) for each in body.get("oneOf", ()) if "required" in each]:
        said.append(f"Takes exactly one of: {', '.join(alternatives)}.")
    return "\n\n".join(filter(None, said))
