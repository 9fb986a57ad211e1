"""Ledger rows on requests."""

from collections.abc import Sequence
from typing import Final

from emulator.plivo.ledger.row import Row

ROWS: Final[Sequence[Row]] = ()
