"""Ledger rows on pins."""

from collections.abc import Sequence
from typing import Final

from emulator.plivo.ledger.row import Evidence, Row

ROWS: Final[Sequence[Row]] = (
    Row(
        id="incorrect_pin_play_required",
        subject="pins",
        statement="incorrect_pin_play is optional with PIN on.",
        evidence=Evidence.DOCUMENTED,
        source="contract 11 row 19",
        tests=(),
        choices=(False, True),
    ),
)
