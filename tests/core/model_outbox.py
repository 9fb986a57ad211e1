"""What must be told of what happened, and in which order it may be sent: lists of callbacks.

The rules of the ledger on events, said once more, as they are in a world that changes none (ledger: event_order).
"""

from dataclasses import dataclass, field
from typing import Final

from masking_emulator.core.events import (
    CallbackAttempted,
    CallbackDue,
    CallbackEvent,
    CallbackHeld,
    CallbackSettled,
    CallbackWaiting,
    CallEnded,
    DeliverySwitched,
    Event,
    LegAnswered,
    LegEnded,
    LegRinging,
    PinChecked,
    RecordingCompleted,
    RecordingFailed,
    RecordingStarted,
    SessionExpired,
    SessionNumberReplaced,
)
from masking_emulator.core.records.callbacks import Callback, CallbackState, Channel, NoticeKind, Outcome, RetryPlan
from masking_emulator.core.records.calls import Role
from masking_emulator.core.refusals import Reason
from masking_emulator.core.rules import Rules

from tests.core.model import Model

#: Session, URL, channel and kind of a callback that must become due.
Told = tuple[str, str, Channel, NoticeKind]

_OF_LEG: Final = {
    LegRinging: NoticeKind.LEG_RINGING,
    LegAnswered: NoticeKind.LEG_ANSWERED,
    LegEnded: NoticeKind.LEG_ENDED,
}
_OF_RECORDING: Final = {
    RecordingStarted: NoticeKind.RECORDING_STARTED,
    RecordingCompleted: NoticeKind.RECORDING_COMPLETED,
    RecordingFailed: NoticeKind.RECORDING_FAILED,
}
_OPEN: Final = {CallbackState.WAITING, CallbackState.RETRYING, CallbackState.HELD}


def told_of(model: Model, event: Event) -> Told | None:
    """The callback that must follow this event; None where none may."""
    kind: NoticeKind | None
    uuid, channel = "", Channel.STATUS
    match event:
        case LegRinging() | LegAnswered() | LegEnded():
            kind, role = _OF_LEG[type(event)], event.call.legs[event.leg].role
            if role is not None and not (kind is NoticeKind.LEG_RINGING and role is Role.FIRST):
                uuid = event.call.session
        case CallEnded():
            kind, uuid = NoticeKind.CALL_OVER, event.call.session
        case PinChecked():
            kind, host = NoticeKind.PIN_CHECKED, model.sessions.get(event.call.host)
            uuid = host.uuid if host is not None and (host.live or host.running) else ""
        case SessionExpired():
            kind, uuid = NoticeKind.TIMED_OUT, event.session.uuid
        case SessionNumberReplaced():
            kind, uuid = NoticeKind.NUMBER_REPLACED, event.session.uuid
        case RecordingStarted() | RecordingCompleted() | RecordingFailed():
            kind, uuid, channel = _OF_RECORDING[type(event)], event.recording.session, Channel.RECORDING
        case _:
            return None
    if not uuid:
        return None
    settings = model.sessions[uuid].settings
    url = settings.callback_url if channel is Channel.STATUS else settings.recording_callback_url
    return (uuid, url, channel, kind) if url else None


@dataclass
class Lines:
    """Callbacks that are not settled, by ordinal, and each session's line of ordinals.

    `closed` are the sessions of which nothing more is to be told, `over` the calls.
    """

    rules: Rules
    delivers: bool = True
    due: dict[int, Callback] = field(default_factory=dict)
    open: dict[int, Callback] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    strays: set[int] = field(default_factory=set)
    sent: dict[str, int] = field(default_factory=dict)
    until: dict[int, int] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)

    def first(self, session: str) -> int | None:
        """The callback that is to be sent now; None where none is, or the first one pauses."""
        line = self.lines.get(session)
        return line[0] if line and self.open[line[0]].state is CallbackState.WAITING else None

    def settle(self, ordinal: int, outcome: Outcome, plan: RetryPlan, number: int) -> CallbackState | Reason:
        """What a callback must become by such an attempt, or the reason for which it must be refused."""
        callback = self.open.get(ordinal)
        if callback is None or self.first(callback.session) != ordinal:
            return Reason.CALLBACK_NOT_WAITING
        if outcome in plan.retry_on and number < plan.attempts_max:
            return CallbackState.RETRYING
        ends = {Outcome.OK: CallbackState.DELIVERED, Outcome.BLOCKED: CallbackState.BLOCKED}
        return ends.get(outcome, CallbackState.FAILED)

    def see(self, event: Event) -> None:
        """Something happened to a callback."""
        match event:
            case DeliverySwitched():
                self.delivers = event.on
            case CallbackDue():
                self._see_due(event.callback)
            case CallbackAttempted() | CallbackWaiting() | CallbackHeld() | CallbackSettled():
                self._see_change(event)

    def close(self, event: Event | None, model: Model) -> None:
        """Of this session nothing more is to be told, if it has ended and no call of it runs."""
        match event:
            case SessionExpired():
                uuid = event.session.uuid
            case CallEnded():
                uuid = event.call.session
                self.over.add(event.call.uuid)
            case _:
                return
        if uuid and not (model.sessions[uuid].live or model.sessions[uuid].running):
            self.closed.add(uuid)

    def _see_due(self, callback: Callback) -> None:
        ordinal, session = callback.ordinal, callback.session
        assert len(self.due) + 1 == ordinal, "callbacks are counted one by one"
        first = CallbackState.DROPPED if len(self.open) >= self.rules.callbacks_waiting_max else CallbackState.WAITING
        sent = self.delivers or callback.copy_of is not None  # a copy is asked for, so it is sent all the same
        assert (first if sent else CallbackState.KEPT) is callback.state
        self.due[ordinal] = callback
        if callback.copy_of is None:
            self.sequences[session] = self.sequences.get(session, 0) + 1
            assert self.sequences[session] == callback.sequence, "a session's callbacks are counted without a gap"
            assert session not in self.closed, "nothing is told of a session that is over"
            call = callback.notice.call
            assert call is None or call.uuid not in self.over, "nothing is told of a call that is over"
        else:
            original = self.due[callback.copy_of]
            assert (original.sequence, original.notice, original.url) == (
                callback.sequence,
                callback.notice,
                callback.url,
            ), "a copy says the same"
            self.strays.add(ordinal)
        if callback.state is CallbackState.WAITING:
            self.open[ordinal] = callback
            self.lines.setdefault(session, []).append(ordinal)

    def _see_change(self, event: CallbackEvent) -> None:
        callback, ordinal = event.callback, event.callback.ordinal
        assert ordinal not in self.settled, "a settled callback never changes"
        line = self.lines.setdefault(callback.session, [])
        self.until.pop(ordinal, None)
        match event:
            case CallbackAttempted():
                assert line[0] == ordinal, "only the first in its line is sent"
                self.until[ordinal] = event.until
            case CallbackHeld():
                self.strays.add(ordinal)
                if event.until is not None:
                    self.until[ordinal] = event.until
                self._leave(line, ordinal)
            case CallbackWaiting() if ordinal not in line:
                line.append(ordinal)
            case CallbackSettled():
                if event.attempt is not None:
                    self._see_sent(callback, line)
                self._leave(line, ordinal)
                self.settled.add(ordinal)
        self.due[ordinal] = self.open[ordinal] = callback
        if callback.state not in _OPEN:
            del self.open[ordinal]

    def _see_sent(self, callback: Callback, line: list[int]) -> None:
        assert line[0] == callback.ordinal, "only the first in its line is sent"
        if callback.ordinal not in self.strays:
            assert self.sent.get(callback.session, 0) < callback.sequence, "a session's callbacks are sent in order"
            self.sent[callback.session] = callback.sequence

    def _leave(self, line: list[int], ordinal: int) -> None:
        if ordinal in line:
            line.remove(ordinal)
