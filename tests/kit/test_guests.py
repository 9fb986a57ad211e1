"""A user's process that has other files, that forks, that warns of everything, or that has a loop of its own."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

from tests.kit.runs import run_apart

pytest_plugins = ["pytester"]

_PATIENCE_S: Final = 120

_OTHER_FILES: Final = """
    def test_fake_files_first(fs, masking):
        masking.client.masking_sessions.create_masking_session(**PARTIES)
        assert not pathlib.Path(__file__).exists()
        assert [event.event for event in masking.advance(1800)] == ["SessionExpired"]

    @pytest.mark.masking("phones")
    def test_example(fs, masking, masking_receiver):
        made = masking.client.masking_sessions.create_masking_session(callback_url=masking_receiver.url, **PARTIES)
        masking.advance(1800)
        assert masking.callbacks.wait_for(event="SessionTimeout").session == made.session_uuid
        assert masking.sessions.explain(made.session_uuid).number == made.virtual_number

    def test_console_and_ledger(fs, masking):
        from urllib.request import urlopen
        for path in ("console/", "console/app.js", "fidelity", "openapi.json"):
            with urlopen(f"{masking.url}/_emulator/{path}") as answer:
                assert answer.status == 200, path

    def test_server_that_starts_there(fs):
        from masking_emulator.testing import Emulator
        with Emulator("multi-country") as other:
            assert len(other.numbers.all()) > 1
"""


def test_package_is_read_before_a_test_shows_other_files(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Example worlds, schemas, console, ledger and everything that sends a callback, under pyfakefs."""
    monkeypatch.delenv("MASKING_EMULATOR_URL", raising=False)

    run_apart(pytester, monkeypatch, "-ppyfakefs.pytest_plugin", tests=_OTHER_FILES).assert_outcomes(passed=4)


_PLAYS: Final = {
    "fork": """
        import os
        with Emulator() as masking:
            child = os.fork()
            if child == 0:
                masking.client.masking_sessions.create_masking_session(**PARTIES)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            assert [event.event for event in masking.journal()] == ["SessionCreated"]
    """,
    "fork that leaves the block": """
        import os, sys
        with Emulator() as masking:
            child = os.fork()
            if child == 0:
                sys.exit(5)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
            masking.client.masking_sessions.create_masking_session(**PARTIES)
            assert [event.event for event in masking.journal()] == ["SessionCreated"]
    """,
    "spawn": """
        import multiprocessing
        with Emulator() as masking:
            account = [masking.url, masking.auth_id, masking.auth_token]
            worker = multiprocessing.get_context("spawn").Process(target=ask, args=account)
            worker.start()
            worker.join()
            assert worker.exitcode == 0
            assert [event.event for event in masking.journal()] == ["SessionCreated"]
    """,
    "loop": """
        import asyncio
        async def cell():
            # As in a notebook: blocking code in a loop that runs, and in development mode says how long it was blocked.
            asyncio.get_running_loop().slow_callback_duration = 600
            with Emulator() as masking:
                masking.client.masking_sessions.create_masking_session(**PARTIES)
                masking.advance(60)
                return await masking.aio.advance(1800)
        assert [event.event for event in asyncio.run(cell())] == ["SessionExpired"]
    """,
    "trio": """
        import trio
        async def main():
            with Emulator() as masking:
                masking.client.masking_sessions.create_masking_session(**PARTIES)
                return await masking.aio.advance(1800)
        assert [event.event for event in trio.run(main)] == ["SessionExpired"]
    """,
}

_PROGRAM: Final = """
    from masking_emulator.testing import Emulator
    PARTIES = dict(first_party="+14155550123", second_party="+14155550145")

    def ask(url, auth_id, auth_token):
        import plivo
        from masking_emulator.testing import redirect_plivo
        redirect_plivo(url)
        plivo.RestClient(auth_id, auth_token).masking_sessions.create_masking_session(**PARTIES)

    def play():
"""


@pytest.mark.parametrize("play", _PLAYS)
def test_process_may_do_what_processes_do(play: str, tmp_path: Path) -> None:
    """In development mode and with every warning an error; nothing is said, and it ends by itself."""
    body = "".join(f"    {line}\n" for line in dedent(_PLAYS[play]).splitlines())
    program = tmp_path / "program.py"
    program.write_text(f"{dedent(_PROGRAM)}{body}\nif __name__ == '__main__':\n    play()\n", encoding="utf-8")
    # Forking a process that has threads is what this is about, and Python 3.12 warns of it.
    strict = ["-X", "dev", "-W", "error", "-W", "ignore:This process:DeprecationWarning"]

    ran = subprocess.run(
        [sys.executable, *strict, program], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
    )

    assert ("", 0) == (ran.stderr, ran.returncode)
