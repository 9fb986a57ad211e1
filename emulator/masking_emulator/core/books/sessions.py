"""The book of sessions: every session by UUID, with an index for each way in which sessions are looked up.

Sessions come in by `put`, and the indexes are a function of the records. Reading changes nothing.
"""

# How the book works.
#
# A session is one immutable record. The book has the newest record of each session under its UUID; everything else in
# it is an index: a way to find UUIDs without looking at every session. A world may hold a quarter of a million live
# sessions, and a create, a call or a list must not become slower for it.
#
# The indexes are a function of the records. `put` compares the record that comes with the one before it and moves the
# session only in those indexes for which the difference matters. An index holds UUIDs and never records, so replacing a
# record cannot leave an old one behind somewhere. `renew` replaces a record in which nothing changed that an index
# looks at, and `forget` takes sessions out. Nothing else writes; the first list of a kind makes its index.
#
# These indexes answer what is asked when calls and creates are decided, so they have live sessions only:
#
#     _live_of         party               the sessions that a person is in
#     _pin_holders     number and PIN      whose PIN that is; numbers that a session has left included
#     _with_pins_on    number              who is asked for a PIN there
#     _announcing_on   number              whose message an unknown caller hears
#
# `_expires` has all sessions by the instant of their expiry. The other indexes of all that are remembered, live and
# ended, are those of the lists (session_lists.py).
#
# What makes this sound:
#
# 1. `ordinal` counts sessions in the order of their creation, and a session keeps it. Instants of creation never
#    decrease, so "in order of created_at", "in order of ordinal" and "in the order in which they entered the dict" are
#    the same order. That is why a page of the newest is a slice from the end.
# 2. A session that has ended never lives again, and its record changes only in what its calls left (`renew`), which no
#    index looks at. So an end takes it out of the live indexes once, and nothing puts it back.
# 3. An ended session's expiry is not in the future: a deletion moves it to the instant of the deletion. So the sessions
#    whose expiry is to come all live. The reverse is nearly true: only a session whose expiry came during a call may
#    live on, and only where the rules let it wait for the call's end.
# 4. From 3 follows how "live" is looked up. Where as many sessions live as have their expiry to come, the two are the
#    same sessions, and liveness is a range of `_expires`. Where more live, some wait for their calls, and each
#    candidate is asked.

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import islice
from operator import attrgetter
from typing import TypeVar

from masking_emulator.core.books.index import AgeIndex, SortedIndex
from masking_emulator.core.books.session_lists import SessionLists
from masking_emulator.core.books.session_query import SessionQuery
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.work import Work

#: So many sessions are filled in before anybody asks whether a turn is over.
_FILLED_AT_ONCE = 1000

_Key = TypeVar("_Key", bound=Hashable)


class SessionBook:
    """All sessions that are remembered."""

    def __init__(self, sessions: dict[str, Session] | None = None) -> None:
        """`sessions` are those of another book, whose copy this one becomes."""
        self._sessions: dict[str, Session] = {} if sessions is None else sessions
        #: UUID → the session of this UUID, live or ended; None where there is none.
        self.get: Callable[[str], Session | None] = self._sessions.get
        self._live_of: dict[str, tuple[str, ...]] = {}
        self._pin_holders: dict[tuple[str, str], tuple[str, ...]] = {}
        self._with_pins_on: defaultdict[str, AgeIndex] = defaultdict(AgeIndex)
        self._announcing_on: defaultdict[str, AgeIndex] = defaultdict(AgeIndex)
        self._expires = SortedIndex()
        self._lists = SessionLists(self._sessions, self._expires)
        self.live_count = 0

    def copying(self) -> Work["SessionBook"]:
        """The work of an independent copy; the records are immutable and shared."""
        twin = SessionBook(self._sessions.copy())
        yield
        twin._live_of = self._live_of.copy()
        yield
        for mine, of_twin in self._parallel(twin):
            for key, index in mine.items():
                of_twin[key] = index.copy()
                yield
        twin._pin_holders = self._pin_holders.copy()
        yield
        twin._expires = self._expires.copy()
        yield
        twin._lists = yield from self._lists.copying(twin._sessions, twin._expires)
        twin.live_count = self.live_count
        return twin

    def _parallel(self, twin: "SessionBook") -> Sequence[tuple[dict[str, AgeIndex], dict[str, AgeIndex]]]:
        return (self._with_pins_on, twin._with_pins_on), (self._announcing_on, twin._announcing_on)

    def __len__(self) -> int:
        return len(self._sessions)

    def all(self) -> Iterable[Session]:
        """Every session, oldest first."""
        return self._sessions.values()

    def live_of(self, party: str) -> list[Session]:
        """The live sessions of a party, oldest first."""
        return [self._sessions[uuid] for uuid in self._live_of.get(party, ())]

    def pin_taken(self, number: str, pin: str) -> bool:
        """Whether a live session that is or was on this number uses the PIN."""
        return (number, pin) in self._pin_holders

    def live_on(self, number: str) -> list[Session]:
        """The live sessions on a number, oldest first. Looks at every session on it that is remembered."""
        return [session for session in self._lists.on_number(number) if session.is_live]

    def newest_with_pins(self, number: str, now: int) -> Session | None:
        """The session with PIN authentication on this number that was created last and takes calls at `now`."""
        return self._newest(self._with_pins_on.get(number, ()), now)

    def newest_with_pin(self, number: str, pin: str, now: int) -> Session | None:
        """The session that is or was on this number, uses the PIN and takes calls at `now`; of several the newest."""
        return self._newest(self._pin_holders.get((number, pin), ()), now)

    def newest_announcing(self, number: str, now: int) -> Session | None:
        """The session without PIN on this number, with a message for unknown callers, created last, taking calls."""
        return self._newest(self._announcing_on.get(number, ()), now)

    def ended_oldest(self, count: int) -> tuple[str, ...]:
        """UUIDs of the `count` ended sessions, without running calls, that ended first."""
        # An ended session ended at its `expires_at`, so they stand before all live ones but those that wait for calls.
        sessions = map(self._sessions.__getitem__, self._expires)
        ended = (session.uuid for session in sessions if not (session.is_live or session.running))
        return tuple(islice(ended, count))

    def put(self, session: Session) -> Session | None:
        """Store a record in place of the one before it, which is returned."""
        before = self._sessions.get(session.uuid)
        self._sessions[session.uuid] = session
        if before is None:
            self._expires.add(session.expires_at, session.ordinal, session.uuid)
            self._link(session)
            self._lists.enter(session)
        else:
            self._move(before, session)
        return before

    def filling(self, sessions: Sequence[Session]) -> Work[None]:
        """The work of putting sessions, oldest first, into this book, which is empty."""
        self._sessions.update(zip(map(attrgetter("uuid"), sessions), sessions, strict=True))
        for count, session in enumerate(sessions):
            self._link(session)
            if not count % _FILLED_AT_ONCE:
                yield
        uuids = {session.ordinal: session.uuid for session in sessions}
        yield
        yield from self._expires.filling(map(attrgetter("expires_at"), sessions), uuids)

    def renew(self, session: Session) -> None:
        """Store a record in which only the status and what its calls left changed, so every index stays as it is."""
        self._sessions[session.uuid] = session

    def forget(self, uuids: Sequence[str]) -> None:
        """Drop ended sessions."""
        for uuid in uuids:
            session = self._sessions.pop(uuid)
            self._expires.remove(session.expires_at, session.ordinal)
            self._lists.leave(session)

    def select(self, query: SessionQuery, now: int) -> tuple[int, list[Session]]:
        """How many sessions match at `now`, and the wanted page of them, newest first. Raises Unindexed."""
        return self._lists.select(query, now, live_count=self.live_count)

    def _link(self, session: Session) -> None:
        """Let calls and creates find a session that is new, if it lives."""
        if session.is_live:
            self._link_parties(session)
            self._link_number(session)
            self.live_count += 1

    def _move(self, before: Session, session: Session) -> None:
        if before.expires_at != session.expires_at:
            self._expires.remove(before.expires_at, before.ordinal)
            self._expires.add(session.expires_at, session.ordinal, session.uuid)
        if session.is_live:
            if before.parties != session.parties:
                _discard(self._live_of, before.parties, before.uuid)
                self._link_parties(session)
            if _number_key(before) != _number_key(session):
                self._unlink_number(before)
                self._link_number(session)
        elif before.is_live:
            _discard(self._live_of, before.parties, before.uuid)
            self._unlink_number(before)
            self.live_count -= 1
        self._lists.move(before, session)

    def _link_parties(self, session: Session) -> None:
        only = (session.uuid,)
        for party in session.parties:
            uuids = self._live_of.setdefault(party, only)
            if uuids is not only:
                self._live_of[party] = self._with(uuids, session)

    def _link_number(self, session: Session) -> None:
        """Let calls to the session's number find it by PIN, or by its message for unknown callers."""
        if session.pins is None and not session.settings.unknown_caller_play:
            return
        for key in _pin_keys(session):
            self._pin_holders[key] = self._with(self._pin_holders.get(key, ()), session)
        index = self._index_for_strangers(session)
        if index is not None:
            index[session.number].add(session.ordinal, session.uuid)

    def _unlink_number(self, session: Session) -> None:
        if session.pins is None and not session.settings.unknown_caller_play:
            return
        _discard(self._pin_holders, _pin_keys(session), session.uuid)
        index = self._index_for_strangers(session)
        if index is not None:
            index[session.number].remove(session.uuid)

    def _index_for_strangers(self, session: Session) -> defaultdict[str, AgeIndex] | None:
        if session.pins is not None:
            return self._with_pins_on
        return self._announcing_on if session.settings.unknown_caller_play else None

    def _with(self, uuids: tuple[str, ...], session: Session) -> tuple[str, ...]:
        """The sessions and one more, oldest first: an update may bring in one that is older than the others."""
        joined = (*uuids, session.uuid)
        if uuids and self._sessions[uuids[-1]].ordinal > session.ordinal:
            return tuple(sorted(joined, key=lambda uuid: self._sessions[uuid].ordinal))
        return joined

    def _newest(self, by_age: Sequence[str] | AgeIndex, now: int) -> Session | None:
        newest_first = map(self._sessions.__getitem__, reversed(by_age))
        return next((session for session in newest_first if not session.is_due(now)), None)


def _number_key(session: Session) -> tuple[object, ...]:
    """What decides which calls to the number find the session without knowing the caller."""
    return (session.number, session.pins, session.settings.unknown_caller_play)


def _pin_keys(session: Session) -> Sequence[tuple[str, str]]:
    """Number and PIN by which a caller may find the session: also by a number that it had when they dialled it."""
    if session.pins is None:
        return ()
    return [
        (number, pin) for number in (session.number, *session.left) for pin in (session.pins.first, session.pins.second)
    ]


def _discard(index: dict[_Key, tuple[str, ...]], keys: Iterable[_Key], uuid: str) -> None:
    for key in keys:
        known = index.pop(key)
        if len(known) > 1:
            index[key] = tuple(other for other in known if other != uuid)
