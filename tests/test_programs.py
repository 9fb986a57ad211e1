"""A run that starts no programs skips the tests that would, and runs the others."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.pytests import AS_USERS_HAVE_IT
from tests.shell.process import PATIENCE_S

_ROOT: Final = Path(__file__).parents[1]

#: One test that starts a server, one that opens a browser, and one that does neither.
_TESTS: Final = (
    "tests/shell/test_cli_serve.py::test_first_line_of_serve_says_that_it_is_ready",
    "tests/console/test_ways.py::test_page_says_that_the_server_is_gone",
    "tests/core/test_timers.py::test_timer_is_due_at_its_instant_and_not_before",
)


def test_what_starts_a_program_is_skipped() -> None:
    """A server and a browser, though no list says that they are any."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *AS_USERS_HAVE_IT, *_TESTS],
        cwd=_ROOT,
        env={**os.environ, "MASKING_EMULATOR_NO_SKIPS": "0", "MASKING_EMULATOR_NO_PROGRAMS": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert "1 passed, 2 skipped" in done.stdout.splitlines()[-1], done.stdout
