"""The life of a session as a table: (status, what happens) → next status.

Everything that moves a status is here. A pair that is missing is illegal, and `step` refuses it.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from emulator.core.records import Status
from emulator.core.refusals import Reason, Refused


class Signal(Enum):
    """What can happen to a session."""

    REFRESHED = "its pair was created again"
    UPDATED = "its settings were changed"
    TIMED_OUT = "its expiry came"
    DELETED = "its owner ended it"


LIFECYCLE: Final[Mapping[tuple[Status, Signal], Status]] = {
    (Status.ACTIVE, Signal.REFRESHED): Status.ACTIVE,
    (Status.ACTIVE, Signal.UPDATED): Status.ACTIVE,
    (Status.ACTIVE, Signal.TIMED_OUT): Status.EXPIRED,
    (Status.ACTIVE, Signal.DELETED): Status.EXPIRED,
}


def step(status: Status, signal: Signal) -> Status:
    """The status after `signal`. Raises Refused(SESSION_EXPIRED) where the table has no such move."""
    try:
        return LIFECYCLE[status, signal]
    except KeyError:
        raise Refused(Reason.SESSION_EXPIRED) from None
