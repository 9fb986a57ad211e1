"""Ledger rows on routing: who is connected with whom, and the PIN dialogue."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, scenarios

ROWS: Final[Sequence[Row]] = (
    Row(
        id="route_first_party",
        subject="routing",
        statement="A call from the first party is connected with the second party.",
        evidence=Evidence.DOCUMENTED,
        source="how-it-works page: calls through the virtual number",
        tests=(
            *scenarios("call-routing"),
            "tests/core/test_routing.py::test_first_party_reaches_the_second",
            "tests/core/test_routing.py::test_caller_and_number_find_the_session",
        ),
    ),
    Row(
        id="route_second_party",
        subject="routing",
        statement="A call from the second party is connected with the first party.",
        evidence=Evidence.DOCUMENTED,
        source="how-it-works page: calls through the virtual number",
        tests=(
            *scenarios("call-routing"),
            "tests/core/test_routing.py::test_second_party_reaches_the_first",
            "tests/core/test_routing.py::test_one_number_tells_disjoint_pairs_apart",
        ),
    ),
    Row(
        id="route_unknown_refused",
        subject="routing",
        statement="An unknown caller is not connected where there is neither PIN nor unknown_caller_play.",
        evidence=Evidence.DOCUMENTED,
        source="help centre: what happens when an unknown caller calls",
        tests=(
            *scenarios("call-routing"),
            "tests/core/test_routing.py::test_unknown_caller_is_not_connected",
            "tests/core/test_routing.py::test_party_of_a_session_elsewhere_is_unknown_here",
        ),
    ),
    Row(
        id="route_unknown_play",
        subject="routing",
        statement="An unknown caller hears unknown_caller_play where there is no PIN, and the call ends.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: unknown_caller_play",
        tests=(
            *scenarios("call-routing"),
            "tests/core/test_routing.py::test_unknown_caller_hears_the_message",
            "tests/core/test_routing.py::test_message_for_unknown_callers_counts_without_pin_only",
        ),
    ),
    Row(
        id="route_pin",
        subject="routing",
        statement=(
            "An unknown caller is asked for a PIN; the first party's connects to the second party, and vice versa."
        ),
        evidence=Evidence.DOCUMENTED,
        source="help centre; PIN page",
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_routing.py::test_pin_of_the_first_party_reaches_the_second",
            "tests/core/test_routing.py::test_pin_of_the_second_party_reaches_the_first",
        ),
    ),
    Row(
        id="route_registered_without_pin",
        subject="routing",
        statement="A registered caller needs no PIN.",
        evidence=Evidence.DOCUMENTED,
        source="PIN page: PINs are for callers who are not part of the session",
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_routing.py::test_registered_caller_of_a_pin_session_needs_no_pin",
        ),
    ),
    Row(
        id="route_forced_pin",
        subject="routing",
        statement="With force_pin_authentication a registered caller types a PIN too.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: force_pin_authentication",
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_routing.py::test_registered_caller_of_a_forced_session_types_a_pin",
        ),
    ),
    Row(
        id="route_forced_own_pin",
        subject="routing",
        statement="A registered caller must type the own PIN.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the caller is known, so the other party's PIN would make somebody call themselves, and "
            "no page tells what is done then"
        ),
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_routing.py::test_registered_caller_types_the_own_pin",
            "tests/core/test_routing.py::test_own_pin_of_a_registered_caller_is_wrong_after_the_session_ended",
        ),
    ),
    Row(
        id="route_pin_among_sessions",
        subject="routing",
        statement="A PIN selects among all live sessions with PIN on the number that was called.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: one number carries many sessions, and nothing but the PIN tells an unknown caller's; "
            "whose prompt is played is not told, and the newest session's is"
        ),
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_routing.py::test_pin_selects_among_the_sessions_on_a_number",
            "tests/core/test_notices.py::test_wrong_pin_is_told_to_the_session_that_asked",
        ),
    ),
    Row(
        id="route_pin_collision",
        subject="routing",
        statement="Of several sessions with the same PIN on a number the newest has it.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no page says how collisions are prevented; supplied PINs may collide, and the newest "
            "session is the one that its maker just told people about"
        ),
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_routing.py::test_same_pin_in_two_sessions_reaches_the_newest",
            "tests/core/test_routing.py::test_pin_of_the_older_session_works_again_after_the_newest_ended",
        ),
    ),
    Row(
        id="route_pin_whole",
        subject="routing",
        statement="Digits count as a PIN when they are the whole PIN and nothing else.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no page names a terminator or what happens to further digits, and PINs of several "
            "lengths may be on one number"
        ),
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_routing.py::test_other_digits_are_no_pin",
        ),
    ),
    Row(
        id="route_single_party",
        subject="routing",
        statement="Any caller reaches the party of a single-party session without PIN.",
        evidence=Evidence.DOCUMENTED,
        source="single-party page: calls to the virtual number",
        tests=(
            *scenarios("call-single-party"),
            "tests/core/test_routing.py::test_anyone_reaches_the_party_of_a_single_party_session",
        ),
    ),
    Row(
        id="route_single_party_pin",
        subject="routing",
        statement="Any caller reaches the party of a single-party session with PIN once a PIN was typed.",
        evidence=Evidence.DOCUMENTED,
        source="single-party page: PIN authentication; that either PIN will do is our reading",
        tests=(
            *scenarios("call-single-party"),
            "tests/core/test_routing.py::test_pin_reaches_the_party_of_a_single_party_session",
        ),
    ),
    Row(
        id="route_last_interaction",
        subject="routing",
        statement="The party of a single-party session reaches the other side of the last interaction.",
        evidence=Evidence.DOCUMENTED,
        source="single-party page: calls by the registered party",
        tests=(
            *scenarios("call-single-party"),
            "tests/core/test_routing.py::test_registered_party_reaches_whom_it_spoke_to_last",
            "tests/core/test_routing.py::test_registered_party_calls_back_whom_it_missed",
            "tests/core/test_routing.py::test_own_call_keeps_the_counterpart",
        ),
    ),
    Row(
        id="route_no_last_interaction",
        subject="routing",
        statement="Without an earlier interaction the party of a single-party session is treated as an unknown caller.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: there is nobody to route to, and what happens to a caller who cannot be routed is told "
            "for unknown callers only"
        ),
        tests=(
            *scenarios("call-single-party"),
            "tests/core/test_routing.py::test_registered_party_without_a_past_is_not_connected",
            "tests/core/test_routing.py::test_registered_party_without_a_past_hears_the_message",
        ),
    ),
    Row(
        id="route_no_session",
        subject="routing",
        statement=(
            "A call to a number without a live session is left to the number's own application, and ends in the "
            "emulator."
        ),
        evidence=Evidence.DOCUMENTED,
        source="update page: after session_expiry calls are handled by the number's own application",
        tests=(
            *scenarios("call-routing"),
            "tests/core/test_routing.py::test_number_without_a_session_is_answered_by_its_application",
            "tests/core/test_routing.py::test_ended_session_takes_no_call",
            "tests/core/test_routing.py::test_suspended_number_takes_no_call",
        ),
    ),
    Row(
        id="pin_attempts",
        subject="routing",
        statement="An unknown caller has 1 + pin_retry attempts.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a retry follows a first attempt, so pin_retry 0 leaves one attempt; no page counts the attempts"
        ),
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_calls.py::test_wrong_pin_may_be_tried_again_so_often",
        ),
    ),
    Row(
        id="pin_dialogue",
        subject="routing",
        statement=(
            "A wrong PIN plays incorrect_pin_play, waits pin_retry_wait seconds and plays the prompt again; "
            "after the last retry the call ends."
        ),
        evidence=Evidence.DOCUMENTED,
        source="PIN page: retries",
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_calls.py::test_next_prompt_comes_after_the_wait",
            "tests/core/test_calls.py::test_right_pin_connects",
        ),
    ),
    Row(
        id="pin_no_input",
        subject="routing",
        statement="No input is a wrong PIN.",
        evidence=Evidence.DOCUMENTED,
        source="session status page: PinAuthenticationStatus failed is a wrong PIN or no input",
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_calls.py::test_no_input_is_a_wrong_pin",
            "tests/shell/test_cli_calls.py::test_act_types_nothing_where_the_call_waits_for_a_pin",
        ),
    ),
    Row(
        id="pin_input_wait",
        subject="routing",
        statement=(
            "A PIN is waited for 5 seconds after the prompt; from a caller who is driven by hand, until the call's "
            "time limit."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no page says how long, so it is as long as the wait before a retry, which is 5 seconds by "
            "default; who types by hand while the clock runs needs longer, and says that nothing was typed by empty "
            "digits"
        ),
        tests=(
            "tests/core/test_calls.py::test_no_input_is_a_wrong_pin",
            "tests/core/test_habits.py::test_manual_caller_is_waited_for",
            "tests/shell/test_cli_calls.py::test_act_types_nothing_where_the_call_waits_for_a_pin",
        ),
    ),
    Row(
        id="pin_authorized",
        subject="routing",
        statement=(
            "A registered caller of a session with PIN counts as AuthorizedCaller, one of a session without does not."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the session status page says of AuthorizedCaller only that the caller is part of the "
            "session; without PIN there is no authentication to tell of"
        ),
        tests=(
            *scenarios("call-pin"),
            "tests/core/test_calls.py::test_known_caller_of_a_pin_session_is_told_so",
            "tests/core/test_notices.py::test_known_caller_of_a_pin_session_is_told_before_the_call",
        ),
    ),
    Row(
        id="pin_dialogue_is_no_call",
        subject="routing",
        statement=(
            "A call belongs to a session once the right PIN was typed; before, it is no interaction and its "
            "legs are not reported."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: nothing tells whose call it is before, and counting every stranger's attempt to the "
            "session whose prompt was heard would fill its history"
        ),
        tests=(
            "tests/core/test_calls.py::test_dialogue_belongs_to_no_session",
            "tests/core/test_notices.py::test_caller_without_the_pin_leaves_only_its_failures",
        ),
    ),
)
