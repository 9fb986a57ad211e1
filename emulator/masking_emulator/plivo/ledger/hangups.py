"""Ledger rows on hangups: why a leg of a call ended."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row

_TESTS: Final = "tests/plivo/test_hangup_causes.py"

ROWS: Final[Sequence[Row]] = (
    Row(
        id="hangup_attributes",
        subject="hangups",
        statement="PlivoHangupCause and PlivoHangupCauseCode are a row of the vendor's table of 53 causes.",
        evidence=Evidence.DOCUMENTED,
        source="page on hangup causes; vendor page, session events: PlivoHangupCause, PlivoHangupCauseCode",
        tests=(
            f"{_TESTS}::test_codes_are_those_of_the_page",
            f"{_TESTS}::test_causes_of_masked_calls_have_the_names_of_the_page",
        ),
    ),
)
