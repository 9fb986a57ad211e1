"""Lists of sessions: which of all that are remembered match a query, how many they are, and a page of them.

Most worlds are never asked for most kinds of list, so an index for a list is made when one first needs it, and kept
from then on. Kept from the start, these indexes took a fifth of a session's memory, and of an advance over 100,000
expiries a quarter. Of 100,000 sessions one is made in 30 to 90 ms, which is long work.
"""

# How a list is answered: each condition of the query names its candidates, as a span of one index, whose length is
# known without a walk. The shortest span is taken. If it is the only condition and its index decides it fully, the
# number of matches is the length of the span, and only the page has to be found: in an index in order of age it is a
# slice; else the candidates are sorted by age or, where they are very many, all sessions are gone through from the
# newest on until the page is full. In every other case each candidate of the shortest span is asked about all
# conditions, because the exact number of matches is part of the answer. So a list costs what its most selective
# condition costs.
#
# Which index answers what:
#
#     party                       in no order; it does not tell which of the two parties
#     number, owner               by number, by account; each in order of age
#     created, duration           by value; of equal values, the older session first
#     expires                     the same; the book itself needs it, so it is always there

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from functools import partial
from heapq import nlargest
from itertools import islice
from operator import attrgetter
from typing import Any, Final

from masking_emulator.core.books.index import AgeIndex, Candidates, Range, SortedIndex, spanned, whole
from masking_emulator.core.books.session_query import SessionQuery, with_liveness_as_range
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.work import Work, finished

#: Up to this many candidates are sorted by age. Of more, so many match that going through them in order is faster.
_RANKED_MAX = 20_000

#: So many entries are copied, or sessions taken in, before anybody asks whether a turn is over.
_COPIED_AT_ONCE = 1000

#: Of more sessions than these, which take 2 ms, an index is not made at once.
_MADE_AT_ONCE = 2000

_EVERYTHING: Final = Range()
_NO_SESSIONS: Final = AgeIndex()


class Unindexed(Exception):
    """A list needs an index that is not there, and to make it is long work. Once it is done, the list can be had.

    Nothing may change the sessions meanwhile.
    """

    def __init__(self, making: Work[None]) -> None:
        super().__init__("a list needs an index that is not there")
        self.making = making


class _Index(ABC):
    """UUIDs of sessions by what some condition of a query asks for: their `key`."""

    __slots__ = ("_key",)

    def __init__(self, key: Callable[[Session], Any]) -> None:
        self._key = key

    @abstractmethod
    def of(self, wanted: Any) -> Candidates:
        """The sessions of which this is wanted."""

    def filling(self, sessions: Collection[Session]) -> Work[None]:
        """The work of taking in sessions, oldest first, where there are none."""
        for count, session in enumerate(sessions):
            self.enter(session)
            if not count % _COPIED_AT_ONCE:
                yield

    @abstractmethod
    def enter(self, session: Session) -> None:
        """Take in a new session."""

    @abstractmethod
    def leave(self, session: Session) -> None:
        """Take a session out, which is there with this record."""

    def move(self, before: Session, session: Session) -> None:
        """Put a session where another record of it belongs."""
        if self._key(before) != self._key(session):
            self.leave(before)
            self.enter(session)

    @abstractmethod
    def copying(self) -> Work["_Index"]:
        """The work of an independent copy."""


class _ByParty(_Index):
    __slots__ = ("_of",)

    def __init__(self, key: Callable[[Session], Any]) -> None:
        super().__init__(key)
        # Most parties are in one session. A tuple of one takes 48 bytes, and a list 88.
        self._of: dict[str, tuple[str] | list[str]] = {}

    def of(self, wanted: str) -> Candidates:
        uuids = self._of.get(wanted, ())
        return Candidates(uuids, 0, len(uuids), oldest_first=False, is_exact=False)

    def enter(self, session: Session) -> None:
        only = (session.uuid,)
        for party in session.parties:
            known = self._of.setdefault(party, only)
            if isinstance(known, list):
                known.append(session.uuid)
            elif known is not only:
                self._of[party] = [*known, session.uuid]

    def leave(self, session: Session) -> None:
        for party in session.parties:
            known = self._of[party]
            if len(known) == 1:
                del self._of[party]
            else:
                assert isinstance(known, list), "a party of several sessions has a list"
                known.remove(session.uuid)

    def copying(self) -> Work["_ByParty"]:
        twin = _ByParty(self._key)
        for party, uuids in self._of.items():
            twin._of[party] = uuids if isinstance(uuids, tuple) else uuids.copy()
            if not len(twin._of) % _COPIED_AT_ONCE:
                yield
        return twin


class _ByKey(_Index):
    __slots__ = ("_of",)

    def __init__(self, key: Callable[[Session], Any]) -> None:
        super().__init__(key)
        self._of: defaultdict[Hashable, AgeIndex] = defaultdict(AgeIndex)

    def of(self, wanted: Hashable) -> Candidates:
        return whole(self._of.get(wanted, _NO_SESSIONS))

    def enter(self, session: Session) -> None:
        self._of[self._key(session)].add(session.ordinal, session.uuid)

    def leave(self, session: Session) -> None:
        self._of[self._key(session)].remove(session.uuid)

    def copying(self) -> Work["_ByKey"]:
        twin = _ByKey(self._key)
        for key, index in self._of.items():
            twin._of[key] = index.copy()
            yield
        return twin


class _ByValue(_Index):
    __slots__ = ("_index", "_is_age")

    def __init__(self, key: Callable[[Session], Any], *, is_age: bool) -> None:
        super().__init__(key)
        self._is_age = is_age
        self._index = SortedIndex()

    def of(self, wanted: Range) -> Candidates:
        return spanned(self._index, wanted, oldest_first=self._is_age)

    def filling(self, sessions: Collection[Session]) -> Work[None]:
        uuids = {session.ordinal: session.uuid for session in sessions}
        yield
        yield from self._index.filling(map(self._key, sessions), uuids)

    def enter(self, session: Session) -> None:
        self._index.add(self._key(session), session.ordinal, session.uuid)

    def leave(self, session: Session) -> None:
        self._index.remove(self._key(session), session.ordinal)

    def copying(self) -> Work["_ByValue"]:
        twin = _ByValue(self._key, is_age=self._is_age)
        twin._index = self._index.copy()
        yield
        return twin


_INDEXES: Final[Mapping[str, Callable[[], _Index]]] = {
    "party": partial(_ByParty, attrgetter("parties")),
    "number": partial(_ByKey, attrgetter("number")),
    "owner": partial(_ByKey, attrgetter("owner")),
    "created": partial(_ByValue, attrgetter("created_at"), is_age=True),
    "duration": partial(_ByValue, attrgetter("duration_s"), is_age=False),
}


class SessionLists:
    """Lists of the sessions of a book, to which the sessions and the index of their expiries belong."""

    def __init__(self, sessions: dict[str, Session], expires: SortedIndex) -> None:
        self._sessions = sessions
        self._expires = expires
        self._indexes: dict[str, _Index] = {}

    def copying(self, sessions: dict[str, Session], expires: SortedIndex) -> Work["SessionLists"]:
        """The work of an independent copy, of copies of sessions and expiries."""
        twin = SessionLists(sessions, expires)
        for name, index in list(self._indexes.items()):
            twin._indexes[name] = yield from index.copying()
        return twin

    def enter(self, session: Session) -> None:
        """A session is new in the book."""
        for index in self._indexes.values():
            index.enter(session)

    def move(self, before: Session, session: Session) -> None:
        """A session has another record."""
        for index in self._indexes.values():
            index.move(before, session)

    def leave(self, session: Session) -> None:
        """A session is in the book no more."""
        for index in self._indexes.values():
            index.leave(session)

    def on_number(self, number: str) -> Iterable[Session]:
        """The sessions on a number, live and ended, oldest first."""
        return self._of(self._index("number", at_once=True).of(number))

    def select(self, query: SessionQuery, now: int, *, live_count: int) -> tuple[int, list[Session]]:
        """How many sessions match at `now`, and the wanted page of them, newest first. Raises Unindexed.

        `live_count` is how many live. The fewest candidates that one index gives are looked at; where one index settles
        the matter, only the page itself is.
        """
        # Where no session waits for its calls, each lives exactly until its expiry: liveness is a range of that index.
        by_expiry = query.live is None or spanned(self._expires, Range(now + 1, None)).count == live_count
        if by_expiry:
            query = with_liveness_as_range(query, now)
        conditions = self._conditions(query)
        if not conditions and by_expiry:
            return len(self._sessions), list(islice(self._newest_first(), query.offset, query.offset + query.limit))
        fewest = min(conditions, key=lambda candidates: candidates.count, default=None)
        if fewest is None or len(conditions) > 1 or not (fewest.is_exact and by_expiry):
            found = [s for s in (self._sessions.values() if fewest is None else self._of(fewest)) if query.accepts(s)]
            page = nlargest(query.offset + query.limit, found, key=lambda s: s.ordinal)
            return len(found), page[query.offset :]
        return fewest.count, self._page(fewest, query)

    def _conditions(self, query: SessionQuery) -> list[Candidates]:
        conditions = [
            self._index("party").of(party) for party in (query.first_party, query.second_party) if party is not None
        ]
        if query.number is not None:
            conditions.append(self._index("number").of(query.number))
        if query.owner is not None:
            conditions.append(self._index("owner").of(query.owner))
        ranges = []
        if not self._all_created_in(query.created):
            ranges.append(self._index("created").of(query.created))
        if query.expires != _EVERYTHING:
            ranges.append(spanned(self._expires, query.expires))
        if query.duration != _EVERYTHING:
            ranges.append(self._index("duration").of(query.duration))
        # A range that holds everything decides nothing.
        return conditions + [candidates for candidates in ranges if candidates.count < len(self._sessions)]

    def _all_created_in(self, wanted: Range) -> bool:
        ends = (iter(self._sessions.values()), reversed(self._sessions.values()))
        return all(session.created_at in wanted for end in ends for session in islice(end, 1))

    def _index(self, name: str, *, at_once: bool = False) -> _Index:
        if name not in self._indexes:
            making = self._making(name)
            if not at_once and len(self._sessions) > _MADE_AT_ONCE:
                raise Unindexed(making)
            finished(making)
        return self._indexes[name]

    def _making(self, name: str) -> Work[None]:
        if name in self._indexes:  # another list, which waited for the same, was first
            return
        index = _INDEXES[name]()
        yield from index.filling(self._sessions.values())
        self._indexes[name] = index

    def _of(self, candidates: Candidates) -> Iterable[Session]:
        return map(self._sessions.__getitem__, candidates.uuids[candidates.start : candidates.stop])

    def _newest_first(self) -> Iterable[Session]:
        return reversed(self._sessions.values())

    def _page(self, candidates: Candidates, query: SessionQuery) -> list[Session]:
        end = query.offset + query.limit
        if candidates.oldest_first:
            newest = candidates.stop - query.offset
            uuids = candidates.uuids[max(candidates.start, newest - query.limit) : max(candidates.start, newest)]
            return [self._sessions[uuid] for uuid in reversed(uuids)]
        if candidates.count <= _RANKED_MAX:
            ranked = nlargest(end, self._of(candidates), key=lambda session: session.ordinal)
            return ranked[query.offset :]
        return list(islice(filter(query.accepts, self._newest_first()), query.offset, end))
