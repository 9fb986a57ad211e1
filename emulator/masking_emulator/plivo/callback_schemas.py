"""Callback schemas: which attributes an event has, and how they look, as JSON Schema 2020-12.

One table of attributes, a line each; a schema per event is read off it. All values are strings, because a form and a
query know nothing else. What is not in the table is not sent. What values an event gets is decided elsewhere.
The vendor's page lists attributes without saying which event has which, so an event has those that it can know
(ledger: event_attributes_always, event_attributes_of_calls, event_attributes_of_recordings).
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from masking_emulator.core.records.base import Record
from masking_emulator.plivo.hangup_causes import HANGUP_CAUSES
from masking_emulator.plivo.validation import Schema


class Occasion(Enum):
    """What an event is about, which decides which attributes it has."""

    SESSION = "session"
    CALL = "call"
    PIN = "pin"
    HANGUP = "hangup"
    RECORDING_STARTED = "recording started"
    RECORDING_COMPLETED = "recording completed"
    RECORDING_FAILED = "recording failed"


#: Every event, in the order of the vendor's page, and its occasion.
EVENTS: Final[Mapping[str, Occasion]] = {
    "SessionFirstPartyAnswer": Occasion.CALL,
    "SessionSecondPartyRing": Occasion.CALL,
    "SessionSecondPartyAnswer": Occasion.CALL,
    "SessionSecondPartyHangup": Occasion.HANGUP,
    "SessionFirstPartyHangup": Occasion.HANGUP,
    "SessionPinAuthenticationStatus": Occasion.PIN,
    "SessionTimeout": Occasion.SESSION,
    "SessionVirtualNumberReplaced": Occasion.SESSION,
    "SessionPartiesHangup": Occasion.HANGUP,
    "SessionRecordingInitiated": Occasion.RECORDING_STARTED,
    "SessionRecordingCompleted": Occasion.RECORDING_COMPLETED,
    "SessionRecordingFailed": Occasion.RECORDING_FAILED,
}


class Attribute(Record):
    """A line of the table. On an occasion in neither set the attribute is absent."""

    name: str
    schema: Schema
    about: str
    required: frozenset[Occasion]
    optional: frozenset[Occasion] = frozenset()


def _on(*occasions: Occasion) -> frozenset[Occasion]:
    return frozenset(occasions)


_ALWAYS: Final = frozenset(Occasion)
_COMPLETED: Final = _on(Occasion.RECORDING_COMPLETED)
_RECORDED: Final = _on(Occasion.RECORDING_STARTED, Occasion.RECORDING_COMPLETED)
_RECORDING: Final = _RECORDED | _on(Occasion.RECORDING_FAILED)
_HANGUP: Final = _on(Occasion.HANGUP)
_PIN: Final = _on(Occasion.PIN)
_CALL: Final = _on(Occasion.CALL, Occasion.HANGUP)


def _matching(pattern: str) -> Schema:
    # Python's "$" also matches before a line feed at the end; other validators know (?!) as well.
    return {"type": "string", "pattern": f"^{pattern}$(?!\\n)"}


_PHONE: Final = _matching("[1-9][0-9]{6,14}")
_COUNT: Final = _matching("(0|[1-9][0-9]*)")
_ORDINAL: Final = _matching("[1-9][0-9]*")
_DECIMAL: Final = _matching(r"(0|[1-9][0-9]*)\.[0-9]+")
_UUID: Final = _matching("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT: Final = _matching(
    "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
)
_URL: Final = _matching("https?://[!-~]+")
_PIN_STATUS: Final[Schema] = {"type": "string", "enum": ["success", "failed", "AuthorizedCaller"]}
_CAUSE: Final[Schema] = {"type": "string", "enum": list(HANGUP_CAUSES.values())}
_CAUSE_CODE: Final[Schema] = {"type": "string", "enum": [str(code) for code in HANGUP_CAUSES]}
_FORMAT: Final[Schema] = {"type": "string", "enum": [".mp3", ".wav"]}

#: In the order of the wire, which is the vendor's page's.
ATTRIBUTES: Final[tuple[Attribute, ...]] = (
    Attribute("EventName", {"type": "string"}, "The event.", _ALWAYS),
    Attribute("EventTimestamp", _INSTANT, "When it happened, in UTC.", _ALWAYS),
    Attribute("SessionUUID", _UUID, "The session.", _ALWAYS),
    # A PIN is asked for in a call whose other side is not dialled yet; no page says whether its event has From.
    Attribute("From", _PHONE, "Who calls.", _CALL | _RECORDING, _PIN),
    # As long as nobody is dialled there is none.
    Attribute("To", _PHONE, "Who is dialled from the virtual number.", _RECORDING, _CALL | _PIN),
    Attribute("VirtualNumber", _PHONE, "The number in use; the new one where it was replaced.", _ALWAYS),
    Attribute("PinAuthenticationStatus", _PIN_STATUS, "What the PIN was worth, or that none was needed.", _PIN),
    Attribute("PinRetryCounter", _COUNT, "Retries so far.", _PIN),
    Attribute("Amount", _DECIMAL, "What it cost.", _HANGUP),
    Attribute("BilledDuration", _COUNT, "Seconds that were billed.", _HANGUP),
    Attribute("Duration", _COUNT, "Seconds that it lasted.", _HANGUP),
    Attribute("PlivoHangupCause", _CAUSE, "Why it ended.", _HANGUP),
    Attribute("PlivoHangupCauseCode", _CAUSE_CODE, "The code of the cause.", _HANGUP),
    Attribute("RecordingUUID", _UUID, "The recording.", _RECORDED),
    Attribute("RecordingFormat", _FORMAT, "The suffix of its file.", _RECORDING),
    Attribute("RecordingDuration", _COUNT, "Seconds that were recorded.", _COMPLETED),
    Attribute("RecordingStartTime", _INSTANT, "When it began, in UTC.", _RECORDED),
    Attribute("RecordingEndTime", _INSTANT, "When it ended, in UTC.", _COMPLETED),
    Attribute("RecordingURL", _URL, "The audio.", _COMPLETED),
    Attribute("RecordingResourceURL", _URL, "The recording as a resource of the API.", _COMPLETED),
    Attribute("SequenceNumber", _ORDINAL, "The number of the callback within its session, from 1.", _ALWAYS),
)


def _schema(event: str, occasion: Occasion) -> Schema:
    present = [line for line in ATTRIBUTES if occasion in line.required | line.optional]
    properties = {line.name: {**line.schema, "description": line.about} for line in present}
    properties["EventName"] = {"const": event}
    return {
        "title": event,
        "type": "object",
        "properties": properties,
        "required": [line.name for line in present if occasion in line.required],
        "additionalProperties": False,
    }


#: Event → the schema of its parameters.
CALLBACK_SCHEMAS: Final[Mapping[str, Schema]] = {event: _schema(event, occasion) for event, occasion in EVENTS.items()}
