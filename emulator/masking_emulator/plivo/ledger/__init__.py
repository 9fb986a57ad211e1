"""The fidelity ledger has one row per behaviour, with its source, how sure it is, and the tests that prove it.

Rows are data, one module a subject. Rows with choices are the policy: a world file may pick another value.
Nothing that the server needs to start is here, so a start does not pay for it.
"""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
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

__all__ = ["LEDGER", "Evidence", "Row", "row_json", "vendor_page_coverage"]

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


def row_json(row: Row) -> dict[str, Any]:
    """A row as JSON."""
    fields: dict[str, Any] = {
        "id": row.id,
        "subject": row.subject,
        "statement": row.statement,
        "evidence": row.evidence.value,
        "source": row.source,
        "tests": list(row.tests),
    }
    return fields | ({"choices": list(row.choices)} if row.choices else {})


def vendor_page_coverage() -> Sequence[Mapping[str, Any]]:
    """What covers the vendor's page: for each section its name and, as whole numbers, its parts and how many of them
    have ledger rows (`rows`), tests of their own (`tests`), are followed by policy only (`policy`), are contradicted
    (`differs`) and do not apply (`because`)."""
    text = (files(__name__) / "vendor_page_coverage.json").read_text(encoding="utf-8")
    counts: Sequence[Mapping[str, Any]] = json.loads(text)
    return counts
