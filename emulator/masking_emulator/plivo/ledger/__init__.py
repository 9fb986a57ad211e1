"""The fidelity ledger has one row per behaviour, with its source, how sure it is, and the tests that prove it.

Rows are data, one module a subject. Rows with choices are the policy: a world file may pick another value.
Nothing that the server needs to start is here, so a start does not pay for it.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pkgutil import get_data
from typing import Any, Final

from masking_emulator.plivo.ledger import (
    allocation,
    billing,
    callbacks,
    callrecords,
    calls,
    delivery,
    errors,
    events,
    expiry,
    hangups,
    listing,
    parameters,
    pins,
    recordings,
    requests,
    resources,
    responses,
    routing,
    sessions,
    signatures,
)
from masking_emulator.plivo.ledger.row import Evidence, Row

__all__ = ["LEDGER", "Evidence", "Row", "by_row", "confirmations", "evidence_of", "row_json", "vendor_page_coverage"]

#: Every row, by subject, in reading order.
LEDGER: Final[Sequence[Row]] = (
    *requests.ROWS,
    *errors.ROWS,
    *responses.ROWS,
    *parameters.ROWS,
    *pins.ROWS,
    *sessions.ROWS,
    *allocation.ROWS,
    *expiry.ROWS,
    *listing.ROWS,
    *routing.ROWS,
    *calls.ROWS,
    *billing.ROWS,
    *callbacks.ROWS,
    *delivery.ROWS,
    *resources.ROWS,
    *callrecords.ROWS,
    *signatures.ROWS,
    *events.ROWS,
    *recordings.ROWS,
    *hangups.ROWS,
)


@cache
def confirmations() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Row → the captures of the vendor's service that show it, each with its name, `who`, `when`, `sdk`, and how often
    it `confirmed` and `contradicted` the row."""
    return by_row(_read("confirmations.json"))


def by_row(found: Mapping[str, Any]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """What captures confirm, row by row."""
    captures = found["captures"]
    return {
        row: [
            {"name": name, **{key: captures[name][key] for key in ("who", "when", "sdk")}, **counts}
            for name, counts in by_capture.items()
        ]
        for row, by_capture in found["rows"].items()
    }


def evidence_of(row: Row, found: Mapping[str, Sequence[Mapping[str, Any]]] | None = None) -> Evidence:
    """How sure a row is: what a capture of the vendor's service confirms, and none contradicts, is observed.

    `found` are other confirmations than those that came with the package.
    """
    shown = (confirmations() if found is None else found).get(row.id, ())
    is_confirmed = any(each["confirmed"] for each in shown) and not any(each["contradicted"] for each in shown)
    return Evidence.OBSERVED if is_confirmed else row.evidence


def row_json(row: Row) -> dict[str, Any]:
    """A row as JSON."""
    fields: dict[str, Any] = {
        "id": row.id,
        "subject": row.subject,
        "statement": row.statement,
        "evidence": evidence_of(row).value,
        "source": row.source,
        "tests": list(row.tests),
    }
    shown = confirmations().get(row.id)
    return fields | ({"choices": list(row.choices)} if row.choices else {}) | ({"captures": shown} if shown else {})


def vendor_page_coverage() -> Sequence[Mapping[str, Any]]:
    """What covers the vendor's page: for each section its name and, as whole numbers, its parts and how many of them
    have ledger rows (`rows`), tests of their own (`tests`), are followed by policy only (`policy`), are contradicted
    (`differs`) and do not apply (`because`)."""
    counts: Sequence[Mapping[str, Any]] = _read("vendor_page_coverage.json")
    return counts


def _read(name: str) -> Any:
    # As a module is read, and not by opening a file: a test may show this process other files.
    content = get_data(__name__, name)
    assert content is not None, f"{name} comes with the package"
    return json.loads(content)
