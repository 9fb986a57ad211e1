"""The engine under random commands, against models of plain lists: what all machines share.

World and models do the same, and `mirror` is a state that only absorbs the events. What must hold whatever was
done is checked after every step. The machines themselves are in test_stateful.py and test_stateful_calls.py.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from itertools import combinations, pairwise
from typing import ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from masking_emulator.core.commands import (
    AddNumber,
    Command,
    CreateSession,
    DeleteSession,
    EndCoolOff,
    InitiateCall,
    ReleaseCallback,
    RetryCallback,
    SettingsChanges,
    StepCall,
    TimeOutSession,
    TypeDigits,
    UpdateSession,
)
from masking_emulator.core.countries import calling_code
from masking_emulator.core.events import (
    CallbackDue,
    CallBegan,
    Event,
    PinChecked,
    SessionCreated,
    SessionExpired,
    SessionRefreshed,
    SessionUpdated,
)
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import PinVerdict, Route
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.refusals import Reason, Refused
from masking_emulator.core.rules import Rules
from masking_emulator.core.state import State

from tests.core.model import Model
from tests.core.model_calls import Calls
from tests.core.model_outbox import Lines, told_of
from tests.core.play import ANNA, BEN, CARA, DELHI, RAVI, RULES, SEED, START, A, B, C, World, picture, pin_wish

PEOPLE: Final = st.sampled_from([ANNA, BEN, CARA, RAVI])
OWNERS: Final = st.sampled_from([0, 0, 0, 1])
OWNERS_OR_ALL: Final = st.sampled_from([None, None, 0, 1])
EXPIRIES: Final = st.sampled_from([60, 61, 300])
COOLOFFS: Final = st.sampled_from([0, 0, 30, 90])
_JOINING: Final = st.sampled_from([None, None, None, None, ANNA, BEN, CARA, RAVI])
_CHANGES: Final = st.sampled_from(
    [
        SettingsChanges(),
        SettingsChanges(record=True),
        SettingsChanges(record=False, callback_url="", recording_callback_url=""),
        SettingsChanges(callback_url="https://example.com/new", call_time_limit_s=60, ring_timeout_s=5),
    ]
)


class Machine(RuleBasedStateMachine):
    """A world, its models, and what is done to its sessions and numbers."""

    rules_of_world: ClassVar[Rules] = replace(RULES, sessions_live_max=6, numbers_max=8)

    sessions: Bundle[str] = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.world = World(rules=self.rules_of_world)
        self.model = Model(self.rules_of_world)
        self.calls = Calls(self.rules_of_world)
        self.lines = Lines(self.rules_of_world)
        self.mirror = State(self.rules_of_world, SEED)
        self.over: dict[str, Session] = {}
        self.typed: dict[str, str] = {}
        self.last_at = START
        for number, owner in ((A, 0), (DELHI, 0), (C, 1), (B, 0)):
            self.add_number(number, owner)

    @rule(
        uuid=sessions,
        caller=OWNERS_OR_ALL,
        first=_JOINING,
        second=_JOINING,
        expiry_s=st.none() | EXPIRIES,
        changes=_CHANGES,
    )
    def update(
        self,
        uuid: str,
        caller: int | None,
        first: str | None,
        second: str | None,
        expiry_s: int | None,
        changes: SettingsChanges,
    ) -> None:
        self.change(UpdateSession(caller, uuid, first, second, expiry_s, changes))

    @rule(uuid=sessions, caller=OWNERS_OR_ALL)
    def delete(self, uuid: str, caller: int | None) -> None:
        events = self.do(DeleteSession(caller, uuid), self.model.end(uuid, caller))
        assert not events or isinstance(events[0], SessionExpired)

    def wait(self, microseconds: int) -> None:
        """Let time pass, one due instant after the other."""
        until = self.world.engine.now + microseconds
        while (due := self.world.engine.deadline()) is not None and due <= until:
            self._run_timers(due)
        self._absorb(self.world.wait_until(until))
        self.model.waited(until)

    def add_number(self, number: str, owner: int) -> None:
        code = calling_code(number)
        assert code is not None
        known = any(number == digits for digits, _, _ in self.model.numbers)
        full = len(self.model.numbers) >= self.rules_of_world.numbers_max
        reason = Reason.NUMBER_KNOWN if known else Reason.NUMBERS_FULL if full else None
        if self.do(AddNumber(number, code, owner), reason):
            self.model.numbers.append((number, owner, code))

    @rule(stays=st.booleans())
    def fork_and_continue(self, stays: bool) -> None:  # noqa: FBT001
        """One of the two worlds goes its own way; the other must not notice."""
        twin = self.world.fork()
        other, self.world = (twin, self.world) if stays else (self.world, twin)
        self.go_astray(other)

    def go_astray(self, other: World) -> None:
        """What a world does that goes its own way."""
        for session in other.live()[:1]:
            other.delete(session)
        other.wait(7200)
        with suppress(Refused):
            other.create(ANNA, BEN, pins=pin_wish())

    def create_or_refresh(self, command: CreateSession) -> str | None:
        """The UUID of a session that is new; None where the create was refused, or refreshed a session."""
        expected = self.model.create(command)
        before = set(self.model.sessions)
        events = self.do(command, expected if isinstance(expected, Reason) else None)
        if not events:
            return None
        assert isinstance(events[0], SessionCreated | SessionRefreshed), "a create gives nothing else"
        session = events[0].session
        assert expected == session.number
        if command.pins is not None and session.pins is not None:
            generated = {session.pins.first, session.pins.second} - {command.pins.first, command.pins.second}
            there = self.model.on(session.number)
            assert not any(generated & set(other.pins) for other in there), "a generated PIN is nobody else's"
        self.model.created(command, session)
        return None if session.uuid in before else session.uuid

    def change(self, command: UpdateSession) -> None:
        """Update a session."""
        reason = self.model.update(command.uuid, command.owner, command.first_party, command.second_party)
        events = self.do(command, reason)
        if events:
            known = self.model.sessions[command.uuid]
            known.first, known.second = command.first_party or known.first, command.second_party or known.second
            if command.expiry_s is not None:
                known.expires_at = self.model.now + command.expiry_s * SECOND_US
            known.settings = replace(known.settings, **command.settings)
            assert isinstance(events[0], SessionUpdated)
            assert known.settings == events[0].session.settings

    def do(self, command: Command, reason: Reason | None) -> list[Event]:
        """The events of a command, which must be refused for this reason, and then change nothing."""
        before = self.world.picture()
        events, refused = self._tried(command)
        assert reason is refused
        assert before == self.world.picture() or refused is None, "a refused command changes nothing"
        self._absorb(events)
        return events

    def _tried(self, command: Command) -> tuple[list[Event], Reason | None]:
        try:
            return self.world.do(command), None
        except Refused as refused:
            return [], refused.reason

    def _run_timers(self, due: int) -> None:
        """Run what is due at this instant, which must have been foreseen."""
        due_now = [timer for timer in self.world.engine.state.timers.all() if timer.at == due]
        self.typed = {c.call: c.digits for c in (timer.command for timer in due_now) if isinstance(c, TypeDigits)}
        self.model.now = due
        alone = due_now[0].command if len(due_now) == 1 else None
        placed = alone.session if isinstance(alone, InitiateCall) else None
        callee = None if placed is None else self.model.initiated(placed, len(self.calls.running))
        events = self.world.wait_until(due)
        self._absorb(events)
        if placed is not None:
            began = [event.call.callee for event in events if isinstance(event, CallBegan)]
            assert began == ([] if callee is None else [callee]), "the service calls whom it can, and nobody else"
        self.model.waited(due)

    def _absorb(self, events: Sequence[Event]) -> None:
        before: Event | None = None
        for event, following in pairwise([*events, None]):
            assert event is not None
            assert self.last_at <= event.at <= self.world.engine.now, "instants never go back"
            self.last_at = event.at
            self._foresee(event)
            self.model.see(event)
            self.calls.see(event)
            self.lines.see(event)
            self.mirror.absorb(event)
            if not isinstance(event, CallbackDue):
                self._check_told(event, following)
                self.lines.close(before, self.model)
                before = event
        self.lines.close(before, self.model)

    def _check_told(self, event: Event, following: Event | None) -> None:
        """Right behind an event comes its callback, and no other."""
        found = None
        if isinstance(following, CallbackDue):
            callback = following.callback
            found = (callback.session, callback.url, callback.channel, callback.notice.kind)
        assert told_of(self.model, event) == found

    def _foresee(self, event: Event) -> None:
        """What must hold before the models know of the event."""
        match event:
            case SessionCreated():
                cool_offs = self.mirror.pool.use(event.session.number).cool_offs
                assert all(one.pair == event.session.pair for one in cool_offs), "given while cooling for another"
            case CallBegan() if event.call.route is Route.PLACED:
                callee = self.model.initiated(event.call.session, len(self.calls.running))
                assert (callee, self.model.initiates[event.call.session]) == (event.call.callee, event.at)
            case PinChecked() if event.verdict is not PinVerdict.NOT_NEEDED:
                call = self.calls.calls[event.call.uuid]
                found = self.model.pin(call, self.typed.pop(call.uuid))
                assert (found is not None) is (event.verdict is PinVerdict.RIGHT)
                if found is not None:
                    assert found == (event.call.session, event.call.legs[0].role, event.call.callee)
                    own = self.model.sessions[event.call.session].settings
                    limits = (event.call.ring_timeout_s, event.call.time_limit_s)
                    assert (own.ring_timeout_s, own.call_time_limit_s) == limits, "a call keeps its session's limits"

    @invariant()
    def sessions_are_those_of_the_model(self) -> None:
        """Each session is what the model says, lives exactly until its end, and counts its calls and their money."""
        shown = self.rules_of_world.interactions_max
        found = {
            s.uuid: (s.owner, *s.parties, s.number, s.expires_at, s.status, s.running, s.settings, s.history)
            for s in self.world.engine.state.book.all()
        }
        expected = {
            uuid: (
                *(s.owner, *(party for party in (s.first, s.second) if party), s.number, s.expires_at),
                *(s.status, s.running, s.settings, s.history(shown)),
            )
            for uuid, s in self.model.sessions.items()
        }
        assert expected == found
        for s in self.world.engine.state.book.all():
            waits = self.rules_of_world.expiry_waits and s.running > 0
            assert s.is_live is (not s.is_due(self.world.engine.now)) or (s.is_live and waits)

    @invariant()
    def no_number_serves_a_party_twice(self) -> None:
        """A caller and a number tell one session."""
        for one, other in combinations(self.world.live(), 2):
            if one.number == other.number:
                assert not set(one.parties) & set(other.parties)
                assert not one.needs_number_alone
                assert not other.needs_number_alone

    @invariant()
    def whatever_goes_on_has_one_timer(self) -> None:
        """Live sessions, cool-offs, running calls, pauses and calls to come have one timer each, and nothing else."""
        pool, state, state_now = self.world.engine.pool, self.world.engine.state, self.world.engine.now
        cool_offs = [cool_off for number in pool.numbers() for cool_off in pool.use(number.digits).cool_offs]
        expected: list[tuple[int, Command]] = []
        expected += [(s.expires_at, TimeOutSession(s.uuid)) for s in self.model.live() if s.expires_at > state_now]
        expected += [(cool_off.until, EndCoolOff(cool_off.number, cool_off.session)) for cool_off in cool_offs]
        expected += [(at, InitiateCall(uuid)) for uuid, at in self.model.initiates.items()]
        for ordinal, until in self.lines.until.items():
            pauses = ordinal in self.lines.due and ordinal in self.lines.lines.get(self.lines.due[ordinal].session, ())
            expected.append((until, RetryCallback(ordinal) if pauses else ReleaseCallback(ordinal)))
        for call in state.calls.all():
            if call.next is not None:
                digits, signal = call.next.digits, call.next.signal
                expected.append(
                    (call.next.at, TypeDigits(call.uuid, digits) if signal is None else StepCall(call.uuid, signal))
                )
        assert Counter(expected) == Counter((timer.at, timer.command) for timer in state.timers.all())
        assert Counter(self.model.cool_offs) == Counter((one.number, one.pair, one.until) for one in cool_offs)

    @invariant()
    def what_is_over_never_changes(self) -> None:
        """A session that has ended and of which no call runs stays what it is as long as it is remembered."""
        book = self.world.engine.state.book
        for uuid, session in self.over.items():
            assert book.get(uuid) in (session, None)
        self.over = {s.uuid: s for s in book.all() if not (s.is_live or s.running)}

    @invariant()
    def state_is_the_fold_of_the_events(self) -> None:
        """The events say all that there is, but for chance and the time that has passed."""
        assert picture(self.mirror) == picture(self.world.engine.state)
