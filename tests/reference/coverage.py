"""What covers the vendor's page, as tables: `docs/vendor-page.md`, and the counts that `fidelity --coverage` prints."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from masking_emulator.plivo.ledger import LEDGER

from tests.reference.tables import table

#: The counts, where the installed command finds them.
COUNTS: Final = (
    Path(__file__).parents[2] / "emulator" / "masking_emulator" / "plivo" / "ledger" / "vendor_page_coverage.json"
)

#: Where an entry may point, with what a column of the counts says of it.
_COLUMNS: Final[Mapping[str, str]] = {
    "rows": "with ledger rows",
    "tests": "with tests of their own",
    "policy": "by policy only",
    "differs": "contradicted",
    "because": "not applicable",
}


def counts(entries: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """How many parts each section has, and how many of them are covered in which way; an entry may count twice."""
    sections = dict.fromkeys(entry["section"] for entry in entries)
    return [_counted(name, [entry for entry in entries if entry["section"] == name]) for name in sections]


def counts_file(entries: Sequence[Mapping[str, Any]]) -> str:
    """The counts as the command reads them, a section a line."""
    lines = ",\n".join(f"  {json.dumps(each)}" for each in counts(entries))
    return f"[\n{lines}\n]\n"


def counts_table(entries: Sequence[Mapping[str, Any]]) -> str:
    """The counts for readers, with their sum."""
    numbers = counts(entries)
    total = {key: sum(each[key] for each in numbers) for key in ("parts", *_COLUMNS)}
    lines = [[each["section"], *(str(each[key]) for key in total)] for each in numbers]
    return table(
        ("section", "parts", *_COLUMNS.values()), [*lines, ["**all**", *(str(count) for count in total.values())]]
    )


def policy_only_table(entries: Sequence[Mapping[str, Any]]) -> str:
    """What is done as the page says only where a world's policy asks for it, with what is done otherwise."""
    found = _by(entries, "policy")
    statements = {row.id: row.statement for row in LEDGER}
    lines = ((f"`{policy}`", _sections(each), statements[policy.partition(" = ")[0]]) for policy, each in found.items())
    return table(("as the page says", "where it says so", "what is done without it"), lines)


def contradictions(entries: Sequence[Mapping[str, Any]]) -> str:
    """Where the page contradicts itself, its samples or the recordings, one item each."""
    found = _by(entries, "differs")
    return "".join(f"- *{_sections(each)}*: {text}\n" for text, each in found.items())


def reasons_table(entries: Sequence[Mapping[str, Any]]) -> str:
    """What does not apply, and why."""
    found = _by(entries, "because")
    return table(
        ("reason", "parts", "where"), ((text, str(len(each)), _sections(each)) for text, each in found.items())
    )


def _counted(name: str, entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {
        "section": name,
        "parts": len(entries),
        **{key: sum(key in entry for entry in entries) for key in _COLUMNS},
    }


def _by(entries: Iterable[Mapping[str, Any]], key: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        if key in entry:
            found.setdefault(entry[key], []).append(entry)
    return found


def _sections(entries: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(entry["section"] for entry in entries))
