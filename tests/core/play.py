"""An engine at play: short words for commands, with a value for everything that a test does not care about.

The only place under tests/core that builds commands field by field.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final, Unpack

from masking_emulator.core import instants
from masking_emulator.core.books.session_query import SessionQuery
from masking_emulator.core.chance import Seed
from masking_emulator.core.commands import (
    AddNumber,
    Command,
    CreateSession,
    DeleteSession,
    PinWish,
    PlaceCall,
    ReplaceNumber,
    SetPhone,
    SettingsChanges,
    StepCall,
    TypeDigits,
    UpdateSession,
)
from masking_emulator.core.countries import calling_code
from masking_emulator.core.engine import Engine
from masking_emulator.core.events import (
    CallbackDue,
    CallBegan,
    Event,
    SessionCreated,
    SessionExpired,
    SessionRefreshed,
    SessionUpdated,
)
from masking_emulator.core.instants import DAY_US, SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import Callback, NoticeKind
from masking_emulator.core.records.calls import Call, CallSignal, Habit, Phone, Recording, Script, Side
from masking_emulator.core.records.sessions import MAIN_ACCOUNT, Session, Settings
from masking_emulator.core.rules import Rules
from masking_emulator.core.state import State

START: Final = instants.read("2026-01-01T12:00:00Z")
SEED: Final = 7

RULES: Final = Rules(
    retention_us=90 * DAY_US,
    sessions_live_max=100_000,
    sessions_ended_max=100_000,
    numbers_max=100_000,
    phones_max=100_000,
    calls_running_max=1_000,
    calls_ended_max=100_000,
    recordings_max=100_000,
    interactions_max=1_000,
    callbacks_waiting_max=100_000,
    call_time_limit_s=14_400,
    repeat_refreshes=True,
    delete_starts_cooloff=True,
)

SETTINGS: Final = Settings(
    callback_url="",
    callback_method="POST",
    call_time_limit_s=14_400,
    ring_timeout_s=45,
    first_party_play="",
    second_party_play="",
    record=False,
    record_file_format="mp3",
    recording_callback_url="",
    recording_callback_method="POST",
    unknown_caller_play="",
    initiate_call=False,
    single_party=False,
    cooloff_s=0,
    owner_named=False,
)

#: A session that tells all it does, and one that records as well.
URL: Final = "https://example.com/status"
TELLING: Final = replace(SETTINGS, callback_url=URL)
RECORDING: Final = replace(TELLING, record=True, recording_callback_url="https://example.com/recording")

#: Numbers of the pool, two countries.
A, B, C, D = "14155550100", "14155550101", "14155550102", "14155550103"
DELHI, MUMBAI = "911155550100", "912255550101"

#: People; the last lives in India.
ANNA, BEN, CARA, DAVE, EVE = "12025550111", "12025550112", "12025550113", "12025550114", "12025550115"
FINN, GWEN = "12025550116", "12025550117"
RAVI = "919876543210"


_WORDS: Final = {
    NoticeKind.LEG_ANSWERED: "answered",
    NoticeKind.LEG_RINGING: "rings",
    NoticeKind.LEG_ENDED: "is gone",
    NoticeKind.CALL_OVER: "call over",
    NoticeKind.PIN_CHECKED: "PIN",
    NoticeKind.TIMED_OUT: "timed out",
    NoticeKind.NUMBER_REPLACED: "number replaced",
    NoticeKind.RECORDING_STARTED: "recording started",
    NoticeKind.RECORDING_COMPLETED: "recording completed",
    NoticeKind.RECORDING_FAILED: "recording failed",
}


def spoken(member: Enum) -> str:
    """An enum's name as words."""
    return member.name.lower().replace("_", " ")


def told(callback: Callback) -> str:
    """What a callback says, in words: its number in the session, who, what, and why."""
    notice = callback.notice
    words = [f"#{callback.sequence}"]
    if notice.who is not None:
        words.append(spoken(notice.who))
    words.append(_WORDS[notice.kind])
    if notice.kind is NoticeKind.LEG_ENDED:
        assert notice.call is not None, "a leg is a call's"
        assert notice.leg is not None, "a leg has a place"
        cause = notice.call.legs[notice.leg].cause
        assert cause is not None, "an ended leg has its cause"
        words.append(f"({spoken(cause)})")
    if notice.verdict is not None:
        words.append(f"{spoken(notice.verdict)} after {notice.retries}")
    return " ".join(words)


def pin_wish(
    first: str | None = None,
    second: str | None = None,
    *,
    length: int = 4,
    retries: int = 1,
    retry_wait_s: int = 5,
    forced: bool = False,
    incorrect_play: str = "",
) -> PinWish:
    """A wish for these PINs; None is generated."""
    return PinWish(
        generate=first is None or second is None,
        length=length,
        first=first,
        second=second,
        prompt_play="https://example.com/prompt.mp3",
        retries=retries,
        retry_wait_s=retry_wait_s,
        incorrect_play=incorrect_play,
        forced=forced,
    )


def creation(
    first: str,
    second: str,
    *,
    owner: int = MAIN_ACCOUNT,
    geomatch: bool = True,
    expiry_s: int = 1800,
    cooloff_s: int = 0,
    pins: PinWish | None = None,
    settings: Settings = SETTINGS,
) -> CreateSession:
    """A create as most tests need it; a missing party makes it one for a single party."""
    single_party = settings.single_party or not (first and second)
    settings = replace(settings, single_party=single_party, cooloff_s=cooloff_s)
    return CreateSession(owner, first, second, geomatch, expiry_s, settings, pins)


def picture(state: State) -> Sequence[object]:
    """All that events make of a state, for comparing one with another."""
    numbers = list(state.pool.numbers())
    return (
        list(state.book.all()),
        state.book.live_count,
        [(number, state.pool.use(number.digits)) for number in numbers],
        state.timers.all(),
        state.ordinal,
        *_picture_of_calls(state),
    )


def _picture_of_calls(state: State) -> Sequence[object]:
    sessions = [session.uuid for session in state.book.all()]
    return (
        (list(state.calls.all()), state.calls.running_count, state.call_ordinal),
        (list(state.recordings.newest_first()), state.recordings.ordinal),
        (state.outbox.delivers, state.outbox.ordinal, state.outbox.unsettled(), list(state.outbox.ready_sessions)),
        [(state.outbox.next_callback(session), state.outbox.next_sequence(session)) for session in sessions],
        dict(state.phones),
    )


def naive_select(sessions: Iterable[Session], query: SessionQuery) -> tuple[int, list[Session]]:
    """What `select` must find: a filter over all sessions, given oldest first."""
    found = [
        session
        for session in reversed(list(sessions))
        if query.owner in (None, session.owner)
        and query.first_party in (None, session.first_party)
        and query.second_party in (None, session.second_party)
        and query.number in (None, session.number)
        and query.live in (None, session.is_live)
        and session.created_at in query.created
        and session.expires_at in query.expires
        and session.duration_s in query.duration
    ]
    return len(found), found[query.offset : query.offset + query.limit]


class World:
    """An engine, and the journal of all that happened in it."""

    def __init__(self, *numbers: str, rules: Rules = RULES, seed: Seed = SEED, now: int = START) -> None:
        self.engine = Engine(State(rules, seed), now)
        self.journal: list[Event] = []
        self.add(*numbers)

    def fork(self) -> "World":
        """A twin that stands where this world stands."""
        twin = World()
        twin.engine = self.engine.fork()
        twin.journal = self.journal.copy()
        return twin

    def do(self, command: Command) -> list[Event]:
        """Handle one command."""
        events = self.engine.handle(command)
        self.journal += events
        return events

    def add(self, *numbers: str, owner: int = MAIN_ACCOUNT) -> None:
        """Put numbers at the end of the pool."""
        for digits in numbers:
            code = calling_code(digits)
            assert code is not None, f"{digits} belongs to no country"
            self.do(AddNumber(digits, code, owner))

    def create(
        self,
        first: str,
        second: str = "",
        *,
        owner: int = MAIN_ACCOUNT,
        geomatch: bool = True,
        expiry_s: int = 1800,
        cooloff_s: int = 0,
        pins: PinWish | None = None,
        settings: Settings = SETTINGS,
    ) -> Session:
        """The session that a create makes or refreshes."""
        command = creation(
            first,
            second,
            owner=owner,
            geomatch=geomatch,
            expiry_s=expiry_s,
            cooloff_s=cooloff_s,
            pins=pins,
            settings=settings,
        )
        return _session_of(self.do(command)[0])

    def update(
        self,
        session: Session,
        *,
        owner: int | None = None,
        first: str | None = None,
        second: str | None = None,
        expiry_s: int | None = None,
        **settings: Unpack[SettingsChanges],
    ) -> Session:
        """The session after an update."""
        return _session_of(self.do(UpdateSession(owner, session.uuid, first, second, expiry_s, settings))[0])

    def delete(self, session: Session, *, owner: int | None = None) -> Session:
        """The session after its deletion."""
        return _session_of(self.do(DeleteSession(owner, session.uuid))[0])

    def call(
        self,
        caller: str,
        number: str = A,
        *,
        habit: Habit | None = None,
        after_s: float | None = None,
        talk_s: float | None = None,
        hangup_by: Side | None = None,
        digits: Sequence[str] | None = None,
        manual: bool = False,
        recording_fails: bool = False,
    ) -> Call:
        """The call that begins when `caller` dials `number`."""
        script = Script(
            habit,
            _micros(after_s),
            _micros(talk_s),
            hangup_by,
            None if digits is None else tuple(digits),
            manual,
            recording_fails,
        )
        began = next(event for event in self.do(PlaceCall(caller, number, script)) if isinstance(event, CallBegan))
        return self.call_now(began.call)

    def step(self, call: Call, signal: CallSignal) -> Call:
        """The call after something happened to it."""
        self.do(StepCall(call.uuid, signal))
        return self.call_now(call)

    def type_digits(self, call: Call, digits: str) -> Call:
        """The call after its caller typed digits."""
        self.do(TypeDigits(call.uuid, digits))
        return self.call_now(call)

    def phone(
        self,
        number: str,
        habit: Habit = Habit.ANSWER,
        *,
        after_s: float | None = None,
        hangup_after_s: float | None = None,
        digits: Sequence[str] = (),
    ) -> None:
        """Let a real number behave like this."""
        self.do(SetPhone(Phone(number, habit, _micros(after_s), _micros(hangup_after_s), tuple(digits))))

    def replace_number(self, digits: str) -> list[Event]:
        """What happens when a number is reported as sub-optimal."""
        return self.do(ReplaceNumber(digits))

    def wait(self, seconds: float) -> list[Event]:
        """What happens in the next seconds."""
        return self.wait_until(self.engine.now + round(seconds * SECOND_US))

    def wait_until(self, instant: int) -> list[Event]:
        """What happens up to an instant."""
        events = self.engine.advance(instant)
        self.journal += events
        return events

    def now(self, session: Session) -> Session:
        """The record of a session as it is now."""
        return self.engine.session(session.uuid)

    def call_now(self, call: Call) -> Call:
        """The record of a call as it is now."""
        found = self.engine.state.calls.get(call.uuid)
        assert found is not None, "the call is forgotten"
        return found

    def callbacks(self, session: Session | None = None) -> list[Callback]:
        """Every callback that became due, of one session where it is given."""
        due = [event.callback for event in self.journal if isinstance(event, CallbackDue)]
        return [callback for callback in due if session is None or callback.session == session.uuid]

    def told(self, session: Session | None = None) -> list[str]:
        """Every callback that became due, in words."""
        return [told(callback) for callback in self.callbacks(session)]

    def recordings(self) -> list[Recording]:
        """Every recording that is kept, newest first."""
        return list(self.engine.state.recordings.newest_first())

    def live(self) -> list[Session]:
        """Every live session, newest first."""
        return self.engine.select(SessionQuery(limit=100_000, offset=0, live=True))[1]

    def picture(self) -> Sequence[object]:
        """All that the engine holds: its instant, its draws of chance, its state."""
        return (self.engine.now, dict(self.engine.state.chance.drawn), *picture(self.engine.state))


def _micros(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * SECOND_US)


def _session_of(event: Event) -> Session:
    assert isinstance(event, SessionCreated | SessionRefreshed | SessionUpdated | SessionExpired)
    return event.session
