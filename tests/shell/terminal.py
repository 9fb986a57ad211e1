"""The command line on a terminal: what it writes to one, where a pipe would get something else."""

import os
import pty
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from tests.shell.process import COMMAND, PATIENCE_S

#: What one read takes at most.
_CHUNK: Final = 65_536


def run_on_terminal(
    *words: str,
    columns: int = 80,
    heard: Callable[[str], object] = len,
    variables: Mapping[str, str] = {},
) -> tuple[int, str]:
    """Run the command on a terminal; its exit code, and what it wrote there.

    `heard` is called with all that it wrote so far, whenever it wrote more.
    """
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": str(columns), **variables}
    kept = {name: value for name, value in environment.items() if name != "NO_COLOR" or "NO_COLOR" in variables}
    with subprocess.Popen(
        [*COMMAND, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=kept,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        seen = b""
        with suppress(OSError):  # Linux says that the other end is closed in this way
            while chunk := os.read(ours, _CHUNK):
                seen += chunk
                heard(seen.decode(errors="replace"))
        os.close(ours)
        code = process.wait(PATIENCE_S)
    return code, seen.decode()
