"""The fidelity ledger: one row per behaviour, with its source, how sure it is, and the tests that prove it.

Rows are data, one module a subject. Rows with choices are the policy: a world file may pick another value.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from emulator.plivo.ledger import allocation, errors, expiry, listing, parameters, pins, requests, responses, sessions
from emulator.plivo.ledger.row import Evidence, Row

__all__ = ["LEDGER", "Evidence", "Row", "policy_choices", "row_json"]

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
)


def policy_choices() -> Mapping[str, Sequence[Any]]:
    """Policy entry → the values that it may have; the first is the default."""
    return {row.id: row.choices for row in LEDGER if row.choices}


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
