"""A farm for tests: members and HAProxy in processes of their own, asked as one server."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any, Final

import pytest
from masking_emulator.client import Control
from masking_emulator.clock import looks

from tests.shell.process import COMMAND, PATIENCE_S

#: How many members the server that all tests share is to have; unset, it is one without HAProxy. A URL is that of a
#: farm that runs already.
MEMBERS: Final = os.environ.get("MASKING_EMULATOR_FARM", "")

#: For tests that start a farm.
needs_haproxy: Final = pytest.mark.skipif(
    sys.platform != "linux" or which("haproxy") is None, reason="needs haproxy, of the package of that name, and Linux"
)


@dataclass(frozen=True, slots=True)
class Front:
    """The farm as its clients see it, and each member as it is found behind."""

    url: str
    members: Sequence[str]
    process: "subprocess.Popen[str] | None" = None

    @property
    def control(self) -> Control:
        """The control API, through HAProxy."""
        return Control(self.url)

    def worlds_of(self, member: str) -> set[str]:
        """The Auth IDs of a member's worlds, as it says itself."""
        return {world["auth_id"] for world in Control(member).get("/worlds")["worlds"]}

    def say(self, command: str) -> str:
        """What HAProxy answers to a command."""
        (file,) = re.findall(r"-f (\S+/haproxy\.cfg)", "\n".join(self._processes().values()))
        return say(Path(file).parent / "socket", command)

    def runs(self, place: int) -> bool:
        """Whether a member of a farm that keeps its worlds has a process."""
        return any(words.endswith(f"/{place}") for words in self._processes().values())

    def pid_of(self, place: int) -> int:
        """The process of a member of a farm that keeps its worlds."""
        (pid,) = [pid for pid, words in self._processes().items() if words.endswith(f"/{place}")]
        return pid

    def sees_down(self, place: int) -> bool:
        """Whether HAProxy has seen that a member does not answer."""
        (line,) = [line for line in self.say("show servers state worlds").splitlines() if f" member_{place} " in line]
        return line.split()[5] == "0"

    def _processes(self) -> dict[int, str]:
        assert self.process is not None, "the farm is ours"
        return children(self.process.pid)


def say(control: Path, command: str) -> str:
    """What HAProxy answers to a command at this socket."""
    with closing(socket.socket(socket.AF_UNIX)) as line:
        line.connect(str(control))
        line.sendall(f"{command}\n".encode())
        return line.makefile().read().strip()


@contextmanager
def farming(members: int, *words: str) -> Iterator[Front]:
    """A farm from when it is ready until the context ends."""
    command = [*COMMAND, "farm", "--port", "0", "--members", str(members), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready.startswith("ready "), process.communicate(timeout=PATIENCE_S)
            lines = [process.stdout.readline() for _ in range(members)]
            yield Front(ready.split()[1], [line.split()[-1].removesuffix("/") for line in lines], process)
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)


@contextmanager
def shared_farm() -> Iterator[Front]:
    """The farm that MASKING_EMULATOR_FARM asks for."""
    if MEMBERS.startswith("http://"):
        yield Front(MEMBERS, [])
        return
    with farming(int(MEMBERS)) as front:
        yield front


def children(pid: int) -> dict[int, str]:
    """The processes that this one started and that run, and their command lines (Linux)."""
    said = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    found = (re.match(r"\s*(\d+)\s+(.*)", line) for line in said.stdout.splitlines())
    return {int(one[1]): one[2] for one in found if one and "<defunct>" not in one[2]}


def eventually(there: Any) -> None:
    """Return once it is there. Fails where it never is."""
    for _ in looks(timeout_s=PATIENCE_S / 4, pause_s=0.05):
        if there():
            return
    raise AssertionError("it never came")
