"""The wheel as users get it: built from the sources, installed into an environment of its own, and used there."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest

from tests.pytests import AS_USERS_HAVE_IT
from tests.snippets import run_page, write_files

ROOT: Final = Path(__file__).parent.parent

#: What a build reads. A folder `build` that an earlier one left in the tree must not get into the wheel.
SOURCES: Final = ("pyproject.toml", "README.md", "LICENSE", "emulator")

TIMEOUT_S: Final = 120


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without the network."""
    folder = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        taken, here = ROOT / name, folder / name
        if taken.is_dir():
            shutil.copytree(taken, here, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "node_modules"))
        else:
            shutil.copy(taken, here)
    made = tmp_path_factory.mktemp("wheel")
    _run(folder, sys.executable, *_PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(made), ".")
    (found,) = made.iterdir()
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment in which the wheel is installed; what it needs is borrowed from ours."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    places = sysconfig.get_paths("venv", vars={"base": str(folder), "platbase": str(folder)})
    python = Path(places["scripts"]) / Path(sys.executable).name
    _run(folder, sys.executable, *_PIP, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    ours = sysconfig.get_paths()["purelib"]
    (Path(places["purelib"]) / "borrowed.pth").write_text(f"{ours}\n", encoding="utf-8")
    return python


def test_wheel_has_all_that_the_package_ships(wheel: Path) -> None:
    """Every file of the sources is in it: the example worlds, the console's, and what runs in programs of users."""
    packed = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package = ROOT / "emulator" / "masking_emulator"
    sources = {path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts}

    assert packed == {path.relative_to(ROOT / "emulator").as_posix() for path in sources}
    assert {"masking_emulator/world/examples/demo.toml", "masking_emulator/console/index.html"} <= packed


def test_wheel_says_what_it_is(wheel: Path) -> None:
    """The package's version, links, maturity, and what the extra for pytest needs."""
    name = next(name for name in ZipFile(wheel).namelist() if name.endswith(".dist-info/METADATA"))
    metadata = ZipFile(wheel).read(name).decode("utf-8").splitlines()

    assert f"Version: {_version()}" in metadata
    assert {"Repository", "Documentation", "Changelog"} <= {
        line.split(":")[1].split(",")[0].strip() for line in metadata if line.startswith("Project-URL:")
    }
    assert 1 == len([line for line in metadata if line.startswith("Classifier: Development Status ::")])
    assert {"plivo", "pytest"} == {
        line.split(":")[1].split(">")[0].strip()
        for line in metadata
        if line.startswith("Requires-Dist:") and 'extra == "pytest"' in line
    }


def test_package_is_found_from_any_folder_and_claims_no_other_name(python: Path, tmp_path: Path) -> None:
    """`masking_emulator.testing` is there, out of the wheel, and a module `emulator` is nobody's."""
    code = """
import importlib.util
import masking_emulator.testing
print(masking_emulator.__file__)
print(importlib.util.find_spec("emulator"))
"""
    file, emulator = _run(tmp_path, str(python), "-c", code).stdout.splitlines()

    assert Path(file).is_relative_to(python.parent.parent)
    assert "None" == emulator


def test_command_starts_the_example_worlds_of_the_wheel(python: Path, tmp_path: Path) -> None:
    """`masking-emulator run` starts a server with a world by its name, and the program reaches its console."""
    code = """
import os, urllib.request
url = os.environ["MASKING_EMULATOR_URL"]
print(urllib.request.urlopen(f"{url}/_emulator/console/").status)
"""
    command = python.parent / "masking-emulator"
    run = ("run", "--world", "tiny-pool", "--", str(python), "-c", code)

    assert "200" == _run(tmp_path, str(command), *run).stdout.strip()


#: A project whose own package has the name of our source root.
_PROJECT: Final = {
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "emulator/__init__.py": 'WHOSE = "theirs"\n',
    "test_theirs.py": """
import emulator

def test_both(masking):
    assert emulator.WHOSE == "theirs"
    made = masking.client.masking_sessions.create_masking_session(
        first_party="+14155550123", second_party="+14155550145"
    )
    assert made.virtual_number
""",
}


def test_project_keeps_a_package_of_its_own_called_emulator(python: Path, tmp_path: Path) -> None:
    """Its tests import theirs, and get our fixture `masking` beside it."""
    for name, text in _PROJECT.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    done = _run(tmp_path, str(python), "-m", "pytest", "-q", *AS_USERS_HAVE_IT)

    assert "1 passed" in done.stdout


def test_first_test_of_the_readme_runs_in_the_clone_too(python: Path, tmp_path: Path) -> None:
    """Our own settings of pytest ask for nothing that an environment with the extra `pytest` does not have."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    write_files("README.md", tmp_path)
    done = _run(tmp_path, str(python), "-m", "pytest", "-q", *AS_USERS_HAVE_IT, "test_masking.py")

    assert "1 passed" in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="the page is written for a POSIX shell")
def test_first_page_of_the_readme_works_in_an_empty_environment(python: Path, tmp_path: Path) -> None:
    """Its commands are those of the environment, in which nothing but the wheel and what it needs is installed."""
    pytest_command = python.parent / "pytest"
    pytest_command.write_text(f'#!/bin/sh\nexec {python} -m pytest "$@"\n', encoding="utf-8")
    pytest_command.chmod(0o755)

    run_page("README.md", tmp_path, python.parent)


_PIP: Final = ("-m", "pip", "--disable-pip-version-check", "--quiet")


def _version() -> str:
    """The one place where the version stands."""
    dynamic = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["dynamic"]
    assert {"attr": "masking_emulator.__version__"} == dynamic["version"]
    import masking_emulator

    return masking_emulator.__version__


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run it with none of our variables; it has to succeed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MASKING_EMULATOR", "PYTHON"))}
    environment = {**kept, "MASKING_EMULATOR_CACHE": os.environ["MASKING_EMULATOR_CACHE"]}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done
