"""Ledger rows on calls: the service's own ones, timers, status, recordings and limits."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, scenarios

_IN_CALL: Final = "tests/core/test_expiry_in_call.py"
_READINGS: Final = "tests/plivo/test_readings.py"

ROWS: Final[Sequence[Row]] = (
    Row(
        id="auto_answer",
        subject="calls",
        statement="A virtual number answers by itself; the first leg of an inbound call never rings.",
        evidence=Evidence.DOCUMENTED,
        source="launch pages: the virtual number answers the call",
        tests=(
            *scenarios("call-routing"),
            "tests/core/test_calls.py::test_virtual_number_answers_by_itself",
        ),
    ),
    Row(
        id="initiate_call",
        subject="calls",
        statement=(
            "With initiate_call_to_first_party the service calls the first party, and when it answers the second party."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: initiate_call_to_first_party",
        tests=(
            *scenarios("call-initiate"),
            "tests/core/test_calls.py::test_second_party_is_called_when_the_first_has_answered",
        ),
    ),
    Row(
        id="initiate_after_a_second",
        subject="calls",
        statement="The service's own call begins one second after the session.",
        evidence=Evidence.OBSERVED,
        source="plivo-node fixture of a get: the interaction starts one second after created_time",
        tests=(
            *scenarios("call-initiate"),
            "tests/core/test_calls.py::test_service_calls_the_first_party_a_second_after_the_create",
            "tests/core/test_calls.py::test_session_deleted_before_is_not_called",
        ),
    ),
    Row(
        id="initiate_failed",
        subject="calls",
        statement=(
            "Where the first party cannot be reached, an interaction of one leg and duration 0 remains, and the "
            "session stays active."
        ),
        evidence=Evidence.OBSERVED,
        source="plivo-node fixture of a get: total_call_count 1, duration 0, start_time equals end_time, status active",
        tests=(
            *scenarios("call-initiate"),
            "tests/core/test_calls.py::test_first_leg_fails",
        ),
    ),
    Row(
        id="initiate_not_needed",
        subject="calls",
        statement="The service places no call while a call of the session runs, or where nobody is to be connected.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a party that was quicker than the service is connected already, and a single party has "
            "nobody on the other side before the first interaction"
        ),
        tests=(
            *scenarios("call-initiate"),
            "tests/core/test_calls.py::test_party_in_a_call_is_not_called",
            "tests/core/test_calls.py::test_call_for_nobody_is_not_placed",
        ),
    ),
    Row(
        id="initiate_again",
        subject="calls",
        statement=(
            "Creating a live pair again with initiate_call_to_first_party places another call; without it, one "
            "that is due is not placed."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the second create overwrites the settings of the first one, and a create that asks for "
            "a call would be expected to make one"
        ),
        tests=(
            "tests/core/test_calls.py::test_refresh_with_the_wish_places_another_call",
            "tests/core/test_calls.py::test_refresh_without_the_wish_takes_it_back",
        ),
    ),
    Row(
        id="party_messages",
        subject="calls",
        statement=(
            "first_party_play_url and second_party_play_url are played to the parties when they answer, and "
            "take no time."
        ),
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor page, create: first_party_play_url, second_party_play_url; how long a file is cannot be "
            "known offline"
        ),
        tests=("tests/core/test_calls.py::test_parties_hear_their_messages_before_they_talk",),
    ),
    Row(
        id="ring_timeout_per_leg",
        subject="calls",
        statement="Each leg rings for ring_timeout seconds at most, and ends with Ring Timeout Reached.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "update page: ring_timeout; the page on hangup causes has the name, and that this is the one is our reading"
        ),
        tests=(
            *scenarios("call-failures"),
            "tests/core/test_calls.py::test_ring_timeout_is_the_sessions",
            "tests/core/test_calls.py::test_answer_at_the_ring_timeout_is_an_answer",
            "tests/core/test_calls.py::test_first_leg_fails",
        ),
    ),
    Row(
        id="call_time_limit_ends_all_legs",
        subject="calls",
        statement="call_time_limit counts from the answer of the first leg and ends all legs with Scheduled Hangup.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "update page: call_time_limit is for all legs; that it counts from the first answer, and the cause, "
            "are our reading"
        ),
        tests=(
            *scenarios("call-failures"),
            "tests/core/test_calls.py::test_time_limit_ends_every_leg",
            "tests/core/test_calls.py::test_time_limit_of_a_placed_call_begins_with_its_answer",
            "tests/core/test_calls.py::test_pin_brings_the_timers_of_its_session",
        ),
    ),
    Row(
        id="timers_of_a_running_call",
        subject="calls",
        statement="A call keeps the timers with which it began, whatever an update says meanwhile.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a timer is armed when a leg is dialled, and no page tells of one that changes under a "
            "running call"
        ),
        tests=(
            *scenarios("call-status"),
            "tests/core/test_calls.py::test_refresh_leaves_a_running_call_alone",
        ),
    ),
    Row(
        id="hangup_causes",
        subject="calls",
        statement=(
            "Busy, rejected, unreachable and unanswered legs end with Busy Line, Rejected, Destination Out Of "
            "Service and No Answer; the other leg with Normal Hangup, or Canceled where it still rang."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page on hangup causes names them, and no page says which one belongs to which end "
            "of a masked call; the names leave little choice"
        ),
        tests=(
            *scenarios("call-failures"),
            "tests/core/test_calls.py::test_second_leg_fails",
            "tests/core/test_calls.py::test_caller_hangs_up",
            "tests/core/test_calls.py::test_callee_hangs_up",
        ),
    ),
    Row(
        id="unreachable_does_not_ring",
        subject="calls",
        statement="A phone that cannot be reached does not ring, and fails at once.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the network knows before any phone rings; the recorded failure of a first leg took no second"
        ),
        tests=(
            *scenarios("call-failures"),
            "tests/core/test_calls.py::test_phone_that_cannot_be_reached_does_not_ring",
            "tests/core/test_habits.py::test_habit_without_a_time_has_its_usual_one",
        ),
    ),
    Row(
        id="status_in_progress",
        subject="calls",
        statement="A session is in-progress while a call of it runs, and active again afterwards.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the newest reference page has the value in-progress without saying when, and recorded "
            "sessions are active after an interaction"
        ),
        tests=(
            *scenarios("call-status"),
            "tests/core/test_calls.py::test_status_follows_the_calls_of_a_session",
        ),
    ),
    Row(
        id="session_expiring_in_call",
        subject="calls",
        statement=(
            "A session whose expiry comes during a call is expired at once for every request, and the call runs on "
            "to its end; that it stays in-progress until then, and only takes no new call, is a choice."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: expiry_time is when a session expires, the update page says that new calls are not forwarded "
            "after session_expiry, and a deleted session is expired at once too; the other reading is that a session "
            "with a running call is in-progress, as the list of status values says; call_time_limit bounds the call"
        ),
        tests=(
            *scenarios("call-status"),
            "tests/core/test_calls.py::test_call_outlives_the_expiry",
            f"{_IN_CALL}::test_session_that_expired_during_a_call_is_expired_everywhere",
            f"{_IN_CALL}::test_session_that_waits_for_its_call_is_live_everywhere",
            f"{_IN_CALL}::test_session_that_waits_for_its_call_takes_no_other",
            f"{_READINGS}::test_session_whose_expiry_comes_during_a_call_is_the_same_everywhere",
            f"{_READINGS}::test_session_whose_expiry_came_during_a_call_is_expired_after_it",
        ),
        choices=("expired", "in-progress"),
    ),
    Row(
        id="delete_during_call",
        subject="calls",
        statement="A call outlives the delete of its session, which is expired at once and still gets the interaction.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no page says that a delete cuts a call, the answer to it is Session expired, and an "
            "expiry does not cut one either"
        ),
        tests=(
            *scenarios("call-status"),
            "tests/core/test_calls.py::test_call_outlives_the_delete",
            "tests/core/test_calls.py::test_session_that_ends_while_its_party_rings_is_connected_still",
        ),
    ),
    Row(
        id="number_replaced_masks_nobody",
        subject="calls",
        statement=(
            "After SessionVirtualNumberReplaced the old number belongs to no session: who dials it then, a party too, "
            "reaches what answers there without one."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the vendor page calls the event a notification to update the older number with the new one; "
            "connecting callers of both would hide from a customer that the new number has to be passed on"
        ),
        tests=("tests/core/test_numbers.py::test_replaced_number_masks_nobody",),
    ),
    Row(
        id="number_replaced_in_dialogue",
        subject="calls",
        statement=(
            "A caller who was asked for a PIN before the number was replaced may still type it, and the call goes on "
            "under the number that was dialled."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the caller has the line already and cannot know of the replacement; a running call keeps its "
            "number too"
        ),
        tests=(
            "tests/core/test_numbers.py::test_pin_that_is_typed_after_the_number_was_replaced_is_right",
            "tests/core/test_numbers.py::test_pin_of_a_session_that_ended_after_its_number_was_replaced_is_wrong",
        ),
    ),
    Row(
        id="number_during_call",
        subject="calls",
        statement=(
            "The number of a session that ended while its call runs is free at once, or cools off from then on; one "
            "that waits for its call keeps its number until it ends."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page on virtual_number_cooloff_period counts from the end of the session; a running "
            "call needs the number for no new caller"
        ),
        tests=(
            *scenarios("call-status"),
            "tests/core/test_calls.py::test_number_is_given_away_while_the_old_call_runs",
            "tests/core/test_calls.py::test_cooloff_begins_with_the_end_of_the_session",
            f"{_IN_CALL}::test_cooloff_of_a_session_that_waits_begins_when_it_leaves_its_number",
        ),
    ),
    Row(
        id="calls_at_once",
        subject="calls",
        statement="One session may have several calls at once, and a person may be in several.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no page limits the calls of a session, and whether a phone has call waiting is the "
            "phone's affair; a test can make it busy"
        ),
        tests=(
            *scenarios("call-status"),
            "tests/core/test_calls.py::test_status_follows_the_calls_of_a_session",
            "tests/core/test_calls.py::test_calls_may_not_be_too_many",
        ),
    ),
    Row(
        id="calls_per_second_not_limited",
        subject="calls",
        statement=(
            "Calls per second are not limited, neither placed nor received; only the running ones are, by "
            "calls_running_max."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page on account limits gives 2 outbound a second, excess queued, and 10 inbound, "
            "excess rejected with 486; both are raised on request and would make a test on virtual time fail "
            "for reasons outside of its session"
        ),
        tests=(
            "tests/core/test_calls.py::test_calls_may_not_be_too_many",
            "tests/core/test_calls.py::test_service_places_no_call_past_the_limit",
        ),
    ),
    Row(
        id="recording_of_a_call",
        subject="calls",
        statement=(
            "A call is recorded from the moment both have answered to its hangup, each call in a file of its own."
        ),
        evidence=Evidence.DOCUMENTED,
        source="session object page: record",
        tests=(
            *scenarios("call-recording"),
            "tests/core/test_recordings.py::test_recording_begins_when_both_have_answered",
            "tests/core/test_recordings.py::test_recording_ends_when_a_party_hangs_up",
            "tests/core/test_recordings.py::test_each_call_has_its_own_recording",
            "tests/core/test_recordings.py::test_call_that_nobody_answers_is_not_recorded",
        ),
    ),
    Row(
        id="recording_decided_at_the_bridge",
        subject="calls",
        statement=(
            "Whether a call is recorded is decided when it is connected; an update of record counts for later ones."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: recording starts when both have answered, so that is when the setting is read; no page "
            "tells of one that is switched off under way"
        ),
        tests=(
            *scenarios("call-recording"),
            "tests/core/test_recordings.py::test_update_counts_for_a_call_that_still_rings",
            "tests/core/test_recordings.py::test_update_does_not_touch_a_call_that_is_connected",
        ),
    ),
)
