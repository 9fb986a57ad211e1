"""The fidelity ledger keeps its promises: every behaviour has a source, and tests that prove it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from masking_emulator.core.records.base import asdict
from masking_emulator.plivo.ledger import LEDGER, Evidence, Row, row_json
from masking_emulator.plivo.parameters import CREATE
from masking_emulator.plivo.policy import Policy, policy_choices
from masking_emulator.server.thread import ServerThread

from tests import generated
from tests.nodes import exists
from tests.rules import of_each

_ROOT: Final = Path(__file__).parent.parent
_NODES: Final = sorted({node for row in LEDGER for node in row.tests})
_REASONING_CHARACTERS_MIN: Final = 60

_TEXT_SUFFIXES: Final = (".py", ".js", ".mjs", ".json", ".txt", ".md", ".toml", ".yml", ".css", ".html")

_CITATION: Final = re.compile(r"\bledger: ([a-z0-9_]+(?:, [a-z0-9_]+)*)")

#: A citation that goes on in the next line, where nobody would check it.
_BROKEN_CITATION: Final = re.compile(r"\(ledger:[^)\n]*$", flags=re.MULTILINE)

#: A section or a row of a fact sheet, a line of a saved page, or a key of either.
_PRIVATE: Final = re.compile(
    r"[Cc]ontracts?(?:'s|,? (?:\d|Appendix|row))[^\n]{0,20}|\bsdk-(?:wire|lab)\b|\[D\d+\]|\(D\d+\b|vendor page, L\d+"
)


def _each_row(rows: list[Row]) -> Callable[[Callable[[Row], None]], Callable[[], None]]:
    return of_each(lambda: rows, lambda row: row.id)


def test_ids_are_unique() -> None:
    """An id is a name, in world files too."""
    ids = [row.id for row in LEDGER]

    assert sorted(set(ids)) == sorted(ids)


@_each_row(list(LEDGER))
def test_row_says_what_and_why(row: Row) -> None:
    """One sentence, a source that an outsider can follow, and an id in snake_case."""
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", row.id)
    assert row.subject
    assert row.statement.endswith(".")
    assert row.source


@_each_row([row for row in LEDGER if row.evidence is Evidence.ASSUMED])
def test_assumption_gives_its_reasoning(row: Row) -> None:
    """What nobody has confirmed says why we think so."""
    assert row.source.startswith("reasoning: ")
    assert len(row.source) >= _REASONING_CHARACTERS_MIN


@_each_row([row for row in LEDGER if row.evidence is not Evidence.ASSUMED])
def test_reasoning_alone_is_an_assumption(row: Row) -> None:
    """The other way round: a row that rests on a source names it."""
    assert not row.source.startswith("reasoning: ")


@_each_row(list(LEDGER))
def test_row_has_a_test(row: Row) -> None:
    """A behaviour that no test proves is a wish."""
    assert row.tests


@of_each(lambda: _NODES)
def test_listed_test_exists(node: str) -> None:
    """A node id names a file, what is defined in it, and where cases are files, a case."""
    assert exists(node)


def _texts() -> Iterator[tuple[str, str]]:
    """Every text of the project that may cite a source, with its path."""
    for folder in ("emulator", "tests", "fixtures", "docs", ".github"):
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix in _TEXT_SUFFIXES and "node_modules" not in path.parts and path.is_file():
                yield path.relative_to(_ROOT).as_posix(), path.read_text(encoding="utf-8")
    for name in ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml"):
        yield name, (_ROOT / name).read_text(encoding="utf-8")


def test_cited_row_exists() -> None:
    """`ledger: row_id` in a comment, a docstring or a document names a row; several are separated by commas."""
    cited = {
        (path, row_id)
        for path, text in _texts()
        for rows in _CITATION.findall(text)
        for row_id in rows.split(", ")
        if not row_id.startswith("row_id")
    }
    known = {row.id for row in LEDGER}

    assert len(known) // 3 < len({row_id for _, row_id in cited}), "so few citations: are they still found?"
    assert [] == sorted((path, row_id) for path, row_id in cited if row_id not in known)
    assert [] == sorted(path for path, text in _texts() if _BROKEN_CITATION.search(text))


def test_every_source_can_be_opened_by_anyone() -> None:
    """No text cites a page that only the maintainers have."""
    private = sorted((path, found) for path, text in _texts() for found in _PRIVATE.findall(text))

    assert [] == private


def test_policy_is_the_rows_with_choices() -> None:
    """Each entry of the policy has exactly one row, whose first choice is the default, and the other way round."""
    defaults = asdict(Policy())
    rows = [row for row in LEDGER if row.choices]

    assert defaults == {row.id: row.choices[0] for row in rows}
    assert sorted(defaults) == sorted(row.id for row in rows)
    assert {name: set(values) for name, values in policy_choices().items()} == {r.id: set(r.choices) for r in rows}


@of_each(lambda: CREATE)
def test_parameter_has_a_row(parameter: str) -> None:
    """No parameter is accepted without the ledger saying how."""
    word = re.compile(rf"\b{parameter}\b")

    assert any(word.search(f"{row.id} {row.statement}") for row in LEDGER)


def test_ledger_is_served() -> None:
    """The control API tells what the ledger holds."""
    with ServerThread() as emulator:
        served = emulator.control.get("/fidelity")

    assert {"rows": [row_json(row) for row in LEDGER]} == served


def test_ledger_page_is_up_to_date() -> None:
    """What is printed for readers is what the ledger says; `make generated` rewrites it."""
    assert generated.fidelity(LEDGER) == generated.FIDELITY.read_text(encoding="utf-8")


def test_marked_part_is_replaced_and_the_rest_kept() -> None:
    """Generated text goes between the markers of its name only."""
    text = "before\n<!-- generated: policy -->\nold\n<!-- end -->\nafter\n<!-- end -->\n"

    expected = "before\n<!-- generated: policy -->\nnew\n<!-- end -->\nafter\n<!-- end -->\n"
    assert expected == generated.with_parts(text, {"policy": "new\n"})


def test_document_without_markers_stays() -> None:
    """A document may do without generated parts."""
    assert generated.with_parts("text\n", {}) == "text\n"


def test_stale_document_is_found(tmp_path: Path) -> None:
    """A document that is missing or differs is named, one that is right is not."""
    right, wrong, missing = tmp_path / "right", tmp_path / "wrong", tmp_path / "missing"
    right.write_text("text", encoding="utf-8")
    wrong.write_text("other", encoding="utf-8")

    assert [wrong, missing] == generated.stale(dict.fromkeys((right, wrong, missing), "text"))
