"""The README is proved: every command and snippet in it runs, and prints what it says it prints."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.server import Emulator
from emulator.worldfile import world_names, world_of

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
RUN = [(language, code) for language, code in BLOCKS if language in ("sh", "python") and not code.startswith("make ")]


def test_snippets_were_found() -> None:
    """The README has snippets in both languages, so the tests below cannot pass over nothing."""
    assert {"sh", "python"} == {language for language, _ in RUN}


def test_snippets_run_in_reading_order(tmp_path: Path) -> None:
    """Every snippet runs against one demo world, and what it says it prints is in its output.

    One that begins with the name of a file is put there, for a later one to run.
    """
    with Emulator() as emulator:
        for language, code in RUN:
            if (file := re.match(r"# (\w+\.py)\n", code)) is not None:
                (tmp_path / file[1]).write_text(code, encoding="utf-8")
                continue
            output = _run(language, code.replace("http://127.0.0.1:8080", emulator.url), emulator.url, folder=tmp_path)
            for promised in re.findall(r"# prints: (.+)$", code, flags=re.MULTILINE):
                assert promised in output, code


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


def _run(language: str, code: str, url: str, *, folder: Path) -> str:
    command = [sys.executable, "-c", code] if language == "python" else ["bash", "-euo", "pipefail", "-c", code]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "MASKING_EMULATOR_URL": url}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert 0 == done.returncode, f"{code}\n{done.stdout}{done.stderr}"
    return done.stdout
