"""Why and by whom a leg was ended, in Plivo's words: hangup cause codes, their names, and hangup sources.

The names and codes are those of the vendor's page on hangup causes. No page says which cause a masked call has; the
rows follow the vendor's sentence on each code (ledger: call_hangup_causes, hangup_causes).
"""

from collections.abc import Mapping
from typing import Final

from masking_emulator.core.records.calls import Cause, Source
from masking_emulator.plivo.hangup_causes import HANGUP_CAUSES

_CODES: Final[Mapping[Cause, int]] = {
    Cause.NORMAL: 4000,
    Cause.CANCELED: 1000,
    Cause.BUSY: 3010,
    Cause.REJECTED: 3020,
    Cause.NO_ANSWER: 3000,
    Cause.OUT_OF_SERVICE: 2010,
    Cause.RING_TIMEOUT: 6010,
    Cause.TIME_LIMIT: 6000,
    # A caller whom no session takes is turned away unanswered (ledger: hangup_of_unknown_caller).
    Cause.NOT_CONNECTED: 3020,
}

#: Cause → the vendor's code and name.
CAUSES: Final[Mapping[Cause, tuple[int, str]]] = {cause: (code, HANGUP_CAUSES[code]) for cause, code in _CODES.items()}

SOURCES: Final[Mapping[Source, str]] = {
    Source.CALLER: "Caller",
    Source.CALLEE: "Callee",
    Source.CARRIER: "Carrier",
    Source.SERVICE: "Plivo",
}
