"""The check of the console's scripts: it finds what it is for, and says when it could not look."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.node.javascript import FOLDER, TOOLS, check, missing

needs_tools = pytest.mark.skipif(missing() is not None, reason=str(missing()))


def test_machine_without_npm_is_told_so_and_only_ci_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plain sentence, and success; a failure where nothing may be skipped."""
    codes = [check(tools=tmp_path, environment=environment) for environment in ({}, {"MASKING_EMULATOR_NO_SKIPS": "1"})]

    assert [0, 1] == codes
    assert "JavaScript was not checked" in capsys.readouterr().err


@needs_tools
def test_scripts_are_formatted_linted_and_typed() -> None:
    """As `make check` looks at them."""
    assert 0 == check()


@needs_tools
def test_wrong_type_is_found(tmp_path: Path) -> None:
    """The checker reads JSDoc: a script that hands on the wrong type is an error."""
    script = tmp_path / "wrong.js"
    lines = (
        "/** @param {number} count */",
        "export function twice(count) {",
        "  return 2 * n;",
        "}",
        'twice("a");',
    )
    script.write_text("\n".join(lines))
    project = tmp_path / "tsconfig.json"
    project.write_text(f'{{"extends": "{(FOLDER / "tsconfig.json").as_posix()}", "include": ["wrong.js"]}}')
    done = subprocess.run([TOOLS / "tsc", "--project", project], capture_output=True, text=True, check=False)

    assert "TS2345" in done.stdout
    assert 0 != done.returncode


def test_versions_are_pinned_and_no_lock_file_is_kept() -> None:
    """Each package at one version, in one file; a lock file would hold addresses of a registry."""
    packages = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locks = [name for name in ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock") if (FOLDER / name).exists()]

    assert [] == [name for name, version in packages.items() if not version.replace(".", "").isdigit()]
    assert [] == locks
