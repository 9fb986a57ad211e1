"""Equal records kept once: most sessions of a world have the same few settings and allocations.

Records are immutable, so sessions may share them. Unshared, they are a quarter of what a live session takes.
"""

from typing import Final, Generic, TypeVar

from masking_emulator.core.records.base import Record

RecordT = TypeVar("RecordT", bound=Record)

#: As many different records are remembered. Where each session has a callback URL of its own, none are shared.
REMEMBERED_MAX: Final = 256


class Alike(Generic[RecordT]):
    """The records of one kind that were seen lately."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: dict[RecordT, RecordT] = {}

    def copy(self) -> "Alike[RecordT]":
        """An independent copy; the records are shared."""
        twin = Alike[RecordT]()
        twin._seen = self._seen.copy()
        return twin

    def one_of(self, record: RecordT) -> RecordT:
        """The remembered record that is equal to this one, or this one, which is remembered from now on."""
        if len(self._seen) >= REMEMBERED_MAX and record not in self._seen:
            self._seen.clear()
        return self._seen.setdefault(record, record)
