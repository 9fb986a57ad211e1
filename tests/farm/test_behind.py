"""Behind HAProxy everything is as before: the tests of the Python SDK, and the golden cases over real sockets.

Of the cases one in five is played, and all of them by `make farm-test`, beside the whole suite of the SDKs.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import pytest

from tests.farm.front import MEMBERS, Front, needs_haproxy
from tests.plivo.ask import Api, Reply, api_of, ask
from tests.sdk.conftest import at_the_emulator, client  # noqa: F401  # fixtures of the tests below
from tests.sdk.test_python_sdk import *  # noqa: F403  # its tests, with the farm as their emulator

pytestmark = needs_haproxy

_FOLDER: Final = Path(__file__).parents[2] / "fixtures" / "wire"
_WORLD: Final[Mapping[str, Any]] = tomllib.loads((_FOLDER / "world.toml").read_text(encoding="utf-8"))
_CASES: Final = sorted(_FOLDER.glob("*/*.json"))[:: 1 if MEMBERS else 5]
_AUTH_ID: Final = _WORLD["account"]["auth_id"]


@pytest.fixture
def played(emulator: Front) -> Iterator[Front]:
    """The farm, in which the world of the case is gone afterwards."""
    yield emulator
    emulator.control.delete(f"/worlds/{_AUTH_ID}")


@pytest.mark.parametrize("path", _CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_case_is_answered_to_the_byte_behind_haproxy(played: Front, path: Path) -> None:
    """Status, headers, key order, nulls and generated values are those of the file."""
    case = json.loads(path.read_text(encoding="utf-8"))
    world = {**_WORLD, "policy": case.get("policy", {})}
    api = api_of(played.url, played.control.put(f"/worlds/{_AUTH_ID}", {"world": world}))
    names = {"account": _AUTH_ID, "session": ""}
    for step in case.get("setup", ()):
        names |= _passed(played, step) if "advance_s" in step else _set_up(api, step, names)
    reply = _asked(api, case["request"], names)

    expected, body = case["response"], case["response"]["body"]
    if body is not None and "error" in body and not _is_known(case["request"]):
        # The server draws the api_id, and has drawn others before; a member knows the accounts of its own worlds only.
        body = {**body, "api_id": reply.json["api_id"]}
        expected["headers"].pop("x-emulator-reason", None)
    assert ("" if body is None else json.dumps(body, separators=(",", ":"))) == reply.content.decode()
    assert expected["status"] == reply.status
    assert expected["headers"].items() <= reply.headers.items()


def _is_known(request: Mapping[str, Any]) -> bool:
    """Whether a world answers: not to strangers, nor at the path of another account, nor for media, which are open."""
    is_own = "Authorization" not in request.get("headers", {}) and "{account}" in request["path"]
    return is_own and not re.search(r"\.(mp3|wav)$", request["path"])


def _set_up(api: Api, step: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    answer = json.loads(_asked(api, step, names).content or "{}")
    return {"session": answer.get("session_uuid", names["session"])}


def _passed(front: Front, step: Mapping[str, Any]) -> dict[str, str]:
    """Place the call, if the step has one, and let time pass; the names of what there is of the call."""
    world = f"/worlds/{_AUTH_ID}"
    call = front.control.post(f"{world}/calls", step["dial"]) if "dial" in step else None
    front.control.post(f"{world}/clock/advance", {"seconds": step["advance_s"]})
    if call is None:
        return {}
    shown = front.control.get(f"{world}/calls/{call['call_uuid']}")
    legs = shown["legs"]
    return {
        "call": legs[0]["call_uuid"],
        "second_leg": legs[-1]["call_uuid"],
        "recording": shown["recording_uuid"] or "",
    }


def _asked(api: Api, request: Mapping[str, Any], names: Mapping[str, str]) -> Reply:
    query = {name: _named(value, names) for name, value in request.get("query", {}).items()}
    body = request.get("body")
    content = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
    target = quote(_named(request["path"], names), safe="/%") + (f"?{urlencode(query)}" if query else "")
    usual = {"Authorization": api.authorization, "Content-Type": "application/json", "Host": "127.0.0.1:8080"}
    headers = {**usual, **request.get("headers", {})}
    sent = {name: value for name, value in headers.items() if value is not None}
    return ask(api.url, request["method"], target, content, sent)


def _named(text: Any, names: Mapping[str, str]) -> Any:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value) if isinstance(text, str) else text
    return text
