"""Ledger rows on listing."""

from collections.abc import Sequence
from typing import Final

from emulator.plivo.ledger.row import Evidence, Row

ROWS: Final[Sequence[Row]] = (
    Row(
        id="list_window_exceeded",
        subject="listing",
        statement="A window of more than 30 days is refused.",
        evidence=Evidence.ASSUMED,
        source="contract 5.2",
        tests=(),
        choices=("refuse", "clamp"),
    ),
    Row(
        id="list_limit_out_of_range",
        subject="listing",
        statement="A limit outside 1 to 20 is refused.",
        evidence=Evidence.ASSUMED,
        source="contract 5.3",
        tests=(),
        choices=("refuse", "clamp"),
    ),
    Row(
        id="list_single_underscore_filters",
        subject="listing",
        statement="Filters with one underscore count.",
        evidence=Evidence.ASSUMED,
        source="contract 5.2",
        tests=(),
        choices=(True, False),
    ),
)
