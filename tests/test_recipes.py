"""The recipes are proved: each is taken out of docs/recipes.md and run, or the commands in it are."""

import os
import re
import shlex
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from shutil import which
from typing import Any, Final

import pytest
import yaml
from click import Context
from masking_emulator.cli.main import main
from masking_emulator.client import Control
from masking_emulator.server.thread import ServerThread

ROOT: Final = Path(__file__).parent.parent
RECIPES: Final = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")

#: The file that a block names in its first line → the block.
FILES: Final = {
    name: code
    for code in re.findall(r"^```\w+\n(.*?)^```$", RECIPES, flags=re.MULTILINE | re.DOTALL)
    for name in re.findall(r"\A(?:#|//) ([\w./-]+)\n", code)
}

_NODE: Final = ROOT / "tests" / "node"

_PYTEST: Final = ("-pno:cacheprovider", "-pno:schemathesis", "-q")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files of all recipes."""
    for name, code in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
    return tmp_path


def _run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MASKING_EMULATOR")}
    environment = {**kept, "PATH": path, **variables}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done


def test_every_recipe_is_there() -> None:
    """So that the tests below cannot pass over nothing."""
    assert {
        *("test_masking.py", "test_with_unittest.py", "masking.test.cjs"),
        *(".github/workflows/test.yml", ".gitlab-ci.yml", "compose.yml"),
    } == set(FILES)


def test_pytest(folder: Path) -> None:
    """The three tests pass, and pytest finds the plugin by itself."""
    assert "3 passed" in _run(folder, sys.executable, "-m", "pytest", *_PYTEST, "test_masking.py").stdout


def test_unittest(folder: Path) -> None:
    """Run as a program."""
    assert "OK" in _run(folder, sys.executable, "test_with_unittest.py").stderr


def test_node(folder: Path, emulator: ServerThread) -> None:
    """Node's own test runner against the HTTP side, with Plivo's own SDK."""
    node = which("node")
    if node is None or not (_NODE / "node_modules" / "plivo").is_dir():
        pytest.skip("needs Node and `npm install --prefix tests/node`")
    done = _run(
        folder,
        *(node, "--require", str(_NODE / "redirect.cjs"), "--test", "masking.test.cjs"),
        MASKING_EMULATOR_URL=emulator.url,
        NODE_PATH=str(_NODE / "node_modules"),
    )

    assert "# pass 1" in done.stdout


@pytest.fixture
def port() -> int:
    """A free port, for a recipe that takes the usual one."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    return port


def _scripted(steps: list[str], port: int) -> str:
    """The steps as one script: what installs is left out, the server ends with it, and the port is ours."""
    script = "\n".join(step for step in steps if not step.startswith("pip install"))
    script = script.replace("masking-emulator serve", f"masking-emulator serve --port {port}").replace(
        "8080", str(port)
    )
    return f"trap 'jobs -p | xargs --no-run-if-empty kill' EXIT\n{script}"


@pytest.mark.parametrize("name", [".github/workflows/test.yml", ".gitlab-ci.yml"])
def test_commands_of_a_pipeline(name: str, folder: Path, port: int) -> None:
    """Each job's commands run one after the other."""
    pipeline: dict[str, Any] = yaml.safe_load(FILES[name])
    if "jobs" in pipeline:
        jobs = [[step["run"] for step in job["steps"] if "run" in step] for job in pipeline["jobs"].values()]
    else:
        jobs = [job["script"] for job in pipeline.values()]
    for steps in jobs:
        script = _scripted(steps, port)
        served = {"MASKING_EMULATOR_URL": f"http://127.0.0.1:{port}"} if f"--port {port}" in script else {}
        _run(folder, "bash", "-euo", "pipefail", "-c", script, PYTEST_ADDOPTS=shlex.join(_PYTEST), **served)


def test_commands_of_compose(emulator: ServerThread) -> None:
    """The services' commands are ours with options that they have, and what waits for the emulator finds it."""
    services = yaml.safe_load(FILES["compose.yml"])["services"]
    serve = services["emulator"]["command"].partition("exec masking-emulator ")[2].rstrip('"').split()
    verb, *options = serve
    known = {option for parameter in main.commands[verb].params for option in parameter.opts}

    assert set() == {word for word in options if word.startswith("--")} - known
    wait = shlex.split(services["emulator"]["healthcheck"]["test"])
    assert "ready" in _run(Path(), *wait, MASKING_EMULATOR_URL=emulator.url).stdout
    assert "emulator" in services["tests"]["environment"]["MASKING_EMULATOR_URL"]
    assert Control(emulator.url).get("/health")["status"] == "ok"


def test_verbs_exist() -> None:
    """Every verb that a recipe names."""
    named = set(re.findall(r"masking-emulator ([a-z]+(?:-[a-z]+)*)", RECIPES)) - {"pytest", "plivo"}

    assert set() == named - set(main.list_commands(Context(main)))
