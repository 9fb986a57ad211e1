"""Timers: commands that wait for their instant. One timer a key; setting it again replaces it.

A key says what the command is about, so that a session, for instance, can expire only once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush, merge
from typing import Any, Final

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


#: Place, key, command. A place is an instant, and in its lowest bits a serial number, which decides between timers of
#: one instant. A heap of whole numbers pops in three quarters of the time that one of tuples takes.
TimerEntry = tuple[int, str, Command]

#: Bits of a place that hold the serial number: enough for a million million timers.
_ORDER_BITS: Final = 40

#: So many entries are sorted before anybody asks whether a turn is over.
_SORTED_AT_ONCE: Final = 1000

#: How many replaced entries may wait in the heap beside as many live ones.
_STALE_SLACK = 64


def instant_of(entry: TimerEntry) -> int:
    """When the timer is due."""
    return entry[0] >> _ORDER_BITS


class Timers:
    """A heap of places of which only those count that the newest entry of a key has."""

    __slots__ = ("_heap", "_live", "_order", "_places")

    def __init__(self) -> None:
        self._heap: list[int] = []
        self._live: dict[int, TimerEntry] = {}
        self._places: dict[str, int] = {}
        self._order = 0

    def copy(self) -> "Timers":
        """An independent copy; entries are immutable and shared."""
        twin = Timers()
        twin._heap = self._heap.copy()
        twin._live = self._live.copy()
        twin._places = self._places.copy()
        twin._order = self._order
        return twin

    def __len__(self) -> int:
        """How many timers are set."""
        return len(self._live)

    def set(self, key: str, at: int, command: Command) -> None:
        """Let `command` be due at `at`; an earlier timer of this key is forgotten."""
        self._order += 1
        place = at << _ORDER_BITS | self._order
        before = self._places.get(key)
        if before is not None:
            del self._live[before]
        self._places[key] = place
        self._live[place] = (place, key, command)
        heappush(self._heap, place)
        self._compact()

    def filling(self, timers: Iterable[tuple[int, str, Command]]) -> Work[None]:
        """The work of setting many timers, each with its instant and its key, where none is set."""
        entries = self._live
        for order, (at, key, command) in enumerate(timers, self._order + 1):
            place = at << _ORDER_BITS | order
            entries[place] = (place, key, command)
            if not order % _SORTED_AT_ONCE:
                yield
        self._order += len(entries)
        self._places = {entry[1]: place for place, entry in entries.items()}
        yield
        self._heap = list(entries)
        heapify(self._heap)

    def cancel(self, key: str) -> None:
        """Forget the timer of this key, if there is one."""
        place = self._places.pop(key, None)
        if place is not None:
            del self._live[place]
            self._compact()

    def deadline(self) -> int | None:
        """When the next timer is due; None where none is set."""
        heap, live = self._heap, self._live
        while heap and heap[0] not in live:
            heappop(heap)
        return heap[0] >> _ORDER_BITS if heap else None

    def pop_due(self, instant: int) -> TimerEntry | None:
        """Take the earliest timer that is due at `instant`; None where none is."""
        heap, after = self._heap, (instant + 1) << _ORDER_BITS
        while heap and heap[0] < after:
            entry = self._live.pop(heappop(heap), None)
            if entry is not None:
                del self._places[entry[1]]
                return entry
        return None

    def entries(self) -> list[TimerEntry]:
        """The live timers, in the order in which they will be due."""
        return sorted(self._live.values())  # no two have the same place

    def live(self) -> Sequence[TimerEntry]:
        """The live timers, in no order."""
        return tuple(self._live.values())

    def _compact(self) -> None:
        # Without this, endless updates on a clock that stands still would grow the heap for ever.
        if len(self._heap) > 2 * len(self._live) + _STALE_SLACK:
            self._heap = list(self._live)
            heapify(self._heap)


def in_due_order(entries: Sequence[TimerEntry]) -> Work[list[TimerEntry]]:
    """The work of timers in the order in which they will be due."""
    parts = []
    for start in range(0, len(entries), _SORTED_AT_ONCE):
        parts.append(sorted(entries[start : start + _SORTED_AT_ONCE]))
        yield
    made: list[TimerEntry] = []
    for entry in merge(*parts):
        made.append(entry)
        if not len(made) % _SORTED_AT_ONCE:
            yield
    return made
