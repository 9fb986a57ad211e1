"""Callbacks one by one: names of events, their attributes and the forms of values."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from masking_emulator.evidence.predicates.base import Testimony, either, shows
from masking_emulator.evidence.predicates.conversations import HANGUPS, OVER, Heard, conversations_of
from masking_emulator.evidence.predicates.witness import Witness
from masking_emulator.plivo.callback_schemas import ATTRIBUTES, EVENTS, Occasion
from masking_emulator.plivo.hangup_causes import HANGUP_CAUSES

_NAMES: Final = frozenset(attribute.name for attribute in ATTRIBUTES)
_ALWAYS: Final = ("EventName", "EventTimestamp", "SessionUUID", "VirtualNumber", "SequenceNumber")
_COSTS: Final = frozenset(("Amount", "BilledDuration", "Duration", "PlivoHangupCause", "PlivoHangupCauseCode"))
_OF_PINS: Final = frozenset(("PinAuthenticationStatus", "PinRetryCounter"))
_RECORDINGS: Final[Mapping[str, frozenset[str]]] = {
    "SessionRecordingInitiated": frozenset(("RecordingUUID", "RecordingFormat", "RecordingStartTime")),
    "SessionRecordingCompleted": frozenset(
        ("RecordingUUID", "RecordingFormat", "RecordingStartTime", "RecordingDuration", "RecordingEndTime")
    )
    | {"RecordingURL", "RecordingResourceURL"},
    "SessionRecordingFailed": frozenset(("RecordingFormat",)),
}

_INSTANT: Final = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_NUMBER: Final = r"[1-9]\d{6,14}"
_FORMS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("EventTimestamp", "RecordingStartTime", "RecordingEndTime"), _INSTANT),
    **dict.fromkeys(("From", "To", "VirtualNumber"), _NUMBER),
    **dict.fromkeys(("Duration", "BilledDuration", "RecordingDuration", "SequenceNumber", "PinRetryCounter"), r"\d+"),
    "Amount": r"\d+\.\d+",
    "RecordingFormat": r"\.(mp3|wav)",
}


def _known(witness: Witness) -> Iterator[Heard]:
    return (event for event in conversations_of(witness).events if event.name in EVENTS)


def _of_the_service(event: Heard) -> set[str]:
    """The attributes that are not the customer's: a URL may have a query of its own, which comes first."""
    names = [name for name, _ in event.at.params]
    return set(names[names.index("EventName") :])


@shows("event_names")
def _names(witness: Witness) -> Iterator[Testimony]:
    for event in conversations_of(witness).events:
        yield either(event.at, event.name in EVENTS, f"there is an event {event.name}")


@shows("event_attribute_names")
def _attribute_names(witness: Witness) -> Iterator[Testimony]:
    for event in _known(witness):
        others = sorted(_of_the_service(event) - _NAMES)
        yield either(event.at, not others, f"{event.name} has {', '.join(others)} too")


@shows("event_attributes_always")
def _attributes_always(witness: Witness) -> Iterator[Testimony]:
    for callback in witness.capture.callbacks:
        params = dict(callback.params)
        if params.keys() & set(_ALWAYS[:3]):
            missing = [name for name in _ALWAYS if name not in params]
            yield either(callback, not missing, f"{', '.join(missing)} is not there")


@shows("event_attributes_of_calls")
def _attributes_of_calls(witness: Witness) -> Iterator[Testimony]:
    for event in _known(witness):
        occasion, there = EVENTS[event.name], _of_the_service(event)
        about = occasion not in (Occasion.SESSION, Occasion.PIN)
        has_costs, has_pin = occasion is Occasion.HANGUP, occasion is Occasion.PIN
        is_so = (
            (not about or "From" in there)
            and (occasion is not Occasion.SESSION or not there & {"From", "To"})
            and there & _COSTS == (_COSTS if has_costs else frozenset())
            and there & _OF_PINS == (_OF_PINS if has_pin else frozenset())
        )
        yield either(event.at, is_so, f"{event.name} has {', '.join(sorted(there))}")


@shows("event_attributes_of_recordings", "recording_callback_attributes")
def _attributes_of_recordings(witness: Witness) -> Iterator[Testimony]:
    for event in _known(witness):
        expected = _RECORDINGS.get(event.name)
        if expected is not None:
            there = {name for name in _of_the_service(event) if name.startswith("Recording")}
            yield either(event.at, there == expected, f"{event.name} has {', '.join(sorted(there)) or 'none of them'}")


@shows("event_values")
def _values(witness: Witness) -> Iterator[Testimony]:
    for event in _known(witness):
        wrong = [
            f"{name} is {event.params[name]!r}"
            for name, form in _FORMS.items()
            if name in event.params and not re.fullmatch(form, event.params[name])
        ]
        yield either(event.at, not wrong, "; ".join(wrong))


@shows("callback_timestamp_format")
def _timestamps(witness: Witness) -> Iterator[Testimony]:
    for event in _known(witness):
        for name in ("EventTimestamp", "RecordingStartTime", "RecordingEndTime"):
            if name in event.params:
                text = event.params[name]
                yield either(event.at, re.fullmatch(_INSTANT, text) is not None, f"{name} is {text!r}")


@shows("hangup_attributes")
def _causes(witness: Witness) -> Iterator[Testimony]:
    rows = {(str(code), name) for code, name in HANGUP_CAUSES.items()}
    for event in _known(witness):
        pair = (event.params.get("PlivoHangupCauseCode"), event.params.get("PlivoHangupCause"))
        if pair != (None, None):
            yield either(event.at, pair in rows, f"{pair[0]} is {pair[1]!r}")


@shows("parties_hangup_cause")
def _cause_of_the_call(witness: Witness) -> Iterator[Testimony]:
    """The leg that began last is the one of who was called; it is known by who answered, or called, first."""
    for conversation in conversations_of(witness).all:
        over, hangups = conversation.first(OVER), conversation.every(*HANGUPS)
        answered = [event for event in conversation.events if event.name.endswith("Answer")]
        if over is None or len(hangups) != 2 or not answered:
            continue
        beginner = answered[0].name.removesuffix("Answer")
        second = next((event for event in hangups if not event.name.startswith(beginner)), None)
        if second is not None:
            seen, expected = over.params.get("PlivoHangupCause"), second.params.get("PlivoHangupCause")
            yield either(over.at, seen == expected, f"it is {seen!r}, that of the leg that began last {expected!r}")


@shows("callback_amount_format")
def _amounts(witness: Witness) -> Iterator[Testimony]:
    for event in _known(witness):
        text = event.params.get("Amount")
        if text is not None:
            yield either(event.at, re.fullmatch(r"\d+\.\d{5}", text) is not None, f"Amount is {text!r}")
    for conversation in conversations_of(witness).all:
        over, hangups = conversation.first(OVER), conversation.every(*HANGUPS)
        if over is None or len(hangups) != 2:
            continue
        sums = [_micros(event.params.get("Amount", "")) for event in (*hangups, over)]
        if None not in sums:
            first, second, whole = (each or 0 for each in sums)
            yield either(
                over.at,
                first + second == whole,
                f"Amount is {whole / 1e6}, that of the legs {first / 1e6} and {second / 1e6}",
            )


def _micros(text: str) -> int | None:
    return round(float(text) * 1_000_000) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text) else None
