"""A life of a world: the state that begins at its start and ends with a reset. It is put together here only.

A life is made in three ways: begun from a spec, restored from a snapshot of another one, or forked from one that goes
on. What is not part of a life belongs to the world (requests, files, timers of the event loop) and
outlasts it.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from masking_emulator.callbacks.laboratory import Laboratory, Rule
from masking_emulator.callbacks.log import CallbackLog, Entry
from masking_emulator.callbacks.routes import RouteTable
from masking_emulator.callbacks.writing import Writer
from masking_emulator.clock import WorldClock
from masking_emulator.core.chance import Chance
from masking_emulator.core.commands import AddNumber, DropCallback, SetPhone
from masking_emulator.core.engine import Engine
from masking_emulator.core.events import CallbackSettled
from masking_emulator.core.records.base import Record
from masking_emulator.core.rules import Rules
from masking_emulator.core.snapshot import Snapshot
from masking_emulator.core.state import State
from masking_emulator.core.work import Work, finished
from masking_emulator.plivo.policy import rules_of
from masking_emulator.traffic.placed import FaultList
from masking_emulator.world.history import LifeHistory, Moment
from masking_emulator.world.journal import Journal
from masking_emulator.world.spec import WorldSpec

#: A copy that was made in turns is made anew where a callback was answered meanwhile; after so many times, in one turn.
_TRIES: Final = 3


class SavedWorld(Record):
    """The state of a world: its clock, its random draws, its laboratory, and its engine."""

    now: int
    rate: float
    journal_last: int
    drawn: Mapping[str, int]
    rules: Sequence[Rule]
    engine: Snapshot


class Holdings(NamedTuple):
    """How much a world holds: sessions that live, sessions that are remembered, callbacks not settled, timers set."""

    sessions_live: int
    sessions_kept: int
    callbacks_open: int
    timers: int


class Life:
    """One life of a world. Two lives share nothing."""

    def __init__(
        self,
        *,
        clock: WorldClock,
        journal: Journal,
        chance: Chance,
        faults: FaultList,
        engine: Engine,
        log: CallbackLog,
        laboratory: Laboratory,
        routes: RouteTable,
        history: LifeHistory,
    ) -> None:
        self.clock = clock
        self.journal = journal
        #: The world's own draws: nonces, api_ids, faults, laboratory. The engine has draws of its own.
        self.chance = chance
        self.faults = faults
        self.engine = engine
        self.log = log
        self.laboratory = laboratory
        self.routes = routes
        self.history = history

    def holdings(self) -> Holdings:
        """What it holds as it stands."""
        engine = self.engine
        return Holdings(engine.sessions_live, engine.sessions_kept, engine.callbacks_open, engine.timers_set)

    @classmethod
    def begun(cls, spec: WorldSpec) -> "Life":
        """A new life, in which nothing has happened; how its numbers and phones got there is not in its journal."""
        clock = WorldClock(start=spec.clock_start, rate=spec.clock_rate)
        now = clock.now()
        return cls(
            clock=clock,
            journal=Journal(spec.limits.journal_events_max),
            chance=Chance(spec.seed),
            faults=FaultList(spec.faults, now=now, rate_limited=spec.policy.rate_limit),
            engine=finished(_beginning(spec, now)),
            log=CallbackLog(spec.limits.callbacks_kept_max),
            laboratory=Laboratory(),
            routes=RouteTable(spec.routes),
            history=LifeHistory(lambda: _beginning(spec, now), after=0, events_max=spec.limits.history_max),
        )

    @classmethod
    def restoring(cls, spec: WorldSpec, saved: SavedWorld, resources_url: str) -> Work["Life"]:
        """The work of a life in the state of another one of this spec. Its faults count anew, its journal is empty.

        Open callbacks are written down anew, with URLs of resources that begin as given.
        """
        engine = yield from Engine.restoring(saved.engine, rules=rules_of_spec(spec), seed=spec.seed)
        life = cls(
            clock=WorldClock(start=saved.now, rate=saved.rate),
            journal=Journal(spec.limits.journal_events_max, last=saved.journal_last),
            chance=Chance(spec.seed, saved.drawn),
            faults=FaultList(spec.faults, now=saved.now, rate_limited=spec.policy.rate_limit),
            engine=engine,
            log=CallbackLog(spec.limits.callbacks_kept_max),
            laboratory=Laboratory([rule.copy() for rule in saved.rules]),
            routes=RouteTable(spec.routes),
            history=LifeHistory(engine.cut(), after=saved.journal_last, events_max=spec.limits.history_max),
        )
        # From a stream of their own: the world's own stream has the nonces of the callbacks to come.
        drawn = Chance(f"{spec.seed} taken over at {saved.now}")
        writer = Writer(spec.accounts, resources_url, drawn, life.routes)
        for callback in engine.unsettled():
            life.log.add(callback, writer.written(callback))
            yield
        return life

    def forking(self) -> Work["Life"]:
        """The work of a copy of this life, which from here on shares nothing with it.

        Callbacks that are not sent yet stay with this life; the copy drops them. The laboratory's rules keep their
        counts, but a group that waits to be reordered is dropped with the rest.
        """
        engine = None
        for _ in range(_TRIES):
            last = self.journal.last
            engine = yield from self.engine.forking()
            if self.journal.last == last:
                break
        else:
            engine = self.engine.fork()
        journal, log, history = self.journal.copy(), self.log.copy(), self.history.copy()
        _drop_unsettled(engine, journal, log, history)
        return Life(
            clock=self.clock.copy(),
            journal=journal,
            chance=self.chance.copy(),
            faults=self.faults.copy(),
            engine=engine,
            log=log,
            laboratory=self.laboratory.forked(),
            routes=RouteTable(self.routes.routes),
            history=history,
        )

    def forking_at(self, sequence: int) -> Work["Life"]:
        """The work of a life that goes on from where this one stood after an event. Raises NotKept.

        It begins at the end of what the event belongs to. Faults, routes and the laboratory are as they are now, and
        the faults count anew, as do draws: those of the world itself go on from where they are, so that none comes
        twice. Callbacks that were open then are dropped.
        """
        engine, reached = yield from self.history.engine_at(sequence, whole=True)
        journal, log = self.journal.up_to(reached), CallbackLog(self.log.kept_max)
        for entry in (yield from _entries_at(self.log, engine)):
            log.enter(entry)
        history = self.history.begun_anew(engine, after=reached)
        _drop_unsettled(engine, journal, log, history)
        return Life(
            clock=WorldClock(start=engine.now, rate=self.clock.rate),
            journal=journal,
            chance=self.chance.copy(),
            faults=self.faults.begun_anew(engine.now),
            engine=engine,
            log=log,
            laboratory=self.laboratory.forked(),
            routes=RouteTable(self.routes.routes),
            history=history,
        )

    def looking_back(self, sequence: int) -> Work[Moment]:
        """The work of seeing this life as it stood after an event. Raises NotKept."""
        engine, _ = yield from self.history.engine_at(sequence)
        entries = yield from _entries_at(self.log, engine)
        return Moment(sequence, self.journal.at(sequence), engine, entries)

    def saving(self, *, rate: float) -> Work[SavedWorld]:
        """The work of the state of this life, as it is when the work begins.

        `rate` is that of its clock, which may have been stopped from outside.
        """
        now, last, drawn = self.clock.now(), self.journal.last, dict(self.chance.drawn)
        rules = [rule.copy() for rule in self.laboratory.rules]
        engine = yield from self.engine.taking_snapshot()
        return SavedWorld(now=now, rate=rate, journal_last=last, drawn=drawn, rules=rules, engine=engine)


def _entries_at(log: CallbackLog, engine: Engine) -> Work[list[Entry]]:
    """The work of the callbacks that there were when the engine stood here, as far as the log still has them.

    What was not open then had been settled, and that never changes.
    """
    still_open = {callback.ordinal: callback for callback in engine.unsettled()}
    entries = []
    for entry in list(log.all()):
        if entry.callback.ordinal <= engine.callbacks_made:
            callback = still_open.get(entry.callback.ordinal)
            entries.append(entry.copy() if callback is None else entry.as_of(callback))
        yield
    return entries


def _beginning(spec: WorldSpec, now: int) -> Work[Engine]:
    """The work of the engine with which a life of this spec begins at an instant."""
    engine = Engine(State(rules_of_spec(spec), spec.seed), now)
    for number in spec.numbers:
        engine.handle(AddNumber(number.digits, number.calling_code, number.owner))
        yield
    for phone in spec.phones:
        engine.handle(SetPhone(phone))
        yield
    return engine


def _drop_unsettled(engine: Engine, journal: Journal, log: CallbackLog, history: LifeHistory) -> None:
    # All are dropped before the dispatch looks at any, or it would send the second of a line as soon as the
    # first is dropped.
    for callback in engine.unsettled():
        command = DropCallback(callback.ordinal)
        events = engine.handle(command)
        history.note(engine, command, len(events))
        journal.append(events)
        for event in events:
            assert isinstance(event, CallbackSettled), "a drop settles its callback and does nothing else"
            log.change(event.callback)


def rules_of_spec(spec: WorldSpec) -> Rules:
    """The engine's rules that follow from a world."""
    return rules_of(spec.policy, spec.limits, spec.telephony, spec.tariff)
