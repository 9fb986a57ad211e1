"""Where the output of the command line cannot go: a full disk, a closed stdout, a pipe that nobody reads any more."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest
from masking_emulator.client import Control

from tests.plivo.ask import Api
from tests.shell.process import COMMAND, PATIENCE_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")


@pytest.fixture
def api(fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A world of the test's own, and the environment that lets the verbs find it."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", fresh_api.url)
    monkeypatch.setenv("MASKING_EMULATOR_ACCOUNT", fresh_api.auth_id)
    return fresh_api


@pytest.mark.parametrize(
    "words",
    [["fidelity"], ["--help"], ["--version"], ["sessions", "--help"], ["help"], ["status"], ["world", "schema"]],
    ids=" ".join,
)
def test_full_disk_is_one_sentence(words: Sequence[str], api: Api) -> None:
    """Exit code 1 and no traceback, for help as well as for answers."""
    del api
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run(
            [*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=False
        )

    assert (1, "masking-emulator: cannot write: No space left on device\n") == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    "words", [["journal"], ["sessions", "list", "--json"], ["fidelity"], ["run", "--", "true"]], ids=" ".join
)
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_verb_works_without_a_stream(words: Sequence[str], closed: str, api: Api) -> None:
    """Closed before it began, as by a shell or a service manager: done as ever, and no traceback."""
    del api
    shell = ["sh", "-c", f'"$@" {closed}', "sh", *COMMAND, *words]
    done = subprocess.run(shell, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    assert 0 == done.returncode
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["journal", "--follow"], ["requests", "follow", "--after", "0"], ["callbacks", "follow"]], ids=" ".join
)
def test_follow_ends_when_nobody_reads(words: Sequence[str], api: Api) -> None:
    """As in a pipe to `head -1`: at once, though nothing happens any more that it could write."""
    api.create(callback_url="http://127.0.0.1:9/", session_expiry=60)
    Control(api.url).post(f"/worlds/{api.auth_id}/clock/advance", {"seconds": 3600})
    with subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            first = process.stdout.readline()
            process.stdout.close()
            code = process.wait(PATIENCE_S)
            said = process.stderr.read()
        finally:
            process.kill()

    assert first
    assert (0, "") == (code, said)
