"""A recorder whose disk is full: the recording ends whole, and the service goes on."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from masking_emulator.client import Control
from masking_emulator.keeping.replay import replay
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api
from tests.shell.process import COMMAND, DEMO, PATIENCE_S, run, serving

#: How a file system that has no room for more answers, as this limit of a process does.
_TOO_LARGE = "File too large"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets the limits of a process that runs")
@pytest.mark.parametrize("room", [0, 1, 600, 1500])
def test_full_disk_ends_the_recording_and_nothing_else(room: int, tmp_path: Path) -> None:
    """One warning, a word in health and status, every answer as usual, and the file has no half of a command."""
    import resource

    recording = tmp_path / "run.jsonl"
    with serving("--record", str(recording)) as (process, url):
        api, control = Api(url, DEMO, "emulator-token", DEMO), Control(url)
        statuses = [_create(api, 0)]
        before = (control.get("/health")["recording"], run("status", "--url", url).stdout)
        size = recording.stat().st_size
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size + room, size + room))
        statuses += [_create(api, number) for number in range(1, 11)]
        ended = recording.read_bytes()
        control.post(f"/worlds/{DEMO}/clock/advance", {"seconds": 86_400})
        events = control.get(f"/worlds/{DEMO}/journal")["last"]
        after = (control.get("/health")["recording"], run("status", "--url", url).stdout)
        control.post(f"/worlds/{DEMO}/reset")
        process.terminate()
        _, warned = process.communicate(timeout=PATIENCE_S)

    assert {201} == set(statuses)
    assert (22, 0) == (events, process.returncode)
    assert ({"file": str(recording), "ended": None}, True) == (before[0], f"recording    {recording}\n" in before[1])
    assert {"file": str(recording), "ended": _TOO_LARGE} == after[0]
    assert f"recording    {recording}; it has ended: {_TOO_LARGE}\n" in after[1]
    sentence = f"WARNING: the recording in {recording} has ended: {_TOO_LARGE}; what it has is whole"
    assert [sentence] == warned.splitlines()
    assert ended == recording.read_bytes()
    result = replay(recording)
    assert (None, None) == (result.difference, result.cut)
    assert 1 <= result.commands == result.events < len(statuses)


def _create(api: Api, number: int) -> int:
    return api.create(first_party=f"+1202555{number:04}", second_party=f"+1202556{number:04}").status


@pytest.mark.skipif(os.name != "posix", reason="ulimit is a shell's")
def test_recording_that_cannot_begin_is_refused(tmp_path: Path) -> None:
    """One sentence, before anything is served; what an earlier run has recorded stays."""
    recording, small = tmp_path / "run.jsonl", tmp_path / "small"
    with serving("--record", str(recording)) as (process, _):
        process.terminate()
        process.wait(PATIENCE_S)
    before = recording.read_bytes()
    found = []
    for file in (recording, small):
        words = shlex.join([*COMMAND, "serve", "--port", "0", "--record", str(file)])
        found.append(
            subprocess.run(
                ["sh", "-c", f"ulimit -f 2; exec {words}"],
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
        )

    assert [(2, "", f"masking-emulator: {file}: {_TOO_LARGE}\n") for file in (recording, small)] == [
        (done.returncode, done.stdout, done.stderr) for done in found
    ]
    assert (before, b"") == (recording.read_bytes(), small.read_bytes())


def test_server_that_records_nothing_says_nothing_of_it(emulator: ServerThread) -> None:
    """It is null in health, and `status` has no line about it."""
    assert emulator.control.get("/health")["recording"] is None
    assert "recording" not in run("status", "--url", emulator.url).stdout
