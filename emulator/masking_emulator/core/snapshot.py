"""Snapshots: a whole state as one record, and a state from it again.

Only what cannot be derived is in it: the records themselves, and the few orders that are more than a sort. Indexes,
uses and groups are made anew, so a snapshot that was edited by hand is as good as one that was taken.
"""

from masking_emulator.core.chance import Chance, Seed
from masking_emulator.core.commands import Command
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.callbacks import Callback
from masking_emulator.core.records.calls import Call, Phone, Recording
from masking_emulator.core.records.sessions import CoolOff, Number, Session
from masking_emulator.core.rules import Rules
from masking_emulator.core.state import State
from masking_emulator.core.work import Work


class Timer(Record):
    """A command that waits for its instant."""

    at: int
    key: str
    command: Command


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


def taking(state: State, now: int) -> Work[Snapshot]:
    """The work of the state as it stands when the work begins; what happens in it meanwhile is not in the snapshot."""
    numbers = tuple(state.pool.numbers())
    uses = [state.pool.use(number.digits) for number in numbers]
    held = {
        "at": now,
        "ordinal": state.ordinal,
        "call_ordinal": state.call_ordinal,
        "recording_ordinal": state.recordings.ordinal,
        "callback_ordinal": state.outbox.ordinal,
        "drawn": dict(state.chance.drawn),
        "numbers": numbers,
        "suspended": tuple(number.digits for number, use in zip(numbers, uses, strict=True) if use.suspended),
        "cool_offs": tuple(cool_off for use in uses for cool_off in use.cool_offs),
        "phones": tuple(state.phones.values()),
        "sessions": tuple(state.book.all()),
        "calls": tuple(state.calls.all()),
        "recordings": tuple(reversed(list(state.recordings.newest_first()))),
        "delivers": state.outbox.delivers,
        "callbacks": tuple(state.outbox.unsettled()),
        "lines": state.outbox.lines(),
        "sequences": state.outbox.sequences(),
    }
    # The timers take the longest, because they are sorted. They are copied before anything is yielded.
    entries = yield from state.timers.ordered()
    timers = []
    for at, _, key, command in entries:
        timers.append(Timer(at, key, command))
        yield
    return Snapshot(**held, timers=tuple(timers))  # type: ignore[arg-type]  # a mapping cannot say what each name has


def restoring(snapshot: Snapshot, rules: Rules, seed: Seed) -> Work[State]:
    """The work of the state that was taken."""
    state = State(rules, seed)
    state.chance = Chance(seed, snapshot.drawn)
    state.ordinal, state.call_ordinal = snapshot.ordinal, snapshot.call_ordinal
    for number in snapshot.numbers:
        state.pool.add(number)
    for session in snapshot.sessions:
        state.book.put(session)
        if session.is_live:
            state.pool.enter(session)
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
    for timer in snapshot.timers:
        state.timers.set(timer.key, timer.at, timer.command)
        yield
    return state
