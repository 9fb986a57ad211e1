"""Snippets of the documents: found in a page, and run as a reader would, in reading order against one demo world.

- A block whose first line names a file (`# app.py`, `// a.test.js`) is put there, for a later one to run.
- `serve` and `listen` run beside the blocks after it, as the page says, on ports that are free. A page that starts no
  server of its own has one anyway.
- A line that installs, or that needs Docker, is left out: what it names is checked where the wheel and the image are.
  A line that needs Node is left out where `npm install --prefix tests/node` was not run, unless nothing may be skipped.
- `# prints: …` is what the output has to hold.
- `text`, `json` and `pyi` are shown only; every other language is run, or refused as one that no test knows.

`python -m tests.snippets PAGE FOLDER` only puts the files there.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from shutil import which
from typing import Final

from masking_emulator.server.thread import ServerThread

from tests.pytests import AS_USERS_HAVE_IT

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = ("README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")))

#: How the snippets begin that run beside the others, and how long any of them may take.
_LISTEN: Final = "masking-emulator listen\n"
_SERVE: Final = "masking-emulator serve"
TIMEOUT_S: Final = 120

_SERVER: Final = "http://127.0.0.1:8080"
_RECEIVER: Final = "http://127.0.0.1:9000/"

SHOWN: Final = ("text", "json", "mermaid", "pyi")
RUN: Final = ("sh", "python", "javascript")

_INSTALLS: Final = r"(?:pip|pipx|npm|bundle|composer|go get|mvn|uvx|docker|git clone|python3 -m venv|make) "
_ELSEWHERE: Final = re.compile(f"^{_INSTALLS}.*$", flags=re.MULTILINE)
_ELSEWHERE_WITHOUT_NODE: Final = re.compile(f"^(?:{_INSTALLS}|masking-emulator run -- node ).*$", flags=re.MULTILINE)
_NODE_MODULES: Final = ROOT / "tests" / "node" / "node_modules"
_BLOCK: Final = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", flags=re.MULTILINE | re.DOTALL)
_FILE: Final = re.compile(r"\A(?:#|//|<!--) ([\w./-]+\.\w+)(?: -->)?\n")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A block of a page."""

    language: str
    code: str

    @property
    def file(self) -> str | None:
        """The file that it is; None where it is none."""
        found = _FILE.match(self.code)
        return None if found is None else found[1]


def snippets(page: str) -> Sequence[Snippet]:
    """The blocks of the page, in reading order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [Snippet(found[2], re.sub(f"^{found[1]}", "", found[3], flags=re.M)) for found in _BLOCK.finditer(text)]


def write_files(page: str, folder: Path) -> None:
    """Put the files that the page names there."""
    for snippet in snippets(page):
        if snippet.file is not None:
            path = folder / snippet.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(snippet.code, encoding="utf-8")


def run_page(page: str, folder: Path, programs: Path = Path(sys.executable).parent) -> None:
    """Run every snippet of the page that can be run, and compare what it says that it prints.

    `programs` has the `python`, `pytest` and `masking-emulator` that the page means.
    """
    if any(snippet.language == "javascript" for snippet in snippets(page)):
        (folder / "node_modules").symlink_to(_NODE_MODULES)
    with ServerThread(proxy_port=0, tls_port=0) as server, ExitStack() as stack:
        reader = _Reader(folder, programs, {_SERVER: server.url}, stack)
        for snippet in snippets(page):
            reader.follow(snippet)
        reader.finish()


class _Reader:
    """Somebody who does what a page says: `addresses` are those of the page, and what they are here."""

    def __init__(self, folder: Path, programs: Path, addresses: dict[str, str], stack: ExitStack) -> None:
        self._folder = folder
        self._programs = programs
        self._addresses = addresses
        self._stack = stack
        self._beside: list[tuple[str, str, subprocess.Popen[str]]] = []

    def follow(self, snippet: Snippet) -> None:
        """Put the file there, start what runs beside the others, or run the snippet and compare."""
        if snippet.file is not None:
            path = self._folder / snippet.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(snippet.code, encoding="utf-8")
        elif snippet.code.startswith((_LISTEN, _SERVE)):
            self._start(snippet)
        elif snippet.language in RUN:
            self._check(snippet.code, self._run(snippet))

    def finish(self) -> None:
        """End what runs beside, and compare what it printed."""
        for code, first, process in self._beside:
            process.terminate()
            self._check(code, first + process.communicate(timeout=TIMEOUT_S)[0])

    def _start(self, snippet: Snippet) -> None:
        words = [re.sub("^[0-9]{4,5}$", "0", word) for word in snippet.code.splitlines()[0].split()]
        command = [str(self._programs / words[0]), *words[1:], *([] if "--port" in words else ["--port", "0"])]
        process = self._stack.enter_context(
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=self._environment(), cwd=self._folder)
        )
        self._stack.callback(process.kill)
        assert process.stdout is not None
        first = process.stdout.readline()
        self._addresses[_SERVER if words[1] == "serve" else _RECEIVER] = first.split()[1]
        self._beside.append((snippet.code, first, process))

    def _run(self, snippet: Snippet) -> str:
        code = self._here(snippet.code)
        shell = ["bash", "-euo", "pipefail", "-c", _left_out().sub("true", code)]
        commands = {"python": [str(self._programs / "python"), "-c", code], "javascript": ["node", "-e", code]}
        command = commands.get(snippet.language, shell)
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert 0 == done.returncode, f"{snippet.code}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _environment(self) -> dict[str, str]:
        path = f"{self._programs}{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHONPATH"))}
        return {
            **kept,
            "PATH": path,
            "PYTEST_ADDOPTS": shlex.join(AS_USERS_HAVE_IT),
            "MASKING_EMULATOR_URL": self._addresses[_SERVER],
        }

    def _check(self, code: str, output: str) -> None:
        """What the snippet says it prints is in what it printed, unless a line that is left out would print it."""
        joined = code.replace("\n# prints", "# prints")
        for line, promised in re.findall(r"^(.*)# prints: (.+)$", joined, flags=re.MULTILINE):
            if _left_out().match(line) is None:
                assert self._here(promised) in output, code

    def _here(self, text: str) -> str:
        return reduce(lambda text, known: text.replace(*known), self._addresses.items(), text)


def _left_out() -> re.Pattern[str]:
    """The lines that no test of a page runs on this machine."""
    has_node = which("node") is not None and (_NODE_MODULES / "plivo").is_dir()
    return _ELSEWHERE if has_node or os.environ.get("MASKING_EMULATOR_NO_SKIPS") == "1" else _ELSEWHERE_WITHOUT_NODE


if __name__ == "__main__":
    write_files(sys.argv[1], Path(sys.argv[2]))
