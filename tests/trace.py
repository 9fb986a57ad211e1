"""The trace of a scenario: events in words, one line each.

Sessions and calls are called by their ordinal, times are those of a clock that starts at noon on 2026-01-01.
"""

from typing import Final, assert_never

from masking_emulator.core.events import (
    CallbackAttempted,
    CallbackDue,
    CallbackHeld,
    CallbackSettled,
    CallbackWaiting,
    CallBegan,
    CallEnded,
    CallNotPlaced,
    CallsForgotten,
    CoolOffEnded,
    CoolOffStarted,
    DeliverySwitched,
    Event,
    ExpiryPostponed,
    LegAnswered,
    LegEnded,
    LegRinging,
    MediaChecked,
    MessagePlayed,
    NumberAdded,
    NumberSuspended,
    PhoneSet,
    PinAsked,
    PinChecked,
    RecordingCompleted,
    RecordingDeleted,
    RecordingFailed,
    RecordingStarted,
    SessionCallBegan,
    SessionCallEnded,
    SessionCreated,
    SessionExpired,
    SessionNumberReplaced,
    SessionRefreshed,
    SessionsForgotten,
    SessionUpdated,
)
from masking_emulator.core.instants import written
from masking_emulator.core.records.base import asdict
from masking_emulator.core.records.calls import Call, Recording
from masking_emulator.core.records.sessions import Session

from tests.core.play import spoken, told

_TODAY: Final = "2026-01-01T"


class Trace:
    """The last known record of each session, and the words for what changes it."""

    def __init__(self) -> None:
        self.known: dict[str, Session] = {}

    def ordinal(self, uuid: str) -> int:
        """How a session is called."""
        return self.known[uuid].ordinal

    def line(self, event: Event) -> str:
        """The event in words."""
        if isinstance(event, CallbackDue):
            return f"  → {told(event.callback)}"
        return f"{clock(event.at)} {self._happened(event)}"

    def _happened(self, event: Event) -> str:
        match event:
            case SessionCallBegan(session=session) | SessionCallEnded(session=session):
                return f"session {session.ordinal}: {self._changes(session)}"
            case SessionNumberReplaced(session=session):
                return f"moved session {session.ordinal}: {self._changes(session)}"
            case CallNotPlaced(uuid=uuid):
                return f"no call for session {self.ordinal(uuid)}"
            case ExpiryPostponed(uuid=uuid):
                return f"session {self.ordinal(uuid)} waits for its calls"
            case SessionCreated() | SessionRefreshed() | SessionUpdated() | SessionExpired() | SessionsForgotten():
                return self._happened_to_session(event)
            case CoolOffStarted() | CoolOffEnded() | NumberAdded() | NumberSuspended():
                return self._happened_to_number(event)
            case (
                CallbackDue()
                | CallbackAttempted()
                | CallbackWaiting()
                | CallbackHeld()
                | CallbackSettled()
                | DeliverySwitched()
            ):
                raise AssertionError("a scenario sends no callbacks")
            case _:
                return _happened_on_the_phone(event)

    def _happened_to_session(
        self, event: SessionCreated | SessionRefreshed | SessionUpdated | SessionExpired | SessionsForgotten
    ) -> str:
        match event:
            case SessionCreated(session=session):
                self.known[session.uuid] = session
                return f"created {session_line(session)}"
            case SessionRefreshed(session=session):
                return f"refreshed session {session.ordinal}: {self._changes(session)}"
            case SessionUpdated(session=session):
                return f"updated session {session.ordinal}: {self._changes(session)}"
            case SessionExpired(session=session, ending=ending):
                return f"ended session {session.ordinal} ({ending.value}): {self._changes(session)}"
            case SessionsForgotten(uuids=uuids):
                return f"forgot sessions {', '.join(str(self.ordinal(uuid)) for uuid in uuids)}"
            case _:
                assert_never(event)

    def _happened_to_number(self, event: CoolOffStarted | CoolOffEnded | NumberAdded | NumberSuspended) -> str:
        match event:
            case CoolOffStarted(cool_off=cool_off):
                after = f"session {self.ordinal(cool_off.session)}"
                return f"cooling +{cool_off.number} after {after} until {clock(cool_off.until)}"
            case CoolOffEnded(cool_off=cool_off):
                return f"released +{cool_off.number} after session {self.ordinal(cool_off.session)}"
            case NumberAdded(number=number):
                return f"added +{number.digits} of owner {number.owner}, country +{number.calling_code}"
            case NumberSuspended(digits=digits):
                return f"suspended +{digits}"
            case _:
                assert_never(event)

    def _changes(self, session: Session) -> str:
        before, self.known[session.uuid] = self.known[session.uuid], session
        was, becomes = _facts(before), _facts(session)
        changed = [f"{name} {was[name]} → {becomes[name]}" for name in was if was[name] != becomes[name]]
        return ", ".join(changed) or "nothing changed"


_OnThePhone = (
    CallBegan
    | PinAsked
    | PinChecked
    | LegRinging
    | LegAnswered
    | LegEnded
    | CallEnded
    | CallsForgotten
    | MessagePlayed
    | MediaChecked
    | PhoneSet
    | RecordingStarted
    | RecordingFailed
    | RecordingCompleted
    | RecordingDeleted
)


def _happened_on_the_phone(event: _OnThePhone) -> str:
    match event:
        case CallBegan(call=call):
            ways = (call.caller, call.number) if call.legs[0].inbound else (call.number, call.caller)
            return f"call {call.ordinal} +{ways[0]} calls +{ways[1]}: {call.route.value}"
        case PinAsked(call=call):
            return f"call {call.ordinal} asks for a PIN"
        case PinChecked(call=call, verdict=verdict, last=last):
            return f"call {call.ordinal} PIN {spoken(verdict)}{'' if last else ', may try again'}"
        case LegRinging(call=call, leg=leg):
            return f"call {call.ordinal} +{call.legs[leg].person} rings"
        case LegAnswered(call=call, leg=leg):
            return f"call {call.ordinal} +{call.legs[leg].person} is there"
        case LegEnded(call=call, leg=leg):
            return f"call {call.ordinal} +{call.legs[leg].person} is gone ({_end(call, leg)})"
        case CallEnded(call=call):
            return f"call {call.ordinal} over: {call.duration_s}s, billed {call.billed_s}s"
        case MessagePlayed(message=message):
            return f"plays {spoken(message)}"
        case PhoneSet(phone=phone):
            return f"phone +{phone.number}: {spoken(phone.habit)}"
        case RecordingStarted() | RecordingFailed() | RecordingCompleted() | RecordingDeleted():
            return f"recording {_recorded(event.recording)}"
        case CallsForgotten() | MediaChecked():
            raise AssertionError("a scenario is too short, and looks at no file")
        case _:
            assert_never(event)


def _end(call: Call, place: int) -> str:
    leg = call.legs[place]
    assert leg.cause is not None, "a leg that is gone has its cause"
    return spoken(leg.cause)


def _recorded(recording: Recording) -> str:
    return f"{recording.ordinal} of {recording.audio_format}: {recording.state.value}"


def _facts(session: Session) -> dict[str, str]:
    """What a reader wants to see change."""
    settings = {name: str(value) for name, value in asdict(session.settings).items()}
    return {
        "status": session.status.value,
        "first": _party(session.first_party),
        "second": _party(session.second_party),
        "number": f"+{session.number}",
        "modified": clock(session.modified_at),
        "expires": clock(session.expires_at),
        "duration": f"{session.duration_s}s",
        "pins": _shown_pins(session),
        "running": str(session.running),
        "interactions": str(len(session.history.interactions)),
        "legs": str(session.history.legs),
        "billed": f"{session.history.billed_s}s",
        **settings,
    }


def session_line(session: Session) -> str:
    """A session in one line."""
    pins = "" if session.pins is None else f", pins {_shown_pins(session)}"
    parties = f"{_party(session.first_party)} and {_party(session.second_party)}"
    return (
        f"session {session.ordinal} {session.status.value} on +{session.number}: {parties}"
        f", expires {clock(session.expires_at)}, duration {session.duration_s}s{pins}"
    )


def _shown_pins(session: Session) -> str:
    return "none" if session.pins is None else f"{session.pins.first} and {session.pins.second}"


def _party(digits: str) -> str:
    return f"+{digits}" if digits else "anyone"


def clock(instant: int) -> str:
    """The time of day."""
    return written(instant).removeprefix(_TODAY).removesuffix("Z")
