"""Why and by whom a leg was ended, in Plivo's words: hangup cause codes, their names, and hangup sources.

Source: vendor page, hangup causes (voice/troubleshooting). Which cause a masked call has is nowhere told; the rows
follow the vendor's sentence on each code.
"""

from collections.abc import Mapping
from typing import Final

from emulator.core.telephony import Cause, Source

CAUSES: Final[Mapping[Cause, tuple[int, str]]] = {
    Cause.NORMAL: (4000, "Normal Hangup"),
    Cause.CANCELED: (1000, "Canceled"),
    Cause.BUSY: (3010, "Busy Line"),
    Cause.REJECTED: (3020, "Rejected"),
    Cause.NO_ANSWER: (3000, "No Answer"),
    Cause.OUT_OF_SERVICE: (2010, "Destination Out Of Service"),
    Cause.RING_TIMEOUT: (6010, "Ring Timeout Reached"),
    Cause.TIME_LIMIT: (6000, "Scheduled Hangup"),
    # ASSUMED: a caller whom no session takes is turned away unanswered, as an application's rejecting <Hangup> does.
    Cause.NOT_CONNECTED: (3020, "Rejected"),
}

SOURCES: Final[Mapping[Source, str]] = {
    Source.CALLER: "Caller",
    Source.CALLEE: "Callee",
    Source.CARRIER: "Carrier",
    Source.SERVICE: "Plivo",
}
