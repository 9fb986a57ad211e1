"""Ledger rows on what answers point to: calls, recordings and numbers."""

from collections.abc import Sequence
from typing import Final

from emulator.plivo.ledger.row import Evidence, Row

ROWS: Final[Sequence[Row]] = (
    Row(
        id="resource_urls",
        subject="resources",
        statement="The URLs of calls and recordings have the host under which the emulator was asked.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: recorded responses have https://api.plivo.com there, which a user of the plain HTTP port could "
            "not follow; under interception both are the same"
        ),
        tests=("tests/plivo/test_resources.py::test_urls_have_the_host_that_was_asked_or_the_vendors",),
        choices=("reachable", "vendor"),
    ),
)
