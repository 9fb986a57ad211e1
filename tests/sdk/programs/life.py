"""The life of a session through Plivo's own Python SDK, unmodified, as its users write it. Prints one JSON object.

Run inside `masking-emulator run`: nothing here knows of the emulator. A step that a later test needs (a call, its
callbacks) is one more entry of what is printed.
"""

import json

import plivo
from plivo.exceptions import PlivoRestError


def refused(act, *args, **fields):
    """The name of the SDK's error, and its text."""
    try:
        act(*args, **fields)
    except PlivoRestError as error:
        return {"name": type(error).__name__, "message": str(error)}
    return None


client = plivo.RestClient()
sessions = client.masking_sessions
created = sessions.create_masking_session(
    first_party="+919003459051", second_party="+918197241073", session_expiry=600, record=True
)
uuid = created.session_uuid
listed = sessions.list_masking_session(status="active").response.objects
told = {
    "created": [created.message, created.session.duration, created.virtual_number],
    "got": sessions.get_masking_session(uuid).response.status,
    "updated": sessions.update_masking_session(uuid, call_time_limit=120).session.call_time_limit,
    "listed": [
        each["session_uuid"] == uuid for each in sessions.list_masking_session(status="active").response.objects
    ],
    "deleted": sessions.delete_masking_session(uuid).message,
    "again": refused(sessions.delete_masking_session, uuid),
    "invalid": refused(
        sessions.create_masking_session, first_party="+919003459051", second_party="+918197241073", session_expiry=59
    ),
    "unknown": refused(sessions.get_masking_session, "00000000-0000-4000-8000-000000000000"),
    "stranger": refused(plivo.RestClient(client.session.auth[0], "wrong").masking_sessions.list_masking_session),
}
print(json.dumps(told))
