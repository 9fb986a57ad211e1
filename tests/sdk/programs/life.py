"""The story of tests/sdk/story.py through Plivo's own Python SDK, unmodified, as its users write it. Prints one JSON.

Run inside `masking-emulator run`: only what plays the phones and the failures knows of the emulator.
"""

import json
import os
import urllib.request
from datetime import UTC, datetime, timedelta

import plivo

FIRST, SECOND, THIRD = "+919003459051", "+918197241073", "+919840037111"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
AUDIO = "https://example.com/audio.mp3"
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")


def tell_sessions(sessions):
    """Every masking method, with every parameter that a create takes."""
    created = sessions.create_masking_session(first_party=FIRST, second_party=SECOND, session_expiry=600, record=True)
    uuid = created.session_uuid
    got = sessions.get_masking_session(uuid).response
    updated = sessions.update_masking_session(uuid, call_time_limit=120)
    listed = sessions.list_masking_session(
        status="active", first_party=FIRST, limit=5, created_time__gte=YESTERDAY
    ).response
    earlier = sessions.list_masking_session(created_time__lt=YESTERDAY).response
    by_duration = sessions.list_masking_session(duration=600).response
    deleted = sessions.delete_masking_session(uuid)
    return {
        "created": created.message,
        "duration": created.session.duration,
        "record": created.session.record,
        "plus": f"+{created.session.virtual_number}" == created.virtual_number,
        "got": got.session_uuid == uuid,
        "status": got.status,
        "updated": [updated.message, updated.session.call_time_limit],
        "listed": [each["session_uuid"] for each in listed.objects] == [uuid],
        "limit": listed.meta.limit,
        "earlier": len(earlier.objects),
        "by duration": len(by_duration.objects),
        "deleted": deleted.message,
        "after": sessions.get_masking_session(uuid).response.status,
        **tell_everything(sessions),
        **tell_pins(sessions),
        **tell_single_party(sessions),
    }


def tell_everything(sessions):
    """A create with all that has nothing to do with PINs."""
    created = sessions.create_masking_session(
        first_party=FIRST,
        second_party=SECOND,
        session_expiry=300,
        call_time_limit=90,
        record=True,
        record_file_format="wav",
        recording_callback_url="https://example.com/recordings",
        recording_callback_method="GET",
        callback_url="https://example.com/events",
        callback_method="GET",
        ring_timeout=30,
        first_party_play_url=AUDIO,
        second_party_play_url=AUDIO,
        unknown_caller_play=AUDIO,
        geomatch=True,
        virtual_number_cooloff_period=60,
        initiate_call_to_first_party=False,
    )
    sessions.delete_masking_session(created.session_uuid)
    names = ("call_time_limit", "record_file_format", "recording_callback_url", "recording_callback_method")
    names += ("callback_url", "callback_method", "ring_timeout", "first_party_play_url", "second_party_play_url")
    names += ("virtual_number_cooloff_period",)
    return {"everything": [getattr(created.session, name) for name in names]}


def tell_pins(sessions):
    """PINs that are given, and PINs that are made."""
    given = sessions.create_masking_session(
        first_party=FIRST,
        second_party=SECOND,
        is_pin_authentication_required=True,
        first_party_pin="1234",
        second_party_pin="4321",
        pin_prompt_play=AUDIO,
        incorrect_pin_play=AUDIO,
        pin_retry=2,
        pin_retry_wait=6,
        force_pin_authentication=True,
    )
    made = sessions.create_masking_session(
        first_party=FIRST,
        second_party=THIRD,
        is_pin_authentication_required=True,
        generate_pin=True,
        generate_pin_length=6,
        pin_prompt_play=AUDIO,
    )
    for each in (given, made):
        sessions.delete_masking_session(each.session_uuid)
    names = ("first_party_pin", "second_party_pin", "pin_retry", "pin_retry_wait", "force_pin_authentication")
    first, second = made.session.first_party_pin, made.session.second_party_pin
    return {"pins": [getattr(given.session, name) for name in names], "generated pins": [len(first), first != second]}


def tell_single_party(sessions):
    """One party first, the other one later."""
    alone = sessions.create_masking_session(first_party=FIRST, create_session_with_single_party=True)
    filled = sessions.update_masking_session(alone.session_uuid, second_party=THIRD)
    sessions.delete_masking_session(alone.session_uuid)
    return {"single party": [alone.session.second_party, filled.session.second_party]}


def tell_calls(client):
    """A call while it runs and afterwards, and its recording."""
    sessions = client.masking_sessions
    session = sessions.create_masking_session(first_party=FIRST, second_party=SECOND, record=True)
    begun = control("/calls", {"from": FIRST, "to": session.virtual_number, "answer_after_s": 2, "talk_s": 30})
    uuid = begun["call_uuid"]
    control("/clock/advance", {"seconds": 5})
    live, running = client.live_calls.list_ids(), client.live_calls.get(uuid)
    early = outcome(client.calls.get, uuid)
    queued = client.queued_calls.list_ids()
    control("/clock/advance", {"seconds": 60})
    ended = client.calls.get(uuid)
    legs = client.calls.list(parent_call_uuid=uuid).objects
    after = sessions.get_masking_session(session.session_uuid).response
    recordings = client.recordings.list(limit=3)
    recording = client.recordings.get(recordings.objects[0].recording_id)
    client.recordings.delete(recording.recording_id)
    return {
        "live": uuid in live.calls,
        "live call": [running.call_uuid == uuid, running.call_status],
        "early": early,
        "queued": len(queued.calls),
        "call": [ended.from_number, ended.call_direction, ended.hangup_cause_name, ended.hangup_cause_code],
        "second leg": [len(legs), legs[0].to_number, legs[0].call_direction],
        "all": client.calls.list().meta.total_count,
        "interactions": len(after.interaction),
        "total": after.total_call_count,
        "recordings": recordings.meta.total_count,
        "recording": [recording.recording_format, recording.recording_duration_ms],
        "gone recording": outcome(client.recordings.get, recording.recording_id),
    }


def tell_numbers(client):
    """The numbers of the account."""
    everyone = client.numbers.list()
    indian = client.numbers.list(number_startswith="91", limit=2)
    return {
        "all": len(everyone.objects),
        "indian": [indian.meta.total_count, len(indian.objects)],
        "one": client.numbers.get(everyone.objects[0].number).number,
        "none": outcome(client.numbers.get, "14155559999"),
    }


def tell_refused(client):
    """What is refused, and what goes wrong."""
    sessions = client.masking_sessions

    def create(**fields):
        return sessions.create_masking_session(**{"first_party": FIRST, "second_party": SECOND, **fields})

    uuid = create(first_party=THIRD).session_uuid
    sessions.delete_masking_session(uuid)
    stranger = plivo.RestClient(client.session.auth[0], "wrong").masking_sessions
    told = {
        "again": outcome(sessions.delete_masking_session, uuid),
        "update of expired": outcome(sessions.update_masking_session, uuid, call_time_limit=120),
        "invalid": outcome(create, session_expiry=59),
        "unknown": outcome(sessions.get_masking_session, UNKNOWN),
        "limit": outcome(sessions.list_masking_session, limit=21),
        "stranger": outcome(stranger.list_masking_session),
    }
    faults = {
        "405": {"status": 405, "count": 1},
        "429": {"status": 429, "count": 1},
        "500 twice": {"status": 500, "count": 2},
        "500 three times": {"status": 500, "count": 3},
        "dropped": {"connection": "drop", "count": 1},
        "malformed": {"body": "malformed", "count": 1},
    }
    for name, fault in faults.items():
        control("/faults", fault)
        told[name] = outcome(create)
    return told


def outcome(act, *args, **fields):
    """The class of the SDK's error and its text; of an answer its message, where it has one."""
    try:
        answer = act(*args, **fields)
    except Exception as error:  # whatever reaches the application is what is told
        return [type(error).__name__, str(error)]
    return [answer.message] if hasattr(answer, "message") else []


def control(path, body):
    """Ask the emulator's control API, below the world of the account."""
    world = f"{os.environ['MASKING_EMULATOR_URL']}/_emulator/worlds/{os.environ['PLIVO_AUTH_ID']}"
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(world + path, json.dumps(body).encode(), headers)) as answer:
        return json.load(answer)


if __name__ == "__main__":
    client = plivo.RestClient()
    story = {
        "sessions": tell_sessions(client.masking_sessions),
        "calls": tell_calls(client),
        "numbers": tell_numbers(client),
        "refused": tell_refused(client),
    }
    print(json.dumps(story))
