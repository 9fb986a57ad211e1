"""The recording resource: a record of each recording that is finished, until it is deleted.

Source: vendor pages, "Retrieve a recording" and "List all recordings", recorded responses of April 2022, and the
official SDKs' fixtures. The audio itself is served in `routes_media.py`.
"""

from collections.abc import Iterable
from typing import Final

from masking_emulator.core.books.index import Range
from masking_emulator.core.commands import DeleteRecording
from masking_emulator.core.engine import Engine
from masking_emulator.core.instants import DAY_US, SECOND_US
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.calls import Recording, RecordingState
from masking_emulator.plivo import refusals
from masking_emulator.plivo.account_request import AccountRequest, ApiAnswer
from masking_emulator.plivo.amounts import exact_time
from masking_emulator.plivo.filters import amount, fields_of, instant, number, span_of
from masking_emulator.plivo.pages import Page, meta, page_of
from masking_emulator.plivo.refusals import ApiError
from masking_emulator.plivo.render import Json
from masking_emulator.plivo.resources import list_path, media_url

RANGED: Final = ("add_time", "recording_storage_duration")

#: Filters for recordings of conferences, of which masking makes none.
CONFERENCES: Final = ("conference_name", "conference_uuid", "mpc_name", "mpc_uuid")

#: What storing a minute costs a month, and how recorded time is rounded for it. Source: list fixture, vendor page.
_STORAGE_RATE: Final = 0.0004
_ROUNDED_TO_S: Final = 60


class RecordingQuery(Record):
    """Which recordings are wanted; None and open ranges leave a condition out."""

    owner: int | None
    call: str | None
    caller: str | None
    callee: str | None
    added: Range
    stored_days: Range
    of_conferences: bool

    def accepts(self, recording: Recording, caller: str, callee: str, now: int) -> bool:
        """Whether a finished recording of a call between these numbers fulfils every condition."""
        assert recording.ended_at is not None, "a finished recording has an end"
        return (
            not self.of_conferences
            and self.owner in (None, recording.owner)
            and self.call in (None, recording.call)
            and self.caller in (None, caller)
            and self.callee in (None, callee)
            and recording.ended_at in self.added
            and _stored_days(recording.ended_at, now) in self.stored_days
        )


def get_recording(asked: AccountRequest) -> ApiAnswer:
    """GET Recording/{uuid}."""
    engine = asked.caller.service.caught_up()
    recording = find_finished(engine, asked.in_path("recording_uuid").lower(), asked.scope)
    api_id = asked.draw_api_id()
    fields = _recording_object(asked, engine, recording)
    return 200, dict(sorted((fields | {"api_id": api_id}).items()))


def list_recordings(asked: AccountRequest) -> ApiAnswer:
    """GET Recording: the finished ones, newest first."""
    engine = asked.caller.service.caught_up()
    page = _recording_query(asked)
    shown = page.cut_by_place(_matching(engine, page.query), lambda recording: recording.ordinal)
    objects = [_recording_object(asked, engine, recording) for recording in shown.objects]
    path = list_path(asked.account.auth_id, "Recording")
    return 200, {"api_id": asked.draw_api_id(), "meta": meta(page, path, shown), "objects": objects}


def delete_recording(asked: AccountRequest) -> ApiAnswer:
    """DELETE Recording/{uuid}: 204 without a body, as the vendor page has it."""
    service = asked.caller.service
    uuid = asked.in_path("recording_uuid").lower()
    find_finished(service.caught_up(), uuid, asked.scope)
    service.do(DeleteRecording(asked.scope, uuid))
    return 204, None


def find_finished(engine: Engine, uuid: str, owner: int | None) -> Recording:
    """A recording that this owner may see and that has ended. Raises Refused(RECORDING_NOT_FOUND), ApiError 404."""
    recording = engine.recording(uuid, owner)
    # No sample shows one that is not there yet (ledger: recording_running).
    if recording.state is not RecordingState.COMPLETED:
        raise ApiError(404, refusals.NOT_FOUND, f"the recording {uuid} is there once its call has ended")
    return recording


def _matching(engine: Engine, query: RecordingQuery) -> Iterable[Recording]:
    for recording in engine.recordings():
        if recording.state is RecordingState.COMPLETED:
            caller, callee = _ends(engine, recording)
            if query.accepts(recording, caller, callee, engine.now):
                yield recording


def _recording_query(asked: AccountRequest) -> Page[RecordingQuery]:
    fields, policy = fields_of(asked.pairs), asked.caller.service.policy
    query = RecordingQuery(
        owner=asked.owner_of(fields["subaccount"]) if "subaccount" in fields else asked.scope,
        call=fields.get("call_uuid"),
        caller=number(fields, "from_number"),
        callee=number(fields, "to_number"),
        added=span_of(fields, "add_time", instant, policy).range,
        stored_days=span_of(fields, "recording_storage_duration", amount, policy).range,
        of_conferences=any(name in fields for name in CONFERENCES),
    )
    return page_of(query, fields, policy, cursors=True)


def _recording_object(asked: AccountRequest, engine: Engine, recording: Recording) -> Json:
    """The record of a finished recording, keys in the order of recorded responses, which is the alphabet's."""
    assert recording.ended_at is not None, "a finished recording has an end"
    base, owner = asked.home(recording.owner)
    caller, callee = _ends(engine, recording)
    duration_us = recording.ended_at - recording.started_at
    return {
        "add_time": exact_time(recording.ended_at) + "+00:00",
        "call_uuid": recording.call,
        "conference_name": "",
        "from_number": caller and f"+{caller}",
        # Storage is free for 90 days, and nothing is shown for longer.
        "monthly_recording_storage_amount": 0,
        "recording_duration_ms": _milliseconds(duration_us),
        "recording_end_ms": _milliseconds(recording.ended_at),
        "recording_format": recording.audio_format,
        "recording_id": recording.uuid,
        "recording_start_ms": _milliseconds(recording.started_at),
        "recording_storage_duration": _stored_days(recording.ended_at, engine.now),
        "recording_storage_rate": _STORAGE_RATE,
        "recording_type": "call",
        "recording_url": media_url(base, owner, recording.uuid, audio_format=recording.audio_format),
        "resource_uri": f"{list_path(asked.account.auth_id, 'Recording')}{recording.uuid}/",
        "rounded_recording_duration": max(1, -(-(duration_us // SECOND_US) // _ROUNDED_TO_S)) * _ROUNDED_TO_S,
        "to_number": callee and f"+{callee}",
    }


def _ends(engine: Engine, recording: Recording) -> tuple[str, str]:
    """Who called whom on the recorded leg; "" once the call is forgotten."""
    found = engine.leg(recording.call)
    if found is None:
        return "", ""
    call, leg = found
    return (leg.person, call.number) if leg.inbound else (call.number, leg.person)


def _milliseconds(micros: int) -> str:
    return f"{micros // 1000}.{micros % 1000:03}00"


def _stored_days(added_at: int, now: int) -> int:
    """Begun days since the recording was added."""
    return (now - added_at) // DAY_US + 1
