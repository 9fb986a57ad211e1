"""Calls and callbacks through Plivo's own Node SDK. `tests/node/calls.cjs` plays and prints what it saw."""

import json
import subprocess
from pathlib import Path
from shutil import which
from typing import Any, Final

import pytest

from tests.plivo.ask import FIRST, SECOND, Api

_NODE: Final = Path(__file__).parent.parent / "node"
_TIMEOUT_S: Final = 60

_PATHS: Final = ["/events", "/events", "/caf%C3%A9/%E2%82%AC", "/~x(1),v=1"]
_CALL: Final = [
    "SessionFirstPartyAnswer",
    "SessionSecondPartyRing",
    "SessionSecondPartyAnswer",
    "SessionFirstPartyHangup",
    "SessionSecondPartyHangup",
    "SessionPartiesHangup",
    "SessionTimeout",
]


@pytest.fixture
def told(fresh_api: Api) -> Any:
    """What the script saw."""
    node = which("node")
    if node is None or not (_NODE / "node_modules" / "plivo").is_dir():
        pytest.skip("needs Node and `npm install --prefix tests/node`")
    command = [node, str(_NODE / "calls.cjs"), fresh_api.url, fresh_api.auth_id, fresh_api.auth_token]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_callbacks_of_calls_validate(told: Any) -> None:
    """POST and GET, with and without a query, beyond ASCII and with reserved characters; then a call and an expiry.

    One test, because every start of Node takes longer than all else here (ledger: signature_v3_post, signature_port).
    """
    received = told["received"]

    expected = [(method, path, event) for method in ("POST", "GET") for path in _PATHS for event in _CALL]
    assert expected == [(it["method"], it["path"], it["event"]) for it in received]
    assert {(True, True, False)} == {(it["v2"], it["v3"], it["wrong"]) for it in received}
    assert {"shop": "7"}.items() <= received[len(_CALL)]["query"].items()
    assert {"x": "%", "y": "a b&c", "n": ""}.items() <= received[-1]["query"].items()
    assert (f"+{SECOND}", f"+{FIRST}", "ringing_second") == tuple(
        told["call"][key] for key in ("from", "callee", "phase")
    )
    assert ("in-progress", "expired") == (told["during"], told["after"])
