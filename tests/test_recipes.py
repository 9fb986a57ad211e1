"""The recipes are proved: each is taken out of docs/recipes.md and run, by the runner that it is for.

What a runner needs from elsewhere is installed before: `npm install --prefix tests/node`, Go's modules
(`go mod download` in `tests/go`), and Maven's own cache.
"""

import json
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
from masking_emulator.server.thread import ServerThread

from tests.pytests import AS_USERS_HAVE_IT
from tests.snippets import ROOT, Snippet, snippets

PAGE: Final = "docs/recipes.md"
TEXT: Final = (ROOT / PAGE).read_text(encoding="utf-8")
FILES: Final = {snippet.file: snippet.code for snippet in snippets(PAGE) if snippet.file is not None}
COMMANDS: Final = [line for each in snippets(PAGE) if each.language == "sh" for line in each.code.splitlines()]

_NODE: Final = ROOT / "tests" / "node"
_PYTEST: Final = (*AS_USERS_HAVE_IT, "-q")
_TIMEOUT_S: Final = 240


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with the files of all recipes, the clone where they expect it, and a test script for npm."""
    for name, code in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_whole(name, code), encoding="utf-8")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "masking-emulator").symlink_to(ROOT)
    (tmp_path / "node_modules").symlink_to(_NODE / "node_modules")
    script = "node --test masking.node.test.cjs"
    (tmp_path / "package.json").write_text(json.dumps({"scripts": {"test": script}}), encoding="utf-8")
    for name in ("go.mod", "go.sum"):
        (tmp_path / name).write_bytes((ROOT / "tests" / "go" / name).read_bytes())
    return tmp_path


def _whole(name: str, code: str) -> str:
    """The file as it is to be: the line with its name stands in PHP outside of the program."""
    return code.partition("\n")[2] if name.endswith(".php") else code


def _run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MASKING_EMULATOR", "PYTEST"))}
    environment = {**kept, "MASKING_EMULATOR_CACHE": os.environ["MASKING_EMULATOR_CACHE"], "PATH": path, **variables}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done


def _by_itself(folder: Path, words: str, needs: str) -> str:
    """The one command of the page that has these words, and what it printed; skipped where its runner is not there."""
    (command,) = [line for line in COMMANDS if words in line and line.startswith("masking-emulator run")]
    if which(needs) is None:
        pytest.skip(f"needs {needs}")
    done = _run(folder, "bash", "-euo", "pipefail", "-c", command)
    return done.stdout + done.stderr


def test_every_recipe_is_there() -> None:
    """So that the tests below cannot pass over nothing."""
    assert {
        *("test_masking.py", "test_with_unittest.py", "test_with_flask.py", "test_with_django.py"),
        *("test_with_fastapi.py", "emulator.cjs", "masking.node.test.cjs", "masking.jest.test.cjs"),
        *("masking.vitest.test.mjs", "masking_test.go", "src/test/java/MaskingTest.java", "pom.xml"),
        *("masking_spec.rb", "tests/MaskingTest.php", ".github/workflows/test.yml", ".gitlab-ci.yml"),
        ".devcontainer/devcontainer.json",
    } == set(FILES)


@pytest.mark.parametrize(
    ("name", "tests"),
    [("test_masking.py", 3), ("test_with_flask.py", 1), ("test_with_django.py", 1), ("test_with_fastapi.py", 1)],
)
def test_pytest(name: str, tests: int, folder: Path) -> None:
    """Each file in a run of its own; pytest finds the plugin by itself."""
    assert f"{tests} passed" in _run(folder, sys.executable, "-m", "pytest", *_PYTEST, name).stdout


def test_unittest(folder: Path) -> None:
    """Run as a program."""
    assert "OK" in _run(folder, sys.executable, "test_with_unittest.py").stderr


@pytest.mark.parametrize(
    ("words", "package", "seen"),
    [("node --test", "plivo", "# pass 1"), ("npx jest", "jest", "1 passed"), ("npx vitest", "vitest", "1 passed")],
)
def test_javascript(words: str, package: str, seen: str, folder: Path) -> None:
    """Node's own runner, Jest and Vitest, with Plivo's own SDK."""
    if not (_NODE / "node_modules" / package).is_dir():
        pytest.skip("needs `npm install --prefix tests/node`")

    assert seen in re.sub(r"\x1b\[[0-9;]*m", "", _by_itself(folder, words, "node"))


def test_go(folder: Path) -> None:
    """`go test` finds the test."""
    assert re.search(r"^ok\s", _by_itself(folder, "go test", "go"), flags=re.MULTILINE)


def test_ruby(folder: Path) -> None:
    """RSpec runs the example."""
    assert "1 example, 0 failures" in _by_itself(folder, "rspec", "rspec")


def test_php(folder: Path) -> None:
    """PHPUnit runs the test."""
    assert "OK (1 test" in _by_itself(folder, "phpunit", "phpunit")


def test_java(folder: Path) -> None:
    """JUnit, by Maven, which has what it needs already."""
    junit = Path.home() / ".m2" / "repository" / "org" / "junit" / "platform" / "junit-platform-launcher"
    if not junit.is_dir():
        pytest.skip("needs `mvn -Dmaven.test.failure.ignore test` in a folder with this recipe, once")
    _by_itself(folder, "mvn", "mvn")
    report = (folder / "target" / "surefire-reports" / "MaskingTest.txt").read_text(encoding="utf-8")

    assert "Tests run: 1, Failures: 0" in report


@pytest.fixture
def port() -> int:
    """A free port, for a recipe that takes the usual one."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    return port


def _scripted(steps: list[str], port: int) -> str:
    """The steps as one script: what installs is left out, the server ends with it, and the port is ours."""
    script = "\n".join(step for step in steps if _installed(step) is None)
    script = script.replace("masking-emulator serve", f"masking-emulator serve --port {port}").replace(
        "8080", str(port)
    )
    return f"trap 'jobs -p | xargs --no-run-if-empty kill' EXIT\n{script}"


def _installed(step: str) -> str | None:
    """The place that the step installs from, "" for npm's; None where it installs nothing."""
    found = re.fullmatch(r"(?:pip|pipx) install '?(\./[\w/-]+)(?:\[\w+\])?'?|npm install()", step)
    return None if found is None else found[1] or ""


def _jobs(name: str) -> list[list[str]]:
    pipeline: dict[str, Any] = yaml.safe_load(FILES[name])
    if "jobs" in pipeline:
        return [[step["run"] for step in job["steps"] if "run" in step] for job in pipeline["jobs"].values()]
    return [job["script"] for job in pipeline.values() if "script" in job]


@pytest.mark.parametrize("name", [".github/workflows/test.yml", ".gitlab-ci.yml"])
def test_commands_of_a_pipeline(name: str, folder: Path, port: int) -> None:
    """Each job's commands run one after the other."""
    if not (_NODE / "node_modules" / "plivo").is_dir():
        pytest.skip("needs `npm install --prefix tests/node`")
    for steps in _jobs(name):
        script = _scripted(steps, port)
        served = {"MASKING_EMULATOR_URL": f"http://127.0.0.1:{port}"} if f"--port {port}" in script else {}
        _run(folder, "bash", "-euo", "pipefail", "-c", script, PYTEST_ADDOPTS=shlex.join(_PYTEST), **served)


def test_what_is_installed_is_the_clone(folder: Path) -> None:
    """Every line that installs names a folder with our pyproject.toml, and extras that it has."""
    container = json.loads(FILES[".devcontainer/devcontainer.json"].partition("\n")[2])
    steps = [step for name in FILES if name.endswith(".yml") for jobs in [_jobs(name)] for job in jobs for step in job]
    places = [_installed(step) for step in [*steps, *COMMANDS, container["postCreateCommand"]]]

    assert len([place for place in places if place]) >= 5
    assert {True} == {(folder / place / "pyproject.toml").is_file() for place in places if place}


def test_container_starts_a_server(folder: Path, port: int) -> None:
    """The command that the development container runs at its start leaves a server behind."""
    container = json.loads(FILES[".devcontainer/devcontainer.json"].partition("\n")[2])
    start = container["postStartCommand"].replace("/tmp/masking-emulator.log", "serve.log")
    script = _scripted([start, "masking-emulator wait"], port)

    assert [8080] == container["forwardPorts"]
    url = f"http://127.0.0.1:{port}"
    assert "ready" in _run(folder, "bash", "-euo", "pipefail", "-c", script, MASKING_EMULATOR_URL=url).stdout


def test_environment_for_a_container(intercepting: ServerThread) -> None:
    """The part of a service that `env --format compose` prints names the machine that the container runs on."""
    printed = _run(Path(), "masking-emulator", "env", "--format", "compose", "--url", intercepting.url).stdout
    part = yaml.safe_load(printed)

    assert "host.docker.internal" in part["environment"]["HTTPS_PROXY"]
    assert ["host.docker.internal:host-gateway"] == part["extra_hosts"]


def test_every_snippet_has_a_test() -> None:
    """A file of the list above, or commands that a test runs."""
    unknown: list[Snippet] = [each for each in snippets(PAGE) if each.file is None and each.language != "sh"]
    known = ("masking-emulator", "mvn -q -D", "docker compose", "# prints")

    assert [] == unknown
    assert [] == [line for line in COMMANDS if _installed(line) is None and not line.startswith(known)]


def test_verbs_exist() -> None:
    """Every verb that a recipe names."""
    named = set(re.findall(r"masking-emulator ([a-z]+(?:-[a-z]+)*)", TEXT)) - {"pytest", "plivo"}

    assert set() == named - set(main.list_commands(Context(main)))
