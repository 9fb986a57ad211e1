"""Ledger rows on sessions."""

from collections.abc import Sequence
from typing import Final

from emulator.plivo.ledger.row import Evidence, Row

ROWS: Final[Sequence[Row]] = (
    Row(
        id="update_status",
        subject="sessions",
        statement="An update answers 200; the generic table's 202 is a choice.",
        evidence=Evidence.DOCUMENTED,
        source="contract 1.2: private-beta table 200 against generic table 202",
        tests=(),
        choices=(200, 202),
    ),
    Row(
        id="repeat_create",
        subject="sessions",
        statement="Creating a pair that has a live session refreshes that session and answers as a create.",
        evidence=Evidence.OBSERVED,
        source="contract 3.5: four recorded re-creates",
        tests=(),
        choices=("refresh", "refuse"),
    ),
    Row(
        id="call_time_limit_out_of_range",
        subject="sessions",
        statement="A call_time_limit outside 60 to 86400 is refused; clamping is a choice.",
        evidence=Evidence.DOCUMENTED,
        source="contract 11 row 2",
        tests=(),
        choices=("refuse", "clamp"),
    ),
    Row(
        id="play_url_extension_required",
        subject="sessions",
        statement="A play URL need not end in .mp3 or .wav.",
        evidence=Evidence.ASSUMED,
        source="vendor page: Allowed format",
        tests=(),
        choices=(False, True),
    ),
)
