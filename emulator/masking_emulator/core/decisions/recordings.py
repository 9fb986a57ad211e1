"""Recordings: one for each call, from the bridge to the hangup.

A recording that could not be started leaves a notice and nothing to fetch (ledger: recording_of_a_call).
"""

from masking_emulator.core.commands import DeleteRecording
from masking_emulator.core.events import Event, RecordingCompleted, RecordingDeleted, RecordingFailed, RecordingStarted
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import Call, Recording, RecordingState
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.refusals import Reason, Refused
from masking_emulator.core.state import State


def started(state: State, call: Call, session: Session, now: int) -> RecordingStarted | RecordingFailed:
    """The recording of a call that was just bridged."""
    fails = call.script.recording_fails
    recording = Recording(
        ordinal=state.recordings.ordinal + 1,
        uuid=state.chance.uuid("recording"),
        call=call.uuid,
        session=session.uuid,
        owner=session.owner,
        audio_format=session.settings.record_file_format,
        state=RecordingState.FAILED if fails else RecordingState.RUNNING,
        started_at=now,
    )
    return RecordingFailed(now, recording) if fails else RecordingStarted(now, recording)


def completed(state: State, call: Call, now: int) -> list[Event]:
    """The recording of a call that ends, where it has one."""
    recording = state.recordings.get(call.recording)
    if recording is None:
        return []
    return [RecordingCompleted(now, replace(recording, state=RecordingState.COMPLETED, ended_at=now))]


def find(state: State, uuid: str, owner: int | None) -> Recording:
    """The recording, if this owner may see it (None sees all). Raises Refused(RECORDING_NOT_FOUND)."""
    recording = state.recordings.get(uuid)
    if recording is None or owner not in (None, recording.owner):
        raise Refused(Reason.RECORDING_NOT_FOUND, uuid=uuid)
    return recording


def delete(state: State, command: DeleteRecording, now: int) -> list[Event]:
    """The recording is gone. Raises Refused: RECORDING_NOT_FOUND."""
    return [RecordingDeleted(now, find(state, command.uuid, command.owner))]
