"""Callbacks in the vendor's words: which event a notice is, and its parameters.

Values are strings, because a form and a query know nothing else. Their order is that of the vendor's page, and what
no page names is left out (ledger: event_names, event_attribute_names, event_values).
"""

from collections.abc import Callable, Mapping
from typing import Final

from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.callbacks import Callback, Notice, NoticeKind
from masking_emulator.core.records.calls import Call, Cause, PinVerdict, Recording, Role
from masking_emulator.plivo.amounts import price, second
from masking_emulator.plivo.causes import CAUSES
from masking_emulator.plivo.resources import media_url, recording_url
from masking_emulator.plivo.service import Account

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
    named = {
        "EventName": EVENTS[notice.kind, notice.who],
        "EventTimestamp": second(callback.due_at),
        "SessionUUID": callback.session,
    }
    if notice.call is not None:
        _name_people(named, notice.call, notice.leg)
    named["VirtualNumber"] = callback.number
    more = _MORE.get(notice.kind)
    if more is not None:
        more(named, notice, place)
    named["SequenceNumber"] = str(callback.sequence)
    return named


def _name_people(named: dict[str, str], call: Call, leg: int | None) -> None:
    """From and To. Of the call that the service places, the first leg goes from the virtual number to the first party.

    As long as nobody is dialled there is no To (ledger: callback_from_and_to, event_attributes_of_calls).
    """
    legs = call.legs
    if not legs[0].inbound and (leg == 0 or len(legs) == 1):
        named["From"], named["To"] = call.number, call.caller
        return
    named["From"] = call.caller
    if call.callee:
        named["To"] = call.callee


def _name_pin(named: dict[str, str], notice: Notice, place: Place) -> None:
    del place
    assert notice.verdict is not None, "a PIN's notice has a verdict"
    named["PinAuthenticationStatus"] = _PIN_STATUS[notice.verdict]
    named["PinRetryCounter"] = str(notice.retries)


def _name_leg_end(named: dict[str, str], notice: Notice, place: Place) -> None:
    del place
    assert notice.call is not None, "a leg's notice has a call"
    leg = notice.call.legs[notice.leg or 0]
    _name_cost(named, leg.amount_micros, leg.billed_s, leg.duration_s, leg.cause)


def _name_call_end(named: dict[str, str], notice: Notice, place: Place) -> None:
    del place
    call = notice.call
    assert call is not None, "a call's notice has a call"
    # Why the call is over is why its last leg is (ledger: parties_hangup_cause).
    _name_cost(named, call.amount_micros, call.billed_s, call.duration_s, call.legs[-1].cause)


def _name_cost(named: dict[str, str], amount_micros: int, billed_s: int, duration_s: int, cause: Cause | None) -> None:
    assert cause is not None, "what is over has a cause"
    code, name = CAUSES[cause]
    named["Amount"] = price(amount_micros)
    named["BilledDuration"] = str(billed_s)
    named["Duration"] = str(duration_s)
    named["PlivoHangupCause"] = name
    named["PlivoHangupCauseCode"] = str(code)


def _name_recording_start(named: dict[str, str], notice: Notice, place: Place) -> None:
    del place  # its URLs answer only once there is something behind them
    recording = _recording(notice)
    named["RecordingUUID"] = recording.uuid
    named["RecordingFormat"] = f".{recording.audio_format}"
    named["RecordingStartTime"] = second(recording.started_at)


def _name_recording_end(named: dict[str, str], notice: Notice, place: Place) -> None:
    recording, auth_id = _recording(notice), place.account.auth_id
    assert recording.ended_at is not None, "a completed recording has an end"
    uuid, audio_format = recording.uuid, recording.audio_format
    named["RecordingUUID"] = uuid
    named["RecordingFormat"] = f".{audio_format}"
    named["RecordingDuration"] = str((recording.ended_at - recording.started_at) // SECOND_US)
    named["RecordingStartTime"] = second(recording.started_at)
    named["RecordingEndTime"] = second(recording.ended_at)
    named["RecordingURL"] = media_url(place.base, auth_id, uuid, audio_format=audio_format)
    named["RecordingResourceURL"] = recording_url(place.base, auth_id, uuid)


def _name_recording_failure(named: dict[str, str], notice: Notice, place: Place) -> None:
    del place
    named["RecordingFormat"] = f".{_recording(notice).audio_format}"


def _recording(notice: Notice) -> Recording:
    assert notice.recording is not None, "a recording's notice has a recording"
    return notice.recording


_MORE: Final[Mapping[NoticeKind, Callable[[dict[str, str], Notice, Place], None]]] = {
    NoticeKind.PIN_CHECKED: _name_pin,
    NoticeKind.LEG_ENDED: _name_leg_end,
    NoticeKind.CALL_OVER: _name_call_end,
    NoticeKind.RECORDING_STARTED: _name_recording_start,
    NoticeKind.RECORDING_COMPLETED: _name_recording_end,
    NoticeKind.RECORDING_FAILED: _name_recording_failure,
}
