"""The number pool: which virtual number a session gets, and when it may be used again.

A number serves many sessions at once as long as no party stands in two of them, because a call finds its
session by (caller, number). Allocation takes the first number in pool order that fits; numbers are not rotated.
A recorded trace of 19 sessions comes out so (ledger: pool_order, party_blocks_number).

What a group of numbers can offer is kept ready, so the size of the pool does not matter to a create.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from masking_emulator.core.records.base import Record, replace
from masking_emulator.core.records.sessions import Allocation, Candidate, CoolOff, DropReason, Number, Pair, Session
from masking_emulator.core.refusals import Reason, Refused

#: Of the numbers that an allocation passed over, this many are named; the rest are counted.
DROPPED_LISTED_MAX = 50

#: Owner and calling code; None holds the owner's numbers of every country.
_GroupKey = tuple[int, int | None]


class Use(Record):
    """How a number is used now: its live sessions, the one that needs it for itself alone, and its cool-offs.

    A suspended number gets no session any more.
    """

    sessions: int = 0
    exclusive: str | None = None
    cool_offs: tuple[CoolOff, ...] = ()
    suspended: bool = False

    @property
    def open(self) -> bool:
        """Whether the number may be given to a session of any pair."""
        return self.exclusive is None and not self.cool_offs and not self.suspended

    @property
    def empty(self) -> bool:
        """Whether the number may be given to a session that needs it for itself alone."""
        return self.open and self.sessions == 0


class Wish(Record):
    """What a session needs of the pool: the owner, the country (None: any), and the numbers to avoid.

    `busy` has each number on which one of the parties already is, with the session that it is in there.
    """

    pair: Pair
    calling_code: int | None
    alone: bool
    busy: dict[str, str]

    def avoids(self, number: str) -> bool:
        """Whether a party has the number, or is on it already."""
        return number in self.busy or number in self.pair


_UNUSED = Use()


class _Group:
    """Places of the numbers of one owner and country: all, those open to any pair, those without sessions."""

    __slots__ = ("all", "empty", "open")

    def __init__(self) -> None:
        self.all: list[int] = []
        self.open: list[int] = []
        self.empty: list[int] = []

    def copy(self) -> "_Group":
        twin = _Group()
        twin.all, twin.open, twin.empty = self.all.copy(), self.open.copy(), self.empty.copy()
        return twin


class Pool:
    """The numbers of a world and how each is used."""

    def __init__(self) -> None:
        self._numbers: dict[str, Number] = {}
        self._by_place: list[Number] = []
        self._uses: dict[str, Use] = {}
        self._groups: dict[_GroupKey, _Group] = {}
        self._cooling_for: dict[Pair, tuple[int, ...]] = {}

    def copy(self) -> "Pool":
        """An independent copy; the records are immutable and shared."""
        twin = Pool()
        twin._numbers = self._numbers.copy()
        twin._by_place = self._by_place.copy()
        twin._uses = self._uses.copy()
        twin._groups = {key: group.copy() for key, group in self._groups.items()}
        twin._cooling_for = self._cooling_for.copy()
        return twin

    def __len__(self) -> int:
        return len(self._by_place)

    def __contains__(self, digits: str) -> bool:
        return digits in self._numbers

    def get(self, digits: str) -> Number | None:
        """The number of these digits."""
        return self._numbers.get(digits)

    def numbers(self) -> Iterable[Number]:
        """Every number, in allocation order."""
        return self._by_place

    def use(self, digits: str) -> Use:
        """How a number is used now."""
        return self._uses.get(digits, _UNUSED)

    def uses(self) -> Mapping[str, Use]:
        """How the numbers are used that have been used at all, as it stands now."""
        return self._uses.copy()

    def add(self, number: Number) -> None:
        """Put a number at the end of the pool; its place must be the next one."""
        self._numbers[number.digits] = number
        self._by_place.append(number)
        for group in self._groups_of(number):
            for places in (group.all, group.open, group.empty):
                places.append(number.place)

    def allocate(self, wish: Wish) -> tuple[Number, Allocation]:
        """The number that this session gets, and why that one.

        Raises Refused(POOL_EXHAUSTED, dropped=…, dropped_unlisted=…) where none fits.
        """
        owner = wish.pair[0]
        group = self._groups.get((owner, wish.calling_code), _Group())
        place = self._first_fit(group, wish)
        passed = len(group.all) if place is None else bisect_left(group.all, place)
        dropped = tuple(self._why_not(self._by_place[p], wish) for p in group.all[: min(passed, DROPPED_LISTED_MAX)])
        if place is None:
            raise Refused(
                Reason.POOL_EXHAUSTED,
                calling_code=wish.calling_code,
                dropped=dropped,
                dropped_unlisted=passed - len(dropped),
            )
        allocation = Allocation(owner, wish.calling_code, wish.alone, dropped, passed - len(dropped), len(self))
        return self._by_place[place], allocation

    def enter(self, session: Session) -> None:
        """Note that a live session uses its number."""
        use = self.use(session.number)
        exclusive = session.uuid if session.needs_number_alone else use.exclusive
        self._set_sessions(session.number, use, use.sessions + 1, exclusive)

    def fill(self, sessions: Collection[Session]) -> None:
        """Note that live sessions use their numbers, on which there are no others."""
        counts = Counter(session.number for session in sessions)
        alone = {session.number: session.uuid for session in sessions if session.needs_number_alone}
        for digits, count in counts.items():
            use = self.use(digits)
            self._set(digits, Use(count, alone.get(digits), use.cool_offs, use.suspended))

    def leave(self, session: Session) -> None:
        """Note that a session uses its number no longer."""
        use = self.use(session.number)
        exclusive = None if use.exclusive == session.uuid else use.exclusive
        self._set_sessions(session.number, use, use.sessions - 1, exclusive)

    def suspend(self, digits: str) -> None:
        """Note that a number is given to no session any more."""
        self._set(digits, replace(self.use(digits), suspended=True))

    def start_cool_off(self, cool_off: CoolOff) -> None:
        """Note that a number begins to cool off."""
        use = self.use(cool_off.number)
        place = self._numbers[cool_off.number].place
        self._cooling_for[cool_off.pair] = (*self._cooling_for.get(cool_off.pair, ()), place)
        self._set(cool_off.number, replace(use, cool_offs=(*use.cool_offs, cool_off)))

    def end_cool_off(self, cool_off: CoolOff) -> None:
        """Note that a cool-off is over."""
        use = self.use(cool_off.number)
        places = list(self._cooling_for.pop(cool_off.pair))
        places.remove(self._numbers[cool_off.number].place)
        if places:
            self._cooling_for[cool_off.pair] = tuple(places)
        self._set(cool_off.number, replace(use, cool_offs=tuple(other for other in use.cool_offs if other != cool_off)))

    def find_cool_off(self, number: str, session: str) -> CoolOff:
        """The cool-off of this number after this session; it must be running."""
        return next(cool_off for cool_off in self.use(number).cool_offs if cool_off.session == session)

    def _first_fit(self, group: _Group, wish: Wish) -> int | None:
        free = group.empty if wish.alone else group.open
        place = next((p for p in free if not wish.avoids(self._by_place[p].digits)), None)
        own = [p for p in self._cooling_for.get(wish.pair, ()) if self._fits_again(p, group, wish)]
        return min((p for p in (place, *own) if p is not None), default=None)

    def _fits_again(self, place: int, group: _Group, wish: Wish) -> bool:
        # Cool-off keeps a number from "a different session": the same pair may have it back at once
        # (ledger: cooloff_same_pair).
        if not _contains(group.all, place):
            return False
        return self._obstacle(self._by_place[place], wish) is None

    def _why_not(self, number: Number, wish: Wish) -> Candidate:
        obstacle = self._obstacle(number, wish)
        assert obstacle is not None, "allocation passed over a number that fits"
        return obstacle

    def _obstacle(self, number: Number, wish: Wish) -> Candidate | None:
        """Why the number cannot be given to this session; None where it can."""
        use = self.use(number.digits)
        if use.suspended:
            return Candidate(number.digits, DropReason.SUSPENDED)
        if use.exclusive is not None:
            return Candidate(number.digits, DropReason.EXCLUSIVE, session=use.exclusive)
        foreign = [cool_off for cool_off in use.cool_offs if cool_off.pair != wish.pair]
        if foreign:
            last = max(foreign, key=lambda cool_off: cool_off.until)
            return Candidate(number.digits, DropReason.COOLING, session=last.session, until=last.until)
        if number.digits in wish.pair:
            return Candidate(number.digits, DropReason.OWN_NUMBER)
        if number.digits in wish.busy:
            return Candidate(number.digits, DropReason.PARTY_BUSY, session=wish.busy[number.digits])
        if wish.alone and use.sessions:
            return Candidate(number.digits, DropReason.OCCUPIED)
        return None

    def _groups_of(self, number: Number) -> Collection[_Group]:
        keys: tuple[_GroupKey, _GroupKey] = ((number.owner, number.calling_code), (number.owner, None))
        return [self._groups.setdefault(key, _Group()) for key in keys]

    def _set_sessions(self, digits: str, before: Use, sessions: int, exclusive: str | None) -> None:
        use = Use(sessions, exclusive, before.cool_offs, before.suspended)
        if sessions and before.sessions and exclusive == before.exclusive:
            self._uses[digits] = use  # it is as open as before, and as empty
        else:
            self._set(digits, use)

    def _set(self, digits: str, use: Use) -> None:
        before = self.use(digits)
        self._uses[digits] = use
        number = self._numbers[digits]
        for group in self._groups_of(number):
            _mark(group.open, number.place, was=before.open, now=use.open)
            _mark(group.empty, number.place, was=before.empty, now=use.empty)


def _mark(places: list[int], place: int, *, was: bool, now: bool) -> None:
    if now and not was:
        insort(places, place)
    elif was and not now:
        del places[bisect_left(places, place)]


def _contains(places: list[int], place: int) -> bool:
    at = bisect_left(places, place)
    return at < len(places) and places[at] == place
