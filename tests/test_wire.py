"""Golden cases: request in, exact response out, over the real app. Cases are files under `fixtures/wire`.

A case has `evidence` (label and source), `request`, `response`, and optionally `policy` and `setup`, what happens
before: requests, phone calls, and time that passes. A call is `{"dial": {"from", "to"}, "advance_s"}`, where `dial`
may also say `outcome`, `talk_s` and `hangup_by`; without it only time passes. In a path or a query `{session}` is
the session that the setup created last, `{call}` and `{second_leg}` are the first and the last leg of its last call,
and `{recording}` is the recording of that call.
A body that is a string is sent verbatim. `make golden` rewrites `response` only.
"""

import json
import os
import tomllib
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from masking_emulator.server.app import make_app
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.world import World
from starlette.types import ASGIApp

from tests.plivo.inside import answered, dialling, played, wait

_FOLDER: Final = Path(__file__).parent.parent / "fixtures" / "wire"
_OPERATIONS: Final = ("create", "update", "get", "list", "expire", "call", "recording", "number")
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
        case["response"] = {"status": status, "headers": headers, "body": json.loads(content or "null")}
        path.write_text(json.dumps(case, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return

    expected = case["response"]
    body = expected["body"]
    assert ("" if body is None else json.dumps(body, separators=(",", ":"))) == content.decode()
    assert (expected["status"], expected["headers"]) == (status, headers)


def _played(case: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """The answer to the case's request, in a world of its own."""
    hub = Hub()
    world = hub.add(world_of({**_WORLD, "policy": case.get("policy", {})}))
    app, names = make_app(hub), {"account": _MAIN["auth_id"], "session": ""}
    for step in case.get("setup", ()):
        if "advance_s" in step:
            names |= _passed(world, step)
            continue
        status, _, content = _asked(app, step, names)
        assert status < 300, f"the setup was refused: {content.decode()}"
        names |= {"session": json.loads(content or "{}").get("session_uuid", names["session"])}
    return _asked(app, case["request"], names)


def _passed(world: World, step: Mapping[str, Any]) -> dict[str, str]:
    """Place the call, if the step has one, and let time pass; the names of what there is of the call."""
    if "dial" not in step:
        wait(world, step["advance_s"])
        return {}
    dial = dict(step["dial"])
    call = played(world, dialling(dial.pop("from"), dial.pop("to"), **dial), wait_s=step["advance_s"])
    return {"call": call.legs[0].uuid, "second_leg": call.legs[-1].uuid, "recording": call.recording}


def _named(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _asked(app: ASGIApp, request: Mapping[str, Any], names: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    path = _named(request["path"], names)
    query = {
        name: _named(value, names) if isinstance(value, str) else value
        for name, value in request.get("query", {}).items()
    }
    body = request.get("body")
    content = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
    credentials = b64encode(f"{_MAIN['auth_id']}:{_MAIN['auth_token']}".encode()).decode()
    usual = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    headers = {**usual, **request.get("headers", {})}
    reply = answered(app, request["method"], f"{path}?{urlencode(query)}", headers, content)
    # The length says nothing that the body does not say.
    told = {name: value for name, value in reply.headers.items() if name != "content-length"}
    return reply.status, told, reply.content
