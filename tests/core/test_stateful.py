"""The engine under random commands, against a model of plain lists.

The model says the rules once more, with linear scans: which number a create gets or why it is refused, and what
becomes of each session. What must hold whatever was done is checked after every step.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import combinations, permutations
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from emulator.core.book import Query
from emulator.core.commands import (
    AddNumber,
    Command,
    CreateSession,
    DeleteSession,
    PinWish,
    ReleaseNumber,
    TimeOutSession,
    UpdateSession,
)
from emulator.core.events import Ending, Event, SessionCreated, SessionExpired
from emulator.core.index import Range
from emulator.core.instants import SECOND_US
from emulator.core.numbering import calling_code
from emulator.core.records import Pair, Session
from emulator.core.refusals import Reason, Refused
from emulator.core.state import State
from tests.core.play import (
    ANNA,
    BEN,
    CARA,
    DELHI,
    RAVI,
    RULES,
    SEED,
    SETTINGS,
    START,
    A,
    B,
    C,
    World,
    creation,
    naive_select,
    picture,
    pin_wish,
)

_RULES: Final = replace(RULES, sessions_live_max=6, numbers_max=8)

_PEOPLE: Final = st.sampled_from([ANNA, BEN, CARA, RAVI])
_PAIRS: Final = st.sampled_from([*permutations([ANNA, BEN, CARA, RAVI, ""], 2), (ANNA, ANNA)])
_OWNERS: Final = st.sampled_from([0, 0, 0, 1])
_CALLERS: Final = st.sampled_from([None, None, 0, 1])
_EXPIRIES: Final = st.sampled_from([60, 61, 300])
_COOLOFFS: Final = st.sampled_from([0, 0, 30, 90])
_WAITS: Final = st.sampled_from([0, 1, 500_000, 30 * SECOND_US, 60 * SECOND_US, 3600 * SECOND_US])
_PINS: Final = st.sampled_from(
    [None, None, pin_wish(length=1), pin_wish("1", length=1), pin_wish("1", "2"), pin_wish("1", "1")]
)
_NEW_NUMBERS: Final = st.sampled_from([A, *(f"1415555019{digit}" for digit in range(9)), "911155550190"])
_RANGES: Final = st.sampled_from(
    [Range(), Range(), Range(low=START + 60 * SECOND_US), Range(high=START + 60 * SECOND_US)]
)


@dataclass
class _Known:
    """A session as the model knows it."""

    owner: int
    first: str
    second: str
    number: str
    expires_at: int
    cooloff_s: int
    single_party: bool
    pins: set[str]
    live: bool = True

    @property
    def pair(self) -> Pair:
        return (self.owner, self.first, self.second)

    @property
    def parties(self) -> set[str]:
        return {self.first, self.second} - {""}

    @property
    def alone(self) -> bool:
        return not self.pins and len(self.parties) == 1


@dataclass
class _Model:
    """Sessions, numbers in pool order with owner and calling code, and holds (number, pair, until)."""

    now: int = START
    sessions: dict[str, _Known] = field(default_factory=dict)
    numbers: list[tuple[str, int, int]] = field(default_factory=list)
    holds: list[tuple[str, Pair, int]] = field(default_factory=list)

    def live(self) -> list[_Known]:
        return [session for session in self.sessions.values() if session.live]

    def on(self, number: str) -> list[_Known]:
        return [session for session in self.live() if session.number == number]

    def live_pair(self, pair: Pair) -> _Known | None:
        return next((session for session in self.live() if session.pair == pair), None)

    def create(self, wish: CreateSession) -> str | Reason:
        """The number that this create must get, or the reason for which it must be refused."""
        if wish.first_party == wish.second_party:
            return Reason.PARTIES_EQUAL
        if wish.pins and wish.pins.first and wish.pins.first == wish.pins.second:
            return Reason.PINS_EQUAL
        known = self.live_pair((wish.owner, wish.first_party, wish.second_party))
        if known is None and len(self.live()) >= _RULES.sessions_live_max:
            return Reason.SESSIONS_FULL
        alone = wish.pins is None and "" in (wish.first_party, wish.second_party)
        if known is not None:
            number = None if alone and len(self.on(known.number)) > 1 else known.number
        else:
            number = next((n for n, owner, code in self.numbers if self._fits(n, owner, code, wish)), None)
        return number or Reason.POOL_EXHAUSTED

    def _fits(self, number: str, owner: int, code: int, wish: CreateSession) -> bool:
        parties = {wish.first_party, wish.second_party} - {""}
        pair = (wish.owner, wish.first_party, wish.second_party)
        there = self.on(number)
        return (
            owner == wish.owner
            and (not wish.geomatch or code == calling_code(wish.first_party or wish.second_party))
            and not any(session.alone or session.parties & parties for session in there)
            and not any(held == number and holder != pair for held, holder, _ in self.holds)
            and not (wish.pins is None and len(parties) == 1 and there)
        )

    def update(self, uuid: str, caller: int | None, first: str | None, second: str | None) -> Reason | None:
        """The reason for which this update must be refused; None where it must not."""
        session = self.sessions[uuid]
        pair = (session.owner, first or session.first, second or session.second)
        joining = {pair[1], pair[2]} - session.parties
        if (reason := self.end(uuid, caller)) is not None:
            return reason
        if pair == session.pair:
            return None
        if not session.single_party:
            return Reason.PARTY_FIXED
        if pair[1] == pair[2]:
            return Reason.PARTIES_EQUAL
        if any(joining & other.parties for other in self.on(session.number)):
            return Reason.PARTY_BUSY
        return Reason.PAIR_BUSY if self.live_pair(pair) else None

    def end(self, uuid: str, caller: int | None) -> Reason | None:
        """The reason for which this session must not be ended; None where it may."""
        if caller not in (None, self.sessions[uuid].owner):
            return Reason.SESSION_NOT_FOUND
        return None if self.sessions[uuid].live else Reason.SESSION_EXPIRED

    def ended(self, session: _Known, at: int) -> None:
        session.live, session.expires_at = False, at
        if session.cooloff_s:
            self.holds.append((session.number, session.pair, at + session.cooloff_s * SECOND_US))

    def wait(self, microseconds: int) -> None:
        self.now += microseconds
        for session in self.live():
            if session.expires_at <= self.now:
                self.ended(session, session.expires_at)
        self.holds = [hold for hold in self.holds if hold[2] > self.now]


class EngineMachine(RuleBasedStateMachine):
    """World and model do the same; `mirror` is a state that only absorbs the events."""

    sessions: Bundle[str] = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.world = World(rules=_RULES)
        self.model = _Model()
        self.mirror = State(_RULES, SEED)
        self.ended: dict[str, Session] = {}
        self.last_at = START
        for number, owner in ((A, 0), (DELHI, 0), (C, 1), (B, 0)):
            self.add_number(number, owner)

    @rule(
        target=sessions,
        owner=_OWNERS,
        pair=_PAIRS,
        geomatch=st.booleans(),
        expiry_s=_EXPIRIES,
        cooloff_s=_COOLOFFS,
        pins=_PINS,
    )
    def create(
        self,
        owner: int,
        pair: tuple[str, str],
        geomatch: bool,  # noqa: FBT001
        expiry_s: int,
        cooloff_s: int,
        pins: PinWish | None,
    ) -> str | MultipleResults[str]:
        before = set(self.model.sessions)
        uuid = self._create(
            creation(*pair, owner=owner, geomatch=geomatch, expiry_s=expiry_s, cooloff_s=cooloff_s, pins=pins)
        )
        return multiple() if uuid is None or uuid in before else uuid

    @rule(uuid=sessions, expiry_s=_EXPIRIES, cooloff_s=_COOLOFFS, pins=_PINS)
    def create_again(self, uuid: str, expiry_s: int, cooloff_s: int, pins: PinWish | None) -> None:
        known = self.model.sessions[uuid]
        self._create(
            creation(known.first, known.second, owner=known.owner, expiry_s=expiry_s, cooloff_s=cooloff_s, pins=pins)
        )

    @rule(
        uuid=sessions,
        caller=_CALLERS,
        first=st.none() | _PEOPLE,
        second=st.none() | _PEOPLE,
        expiry_s=st.none() | _EXPIRIES,
    )
    def update(
        self, uuid: str, caller: int | None, first: str | None, second: str | None, expiry_s: int | None
    ) -> None:
        reason = self.model.update(uuid, caller, first, second)
        if self._do(UpdateSession(caller, uuid, first, second, expiry_s, {"record": True}), reason):
            known = self.model.sessions[uuid]
            known.first, known.second = first or known.first, second or known.second
            if expiry_s is not None:
                known.expires_at = self.model.now + expiry_s * SECOND_US
            assert self.world.engine.session(uuid).settings == replace(
                SETTINGS, record=True, single_party=known.single_party, cooloff_s=known.cooloff_s
            )

    @rule(uuid=sessions, caller=_CALLERS)
    def delete(self, uuid: str, caller: int | None) -> None:
        if self._do(DeleteSession(caller, uuid), self.model.end(uuid, caller)):
            self.model.ended(self.model.sessions[uuid], self.model.now)

    @rule(microseconds=_WAITS)
    def wait(self, microseconds: int) -> None:
        self.model.wait(microseconds)
        self._absorb(self.world.wait_until(self.model.now))

    @rule(number=_NEW_NUMBERS, owner=_OWNERS)
    def add_number(self, number: str, owner: int) -> None:
        code = calling_code(number)
        assert code is not None
        known = any(number == digits for digits, _, _ in self.model.numbers)
        full = len(self.model.numbers) >= _RULES.numbers_max
        reason = Reason.NUMBER_KNOWN if known else Reason.NUMBERS_FULL if full else None
        if self._do(AddNumber(number, code, owner), reason):
            self.model.numbers.append((number, owner, code))

    @rule(stays=st.booleans())
    def fork_and_continue(self, stays: bool) -> None:  # noqa: FBT001
        """One of the two worlds goes its own way; the other must not notice."""
        twin = self.world.fork()
        other, self.world = (twin, self.world) if stays else (self.world, twin)
        for session in other.live()[:1]:
            other.delete(session)
        other.wait(7200)
        other.create(ANNA, BEN, pins=pin_wish())

    @rule(
        owner=st.none() | _OWNERS,
        first=st.none() | _PEOPLE,
        second=st.none() | _PEOPLE,
        number=st.none() | st.sampled_from([A, B]),
        live=st.none() | st.booleans(),
        created=_RANGES,
        expires=_RANGES,
        offset=st.integers(0, 3),
    )
    def select(
        self,
        owner: int | None,
        first: str | None,
        second: str | None,
        number: str | None,
        live: bool | None,  # noqa: FBT001
        created: Range,
        expires: Range,
        offset: int,
    ) -> None:
        query = Query(3, offset, owner, first, second, number, live, created, expires)
        assert naive_select(self.world.engine.state.book.all(), query) == self.world.engine.select(query)

    def _create(self, command: CreateSession) -> str | None:
        """The UUID of the session that was created or refreshed; None where the create was refused."""
        expected = self.model.create(command)
        events = self._do(command, expected if isinstance(expected, Reason) else None)
        if not events:
            return None
        session = events[0].session  # type: ignore[union-attr]  # a create gives nothing else
        assert expected == session.number
        pins = {session.pins.first, session.pins.second} if session.pins else set()
        if command.pins is not None:
            generated = pins - {command.pins.first, command.pins.second}
            assert not any(generated & other.pins for other in self.model.on(session.number))
        known = self.model.sessions.get(session.uuid)
        self.model.sessions[session.uuid] = _Known(
            owner=command.owner,
            first=command.first_party,
            second=command.second_party,
            number=session.number,
            expires_at=self.model.now + command.expiry_s * SECOND_US,
            cooloff_s=command.settings.cooloff_s,
            single_party=command.settings.single_party or (known is not None and known.single_party),
            pins=pins,
        )
        return session.uuid

    def _do(self, command: Command, reason: Reason | None) -> list[Event]:
        """The events of a command, which must be refused for this reason, and then change nothing."""
        before = self.world.picture()
        events, refused = self._tried(command)
        assert reason is refused
        assert before == self.world.picture() or refused is None
        self._absorb(events)
        return events

    def _tried(self, command: Command) -> tuple[list[Event], Reason | None]:
        try:
            return self.world.do(command), None
        except Refused as refused:
            return [], refused.reason

    def _absorb(self, events: list[Event]) -> None:
        for event in events:
            assert self.last_at <= event.at <= self.world.engine.now, "instants never go back"
            self.last_at = event.at
            if isinstance(event, SessionCreated):
                holds = self.mirror.pool.use(event.session.number).holds
                assert all(hold.pair == event.session.pair for hold in holds), "given while cooling for another"
            if isinstance(event, SessionExpired):
                assert event.session.uuid not in self.ended, "ended twice"
                assert event.ending is Ending.DELETED or event.at == event.session.expires_at
                self.ended[event.session.uuid] = event.session
            self.mirror.absorb(event)

    @invariant()
    def sessions_are_those_of_the_model(self) -> None:
        found = {
            s.uuid: (s.owner, s.first_party, s.second_party, s.number, s.expires_at, s.is_live)
            for s in self.world.engine.state.book.all()
        }
        expected = {
            uuid: (s.owner, s.first, s.second, s.number, s.expires_at, s.live)
            for uuid, s in self.model.sessions.items()
        }
        assert expected == found

    @invariant()
    def no_number_serves_a_party_twice(self) -> None:
        for one, other in combinations(self.world.live(), 2):
            if one.number == other.number:
                assert not set(one.parties) & set(other.parties)
                assert not one.needs_number_alone
                assert not other.needs_number_alone

    @invariant()
    def live_sessions_and_holds_have_one_timer_each(self) -> None:
        found = Counter((at, command) for at, _, _, command in self.world.engine.state.timers.entries())
        expiries = [(s.expires_at, TimeOutSession(s.uuid)) for s in self.world.live()]
        holds = [hold for n in self.world.engine.pool.numbers() for hold in self.world.engine.pool.use(n.digits).holds]
        releases = [(hold.until, ReleaseNumber(hold.number, hold.session)) for hold in holds]
        assert Counter([*expiries, *releases]) == found
        assert Counter(self.model.holds) == Counter((hold.number, hold.pair, hold.until) for hold in holds)

    @invariant()
    def ended_sessions_never_change(self) -> None:
        for uuid, session in self.ended.items():
            assert session == self.world.engine.session(uuid)

    @invariant()
    def state_is_the_fold_of_the_events(self) -> None:
        assert picture(self.mirror) == picture(self.world.engine.state)


EngineMachine.TestCase.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
test_engine_does_what_the_model_says = EngineMachine.TestCase
