"""`init`: what it writes runs as it is, and nothing that is there is lost."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from masking_emulator.world.file import load_world

from tests.pytests import AS_USERS_HAVE_IT
from tests.shell.process import COMMAND, PATIENCE_S, run

_NODE = Path(__file__).parents[1] / "node"


def test_pytest_project_runs_as_it_is_written(tmp_path: Path) -> None:
    """The test passes, the world file is right, the CI job is YAML."""
    done = run("init", "pytest", str(tmp_path))
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *AS_USERS_HAVE_IT, "test_masking.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert "wrote  world.toml" == done.stdout.splitlines()[0]
    assert "next   pytest test_masking.py" == done.stdout.splitlines()[-1]
    assert "1 passed" in tested.stdout
    assert load_world(str(tmp_path / "world.toml")).numbers
    assert "test" in yaml.safe_load((tmp_path / ".github/workflows/masking.yml").read_text(encoding="utf-8"))["jobs"]


def test_node_project_runs_as_it_is_written(tmp_path: Path) -> None:
    """With the command that it names, and the SDK unmodified."""
    if shutil.which("node") is None or not (_NODE / "node_modules").is_dir():
        pytest.skip("needs node and `npm install --prefix tests/node`")
    run("init", "node", str(tmp_path))
    (tmp_path / "node_modules").symlink_to(_NODE / "node_modules")
    command = ["run", "--world", "world.toml", "--", "node", "--test", "masking.test.cjs"]
    done = subprocess.run(
        [*COMMAND, *command], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )

    assert (0, True) == (done.returncode, "pass 1" in done.stdout), done.stdout + done.stderr


def test_compose_project_is_whole(tmp_path: Path) -> None:
    """The service serves the world file that lies beside it."""
    run("init", "compose", str(tmp_path))
    service = yaml.safe_load((tmp_path / "compose.yaml").read_text(encoding="utf-8"))["services"]["masking"]

    assert ["./world.toml:/world.toml:ro"] == service["volumes"]
    assert "--world /world.toml" in service["command"]


def test_what_is_there_stays(tmp_path: Path) -> None:
    """A file of the user's is kept, and it is said."""
    (tmp_path / "world.toml").write_text("seed = 1", encoding="utf-8")
    done = run("init", "pytest", str(tmp_path))

    assert (0, "seed = 1") == (done.returncode, (tmp_path / "world.toml").read_text(encoding="utf-8"))
    assert "kept   world.toml, which is there" in done.stdout
