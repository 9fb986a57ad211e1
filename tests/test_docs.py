"""The documents are proved: every snippet runs, prints what it says, and the site is built without a warning."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
import yaml
from masking_emulator.world.file import world_names, world_of

from tests.console.conftest import ARGUMENTS, browser_path
from tests.reference.commands import VERBS, is_our_command
from tests.snippets import PAGES, ROOT, RUN, SHOWN, TIMEOUT_S, run_page, snippets

_DOCS: Final = ROOT / "docs"
_PAGES_WITH_SNIPPETS: Final = [page for page in PAGES if any(snippet.language in RUN for snippet in snippets(page))]

#: The recipes are run one by one in `test_recipes.py`, the README in `test_wheel.py`, where nothing else is installed,
#: and what is for TypeScript in `kit/test_typescript.py`, where its package is.
_RUN_ELSEWHERE: Final = ("README.md", "docs/recipes.md", "docs/typescript.md")

#: Languages whose snippets other tests run: the world files below, TypeScript in `kit/test_typescript.py`.
_ELSEWHERE: Final = {
    "toml": ("README.md", "docs/worlds.md", "docs/policy.md", "docs/fidelity.md", "docs/routes.md"),
    "typescript": ("docs/typescript.md",),
}


def test_snippets_were_found() -> None:
    """So that the tests below cannot pass over nothing."""
    assert {"README.md", "docs/start.md", "docs/calls.md", "docs/callbacks.md"} <= set(_PAGES_WITH_SNIPPETS)


@pytest.mark.parametrize("page", [page for page in _PAGES_WITH_SNIPPETS if page not in _RUN_ELSEWHERE])
def test_snippets_of_a_page_run_in_reading_order(page: str, tmp_path: Path) -> None:
    """Against one demo world, and what each says it prints is in its output."""
    run_page(page, tmp_path)


def test_expiry_is_seen_among_callbacks_too() -> None:
    """Whoever copies the snippet and sets a URL: callbacks are events as well, and the last of them come last."""
    (code,) = [each.code for each in snippets("docs/testing.md") if "with Emulator(" in each.code]
    told = code.replace(
        'second_party="+14155550145"', 'second_party="+14155550145", callback_url="http://127.0.0.1:9/"'
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=TIMEOUT_S, check=True)

    assert told != code
    assert "True\n" == done.stdout


@pytest.mark.parametrize("page", [page for page in PAGES if page != "docs/recipes.md"])
def test_every_snippet_has_a_test(page: str) -> None:
    """A language that nothing runs is not written; a file of settings is read by what runs after it."""
    known = {*RUN, *SHOWN, *(language for language, pages in _ELSEWHERE.items() if page in pages)}
    others = [snippet for snippet in snippets(page) if snippet.file != "pyproject.toml"]

    assert set() == {snippet.language for snippet in others} - known


@pytest.mark.parametrize("page", _ELSEWHERE["toml"])
def test_world_files_of_a_page_are_worlds(page: str) -> None:
    """They can be loaded as they stand."""
    for snippet in snippets(page):
        if snippet.language == "toml":
            world_of(tomllib.loads(snippet.code))


@pytest.mark.parametrize("name", world_names())
def test_example_worlds_are_listed(name: str) -> None:
    """Every example world has its row."""
    assert f"| `{name}` |" in (_DOCS / "worlds.md").read_text(encoding="utf-8")


def test_make_targets_exist() -> None:
    """Every target of the Makefile that a page names."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, flags=re.MULTILINE))

    assert "docs-serve" in named
    assert set() == {target for target in named if f"\n{target}:" not in makefile}


@pytest.mark.parametrize("page", [*PAGES, ".github/CONTRIBUTING.md", ".github/SECURITY.md", "CHANGELOG.md"])
def test_commands_of_a_page_are_ours(page: str) -> None:
    """Every verb of a verb that is named in full, and every option of a command, wherever it stands."""
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"(?:`|^|-- |\()(masking-emulator [a-z][^`\n|&>#)]*)", text, flags=re.MULTILINE)
    short = [span for span in re.findall(r"`([a-z]+ [^`\n]*--[a-z][^`\n]*)`", text) if span.split()[0] in VERBS]

    assert [] == [each for each in [*named, *short] if not is_our_command(each.split(" -- ")[0].split())]


def test_messages_that_are_explained_are_ours() -> None:
    """What somebody searches the page for is what they saw; one message is pytest's own."""
    page = (_DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    seen = re.findall(r"^\| `([^`]+)`[^|]* \|", page, flags=re.MULTILINE)
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "emulator").rglob("*.py"))

    assert len(seen) > 3
    assert [] == [text for text in seen if text.rstrip(" …") not in source and not text.startswith("fixture ")]


def test_every_page_is_in_the_navigation() -> None:
    """A page that nobody can reach is not read."""
    named = {name for group in _navigation() for name in group}

    assert {path.name for path in _DOCS.glob("*.md")} == named


def _navigation() -> Iterator[list[str]]:
    config = yaml.safe_load((_DOCS / "site" / "mkdocs.yml").read_text(encoding="utf-8"))
    for entry in config["nav"]:
        (pages,) = entry.values()
        yield [pages] if isinstance(pages, str) else pages


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    command = ["mkdocs", "build", "--quiet", "--strict", "-f", str(_DOCS / "site" / "mkdocs.yml"), "-d", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, timeout=180, check=False, cwd=ROOT
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return folder


def test_site_loads_nothing_from_elsewhere(site: Path) -> None:
    """No font, script, style or picture of another host: it can be read on a plane."""
    pages = sorted(site.rglob("*.html"))
    loaded = {(page.name, url) for page in pages for url in _Loaded.by(page.read_text(encoding="utf-8"))}

    assert len(pages) >= len(list(_DOCS.glob("*.md")))
    assert set() == {(page, url) for page, url in loaded if re.match(r"(https?:)?//", url)}


@pytest.mark.parametrize("page", ["index", "calls", "fidelity"])
def test_page_of_the_site_asks_nobody(page: str, site: Path) -> None:
    """In a real browser, scripts and all: every request is for a file of the site."""
    sync_api = pytest.importorskip("playwright.sync_api")
    found = browser_path()
    if found is None:
        pytest.skip("there is no Chromium")
    asked: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        shown = browser.new_page()
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto((site / f"{page}.html").as_uri(), wait_until="networkidle")
        browser.close()

    assert f"{page}.html" in asked[0]
    assert [] == [url for url in asked if urlsplit(url).scheme in ("http", "https", "ws", "wss")]


def test_reference_of_the_kit_is_on_the_site(site: Path) -> None:
    """With a heading for each name, to which one can link."""
    text = (site / "kit.html").read_text(encoding="utf-8")

    headings = set(re.findall(r'id="(\w+)"', text))
    assert "Let time pass" in text
    assert {"masking", "maskingadvance", "sessionsexplain_create", "receiverwait_for"} <= headings


class _Loaded(HTMLParser):
    """The addresses that a browser loads to show a page; links that one clicks are none."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what scripts, styles, pictures and frames name."""
        given = dict(attrs)
        if tag == "link" and given.get("rel") in ("canonical", "next", "prev", "edit"):
            return
        if tag in ("script", "link", "img", "iframe", "source"):
            self.urls += [value for name in ("src", "href") if (value := given.get(name))]

    @classmethod
    def by(cls, html: str) -> list[str]:
        """Those of one page."""
        parser = cls()
        parser.feed(html)
        return parser.urls
