"""The console in Firefox: every view, and a story to its end. `tests/node/firefox.cjs` walks."""

import json
import subprocess
from pathlib import Path
from shutil import which
from typing import Final

import pytest
from masking_emulator.server.thread import ServerThread

from tests.console.conftest import FIRST
from tests.plivo.ask import Api

_NODE: Final = Path(__file__).parents[1] / "node"
_TIMEOUT_S: Final = 120

#: View → its heading.
VIEWS: Final = {
    "demo": "Two people talk. Neither learns the other's number.",
    "overview": "Overview",
    "phones": "Phones",
    "sessions": "Sessions",
    "numbers": "Number pool",
    "callbacks/1": "Callbacks",
    "requests/1": "API requests",
    "faults": "Faults",
    "journal": "Journal",
    "past/3": "Time travel",
}


def test_firefox_shows_every_view_and_tells_a_story(emulator: ServerThread, world: Api) -> None:
    """Without an error in its console; the diagram has the steps of the last call."""
    firefox = which("firefox-esr") or which("firefox")
    if firefox is None or which("node") is None or not (_NODE / "node_modules" / "puppeteer-core").is_dir():
        pytest.skip("needs Firefox, Node and `npm install --prefix tests/node`")
    receiver = f"{emulator.url}/_emulator/console/receiver"
    made = world.create(first_party=FIRST, second_party="+14155550145", callback_url=receiver).json
    emulator.control.post(f"/worlds/{world.auth_id}/calls", {"from": FIRST, "to": made["virtual_number"]})
    command = ["node", str(_NODE / "firefox.cjs"), firefox, f"{emulator.url}/_emulator/console/", world.auth_id, *VIEWS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    assert 0 == done.returncode, done.stderr
    told = json.loads(done.stdout)
    emulator.control.delete(f"/worlds/{told['world']}")

    assert VIEWS == told["heads"]
    assert [] == told["mistakes"]
    assert "That was all of it." in told["caption"]
    assert told["drawn"] >= 4
