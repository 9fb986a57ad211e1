"""Snippets of the documents: found in a page, and run as a reader would, in reading order against one demo world.

- A block whose first line names a file (`# app.py`, `// a.test.js`) is put there, for a later one to run.
- `listen` runs beside the blocks after it, as the page says, on a port that is free.
- A line that installs, or that needs Docker, is left out: what it names is checked where the wheel and the image are.
- `# prints: …` is what the output has to hold.
- `text` and `json` are shown only; every other language is run, or refused as one that no test knows.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Final

from masking_emulator.server.thread import ServerThread

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = ("README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")))

#: How the snippet begins that runs beside the others, and how long any of them may take.
LISTEN: Final = "masking-emulator listen\n"
TIMEOUT_S: Final = 120

SHOWN: Final = ("text", "json", "mermaid")
RUN: Final = ("sh", "python")

_ELSEWHERE: Final = re.compile(
    r"^(?:(?:pip|pipx|npm|bundle|composer|go get|mvn) |uvx |docker |git clone |cd masking-emulator|make ).*$",
    flags=re.MULTILINE,
)
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


def run_page(page: str, folder: Path) -> None:
    """Run every snippet of the page that can be run, and compare what it says that it prints."""
    with ServerThread(proxy_port=0, tls_port=0) as server, ExitStack() as stack:
        addresses = {"http://127.0.0.1:8080": server.url}
        listeners: list[tuple[str, subprocess.Popen[str]]] = []
        for snippet in snippets(page):
            if snippet.file is not None:
                _put(folder / snippet.file, snippet.code)
            elif snippet.code.startswith(LISTEN):
                listener, addresses["http://127.0.0.1:9000/"] = _listening(stack, server.url)
                listeners.append((snippet.code, listener))
            elif snippet.language in RUN:
                _check(snippet.code, _run(snippet, addresses, folder), addresses)
        for code, listener in listeners:
            listener.terminate()
            _check(code, listener.communicate(timeout=TIMEOUT_S)[0], addresses)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _run(snippet: Snippet, addresses: Mapping[str, str], folder: Path) -> str:
    code = _replaced(snippet.code, addresses)
    shell = [
        "bash",
        "-euo",
        "pipefail",
        "-c",
        _ELSEWHERE.sub("true", code),
    ]
    command = [sys.executable, "-c", code] if snippet.language == "python" else shell
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment = {**kept, "PATH": path, "MASKING_EMULATOR_URL": addresses["http://127.0.0.1:8080"]}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert 0 == done.returncode, f"{snippet.code}\n{done.stdout}{done.stderr}"
    return done.stdout


def _listening(stack: ExitStack, url: str) -> tuple[subprocess.Popen[str], str]:
    """The receiver of the page as a process, and where it is."""
    command = [sys.executable, "-m", "masking_emulator", "listen", "--port", "0", "--url", url]
    listener = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    stack.callback(listener.kill)
    assert listener.stdout is not None
    return listener, listener.stdout.readline().split()[1]


def _check(code: str, output: str, addresses: Mapping[str, str]) -> None:
    """What the snippet says it prints is in what it printed, unless a line that is left out would print it."""
    for line, promised in re.findall(
        r"^(.*)# prints: (.+)$", code.replace("\n# prints", "# prints"), flags=re.MULTILINE
    ):
        if _ELSEWHERE.match(line) is None:
            assert _replaced(promised, addresses) in output, code


def _replaced(text: str, addresses: Mapping[str, str]) -> str:
    return reduce(lambda text, known: text.replace(*known), addresses.items(), text)
