"""Snapshots: a whole state as one record, and a state from it again.

Only what cannot be derived is in it: the records themselves, and the few orders that are more than a sort. Indexes,
uses and groups are made anew, so a snapshot that was edited by hand is as good as one that was taken.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final

from masking_emulator.core.books.outbox import in_order
from masking_emulator.core.chance import Chance, Seed
from masking_emulator.core.commands import Command, TimeOutSession
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.callbacks import Callback
from masking_emulator.core.records.calls import Call, Phone, Recording
from masking_emulator.core.records.sessions import CoolOff, Number, Session
from masking_emulator.core.rules import Rules
from masking_emulator.core.state import State
from masking_emulator.core.timers import Timer
from masking_emulator.core.work import Work


class Snapshot(Record):
    """Everything that an engine holds at `at`, besides its rules and its seed.

    Sessions, calls and recordings stand in the order of their making, timers in the order in which they will be due.
    `lines` are the callbacks to be sent, by session and in their order; the other callbacks are held.
    """

    at: int
    ordinal: int
    call_ordinal: int
    recording_ordinal: int
    callback_ordinal: int
    drawn: dict[str, int]
    numbers: tuple[Number, ...]
    suspended: tuple[str, ...]
    cool_offs: tuple[CoolOff, ...]
    phones: tuple[Phone, ...]
    sessions: tuple[Session, ...]
    calls: tuple[Call, ...]
    recordings: tuple[Recording, ...]
    delivers: bool
    callbacks: tuple[Callback, ...]
    lines: dict[str, list[int]]
    sequences: dict[str, int]
    timers: tuple[Timer, ...]


class OneOfEach:
    """Records as they are read from a snapshot, made only where an equal one is not there already.

    A snapshot is mostly put back into the world from which it was taken, whose sessions are still there meanwhile. So
    this saves a third of the memory that a restore takes, and a seventh where no session is known.
    """

    def __init__(self, kept: Callable[[str], Session | None]) -> None:
        """`kept` finds a session by its UUID that may be the same, if there is one."""
        self._kept = kept
        self._sessions: dict[str, Session] = {}

    def sessions(self, made: Sequence[Session]) -> Sequence[Session]:
        """The sessions, and in the place of each that was there before, that one."""
        one = [kept if kept == new else new for new, kept in zip(made, map(self._kept, map(_uuid, made)), strict=True)]
        self._sessions.update(zip(map(_uuid, one), one, strict=True))
        return one

    def timers(self, made: Sequence[Timer]) -> Sequence[Timer]:
        """The timers, with UUID and instant of the session that each ends; sessions are read before timers."""
        return [
            timer
            if session is None or timer.at != session.expires_at or not _ends(timer.command, timer.key)
            else Timer(session.expires_at, session.uuid, TimeOutSession(session.uuid))
            for timer, session in zip(made, map(self._sessions.get, map(_key, made)), strict=True)
        ]


def _ends(command: Command, session: str) -> bool:
    return isinstance(command, TimeOutSession) and command.uuid == session


_uuid: Final = attrgetter("uuid")
_key: Final = attrgetter("key")


def taking(state: State, now: int) -> Work[Snapshot]:
    """The work of the state as it stands when the work begins; what happens in it meanwhile is not in the snapshot."""
    return (yield from cut(state, now)())


def cut(state: State, now: int) -> Callable[[], Work[Snapshot]]:
    """What makes a snapshot of the state as it stands, later and however it has changed by then.

    Here only lists of records are copied, which never change themselves: a cut costs next to nothing.
    """
    ordinals = {
        "ordinal": state.ordinal,
        "call_ordinal": state.call_ordinal,
        "recording_ordinal": state.recordings.ordinal,
        "callback_ordinal": state.outbox.ordinal,
    }
    drawn, phones = dict(state.chance.drawn), tuple(state.phones.values())
    numbers, uses = tuple(state.pool.numbers()), state.pool.uses()
    sessions, calls = tuple(state.book.all()), tuple(state.calls.all())
    recordings = tuple(state.recordings.newest_first())
    delivers, callbacks = state.outbox.delivers, state.outbox.open()
    lines, sequences = state.outbox.lines(), state.outbox.sequences()
    timers = tuple(state.timers.all())

    def taking_cut() -> Work[Snapshot]:
        used = [(number.digits, uses[number.digits]) for number in numbers if number.digits in uses]
        yield
        return Snapshot(
            at=now,
            **ordinals,
            drawn=drawn,
            numbers=numbers,
            suspended=tuple(digits for digits, use in used if use.suspended),
            cool_offs=tuple(cool_off for _, use in used for cool_off in use.cool_offs),
            phones=phones,
            sessions=sessions,
            calls=calls,
            recordings=recordings[::-1],
            delivers=delivers,
            callbacks=tuple(in_order(callbacks)),
            lines=lines,
            sequences=sequences,
            timers=timers,
        )

    return taking_cut


def restoring(snapshot: Snapshot, rules: Rules, seed: Seed) -> Work[State]:
    """The work of the state that was taken."""
    state = State(rules, seed)
    state.chance = Chance(seed, snapshot.drawn)
    state.ordinal, state.call_ordinal = snapshot.ordinal, snapshot.call_ordinal
    for number in snapshot.numbers:
        state.pool.add(number)
    yield from state.book.filling(snapshot.sessions)
    state.pool.fill([session for session in snapshot.sessions if session.is_live])
    yield
    for cool_off in snapshot.cool_offs:
        state.pool.start_cool_off(cool_off)
        yield
    for digits in snapshot.suspended:
        state.pool.suspend(digits)
    state.phones = {phone.number: phone for phone in snapshot.phones}
    for call in snapshot.calls:
        state.calls.put(call)
        yield
    for recording in snapshot.recordings:
        state.recordings.put(recording)
    state.recordings.ordinal = snapshot.recording_ordinal
    state.outbox.restore(snapshot.callbacks, snapshot.lines, snapshot.sequences, snapshot.callback_ordinal)
    state.outbox.delivers = snapshot.delivers
    yield from state.timers.filling(snapshot.timers)
    return state
