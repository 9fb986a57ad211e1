"""The README is one page: short, three starts that end in something seen, and links to everything else."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.snippets import ROOT, snippets

README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
LINES_MAX: Final = 150

#: The three ways to begin, in this order.
STARTS: Final = ("Start: in a test", "Start: with a program that you have", "Start: a server")


def _section(title: str) -> str:
    return README.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_readme_is_one_page() -> None:
    """What does not fit is one link away."""
    assert len(README.splitlines()) <= LINES_MAX


def test_readme_has_one_picture() -> None:
    """It is there, and it says what it shows to those who cannot see it."""
    ((words, place),) = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", README)

    assert words
    assert (ROOT / place).is_file()


def test_starts_stand_in_their_order() -> None:
    """A test first, then a program as it is, then a server."""
    places = [README.index(f"## {title}\n") for title in STARTS]

    assert sorted(places) == places


@pytest.mark.parametrize("title", STARTS)
def test_start_ends_in_something_seen(title: str) -> None:
    """Its last command says what it prints."""
    commands = re.findall(r"^```sh\n(.*?)^```$", _section(title), flags=re.MULTILINE | re.DOTALL)

    assert commands[-1].rstrip().splitlines()[-1].startswith("# prints: ")


def test_what_it_does_is_said_in_eight_lines() -> None:
    """And how true it is in two sentences."""
    assert 8 == len(re.findall(r"^- ", _section("What it does"), flags=re.MULTILINE))
    assert 2 == len(re.findall(r"\.$", _section("How true it is"), flags=re.MULTILINE))


def test_every_link_leads_somewhere() -> None:
    """Files are there, and so are the headings in them."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)", README)

    assert links
    for place, heading in links:
        path: Path = ROOT / place
        assert path.exists(), place
        if heading:
            titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert heading in {title.lower().replace(" ", "-") for title in titles}, place


def test_every_page_is_linked() -> None:
    """Whatever one wants to know is one link away; what a page alone refers to is two."""
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}

    assert pages == set(re.findall(r"\(docs/([a-z-]+\.md)", README))


def test_snippets_are_those_of_the_starts() -> None:
    """Each is run, with those of the other pages; here they are counted, so that none hides in another language."""
    assert {"sh", "python", "javascript"} == {snippet.language for snippet in snippets("README.md")}
