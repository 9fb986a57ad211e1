"""The book of calls: the running ones, and the newest of those that ended. `put` is the only way in."""

from collections.abc import Iterable, Sequence
from itertools import islice

from masking_emulator.core.records.calls import Call, Leg


class CallBook:
    """Calls by the UUID of any of their legs."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._call_of: dict[str, str] = {}
        self.running_count = 0

    def copy(self) -> "CallBook":
        """An independent copy; the records are immutable and shared."""
        twin = CallBook()
        twin._calls = self._calls.copy()
        twin._call_of = self._call_of.copy()
        twin.running_count = self.running_count
        return twin

    def __len__(self) -> int:
        return len(self._calls)

    def get(self, uuid: str) -> Call | None:
        """The call with this leg; a call is named after its first one."""
        call = self._calls.get(uuid)
        if call is not None:
            return call
        named = self._call_of.get(uuid)
        return None if named is None else self._calls[named]

    def leg(self, uuid: str) -> tuple[Call, Leg] | None:
        """The leg of this UUID, with its call."""
        call = self.get(uuid)
        return None if call is None else (call, next(leg for leg in call.legs if leg.uuid == uuid))

    def all(self) -> Sequence[Call]:
        """Every call, oldest first."""
        return list(self._calls.values())

    def newest_first(self) -> Iterable[Call]:
        """Every call, newest first."""
        return reversed(self._calls.values())

    def put(self, call: Call) -> Call | None:
        """Store a record in place of the one before it, which is returned."""
        before = self._calls.get(call.uuid)
        if before is call:
            return before
        self._calls[call.uuid] = call
        if before is None:
            self.running_count += call.is_running
        elif before.is_running and not call.is_running:
            self.running_count -= 1
        if len(call.legs) > 1:
            self._call_of[call.legs[1].uuid] = call.uuid
        return before

    def ended_oldest(self, count: int) -> tuple[str, ...]:
        """UUIDs of the `count` ended calls that began first."""
        ended = (uuid for uuid, call in self._calls.items() if not call.is_running)
        return tuple(islice(ended, count))

    def forget(self, uuids: Iterable[str]) -> None:
        """Drop ended calls."""
        for uuid in uuids:
            for leg in self._calls.pop(uuid).legs[1:]:
                del self._call_of[leg.uuid]
