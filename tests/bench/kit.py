"""Measures of the test kit: what a world costs a test, and what the plugin costs those who do not use it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory

from masking_emulator.server.thread import ServerThread
from masking_emulator.testing.emulator import new_world

from tests.bench.table import Effort, Row, alone, at_most, here_of_beside, medians

#: So many worlds are one sample.
_WORLDS = 20

_RUN = (sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider")


def world_per_test(effort: Effort) -> list[Row]:
    """A world made and removed over HTTP, as for each test; real time, because two threads take part."""
    with ServerThread() as server:

        def batch() -> float:
            begun = time.perf_counter()
            for seed in range(_WORLDS):
                server.control.delete(new_world(server.control, seed).path)
            return time.perf_counter() - begun

        batch()
        (took,) = medians(effort.rounds, batch)
    return [alone("world for a test over HTTP", 1000 * took / _WORLDS, "ms", at_most(1.3, aim=0.8))]


def plugin_import(effort: Effort) -> list[Row]:
    """CPU time of a run of pytest on a single empty test, with the plugin beside without."""
    with TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
        without, having = _running(folder), _running(folder, "-pmasking_emulator.pytest_plugin")
        without(), having()
        beside, here = medians(effort.rounds + 4, without, having)
    measure = "pytest with the plugin installed and unused, of without"
    return [here_of_beside(measure, at_most(1.1), beside=1000 * beside, here=1000 * here, unit="ms")]


def _running(folder: str, *plugins: str) -> Callable[[], float]:
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def run() -> float:
        before = getrusage(RUSAGE_CHILDREN)
        subprocess.run([*_RUN, *plugins], cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
        after = getrusage(RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return run
