"""The command line: in a real process what lasts, in this one what asks, prints and ends.

A verb that is called here says and does what it would in a process of its own, without what Python takes to start one.
How processes start and end, and what they do with signals, pipes and terminals, is tested with `COMMAND`; and every
page of the documents runs its verbs as its reader does.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from click.testing import CliRunner
from masking_emulator.cli.main import main

#: A bound on a hang, not on speed: a busy machine that compiles Go for the first time takes most of a minute.
PATIENCE_S: Final = 240

COMMAND: Final = [sys.executable, "-m", "masking_emulator"]

DEMO: Final = "MAEMULATOR0000000001"


#: Words of what serves, follows or starts something else until it is ended.
_LASTING: Final = frozenset({"serve", "run", "listen", "mcp", "farm", "capture", "follow", "--follow"})


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """One call of the command line. A bug in it is raised."""
    if not _LASTING.isdisjoint(words):
        return run_in(None, *words, **variables)
    done = CliRunner().invoke(main, words, env=variables, prog_name="masking-emulator", catch_exceptions=False)
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def run_in(folder: Path | None, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """One call of the command line in a process of its own, in this folder; None is where the tests run."""
    environment = {**os.environ, **variables}
    return subprocess.run(
        [*COMMAND, *words],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def sentence(done: subprocess.CompletedProcess[str], code: int) -> str:
    """What a call that failed with this code says: one line on stderr, nothing on stdout, no traceback."""
    assert (code, "") == (done.returncode, done.stdout), done.stderr
    assert 1 == len(done.stderr.splitlines()), done.stderr
    return done.stderr.strip()


@contextmanager
def serving(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server that has said all that it says once it is ready, and its URL."""
    command = [*COMMAND, "serve", "--port", "0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready, url, *_ = process.stdout.readline().split()
            assert "ready" == ready
            while not process.stdout.readline().startswith("try "):
                pass
            yield process, url
        finally:
            process.kill()
