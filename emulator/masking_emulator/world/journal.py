"""The journal: every event of a world with its sequence number, bounded, and as JSON.

The events hold what is new, so the journal is history, timeline and test oracle at once.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import count, islice
from typing import Any, Final

from masking_emulator.clock import unfrozen_now
from masking_emulator.core import codec
from masking_emulator.core.events import Event
from masking_emulator.core.listeners import Listeners

_JOURNALS: Final = count(1)


class Journal:
    """The newest events of a world. Sequence numbers begin at 1 and never repeat within a world's life."""

    def __init__(self, events_max: int, *, last: int = 0) -> None:
        """`last` is the number of the event before the first one."""
        self._events: deque[Event] = deque(maxlen=events_max)
        self.listeners: Listeners[Sequence[Event]] = Listeners()
        self.last = last
        #: Distinguishes this journal from every other one, of this process and of those before it.
        self.life = f"{unfrozen_now():x}{next(_JOURNALS):x}"

    def copy(self) -> "Journal":
        """An independent copy."""
        twin = Journal(self._events.maxlen or 0)
        twin._events = self._events.copy()
        twin.last = self.last
        return twin

    def up_to(self, sequence: int) -> "Journal":
        """An independent copy that ends with this event."""
        twin = Journal(self._events.maxlen or 0, last=sequence)
        twin._events.extend(islice(self._events, max(0, sequence - self.first + 1)))
        return twin

    def append(self, events: Sequence[Event]) -> None:
        """Add events; the oldest are dropped where there are too many."""
        self._events.extend(events)
        self.last += len(events)
        if self.listeners:
            self.listeners.tell(events)

    def close(self) -> None:
        """End the journal: the world was reset or removed, or its server ends."""
        self.listeners.close()

    @property
    def first(self) -> int:
        """Sequence number of the oldest event that is kept; one past the last where none is."""
        return self.last - len(self._events) + 1

    def at(self, sequence: int) -> Event | None:
        """The event of this number; None where the journal does not have it, or has it no more."""
        place = sequence - self.first
        return self._events[place] if 0 <= place < len(self._events) else None

    def after(self, sequence: int, limit: int) -> list[tuple[int, Event]]:
        """Up to `limit` events with numbers above `sequence`, oldest first."""
        start = max(sequence + 1, self.first)
        kept: Iterable[Event] = islice(self._events, start - self.first, start - self.first + limit)
        return list(enumerate(kept, start))


def event_json(event: Event) -> dict[str, Any]:
    """The event as JSON: its name, its instant, and its records."""
    return {"event": type(event).__name__, **codec.plain(event)}
