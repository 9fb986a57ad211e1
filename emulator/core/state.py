"""The state of one world's service, and the one way in which it changes: an event is absorbed.

An event holds the new record, so absorbing is storing it, moving what is on the numbers, and setting its timer.
The state is therefore the fold of the events; nothing here decides anything.
"""

from typing import assert_never

from emulator.core.book import SessionBook
from emulator.core.callbook import CallBook
from emulator.core.chance import Chance, Seed
from emulator.core.commands import (
    Command,
    InitiateCall,
    ReleaseCallback,
    ReleaseNumber,
    RetryCallback,
    StepCall,
    TimeOutSession,
    TypeDigits,
)
from emulator.core.events import (
    CallbackAttempted,
    CallbackDue,
    CallbackParked,
    CallbackSettled,
    CallbackWaiting,
    CallBegan,
    CallEnded,
    CallNotPlaced,
    CallsForgotten,
    DeliverySwitched,
    Event,
    LegAnswered,
    LegEnded,
    LegRinging,
    MediaChecked,
    MessagePlayed,
    NumberAdded,
    NumberHeld,
    NumberReleased,
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
from emulator.core.outbox import Outbox
from emulator.core.pool import Pool
from emulator.core.recordingbook import RecordingBook
from emulator.core.records import Hold, Session
from emulator.core.rules import Rules
from emulator.core.telephony import Call, Phone, Route, Step
from emulator.core.timers import Timers


class State:
    """Sessions, numbers, calls, callbacks, timers and chance of one world."""

    def __init__(self, rules: Rules, seed: Seed) -> None:
        self.rules = rules
        self.book = SessionBook()
        self.pool = Pool()
        self.phones: dict[str, Phone] = {}
        self.calls = CallBook()
        self.recordings = RecordingBook(rules.recordings_max)
        self.outbox = Outbox()
        self.timers = Timers()
        self.chance = Chance(seed)
        self.ordinal = 0
        self.call_ordinal = 0

    def copy(self) -> "State":
        """An independent copy; the records are immutable and shared."""
        twin = State.__new__(State)
        twin.rules = self.rules
        twin.book = self.book.copy()
        twin.pool = self.pool.copy()
        twin.phones = self.phones.copy()
        twin.calls = self.calls.copy()
        twin.recordings = self.recordings.copy()
        twin.outbox = self.outbox.copy()
        twin.timers = self.timers.copy()
        twin.chance = self.chance.copy()
        twin.ordinal = self.ordinal
        twin.call_ordinal = self.call_ordinal
        return twin

    def absorb(self, event: Event) -> None:
        """Make the state what it is after the event."""
        # The frequent ones come first.
        match event:
            case CallbackDue():
                self.outbox.absorb(event)
            case LegEnded() | LegAnswered() | LegRinging() | CallEnded() | PinAsked() | PinChecked():
                self._put_call(event.call)
            case SessionCallBegan() | SessionCallEnded():
                self.book.renew(event.session)
            case CallBegan():
                self._put_call(event.call)
                if event.call.route is Route.PLACED:
                    self.timers.cancel(_initiate_key(event.call.session))
            case CallNotPlaced():
                self.timers.cancel(_initiate_key(event.uuid))
            case SessionNumberReplaced() | SessionUpdated() | SessionExpired():
                self._put(event.session)
            case SessionCreated() | SessionRefreshed():
                self._put(event.session)
                self._plan_initiated_call(event.session, event.at)
            case CallbackAttempted() | CallbackWaiting() | CallbackParked() | CallbackSettled():
                self.outbox.absorb(event)
                self._plan_callback(event)
            case RecordingStarted() | RecordingCompleted():
                self.recordings.put(event.recording)
            case RecordingFailed():
                self.recordings.count(event.recording)
            case RecordingDeleted():
                self.recordings.remove(event.recording)
            case MessagePlayed() | MediaChecked():
                pass  # told for those who listen; nothing is kept of it
            case DeliverySwitched():
                self.outbox.delivers = event.on
            case PhoneSet():
                self.phones[event.phone.number] = event.phone
            case SessionsForgotten():
                self.book.forget(event.uuids)
                self.outbox.forget(event.uuids)
            case CallsForgotten():
                self.calls.forget(event.uuids)
            case _:
                self._absorb_of_number(event)

    def _absorb_of_number(self, event: NumberAdded | NumberHeld | NumberReleased | NumberSuspended) -> None:
        match event:
            case NumberHeld():
                self.pool.hold(event.hold)
                self.timers.set(_hold_key(event.hold), event.hold.until, _release(event.hold))
            case NumberReleased():
                self.pool.release(event.hold)
                self.timers.cancel(_hold_key(event.hold))
            case NumberAdded():
                self.pool.add(event.number)
            case NumberSuspended():
                self.pool.suspend(event.digits)
            case _:
                assert_never(event)

    def _put(self, session: Session) -> None:
        before = self.book.put(session)
        self.ordinal = max(self.ordinal, session.ordinal)
        if before is not None and before.is_live:
            self.pool.leave(before)
        if session.is_live:
            self.pool.enter(session)
            self.timers.set(session.uuid, session.expires_at, TimeOutSession(session.uuid))
        else:
            self.timers.cancel(session.uuid)
            self.timers.cancel(_initiate_key(session.uuid))

    def _put_call(self, call: Call) -> None:
        before = self.calls.put(call)
        if before is call:
            return
        self.call_ordinal = max(self.call_ordinal, call.ordinal)
        if call.next is None:
            self.timers.cancel(call.uuid)
        elif before is None or before.next is not call.next:
            self.timers.set(call.uuid, call.next.at, _command(call.uuid, call.next))

    def _plan_initiated_call(self, session: Session, at: int) -> None:
        if session.settings.initiate_call:
            due = at + self.rules.telephony.initiate_after_us
            self.timers.set(_initiate_key(session.uuid), due, InitiateCall(session.uuid))
        else:
            self.timers.cancel(_initiate_key(session.uuid))

    def _plan_callback(self, event: CallbackAttempted | CallbackWaiting | CallbackParked | CallbackSettled) -> None:
        ordinal = event.callback.ordinal
        match event:
            case CallbackAttempted():
                self.timers.set(f"callback {ordinal}", event.until, RetryCallback(ordinal))
            case CallbackParked() if event.until is not None:
                self.timers.set(f"callback {ordinal}", event.until, ReleaseCallback(ordinal))
            case _:
                self.timers.cancel(f"callback {ordinal}")


def _command(call: str, step: Step) -> Command:
    return TypeDigits(call, step.digits) if step.signal is None else StepCall(call, step.signal)


def _initiate_key(session: str) -> str:
    return f"initiate {session}"


def _hold_key(hold: Hold) -> str:
    return f"hold {hold.session}"


def _release(hold: Hold) -> ReleaseNumber:
    return ReleaseNumber(hold.number, hold.session)
