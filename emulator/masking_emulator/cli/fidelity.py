"""The verb `fidelity`: what the emulator does, and how sure each behaviour is."""

import json
from collections.abc import Iterator
from typing import Any

import click

from masking_emulator.cli.common import Output, Verb, output_options
from masking_emulator.cli.words import EVIDENCE


@click.command(cls=Verb)
@click.option("--evidence", type=click.Choice(EVIDENCE), help="Only these rows.")
@click.option("--row", help="Only the row with this id.")
@output_options
def fidelity(evidence: str | None, row: str | None, **output: bool) -> None:
    """Print what the emulator does, and how sure each behaviour is. Needs no server."""
    from masking_emulator.plivo.ledger import LEDGER, row_json

    rows = [row_json(one) for one in LEDGER if evidence in (None, one.evidence.value) and row in (None, one.id)]
    if row is not None and not rows:
        from difflib import get_close_matches

        near = get_close_matches(row, [one.id for one in LEDGER], 1)
        raise click.UsageError(f"no row {row!r}" + (f"; did you mean {near[0]}?" if near else ""))
    Output(**output).show({"rows": rows}, (line for one in rows for line in _lines(one)))


def _lines(row: dict[str, Any]) -> Iterator[str]:
    yield f"{row['evidence']:<10} {row['id']}"
    yield f"           {row['statement']}"
    yield f"           {row['source']}"
    if "choices" in row:
        choices = " | ".join(json.dumps(choice) for choice in row["choices"])
        yield f"           [policy] {row['id']} = {choices}"
