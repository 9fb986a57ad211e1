"""The state of one world's service, and the one way in which it changes: an event is absorbed.

An event holds what is new, so absorbing is storing that, moving what is on the numbers, and setting its timers.
The state is therefore nothing but the sum of its events; nothing here decides anything.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from masking_emulator.core.books.alike import Alike
from masking_emulator.core.books.calls import CallBook
from masking_emulator.core.books.outbox import Outbox
from masking_emulator.core.books.pool import Pool
from masking_emulator.core.books.recordings import RecordingBook
from masking_emulator.core.books.sessions import SessionBook
from masking_emulator.core.chance import Chance, Seed
from masking_emulator.core.commands import (
    Command,
    EndCoolOff,
    InitiateCall,
    ReleaseCallback,
    RetryCallback,
    StepCall,
    TimeOutSession,
    TypeDigits,
)
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
from masking_emulator.core.instants import later
from masking_emulator.core.records.callbacks import WAITING
from masking_emulator.core.records.calls import Phone, Route, Step
from masking_emulator.core.records.sessions import Allocation, CoolOff, Session, Settings
from masking_emulator.core.rules import Rules
from masking_emulator.core.timers import (
    Timer,
    Timers,
    call_key,
    callback_key,
    cool_off_key,
    initiated_key,
    key_of,
    session_key,
)
from masking_emulator.core.work import Work


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
        self.settings_alike = Alike[Settings]()
        self.allocations_alike = Alike[Allocation]()
        self.chance = Chance(seed)
        self.ordinal = 0
        self.call_ordinal = 0

    def copying(self) -> Work["State"]:
        """The work of an independent copy; the records are immutable and shared."""
        twin = State(self.rules, self.chance.seed)
        twin.book = yield from self.book.copying()
        twin.pool = self.pool.copy()
        twin.phones = self.phones.copy()
        yield
        twin.calls = self.calls.copy()
        yield
        twin.recordings = self.recordings.copy()
        yield
        twin.outbox = self.outbox.copy()
        yield
        twin.timers = self.timers.copy()
        twin.settings_alike = self.settings_alike.copy()
        twin.allocations_alike = self.allocations_alike.copy()
        twin.chance = self.chance.copy()
        twin.ordinal = self.ordinal
        twin.call_ordinal = self.call_ordinal
        return twin

    def absorb(self, event: Event) -> None:
        """Apply an event."""
        _ABSORB[type(event)](self, event)

    def _on_session(self, event: SessionUpdated | SessionExpired | SessionNumberReplaced) -> None:
        self._put(event.session, event.at)

    def _on_expiry_postponed(self, event: ExpiryPostponed) -> None:
        self.timers.cancel(session_key(event.uuid))

    def _on_made_session(self, event: SessionCreated | SessionRefreshed) -> None:
        self._put(event.session, event.at)
        self._plan_initiated_call(event.session, event.at)

    def _on_calls_of_session(self, event: SessionCallBegan | SessionCallEnded) -> None:
        self.book.renew(event.session)

    def _on_sessions_forgotten(self, event: SessionsForgotten) -> None:
        self.book.forget(event.uuids)
        self.outbox.forget(event.uuids)

    def _on_call(
        self, event: CallBegan | PinAsked | PinChecked | LegRinging | LegAnswered | LegEnded | CallEnded
    ) -> None:
        call = event.call
        before = self.calls.put(call)
        if before is None:
            self.call_ordinal = max(self.call_ordinal, call.ordinal)
        elif before.next is call.next:
            return
        if call.next is None:
            self.timers.cancel(call_key(call.uuid))
        else:
            self._wait_until(call.next.at, _command(call.uuid, call.next))

    def _on_call_began(self, event: CallBegan) -> None:
        self._on_call(event)
        if event.call.route is Route.PLACED:
            self.timers.cancel(initiated_key(event.call.session))

    def _on_call_not_placed(self, event: CallNotPlaced) -> None:
        self.timers.cancel(initiated_key(event.uuid))

    def _on_calls_forgotten(self, event: CallsForgotten) -> None:
        self.calls.forget(event.uuids)

    def _on_recording(self, event: RecordingStarted | RecordingCompleted) -> None:
        self.recordings.put(event.recording)

    def _on_recording_failed(self, event: RecordingFailed) -> None:
        self.recordings.count(event.recording)

    def _on_recording_deleted(self, event: RecordingDeleted) -> None:
        self.recordings.remove(event.recording)

    def _on_callback_due(self, event: CallbackDue) -> None:
        self.outbox.add(event.callback)

    def _on_callback_attempted(self, event: CallbackAttempted) -> None:
        self.outbox.pause(event.callback)
        self._wait_until(event.until, RetryCallback(event.callback.ordinal))

    def _on_callback_waiting(self, event: CallbackWaiting) -> None:
        self.outbox.wait(event.callback)
        self.timers.cancel(callback_key(event.callback.ordinal))

    def _on_callback_held(self, event: CallbackHeld) -> None:
        self.outbox.hold(event.callback)
        if event.until is None:
            self.timers.cancel(callback_key(event.callback.ordinal))
        else:
            self._wait_until(event.until, ReleaseCallback(event.callback.ordinal))

    def _on_callback_settled(self, event: CallbackSettled) -> None:
        before = self.outbox.settle(event.callback)
        if before.state is not WAITING:  # such a one has no timer
            self.timers.cancel(callback_key(before.ordinal))

    def _on_delivery_switched(self, event: DeliverySwitched) -> None:
        self.outbox.delivers = event.on

    def _on_number_added(self, event: NumberAdded) -> None:
        self.pool.add(event.number)

    def _on_number_suspended(self, event: NumberSuspended) -> None:
        self.pool.suspend(event.digits)

    def _on_cool_off_started(self, event: CoolOffStarted) -> None:
        self.pool.start_cool_off(event.cool_off)
        self._wait_until(event.cool_off.until, _release(event.cool_off))

    def _on_cool_off_ended(self, event: CoolOffEnded) -> None:
        self.pool.end_cool_off(event.cool_off)
        self.timers.cancel(cool_off_key(event.cool_off.session))

    def _on_phone(self, event: PhoneSet) -> None:
        self.phones[event.phone.number] = event.phone

    def _on_nothing(self, event: MessagePlayed | MediaChecked) -> None:
        """Nothing: the event is only for the journal."""

    def _put(self, session: Session, at: int) -> None:
        before = self.book.put(session)
        if before is None:
            self.ordinal = max(self.ordinal, session.ordinal)
        elif before.is_live:
            self.pool.leave(before)
        if session.is_live:
            self.pool.enter(session)
            # A session whose expiry is past waits for its calls, and has no timer.
            if before is None or session.expires_at > at:
                self._wait_until(session.expires_at, TimeOutSession(session.uuid))
        else:
            self.timers.cancel(session_key(session.uuid))
            if session.settings.initiate_call:
                self.timers.cancel(initiated_key(session.uuid))

    def _plan_initiated_call(self, session: Session, at: int) -> None:
        if session.settings.initiate_call:
            due = later(at, self.rules.telephony.initiate_after_us)
            self._wait_until(due, InitiateCall(session.uuid))
        else:
            self.timers.cancel(initiated_key(session.uuid))

    def _wait_until(self, at: int, command: Command) -> None:
        key = key_of(command)
        assert key is not None, "what waits is a command that may"
        self.timers.set(Timer(at, key, command))


def _command(call: str, step: Step) -> Command:
    return TypeDigits(call, step.digits) if step.signal is None else StepCall(call, step.signal)


def _release(cool_off: CoolOff) -> EndCoolOff:
    return EndCoolOff(cool_off.number, cool_off.session)


# The key decides the type of the second argument, which no type for a mapping can say: hence Any.
_ABSORB: Final[Mapping[type, Callable[[State, Any], None]]] = {
    SessionCreated: State._on_made_session,
    SessionRefreshed: State._on_made_session,
    SessionUpdated: State._on_session,
    SessionExpired: State._on_session,
    ExpiryPostponed: State._on_expiry_postponed,
    SessionNumberReplaced: State._on_session,
    SessionCallBegan: State._on_calls_of_session,
    SessionCallEnded: State._on_calls_of_session,
    SessionsForgotten: State._on_sessions_forgotten,
    CallBegan: State._on_call_began,
    CallNotPlaced: State._on_call_not_placed,
    PinAsked: State._on_call,
    PinChecked: State._on_call,
    LegRinging: State._on_call,
    LegAnswered: State._on_call,
    LegEnded: State._on_call,
    CallEnded: State._on_call,
    CallsForgotten: State._on_calls_forgotten,
    MessagePlayed: State._on_nothing,
    MediaChecked: State._on_nothing,
    RecordingStarted: State._on_recording,
    RecordingCompleted: State._on_recording,
    RecordingFailed: State._on_recording_failed,
    RecordingDeleted: State._on_recording_deleted,
    CallbackDue: State._on_callback_due,
    CallbackAttempted: State._on_callback_attempted,
    CallbackWaiting: State._on_callback_waiting,
    CallbackHeld: State._on_callback_held,
    CallbackSettled: State._on_callback_settled,
    DeliverySwitched: State._on_delivery_switched,
    NumberAdded: State._on_number_added,
    NumberSuspended: State._on_number_suspended,
    CoolOffStarted: State._on_cool_off_started,
    CoolOffEnded: State._on_cool_off_ended,
    PhoneSet: State._on_phone,
}
