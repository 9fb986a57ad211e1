"""Calls, recordings and callbacks under random commands, against models of plain lists."""

from collections.abc import Sequence
from typing import ClassVar, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import MultipleResults, initialize, invariant, multiple, precondition, rule
from masking_emulator.core.commands import (
    DeleteRecording,
    DropCallback,
    HoldCallback,
    PinWish,
    PlaceCall,
    ReleaseCallback,
    ReplaceNumber,
    SendAgain,
    SetPhone,
    SettleAttempt,
    StepCall,
    SwitchDelivery,
    TypeDigits,
)
from masking_emulator.core.events import CallbackAttempted, CallbackSettled, CallBegan, CallEnded, SessionNumberReplaced
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import Attempt, CallbackState, Outcome, RetryPlan
from masking_emulator.core.records.calls import Call, CallSignal, Habit, Phase, Phone, Role, Route, Script, Side
from masking_emulator.core.records.sessions import Settings
from masking_emulator.core.refusals import Reason
from masking_emulator.core.rules import Rules

from tests.core.machine import EXPIRIES, OWNERS_OR_ALL, Machine
from tests.core.model import Known
from tests.core.play import ANNA, BEN, CARA, DELHI, EVE, FINN, RAVI, RULES, SETTINGS, A, B, C, World, creation, pin_wish

_STATUS, _RECORDING = "https://example.com/status", "https://example.com/recording"

_PAIRS: Final = st.sampled_from([(ANNA, BEN), (BEN, ANNA), (CARA, RAVI), (ANNA, CARA), (ANNA, ""), ("", CARA)])
_LONELY: Final = st.sampled_from([(CARA, ""), ("", CARA)])
_PARTIES: Final = st.sampled_from(Role)
_STRANGERS: Final = st.sampled_from([EVE, FINN, RAVI])
_NUMBERS: Final = st.sampled_from([A, B, C, DELHI, A, B, "14155550999"])
_PINS: Final = st.sampled_from(
    [
        *(None, None, None),
        replace(pin_wish("1", "2"), forced=True),
        replace(pin_wish("2", "3"), retries=0, incorrect_play="https://example.com/wrong.mp3"),
        replace(pin_wish(length=1), retries=2),
    ]
)
_SETTINGS: Final = st.builds(
    replace,
    st.sampled_from(
        [
            *(replace(SETTINGS, callback_url=_STATUS, recording_callback_url=_RECORDING),) * 3,
            replace(SETTINGS, callback_url=_STATUS),
            replace(SETTINGS, recording_callback_url=_RECORDING),
            SETTINGS,
        ]
    ),
    record=st.booleans(),
    initiate_call=st.sampled_from([False, False, True]),
    unknown_caller_play=st.sampled_from(["", "https://example.com/unknown.mp3"]),
    first_party_play=st.sampled_from(["", "https://example.com/first.mp3"]),
    ring_timeout_s=st.sampled_from([2, 45]),
    call_time_limit_s=st.sampled_from([20, 14_400]),
    cooloff_s=st.sampled_from([0, 0, 30]),
)
_AFTER: Final = st.sampled_from([None, None, 0, 1_500_000, 60 * SECOND_US])
_SCRIPTS: Final = (
    st.just(Script(manual=True))
    | st.just(Script())
    | st.builds(
        Script,
        habit=st.none() | st.sampled_from(Habit),
        after_us=_AFTER,
        talk_us=_AFTER,
        hangup_by=st.none() | st.sampled_from(Side),
        digits=st.sampled_from([None, None, (), ("1",), ("2",), ("3",), ("9", "1"), ("9", "9", "9")]),
        manual=st.booleans(),
        recording_fails=st.booleans(),
    )
)
_PHONES: Final = st.builds(
    Phone,
    number=st.sampled_from([ANNA, BEN, CARA, EVE]),
    habit=st.sampled_from(Habit),
    after_us=_AFTER,
    hangup_after_us=_AFTER,
    digits=st.sampled_from([(), ("1",), ("9", "2")]),
)
_SIGNALS: Final = st.sampled_from(
    [CallSignal.ANSWERED, CallSignal.ANSWERED, CallSignal.CALLER_HUNG_UP, CallSignal.CALLEE_HUNG_UP, *CallSignal]
)
_PLANS: Final = st.sampled_from(
    [
        RetryPlan(1, frozenset(), 0),
        RetryPlan(2, frozenset(Outcome), 0),
        RetryPlan(3, frozenset({Outcome.SERVER_ERROR, Outcome.NO_ANSWER}), 7 * SECOND_US),
    ]
)
_WAITS_S: Final = st.sampled_from([0, 1, 1, 3, 3, 5, 5, 10, 30, 60, 300, 3600])
_ANY: Final = st.integers(0, 40)


class CallMachine(Machine):
    """Few pairs with every setting, many calls, and a server that answers as it likes."""

    rules_of_world: ClassVar[Rules] = replace(RULES, sessions_live_max=6, numbers_max=8)

    @initialize(target=Machine.sessions, pins=_PINS, wanted=_SETTINGS)
    def begin(self, pins: PinWish | None, wanted: Settings) -> str | MultipleResults[str]:
        """Two people who know each other."""
        return self._create((ANNA, BEN), 300, pins, wanted)

    @initialize(target=Machine.sessions, pair=_LONELY, pins=_PINS, wanted=_SETTINGS)
    def begin_alone(self, pair: tuple[str, str], pins: PinWish | None, wanted: Settings) -> str | MultipleResults[str]:
        """Somebody whom anybody may call."""
        return self._create(pair, 300, pins, wanted)

    @rule(target=Machine.sessions, pair=_PAIRS, expiry_s=EXPIRIES, pins=_PINS, wanted=_SETTINGS)
    def create(
        self, pair: tuple[str, str], expiry_s: int, pins: PinWish | None, wanted: Settings
    ) -> str | MultipleResults[str]:
        return self._create(pair, expiry_s, pins, wanted)

    @precondition(lambda self: self.model.live())
    @rule(which=_ANY, who=_PARTIES, seconds=_WAITS_S)
    def call_as_a_party(self, which: int, who: Role, seconds: int) -> None:
        """A party calls, everybody does what they usually do, and time passes."""
        known = self._pick_session(which)
        self._place((known.first if who is Role.FIRST else known.second) or FINN, known.number, Script())
        self.wait(seconds * SECOND_US)

    @precondition(lambda self: self.model.live())
    @rule(which=_ANY, who=_STRANGERS, pin=_ANY, seconds=_WAITS_S)
    def call_with_a_pin(self, which: int, who: str, pin: int, seconds: int) -> None:
        """Somebody calls who knows a PIN, perhaps only after a wrong one."""
        known = self._pick_session(which)
        pins = ["9", *known.pins, *(other for session in self.model.on(known.number) for other in session.pins)]
        digits = (pins[pin % len(pins)], pins[pin // 7 % len(pins)])
        self._place(who, known.number, Script(digits=digits))
        self.wait(seconds * SECOND_US)

    @precondition(lambda self: self.model.live())
    @rule(which=_ANY, who=_PARTIES | _STRANGERS, script=_SCRIPTS)
    def call(self, which: int, who: Role | str, script: Script) -> None:
        """Somebody calls the number of a session, and things go as the script says."""
        known = self._pick_session(which)
        party = {Role.FIRST: known.first, Role.SECOND: known.second}
        self._place((who if isinstance(who, str) else party[who]) or EVE, known.number, script)

    @rule(caller=st.sampled_from([ANNA, BEN, CARA, EVE]), number=_NUMBERS, phone=_PHONES)
    def call_any_number(self, caller: str, number: str, phone: Phone) -> None:
        """Somebody gets into a habit, and somebody calls a number, whether it is there or not."""
        self.do(SetPhone(phone), None)
        self._place(caller, number, Script())

    @precondition(lambda self: self.calls.calls)
    @rule(which=_ANY, signal=_SIGNALS)
    def step(self, which: int, signal: CallSignal) -> None:
        call = self._pick_call(which, self.calls.running)
        self.do(StepCall(call.uuid, signal), self.calls.step(call.uuid, signal))

    @precondition(lambda self: self.calls.calls)
    @rule(which=_ANY, digits=_ANY)
    def type_digits(self, which: int, digits: int) -> None:
        """Somebody types a PIN that is in use, one that is not, or nothing."""
        call = self._pick_call(which, [c for c in self.calls.running if c.phase is Phase.ASKING_PIN])
        known = ["", "999", *(pin for session in self.model.live() for pin in session.pins)]
        typed = known[digits % len(known)]
        self.typed = {call.uuid: typed}
        self.do(TypeDigits(call.uuid, typed), self.calls.typing(call.uuid))

    @rule(seconds=_WAITS_S)
    def let_time_pass(self, seconds: int) -> None:
        self.wait(seconds * SECOND_US)

    @precondition(lambda self: self.calls.running)
    @rule()
    def wait_for_the_next_step(self) -> None:
        """Time passes until something happens to a call."""
        steps = [call.next.at for call in self.calls.running if call.next is not None]
        self.wait(min(steps) - self.world.engine.now)

    @precondition(lambda self: self.model.live())
    @rule(which=_ANY, who=_PARTIES, seconds=_WAITS_S)
    def talk_past_the_end(self, which: int, who: Role, seconds: int) -> None:
        """A party calls for a long time, and the session ends meanwhile."""
        known = self._pick_session(which)
        caller = (known.first if who is Role.FIRST else known.second) or EVE
        self._place(caller, known.number, Script(Habit.ANSWER, after_us=SECOND_US, talk_us=900 * SECOND_US))
        self.wait(known.expires_at - self.model.now)
        self.wait(seconds * SECOND_US)

    @precondition(lambda self: self.calls.calls and len(self.model.suspended) < 2)
    @rule(which=_ANY)
    def replace_number(self, which: int) -> None:
        numbers = [A, *(session.number for session in self.model.live())]
        number = numbers[which % len(numbers)]
        moves = self.model.replace_number(number)
        events = self.do(ReplaceNumber(number), moves if isinstance(moves, Reason) else None)
        if not isinstance(moves, Reason):
            moved = [event.session for event in events if isinstance(event, SessionNumberReplaced)]
            assert list(moves.items()) == [(session.uuid, session.number) for session in moved]
            self.model.moved(number, moves)

    @precondition(lambda self: self.lines.open)
    @rule(which=_ANY, outcome=st.sampled_from([Outcome.OK, Outcome.OK, *Outcome]), plan=_PLANS)
    def settle(self, which: int, outcome: Outcome, plan: RetryPlan) -> None:
        """The server answers, or does not; mostly it is asked what comes first in its session's line."""
        firsts = [ordinal for session in self.lines.lines if (ordinal := self.lines.first(session)) is not None]
        ordinal = firsts[which % len(firsts)] if firsts and which % 5 else self._pick_open(which)
        number = self.lines.due[ordinal].attempts + 1
        expected = self.lines.settle(ordinal, outcome, plan, number)
        command = SettleAttempt(ordinal, Attempt(number, outcome, None, ""), plan)
        events = self.do(command, expected if isinstance(expected, Reason) else None)
        if not isinstance(expected, Reason):
            (event,) = events
            assert isinstance(event, CallbackAttempted | CallbackSettled)
            assert (expected, number) == (event.callback.state, event.callback.attempts)

    @rule(most=st.integers(1, 12))
    def deliver(self, most: int) -> None:
        """The server takes all that is to be sent, up to so many."""
        for _ in range(most):
            ready = list(self.world.engine.state.outbox.ready_sessions)
            if not ready:
                return
            first = self.lines.first(ready[0])
            assert first is not None, "ready is a session of which something is to be sent"
            attempt = Attempt(self.lines.open[first].attempts + 1, Outcome.OK, 200, "")
            self.do(SettleAttempt(first, attempt, RetryPlan(1, frozenset(), 0)), None)

    @precondition(lambda self: self.lines.due)
    @rule(which=_ANY, verb=st.sampled_from(["hold", "release", "drop", "send again", "switch"]), after_us=_AFTER)
    def meddle(self, which: int, verb: str, after_us: int | None) -> None:
        """Somebody takes callbacks out of their order, or does not want them sent."""
        ordinal = self._pick_open(which)
        reason = None if ordinal in self.lines.open else Reason.CALLBACK_NOT_WAITING
        match verb:
            case "hold":
                self.do(HoldCallback(ordinal, None if after_us is None else self.model.now + after_us), reason)
            case "release":
                waits = reason is None and self.lines.open[ordinal].state is CallbackState.WAITING
                self.do(ReleaseCallback(ordinal), Reason.CALLBACK_NOT_WAITING if waits else reason)
            case "drop":
                self.do(DropCallback(ordinal), reason)
            case "send again":
                self.do(SendAgain(self.lines.due[ordinal]), None)
            case _:
                self.do(SwitchDelivery(not self.lines.delivers), None)

    @precondition(lambda self: self.calls.recordings)
    @rule(which=_ANY, owner=OWNERS_OR_ALL)
    def delete_recording(self, which: int, owner: int | None) -> None:
        recordings = list(self.calls.recordings.values())
        recording = recordings[which % len(recordings)]
        reason = None if owner in (None, recording.owner) else Reason.RECORDING_NOT_FOUND
        self.do(DeleteRecording(owner, recording.uuid), reason)
        if reason is None:
            self.do(DeleteRecording(None, recording.uuid), Reason.RECORDING_NOT_FOUND)

    def go_astray(self, other: World) -> None:
        """The other world has calls and callbacks of its own."""
        other.do(SetPhone(Phone(BEN, Habit.BUSY, None, None, ())))
        other.do(SwitchDelivery(False))  # noqa: FBT003
        for call in self.calls.running[:1]:
            if call.limit_at is not None:
                other.do(StepCall(call.uuid, CallSignal.TIME_LIMIT))
        for ordinal in list(self.lines.open)[:1]:
            other.do(HoldCallback(ordinal, None))
        for ordinal in list(self.lines.open)[1:2]:
            other.do(DropCallback(ordinal))
        super().go_astray(other)

    def _create(
        self, pair: tuple[str, str], expiry_s: int, pins: PinWish | None, wanted: Settings
    ) -> str | MultipleResults[str]:
        cooloff_s = wanted.cooloff_s
        command = creation(*pair, geomatch=False, expiry_s=expiry_s, cooloff_s=cooloff_s, pins=pins, settings=wanted)
        return self.create_or_refresh(command) or multiple()

    def _place(self, caller: str, number: str, script: Script) -> None:
        unknown = number not in [known for known, _, _ in self.model.numbers]
        full = len(self.calls.running) >= self.rules_of_world.calls_running_max
        reason = Reason.NUMBER_UNKNOWN if unknown else Reason.CALLS_FULL if full else None
        route, uuid, callee = self.model.way(caller, number)
        events = self.do(PlaceCall(caller, number, script), reason)
        if reason is None:
            call = next(event.call for event in events if isinstance(event, CallBegan))
            belongs = uuid if route in (Route.CONNECT, Route.ANYONE) else ""
            called = callee if belongs else ""
            assert (route, belongs, called) == (call.route, call.session, call.callee)
            assert (uuid or call.host) == call.host
            turned_away = any(isinstance(event, CallEnded) for event in events)
            assert turned_away is (route in (Route.REFUSE, Route.APPLICATION)), "who is not taken is not kept waiting"

    def _pick_session(self, which: int) -> Known:
        live = self.model.live()
        return live[which % len(live)]

    def _pick_call(self, which: int, preferred: Sequence[Call]) -> Call:
        calls = preferred if preferred and which % 8 else list(self.calls.calls.values())
        return calls[which % len(calls)]

    def _pick_open(self, which: int) -> int:
        """A callback that is not settled, or now and then any."""
        ordinals = list(self.lines.open if self.lines.open and which % 8 else self.lines.due)
        return ordinals[which % len(ordinals)]

    @invariant()
    def calls_and_recordings_are_those_of_the_model(self) -> None:
        """Each call and each recording is what was last told of it, and the oldest are forgotten past the limits."""
        state, limits = self.world.engine.state, self.rules_of_world
        assert list(self.calls.calls.values()) == state.calls.all()
        assert len(self.calls.running) == state.calls.running_count <= limits.calls_running_max
        assert len(self.calls.calls) <= limits.calls_ended_max + limits.calls_running_max
        assert list(reversed(self.calls.recordings.values())) == list(state.recordings.newest_first())
        for call in self.calls.calls.values():
            for leg in call.legs:
                assert state.calls.leg(leg.uuid) == (call, leg), "a call is found by each of its legs"

    @invariant()
    def every_running_call_knows_what_comes_next(self) -> None:
        """No call waits for ever: its next step is not in the past, nor past its ring timeout or time limit."""
        for call in self.calls.running:
            assert call.next is not None
            assert call.next.at >= self.world.engine.now
            assert call.limit_at is None or call.next.at <= call.limit_at
            if call.phase in (Phase.RINGING_FIRST, Phase.RINGING_SECOND):
                assert call.next.at <= call.legs[-1].started_at + call.ring_timeout_s * SECOND_US
            if call.session:
                assert call.host == call.session

    @invariant()
    def outbox_holds_what_is_not_settled(self) -> None:
        """No callback is lost: each that became due is in its line, or pauses, is held or is settled."""
        outbox = self.world.engine.state.outbox
        assert list(self.lines.open.values()) == outbox.unsettled()
        firsts = {session: first for session in self.lines.lines if (first := self.lines.first(session)) is not None}
        found = {session: outbox.next_callback(session) for session in outbox.ready_sessions}
        assert firsts == {session: callback.ordinal for session, callback in found.items() if callback is not None}
        assert len(found) == len(firsts)
        assert len(outbox) <= self.rules_of_world.callbacks_waiting_max

    @invariant()
    def money_adds_up(self) -> None:
        """A session has cost what its calls have cost, while they are all remembered."""
        if self.rules_of_world.calls_ended_max < RULES.calls_ended_max:
            return
        for session in self.world.engine.state.book.all():
            calls = [c for c in self.calls.calls.values() if c.session == session.uuid]
            ended = [call for call in calls if not call.is_running]
            assert len(calls) - len(ended) == session.running
            assert {call.uuid for call in ended} == {interaction.call for interaction in session.history.interactions}
            assert sum(call.amount_micros for call in ended) == session.history.amount_micros
            assert sum(call.billed_s for call in ended) == session.history.billed_s
            assert sum(len(call.legs) for call in ended) == session.history.legs


class TinyCallMachine(CallMachine):
    """The same where hardly anything is remembered, and two calls are many."""

    rules_of_world: ClassVar[Rules] = replace(
        CallMachine.rules_of_world,
        sessions_ended_max=2,
        calls_running_max=2,
        calls_ended_max=2,
        callbacks_waiting_max=3,
        interactions_max=1,
        recordings_max=1,
    )


class WaitingCallMachine(CallMachine):
    """The same where a session whose expiry comes during a call waits for its end."""

    rules_of_world: ClassVar[Rules] = replace(CallMachine.rules_of_world, expiry_waits=True)


CallMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TinyCallMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=40)
WaitingCallMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=40)
test_calls_do_what_the_models_say = CallMachine.TestCase
test_calls_with_tiny_limits_do_what_the_models_say = TinyCallMachine.TestCase
test_calls_of_waiting_sessions_do_what_the_models_say = WaitingCallMachine.TestCase
