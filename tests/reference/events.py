"""The callback events, from the schemas of the wire, with examples from the golden callbacks."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from masking_emulator.plivo.callback_schemas import CALLBACK_SCHEMAS

from tests.reference.tables import table

_GOLDEN: Final = Path(__file__).parents[2] / "fixtures" / "callbacks"

#: When each event is sent.
WHEN: Final[Mapping[str, str]] = {
    "SessionFirstPartyAnswer": "the first party's leg is answered; where it calls itself, that is the call",
    "SessionSecondPartyRing": "the other side is dialled",
    "SessionSecondPartyAnswer": "the second party's leg is answered",
    "SessionSecondPartyHangup": "the second party's leg ends, answered or not",
    "SessionFirstPartyHangup": "the first party's leg ends, answered or not",
    "SessionPinAuthenticationStatus": "a PIN was right or wrong, or none was needed",
    "SessionTimeout": "the session expires, or is deleted",
    "SessionVirtualNumberReplaced": "its number was reported as sub-optimal, and it has another one",
    "SessionPartiesHangup": "a call is over, after the hangups of its legs",
    "SessionRecordingInitiated": "a recording begins",
    "SessionRecordingCompleted": "a recording is there",
    "SessionRecordingFailed": "a recording could not be made",
}

_TYPES: Final[Mapping[str, str]] = {
    "Timestamp": "date and time, UTC",
    "Time": "date and time, UTC",
    "UUID": "UUID",
    "URL": "URL",
}

_NUMBERS: Final = ("From", "To", "VirtualNumber")
_WHOLE: Final = ("PinRetryCounter", "BilledDuration", "Duration", "RecordingDuration", "SequenceNumber")


def events_page() -> str:
    """A table of all events, and one of attributes for each; one with a question mark may be missing."""
    overview = table(
        ("event", "sent when"), [(f"[`{event}`](#{event.lower()})", WHEN[event]) for event in CALLBACK_SCHEMAS]
    )
    intro = "All values are strings, in a form (POST) or a query (GET). An attribute marked `?` may be missing."
    parts = [_attributes(event) for event in CALLBACK_SCHEMAS]
    return "\n".join([overview, intro, "", *parts])


def _attributes(event: str) -> str:
    schema, examples = CALLBACK_SCHEMAS[event], _examples(event)
    lines = [
        (
            f"`{name}`" + ("" if name in schema["required"] else " ?"),
            _type(name, each),
            each.get("description", "The event."),
            f"`{examples[name]}`" if name in examples else "",
        )
        for name, each in schema["properties"].items()
    ]
    return f"### {event}\n\nSent when {WHEN[event]}.\n\n{table(('attribute', 'type', 'meaning', 'example'), lines)}"


def _examples(event: str) -> Mapping[str, str]:
    """A value of each attribute, from the golden callbacks of the event."""
    files = sorted((_GOLDEN / event).glob("*.json"))
    callbacks = [json.loads(file.read_text(encoding="utf-8"))["callback"] for file in files]
    return {name: value for callback in reversed(callbacks) for name, value in callback["parameters"].items()}


def _type(name: str, schema: Mapping[str, object]) -> str:
    if name in _NUMBERS:
        return "E.164 number without plus"
    if name in _WHOLE:
        return "whole number"
    if name == "Amount":
        return "decimal number"
    if isinstance(values := schema.get("enum"), list) and len(values) < 5:
        return ", ".join(f"`{value}`" for value in values)
    return next((words for suffix, words in _TYPES.items() if name.endswith(suffix)), "text")
