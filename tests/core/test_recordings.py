"""Recordings: one a call, from the bridge to the hangup."""

import pytest
from masking_emulator.core.commands import DeleteRecording
from masking_emulator.core.decisions.recordings import find
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import CallSignal, Habit, RecordingState
from masking_emulator.core.refusals import Reason, Refused

from tests.core.play import ANNA, BEN, RECORDING, RULES, SETTINGS, START, A, World


@pytest.fixture
def pair(world: World) -> World:
    """Anna and Ben have a session that records."""
    world.create(ANNA, BEN, settings=RECORDING)
    return world


def test_recording_begins_when_both_have_answered(pair: World) -> None:
    """At the bridge and not before (ledger: recording_of_a_call)."""
    call = pair.call(ANNA)
    assert [] == pair.recordings()
    pair.wait(3)

    (recording,) = pair.recordings()
    assert (call.uuid, RecordingState.RUNNING) == (recording.call, recording.state)
    assert (START + 3 * SECOND_US, None) == (recording.started_at, recording.ended_at)
    assert recording.uuid == pair.call_now(call).recording


def test_recording_ends_when_a_party_hangs_up(pair: World) -> None:
    """With the first hangup (ledger: recording_of_a_call)."""
    pair.call(ANNA)
    pair.wait(60)

    (recording,) = pair.recordings()
    assert (RecordingState.COMPLETED, START + 33 * SECOND_US) == (recording.state, recording.ended_at)


def test_call_that_nobody_answers_is_not_recorded(pair: World) -> None:
    """There is nothing to hear."""
    pair.call(ANNA, habit=Habit.BUSY)
    pair.wait(60)

    assert [] == pair.recordings()


def test_each_call_has_its_own_recording(pair: World) -> None:
    """A file for each call, the newest first (ledger: recording_of_a_call, resource_list_order)."""
    calls = [pair.call(ANNA), pair.call(BEN)]
    pair.wait(60)

    assert [calls[1].uuid, calls[0].uuid] == [recording.call for recording in pair.recordings()]


def test_format_is_the_sessions(world: World) -> None:
    """It follows record_file_format (ledger: record_file_format)."""
    world.create(ANNA, BEN, settings=replace(RECORDING, record_file_format="wav"))
    world.call(ANNA)
    world.wait(3)

    assert ["wav"] == [recording.audio_format for recording in world.recordings()]


def test_recording_that_fails_leaves_nothing_to_fetch(pair: World) -> None:
    """It is counted, and not kept."""
    call = pair.call(ANNA, recording_fails=True)
    pair.wait(60)

    assert [] == pair.recordings()
    assert "" == pair.call_now(call).recording
    assert 1 == pair.engine.state.recordings.ordinal


@pytest.mark.parametrize(("before", "after"), [(True, False), (False, True)])
def test_update_counts_for_a_call_that_still_rings(world: World, before: bool, after: bool) -> None:  # noqa: FBT001  # cases, not switches
    """The session is asked when the two are connected (ledger: recording_decided_at_the_bridge)."""
    session = world.create(ANNA, BEN, settings=replace(SETTINGS, record=before))
    call = world.call(ANNA, manual=True)
    world.update(session, record=after)
    world.step(call, CallSignal.ANSWERED)

    assert after == bool(world.recordings())


@pytest.mark.parametrize(("before", "after"), [(True, False), (False, True)])
def test_update_does_not_touch_a_call_that_is_connected(world: World, before: bool, after: bool) -> None:  # noqa: FBT001  # cases, not switches
    """What runs, runs on (ledger: recording_decided_at_the_bridge)."""
    session = world.create(ANNA, BEN, settings=replace(SETTINGS, record=before))
    world.call(ANNA)
    world.wait(10)
    world.update(session, record=after)
    world.wait(60)

    assert before == bool(world.recordings())
    assert {RecordingState.COMPLETED} >= {recording.state for recording in world.recordings()}


def test_recording_is_its_owners(pair: World) -> None:
    """Others do not see it; no owner at all sees every one."""
    pair.call(ANNA)
    pair.wait(3)
    (recording,) = pair.recordings()
    state = pair.engine.state

    assert recording == find(state, recording.uuid, 0) == find(state, recording.uuid, None)
    with pytest.raises(Refused) as refused:
        find(state, recording.uuid, 1)
    assert refused.value.reason is Reason.RECORDING_NOT_FOUND


def test_deleted_recording_is_gone(pair: World) -> None:
    """A second delete finds nothing."""
    pair.call(ANNA)
    pair.wait(60)
    (recording,) = pair.recordings()
    pair.do(DeleteRecording(0, recording.uuid))

    assert [] == pair.recordings()
    with pytest.raises(Refused) as refused:
        pair.do(DeleteRecording(0, recording.uuid))
    assert refused.value.reason is Reason.RECORDING_NOT_FOUND


def test_recording_deleted_while_it_runs_is_never_completed(pair: World) -> None:
    """The call ends without one."""
    pair.call(ANNA)
    pair.wait(3)
    pair.do(DeleteRecording(0, pair.recordings()[0].uuid))
    pair.wait(60)

    assert [] == pair.recordings()
    assert not [words for words in pair.told() if "recording completed" in words]


def test_oldest_recordings_make_room() -> None:
    """Past recordings_max; the count goes on."""
    world = World(A, rules=replace(RULES, recordings_max=2))
    world.create(ANNA, BEN, settings=RECORDING)
    for _ in range(3):
        world.call(ANNA)
        world.wait(60)

    assert [3, 2] == [recording.ordinal for recording in world.recordings()]


def test_recording_of_a_forked_world_is_its_own(pair: World) -> None:
    """What ends in one runs on in the other."""
    pair.call(ANNA)
    pair.wait(3)
    twin = pair.fork()
    twin.wait(60)

    assert RecordingState.RUNNING is pair.recordings()[0].state
    assert RecordingState.COMPLETED is twin.recordings()[0].state
    assert 1 == len(twin.engine.state.recordings)
