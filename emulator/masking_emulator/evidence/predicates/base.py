"""What a predicate is, how it is registered for its rows, and what it says."""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from masking_emulator.evidence.captures import CapturedCallback, CapturedExchange
from masking_emulator.evidence.predicates.witness import Witness

#: What a verdict is about.
CapturedRecord = CapturedExchange | CapturedCallback


class Testimony(Struct, frozen=True, kw_only=True):
    """Whether what happened here is as a row says. `why` is what was seen instead, or another thing worth knowing."""

    agrees: bool
    at: CapturedRecord
    why: str


#: Reads a capture. Survives any: a text where a number was expected, an answer that is missing, a body of another kind.
Predicate = Callable[[Witness], Iterator[Testimony]]

#: Row of the ledger → its predicates. Most have one.
REGISTERED: Final[dict[str, list[Predicate]]] = {}


def shows(*rows: str) -> Callable[[Predicate], Predicate]:
    """Register a predicate for these rows: what it says, it says about each of them."""

    def register(predicate: Predicate) -> Predicate:
        for row in rows:
            REGISTERED.setdefault(row, []).append(predicate)
        return predicate

    return register


def agrees(at: CapturedRecord, why: str = "") -> Testimony:
    """It is as the row says."""
    return Testimony(agrees=True, at=at, why=why)


def disagrees(at: CapturedRecord, why: str) -> Testimony:
    """It is not as the row says; `why` says what was seen."""
    return Testimony(agrees=False, at=at, why=why)


def either(at: CapturedRecord, is_so: bool, otherwise: str) -> Testimony:  # noqa: FBT001  # the question that is asked
    """Agreement where it is so; else a disagreement that says what was seen."""
    return agrees(at) if is_so else disagrees(at, otherwise)
