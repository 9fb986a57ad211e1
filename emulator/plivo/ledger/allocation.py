"""Ledger rows on allocation."""

from collections.abc import Sequence
from typing import Final

from emulator.plivo.ledger.row import Evidence, Row

ROWS: Final[Sequence[Row]] = (
    Row(
        id="cooloff_after_delete",
        subject="allocation",
        statement="A deleted session's number cools off as an expired one's does.",
        evidence=Evidence.ASSUMED,
        source="contract 3.6",
        tests=(),
        choices=(True, False),
    ),
)
