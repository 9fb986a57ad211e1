"""Notices: which events are reported to the customer's server, in which order, and with which sequence number.

A callback becomes due right after the event that it reports. Both of a session's URLs share one count, from 1.
A leg is reported as that of the party on it, not as first or second; the rule `by_position` turns that round.
Where a session has no URL, nothing is sent and nothing counted (ledger: event_order, event_parties, event_without_url).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from masking_emulator.core.events import (
    CallbackDue,
    CallEnded,
    Ending,
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
from masking_emulator.core.records.callbacks import WAITING, Callback, CallbackState, Channel, Notice, NoticeKind
from masking_emulator.core.records.calls import FIRST, SECOND, PinVerdict, Recording
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.state import State

# Named here because every step asks for them (Choice in core/records/base.py).
_STATUS: Final = Channel.STATUS
_RECORDING: Final = Channel.RECORDING
_DELETED: Final = Ending.DELETED
_KEPT: Final = CallbackState.KEPT
_CALL_OVER: Final = NoticeKind.CALL_OVER

#: The party on each leg, where a leg is reported by its position.
_BY_POSITION: Final = (FIRST, SECOND)

# Notices of sessions say nothing else, so that one of each is enough.
_TIMED_OUT: Final = Notice(NoticeKind.TIMED_OUT)
_NUMBER_REPLACED: Final = Notice(NoticeKind.NUMBER_REPLACED)

#: Session, channel, and what to report.
_Addressed = tuple[Session, Channel, Notice]


def due(state: State, event: Event, now: int) -> CallbackDue | None:
    """The callback that an event makes due; None where it makes none due."""
    tell = _TELL.get(type(event))
    addressed = None if tell is None else tell(state, event)
    if addressed is None:
        return None
    session, channel, notice = addressed
    settings = session.settings
    if channel is _STATUS:
        url, method = settings.callback_url, settings.callback_method
    else:
        url, method = settings.recording_callback_url, settings.recording_callback_method
    if not url:
        return None
    outbox, uuid = state.outbox, session.uuid
    callback = Callback(
        ordinal=outbox.ordinal + 1,
        sequence=outbox.next_sequence(uuid),
        session=uuid,
        owner=session.owner,
        # A call keeps the number that was dialled, even when its session moves to another one meanwhile.
        number=session.number if notice.call is None else notice.call.number,
        channel=channel,
        notice=notice,
        url=url,
        method=method,
        due_at=now,
        state=_first_state(state) if outbox.delivers else _KEPT,
    )
    return CallbackDue(now, callback)


def again(state: State, callback: Callback, now: int) -> CallbackDue:
    """A copy of a callback with an id of its own, and with the instant and the sequence number of the original.

    A user asks for it, so it is sent even while delivery is off.
    """
    outbox = state.outbox
    copy = Callback(
        ordinal=outbox.ordinal + 1,
        sequence=callback.sequence,
        session=callback.session,
        owner=callback.owner,
        number=callback.number,
        channel=callback.channel,
        notice=callback.notice,
        url=callback.url,
        method=callback.method,
        due_at=callback.due_at,
        state=_first_state(state),
        copy_of=callback.ordinal if callback.copy_of is None else callback.copy_of,
    )
    return CallbackDue(now, copy)


def _first_state(state: State) -> CallbackState:
    is_full = len(state.outbox) >= state.rules.callbacks_waiting_max
    return CallbackState.DROPPED if is_full else WAITING


def _of_leg(kind: NoticeKind) -> Callable[[State, Any], _Addressed | None]:
    rings = kind is NoticeKind.LEG_RINGING

    def addressed(state: State, event: LegRinging | LegAnswered | LegEnded) -> _Addressed | None:
        call = event.call
        session, role = state.book.get(call.session), call.legs[event.leg].role
        if session is None or role is None:
            return None
        who = _BY_POSITION[event.leg] if state.rules.notify.by_position else role
        if rings and who is FIRST:
            return None  # the vendor has no event for the first party's ring (ledger: event_first_party_ring)
        return session, _STATUS, Notice(kind, call, event.leg, who)

    return addressed


def _of_pin(state: State, event: PinChecked) -> _Addressed | None:
    session = state.book.get(event.call.host)
    # A caller may go on typing when the session has ended meanwhile; after its end nothing is reported of it.
    if session is None or not (session.is_live or session.running):
        return None
    if event.verdict is PinVerdict.WRONG and not (event.last or state.rules.notify.pin_each_attempt):
        return None
    notice = Notice(NoticeKind.PIN_CHECKED, call=event.call, verdict=event.verdict, retries=event.retries)
    return session, _STATUS, notice


def _of_call(state: State, event: CallEnded) -> _Addressed | None:
    session = state.book.get(event.call.session)
    if session is None or not state.rules.notify.call_over:
        return None
    return session, _STATUS, Notice(_CALL_OVER, call=event.call)


def _of_end(state: State, event: SessionExpired) -> _Addressed | None:
    if event.ending is _DELETED and not state.rules.notify.timed_out_after_delete:
        return None
    return event.session, _STATUS, _TIMED_OUT


def _of_number(state: State, event: SessionNumberReplaced) -> _Addressed | None:
    del state
    return event.session, _STATUS, _NUMBER_REPLACED


def _of_recording(kind: NoticeKind) -> Callable[[State, Any], _Addressed | None]:
    def addressed(state: State, event: RecordingStarted | RecordingFailed | RecordingCompleted) -> _Addressed | None:
        recording: Recording = event.recording
        session, call = state.book.get(recording.session), state.calls.get(recording.call)
        if session is None or call is None:
            return None
        return session, _RECORDING, Notice(kind, call=call, recording=recording)

    return addressed


# The key decides the type of the second argument, which no type for a mapping can say: hence Any.
_TELL: Final[Mapping[type, Callable[[State, Any], _Addressed | None]]] = {
    LegAnswered: _of_leg(NoticeKind.LEG_ANSWERED),
    LegRinging: _of_leg(NoticeKind.LEG_RINGING),
    LegEnded: _of_leg(NoticeKind.LEG_ENDED),
    CallEnded: _of_call,
    PinChecked: _of_pin,
    SessionExpired: _of_end,
    SessionNumberReplaced: _of_number,
    RecordingStarted: _of_recording(NoticeKind.RECORDING_STARTED),
    RecordingCompleted: _of_recording(NoticeKind.RECORDING_COMPLETED),
    RecordingFailed: _of_recording(NoticeKind.RECORDING_FAILED),
}
