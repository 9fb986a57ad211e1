"""Ledger rows on callbacks: which events are sent, with what, and in which order."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, scenarios

ROWS: Final[Sequence[Row]] = (
    Row(
        id="event_parties",
        subject="callbacks",
        statement="FirstParty and SecondParty in an event's name are the parties of the session.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor page, session events: first party answers, second party's phone starts ringing; the other reading, "
            "the legs in their order, would explain why only the second party's ring has an event"
        ),
        tests=("tests/core/test_notices.py::test_names_are_roles_and_may_be_positions",),
        choices=("roles", "positions"),
    ),
    Row(
        id="parties_hangup_event",
        subject="callbacks",
        statement="SessionPartiesHangup is sent once a call is over, after the hangups of its legs.",
        evidence=Evidence.DOCUMENTED,
        source="newest reference page, session events; absent from the vendor page of early 2024",
        tests=("tests/core/test_notices.py::test_end_of_a_call_is_told_where_the_world_wants_it",),
        choices=(True, False),
    ),
    Row(
        id="timeout_event_after_delete",
        subject="callbacks",
        statement="Deleting a session sends SessionTimeout, as its expiry would have.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the event says that the session expires, and the answer to a delete is Session expired; no "
            "page tells whether a delete is meant"
        ),
        tests=("tests/core/test_notices.py::test_delete_is_told_as_a_timeout_where_the_world_wants_it",),
        choices=(True, False),
    ),
    Row(
        id="pin_event_each_attempt",
        subject="callbacks",
        statement="Every wrong PIN sends SessionPinAuthenticationStatus failed, with PinRetryCounter from 0.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a counter of retries would always have its last value if only the last attempt were sent; no "
            "page says how many events there are"
        ),
        tests=("tests/core/test_notices.py::test_each_wrong_pin_is_told_where_the_world_wants_it",),
        choices=(True, False),
    ),
    Row(
        id="event_order",
        subject="callbacks",
        statement=(
            "A call is reported in the order in which it happens: answer, ring, answer, hangups, end of the "
            "recording, end of the call."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the names and descriptions of the events leave no other order, save for that of the two "
            "hangups: the leg that ends first is told first"
        ),
        tests=(
            *scenarios("call-routing", "call-initiate"),
            "tests/core/test_notices.py::test_first_party_calls",
            "tests/core/test_notices.py::test_service_calls",
            "tests/core/test_notices.py::test_recording_is_told_at_bridge_and_hangup",
        ),
    ),
    Row(
        id="event_first_party_ring",
        subject="callbacks",
        statement="The first party's ring is not reported, whoever calls.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, session events: there is an event for the second party's ring only",
        tests=(
            *scenarios("call-routing"),
            "tests/core/test_notices.py::test_second_party_calls",
            "tests/core/test_notices.py::test_service_calls",
        ),
    ),
    Row(
        id="event_second_leg_failed",
        subject="callbacks",
        statement="Where the second leg fails, its hangup is reported first, with the cause, then the other party's.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the leg that ends first is the one that failed, and the caller is hung up because of it",
        tests=(
            *scenarios("call-failures"),
            "tests/core/test_notices.py::test_second_party_does_not_answer",
            "tests/core/test_notices.py::test_second_party_that_cannot_be_reached_never_rings",
            "tests/core/test_notices.py::test_failed_first_leg_is_told_as_its_hangup",
            "tests/core/test_notices.py::test_caller_gives_up",
        ),
    ),
    Row(
        id="event_pin_first",
        subject="callbacks",
        statement="SessionPinAuthenticationStatus comes before the events of the call.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a caller is authenticated before anybody is connected, and before that no party has answered"
        ),
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_notices.py::test_pin_is_told_before_the_call",
        ),
    ),
    Row(
        id="event_unknown_caller",
        subject="callbacks",
        statement="A call by an unknown caller who is not connected is not reported.",
        evidence=Evidence.ASSUMED,
        source="reasoning: every call event is about a party of the session, and an unknown caller is none",
        tests=(
            *scenarios("call-routing"),
            "tests/core/test_notices.py::test_unknown_caller_is_not_told",
        ),
    ),
    Row(
        id="event_single_party_caller",
        subject="callbacks",
        statement="The caller of a single-party session is reported as the party that is missing.",
        evidence=Evidence.ASSUMED,
        source="reasoning: events have names for two parties only, and the registered one is on the other side",
        tests=(
            *scenarios("call-single-party"),
            "tests/core/test_notices.py::test_stranger_of_a_single_party_session_is_the_missing_party",
        ),
    ),
    Row(
        id="event_from_to",
        subject="callbacks",
        statement=(
            "From is the real number of who called, To of who was called, in every event of a call that a person made."
        ),
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor page, session events: From, To; that both stay the same from event to event is our reading; the "
            "service's own call has a row of its own, callback_from_and_to"
        ),
        tests=("tests/core/test_notices.py::test_from_is_who_called_whatever_the_event",),
    ),
    Row(
        id="event_virtual_number",
        subject="callbacks",
        statement=(
            "VirtualNumber is the number in use: the one that was dialled, and in SessionVirtualNumberReplaced "
            "the new one."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, session events: VirtualNumber",
        tests=(
            *scenarios("number-health"),
            "tests/core/test_notices.py::test_running_call_keeps_the_number_that_was_dialled",
            "tests/core/test_notices.py::test_replaced_number_is_told_with_the_new_one",
        ),
    ),
    Row(
        id="event_sequence",
        subject="callbacks",
        statement="SequenceNumber counts from 1 in each session, over both kinds of callbacks and all calls.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the attribute says that it orders callbacks, and the list that explained it is missing "
            "from every copy of the page; one count orders them all"
        ),
        tests=(
            *scenarios("call-recording"),
            "tests/core/test_notices.py::test_each_session_counts_from_one",
            "tests/core/test_notices.py::test_count_goes_on_from_call_to_call",
            "tests/core/test_notices.py::test_recording_is_told_at_bridge_and_hangup",
        ),
    ),
    Row(
        id="event_expiry",
        subject="callbacks",
        statement="SessionTimeout is sent at the expiry, even while a call runs.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, session events: when the session expires",
        tests=(
            *scenarios("call-status"),
            "tests/core/test_notices.py::test_expiry_is_told",
        ),
    ),
    Row(
        id="event_recording",
        subject="callbacks",
        statement=(
            "SessionRecordingInitiated is sent at the bridge, SessionRecordingCompleted after the hangups, "
            "SessionRecordingFailed at the bridge where it could not start."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, recording events",
        tests=(
            *scenarios("call-recording"),
            "tests/core/test_notices.py::test_recording_is_told_at_bridge_and_hangup",
            "tests/core/test_notices.py::test_recording_that_fails_is_told_at_the_bridge",
        ),
    ),
    Row(
        id="event_urls",
        subject="callbacks",
        statement="Status events go to callback_url, recording events to recording_callback_url, each with its method.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: callback_url, recording_callback_url and their methods",
        tests=(
            "tests/core/test_notices.py::test_each_channel_has_its_url_and_method",
            "tests/core/test_notices.py::test_recording_url_alone_is_told_of_recordings_only",
        ),
    ),
    Row(
        id="event_without_url",
        subject="callbacks",
        statement="Where there is no URL, nothing is sent and nothing is counted.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: there is nobody to tell; a count with gaps for what was never sent would look like lost "
            "callbacks"
        ),
        tests=("tests/core/test_notices.py::test_session_without_urls_tells_and_counts_nothing",),
    ),
    Row(
        id="event_url_of_the_moment",
        subject="callbacks",
        statement="An event goes to the URL that the session has when it happens.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: callback_url can be updated, and an update that counted from the next call on would be "
            "surprising"
        ),
        tests=("tests/core/test_notices.py::test_callback_stays_what_it_was",),
    ),
)
