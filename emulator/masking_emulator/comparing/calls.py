"""Calls: what people did, read from the callbacks of a capture, so that a world of ours can be told to do the same.

No request of a capture says that somebody dialled a number or hung up; the callbacks do. A call is all events of one
session and one caller up to the end of both legs. What follows by itself (rings, timeouts, the end of the other leg)
is left to our world, because that is what is compared.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from masking_emulator.comparing.casting import waiting_phone
from masking_emulator.comparing.names import Names
from masking_emulator.comparing.service import OurService
from masking_emulator.core.commands import PlaceCall, ReplaceNumber, SetPhone, StepCall, TypeDigits
from masking_emulator.core.records.calls import Call, CallSignal, Habit, Phase, Script
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.refusals import Refused
from masking_emulator.evidence.captures import CapturedCallback

_ANSWERS: Final = ("SessionFirstPartyAnswer", "SessionSecondPartyAnswer")
_HANGUPS: Final = ("SessionFirstPartyHangup", "SessionSecondPartyHangup")
_PIN: Final = "SessionPinAuthenticationStatus"
_OVER: Final = "SessionPartiesHangup"
_REPLACED: Final = "SessionVirtualNumberReplaced"
_RECORDING_FAILED: Final = "SessionRecordingFailed"

#: Digits that are no PIN.
_WRONG: Final = "*"

#: Code of the cause of the hangup that comes first → what happened. Others follow from a timer of the service.
_SIGNALS: Final[Mapping[str, CallSignal]] = {
    "3010": CallSignal.BUSY,
    "3020": CallSignal.REJECTED,
    "3000": CallSignal.NO_ANSWER,
    "2010": CallSignal.UNREACHABLE,
    "1000": CallSignal.CALLER_HUNG_UP,
}
#: How long somebody waits with a PIN, in seconds, once it is asked for.
_A_MOMENT_S: Final = 0.1

_NORMAL: Final = "4000"
_UNREACHABLE: Final = "2010"


class Doing(Struct, frozen=True):
    """What somebody does, `at` seconds into the capture: `what` happens in a session of theirs, to the `caller`'s call.

    `what` is dial, answer, right_pin, wrong_pin, replace, or the name of a signal. `number` is the one that was
    dialled, `callee` whom a PIN leads to. `times` is how often the session's number has been replaced with this time.
    `hints` say what has to be known beforehand: recording_fails, or unreachable.
    """

    at: float
    what: str
    session: str
    caller: str = ""
    number: str = ""
    callee: str = ""
    hints: frozenset[str] = frozenset()
    times: int = 1


class _CallOf(Struct):
    """A call as far as it is read: its first leg's party, and its events."""

    events: list[CapturedCallback]


def first_deliveries(callbacks: Sequence[CapturedCallback]) -> Sequence[CapturedCallback]:
    """Each callback once, where it came first; in order of their sequence numbers within a session."""
    seen: dict[tuple[str, str], CapturedCallback] = {}
    for callback in callbacks:
        params = dict(callback.params)
        seen.setdefault((params.get("SessionUUID", ""), params.get("SequenceNumber", str(len(seen)))), callback)
    return list(seen.values())


def doings(callbacks: Sequence[CapturedCallback], pin_waits: Mapping[str, float]) -> Sequence[Doing]:
    """What people did, in order. `pin_waits` has for each session the seconds between two PINs."""
    calls: list[_CallOf] = []
    running: dict[tuple[str, str], _CallOf] = {}
    found: list[Doing] = []
    replaced: Counter[str] = Counter()
    for callback in first_deliveries(callbacks):
        params = dict(callback.params)
        event, session = params.get("EventName", ""), params.get("SessionUUID", "")
        if event == _REPLACED:
            replaced[session] += 1
            found.append(Doing(callback.at, "replace", session, times=replaced[session]))
            continue
        caller = _caller(params)
        if not caller:
            continue
        call = running.get((session, caller))
        if call is None or _is_over(call, params):
            call = running[session, caller] = _CallOf([])
            calls.append(call)
        call.events.append(callback)
    for call in calls:
        found += _of_call(call, pin_waits)
    return sorted(found, key=lambda doing: doing.at)


def _caller(params: Mapping[str, str]) -> str:
    """Who is on the first leg: where the service calls, the first party, whom it calls from the number."""
    caller = params.get("From", "")
    return params.get("To", "") if caller == params.get("VirtualNumber") else caller


def _is_over(call: _CallOf, params: Mapping[str, str]) -> bool:
    """Whether this event belongs to the next call: of this one, everything has been reported."""
    event = params.get("EventName", "")
    seen = [dict(one.params).get("EventName") for one in call.events]
    if event == _PIN and seen:
        last = dict(call.events[-1].params)
        return seen[-1] != _PIN or last.get("PinAuthenticationStatus") != "failed" or _retries(params) <= _retries(last)
    if event == _OVER:
        return _OVER in seen
    if event.startswith("SessionRecording"):
        return event in seen
    if _OVER in seen:
        return True
    return any(name in _HANGUPS for name in seen) and event not in _HANGUPS


def _retries(params: Mapping[str, str]) -> int:
    text = params.get("PinRetryCounter", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _of_call(call: _CallOf, pin_waits: Mapping[str, float]) -> Iterator[Doing]:
    first = dict(call.events[0].params)
    session, caller, number = first.get("SessionUUID", ""), _caller(first), first.get("VirtualNumber", "")
    names = [dict(one.params).get("EventName", "") for one in call.events]
    causes = [params.get("PlivoHangupCauseCode", "") for one in call.events if (params := dict(one.params))]
    hangup = next((place for place, name in enumerate(names) if name in _HANGUPS), None)
    hints = set()
    if _RECORDING_FAILED in names:
        hints.add("recording_fails")
    if hangup is not None and causes[hangup] == _UNREACHABLE and "SessionSecondPartyRing" not in names:
        hints.add("unreachable")

    def doing(at: float, what: str, callee: str = "") -> Doing:
        return Doing(at, what, session, caller, number, callee, frozenset(hints))

    # Attempts that were not reported: the first that was says how many there were.
    unreported = _retries(first) if names[0] == _PIN else 0
    apart = pin_waits.get(session, 5.0) + _A_MOMENT_S
    tries = [call.events[0].at - apart * back for back in range(unreported, 0, -1)]
    begins = min(_began(call), *tries) if tries else _began(call)
    placed = first.get("From") == number  # by the service
    if not placed and (names[0] in _ANSWERS or names[0] == _PIN):
        yield doing(begins, "dial")
        yield from (doing(at, "wrong_pin") for at in tries)
    legs = [name for name in names if name in _ANSWERS]
    for place, (name, callback) in enumerate(zip(names, call.events, strict=True)):
        if name == _PIN:
            params = dict(callback.params)
            verdict = params.get("PinAuthenticationStatus")
            if verdict in ("success", "failed"):
                what = "right_pin" if verdict == "success" else "wrong_pin"
                yield doing(callback.at, what, params.get("To", ""))
        elif name in _ANSWERS and (name != legs[0] or placed):
            yield doing(callback.at, "answer")
        elif place == hangup:
            first_leg = legs[0].replace("Answer", "Hangup") if legs else ""
            signal = _SIGNALS.get(causes[place])
            if causes[place] == _NORMAL:
                signal = CallSignal.CALLER_HUNG_UP if name == first_leg else CallSignal.CALLEE_HUNG_UP
            if signal is not None and "unreachable" not in hints:
                yield doing(callback.at, signal.name)


def _began(call: _CallOf) -> float:
    """When the call began: with a PIN before its first event, which the length of its first leg says."""
    first = call.events[0]
    if dict(first.params).get("EventName") != _PIN or dict(first.params).get("PinAuthenticationStatus") not in (
        "success",
        "failed",
    ):
        return first.at
    answered = next((name for one in call.events if (name := dict(one.params).get("EventName")) in _ANSWERS), None)
    for one in call.events:
        params = dict(one.params)
        if answered is not None and params.get("EventName") == answered.replace("Answer", "Hangup"):
            lasted = params.get("Duration", "")
            return min(first.at, one.at - int(lasted)) if lasted.isdigit() else first.at
    return first.at


async def act(service: OurService, names: Names, doing: Doing) -> bool:
    """Let our world do the same, and say whether it could. What has happened there by itself already is no trouble."""
    engine = service.world.caught_up()
    uuid = names.ours(doing.session)
    if uuid is None:
        return False
    try:
        session = engine.session(uuid, None)
    except Refused:
        return False
    if doing.what == "replace":
        # Its number may have been that of another session, whose callback came before.
        if len(session.left) >= doing.times:
            return True
        return await service.do(ReplaceNumber(session.number))
    if "unreachable" in doing.hints:
        await service.do(SetPhone(waiting_phone(_other(session, doing.caller), Habit.UNREACHABLE)))
    if doing.what == "dial":
        number = names.ours(doing.number) or session.number
        script = Script(recording_fails="recording_fails" in doing.hints)
        done = await service.do(PlaceCall(doing.caller, number, script))
    else:
        done = await _step(service, session, doing)
    if "unreachable" in doing.hints:
        await service.do(SetPhone(waiting_phone(_other(session, doing.caller))))
    return done


async def _step(service: OurService, session: Session, doing: Doing) -> bool:
    call = _running(service, session, doing)
    if call is None:
        return False
    if doing.what in ("right_pin", "wrong_pin"):
        digits = _WRONG if doing.what == "wrong_pin" else _pin(session, doing.callee)
        return await service.do(TypeDigits(call.uuid, digits))
    signal = CallSignal.ANSWERED if doing.what == "answer" else CallSignal[doing.what]
    return await service.do(StepCall(call.uuid, signal))


def _running(service: OurService, session: Session, doing: Doing) -> Call | None:
    """The newest call of this person that runs in the session, or asks for a PIN on its number."""
    for call in service.world.caught_up().calls():
        if not call.is_running or call.caller != doing.caller:
            continue
        if call.session == session.uuid or (call.phase in (Phase.ASKING_PIN, Phase.PAUSING) and not call.session):
            return call
    return None


def _other(session: Session, caller: str) -> str:
    return session.second_party if caller == session.first_party else session.first_party


def _pin(session: Session, callee: str) -> str:
    """The PIN that leads to this person."""
    if session.pins is None:
        return _WRONG
    return session.pins.first if callee == session.second_party else session.pins.second
