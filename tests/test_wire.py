"""Golden cases: request in, exact response out, over the real app. Cases are files under `fixtures/wire`.

A case has `evidence` (label and source), `request`, `response`, and optionally `policy` and `setup`, the requests
before. In a path `{session}` is the session that the setup created last. A body that is a string is sent verbatim.
`make golden` rewrites `response` only.
"""

import asyncio
import json
import os
import tomllib
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlencode

import pytest
from starlette.types import ASGIApp, Message

from emulator.app import make_app
from emulator.worldfile import world_of
from emulator.worlds import Hub

_FOLDER: Final = Path(__file__).parent.parent / "fixtures" / "wire"
_OPERATIONS: Final = ("create", "update", "get", "list", "expire")
_CASES: Final = sorted(_FOLDER.glob("*/*.json"))
_LABELS: Final = ("documented", "sdk", "observed", "assumed")
_WORLD: Final[Mapping[str, Any]] = tomllib.loads((_FOLDER / "world.toml").read_text(encoding="utf-8"))
_MAIN: Final[Mapping[str, Any]] = _WORLD["account"]


@pytest.mark.parametrize("operation", _OPERATIONS)
def test_operation_has_cases(operation: str) -> None:
    """An empty folder would pass for the wrong reason."""
    assert any(path.parent.name == operation for path in _CASES), f"no case in {_FOLDER / operation}"


@pytest.mark.parametrize("path", _CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_case_says_what_speaks_for_it(path: Path) -> None:
    """A golden file without a source is only a photograph of our own code."""
    evidence = json.loads(path.read_text(encoding="utf-8"))["evidence"]

    assert evidence["label"] in _LABELS
    assert evidence["source"]


@pytest.mark.parametrize("path", _CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_case_is_answered_to_the_byte(path: Path) -> None:
    """Status, headers, key order, nulls and generated values are those of the file."""
    case = json.loads(path.read_text(encoding="utf-8"))
    status, headers, content = _played(case)
    if os.environ.get("MASKING_EMULATOR_GOLDEN") == "write":
        case["response"] = {"status": status, "headers": headers, "body": json.loads(content)}
        path.write_text(json.dumps(case, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return

    expected = case["response"]
    assert json.dumps(expected["body"], separators=(",", ":")) == content.decode()
    assert (expected["status"], expected["headers"]) == (status, headers)


def _played(case: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """The answer to the case's request, in a world of its own."""
    hub = Hub()
    hub.add(world_of({**_WORLD, "policy": case.get("policy", {})}))
    app = make_app(hub)
    session = ""
    for request in case.get("setup", ()):
        status, _, content = _asked(app, request, session)
        assert status < 300, f"the setup was refused: {content.decode()}"
        session = json.loads(content).get("session_uuid", session)
    return _asked(app, case["request"], session)


def _asked(app: ASGIApp, request: Mapping[str, Any], session: str) -> tuple[int, dict[str, str], bytes]:
    path = request["path"].replace("{account}", _MAIN["auth_id"]).replace("{session}", session)
    body = request.get("body")
    content = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
    credentials = b64encode(f"{_MAIN['auth_id']}:{_MAIN['auth_token']}".encode()).decode()
    usual = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    headers = {**usual, **request.get("headers", {})}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": request["method"],
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": urlencode(request.get("query", {})).encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items() if value is not None],
        "server": ("127.0.0.1", 8080),
        "client": ("127.0.0.1", 50000),
        "root_path": "",
    }
    return asyncio.run(_call(app, scope, content))


async def _call(app: ASGIApp, scope: dict[str, Any], content: bytes) -> tuple[int, dict[str, str], bytes]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    # The length says nothing that the body does not say.
    headers.pop("content-length")
    return sent[0]["status"], headers, b"".join(message["body"] for message in sent[1:])
