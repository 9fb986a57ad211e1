"""Reading a capture: what every predicate says of it, and how often each row was confirmed or contradicted.

Confirmed means that a capture shows it, never that a test of ours does. Captures of different services are never added
up: what an emulator answered is no evidence of what the vendor's service does.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from masking_emulator.evidence.captures import Capture
from masking_emulator.evidence.predicates import (
    allocation,
    billing,
    callbacks,
    callrecords,
    calls,
    delivery,
    errors,
    events,
    expiry,
    listing,
    pages,
    parameters,
    pins,
    recordings,
    requests,
    resources,
    responses,
    routing,
    sessions,
    signatures,
    unshowable,
    updates,
)
from masking_emulator.evidence.predicates.base import REGISTERED, CapturedRecord, Predicate
from masking_emulator.evidence.predicates.witness import witness_of

#: The modules of predicates, whose import registers them.
_SUBJECTS: Final = (
    allocation,
    billing,
    callbacks,
    callrecords,
    calls,
    delivery,
    errors,
    events,
    expiry,
    listing,
    pages,
    parameters,
    pins,
    recordings,
    requests,
    resources,
    responses,
    routing,
    sessions,
    signatures,
    unshowable,
    updates,
)

#: Row of the ledger → its predicates.
PREDICATES: Final[Mapping[str, Sequence[Predicate]]] = REGISTERED

#: Row that no capture can show → why.
UNSHOWABLE: Final[Mapping[str, str]] = {
    row: why for subject in _SUBJECTS for row, why in getattr(subject, "UNSHOWABLE", {}).items()
}


class Reading(Struct, frozen=True):
    """What one moment of a capture says about a row of the ledger."""

    row: str
    agrees: bool
    at: CapturedRecord
    why: str


class RowCount(Struct, frozen=True):
    """How often a capture confirmed a row, and how often it contradicted it."""

    confirmed: int
    contradicted: int


def read_rows(capture: Capture) -> Sequence[Reading]:
    """What the capture says about rows of the ledger, row by row."""
    witness = witness_of(capture)
    return [
        Reading(row, verdict.agrees, verdict.at, verdict.why)
        for row, predicates in PREDICATES.items()
        for predicate in predicates
        for verdict in predicate(witness)
    ]


def counts_of(readings: Sequence[Reading]) -> Mapping[str, RowCount]:
    """How often each row was confirmed and contradicted; rows about which nothing is said are left out."""
    confirmed = Counter(reading.row for reading in readings if reading.agrees)
    contradicted = Counter(reading.row for reading in readings if not reading.agrees)
    return {row: RowCount(confirmed[row], contradicted[row]) for row in {**confirmed, **contradicted}}
