"""Plays a golden case of `fixtures/wire` against whatever answers: the app without a socket, or a server over sockets.

What a case is, test_wire.py says.
"""

import json
import tomllib
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from masking_emulator.control import PREFIX

from tests.plivo.ask import Reply, ask

FOLDER: Final = Path(__file__).parent.parent / "fixtures" / "wire"

_WORLD: Final[Mapping[str, Any]] = tomllib.loads((FOLDER / "world.toml").read_text(encoding="utf-8"))
_MAIN: Final[Mapping[str, Any]] = _WORLD["account"]
_W: Final = f"{PREFIX}/worlds/{_MAIN['auth_id']}"

#: Answers a request: method, target, headers, of which one that is None is left out, and body.
Ask = Callable[[str, str, Mapping[str, str | None], bytes], Reply]


def over_sockets(url: str) -> Ask:
    """A server that answers there."""

    def asked(method: str, target: str, headers: Mapping[str, str | None], content: bytes) -> Reply:
        return ask(url, method, target, content, {name: value for name, value in headers.items() if value is not None})

    return asked


def played(case: Mapping[str, Any], asked: Ask) -> Reply:
    """The answer to the case's request, in a world of its own, which is gone afterwards."""
    _controlled(asked, "PUT", "", {"world": {**_WORLD, "policy": case.get("policy", {})}})
    try:
        names = {"account": _MAIN["auth_id"], "session": ""}
        for step in case.get("setup", ()):
            names |= _passed(asked, step) if "advance_s" in step else _set_up(asked, step, names)
        return _sent(asked, case["request"], names)
    finally:
        _controlled(asked, "DELETE", "")


def _passed(asked: Ask, step: Mapping[str, Any]) -> dict[str, str]:
    """Place the call, if the step has one, and let time pass; the names of what there is of the call."""
    call = _controlled(asked, "POST", "/calls", step["dial"]) if "dial" in step else None
    _controlled(asked, "POST", "/clock/advance", {"seconds": step["advance_s"]})
    if call is None:
        return {}
    shown = _controlled(asked, "GET", f"/calls/{call['call_uuid']}")
    legs = shown["legs"]
    return {
        "call": legs[0]["call_uuid"],
        "second_leg": legs[-1]["call_uuid"],
        "recording": shown["recording_uuid"] or "",
    }


def _set_up(asked: Ask, step: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    reply = _sent(asked, step, names)
    assert reply.status < 300, f"the setup was refused: {reply.content.decode()}"
    return {"session": json.loads(reply.content or "{}").get("session_uuid", names["session"])}


def _controlled(asked: Ask, method: str, path: str, body: Any = None) -> Any:
    content = b"" if body is None else json.dumps(body).encode()
    reply = asked(method, _W + path, {"Content-Type": "application/json"}, content)
    assert reply.status < 300, f"the control API refused: {reply.content.decode()}"
    return reply.json


def _sent(asked: Ask, request: Mapping[str, Any], names: Mapping[str, str]) -> Reply:
    query = {
        name: _named(value, names) if isinstance(value, str) else value
        for name, value in request.get("query", {}).items()
    }
    body = request.get("body")
    content = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
    credentials = b64encode(f"{_MAIN['auth_id']}:{_MAIN['auth_token']}".encode()).decode()
    usual = {
        "Authorization": f"Basic {credentials}",
        "Content-Type": "application/json",
        "Host": "127.0.0.1:8080",
    }
    target = quote(_named(request["path"], names), safe="/%") + (f"?{urlencode(query)}" if query else "")
    return asked(request["method"], target, {**usual, **request.get("headers", {})}, content)


def _named(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text
