"""The table of the vendor's page covers it whole, and every entry leads somewhere.

The page's text is Plivo's and not in the repository. Where `MASKING_EMULATOR_VENDOR_PAGE` names a file with it, each of
its parts is looked up; the rest is checked everywhere.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from masking_emulator.plivo.ledger import LEDGER, vendor_page_coverage
from masking_emulator.plivo.policy import policy_choices

from tests.nodes import exists
from tests.reference import coverage
from tests.reference.vendor_page import PAGE_VARIABLE, TABLE, Part, entries, parts_of

_PAGE: Final = os.environ.get(PAGE_VARIABLE)

_ENTRIES: Final = entries()

_KEYS: Final = {"section", "kind", "hash", "rows", "tests", "because", "policy", "differs"}

_REASON_CHARACTERS_MIN: Final = 40

#: A page of ours in the form of the vendor's: three sentences, a row of two sentences, a request and two samples.
_SMALL_PAGE: Final = """\
A first sentence. A second one.
Another line
limit integer |
How many. Default: 20 |
GET
https://example.com/things
1
2
import this
print(this)
Was this code helpful
{
"things": [
{}
]
}
"""


@pytest.mark.parametrize("number", range(len(_ENTRIES)), ids=lambda number: f"line-{number + 1}")
def test_entry_leads_somewhere(number: int) -> None:
    """To ledger rows or tests that exist, or to a reason; and it has no other keys than those."""
    entry = _ENTRIES[number]
    rows, tests, because = entry.get("rows", []), entry.get("tests", []), entry.get("because")

    assert {*entry} <= _KEYS
    assert [] == sorted({*rows} - {row.id for row in LEDGER})
    assert [] == [node for node in tests if not exists(node)]
    assert (not rows and not tests) == (because is not None), "rows and tests, or a reason why there are none"
    assert because is None or len(because) >= _REASON_CHARACTERS_MIN


@pytest.mark.parametrize("entry", [entry for entry in _ENTRIES if "policy" in entry], ids=lambda entry: entry["hash"])
def test_policy_of_an_entry_is_a_choice(entry: Mapping[str, Any]) -> None:
    """An entry of the world file's `[policy]`, with a value that is not the default, and its row is among the rows."""
    name, _, value = entry["policy"].partition(" = ")

    assert name in entry["rows"]
    assert json.loads(value) in policy_choices()[name]
    assert json.loads(value) != next(row.choices[0] for row in LEDGER if row.id == name)


def test_entries_say_what_they_contradict_in_sentences() -> None:
    """The notes are read on a page of the documents."""
    notes = [entry["differs"] for entry in _ENTRIES if "differs" in entry]

    assert [] == [note for note in notes if not note.endswith(".")]


def test_hashes_are_no_words() -> None:
    """The vendor's words are not copied: an entry knows its part by sixteen hexadecimal digits."""
    assert [] == [entry["hash"] for entry in _ENTRIES if len(entry["hash"]) != 16 or int(entry["hash"], 16) < 0]


def test_command_counts_what_the_table_has() -> None:
    """The counts that are installed are those of the table; `make generated` rewrites them."""
    assert coverage.counts_file(_ENTRIES) == coverage.COUNTS.read_text(encoding="utf-8")
    assert len(_ENTRIES) == sum(section["parts"] for section in vendor_page_coverage())


def test_page_is_taken_apart() -> None:
    """Sentences, rows of tables with their sentences, requests and samples, in the page's order."""
    expected = [
        Part("sentence", "A first sentence."),
        Part("sentence", "A second one."),
        Part("sentence", "Another line"),
        Part("row", "limit integer"),
        Part("sentence", "How many."),
        Part("sentence", "Default: 20"),
        Part("request", "GET https://example.com/things"),
        Part("sample", "import this\nprint(this)"),
        Part("sample", '{\n"things": [\n{}\n]\n}'),
    ]

    assert expected == list(parts_of(_SMALL_PAGE))


def test_hash_is_of_the_words_only() -> None:
    """Neither case, marks nor spaces count; a word does."""
    assert Part("sentence", "Default: 20").hash == Part("sentence", "default  20.").hash
    assert Part("sentence", "Default: 20").hash != Part("sentence", "Default: 21").hash


def unlisted(page: str, table: list[str]) -> list[str]:
    """The parts of a page that the table has not, in the page's order, and the hashes of entries without a part."""
    parts = list(parts_of(page))
    missing = [f"no entry for: {part.text}" for part in parts if part.hash not in table]
    left = [f"no part for: {hash_}" for hash_ in table if hash_ not in {part.hash for part in parts}]
    return [*missing, *left] or ([] if [part.hash for part in parts] == table else ["the order differs"])


def test_sentence_without_entry_is_found() -> None:
    """And an entry without a sentence, and another order."""
    table = [part.hash for part in parts_of(_SMALL_PAGE)]

    assert [] == unlisted(_SMALL_PAGE, table)
    assert ["no entry for: One more."] == unlisted(f"{_SMALL_PAGE}One more.\n", table)
    assert [f"no part for: {table[0]}"] == unlisted(_SMALL_PAGE.replace("A first sentence. ", ""), table)
    assert ["the order differs"] == unlisted(_SMALL_PAGE, [*table[1:], table[0]])


@pytest.mark.parametrize("page", [_PAGE] if _PAGE else [TABLE], ids=["page" if _PAGE else "page-not-at-hand"])
def test_every_part_of_the_page_has_its_entry(page: str | Path) -> None:
    """Where the page's text is at hand; elsewhere only that its sections are there, each with a sentence."""
    if page is TABLE:
        sections = {entry["section"] for entry in _ENTRIES if entry["kind"] == "sentence"}
        assert {entry["section"] for entry in _ENTRIES} == sections
        return

    assert [] == unlisted(Path(page).read_text(encoding="utf-8"), [entry["hash"] for entry in _ENTRIES])
