"""Every way of the table: an unmodified program reaches the emulator at https://api.plivo.com, TLS verified.

`make golden` notes the versions that were run, from which the README's table is made.
"""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from masking_emulator.config import cache_folder
from masking_emulator.interception.certificates import current, users_certificates
from masking_emulator.interception.environment import EmulatorAccess
from masking_emulator.interception.trust import trust
from masking_emulator.server.thread import ServerThread

from tests.sdk import story
from tests.sdk.faults import FAULTS, Fault
from tests.sdk.ways import LAB, TIMEOUT_S, WAYS, Proof, Way, needed, proved, run_with, write
from tests.shell.process import DEMO, run_in

_DONE: Final = "Session created"

_WRITES: Final = os.environ.get("MASKING_EMULATOR_GOLDEN") == "write"


@pytest.fixture(scope="module")
def note() -> Iterator[dict[str, Proof]]:
    """What was run; written down at the end where golden files are."""
    ran: dict[str, Proof] = {}
    yield ran
    if _WRITES:
        write(ran)


@pytest.fixture(params=[way for way in WAYS if way.command], ids=lambda way: str(way.name))
def way(request: pytest.FixtureRequest) -> Way:
    """Each that is run, where its tool is installed."""
    found: Way = request.param
    _skip_without_tool(found)
    return found


def _skip_without_tool(way: Way) -> None:
    if lacking := needed(way):
        pytest.skip(lacking)


def test_unmodified_program_reaches_the_emulator(way: Way, note: dict[str, Proof]) -> None:
    """Inside `run`, with what that sets and nothing else. An SDK plays the whole story, and tells it as it is.

    Its facts are all SDKs' alike, its exceptions the SDK's own (ledger: call_live, recording_delete, repeat_create).
    """
    printed = _printed(way.name)
    assert _DONE in printed
    if way.name in story.STORYTELLERS:
        assert [] == story.failures(way.name, story.told(printed))

    said = subprocess.run(
        way.version, cwd=way.folder, capture_output=True, text=True, check=True, timeout=TIMEOUT_S
    ).stdout
    checks = story.checks() if way.name in story.STORYTELLERS else 1
    note[way.name] = Proof(said.splitlines()[0].partition(" (")[0], datetime.now(UTC).date().isoformat(), checks)


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if fault.fact], ids=lambda fault: f"{fault.sdk}-{fault.fact}"
)
def test_sdk_has_the_faults_that_are_known(fault: Fault) -> None:
    """It fails where the SDK was mended: then docs/sdk-faults.md has to lose a line, and the programs a detour."""
    way = next(way for way in WAYS if way.name == fault.sdk)
    _skip_without_tool(way)
    faults = story.told(_printed(way.name))["faults"]

    assert {each.fact for each in FAULTS if each.sdk == fault.sdk and each.fact} == faults.keys()
    assert faults[fault.fact] is True, "the SDK was mended"


@cache
def _printed(name: str) -> str:
    """What the program of a way prints inside `run`. It runs once for all tests, as some compile before."""
    way = next(way for way in WAYS if way.name == name)
    done = run_in(way.folder, "run", "--", *way.command)
    assert 0 == done.returncode, done.stderr
    return done.stdout


def test_program_that_trusts_another_authority_fails(way: Way, intercepting: ServerThread, tmp_path: Path) -> None:
    """So verification is on: the same program and proxy, but the certificate is not of whom it believes."""
    other = current(tmp_path, now=datetime.fromisoformat(users_certificates().last_day).replace(tzinfo=UTC)).authority
    target = EmulatorAccess(
        url=intercepting.url,
        proxy_url=intercepting.sockets.proxy_url or "",
        tls_url=intercepting.sockets.tls_url,
        auth_id=DEMO,
        auth_token="emulator-token",
        trust=trust(cache_folder(), other.read_text(encoding="ascii"), []),
    )
    done = run_with(way, target)

    assert 0 != done.returncode or "certificate" in done.stderr, done.stdout
    assert _DONE not in done.stdout
    assert 0 == intercepting.control.get(f"/worlds/{DEMO}/journal")["last"]


def test_table_says_what_was_run() -> None:
    """A row for every way with a command, so that the README claims nothing that no test ran."""
    ran = {way.name for way in WAYS if way.command}
    labs = {f"{way.name}{LAB}" for way in WAYS if way.lab}

    assert ran | labs >= proved().keys()
