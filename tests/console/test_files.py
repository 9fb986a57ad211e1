"""House rules for the console's files that a machine can check, and that all of them ship."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "emulator" / "masking_emulator" / "console"
SCRIPTS: Final = sorted(FOLDER.rglob("*.js"))
LINES_MAX: Final = 300

#: What makes markup or code of text.
FORBIDDEN: Final = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    "http://",
)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_script_is_short_says_what_it_is_for_and_makes_no_markup(path: Path) -> None:
    """One subject a file; text goes in as text only, and no other host is named but the one of SVG's names."""
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")

    assert text.startswith("// ")
    assert len(text.splitlines()) <= LINES_MAX
    assert [] == [word for word in FORBIDDEN if word in text]


def test_every_file_ships() -> None:
    """The wheel takes what the patterns name, and nothing tells where one is missing."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = project["package-data"]["masking_emulator.console"]
    files = [
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.rglob("*")
        if path.suffix in (".js", ".css", ".html", ".svg")
    ]

    assert [] == [file for file in files if not any(fnmatch(file, pattern) for pattern in patterns)]


def test_page_has_no_inline_script_and_no_inline_style() -> None:
    """The content security policy would refuse them."""
    page = (FOLDER / "index.html").read_text(encoding="utf-8")

    assert page.count("<script") == page.count('<script type="module" src=')
    assert "style=" not in page
    assert "<style" not in page
