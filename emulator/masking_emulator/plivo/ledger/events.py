"""Ledger rows on the attributes of events: which event has which, and how their values look."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, callback_cases

_TESTS: Final = "tests/plivo/test_callback_schemas.py"

_PRESENCE: Final = (
    f"{_TESTS}::test_event_with_what_it_has_is_valid",
    f"{_TESTS}::test_event_without_what_it_always_has_is_invalid",
    f"{_TESTS}::test_event_with_what_it_cannot_know_is_invalid",
)

ROWS: Final[Sequence[Row]] = (
    Row(
        id="event_names",
        subject="events",
        statement=(
            "There are nine session events and three recording events: SessionFirstPartyAnswer, "
            "SessionSecondPartyRing, SessionSecondPartyAnswer, SessionSecondPartyHangup, SessionFirstPartyHangup, "
            "SessionPinAuthenticationStatus, SessionTimeout, SessionVirtualNumberReplaced, SessionPartiesHangup; "
            "SessionRecordingInitiated, SessionRecordingCompleted, SessionRecordingFailed."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, session events and recording events; newest reference page: SessionPartiesHangup",
        tests=(f"{_TESTS}::test_events_are_those_of_the_vendor",),
    ),
    Row(
        id="event_attribute_names",
        subject="events",
        statement="An event has no attribute beside those that the vendor lists.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, session events and recording events; callback pages: PinAuthenticationStatus",
        tests=(f"{_TESTS}::test_attributes_are_those_of_the_vendor", _PRESENCE[2]),
    ),
    Row(
        id="event_attributes_always",
        subject="events",
        statement="EventName, EventTimestamp, SessionUUID, VirtualNumber and SequenceNumber are in every event.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the page lists attributes for all events together, and these five every event can know",
        tests=_PRESENCE,
    ),
    Row(
        id="event_attributes_of_calls",
        subject="events",
        statement=(
            "From is in events on calls and recordings, To as soon as somebody is dialled; Amount, BilledDuration, "
            "Duration, PlivoHangupCause and PlivoHangupCauseCode are in hangup events only, PinAuthenticationStatus "
            "and PinRetryCounter in the PIN's only."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: the page lists attributes for all events together; an event has what it can know",
        tests=_PRESENCE,
    ),
    Row(
        id="event_attributes_of_recordings",
        subject="events",
        statement=(
            "SessionRecordingInitiated has RecordingUUID, RecordingFormat and RecordingStartTime; "
            "SessionRecordingCompleted RecordingDuration, RecordingEndTime, RecordingURL and RecordingResourceURL too; "
            "SessionRecordingFailed of them RecordingFormat only."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page lists attributes for all events together; a recording that has just begun has no end "
            "and nothing that either URL could answer with, one that never began has its format at most"
        ),
        tests=_PRESENCE,
    ),
    Row(
        id="parties_hangup_cause",
        subject="events",
        statement="SessionPartiesHangup has the cause of the leg that began last, also where the other one ended last.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the event says that the call is over, and that leg says why (busy); no page tells",
        tests=callback_cases("SessionPartiesHangup-caller-hangs-up", "SessionPartiesHangup-line-busy"),
    ),
    Row(
        id="event_values",
        subject="events",
        statement=(
            "All values are strings: instants in UTC as YYYY-MM-DD HH:MM:SS, numbers without a plus, amounts with "
            "decimals, durations in whole seconds, RecordingFormat with its dot."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a form knows strings only; sessions write numbers and instants so, without the zone that the "
            "page names; the callback pages have the dot"
        ),
        tests=(
            f"{_TESTS}::test_attribute_of_another_shape_is_invalid",
            f"{_TESTS}::test_near_miss_is_invalid",
        ),
    ),
)
