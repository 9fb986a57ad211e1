"""The verb `fidelity`: what the emulator does, how sure each behaviour is, and what covers the vendor's page."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import click

from masking_emulator.cli.common import Output, Verb, output_options
from masking_emulator.cli.words import EVIDENCE

#: Heading of a column → the key of a section's counts.
_COLUMNS: Final[Mapping[str, str]] = {
    "section": "section",
    "parts": "parts",
    "rows": "rows",
    "tests": "tests",
    "by policy": "policy",
    "contradicted": "differs",
    "not applicable": "because",
}


@click.command(cls=Verb)
@click.option("--evidence", type=click.Choice(EVIDENCE), help="Only these rows.")
@click.option(
    "--assumed", is_flag=True, help="Only the rows that nobody has confirmed; the same as --evidence assumed."
)
@click.option("--row", help="Only the row with this id, with its tests and whether a capture can show it.")
@click.option("--coverage", is_flag=True, help="How much of the vendor's page is covered, by section.")
@output_options
def fidelity(evidence: str | None, assumed: bool, row: str | None, coverage: bool, **output: bool) -> None:  # noqa: FBT001  # options of a command
    """Print what the emulator does, and how sure each behaviour is. Needs no server."""
    if coverage and (evidence is not None or assumed or row is not None):
        raise click.UsageError(
            "--coverage counts the vendor's page, so it goes with none of --evidence, --assumed, --row"
        )
    if assumed and evidence not in (None, "assumed"):
        raise click.UsageError(f"--assumed and --evidence {evidence} exclude each other")
    if coverage:
        from masking_emulator.plivo.ledger import vendor_page_coverage

        sections = vendor_page_coverage()
        Output(**output).show({"sections": sections}, _counts(sections))
        return
    rows = _chosen("assumed" if assumed else evidence, row)
    Output(**output).show({"rows": rows}, (line for one in rows for line in _lines(one, whole=row is not None)))


def _chosen(evidence: str | None, row: str | None) -> Sequence[dict[str, Any]]:
    """The rows that are asked for. An unknown id is a usage error that names the nearest one."""
    from masking_emulator.plivo.ledger import LEDGER, evidence_of, row_json
    from masking_emulator.plivo.validation import hint

    known = [one.id for one in LEDGER]
    if row is not None and row not in known:
        raise click.UsageError(f"no row {row!r}{hint(row, known)}")
    rows = [row_json(one) for one in LEDGER if evidence in (None, evidence_of(one).value) and row in (None, one.id)]
    if not rows:
        raise click.UsageError(f"row {row} is not {evidence}")
    return rows


def _lines(row: dict[str, Any], *, whole: bool) -> Iterator[str]:
    yield f"{row['evidence']:<10} {row['id']}"
    yield f"           {row['statement']}"
    yield f"           {row['source']}"
    if "choices" in row:
        choices = " | ".join(json.dumps(choice) for choice in row["choices"])
        yield f"           [policy] {row['id']} = {choices}"
    for each in row.get("captures", ()):
        yield (
            f"           capture {each['name']} by {each['who']}, {each['when']}, {each['sdk']}:"
            f" confirmed {each['confirmed']} times, contradicted {each['contradicted']} times"
        )
    if whole:
        yield from (f"           {test}" for test in row["tests"])
        yield f"           {_visibility(row['id'])}"


def _visibility(row: str) -> str:
    """Whether a capture can show a row."""
    from masking_emulator.evidence.predicates.reading import PREDICATES, UNSHOWABLE

    if row in PREDICATES:
        return "a capture shows whether it holds: compare says so"
    return f"no capture shows it: {UNSHOWABLE[row]}" if row in UNSHOWABLE else "nothing reads it from a capture yet"


def _counts(sections: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A table with a line for each section, and one for their sum."""
    keys = list(_COLUMNS.values())
    total = {"section": "all"} | {key: sum(each[key] for each in sections) for key in keys[1:]}
    lines = [list(_COLUMNS), *([str(each[key]) for key in keys] for each in [*sections, total])]
    widths = [max(len(line[place]) for line in lines) for place in range(len(keys))]
    for first, *numbers in lines:
        yield "  ".join([first.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])])
