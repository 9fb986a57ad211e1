"""A run that starts no programs skips the tests that would, and runs the others; unless nothing may be skipped."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.pytests import AS_USERS_HAVE_IT
from tests.shell.process import PATIENCE_S

_ROOT: Final = Path(__file__).parents[1]

_STARTS_A_SERVER: Final = "tests/shell/test_cli_serve.py::test_first_line_of_serve_says_that_it_is_ready"
_OPENS_A_BROWSER: Final = "tests/console/test_ways.py::test_page_says_that_the_server_is_gone"
_DOES_NEITHER: Final = "tests/core/test_timers.py::test_timer_is_due_at_its_instant_and_not_before"

_LEFT_OUT: Final = "`make test-all` runs them"


def _run(*tests: str, no_skips: str) -> str:
    """What a run that starts no programs prints."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *AS_USERS_HAVE_IT, *tests],
        cwd=_ROOT,
        env={**os.environ, "MASKING_EMULATOR_NO_SKIPS": no_skips, "MASKING_EMULATOR_NO_PROGRAMS": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    ).stdout


def test_what_starts_a_program_is_skipped() -> None:
    """A server and a browser, though no list says that they are any; and the run says what was left out."""
    printed = _run(_STARTS_A_SERVER, _OPENS_A_BROWSER, _DOES_NEITHER, no_skips="0")

    assert "1 passed, 2 skipped" in printed.splitlines()[-1], printed
    assert _LEFT_OUT in printed


def test_nothing_is_skipped_where_nothing_may_be() -> None:
    """`make test` runs every test in CI."""
    printed = _run(_STARTS_A_SERVER, _DOES_NEITHER, no_skips="1")

    assert "2 passed" in printed.splitlines()[-1], printed
    assert _LEFT_OUT not in printed
