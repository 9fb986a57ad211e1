"""Timers: commands that wait for their instant. One timer a key; setting it again replaces it.

A key says what the command is about, so that a session, for instance, can expire only once.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from masking_emulator.core.blocks import Blocks
from masking_emulator.core.commands import (
    Command,
    EndCoolOff,
    InitiateCall,
    ReleaseCallback,
    RetryCallback,
    StepCall,
    TimeOutSession,
    TypeDigits,
)
from masking_emulator.core.records.base import Record
from masking_emulator.core.work import Work


def session_key(uuid: str) -> str:
    """The timer of a session's expiry."""
    return uuid


def call_key(uuid: str) -> str:
    """The timer of what comes next in a call."""
    return uuid


def initiated_key(session: str) -> str:
    """The timer of the service's own call of a session."""
    return f"initiate {session}"


def cool_off_key(session: str) -> str:
    """The timer of a number's cool-off after a session."""
    return f"cool-off {session}"


def callback_key(ordinal: int) -> str:
    """The timer of a callback that pauses, or is held for a while."""
    return f"callback {ordinal}"


# The key decides the type of the argument, which no type for a mapping can say: hence Any.
_KEYS: Final[Mapping[type, Callable[[Any], str]]] = {
    TimeOutSession: lambda command: session_key(command.uuid),
    StepCall: lambda command: call_key(command.call),
    TypeDigits: lambda command: call_key(command.call),
    InitiateCall: lambda command: initiated_key(command.session),
    EndCoolOff: lambda command: cool_off_key(command.session),
    RetryCallback: lambda command: callback_key(command.callback),
    ReleaseCallback: lambda command: callback_key(command.callback),
}


def key_of(command: Command) -> str | None:
    """The key of this command's timer; None where it is none that waits."""
    key = _KEYS.get(type(command))
    return None if key is None else key(command)


class Timer(Record):
    """A command that waits for its instant."""

    at: int
    key: str
    command: Command


#: Bits of a timer's place that hold a serial number: enough for a million million timers.
_SERIAL_BITS: Final = 40

#: So many timers are set before anybody asks whether a turn is over.
_SET_AT_ONCE: Final = 1000


class Timers:
    """Timers by their place: the instant, and in its lowest bits a number by which the first one set comes first."""

    __slots__ = ("_by_place", "_places", "_serial")

    def __init__(self) -> None:
        self._by_place = Blocks[Timer]()
        self._places: dict[str, int] = {}
        self._serial = 0

    def copy(self) -> "Timers":
        """An independent copy; the timers themselves are immutable and shared."""
        twin = Timers()
        twin._by_place = self._by_place.copy()
        twin._places = self._places.copy()
        twin._serial = self._serial
        return twin

    def __len__(self) -> int:
        """How many timers are set."""
        return len(self._places)

    def set(self, timer: Timer) -> None:
        """Set a timer; an earlier one of its key is forgotten."""
        self.cancel(timer.key)
        self._serial += 1
        place = timer.at << _SERIAL_BITS | self._serial
        self._places[timer.key] = place
        self._by_place.add(place, timer)

    def filling(self, timers: Iterable[Timer]) -> Work[None]:
        """The work of setting many timers, each of a key of its own, where none is set."""
        by_place = {}
        for serial, timer in enumerate(timers, 1):
            by_place[timer.at << _SERIAL_BITS | serial] = timer
            if not serial % _SET_AT_ONCE:
                yield
        self._serial = len(by_place)
        self._places = {timer.key: place for place, timer in by_place.items()}
        yield
        yield from self._by_place.filling(by_place)

    def cancel(self, key: str) -> None:
        """Forget the timer of this key, if there is one."""
        place = self._places.pop(key, None)
        if place is not None:
            self._by_place.remove(place)

    def deadline(self) -> int | None:
        """When the next timer is due; None where none is set."""
        place = self._by_place.first_key
        return None if place is None else place >> _SERIAL_BITS

    def pop_due(self, instant: int) -> Timer | None:
        """Take the earliest timer that is due at `instant`; None where none is."""
        timer = self._by_place.pop_below((instant + 1) << _SERIAL_BITS)
        if timer is not None:
            del self._places[timer.key]
        return timer

    def all(self) -> list[Timer]:
        """Every timer, in the order in which they will be due."""
        return self._by_place[:]
