"""The README is proved: every command and snippet in it runs, and prints what it says it prints."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import reduce
from pathlib import Path

import pytest
from masking_emulator.server.thread import ServerThread
from masking_emulator.world.file import world_names, world_of

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
RUN = [(language, code) for language, code in BLOCKS if language in ("sh", "python") and not code.startswith("make ")]

#: How the snippet begins that runs beside the others, and how long any of them may take.
LISTEN = "masking-emulator listen\n"
TIMEOUT_S = 60


def test_snippets_were_found() -> None:
    """The README has snippets in both languages, so the tests below cannot pass over nothing."""
    assert {"sh", "python"} == {language for language, _ in RUN}


def test_snippets_run_in_reading_order(tmp_path: Path) -> None:
    """Every snippet runs against one demo world, and what it says it prints is in its output.

    `listen` runs beside those after it, as the README says, on a port that is free. One that begins with the name of
    a file is put there, for a later one to run.
    """
    with ServerThread(proxy_port=0, tls_port=0) as emulator, ExitStack() as stack:
        addresses = {"http://127.0.0.1:8080": emulator.url}
        listeners: list[tuple[str, subprocess.Popen[str]]] = []
        for language, code in RUN:
            if (file := re.match(r"# (\w+\.py)\n", code)) is not None:
                (tmp_path / file[1]).write_text(code, encoding="utf-8")
                continue
            if code.startswith(LISTEN):
                listener, addresses["http://127.0.0.1:9000/"] = _listening(stack, emulator.url)
                listeners.append((code, listener))
                continue
            here = reduce(lambda text, known: text.replace(*known), addresses.items(), code)
            _check(code, _run(language, here, emulator.url, folder=tmp_path), addresses)
        for code, listener in listeners:
            listener.terminate()
            _check(code, listener.communicate(timeout=TIMEOUT_S)[0], addresses)


def test_make_targets_exist() -> None:
    """`make run` and `make test` are targets of the Makefile, as is every other one that the README names."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {target for line in re.findall(r"\bmake ([a-z ]+)", README) for target in line.split()[:1]}

    assert {"run", "test"} <= named
    assert set() == {target for target in named if f"\n{target}:" not in makefile}


def test_world_file_is_a_world() -> None:
    """The world file in the README can be loaded."""
    import tomllib

    (toml,) = [code for language, code in BLOCKS if language == "toml"]

    assert 202 == world_of(tomllib.loads(toml)).policy.update_status


@pytest.mark.parametrize("name", world_names())
def test_example_worlds_are_listed(name: str) -> None:
    """Every example world has its row."""
    assert f"| `{name}` |" in README


def _listening(stack: ExitStack, url: str) -> tuple[subprocess.Popen[str], str]:
    """The receiver of the README as a process, and where it is."""
    command = [sys.executable, "-m", "masking_emulator", "listen", "--port", "0", "--url", url]
    listener = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    stack.callback(listener.kill)
    assert listener.stdout is not None
    return listener, listener.stdout.readline().split()[1]


def _check(code: str, output: str, addresses: Mapping[str, str]) -> None:
    """What the snippet says it prints is in what it printed."""
    for promised in re.findall(r"# prints: (.+)$", code, flags=re.MULTILINE):
        assert reduce(lambda text, known: text.replace(*known), addresses.items(), promised) in output, code


def _run(language: str, code: str, url: str, *, folder: Path) -> str:
    command = [sys.executable, "-c", code] if language == "python" else ["bash", "-euo", "pipefail", "-c", code]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "MASKING_EMULATOR_URL": url}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert 0 == done.returncode, f"{code}\n{done.stdout}{done.stderr}"
    return done.stdout
