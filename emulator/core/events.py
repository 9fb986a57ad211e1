"""Events: what happened, each with its instant and the new record. Storing the record is all they do."""

from dataclasses import dataclass
from enum import Enum

from emulator.core.records import Hold, Number, Session


class Ending(Enum):
    """How a session ended."""

    TIMED_OUT = "timed_out"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class SessionCreated:
    """A new session has its number."""

    at: int
    session: Session


@dataclass(frozen=True, slots=True)
class SessionRefreshed:
    """The pair was created again: same session and number, new settings and expiry."""

    at: int
    session: Session


@dataclass(frozen=True, slots=True)
class SessionUpdated:
    """Settings, parties or expiry were changed."""

    at: int
    session: Session


@dataclass(frozen=True, slots=True)
class SessionExpired:
    """The session ended."""

    at: int
    session: Session
    ending: Ending


@dataclass(frozen=True, slots=True)
class NumberHeld:
    """The number of an ended session cools off."""

    at: int
    hold: Hold


@dataclass(frozen=True, slots=True)
class NumberReleased:
    """A cool-off is over."""

    at: int
    hold: Hold


@dataclass(frozen=True, slots=True)
class NumberAdded:
    """The pool has one number more."""

    at: int
    number: Number


@dataclass(frozen=True, slots=True)
class SessionsForgotten:
    """The oldest ended sessions made room, past the limit on how many are kept."""

    at: int
    uuids: tuple[str, ...]


Event = (
    SessionCreated
    | SessionRefreshed
    | SessionUpdated
    | SessionExpired
    | NumberHeld
    | NumberReleased
    | NumberAdded
    | SessionsForgotten
)
