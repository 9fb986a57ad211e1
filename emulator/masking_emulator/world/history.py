"""The history of a life: what was done in it, so that any moment of it can be seen once more.

Nothing is kept of a moment itself. What was done is: each command, and how many timers ran, at which instant. The same
done once more to the same engine comes to the same events, so the state after any event is that of an engine to which
everything up to that event was done again.
"""

# How history works.
#
# A history is a few chapters. A chapter has the state in which it begins, and what was done since. That state is a cut
# (core/snapshot.py): lists of records, which cost next to nothing to copy, and become an engine only when somebody
# looks. Whoever looks at an event finds its chapter, makes the engine with which that begins, and does again what was
# done, until the event has happened. So looking costs what a chapter costs, however long the life has been, and not
# looking costs an entry in a list for every command.
#
# `events_max` is how many events there are to go back to at least, once there were so many. A chapter ends after an
# eighth of that many, and as another one begins, the first is dropped if the others have enough without it. The more
# records a world holds, the more a cut costs, so there a chapter is longer, and what can be gone back to is, too.
#
# An event may be one of several that a command came to. The engine then stands in the middle of that command: the
# records are those after this event and before the next one. That is what is shown. A fork cannot go on from there, so
# it begins at the end of that command.

from collections import deque
from collections.abc import Callable, Collection
from itertools import islice
from typing import Final

from masking_emulator.callbacks.log import Entry
from masking_emulator.core.engine import Done, Engine
from masking_emulator.core.events import Event
from masking_emulator.core.records.base import Record
from masking_emulator.core.work import Work

#: A chapter has this part of the events that are kept.
_CHAPTERS: Final = 8

#: So many records are cut for one event, or fewer. With a bound on chapters, the history was a sixth of an advance.
_CUT_FOR_AN_EVENT: Final = 4


class NotKept(Exception):
    """The moment is before the first one that is kept, or after the last."""


class Moment(Record):
    """A world as it stood after an event, to look at; `event` is None where the journal no longer has it."""

    sequence: int
    event: Event | None
    engine: Engine
    callbacks: Collection[Entry]


class _Chapter:
    """A part of a history: how its engine is made, the number of the last event before it, and what was done.

    It is full at `full` events.
    """

    __slots__ = ("after", "begun", "done", "full", "size")

    def __init__(self, begun: Callable[[], Work[Engine]], after: int, full: int) -> None:
        self.begun = begun
        self.after = after
        self.full = full
        self.done: list[tuple[int, Done]] = []
        self.size = 0

    def copy(self) -> "_Chapter":
        twin = _Chapter(self.begun, self.after, self.full)
        twin.done, twin.size = self.done.copy(), self.size
        return twin


class LifeHistory:
    """What was done in a life."""

    def __init__(self, begun: Callable[[], Work[Engine]], *, after: int, events_max: int) -> None:
        """`begun` makes the engine with which the life began; `after` is the number of the last event before it.

        `events_max` 0 keeps nothing.
        """
        self._events_max = events_max
        self._last = after
        self._chapters = deque((_Chapter(begun, after, events_max // _CHAPTERS),))

    def copy(self) -> "LifeHistory":
        """An independent copy, which knows the same past."""
        twin = LifeHistory(self._chapters[0].begun, after=self.first, events_max=self._events_max)
        twin._chapters = deque(chapter.copy() for chapter in self._chapters)
        twin._last = self._last
        return twin

    def begun_anew(self, engine: Engine, *, after: int) -> "LifeHistory":
        """A history with the same bound that begins with this engine."""
        return LifeHistory(engine.cut(), after=after, events_max=self._events_max)

    @property
    def first(self) -> int:
        """The number of the first event after which the world can be seen: the one after which this began."""
        return self._chapters[0].after if self._events_max else self._last

    def note(self, engine: Engine, done: Done, events: int) -> None:
        """This has been done to the engine, and came to so many events."""
        self._last += events
        if not self._events_max:
            return
        chapter = self._chapters[-1]
        chapter.done.append((engine.now, done))
        chapter.size += events or 1  # a command without events takes room, too
        if chapter.size >= chapter.full:
            self._begin_chapter(engine)

    def _begin_chapter(self, engine: Engine) -> None:
        full = max(self._events_max // _CHAPTERS, engine.records // _CUT_FOR_AN_EVENT)
        self._chapters.append(_Chapter(engine.cut(), self._last, full))
        while sum(chapter.size for chapter in islice(self._chapters, 1, None)) >= self._events_max:
            self._chapters.popleft()

    def engine_at(self, sequence: int, *, whole: bool = False) -> Work[tuple[Engine, int]]:
        """The work of the engine as it stood after this event, with the event's number; it is the caller's own.

        With `whole` it stands at the end of what the event belongs to, and the number is that of the last event of it.
        Raises NotKept.
        """
        if not (self._events_max and self.first <= sequence <= self._last):
            raise NotKept(sequence)
        chapter = next(chapter for chapter in reversed(self._chapters) if chapter.after <= sequence)
        engine, reached = (yield from chapter.begun()), chapter.after
        # By place, because the world goes on meanwhile; what it does then comes after the event.
        for place in range(len(chapter.done)):
            if reached >= sequence:
                break
            at, done = chapter.done[place]
            for _ in engine.rerunning(at, done):
                reached += 1
                if reached == sequence and not whole:
                    return engine, reached
            yield
        return engine, reached
