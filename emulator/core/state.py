"""The state of one world's service, and the one way in which it changes: an event is absorbed.

An event holds the new record, so absorbing is storing it, moving what is on the numbers, and setting its timer.
The state is therefore the fold of the events; nothing here decides anything.
"""

from typing import assert_never

from emulator.core.book import SessionBook
from emulator.core.chance import Chance, Seed
from emulator.core.commands import ReleaseNumber, TimeOutSession
from emulator.core.events import (
    Event,
    NumberAdded,
    NumberHeld,
    NumberReleased,
    SessionCreated,
    SessionExpired,
    SessionRefreshed,
    SessionsForgotten,
    SessionUpdated,
)
from emulator.core.pool import Pool
from emulator.core.records import Hold, Session
from emulator.core.rules import Rules
from emulator.core.timers import Timers


class State:
    """Sessions, numbers, timers and chance of one world."""

    def __init__(self, rules: Rules, seed: Seed) -> None:
        self.rules = rules
        self.book = SessionBook()
        self.pool = Pool()
        self.timers = Timers()
        self.chance = Chance(seed)
        self.ordinal = 0

    def copy(self) -> "State":
        """An independent copy; the records are immutable and shared."""
        twin = State.__new__(State)
        twin.rules = self.rules
        twin.book = self.book.copy()
        twin.pool = self.pool.copy()
        twin.timers = self.timers.copy()
        twin.chance = self.chance.copy()
        twin.ordinal = self.ordinal
        return twin

    def absorb(self, event: Event) -> None:
        """Make the state what it is after the event."""
        match event:
            case SessionCreated() | SessionRefreshed() | SessionUpdated() | SessionExpired():
                self._put(event.session)
            case NumberHeld():
                self.pool.hold(event.hold)
                self.timers.set(_hold_key(event.hold), event.hold.until, _release(event.hold))
            case NumberReleased():
                self.pool.release(event.hold)
                self.timers.cancel(_hold_key(event.hold))
            case NumberAdded():
                self.pool.add(event.number)
            case SessionsForgotten():
                self.book.forget(event.uuids)
            case _:
                assert_never(event)

    def _put(self, session: Session) -> None:
        before = self.book.put(session)
        self.ordinal = max(self.ordinal, session.ordinal)
        if before is not None and before.is_live:
            self.pool.leave(before)
        if session.is_live:
            self.pool.enter(session)
            self.timers.set(session.uuid, session.expires_at, TimeOutSession(session.uuid))
        else:
            self.timers.cancel(session.uuid)


def _hold_key(hold: Hold) -> str:
    return f"hold {hold.session}"


def _release(hold: Hold) -> ReleaseNumber:
    return ReleaseNumber(hold.number, hold.session)
