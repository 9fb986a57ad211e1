"""Faults at work: which of a world's faults an API request meets, counted.

Each request is checked against the faults in order. Pauses add up, and the first fault that spoils the answer is the
last one that is checked. Same seed, same requests: same faults.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from masking_emulator.core.chance import Chance
from masking_emulator.core.instants import INSTANT_MAX
from masking_emulator.core.listeners import Listeners
from masking_emulator.traffic.fault import RATE_LIMIT, Fault, Limit
from masking_emulator.traffic.requests import ApiRequest, path_fits

_CHANCE_PARTS: Final = 2**53


class PlacedFault:
    """A fault of a world: its name, and how often it matched and was applied."""

    def __init__(self, name: str, fault: Fault, now: int) -> None:
        self.name = name
        self.fault = fault
        self.matched = 0
        self.applied = 0
        begins = now if fault.begins is None else fault.begins
        self.ends = fault.ends if fault.lasts_us is None else min(begins + fault.lasts_us, INSTANT_MAX)
        self._passed: dict[str | None, deque[int]] = {}

    def copy(self) -> "PlacedFault":
        """An independent copy."""
        twin = PlacedFault(self.name, self.fault, 0)
        twin.matched, twin.applied, twin.ends = self.matched, self.applied, self.ends
        twin._passed = {account: passed.copy() for account, passed in self._passed.items()}
        return twin

    def state(self, now: int) -> str:
        """Whether it can still be met: "waiting", "active", "used up" or "over"."""
        if self.fault.count is not None and self.applied >= self.fault.count:
            return "used up"
        if self.ends is not None and now >= self.ends:
            return "over"
        waiting = self.fault.begins is not None and now < self.fault.begins
        return "waiting" if waiting or self.matched < self.fault.skip else "active"

    def meets(self, request: ApiRequest, now: int, chance: Chance) -> bool:
        """Whether this request meets the fault; counts."""
        fault = self.fault
        if not (self._selects(request) and (fault.begins is None or now >= fault.begins)):
            return False
        if self.ends is not None and now >= self.ends:
            return False
        self.matched += 1
        if self.matched <= fault.skip or (fault.count is not None and self.applied >= fault.count):
            return False
        if fault.limit is not None and self._passes(request.account, fault.limit, now):
            return False
        if fault.chance is not None and not self._is_drawn(fault.chance, chance):
            return False
        self.applied += 1
        return True

    def _selects(self, request: ApiRequest) -> bool:
        fault = self.fault
        return (
            fault.operation in (None, request.operation)
            and fault.method in (None, request.method)
            and (fault.path is None or path_fits(request.path, fault.path))
        )

    def _is_drawn(self, wanted: float, chance: Chance) -> bool:
        # Each fault has a stream of its own, so that another one beside it moves no draw.
        return chance.below(f"fault/{self.name}", _CHANCE_PARTS) < wanted * _CHANCE_PARTS

    def _passes(self, account: str | None, limit: Limit, now: int) -> bool:
        # Only what passes counts (ledger: rate_limit_window).
        passed = self._passed.setdefault(account, deque(maxlen=limit.requests))
        if len(passed) == limit.requests and now - passed[0] < limit.span_us:
            return False
        passed.append(now)
        return True


class FaultList:
    """The faults of a world, in the order in which they were added."""

    def __init__(self, faults: Sequence[Fault], *, now: int, rate_limited: bool) -> None:
        """`rate_limited` puts the vendor's own limit before all others; it is not listed."""
        self._rate_limit = PlacedFault("rate_limit", RATE_LIMIT, now) if rate_limited else None
        self._placed: dict[str, PlacedFault] = {}
        self._named = 0
        #: Told of the list whenever a fault was added or taken away.
        self.listeners: Listeners[FaultList] = Listeners()
        for fault in faults:
            self.add(fault, now)
        self._arrange()

    def copy(self) -> "FaultList":
        """An independent copy without listeners, counts included."""
        twin = FaultList((), now=0, rate_limited=False)
        twin._rate_limit = self._rate_limit and self._rate_limit.copy()
        twin._placed = {name: placed.copy() for name, placed in self._placed.items()}
        twin._named = self._named
        twin._arrange()
        return twin

    def begun_anew(self, now: int) -> "FaultList":
        """The same faults, which begin to count at this instant."""
        faults = tuple(placed.fault for placed in self)
        return FaultList(faults, now=now, rate_limited=self._rate_limit is not None)

    def __len__(self) -> int:
        return len(self._placed)

    def __iter__(self) -> Iterator[PlacedFault]:
        return iter(self._placed.values())

    def add(self, fault: Fault, now: int) -> PlacedFault:
        """Add a fault behind the others. No name is used twice until the world is reset."""
        self._named += 1
        placed = self._placed[f"fault-{self._named}"] = PlacedFault(f"fault-{self._named}", fault, now)
        self._arrange()
        return placed

    def remove(self, name: str) -> bool:
        """Remove a fault, if it is there."""
        removed = self._placed.pop(name, None) is not None
        self._arrange()
        return removed

    def clear(self) -> int:
        """Remove all; returns how many there were."""
        count = len(self._placed)
        self._placed.clear()
        self._arrange()
        return count

    def met_by(self, request: ApiRequest, now: int, chance: Chance) -> Sequence[PlacedFault]:
        """The faults that the request meets: any number that delay it, and then at most one that spoils the answer."""
        met = []
        for placed in self.asked:
            if placed.meets(request, now, chance):
                met.append(placed)
                if placed.fault.spoils:
                    break
        return met

    def _arrange(self) -> None:
        #: All faults to check, nearly always none, so that a request without faults costs next to nothing.
        self.asked = ([self._rate_limit] if self._rate_limit else []) + list(self._placed.values())
        self.listeners.tell(self)
