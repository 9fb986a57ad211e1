"""The reference of the control API: the operations from OpenAPI, each with an example that a server answered."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

from masking_emulator.control import PREFIX, operations
from masking_emulator.control.openapi import document
from masking_emulator.server.thread import ServerThread

from tests.reference.control_examples import AUTH_ID, EXAMPLES, Example
from tests.reference.tables import kind, table

#: The module that an operation is from → the title of its part of the page, in reading order.
_TITLES: Final[Mapping[str, str]] = {
    "about": "The server",
    "worlds": "Worlds",
    "clock": "The clock",
    "journal": "The journal",
    "past": "The past",
    "numbers": "The number pool",
    "calls": "Calls and phones",
    "callbacks": "Callbacks",
    "callback_routes": "Callback routes",
    "triggers": "Stories of events",
    "requests": "Requests that arrived",
    "faults": "Faults",
    "state": "Snapshots and the pool report",
}

_TIMEOUT_S: Final = 20
_LINES_MAX: Final = 48
_DEPTH_MAX: Final = 7
_TEXT_MAX: Final = 300

#: What differs from run to run, or is too long to be read: how it looks → what stands for it.
_UNSTABLE: Final = (
    (re.compile(r'("\w*duration_s":) ?[0-9.e-]+'), r"\1 0.002"),
    (re.compile(r"id: [0-9a-f]+-"), "id: …-"),
    (re.compile(r'"version": ?"[0-9.]+"'), '"version": "…"'),
    (re.compile(r'"emulator": ?"[0-9.]+"'), '"emulator": "…"'),
    (re.compile(r'"(?!2026-01-)[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"'), '"…"'),
    (re.compile(r'"[A-Za-z0-9+/]{27,43}=+(, ?[A-Za-z0-9+/]{27,43}=+)*"'), '"…"'),
)


def control_page() -> str:
    """Every operation of the control API."""
    answers = dict(answered())
    described = {
        operation["operationId"]: operation for path in document()["paths"].values() for operation in path.values()
    }
    parts = []
    assert set(_TITLES) == {operation.handler.__module__.rpartition(".")[2] for operation in operations()}
    for module, title in _TITLES.items():
        parts.append(f"## {title}\n")
        for operation in operations():
            if operation.handler.__module__.endswith(f".{module}"):
                name = operation.handler.__name__
                path = f"{PREFIX}{operation.path}".replace(f"{PREFIX}/worlds/{{auth_id}}", "W")
                parts.append(_section(f"{operation.method} {path}", described[name], answers[name]))
    return "\n".join(parts)


def _section(title: str, operation: Mapping[str, Any], example: str) -> str:
    text = " ".join(operation["description"].split())
    parts = [f"### {operation['summary']}", f"`{title}`", text]
    query = [
        (f"`{one['name']}`", kind(one["schema"]), one["schema"].get("description", ""))
        for one in operation["parameters"]
        if one["in"] == "query"
    ]
    if query:
        parts.append(table(("query", "type", "meaning"), query).rstrip())
    body = _body(operation)
    if body:
        parts.append(table(("body", "type", "meaning"), body).rstrip())
    return "\n\n".join([*parts, *_answer(operation), example]) + "\n"


def _answer(operation: Mapping[str, Any]) -> list[str]:
    """The keys of a successful answer, and the name of its schema where it has one."""
    content = next(answer["content"] for status, answer in operation["responses"].items() if status < "300")
    schema = content.get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    properties = document()["components"]["schemas"][name]["properties"] if name else schema.get("properties", {})
    rows = [(f"`{key}`", _kind(each)) for key, each in properties.items()]
    title = f"answer, `{name}`" if name else "answer"
    return [table((title, "type"), rows).rstrip()] if rows else []


def _kind(schema: Mapping[str, Any]) -> str:
    """In a word what a key of an answer is: a schema of its own by its name."""
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return "instant" if schema.get("format") == "date-time" else kind(schema)


def _body(operation: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The keys of the body, those of objects in it left to their own pages."""
    content = operation.get("requestBody", {}).get("content", {})
    schema: Mapping[str, Any] = next((each["schema"] for each in content.values()), {})
    return [
        (
            f"`{name}`" + (" (required)" if name in schema.get("required", ()) else ""),
            kind(each),
            each.get("description", ""),
        )
        for name, each in schema.get("properties", {}).items()
    ]


def answered() -> Iterator[tuple[str, str]]:
    """The ID of each operation, and its example: the request and what a server answered, as Markdown.

    Asks all examples of one server. An answer with another status than the example says is an AssertionError.
    """
    with ServerThread() as server:
        host = urlsplit(server.url).netloc
        kept: dict[str, Any] = {}
        for example in EXAMPLES:
            path = example.path.format(**kept)
            body = kept["snapshot"] if example.operation == "put_snapshot" else example.body
            status, text = _asked(host, example.method, path, body)
            assert example.status == status, f"{example.method} {path}: {status} {text}"
            kept |= _taken(example, text)
            if example.operation:
                yield example.operation, _shown(example, path, status, text.replace(host, "127.0.0.1:8080"))


def _asked(host: str, method: str, path: str, body: Any) -> tuple[int, str]:
    credentials = b64encode(f"{AUTH_ID}:emulator-token".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {credentials}"}
    connection = HTTPConnection(host, timeout=_TIMEOUT_S)
    try:
        sent = None if body is None else json.dumps(body).replace("127.0.0.1:8080", host)
        connection.request(method, path, sent, headers)
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8")
    finally:
        connection.close()


def _taken(example: Example, text: str) -> dict[str, Any]:
    taken = {}
    for name, steps in example.keeps.items():
        value = json.loads(text)
        for step in steps:
            value = value[step]
        taken[name] = value
    return taken


def _shown(example: Example, path: str, status: int, text: str) -> str:
    request = f"{example.method} {path}"
    if example.body is not None:
        request += f"\n\n{json.dumps(_fitting(example.body), indent=2, ensure_ascii=False)}"
    try:
        answer = json.dumps(_fitting(json.loads(_stable(text))), indent=2, ensure_ascii=False)
    except ValueError:
        answer = _stable(text)[:_TEXT_MAX].rstrip() + "…"
    return f'```text\n{request}\n```\n\n```json title="{status}"\n{answer}\n```'


def _stable(text: str) -> str:
    for pattern, instead in _UNSTABLE:
        text = pattern.sub(instead, text)
    return text


def _fitting(value: Any) -> Any:
    """The value, cut until it fits on a page: first long lists, then what lies deep."""
    for depth in range(_DEPTH_MAX, 0, -1):
        cut = _cut(value, depth)
        if len(json.dumps(cut, indent=2).splitlines()) <= _LINES_MAX:
            return cut
    return _cut(value, 1)


def _cut(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        return "…" if depth == 0 and value else {name: _cut(each, depth - 1) for name, each in value.items()}
    if isinstance(value, list):
        rest = ["… and more"] if len(value) > 1 else []
        return "…" if depth == 0 and value else [*(_cut(each, depth - 1) for each in value[:1]), *rest]
    return value if not isinstance(value, str) or len(value) <= _TEXT_MAX else f"{value[:_TEXT_MAX]}…"
