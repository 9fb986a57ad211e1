"""Runs of pytest on small suites, as users of the plugin have them."""

from collections.abc import Sequence
from typing import Final

import pytest

#: Plugins that a run in this process does without: they are slow to load, or it would load them a second time.
HEAVY: Final = ("cacheprovider", "schemathesis", "hypothesispytest", "_hypothesis_pytestplugin", "xdist", "looponfail")

#: What every suite begins with.
PARTIES: Final = """
    import asyncio, pathlib
    import pytest
    PARTIES = dict(first_party="+14155550123", second_party="+14155550145")
"""


#: The file that the tests of `run_here` are in.
SUITE: Final = "test_suite.py"


def run_here(pytester: pytest.Pytester, *tests: str, arguments: Sequence[str] = ()) -> pytest.RunResult:
    """These tests in a run of this process."""
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    pytester.makepyfile(**{SUITE.removesuffix(".py"): "\n".join([PARTIES, *tests])})
    return pytester.runpytest_inprocess(SUITE, *(f"-pno:{name}" for name in HEAVY), "--strict-markers", *arguments)


def run_apart(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *arguments: str, tests: str | None = None
) -> pytest.RunResult:
    """The tests in a process of its own that loads our plugin, and others only by name."""
    if tests is not None:
        pytester.makepyfile("\n".join([PARTIES, tests]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return pytester.runpytest_subprocess(
        "-pno:cacheprovider", "-pmasking_emulator.pytest_plugin", *arguments, timeout=120
    )


def errors_of(result: pytest.RunResult) -> list[str]:
    """What the run showed of its errors, line by line, from the heading of the first to the summary."""
    lines = result.stdout.lines
    begin = next(place for place, line in enumerate(lines) if " ERROR at setup of " in line)
    end = next(place for place, line in enumerate(lines) if " short test summary info " in line)
    return lines[begin:end]
