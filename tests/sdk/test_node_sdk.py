"""Plivo's own Node SDK, unmodified, inside `run`. `tests/node/life.cjs` plays and prints what it was told."""

import json
from pathlib import Path
from shutil import which
from typing import Any, Final

import pytest

from tests.plivo.ask import FIRST, SECOND
from tests.shell.process import run

_NODE: Final = Path(__file__).parent.parent / "node"


@pytest.fixture
def told() -> Any:
    """What the SDK's callers were told, step by step."""
    node = which("node")
    if node is None or not (_NODE / "node_modules" / "plivo").is_dir():
        pytest.skip("needs Node and `npm install --prefix tests/node`")
    done = run("run", "--", node, str(_NODE / "life.cjs"))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_session_lives_its_whole_life(told: Any) -> None:
    """Create, get, update, list, delete and four refusals, in the SDK's camel case.

    One test, because every start of Node takes longer than all else here.
    """
    created, got = told["created"], told["got"]["response"]
    uuid = created["sessionUuid"]
    session = created["session"]
    assert created["message"] == "Session created"
    assert (session["firstParty"], session["secondParty"]) == (FIRST, SECOND)
    assert (session["duration"], session["record"], session["status"]) == (600, True, "active")
    assert f"+{session['virtualNumber']}" == created["virtualNumber"]
    assert (got["sessionUuid"], got["callTimeLimit"]) == (uuid, 14_400)
    assert told["updated"]["message"] == "Session updated"
    assert told["updated"]["session"]["callTimeLimit"] == 120
    assert [uuid] == [listed["sessionUuid"] for listed in told["listed"]["response"]["objects"]]
    assert told["deleted"]["message"] == "Session expired"
    assert {name: told[name]["status"] for name in ("again", "invalid", "unknown", "stranger")} == {
        "again": 400,
        "invalid": 400,
        "unknown": 404,
        "stranger": 401,
    }
    assert "Session already expired" in told["again"]["message"]
    assert "session_expiry is outside the allowed range" in told["invalid"]["message"]
    assert "not found" in told["unknown"]["message"]
