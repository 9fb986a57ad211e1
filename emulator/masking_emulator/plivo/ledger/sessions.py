"""Ledger rows on what creating, refreshing, updating and deleting a session does."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, scenarios, wire

ROWS: Final[Sequence[Row]] = (
    Row(
        id="both_parties_required",
        subject="sessions",
        statement="A two-party session needs both parties.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: first_party and second_party are Required",
        tests=(
            *wire(
                "create-refused-first-party-missing",
                "create-refused-second-party-missing",
                "create-refused-both-parties-missing",
            ),
            "tests/plivo/test_parameters.py::test_party_that_is_missing_is_asked_for",
        ),
    ),
    Row(
        id="single_party_needs_one",
        subject="sessions",
        statement="A single-party session needs one of the two parties, whichever it is.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: create_session_with_single_party",
        tests=(
            *wire("create-go-sdk-single-party", "create-single-party-second-only", "create-php-sdk-single-party"),
            "tests/plivo/test_parse.py::test_single_party_may_be_either",
        ),
    ),
    Row(
        id="single_party_without_party",
        subject="sessions",
        statement=(
            "A single-party session without any party answers 400 Mandatory parameter missing. first_party or "
            "second_party must be present."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page says that either is mandatory; the text is built on the documented one for a "
            "missing party"
        ),
        tests=("tests/plivo/test_parse.py::test_single_party_session_needs_one",),
    ),
    Row(
        id="single_party_with_both",
        subject="sessions",
        statement=(
            "A session created as single-party may have both parties from the start, and is then allocated like "
            "any other."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page says that one party is enough, not that the other is forbidden; only a session "
            "that lacks one is open to any caller"
        ),
        tests=("tests/plivo/test_parse.py::test_single_party_session_may_have_both",),
    ),
    Row(
        id="equal_parties",
        subject="sessions",
        statement="Equal parties answer 400 Invalid parameter. first_party and second_party should be different.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: nobody can be connected with themselves; no page says what happens, and the text is built "
            "on the documented stem"
        ),
        tests=(*wire("create-refused-parties-equal"), "tests/core/test_sessions.py::test_equal_parties_are_refused"),
    ),
    Row(
        id="repeat_create",
        subject="sessions",
        statement="Creating a pair that has a live session refreshes that session and answers as a create.",
        evidence=Evidence.OBSERVED,
        source=(
            "re-created sessions in plivo-php and plivo-go create fixtures and in plivo-java and plivo-python "
            "list fixtures; how-it-works page: one session for each pair"
        ),
        tests=(
            *wire("create-same-pair-again", "create-refused-repeated-pair"),
            *scenarios("refresh"),
            "tests/core/test_sessions.py::test_live_pair_created_again_refreshes_its_session",
            "tests/core/test_sessions.py::test_world_may_refuse_a_live_pair",
        ),
        choices=("refresh", "refuse"),
    ),
    Row(
        id="refresh_keeps",
        subject="sessions",
        statement="A refresh keeps session_uuid, virtual_number and created_time.",
        evidence=Evidence.OBSERVED,
        source="session 2ad2f579 in the list fixture of plivo-java, c2146ba4 in plivo-php, fc145a33 in plivo-go",
        tests=(
            *wire("create-same-pair-again"),
            *scenarios("refresh"),
            "tests/core/test_sessions.py::test_live_pair_created_again_refreshes_its_session",
        ),
    ),
    Row(
        id="refresh_changes_times",
        subject="sessions",
        statement="A refresh makes modified_time now and expiry_time now plus session_expiry.",
        evidence=Evidence.OBSERVED,
        source=(
            "session 2ad2f579 in the list fixture of plivo-java: modified 12 seconds after creation, expiry 1800 "
            "seconds after that"
        ),
        tests=(
            *wire("create-same-pair-again"),
            *scenarios("refresh"),
            "tests/core/test_sessions.py::test_live_pair_created_again_refreshes_its_session",
        ),
    ),
    Row(
        id="refresh_replaces_settings",
        subject="sessions",
        statement=(
            "A refresh replaces all other settings by those of the new request and its defaults, PINs and "
            "create_session_with_single_party included."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: fixtures cannot tell; a create that silently dropped its new callback_url would be taken "
            "for a bug"
        ),
        tests=(
            *scenarios("refresh", "pins"),
            "tests/core/test_sessions.py::test_refresh_takes_the_new_settings_and_pins",
            "tests/core/test_sessions.py::test_refresh_that_does_not_ask_for_a_single_party_fixes_the_parties",
        ),
    ),
    Row(
        id="refresh_needs_no_number",
        subject="sessions",
        statement="A refresh needs no free number.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the number stays, as the samples show, so there is nothing to allocate",
        tests=("tests/core/test_sessions.py::test_refresh_needs_no_free_number",),
    ),
    Row(
        id="refresh_without_pin",
        subject="sessions",
        statement=(
            "A refresh that gives up the PIN of a single-party session is refused as an exhausted pool while "
            "others are on its number."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: any caller of the number would then reach its party, also those of the other sessions",
        tests=(
            *scenarios("single-party"),
            "tests/core/test_sessions.py::test_refresh_without_pin_is_refused_while_others_are_on_the_number",
        ),
    ),
    Row(
        id="pair_is_ordered",
        subject="sessions",
        statement="The pair is ordered: first and second party the other way round are another session.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no page tells; PINs and play URLs belong to the first or the second party, so the "
            "reversed pair asks for something else"
        ),
        tests=(
            *wire("create-reversed-pair"),
            *scenarios("refresh"),
            "tests/core/test_sessions.py::test_other_pair_is_another_session",
        ),
    ),
    Row(
        id="pair_of_one_account",
        subject="sessions",
        statement="The same pair under another account is another session.",
        evidence=Evidence.ASSUMED,
        source="reasoning: a subaccount has numbers of its own, so a session on them cannot serve another account",
        tests=("tests/core/test_sessions.py::test_other_pair_is_another_session",),
    ),
    Row(
        id="pair_after_end",
        subject="sessions",
        statement="Once its session has ended, a pair gets a new one.",
        evidence=Evidence.OBSERVED,
        source="list fixture of plivo-java: pair 1932 and 5593 has four sessions, one after the other",
        tests=(
            *scenarios("refresh"),
            "tests/core/test_sessions.py::test_ended_pair_gets_a_new_session",
            "tests/core/test_engine.py::test_recorded_trace_comes_out_exactly",
        ),
    ),
    Row(
        id="repeat_create_refused",
        subject="sessions",
        statement=(
            "With repeat_create = refuse a live pair answers 400 A session already exists for first_party and "
            "second_party."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: no page has a text for it, since the real service refreshes; the text is ours",
        tests=wire("create-refused-repeated-pair"),
    ),
    Row(
        id="live_sessions_limit",
        subject="sessions",
        statement="Past limits.sessions_live_max live sessions a create answers 400 Too many active sessions.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the emulator's own limit; a test that never stops creating must not fill the machine",
        tests=("tests/core/test_sessions.py::test_live_sessions_have_a_limit",),
    ),
    Row(
        id="update_changes",
        subject="sessions",
        statement="An update changes the settings that it names and leaves all others.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, update",
        tests=(
            *wire("update-vendor-sample-record-true"),
            "tests/core/test_sessions.py::test_update_leaves_settings_that_it_does_not_name",
        ),
    ),
    Row(
        id="update_what",
        subject="sessions",
        statement=(
            "An update can change record, record_file_format, both callback URLs and methods, session_expiry, "
            "call_time_limit, ring_timeout and both party play URLs."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, update: the list of parameters",
        tests=("tests/plivo/test_parameters.py::test_update_may_change_what_the_vendor_lists",),
    ),
    Row(
        id="update_fixed_ignored",
        subject="sessions",
        statement="What an update cannot change is ignored and not validated.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: plivo-python, plivo-node and plivo-java send fixed parameters with every update, so "
            "refusing them would break every update"
        ),
        tests=(
            *wire("update-fixed-parameters-ignored", "update-python-sdk-session-uuid", "update-java-sdk-zeros"),
            "tests/plivo/test_parameters.py::test_update_ignores_what_it_cannot_change",
        ),
    ),
    Row(
        id="update_zero_timers",
        subject="sessions",
        statement="A zero for session_expiry, call_time_limit or ring_timeout counts as not given on update.",
        evidence=Evidence.SDK,
        source="plivo-java sends all three as 0 with every update",
        tests=(
            *wire("update-java-sdk-zeros"),
            "tests/plivo/test_parameters.py::test_update_with_a_zero_timer_leaves_it_alone",
        ),
    ),
    Row(
        id="update_record_false",
        subject="sessions",
        statement="record false is taken literally on update.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: plivo-java sends false with every update that leaves record out, and these are the same "
            "bytes as those of one that asks for it"
        ),
        tests=(
            *wire("update-java-sdk-zeros"),
            "tests/plivo/test_parameters.py::test_update_with_record_false_switches_recording_off",
        ),
    ),
    Row(
        id="update_modified",
        subject="sessions",
        statement="Every update makes modified_time now, one without parameters too.",
        evidence=Evidence.OBSERVED,
        source="session c28b77d4 in the samples of the vendor page changed record only, and modified_time with it",
        tests=wire("update-empty-object", "update-session-expiry"),
    ),
    Row(
        id="update_parties",
        subject="sessions",
        statement="An update may set and change the parties of a session that was created as single-party.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, update: first_party and second_party",
        tests=(
            *wire("update-fill-second-party"),
            *scenarios("party-update"),
            "tests/core/test_sessions.py::test_single_party_session_gets_its_second_party",
            "tests/core/test_sessions.py::test_single_party_session_changes_its_party",
        ),
    ),
    Row(
        id="update_parties_fixed",
        subject="sessions",
        statement="Other parties for a two-party session answer 400, and the same parties are no change.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page says that the update is applicable only to single-party sessions; ignoring a new "
            "party would connect the wrong people, the text is ours"
        ),
        tests=(
            *wire("update-refused-party-fixed", "update-same-parties"),
            *scenarios("party-update"),
            "tests/core/test_sessions.py::test_two_party_session_keeps_its_parties",
        ),
    ),
    Row(
        id="update_parties_equal",
        subject="sessions",
        statement="An update to equal parties is refused like such a create.",
        evidence=Evidence.ASSUMED,
        source="reasoning: nobody can be connected with themselves, however it came about",
        tests=(*scenarios("party-update"), "tests/core/test_sessions.py::test_update_to_equal_parties_is_refused"),
    ),
    Row(
        id="update_party_is_number",
        subject="sessions",
        statement=(
            "An update to a party that is the session's virtual number answers 400 Invalid parameter. NUMBER is the "
            "virtual number of this session."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: a number cannot mask itself, however it came about; no page says so, and the text is ours",
        tests=("tests/core/test_sessions.py::test_update_to_the_number_of_the_session_is_refused",),
    ),
    Row(
        id="update_party_busy",
        subject="sessions",
        statement=(
            "An update to a party that is in another live session on the number answers 400 Invalid parameter. "
            "NUMBER is already in a session on this virtual number."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a call finds its session by caller and virtual number, so two sessions of one caller "
            "there cannot be told apart; the text is ours"
        ),
        tests=(
            *scenarios("party-update"),
            "tests/core/test_sessions.py::test_update_to_a_party_that_is_on_the_number_is_refused",
            "tests/core/test_sessions.py::test_first_of_two_busy_parties_is_named",
        ),
    ),
    Row(
        id="update_pair_busy",
        subject="sessions",
        statement=(
            "An update to a pair that has another live session answers 400 A session already exists for "
            "first_party and second_party."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the how-it-works page says one session for each pair, and two cannot become one; the text "
            "is ours"
        ),
        tests=(*scenarios("party-update"), "tests/core/test_sessions.py::test_update_to_a_live_pair_is_refused"),
    ),
    Row(
        id="update_of_expired",
        subject="sessions",
        statement="An update of an ended session answers 400 Session already expired.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, table of errors; plivo-java has the body",
        tests=(*wire("update-refused-expired"), "tests/core/test_sessions.py::test_ended_session_cannot_be_updated"),
    ),
    Row(
        id="delete_keeps_session",
        subject="sessions",
        statement="A delete ends a session, which can still be read.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, expire: the session is marked expired; vendor page, expire",
        tests=wire("get-deleted", "expire-once"),
    ),
    Row(
        id="delete_again",
        subject="sessions",
        statement="A delete of an ended session answers 400 Session already expired.",
        evidence=Evidence.OBSERVED,
        source="plivo-java maskingSessionDeleteResponse.json",
        tests=(
            *wire("expire-again", "expire-after-natural-expiry"),
            "tests/core/test_sessions.py::test_delete_of_an_ended_session_is_refused",
            "tests/sdk/test_python_sdk.py::test_second_delete_is_a_validation_error",
        ),
    ),
    Row(
        id="get_any_status",
        subject="sessions",
        statement="A get shows a session whatever its status.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, get: the response sample is of an expired session",
        tests=wire("get-active", "get-expired-naturally", "get-deleted"),
    ),
)
