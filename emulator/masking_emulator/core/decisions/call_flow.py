"""The story of a call as a table: (phase, what happens) → next phase.

Everything that moves a call is here. A pair that is missing is impossible, and `move` refuses it.
"""

from collections.abc import Mapping
from typing import Final

from masking_emulator.core.records.calls import CallSignal, Phase
from masking_emulator.core.refusals import Reason, Refused

CALL_FLOW: Final[Mapping[tuple[Phase, CallSignal], Phase]] = {
    (Phase.RINGING_FIRST, CallSignal.ANSWERED): Phase.RINGING_SECOND,
    (Phase.RINGING_FIRST, CallSignal.BUSY): Phase.ENDED,
    (Phase.RINGING_FIRST, CallSignal.REJECTED): Phase.ENDED,
    (Phase.RINGING_FIRST, CallSignal.NO_ANSWER): Phase.ENDED,
    (Phase.RINGING_FIRST, CallSignal.UNREACHABLE): Phase.ENDED,
    (Phase.RINGING_FIRST, CallSignal.RING_TIMED_OUT): Phase.ENDED,
    (Phase.ASKING_PIN, CallSignal.PIN_RIGHT): Phase.RINGING_SECOND,
    (Phase.ASKING_PIN, CallSignal.PIN_WRONG): Phase.PAUSING,
    (Phase.ASKING_PIN, CallSignal.PIN_FAILED): Phase.ENDED,
    (Phase.ASKING_PIN, CallSignal.CALLER_HUNG_UP): Phase.ENDED,
    (Phase.ASKING_PIN, CallSignal.TIME_LIMIT): Phase.ENDED,
    (Phase.PAUSING, CallSignal.PAUSE_OVER): Phase.ASKING_PIN,
    (Phase.PAUSING, CallSignal.CALLER_HUNG_UP): Phase.ENDED,
    (Phase.PAUSING, CallSignal.TIME_LIMIT): Phase.ENDED,
    (Phase.ANNOUNCING, CallSignal.ANNOUNCED): Phase.ENDED,
    (Phase.ANNOUNCING, CallSignal.CALLER_HUNG_UP): Phase.ENDED,
    (Phase.ANNOUNCING, CallSignal.TIME_LIMIT): Phase.ENDED,
    (Phase.RINGING_SECOND, CallSignal.ANSWERED): Phase.BRIDGED,
    (Phase.RINGING_SECOND, CallSignal.BUSY): Phase.ENDED,
    (Phase.RINGING_SECOND, CallSignal.REJECTED): Phase.ENDED,
    (Phase.RINGING_SECOND, CallSignal.NO_ANSWER): Phase.ENDED,
    (Phase.RINGING_SECOND, CallSignal.UNREACHABLE): Phase.ENDED,
    (Phase.RINGING_SECOND, CallSignal.RING_TIMED_OUT): Phase.ENDED,
    (Phase.RINGING_SECOND, CallSignal.CALLER_HUNG_UP): Phase.ENDED,
    (Phase.RINGING_SECOND, CallSignal.TIME_LIMIT): Phase.ENDED,
    (Phase.BRIDGED, CallSignal.CALLER_HUNG_UP): Phase.ENDED,
    (Phase.BRIDGED, CallSignal.CALLEE_HUNG_UP): Phase.ENDED,
    (Phase.BRIDGED, CallSignal.TIME_LIMIT): Phase.ENDED,
}


def move(phase: Phase, signal: CallSignal) -> Phase:
    """The phase after `signal`. Raises Refused(STEP_IMPOSSIBLE) where the table has no such move."""
    try:
        return CALL_FLOW[phase, signal]
    except KeyError:
        raise Refused(Reason.STEP_IMPOSSIBLE, phase=phase, signal=signal) from None
