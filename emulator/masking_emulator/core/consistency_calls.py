"""Checks of the calls, recordings and callbacks of a snapshot that people may have edited: what must go together."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from masking_emulator.core.commands import ReleaseCallback, RetryCallback, StepCall, TypeDigits
from masking_emulator.core.decisions.call_flow import CALL_FLOW
from masking_emulator.core.instants import DAY_US
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.callbacks import OPEN_STATES, Callback, CallbackState, Channel, Notice, NoticeKind
from masking_emulator.core.records.calls import Call, Leg, Phase, Recording, RecordingState, Role, Route
from masking_emulator.core.snapshot import Snapshot
from masking_emulator.core.timers import callback_key

#: Where the contradiction is, what it is about, and why it cannot be.
Contradiction = tuple[str, Any, str]

#: The contradictions that are found, and None wherever a long check may be interrupted.
Checking = Iterator[Contradiction | None]

#: So many names are compared before anybody asks whether a turn is over.
_NAMES_AT_ONCE: Final = 500

#: And so many records.
RECORDS_AT_ONCE: Final = 100

_CONNECTING: Final = (Route.CONNECT, Route.PLACED, Route.ASK_PIN, Route.ANYONE)


class _Stage(Record):
    """What a running call has in a phase: its legs, how many of them are answered, and its routes."""

    legs: int
    answered: int
    routes: tuple[Route, ...]


_STAGES: Final[Mapping[Phase, _Stage]] = {
    Phase.RINGING_FIRST: _Stage(1, 0, (Route.PLACED,)),
    Phase.ASKING_PIN: _Stage(1, 1, (Route.ASK_PIN,)),
    Phase.PAUSING: _Stage(1, 1, (Route.ASK_PIN,)),
    Phase.ANNOUNCING: _Stage(1, 1, (Route.ANNOUNCE,)),
    Phase.RINGING_SECOND: _Stage(2, 1, _CONNECTING),
    Phase.BRIDGED: _Stage(2, 2, _CONNECTING),
}


#: A call in one of these phases belongs to a session.
_IN_SESSION: Final = (Phase.RINGING_FIRST, Phase.RINGING_SECOND, Phase.BRIDGED)


def calls(engine: Snapshot, accounts: int) -> Checking:
    """Contradictions in the calls, those that run and those that have ended."""
    if not engine.calls:
        return
    yield from twice("calls", (leg.uuid for call in engine.calls for leg in call.legs))
    yield from in_order("calls", engine.calls, engine.call_ordinal)
    numbers = {number.digits for number in engine.numbers}
    owners = {session.uuid: session.owner for session in engine.sessions}
    yield None
    for call in engine.calls:
        yield None
        if not 0 <= call.owner < accounts:
            yield "calls", call.uuid, "belongs to no account"
        elif owners.get(call.session, call.owner) != call.owner:
            yield "calls", call.uuid, "belongs to another account than its session"
        if call.number not in numbers:
            yield "calls", call.uuid, "has a number that is not there"
        for why in (*_call(call, engine.at), *(_running(call, engine.at) if call.is_running else ())):
            yield "calls", call.uuid, why
        if call.is_running and call.session not in (owners if call.phase in _IN_SESSION else {"", *owners}):
            yield "calls", call.uuid, "runs in a session that is not there"
    by_uuid = {call.uuid: call for call in engine.calls}
    for count, timer in enumerate(engine.timers):
        if not count % RECORDS_AT_ONCE:
            yield None
        if isinstance(timer.command, StepCall | TypeDigits):
            yield from _timer(timer.command, by_uuid)


def _call(call: Call, now: int) -> Iterator[str]:
    """What cannot be of any call, also of the one in a callback."""
    if not 1 <= len(call.legs) <= 2:
        yield "has another number of legs than one or two"
        return
    if call.uuid != call.legs[0].uuid:
        yield "is not named after its first leg"
    if call.caller != call.legs[0].person or (call.legs[1:] and call.callee != call.legs[1].person):
        yield "has a leg with somebody else"
    if call.legs[1:] and {leg.role for leg in call.legs} != set(Role):
        yield "has two legs of one party"
    for leg in call.legs:
        yield from _leg(leg, call, now)
    if not call.is_running and not (call.ended_at and call.started_at <= call.ended_at <= now and call.next is None):
        yield "has ended, and its end is missing, in the future, or not its end"
    if call.is_running and call.ended_at is not None:
        yield "runs and has an end"


def _leg(leg: Leg, call: Call, now: int) -> Iterator[str]:
    instants = [at for at in (call.started_at, leg.started_at, leg.answered_at, leg.ended_at, now) if at is not None]
    if instants != sorted(instants):
        yield f"has a leg, {leg.uuid}, whose instants are not in their order"
    over = [leg.ended_at is not None, leg.cause is not None, leg.source is not None]
    if len(set(over)) > 1 or over[0] is call.is_running:
        yield f"has a leg, {leg.uuid}, that is over only in part"
    if not over[0] and (leg.duration_s or leg.billed_s or leg.amount_micros):
        yield f"has a leg, {leg.uuid}, that is billed before its end"


def _running(call: Call, now: int) -> Iterator[str]:
    stage, answered = _STAGES[call.phase], sum(leg.answered_at is not None for leg in call.legs)
    if (stage.legs, stage.answered) != (len(call.legs), answered) or call.route not in stage.routes:
        yield f"is {call.phase.word}, and its legs or its route say otherwise"
    if call.phase in (Phase.ASKING_PIN, Phase.PAUSING) and (call.pins is None or call.session):
        yield "asks for a PIN, and has no rules for it, or a session already"
    if (call.limit_at is None) is not (call.phase is Phase.RINGING_FIRST):
        yield "has a time limit too early, or none"
    if call.next is None:
        yield "runs, and nothing comes next"
    elif call.next.at < now or (call.limit_at is not None and call.next.at > call.limit_at):
        yield "goes on before now, or after its time limit"
    elif call.next.signal is None:
        if call.phase is not Phase.ASKING_PIN:
            yield "types a PIN that nobody asks for"
    elif (call.phase, call.next.signal) not in CALL_FLOW or (call.phase is Phase.ASKING_PIN and _is_verdict(call)):
        yield f"cannot go on with {call.next.signal.word} while it is {call.phase.word}"


def _is_verdict(call: Call) -> bool:
    return call.next is not None and call.next.signal is not None and call.next.signal.word.startswith("pin_")


def _timer(command: StepCall | TypeDigits, by_uuid: Mapping[str, Call]) -> Checking:
    call = by_uuid.get(command.call)
    if call is None or call.next is None:
        return  # said where timers are checked
    step = call.next
    expected = TypeDigits(call.uuid, step.digits) if step.signal is None else StepCall(call.uuid, step.signal)
    if command != expected:
        yield "timers", call.uuid, "is another step than the one that comes next in its call"


def recordings(engine: Snapshot, accounts: int) -> Checking:
    """Contradictions in the recordings."""
    yield from twice("recordings", (recording.uuid for recording in engine.recordings))
    yield from in_order("recordings", engine.recordings, engine.recording_ordinal)
    by_uuid = {call.uuid: call for call in engine.calls}
    for recording in engine.recordings:
        yield None
        if not 0 <= recording.owner < accounts:
            yield "recordings", recording.uuid, "belongs to no account"
        for why in _recording(recording, by_uuid.get(recording.call), engine.at):
            yield "recordings", recording.uuid, why
    kept = {recording.uuid: recording.call for recording in engine.recordings}
    for call in engine.calls:
        if kept.get(call.recording, call.uuid) != call.uuid:
            yield "calls", call.uuid, "has the recording of another call"


def _recording(recording: Recording, call: Call | None, now: int) -> Iterator[str]:
    is_running = recording.state is RecordingState.RUNNING
    if recording.state is RecordingState.FAILED:
        yield "has failed, so there is nothing to keep"
    if is_running is (recording.ended_at is not None):
        yield "runs and has ended, or neither"
    if not recording.started_at <= (now if recording.ended_at is None else recording.ended_at) <= now:
        yield "has instants that are not in their order"
    if is_running and (call is None or not call.is_running or call.recording != recording.uuid):
        yield "runs, and no call runs that it records"
    if call is not None and (recording.session != call.session or recording.started_at < call.started_at):
        yield "is of another session than its call, or began before it"
    elif call is None and recording.ended_at is not None and recording.ended_at - recording.started_at > DAY_US:
        yield "is longer than any call"


def callbacks(engine: Snapshot, accounts: int) -> Checking:
    """Contradictions in the callbacks that are not settled, and in their lines."""
    yield from twice("callbacks", (callback.ordinal for callback in engine.callbacks))
    owners = {session.uuid: session.owner for session in engine.sessions}
    yield None
    for callback in engine.callbacks:
        yield None
        if not 0 <= callback.owner < accounts or owners.get(callback.session, callback.owner) != callback.owner:
            yield "callbacks", callback.ordinal, "belongs to no account, or to another than its session"
        reached = engine.sequences.get(callback.session, 0) if callback.session in owners else callback.sequence
        if callback.sequence > reached:
            yield "callbacks", callback.ordinal, "has a sequence number that its session has not reached"
        for why in (*_callback(callback, engine), *_notice(callback.notice, callback.channel, engine.at)):
            yield "callbacks", callback.ordinal, why
    for session in engine.sequences.keys() - owners.keys():
        yield "sequences", session, "is no session"
    yield from _lines(engine)
    yield from _callback_timers(engine)


def _callback(callback: Callback, engine: Snapshot) -> Iterator[str]:
    if not max(callback.ordinal, callback.copy_of or 0) <= engine.callback_ordinal:
        yield "is newer than the newest callback"
    if callback.copy_of is not None and callback.copy_of >= callback.ordinal:
        yield "is older than what it repeats"
    if callback.state not in OPEN_STATES:
        yield "is settled, and those are not kept"
    if callback.state is CallbackState.RETRYING and not callback.attempts:
        yield "is tried again, and was never tried"
    if callback.due_at > engine.at:
        yield "was due in the future"


def _notice(notice: Notice, channel: Channel, now: int) -> Iterator[str]:
    kind, call = notice.kind, notice.call
    has = {
        name
        for name, value in (
            ("call", call),
            ("leg", notice.leg),
            ("who", notice.who),
            ("verdict", notice.verdict),
            ("recording", notice.recording),
        )
        if value is not None
    }
    if has != _PARTS.get(kind, set()):
        yield f"says {kind.word} without what belongs to it, or with more"
        return
    if (channel is Channel.RECORDING) is not (notice.recording is not None):
        yield f"says {kind.word} to the wrong URL"
    if kind is NoticeKind.LEG_RINGING and notice.who is not Role.SECOND:
        yield "says that the first party's phone rings"
    if call is None:
        return
    yield from _call(call, now)
    if notice.leg is not None and not 0 <= notice.leg < len(call.legs):
        yield "is about a leg that is not there"
    elif kind in (NoticeKind.CALL_OVER, NoticeKind.LEG_ENDED) and call.is_running:
        yield "says that a call is over, and it runs"
    recording = notice.recording
    if recording is not None and recording.state is not _STATES[kind]:
        yield f"says {kind.word} of a recording that is {recording.state.word}"
    elif recording is not None and (recording.ended_at is not None) is not (kind is NoticeKind.RECORDING_COMPLETED):
        yield f"says {kind.word} of a recording with another end"


_LEG_PARTS: Final = {"call", "leg", "who"}
_RECORDING_PARTS: Final = {"call", "recording"}

#: What a notice has beside its kind.
_PARTS: Final[Mapping[NoticeKind, set[str]]] = {
    **dict.fromkeys((NoticeKind.LEG_ANSWERED, NoticeKind.LEG_RINGING, NoticeKind.LEG_ENDED), _LEG_PARTS),
    NoticeKind.PIN_CHECKED: {"call", "verdict"},
    NoticeKind.CALL_OVER: {"call"},
    **dict.fromkeys(
        (NoticeKind.RECORDING_STARTED, NoticeKind.RECORDING_COMPLETED, NoticeKind.RECORDING_FAILED), _RECORDING_PARTS
    ),
}

_STATES: Final = {
    NoticeKind.RECORDING_STARTED: RecordingState.RUNNING,
    NoticeKind.RECORDING_COMPLETED: RecordingState.COMPLETED,
    NoticeKind.RECORDING_FAILED: RecordingState.FAILED,
}


def _lines(engine: Snapshot) -> Checking:
    """Every callback that is not held is in the line of its session, once; only the first of a line may pause."""
    by_ordinal = {callback.ordinal: callback for callback in engine.callbacks}
    for session, line in engine.lines.items():
        for at, ordinal in enumerate(line):
            callback = by_ordinal.get(ordinal)
            if callback is None or callback.session != session:
                yield f"lines.{session}", ordinal, "is no open callback of this session"
            elif callback.state is CallbackState.HELD or (at and callback.state is CallbackState.RETRYING):
                yield f"lines.{session}", ordinal, f"is {callback.state.word}, which has no place here"
        if not line:
            yield "lines", session, "has nothing in its line"
    times = Counter(ordinal for line in engine.lines.values() for ordinal in line)
    for callback in engine.callbacks:
        if times[callback.ordinal] != (callback.state is not CallbackState.HELD):
            yield "lines", callback.ordinal, f"is {times[callback.ordinal]} times in a line and {callback.state.word}"


def _callback_timers(engine: Snapshot) -> Checking:
    if not engine.callbacks:
        return
    timers = {timer.key: timer.command for timer in engine.timers}
    yield None
    may = {
        CallbackState.RETRYING: (RetryCallback,),
        CallbackState.HELD: (ReleaseCallback, type(None)),
        CallbackState.WAITING: (type(None),),
    }
    for callback in engine.callbacks:
        command = timers.get(callback_key(callback.ordinal))
        if not isinstance(command, may.get(callback.state, ())):
            yield "callbacks", callback.ordinal, f"is {callback.state.word}, and its timer says otherwise"


def in_order(where: str, records: Iterable[Any], newest: int) -> Checking:
    """Records stand in the order of their making: by ordinal, and by the instant."""
    ordinal, instant = 0, 0
    for count, record in enumerate(records):
        if not count % RECORDS_AT_ONCE:
            yield None
        at = record.created_at if where == "sessions" else record.started_at
        if record.ordinal <= ordinal or at < instant:
            yield where, record.uuid, "is not in the order of making"
        ordinal, instant = record.ordinal, at
    if ordinal > newest:
        yield where, ordinal, f"is beyond the newest, which is {newest}"


def twice(where: str, names: Iterable[Any], said: Callable[[Any], Any] = lambda name: name) -> Checking:
    """No name is there twice. `said` is how it is said of one that is."""
    seen, rest = set[Any](), iter(names)
    while some := list(islice(rest, _NAMES_AT_ONCE)):
        if len(new := set(some)) == len(some) and seen.isdisjoint(new):
            seen |= new
        else:
            for name in some:
                if name in seen:
                    yield where, said(name), "is there twice"
                seen.add(name)
        yield None
