"""The engine: the only way into the core.

`advance` runs every timer that is due, in order of deadline; `handle` applies one command or refuses it and
changes nothing. Both return events, and nothing else changes the state. A timer holds a command, so an
expiry at noon and a DELETE at noon take the same path.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, Final

from masking_emulator.core.books.pool import Pool
from masking_emulator.core.books.session_query import SessionQuery
from masking_emulator.core.chance import Seed
from masking_emulator.core.commands import (
    AddNumber,
    Command,
    CreateSession,
    DeleteRecording,
    DeleteSession,
    DropCallback,
    EndCoolOff,
    HoldCallback,
    InitiateCall,
    NoteMedia,
    PlaceCall,
    ReleaseCallback,
    ReplaceNumber,
    RetryCallback,
    SendAgain,
    SetPhone,
    SettleAttempt,
    StepCall,
    SwitchDelivery,
    TimeOutSession,
    TypeDigits,
    UpdateSession,
)
from masking_emulator.core.decisions import calls, deliveries, notices, numbers, recordings, sessions
from masking_emulator.core.events import Event
from masking_emulator.core.records.callbacks import Callback
from masking_emulator.core.records.calls import Call, Leg, Phone, Recording
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.refusals import Refused
from masking_emulator.core.rules import Rules, Tariff
from masking_emulator.core.snapshot import Snapshot, cut, restoring, taking
from masking_emulator.core.state import State
from masking_emulator.core.work import Work, finished

# The key decides the type of the second argument, which no type for a mapping can say: hence Any.
_DECIDE: Final[Mapping[type, Callable[[State, Any, int], Sequence[Event]]]] = {
    CreateSession: sessions.create,
    UpdateSession: sessions.update,
    DeleteSession: sessions.delete,
    TimeOutSession: sessions.time_out,
    EndCoolOff: numbers.end_cool_off,
    AddNumber: numbers.add,
    ReplaceNumber: numbers.replace_number,
    SetPhone: deliveries.set_phone,
    PlaceCall: calls.place,
    InitiateCall: calls.initiate,
    StepCall: calls.take_step,
    TypeDigits: calls.type_digits,
    DeleteRecording: recordings.delete,
    NoteMedia: deliveries.note_media,
    SettleAttempt: deliveries.settle,
    RetryCallback: deliveries.wait_again,
    ReleaseCallback: deliveries.wait_again,
    HoldCallback: deliveries.hold,
    DropCallback: deliveries.drop,
    SendAgain: deliveries.send_again,
    SwitchDelivery: deliveries.switch_delivery,
}


#: What was done at an instant: a command, or so many timers that were due.
Done = Command | int


class Engine:
    """One world's masking service at one instant. Instants never go back."""

    def __init__(self, state: State, now: int, *, timers_run: int = 0) -> None:
        """`state` is from here on the engine's own; `timers_run` is how many timers have run in it."""
        self._state = state
        self.now = now
        self.timers_run = timers_run

    @classmethod
    def restored(cls, snapshot: Snapshot, *, rules: Rules, seed: Seed) -> "Engine":
        """An engine in the state that the snapshot holds."""
        return finished(cls.restoring(snapshot, rules=rules, seed=seed))

    @classmethod
    def restoring(cls, snapshot: Snapshot, *, rules: Rules, seed: Seed) -> Work["Engine"]:
        """The work of a restored engine."""
        state = yield from restoring(snapshot, rules, seed)
        return cls(state, snapshot.at)

    def snapshot(self) -> Snapshot:
        """Everything that the engine holds, besides rules and seed."""
        return finished(self.taking_snapshot())

    def taking_snapshot(self) -> Work[Snapshot]:
        """The work of a snapshot: of the moment in which it begins, whatever happens in the engine meanwhile."""
        return taking(self._state, self.now)

    def cut(self) -> Callable[[], Work["Engine"]]:
        """What makes an engine in the state that this one is in now, later. It costs next to nothing until then."""
        taking_cut, rules, seed = cut(self._state, self.now), self._state.rules, self._state.chance.seed

        def making() -> Work[Engine]:
            snapshot = yield from taking_cut()
            return (yield from Engine.restoring(snapshot, rules=rules, seed=seed))

        return making

    def fork(self) -> "Engine":
        """An independent engine in the same state."""
        return finished(self.forking())

    def forking(self) -> Work["Engine"]:
        """The work of a fork; nothing may change this engine meanwhile."""
        state = yield from self._state.copying()
        return Engine(state, self.now, timers_run=self.timers_run)

    def advance(self, instant: int, *, timers_max: int | None = None, to_callbacks: bool = False) -> list[Event]:
        """Run the timers that are due up to `instant`, each at its own, and stand there.

        It may stand earlier, and another call goes on: with `timers_max` past so many timers, with `to_callbacks` at
        the end of an instant after which callbacks are to be sent.
        """
        events: list[Event] = []
        for _ in repeat(None) if timers_max is None else repeat(None, timers_max):
            due = self._state.timers.pop_due(instant)
            if due is None:
                self.now = max(self.now, instant)
                break
            self.now = max(self.now, due.at)  # a callback may have been held until an instant that has passed
            self.timers_run += 1
            self._apply(due.command, events)
            # Checked after a timer and not before it: a callback that nobody answers must not stop the clock.
            if to_callbacks and self._state.outbox.ready_sessions and self._state.timers.deadline() != self.now:
                break
        return events

    def rerunning(self, at: int, done: Done) -> Iterator[Event]:
        """Do once more what was done at an instant: each event as soon as it has been applied.

        The rest is done as the iterator goes on; one that is left early leaves the engine in the middle.
        Raises Refused, which what was recorded never was.
        """
        if not isinstance(done, int):
            self.now = max(self.now, at)
            yield from self._applying(done)
            return
        for _ in range(done):
            due = self._state.timers.pop_due(at)
            if due is None:
                break
            self.now = max(self.now, due.at)
            yield from self._applying(due.command)
        self.now = max(self.now, at)

    def handle(self, command: Command) -> list[Event]:
        """Apply a command now. Raises Refused, and then nothing has changed."""
        chance = self._state.chance
        drawn = chance.mark()
        try:
            events: list[Event] = []
            self._apply(command, events)
            return events
        except Refused:
            chance.back_to(drawn)
            raise

    def foreseen(self, command: Command) -> Event:
        """The first event that the command would come to now; nothing changes. Raises Refused."""
        chance = self._state.chance
        drawn = chance.mark()
        try:
            return next(iter(_DECIDE[type(command)](self._state, command, self.now)))
        finally:
            chance.back_to(drawn)

    def deadline(self) -> int | None:
        """When the next timer is due; None where none is set."""
        return self._state.timers.deadline()

    def session(self, uuid: str, owner: int | None = None) -> Session:
        """A session that this owner may see; None sees all. Raises Refused(SESSION_NOT_FOUND)."""
        return sessions.find(self._state, uuid, owner, self.now)

    @property
    def kept_session(self) -> Callable[[str], Session | None]:
        """What finds a session by its UUID, if it is kept."""
        return self._state.book.get

    def select(self, query: SessionQuery) -> tuple[int, list[Session]]:
        """How many sessions match, and the wanted page of them, newest first. Raises Unindexed."""
        return self._state.book.select(query, self.now)

    def sessions(self) -> Iterable[Session]:
        """Every session that is kept, oldest first."""
        return self._state.book.all()

    def is_in_call(self, session: str) -> bool:
        """Whether a call of this session runs; False where there is no such session."""
        known = self._state.book.get(session)
        return known is not None and known.running > 0

    def is_party(self, person: str) -> bool:
        """Whether this person is a party of a live session."""
        return bool(self._state.book.live_of(person))

    @property
    def sessions_live(self) -> int:
        """How many sessions live."""
        return self._state.book.live_count

    @property
    def sessions_kept(self) -> int:
        """How many sessions are remembered, live and ended ones."""
        return len(self._state.book)

    @property
    def timers_set(self) -> int:
        """How many timers are set."""
        return len(self._state.timers)

    @property
    def records(self) -> int:
        """How many records a copy of the state has, about: sessions, calls, and timers."""
        return len(self._state.book) + len(self._state.calls) + len(self._state.timers)

    @property
    def callbacks_open(self) -> int:
        """How many callbacks are not settled."""
        return len(self._state.outbox)

    @property
    def pool(self) -> Pool:
        """The number pool, to read."""
        return self._state.pool

    @property
    def tariff(self) -> Tariff:
        """What calls cost."""
        return self._state.rules.tariff

    def call(self, uuid: str) -> Call:
        """The call with this leg. Raises Refused(CALL_NOT_FOUND)."""
        return calls.find(self._state, uuid)

    def running_call(self, uuid: str) -> Call:
        """The call with this leg, which runs. Raises Refused: CALL_NOT_FOUND, CALL_ENDED."""
        return calls.find_running(self._state, uuid)

    def leg(self, uuid: str) -> tuple[Call, Leg] | None:
        """The leg of this UUID, with its call; None where no call has it, or it is forgotten."""
        return self._state.calls.leg(uuid)

    def calls(self) -> Iterable[Call]:
        """Every call, newest first."""
        return self._state.calls.newest_first()

    def phones(self) -> Collection[Phone]:
        """Every phone whose habits somebody has set."""
        return self._state.phones.values()

    def recording(self, uuid: str, owner: int | None) -> Recording:
        """A recording that this owner may see; None sees all. Raises Refused(RECORDING_NOT_FOUND)."""
        return recordings.find(self._state, uuid, owner)

    def keeps_recording(self, uuid: str) -> bool:
        """Whether the recording of this UUID is kept."""
        return self._state.recordings.get(uuid) is not None

    def recordings(self) -> Iterable[Recording]:
        """Every recording that is kept, newest first."""
        return self._state.recordings.newest_first()

    @property
    def delivers(self) -> bool:
        """Whether callbacks are sent, and not only kept."""
        return self._state.outbox.delivers

    def unsettled(self) -> list[Callback]:
        """Every callback that is to be sent, pauses, or is held, oldest first."""
        return self._state.outbox.unsettled()

    @property
    def callbacks_made(self) -> int:
        """How many callbacks have become due; the newest has this ordinal."""
        return self._state.outbox.ordinal

    def next_callback(self, session: str) -> Callback | None:
        """The callback of this session that is to be sent now; None where none is, or the first one pauses."""
        return self._state.outbox.next_callback(session)

    def ready_sessions(self) -> Collection[str]:
        """The sessions of which a callback is to be sent now."""
        return self._state.outbox.ready_sessions

    @property
    def state(self) -> State:
        """The whole state, for the core's own tests; everybody else asks by name."""
        return self._state

    def _apply(self, command: Command, events: list[Event]) -> None:
        """Apply a command, and add what happens to the events."""
        # As `_applying`; with a generator for each of 100,000 timers an advance takes a fifth longer.
        state, now = self._state, self.now
        for event in _DECIDE[type(command)](state, command, now):
            state.absorb(event)
            events.append(event)
            callback = notices.due(state, event, now)
            if callback is not None:
                state.absorb(callback)
                events.append(callback)

    def _applying(self, command: Command) -> Iterator[Event]:
        state, now = self._state, self.now
        for event in _DECIDE[type(command)](state, command, now):
            state.absorb(event)
            yield event
            callback = notices.due(state, event, now)
            if callback is not None:
                state.absorb(callback)
                yield callback
