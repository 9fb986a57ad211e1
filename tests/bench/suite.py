"""How long the tests take on this machine."""

import os
import subprocess
import time
from pathlib import Path

from tests.bench.table import Effort, Row, alone, at_most

_ROOT = Path(__file__).parents[2]

#: What a quick run tests instead of all.
_QUICK = "tests/core"


def make_test(effort: Effort) -> list[Row]:
    """`make test` from launch to end; the environment is there already."""
    tested = () if effort.is_whole else (f"TESTED={_QUICK}",)
    environment = {name: value for name, value in os.environ.items() if name != "MASKING_EMULATOR_NO_SKIPS"}
    command = ["make", "--silent", "test", *tested]
    begun = time.perf_counter()
    subprocess.run(command, cwd=_ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    took = time.perf_counter() - begun
    if effort.is_whole:
        return [alone("`make test` on two quiet cores", took, "s", at_most(120, aim=90))]
    return [alone(f"`make test` of {_QUICK} on two quiet cores", took, "s")]
