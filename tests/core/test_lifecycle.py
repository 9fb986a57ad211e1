"""The table of a session's life, every cell of it."""

from itertools import product

import pytest
from masking_emulator.core.decisions.session_life import Signal, step
from masking_emulator.core.records.sessions import Status
from masking_emulator.core.refusals import Reason, Refused

#: What a session goes through (ledger: status_in_progress). A dot is a move that does not exist.
_GRID = """
                 REFRESHED    UPDATED      TIMED_OUT  DELETED  CALL_BEGAN   CALL_ENDED   LAST_CALL_ENDED
    ACTIVE       ACTIVE       ACTIVE       EXPIRED    EXPIRED  IN_PROGRESS  .            .
    IN_PROGRESS  IN_PROGRESS  IN_PROGRESS  EXPIRED    EXPIRED  IN_PROGRESS  IN_PROGRESS  ACTIVE
    EXPIRED      .            .            .          .        .            EXPIRED      EXPIRED
"""


def _cells() -> dict[tuple[str, str], str]:
    head, *rows = [line.split() for line in _GRID.strip().splitlines()]
    return {(status, signal): after for status, *afters in rows for signal, after in zip(head, afters, strict=True)}


def test_grid_has_every_status_and_signal() -> None:
    """A new status or signal must be decided here too."""
    assert set(_cells()) == {(status.name, signal.name) for status, signal in product(Status, Signal)}


@pytest.mark.parametrize(("status", "signal"), list(product(Status, Signal)))
def test_signal_moves_a_status_as_the_grid_says(status: Status, signal: Signal) -> None:
    """Legal moves end where the grid says, all others are refused because the session has ended."""
    after = _cells()[status.name, signal.name]
    if after != ".":
        assert Status[after] is step(status, signal)
        return
    with pytest.raises(Refused) as refused:
        step(status, signal)
    assert refused.value.reason is Reason.SESSION_EXPIRED
