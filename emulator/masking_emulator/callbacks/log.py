"""The callback log of a world: every callback with its request, its signatures and all its attempts. Bounded.

Settled callbacks make room for new ones; those that are not settled are bounded by the engine.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from msgspec import Struct

from masking_emulator.callbacks.exchange import Answer
from masking_emulator.callbacks.writing import Written
from masking_emulator.core.listeners import Listeners
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.callbacks import OPEN_STATES, Attempt, Callback


class Tried(Record):
    """One attempt: its instant on the world's clock, its record in the core, the answer, and the URL that was asked."""

    at: int
    attempt: Attempt
    answer: Answer
    url: str


class Entry(Struct):
    """All that is known of a callback. `callback` is its newest record."""

    callback: Callback
    written: Written
    tried: tuple[Tried, ...] = ()
    treatments: tuple[str, ...] = ()

    def copy(self) -> "Entry":
        """An independent copy; the records are immutable and shared."""
        return Entry(self.callback, self.written, self.tried, self.treatments)

    def as_of(self, callback: Callback) -> "Entry":
        """The entry as it was while this record of the callback was its newest one."""
        tried = tuple(tried for tried in self.tried if tried.attempt.number <= callback.attempts)
        return Entry(callback, self.written, tried, self.treatments)


class Watch:
    """The changes of a log from now on, for whoever waits for some."""

    def __init__(self, listeners: Listeners[Entry]) -> None:
        self._listeners = listeners
        self._entries: dict[int, Entry] = {}
        self._changed = asyncio.Event()

    def note(self, entry: Entry | None) -> None:
        """This entry is new or has changed; None where the log has been closed."""
        if entry is not None:
            self._entries[entry.callback.ordinal] = entry
        self._changed.set()

    async def changes(self) -> Collection[Entry]:
        """The entries that have changed since the last time, once there are any, or none once the log is closed."""
        if not self._listeners.closed:
            await self._changed.wait()
        self._changed.clear()
        entries, self._entries = self._entries, {}
        return entries.values()


class CallbackLog:
    """The entries of a world, by ordinal. It is closed when the world is reset or removed."""

    def __init__(self, kept_max: int) -> None:
        self.listeners: Listeners[Entry] = Listeners()
        self.kept_max = kept_max
        self._entries: dict[int, Entry] = {}
        self._settled: deque[int] = deque()

    @property
    def closed(self) -> bool:
        """Whether the life of which these callbacks are is over."""
        return self.listeners.closed

    def copy(self) -> "CallbackLog":
        """An independent copy."""
        twin = CallbackLog(self.kept_max)
        for ordinal, entry in self._entries.items():
            twin._entries[ordinal] = entry.copy()
        twin._settled = self._settled.copy()
        return twin

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, callback: Callback, written: Written) -> None:
        """Enter a callback that has become due."""
        entry = self._entries[callback.ordinal] = Entry(callback, written)
        self._note(entry)

    def enter(self, entry: Entry) -> None:
        """Put an entry at the end, which is from here on the log's own."""
        self._entries[entry.callback.ordinal] = entry
        self._note(entry)

    def change(self, callback: Callback) -> None:
        """Enter what a callback has become, if it is kept."""
        entry = self._entries.get(callback.ordinal)
        if entry is not None:
            entry.callback = callback
            self._note(entry)

    def get(self, ordinal: int) -> Entry | None:
        """The entry of this callback; None where there is none any more."""
        return self._entries.get(ordinal)

    def all(self) -> Collection[Entry]:
        """Every entry, oldest first."""
        return self._entries.values()

    def close(self) -> None:
        """Enter nothing more, and wake everybody who waits for a change."""
        self.listeners.close()

    @contextmanager
    def watched(self) -> Iterator[Watch]:
        """See what changes, for as long as the context lasts."""
        watch = Watch(self.listeners)
        with self.listeners.heard_by(watch.note):
            yield watch

    def _note(self, entry: Entry) -> None:
        # The oldest is dropped first, so that a callback that ends at once is not the one that is dropped.
        if self._settled and len(self._entries) > self.kept_max:
            del self._entries[self._settled.popleft()]
        callback = entry.callback
        if callback.state not in OPEN_STATES:
            self._settled.append(callback.ordinal)
        if self.listeners:
            self.listeners.tell(entry)
