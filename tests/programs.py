"""Programs that tests start: servers, shells, compilers, browsers. Two of three seconds of a whole run are theirs.

With MASKING_EMULATOR_NO_PROGRAMS=1 a test that starts one is skipped at that moment, so that no list has to say which
tests these are, unless nothing may be skipped. A browser's driver takes no skip where it is started: whoever wants one
asks `may_start` before.
"""

import os
import sys
from typing import Final

import pytest

#: Whether a skip is a failure, as in CI.
no_skips: Final = os.environ.get("MASKING_EMULATOR_NO_SKIPS") == "1"

#: Whether tests may start programs.
may_start: Final = no_skips or os.environ.get("MASKING_EMULATOR_NO_PROGRAMS") != "1"

#: What Python reports before it starts a program, or becomes two processes.
_STARTS: Final = frozenset({"subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork", "os.forkpty"})


def _skip_start(event: str, details: tuple[object, ...]) -> None:
    del details
    if event in _STARTS and "PYTEST_CURRENT_TEST" in os.environ:  # what the run itself starts is no test's
        pytest.skip("it starts a program")


def skip_starts() -> None:
    """From here on skip every test that starts a program, if none may be started."""
    if not may_start:
        sys.addaudithook(_skip_start)
