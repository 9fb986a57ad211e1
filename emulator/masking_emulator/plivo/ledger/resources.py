"""Ledger rows on what answers point to: interactions, recordings and numbers. Calls are in `calls.py`."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, wire

_TESTS: Final = "tests/plivo/test_resources.py"
_MEDIA: Final = "tests/plivo/test_media_file.py"

ROWS: Final[Sequence[Row]] = (
    Row(
        id="resource_urls",
        subject="resources",
        statement=(
            "The URLs of calls, recordings and media files have the host under which the emulator was asked, or those "
            "of the vendor, https://api.plivo.com and https://media.plivo.com."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: recorded responses have https://api.plivo.com there, which a user of the plain HTTP port could "
            "not follow; under interception both are the same"
        ),
        tests=(
            f"{_TESTS}::test_urls_have_the_host_that_was_asked_or_the_vendors",
            *wire("get-resource-urls-vendor", "get-host-asked-for", "recording-resource-urls-vendor"),
        ),
        choices=("reachable", "vendor"),
    ),
    Row(
        id="interaction_shape",
        subject="resources",
        statement=(
            "interaction is null while no call has ended, then a list of objects: start_time, end_time, the parties' "
            "resource URLs, type call, total_call_amount, call_billed_duration, recording_resource_url, "
            "total_call_count, duration; in lists in the order of the alphabet."
        ),
        evidence=Evidence.OBSERVED,
        source="plivo-java maskingSessionUpdateResponse.json; the place of recording_resource_url: struct of plivo-go",
        tests=wire("get-interaction-bridged", "list-interaction-alphabetical", "get-interaction-recorded"),
    ),
    Row(
        id="interaction_omissions",
        subject="resources",
        statement="The URL of a leg that never was, an amount of 0 and a billed duration of 0 are left out.",
        evidence=Evidence.OBSERVED,
        source="canned response of plivo-node, a call whose first leg failed; a page says null instead",
        tests=wire("get-interaction-first-leg-failed"),
    ),
    Row(
        id="interaction_duration_shown",
        subject="resources",
        statement="An interaction's duration is the sum of its legs' durations, and total_call_count counts legs.",
        evidence=Evidence.OBSERVED,
        source="update fixture of plivo-java: 48 seconds in a call of 31, 2 calls in one interaction",
        tests=wire("get-interaction-bridged", "get-interaction-busy"),
    ),
    Row(
        id="interaction_parties",
        subject="resources",
        statement="The resource URLs belong to the parties, whoever began the call.",
        evidence=Evidence.ASSUMED,
        source="reasoning: they are named after parties, and an interaction does not tell who began it",
        tests=wire("get-interaction-of-second-party"),
    ),
    Row(
        id="interaction_order",
        subject="resources",
        statement="Interactions are listed from the oldest.",
        evidence=Evidence.ASSUMED,
        source="reasoning: no sample has two; a list that grows with each call grows at its end",
        tests=wire("get-two-interactions"),
    ),
    Row(
        id="interaction_owner",
        subject="resources",
        statement="The resource URLs have the Auth ID of the session's owner, be it a subaccount.",
        evidence=Evidence.ASSUMED,
        source="reasoning: a subaccount that is shown its session may fetch nothing of its main account's path",
        tests=(f"{_TESTS}::test_urls_name_the_owner_of_the_session",),
    ),
    Row(
        id="recording_resource_url",
        subject="resources",
        statement="recording_resource_url is the absolute URL of the recording, without a slash at the end.",
        evidence=Evidence.ASSUMED,
        source="reasoning: plivo-go has the field and no sample shows a value; the URLs of calls beside it look so",
        tests=wire("get-interaction-recorded"),
    ),
    Row(
        id="session_totals_shown",
        subject="resources",
        statement=(
            "total_call_amount, total_call_count and total_call_billed_duration are sums over the interactions, "
            "total_session_amount is the same amount, last_interaction_time is the end of the last one."
        ),
        evidence=Evidence.OBSERVED,
        source="plivo-java maskingSessionUpdateResponse.json and plivo-ruby: single interactions, amount 0",
        tests=wire("get-two-interactions", "update-after-a-call"),
    ),
    Row(
        id="resource_list_order",
        subject="resources",
        statement="Lists of calls and recordings begin with the newest, lists of numbers with the pool's first.",
        evidence=Evidence.ASSUMED,
        source="reasoning: lists of sessions begin with the newest; of numbers the order of allocation tells most",
        tests=wire("call-list", "recording-list", "number-list"),
    ),
    Row(
        id="resource_sight",
        subject="resources",
        statement="A main account sees its subaccounts' calls, recordings and numbers, a subaccount its own only.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the same as with sessions, and the subaccount filter of every list is of use only so",
        tests=(
            f"{_TESTS}::test_subaccount_does_not_see_what_is_the_main_accounts",
            f"{_TESTS}::test_main_account_sees_what_is_its_subaccounts",
            f"{_TESTS}::test_lists_show_what_their_account_owns",
        ),
    ),
    Row(
        id="recording_record",
        subject="resources",
        statement=(
            "A recording has add_time, call_uuid, durations and instants in milliseconds as strings, type call, "
            "numbers with plus, and the URL of its audio."
        ),
        evidence=Evidence.OBSERVED,
        source="recordingListFromFilterResponse.json of plivo-python, recorded in April 2022",
        tests=wire("recording-finished", "recording-list"),
    ),
    Row(
        id="recording_storage",
        subject="resources",
        statement=(
            "Stored days count from 1, the rounded duration is in begun minutes, both are numbers, and storage costs "
            "nothing."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, the recording object; support article on recording storage: free for 90 days",
        tests=(f"{_TESTS}::test_recording_counts_begun_days_and_begun_minutes",),
    ),
    Row(
        id="recording_running",
        subject="resources",
        statement="A recording and its audio are there once the call has ended: 404 before, for a delete too.",
        evidence=Evidence.ASSUMED,
        source="reasoning: no sample shows an unfinished one, and its add_time is some seconds after its end",
        tests=(*wire("recording-refused-running"), f"{_TESTS}::test_running_recording_cannot_be_deleted"),
    ),
    Row(
        id="recording_list_filters",
        subject="resources",
        statement=(
            "Recordings are listed by subaccount, call_uuid, from_number, to_number, add_time and stored days; a "
            "filter for conferences finds none."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, list all recordings; masked calls are in no conference",
        tests=(
            *wire("recording-list-of-call", "recording-list-added-since", "recording-list-of-conference"),
            f"{_TESTS}::test_recording_filters_leave_what_they_say",
        ),
    ),
    Row(
        id="recording_delete",
        subject="resources",
        statement=(
            "Deleting a recording answers 204 without a body and with a JSON Content-Type; then its record and its "
            "audio are 404."
        ),
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor page, delete a recording, and the table of status codes: 204; plivo-ruby raises on a 204 without "
            "Content-Type"
        ),
        tests=(
            *wire("recording-deleted", "recording-refused-deleted", "recording-refused-media-of-deleted"),
            f"{_TESTS}::test_deleted_recording_is_gone_and_its_interaction_stays",
        ),
    ),
    Row(
        id="recording_link",
        subject="resources",
        statement="An interaction has recording_resource_url for as long as the recording is there.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a link in an answer is there to be followed; no sample shows a session whose recording was "
            "deleted, and one that leads to 404 helps nobody"
        ),
        tests=(
            f"{_TESTS}::test_deleted_recording_is_gone_and_its_interaction_stays",
            f"{_TESTS}::test_recording_that_made_room_is_not_pointed_to",
        ),
    ),
    Row(
        id="media_public",
        subject="resources",
        statement="The audio of a recording is served to whoever has its URL, without credentials.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the URLs of recorded samples, on s3.amazonaws.com and media.plivo.com, are handed to browsers "
            "and players as they are; that an account may ask for authentication is not emulated"
        ),
        tests=(f"{_MEDIA}::test_audio_is_served_without_credentials",),
    ),
    Row(
        id="media_ranges",
        subject="resources",
        statement="The audio is served whole or as the one range of bytes that is asked for; 416 beyond its end.",
        evidence=Evidence.ASSUMED,
        source="reasoning: media hosts do as RFC 9110 says, and players that seek depend on it",
        tests=(
            f"{_MEDIA}::test_part_is_the_same_bytes_as_in_the_whole",
            f"{_MEDIA}::test_part_beyond_the_end_is_refused",
            f"{_MEDIA}::test_range_is_read_as_http_has_it",
        ),
    ),
    Row(
        id="number_record",
        subject="resources",
        statement="The pool's numbers are the account's, without plus, with sub_account where one owns them.",
        evidence=Evidence.SDK,
        source="number fixtures of plivo-python, plivo-go and plivo-java",
        tests=wire("number-one", "number-with-plus", "number-of-subaccount", "number-list"),
    ),
    Row(
        id="number_unknown_fields",
        subject="resources",
        statement=(
            "Every number is local, for voice only, was rented on 2024-01-01 for 0.80000 a month, and has no alias, "
            "application, region or campaign."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: masking needs none of it, so a world does not say it; the rent is that of the fixtures",
        tests=(*wire("number-one"), f"{_TESTS}::test_number_is_renewed_on_the_first_of_the_next_month"),
    ),
    Row(
        id="number_list_filters",
        subject="resources",
        statement="Numbers are listed by type, number_startswith, subaccount, alias and services.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, list account phone numbers; plivo-go sends number_type",
        tests=(
            *wire("number-list-beginning", "number-list-services", "number-list-of-subaccount"),
            f"{_TESTS}::test_number_filters_leave_what_they_say",
        ),
    ),
    Row(
        id="resources_not_covered",
        subject="resources",
        statement="Everything else below an account is 404 not found, with the reason in a header.",
        evidence=Evidence.ASSUMED,
        source="reasoning: what is not emulated should fail at once, and say that it is the emulator that lacks it",
        tests=(f"{_TESTS}::test_everything_else_is_not_covered",),
    ),
)
