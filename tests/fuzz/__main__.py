"""`make fuzz`: FUZZ_REQUESTS requests (300,000 where it says nothing), from FUZZ_SEED or one of its own."""

import os
import sys
from pathlib import Path
from random import randrange
from tempfile import TemporaryDirectory
from typing import Final

from masking_emulator.cli.progress import progress

from tests.fuzz.fuzzer import fuzz, report, served

_REQUESTS: Final = 300_000


def main() -> int:
    """Fuzz, and say what was found; the exit code."""
    requests = int(os.environ.get("FUZZ_REQUESTS", _REQUESTS))
    seed = int(os.environ.get("FUZZ_SEED") or randrange(2**32))
    sys.stdout.write(f"seed {seed}: {requests} requests; FUZZ_SEED={seed} sends the same ones\n")
    sys.stdout.flush()
    with TemporaryDirectory() as folder, served(Path(folder)) as fuzzer:
        with progress("fuzz", requests, quiet=False) as reached:
            found = fuzz(fuzzer, seed=seed, requests=requests, reached=lambda sent: reached(sent, f"{sent:,} requests"))
        if found is None:
            sys.stdout.write("no 500, no traceback, no refusal that changed anything\n")
            return 0
        sys.stdout.write(report(fuzzer, *found, seed=seed) + "\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
