"""The life of a session as a table: (status, what happens) → next status.

Everything that moves a status is here. A pair that is missing is illegal, and `step` refuses it.
"""

from collections.abc import Mapping
from typing import Final

from masking_emulator.core.records.base import Explained
from masking_emulator.core.records.sessions import Status
from masking_emulator.core.refusals import Reason, Refused


class Signal(Explained):
    """What can happen to a session."""

    REFRESHED = "its pair was created again"
    UPDATED = "its settings were changed"
    TIMED_OUT = "its expiry came"
    DELETED = "its owner ended it"
    CALL_BEGAN = "a call began"
    CALL_ENDED = "one of its calls ended, another runs"
    LAST_CALL_ENDED = "its last running call ended"


LIFECYCLE: Final[Mapping[tuple[Status, Signal], Status]] = {
    (Status.ACTIVE, Signal.REFRESHED): Status.ACTIVE,
    (Status.ACTIVE, Signal.UPDATED): Status.ACTIVE,
    (Status.ACTIVE, Signal.TIMED_OUT): Status.EXPIRED,
    (Status.ACTIVE, Signal.DELETED): Status.EXPIRED,
    (Status.ACTIVE, Signal.CALL_BEGAN): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Signal.REFRESHED): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Signal.UPDATED): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Signal.TIMED_OUT): Status.EXPIRED,
    (Status.IN_PROGRESS, Signal.DELETED): Status.EXPIRED,
    (Status.IN_PROGRESS, Signal.CALL_BEGAN): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Signal.CALL_ENDED): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Signal.LAST_CALL_ENDED): Status.ACTIVE,
    # A session that ends is over at once, and its calls run on.
    (Status.EXPIRED, Signal.CALL_ENDED): Status.EXPIRED,
    (Status.EXPIRED, Signal.LAST_CALL_ENDED): Status.EXPIRED,
}


def step(status: Status, signal: Signal) -> Status:
    """The status after `signal`. Raises Refused(SESSION_EXPIRED) where the table has no such move."""
    try:
        return LIFECYCLE[status, signal]
    except KeyError:
        raise Refused(Reason.SESSION_EXPIRED) from None
