"""Callbacks in the vendor's words: which event a notice is, and its parameters.

Values are strings, because a form and a query know nothing else. Their order is that of the vendor's page, and what
no page names is left out (ledger: event_names, event_attribute_names, event_values).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.callbacks import Callback, Notice, NoticeKind
from masking_emulator.core.records.calls import Call, Cause, PinVerdict, Recording, Role
from masking_emulator.plivo.amounts import price, second
from masking_emulator.plivo.causes import CAUSES
from masking_emulator.plivo.resources import media_url, recording_url
from masking_emulator.plivo.service import Account
from masking_emulator.plivo.signatures import NameValue

_OF_LEGS: Final[Mapping[tuple[NoticeKind, Role | None], str]] = {
    (NoticeKind.LEG_ANSWERED, Role.FIRST): "SessionFirstPartyAnswer",
    (NoticeKind.LEG_RINGING, Role.SECOND): "SessionSecondPartyRing",
    (NoticeKind.LEG_ANSWERED, Role.SECOND): "SessionSecondPartyAnswer",
    (NoticeKind.LEG_ENDED, Role.SECOND): "SessionSecondPartyHangup",
    (NoticeKind.LEG_ENDED, Role.FIRST): "SessionFirstPartyHangup",
}

#: (kind of notice, whose leg) → the vendor's name of the event.
EVENTS: Final[Mapping[tuple[NoticeKind, Role | None], str]] = {
    **_OF_LEGS,
    (NoticeKind.PIN_CHECKED, None): "SessionPinAuthenticationStatus",
    (NoticeKind.TIMED_OUT, None): "SessionTimeout",
    (NoticeKind.NUMBER_REPLACED, None): "SessionVirtualNumberReplaced",
    (NoticeKind.CALL_OVER, None): "SessionPartiesHangup",
    (NoticeKind.RECORDING_STARTED, None): "SessionRecordingInitiated",
    (NoticeKind.RECORDING_COMPLETED, None): "SessionRecordingCompleted",
    (NoticeKind.RECORDING_FAILED, None): "SessionRecordingFailed",
}

_PIN_STATUS: Final[Mapping[PinVerdict, str]] = {
    PinVerdict.RIGHT: "success",
    PinVerdict.WRONG: "failed",
    PinVerdict.NOT_NEEDED: "AuthorizedCaller",
}


class Place(Record):
    """Where resources are found: the URL under which the emulator is asked, and the account that owns them."""

    base: str
    account: Account


def event_name(notice: Notice) -> str:
    """The vendor's name of the event."""
    return EVENTS[notice.kind, notice.who]


def parameters(callback: Callback, place: Place) -> dict[str, str]:
    """The parameters of a callback, in the order of the wire."""
    notice = callback.notice
    named: dict[str, str] = {
        "EventName": event_name(notice),
        "EventTimestamp": second(callback.due_at),
        "SessionUUID": callback.session,
    }
    if notice.call is not None:
        named.update(_people(notice.call, notice.leg))
    named["VirtualNumber"] = callback.number
    more = _MORE.get(notice.kind)
    if more is not None:
        named.update(more(notice, place))
    named["SequenceNumber"] = str(callback.sequence)
    return named


def _people(call: Call, leg: int | None) -> Sequence[NameValue]:
    """From and To. Of the call that the service places, the first leg goes from the virtual number to the first party.

    As long as nobody is dialled there is no To (ledger: callback_from_and_to, event_attributes_of_calls).
    """
    if not call.legs[0].inbound and (leg == 0 or len(call.legs) == 1):
        return (("From", call.number), ("To", call.caller))
    return (("From", call.caller), ("To", call.callee)) if call.callee else (("From", call.caller),)


def _of_pin(notice: Notice, place: Place) -> Sequence[NameValue]:
    del place
    assert notice.verdict is not None, "a PIN's notice has a verdict"
    return (
        ("PinAuthenticationStatus", _PIN_STATUS[notice.verdict]),
        ("PinRetryCounter", str(notice.retries)),
    )


def _of_leg_end(notice: Notice, place: Place) -> Sequence[NameValue]:
    del place
    assert notice.call is not None, "a leg's notice has a call"
    leg = notice.call.legs[notice.leg or 0]
    return _cost(leg.amount_micros, leg.billed_s, leg.duration_s, leg.cause)


def _of_call_end(notice: Notice, place: Place) -> Sequence[NameValue]:
    del place
    call = notice.call
    assert call is not None, "a call's notice has a call"
    # Why the call is over is why its last leg is (ledger: parties_hangup_cause).
    return _cost(call.amount_micros, call.billed_s, call.duration_s, call.legs[-1].cause)


def _cost(amount_micros: int, billed_s: int, duration_s: int, cause: Cause | None) -> Sequence[NameValue]:
    assert cause is not None, "what is over has a cause"
    code, name = CAUSES[cause]
    return (
        ("Amount", price(amount_micros)),
        ("BilledDuration", str(billed_s)),
        ("Duration", str(duration_s)),
        ("PlivoHangupCause", name),
        ("PlivoHangupCauseCode", str(code)),
    )


def _of_recording_start(notice: Notice, place: Place) -> Sequence[NameValue]:
    del place  # its URLs answer only once there is something behind them
    recording = _recording(notice)
    return (
        ("RecordingUUID", recording.uuid),
        ("RecordingFormat", f".{recording.audio_format}"),
        ("RecordingStartTime", second(recording.started_at)),
    )


def _of_recording_end(notice: Notice, place: Place) -> Sequence[NameValue]:
    recording = _recording(notice)
    assert recording.ended_at is not None, "a completed recording has an end"
    auth_id = place.account.auth_id
    return (
        ("RecordingUUID", recording.uuid),
        ("RecordingFormat", f".{recording.audio_format}"),
        ("RecordingDuration", str((recording.ended_at - recording.started_at) // SECOND_US)),
        ("RecordingStartTime", second(recording.started_at)),
        ("RecordingEndTime", second(recording.ended_at)),
        ("RecordingURL", media_url(place.base, auth_id, recording.uuid, audio_format=recording.audio_format)),
        ("RecordingResourceURL", recording_url(place.base, auth_id, recording.uuid)),
    )


def _of_recording_failure(notice: Notice, place: Place) -> Sequence[NameValue]:
    del place
    return (("RecordingFormat", f".{_recording(notice).audio_format}"),)


def _recording(notice: Notice) -> Recording:
    assert notice.recording is not None, "a recording's notice has a recording"
    return notice.recording


_MORE: Final[Mapping[NoticeKind, Callable[[Notice, Place], Sequence[NameValue]]]] = {
    NoticeKind.PIN_CHECKED: _of_pin,
    NoticeKind.LEG_ENDED: _of_leg_end,
    NoticeKind.CALL_OVER: _of_call_end,
    NoticeKind.RECORDING_STARTED: _of_recording_start,
    NoticeKind.RECORDING_COMPLETED: _of_recording_end,
    NoticeKind.RECORDING_FAILED: _of_recording_failure,
}
