"""The smallest pool: how many numbers, of which countries, would have served the sessions in a world's journal.

The sessions are allocated once more, in the order of their creation and by the allocator's own rule, from a pool
that is never exhausted; what was used of it is what is needed. Creates that were refused are not in a journal, so
they do not count.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from msgspec import Struct, field

from masking_emulator.core.books.pool import Pool, Use, Wish
from masking_emulator.core.countries import calling_code
from masking_emulator.core.events import (
    CoolOffEnded,
    CoolOffStarted,
    Event,
    SessionCreated,
    SessionExpired,
    SessionRefreshed,
    SessionUpdated,
)
from masking_emulator.core.instants import written
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.sessions import Number, Session
from masking_emulator.core.refusals import Refused
from masking_emulator.core.work import Work
from masking_emulator.plivo.service import Account

#: Owner and calling code.
Group = tuple[int, int]


class Need(Struct):
    """What a group of numbers has to serve.

    `numbers` is how many were needed in all; of those, `taken` have a session or a cool-off now, and `sessions` are on
    them. `peak` is the most that were ever taken, first at `peak_at`, with `sessions_then` on them.
    """

    numbers: int = 0
    taken: int = 0
    sessions: int = 0
    peak: int = 0
    peak_at: int = 0
    sessions_then: int = 0


class _Rerun(Struct):
    """The sessions of a journal on a pool that grows with every need."""

    pool: Pool = field(default_factory=Pool)
    needs: dict[Group, Need] = field(default_factory=dict)
    placed: dict[str, Session] = field(default_factory=dict)
    busy: dict[str, dict[str, str]] = field(default_factory=dict)
    concurrent: Counter[str] = field(default_factory=Counter)
    busiest: tuple[int, str, int] = (0, "", 0)
    created: int = 0

    def take(self, event: Event) -> None:
        """What the event does to the pool."""
        match event:
            case SessionCreated(at=at, session=session):
                self.created += 1
                self._enter(session, at)
            case SessionRefreshed(at=at, session=session) | SessionUpdated(at=at, session=session):
                self._change(session, at)
            case SessionExpired(at=at, session=session):
                self._leave(session.uuid, at)
            case CoolOffStarted(at=at, cool_off=cool_off) if cool_off.session in self.placed:
                started = replace(cool_off, number=self.placed[cool_off.session].number)
                self._occupy(started.number, at, lambda: self.pool.start_cool_off(started))
            case CoolOffEnded(at=at, cool_off=cool_off) if cool_off.session in self.placed:
                ended = replace(cool_off, number=self.placed.pop(cool_off.session).number)
                self._occupy(ended.number, at, lambda: self.pool.end_cool_off(ended))
            case _:
                # A SessionNumberReplaced too: without bad numbers the pool would not have needed it.
                pass

    def _enter(self, session: Session, at: int) -> None:
        busy = {number: uuid for party in session.parties for uuid, number in self.busy.get(party, {}).items()}
        wish = Wish(session.pair, session.allocation.calling_code, session.needs_number_alone, busy)
        try:
            number, _ = self.pool.allocate(wish)
        except Refused:
            code = wish.calling_code or calling_code(session.first_party or session.second_party) or 0
            number = self._grow(session.owner, code)
        self._place(replace(session, number=number.digits), at)
        for party in session.parties:
            self.concurrent[party] += 1
            if self.concurrent[party] > self.busiest[0]:
                self.busiest = (self.concurrent[party], party, at)

    def _change(self, session: Session, at: int) -> None:
        before = self.placed.get(session.uuid)
        if before is None:  # the journal begins after its creation
            self._enter(session, at)
            return
        if before.parties != session.parties or before.pins != session.pins:
            self._leave(session.uuid, at)
            self._enter(replace(session, number=before.number), at)

    def _place(self, session: Session, at: int) -> None:
        self.placed[session.uuid] = session
        self._occupy(session.number, at, lambda: self.pool.enter(session))
        for party in session.parties:
            self.busy.setdefault(party, {})[session.uuid] = session.number

    def _leave(self, uuid: str, at: int) -> None:
        session = self.placed.get(uuid)
        if session is None:
            return
        self._occupy(session.number, at, lambda: self.pool.leave(session))
        for party in session.parties:
            self.busy[party].pop(uuid, None)
            self.concurrent[party] -= 1
        if not session.settings.cooloff_s:
            del self.placed[uuid]

    def _grow(self, owner: int, code: int) -> Number:
        need = self.needs.setdefault((owner, code), Need())
        number = Number(f"{code} number {need.numbers + 1} of {owner}", code, owner, place=len(self.pool))
        need.numbers += 1
        self.pool.add(number)
        return number

    def _occupy(self, digits: str, at: int, act: Callable[[], None]) -> None:
        """Change how a number is used, and note when its group has more numbers in use than ever before."""
        number = self.pool.get(digits)
        assert number is not None, "a session is on a number that the pool has"
        before = self.pool.use(digits)
        act()
        use, need = self.pool.use(digits), self.needs[number.owner, number.calling_code]
        need.taken += _is_taken(use) - _is_taken(before)
        need.sessions += use.sessions - before.sessions
        if need.taken > need.peak:
            need.peak, need.peak_at, need.sessions_then = need.taken, at, need.sessions


def _is_taken(use: Use) -> bool:
    return bool(use.sessions or use.cool_offs)


#: The note in a report on a journal that does not begin at the start of the run.
_INCOMPLETE: Final = "the journal no longer holds the beginning of the run (limits.journal_events_max)"


def pool_report(events: Iterable[Event], accounts: Sequence[Account], *, complete: bool) -> Work[dict[str, Any]]:
    """The work of a report on a journal. `complete` says whether it holds the run from its start."""
    rerun = _Rerun()
    for event in events:
        rerun.take(event)
        yield
    most, party, at = rerun.busiest
    report: dict[str, Any] = {
        "complete": complete,
        "sessions_created": rerun.created,
        "numbers_needed": sum(need.numbers for need in rerun.needs.values()),
        "numbers": [
            {
                "account": accounts[owner].auth_id,
                "calling_code": code,
                "needed": need.numbers,
                "most_taken_at_once": need.peak,
                "tightest_at": written(need.peak_at),
                "sessions_then": need.sessions_then,
            }
            for (owner, code), need in sorted(rerun.needs.items())
        ],
        "busiest_party": None
        if not most
        else {"party": f"+{party}", "sessions_at_once": most, "at": written(at), "vendors_formula": 2 * most - 1},
    }
    return report if complete else report | {"note": _INCOMPLETE}
