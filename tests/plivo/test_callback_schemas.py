"""What an event may hold (ledger: event_names, event_attribute_names)."""

from collections.abc import Mapping
from typing import Final

import pytest
from jsonschema import Draft202012Validator
from masking_emulator.plivo.callback_schemas import ATTRIBUTES, CALLBACK_SCHEMAS

_UUID: Final = "4189591e-d004-4801-abdf-8893c15e5dcd"
_RESOURCE: Final = f"http://127.0.0.1:8080/v1/Account/MAEMULATOR0000000001/Recording/{_UUID}"

#: A value of each attribute.
_VALUES: Final = {
    "EventTimestamp": "2024-02-01 06:31:02",
    "SessionUUID": _UUID,
    "From": "919003459051",
    "To": "918197241073",
    "VirtualNumber": "912269947011",
    "PinAuthenticationStatus": "success",
    "PinRetryCounter": "0",
    "Amount": "0.01650",
    "BilledDuration": "60",
    "Duration": "20",
    "PlivoHangupCause": "Normal Hangup",
    "PlivoHangupCauseCode": "4000",
    "RecordingUUID": _UUID,
    "RecordingFormat": ".mp3",
    "RecordingDuration": "20",
    "RecordingStartTime": "2024-02-01 06:30:42",
    "RecordingEndTime": "2024-02-01 06:31:02",
    "RecordingURL": f"{_RESOURCE}.mp3",
    "RecordingResourceURL": _RESOURCE,
    "SequenceNumber": "4",
}

_ALWAYS: Final = ("EventName", "EventTimestamp", "SessionUUID", "VirtualNumber", "SequenceNumber")
_COST: Final = ("Amount", "BilledDuration", "Duration", "PlivoHangupCause", "PlivoHangupCauseCode")
_STARTED: Final = ("RecordingUUID", "RecordingFormat", "RecordingStartTime")

#: Event → what it always has beside that which every event has, and what it may have.
_EVENTS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "SessionFirstPartyAnswer": (("From",), ("To",)),
    "SessionSecondPartyRing": (("From",), ("To",)),
    "SessionSecondPartyAnswer": (("From",), ("To",)),
    "SessionSecondPartyHangup": (("From", *_COST), ("To",)),
    "SessionFirstPartyHangup": (("From", *_COST), ("To",)),
    "SessionPinAuthenticationStatus": (("PinAuthenticationStatus", "PinRetryCounter"), ("From", "To")),
    "SessionTimeout": ((), ()),
    "SessionVirtualNumberReplaced": ((), ()),
    "SessionPartiesHangup": (("From", *_COST), ("To",)),
    "SessionRecordingInitiated": (("From", "To", *_STARTED), ()),
    "SessionRecordingCompleted": (
        ("From", "To", *_STARTED, "RecordingDuration", "RecordingEndTime", "RecordingURL", "RecordingResourceURL"),
        (),
    ),
    "SessionRecordingFailed": (("From", "To", "RecordingFormat"), ()),
}

each_event = pytest.mark.parametrize("event", _EVENTS)


def _is_valid(event: str, parameters: Mapping[str, object]) -> bool:
    valid: bool = Draft202012Validator(CALLBACK_SCHEMAS[event]).is_valid(parameters)
    return valid


def _is_valid_with(name: str, value: object) -> bool:
    """Whether an event that has the attribute may have this value of it."""
    event = next(event for event in _EVENTS if name in _most(event))
    return _is_valid(event, _most(event) | {name: value})


def _least(event: str) -> dict[str, str]:
    """The event with what it always has."""
    values = {"EventName": event, **_VALUES}
    return {name: values[name] for name in (*_ALWAYS, *_EVENTS[event][0])}


def _most(event: str) -> dict[str, str]:
    """The event with all that it may have."""
    return _least(event) | {name: _VALUES[name] for name in _EVENTS[event][1]}


def test_events_are_those_of_the_vendor() -> None:
    """Nine on the session and its calls, three on recordings."""
    assert list(_EVENTS) == list(CALLBACK_SCHEMAS)


def test_attributes_are_those_of_the_vendor() -> None:
    """Each has a place, in the order of the wire."""
    assert ["EventName", *_VALUES] == [attribute.name for attribute in ATTRIBUTES]


@each_event
def test_schema_is_a_schema(event: str) -> None:
    """Of the draft that OpenAPI 3.1 embeds."""
    Draft202012Validator.check_schema(CALLBACK_SCHEMAS[event])


@each_event
def test_event_with_what_it_has_is_valid(event: str) -> None:
    """With and without what is not always there."""
    assert _is_valid(event, _least(event))
    assert _is_valid(event, _most(event))


@each_event
def test_properties_stand_in_the_order_of_the_wire(event: str) -> None:
    """A renderer may follow them."""
    order = ["EventName", *_VALUES]

    assert sorted(_most(event), key=order.index) == list(CALLBACK_SCHEMAS[event]["properties"])


@pytest.mark.parametrize(("event", "name"), [(event, name) for event in _EVENTS for name in _least(event)])
def test_event_without_what_it_always_has_is_invalid(event: str, name: str) -> None:
    """A receiver may rely on it."""
    parameters = _least(event)
    del parameters[name]

    assert not _is_valid(event, parameters)


@pytest.mark.parametrize(
    ("event", "name"),
    [(event, name) for event in _EVENTS for name in (*_VALUES, "Unheard") if name not in _most(event)],
)
def test_event_with_what_it_cannot_know_is_invalid(event: str, name: str) -> None:
    """Nothing is sent that the table does not list for it."""
    assert not _is_valid(event, _most(event) | {name: _VALUES.get(name, "x")})


@each_event
def test_event_by_another_name_is_invalid(event: str) -> None:
    """Each schema is for one event."""
    other = next(name for name in _EVENTS if name != event)

    assert not _is_valid(event, _most(event) | {"EventName": other})


@pytest.mark.parametrize("name", _VALUES)
@pytest.mark.parametrize("value", ["", " ", "x", "-1", 4, None, "\u0664"])
def test_attribute_of_another_shape_is_invalid(name: str, value: object) -> None:
    """Values are strings of one shape each; a digit of another script is none."""
    assert not _is_valid_with(name, value)


@pytest.mark.parametrize("name", _VALUES)
def test_line_feed_at_the_end_is_invalid(name: str) -> None:
    """A pattern overlooks it easily."""
    assert not _is_valid_with(name, f"{_VALUES[name]}\n")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EventTimestamp", "2024-02-01T06:31:02Z"),
        ("EventTimestamp", "2024-02-01 06:31:02 +0000 UTC"),
        ("EventTimestamp", "2024-13-01 06:31:02"),
        ("VirtualNumber", "+912269947011"),
        ("SequenceNumber", "0"),
        ("Duration", "20.5"),
        ("Amount", "1"),
        ("PlivoHangupCauseCode", "4001"),
        ("PlivoHangupCause", "normal hangup"),
        ("PinAuthenticationStatus", "Success"),
        ("RecordingFormat", "mp3"),
        ("RecordingURL", "ftp://example.com/a.mp3"),
        ("RecordingUUID", _UUID.upper()),
    ],
)
def test_near_miss_is_invalid(name: str, value: str) -> None:
    """The other notations that the vendor uses elsewhere are not those of callbacks."""
    assert not _is_valid_with(name, value)
