"""The table of a call's story, every cell of it."""

from itertools import product

import pytest
from masking_emulator.core.decisions.call_flow import move
from masking_emulator.core.records.calls import CallSignal, Phase
from masking_emulator.core.refusals import Reason, Refused

#: What a call goes through (ledger: initiate_call, pin_dialogue). A dot is a move that does not exist.
_GRID = """
                     RINGING_FIRST   ASKING_PIN      PAUSING     ANNOUNCING  RINGING_SECOND  BRIDGED  ENDED
    ANSWERED         RINGING_SECOND  .               .           .           BRIDGED         .        .
    BUSY             ENDED           .               .           .           ENDED           .        .
    REJECTED         ENDED           .               .           .           ENDED           .        .
    NO_ANSWER        ENDED           .               .           .           ENDED           .        .
    UNREACHABLE      ENDED           .               .           .           ENDED           .        .
    RING_TIMED_OUT   ENDED           .               .           .           ENDED           .        .
    PIN_RIGHT        .               RINGING_SECOND  .           .           .               .        .
    PIN_WRONG        .               PAUSING         .           .           .               .        .
    PIN_FAILED       .               ENDED           .           .           .               .        .
    PAUSE_OVER       .               .               ASKING_PIN  .           .               .        .
    ANNOUNCED        .               .               .           ENDED       .               .        .
    CALLER_HUNG_UP   .               ENDED           ENDED       ENDED       ENDED           ENDED    .
    CALLEE_HUNG_UP   .               .               .           .           .               ENDED    .
    TIME_LIMIT       .               ENDED           ENDED       ENDED       ENDED           ENDED    .
"""


def _cells() -> dict[tuple[str, str], str]:
    head, *rows = [line.split() for line in _GRID.strip().splitlines()]
    return {(phase, signal): after for signal, *afters in rows for phase, after in zip(head, afters, strict=True)}


def test_grid_has_every_phase_and_signal() -> None:
    """A new phase or signal must be decided here too."""
    assert set(_cells()) == {(phase.name, signal.name) for phase, signal in product(Phase, CallSignal)}


@pytest.mark.parametrize(("phase", "signal"), list(product(Phase, CallSignal)))
def test_signal_moves_a_call_as_the_grid_says(phase: Phase, signal: CallSignal) -> None:
    """Legal moves end where the grid says, all others are refused because the call does not stand there."""
    after = _cells()[phase.name, signal.name]
    if after != ".":
        assert Phase[after] is move(phase, signal)
        return
    with pytest.raises(Refused) as refused:
        move(phase, signal)
    assert refused.value.reason is Reason.STEP_IMPOSSIBLE
    assert refused.value.detail == {"phase": phase, "signal": signal}
