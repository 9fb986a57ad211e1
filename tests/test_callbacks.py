"""Golden callbacks: what is done to a session, and the callback that follows. Files under `fixtures/callbacks/EVENT`.

A case has `evidence` (label and source), `session` (the parameters of its create), `steps` (one word each: `call`
somebody to the session's number, `advance` so many seconds, `replace` the number, `delete` the session), and
`callback`, the last one of the event: method, URL and body of its request, and its parameters in their order.
`make golden` rewrites `callback` only.
"""

import asyncio
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from jsonschema import Draft202012Validator
from masking_emulator.plivo.callback_schemas import CALLBACK_SCHEMAS
from masking_emulator.plivo.callbacks import EVENTS
from masking_emulator.server.app import make_app
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub

_FIXTURES: Final = Path(__file__).parent.parent / "fixtures"
_FOLDER: Final = _FIXTURES / "callbacks"
_CASES: Final = sorted(_FOLDER.glob("*/*.json"))
_LABELS: Final = ("documented", "sdk", "observed", "assumed")

#: The world of the other golden cases.
_WORLD: Final[Mapping[str, Any]] = tomllib.loads((_FIXTURES / "wire" / "world.toml").read_text(encoding="utf-8"))
_MAIN: Final[Mapping[str, str]] = _WORLD["account"]
_SESSIONS: Final = f"/v1/Account/{_MAIN['auth_id']}/Masking/Session"
_CONTROL: Final = f"/_emulator/worlds/{_MAIN['auth_id']}"

_each_case = pytest.mark.parametrize("path", _CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")


@pytest.mark.parametrize("event", sorted(set(EVENTS.values())))
def test_event_has_cases(event: str) -> None:
    """An empty folder would pass for the wrong reason."""
    assert any(path.parent.name == event for path in _CASES), f"no case in {_FOLDER / event}"


@_each_case
def test_case_says_what_speaks_for_it(path: Path) -> None:
    """A golden file without a source is only a photograph of our own code."""
    evidence = json.loads(path.read_text(encoding="utf-8"))["evidence"]

    assert evidence["label"] in _LABELS
    assert evidence["source"]


@_each_case
def test_callback_is_told_to_the_byte(path: Path) -> None:
    """Method, URL, body, and every parameter in its order."""
    case = json.loads(path.read_text(encoding="utf-8"))
    told = asyncio.run(_told(case, path.parent.name))
    if os.environ.get("MASKING_EMULATOR_GOLDEN") == "write":
        case["callback"] = told
        path.write_text(json.dumps(case, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return

    expected = case["callback"]
    assert list(expected["parameters"].items()) == list(told["parameters"].items())
    assert expected == told
    Draft202012Validator(CALLBACK_SCHEMAS[path.parent.name]).validate(told["parameters"])


async def _told(case: Mapping[str, Any], event: str) -> dict[str, Any]:
    """The last callback of this event, in a world of its own that sends nothing."""
    hub = Hub()
    hub.add(world_of({**_WORLD, "policy": case.get("policy", {})}))
    transport = httpx.ASGITransport(make_app(hub))
    credentials = (_MAIN["auth_id"], _MAIN["auth_token"])
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080", auth=credentials) as client:
        await _asked(client, "PUT", f"{_CONTROL}/callbacks/policy", {"deliver": False})
        session = (await _asked(client, "POST", _SESSIONS, case["session"]))["session"]
        for step in case["steps"]:
            await _do(client, session, step)
        found = (await _asked(client, "GET", f"{_CONTROL}/callbacks?event={event}"))["callbacks"]
    last = found[-1]
    request = last["request"]
    return {
        "method": request["method"],
        "url": request["url"],
        "body": request["body"],
        "parameters": last["parameters"],
    }


async def _do(client: httpx.AsyncClient, session: Mapping[str, Any], step: Mapping[str, Any]) -> None:
    number = session["virtual_number"]
    ((word, given),) = step.items()
    match word:
        case "call":
            await _asked(client, "POST", f"{_CONTROL}/calls", {"to": number, **given})
        case "advance":
            await _asked(client, "POST", f"{_CONTROL}/clock/advance", {"seconds": given})
        case "replace":
            await _asked(client, "POST", f"{_CONTROL}/numbers/{number}/replace", {})
        case "delete":
            await _asked(client, "DELETE", f"{_SESSIONS}/{session['session_uuid']}")
        case _:
            raise AssertionError(f"no step is called {word}")


async def _asked(client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    answer = await client.request(method, path, json=body)
    assert answer.is_success, f"{method} {path} was refused: {answer.text}"
    return answer.json()
