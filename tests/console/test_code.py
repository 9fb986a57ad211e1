"""The code of a click in the languages of other toolchains: what is copied does the same again, run as it stands."""

import os
import re
import subprocess
from pathlib import Path
from shutil import which
from typing import Final

import pytest
from playwright.sync_api import Locator, expect

from tests.console.conftest import Console

_NODE: Final = Path(__file__).parents[1] / "node"
_TIMEOUT_S: Final = 120


@pytest.fixture
def clicked(console: Console) -> Locator:
    """The panel, after a session was created by the form and the clock was moved by a minute.

    The callback's URL has what ends a string in some languages.
    """
    console.open("sessions")
    console.click("New session")
    console.click("Fill in an example")
    console.page.locator("#p-callback_url").fill(f"{console.receiver}?quoted=`$it`")
    console.click("Create")
    expect(console.page.locator("tbody tr")).to_have_count(1)
    console.click("+1 min")
    code = console.page.get_by_label("Code of the last click")
    expect(code).to_contain_text("advance")
    return code


def shown(console: Console, code: Locator, language: str) -> list[str]:
    """The code of both clicks in this language, the newest first."""
    console.page.get_by_label("Language").select_option(language)
    clicks = console.page.get_by_label("Which click")
    wanted = [option for option in clicks.locator("option").all_inner_texts() if option.startswith("POST")]
    texts = []
    for label in wanted:
        clicks.select_option(label=label)
        texts.append(code.inner_text())
    return texts


def run(folder: Path, *command: str, **variables: str) -> str:
    """What the command printed; it must succeed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**kept, "NO_COLOR": "1", **variables},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def done_again(console: Console) -> tuple[int, str]:
    """How many sessions there were created or refreshed, and what the clock says."""
    made = [each for each in console.control("GET", "/requests")["requests"] if each["operation"] == "create_session"]
    return len(made), console.control("GET", "/clock")["now"]


def test_code_of_go_runs(console: Console, clicked: Locator, tmp_path: Path) -> None:
    """A program each, by the standard library alone."""
    if which("go") is None:
        pytest.skip("needs go")
    for place, text in enumerate(shown(console, clicked, "Go")):
        file = tmp_path / f"click{place}.go"
        file.write_text(text, encoding="utf-8")
        assert re.match(r"20[01] ", run(tmp_path, "go", "run", file.name))

    assert (2, "2026-01-01T00:02:00Z") == done_again(console)


def test_code_of_node_and_vitest_runs(console: Console, clicked: Locator, tmp_path: Path) -> None:
    """Modules for Node, and tests for Vitest, with Plivo's own SDK."""
    if which("node") is None or not (_NODE / "node_modules" / "vitest").is_dir():
        pytest.skip("needs Node and `npm install --prefix tests/node`")
    (tmp_path / "node_modules").symlink_to(_NODE / "node_modules")
    led = {"NODE_OPTIONS": f"--require {_NODE / 'redirect.cjs'}", "MASKING_EMULATOR_URL": console.emulator.url}
    modules = shown(console, clicked, "Node")
    for place, text in enumerate(modules):
        (tmp_path / f"click{place}.mjs").write_text(text, encoding="utf-8")
        run(tmp_path, "node", f"click{place}.mjs", **led)
    assert (2, "2026-01-01T00:02:00Z") == done_again(console)

    for place, text in enumerate(shown(console, clicked, "Vitest")):
        (tmp_path / f"click{place}.test.mjs").write_text(text, encoding="utf-8")
    printed = run(tmp_path, "node", "node_modules/vitest/vitest.mjs", "run", "--no-file-parallelism", **led)
    assert re.search(r"Tests +2 passed", printed)
    assert (3, "2026-01-01T00:03:00Z") == done_again(console)
