"""Ledger rows on calls as resources: records of legs, live calls, hangup causes, and the list."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, wire

_TESTS: Final = "tests/plivo/test_resources.py"

ROWS: Final[Sequence[Row]] = (
    Row(
        id="call_record",
        subject="resources",
        statement="GET Call/{call_uuid}/ answers the record of a leg that has ended, with api_id, without an envelope.",
        evidence=Evidence.OBSERVED,
        source="vendor page, retrieve a call; sample output of plivo-java of December 2020",
        tests=wire("call-first-leg", "call-without-slash"),
    ),
    Row(
        id="call_of_two_legs",
        subject="resources",
        statement="Each leg is a call of its own, and the second one has the first as parent_call_uuid.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, the call object: parent_call_uuid is that of the A leg; interactions have an URL a party",
        tests=wire("call-second-leg", "call-list-of-parent"),
    ),
    Row(
        id="call_direction",
        subject="resources",
        statement="A leg that a person began is inbound, from the person to the number; the other way it is outbound.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, the call object: call_direction",
        tests=wire("call-first-leg", "call-second-leg", "call-list-direction"),
    ),
    Row(
        id="call_numbers",
        subject="resources",
        statement="from_number has a plus, to_number has none.",
        evidence=Evidence.OBSERVED,
        source="call fixtures of plivo-python and sample output of plivo-java, outbound calls",
        tests=wire("call-first-leg", "call-second-leg"),
    ),
    Row(
        id="call_times",
        subject="resources",
        statement="The times of a call look like 2026-01-31 09:30:00+00:00; answer_time is null without an answer.",
        evidence=Evidence.OBSERVED,
        source="call fixtures of plivo-python: the account's time zone as an offset; the emulated accounts' is UTC",
        tests=wire("call-first-leg", "call-busy-second-leg"),
    ),
    Row(
        id="call_prices",
        subject="resources",
        statement="total_amount and total_rate are strings with five places, the rate being that of a minute.",
        evidence=Evidence.OBSERVED,
        source="call fixtures of plivo-python: 0.13600 for 16 minutes at 0.00850",
        tests=(*wire("call-first-leg"), f"{_TESTS}::test_money_is_a_short_number_and_a_price_has_five_places"),
    ),
    Row(
        id="call_state",
        subject="resources",
        statement="call_state is ANSWER for an answered leg and null for another.",
        evidence=Evidence.ASSUMED,
        source="reasoning: ANSWER is the only value in any sample, and all of these calls were answered",
        tests=wire("call-first-leg", "call-busy-second-leg"),
    ),
    Row(
        id="call_unknown_fields",
        subject="resources",
        statement=(
            "cnam_lookup, source_ip, stir_attestation and voice_network_group are empty, stir_verification is Not "
            "Applicable, and a listed call has the api_id of the list."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: nothing here has an address, an attestation or a network; these are the values of samples "
            "where there is none"
        ),
        tests=wire("call-first-leg", "call-list"),
    ),
    Row(
        id="call_hangup_causes",
        subject="resources",
        statement=(
            "Normal Hangup 4000, Canceled 1000, Busy Line 3010, Rejected 3020, No Answer 3000, Destination Out Of "
            "Service 2010, Ring Timeout Reached 6010, Scheduled Hangup 6000, each by Caller, Callee, Carrier or Plivo."
        ),
        evidence=Evidence.DOCUMENTED,
        source="page on hangup causes, causes and sources",
        tests=(
            *wire("call-first-leg", "call-busy-second-leg", "call-ring-timeout", "call-list-hangup-cause"),
            f"{_TESTS}::test_every_cause_and_source_has_the_vendors_words",
        ),
    ),
    Row(
        id="hangup_of_unknown_caller",
        subject="resources",
        statement="The call of somebody whom no session takes ends with Rejected 3020 by Plivo, unanswered.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the vendor's sentence is that callee or carrier rejected the call; nobody answers it",
        tests=wire("call-unknown-caller"),
    ),
    Row(
        id="call_running",
        subject="resources",
        statement="A call that runs has no record: 404 until it has ended.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the page calls the answer a call detail record, and the list one of completed calls",
        tests=(*wire("call-refused-running"), f"{_TESTS}::test_running_call_is_live_and_has_no_record"),
    ),
    Row(
        id="call_live",
        subject="resources",
        statement="With status=live a call that runs is shown, and the list is one of UUIDs without pages.",
        evidence=Evidence.SDK,
        source="live call fixtures of plivo-python and plivo-go",
        tests=(
            *wire("call-live", "call-live-ringing", "call-list-live", "call-refused-live-ended"),
            f"{_TESTS}::test_running_call_is_live_and_has_no_record",
        ),
    ),
    Row(
        id="call_queued",
        subject="resources",
        statement="With status=queued there is no call, and the list is empty.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the queue is for calls beyond the account's calls a second, which is no limit here",
        tests=wire("call-refused-queued", "call-list-queued"),
    ),
    Row(
        id="call_list",
        subject="resources",
        statement="The list of calls has api_id, meta and objects, no response around them.",
        evidence=Evidence.SDK,
        source="call list fixtures of plivo-python and plivo-go",
        tests=wire("call-list", "call-list-second-page"),
    ),
    Row(
        id="call_list_filters",
        subject="resources",
        statement=(
            "Calls are listed by subaccount, call_direction, from_number and to_number or the beginnings of them, "
            "parent_call_uuid, bill_duration, end_time, hangup_cause_code and hangup_source."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, retrieve all calls",
        tests=(
            *wire("call-list-from-prefix", "call-list-end-time", "call-list-hangup-cause"),
            f"{_TESTS}::test_call_filters_leave_what_they_say",
            f"{_TESTS}::test_second_legs_are_found_by_their_parent",
        ),
    ),
    Row(
        id="call_list_window",
        subject="resources",
        statement="Calls of the last 7 days are listed where no end_time is asked for; more than 30 days are refused.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, retrieve all calls: 7 days, 400 beyond 30 days, kept for 90 days",
        tests=(
            *wire("call-refused-window"),
            f"{_TESTS}::test_calls_are_listed_for_a_week_and_kept_for_ninety_days",
        ),
    ),
)
