"""Ledger rows on billing: what a call costs, and what of it a session shows."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, scenarios

ROWS: Final[Sequence[Row]] = (
    Row(
        id="leg_billed_in_pulses",
        subject="billing",
        statement=(
            "A leg lasts as many whole seconds as it had been answered for, and the pulses that these have begun are "
            "billed, of 60 seconds by default, one at least; a recording's length is rounded up from whole seconds "
            "likewise. A leg that was not answered costs nothing."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: samples bill 60 seconds for 20 + 9 and 30 for a call of 48 over two legs, so multiples "
            "of 30 and 60 are seen and no single rule fits both; pulse and price are the world's"
        ),
        tests=(
            "tests/core/test_billing.py::test_begun_pulses_are_billed",
            "tests/plivo/test_resources.py::test_part_of_a_second_begins_no_pulse_and_no_minute",
            "tests/core/test_callends.py::test_leg_that_was_not_answered_costs_nothing",
        ),
    ),
    Row(
        id="price_per_minute",
        subject="billing",
        statement="A minute of a leg costs 0.0165 by default.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: two billed legs then cost 0.033, which a sample shows for a bridged call of 29 seconds; "
            "there is no price list for masking"
        ),
        tests=(
            "tests/core/test_billing.py::test_usual_call_costs_what_a_sample_shows",
            "tests/core/test_billing.py::test_price_is_in_whole_millionths",
        ),
    ),
    Row(
        id="interaction_duration",
        subject="billing",
        statement="An interaction's duration is the sum of its legs' durations.",
        evidence=Evidence.OBSERVED,
        source=(
            "plivo-java and plivo-ruby samples: duration 48 and 29 where end_time is 31 and 20 seconds after start_time"
        ),
        tests=(
            *scenarios("call-routing"),
            "tests/core/test_callends.py::test_interaction_tells_of_the_call",
            "tests/core/test_callends.py::test_seconds_are_whole_ones",
        ),
    ),
    Row(
        id="call_count_counts_legs",
        subject="billing",
        statement="total_call_count counts legs: 2 for a bridged call, 1 where the second party was never called.",
        evidence=Evidence.OBSERVED,
        source="plivo-java, plivo-ruby and plivo-node samples",
        tests=(
            *scenarios("call-routing", "call-initiate"),
            "tests/core/test_callends.py::test_totals_are_sums_over_the_interactions",
            "tests/core/test_calls.py::test_first_leg_fails",
        ),
    ),
    Row(
        id="session_totals",
        subject="billing",
        statement="A session's totals are sums over all its interactions.",
        evidence=Evidence.SDK,
        source="fixtures with one interaction, of which the totals are equal",
        tests=(
            *scenarios("call-routing"),
            "tests/core/test_callends.py::test_totals_are_sums_over_the_interactions",
            "tests/core/test_callends.py::test_totals_outlast_the_interactions_that_are_shown",
        ),
    ),
    Row(
        id="last_interaction_time",
        subject="billing",
        statement="last_interaction_time is the end of the interaction that ended last.",
        evidence=Evidence.OBSERVED,
        source="plivo-java, plivo-node and plivo-ruby samples",
        tests=("tests/core/test_callends.py::test_totals_are_sums_over_the_interactions",),
    ),
    Row(
        id="interactions_oldest_first",
        subject="billing",
        statement="Interactions stand in the order of their ends, oldest first; the newest 1000 are shown.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no sample has two interactions; appending is the natural order, and the limit keeps one "
            "session from filling the machine"
        ),
        tests=(
            "tests/core/test_callends.py::test_calls_of_one_session_end_in_their_own_order",
            "tests/core/test_callends.py::test_totals_outlast_the_interactions_that_are_shown",
        ),
    ),
    Row(
        id="interaction_legs_by_party",
        subject="billing",
        statement="first_party_resource_url is the first party's leg, whoever called.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, interaction object: first_party_resource_url",
        tests=("tests/core/test_callends.py::test_legs_of_an_interaction_are_told_by_party",),
    ),
    Row(
        id="unconnected_call_billed",
        subject="billing",
        statement="The leg of a caller who hears a message or types a wrong PIN is billed.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the virtual number answered, which is when billing of a leg begins, whoever called; no page "
            "says that such a call is free"
        ),
        tests=(
            *scenarios("call-routing", "call-pin"),
            "tests/core/test_callends.py::test_message_and_dialogue_cost_their_leg",
        ),
    ),
    Row(
        id="interaction_unknown",
        subject="billing",
        statement=(
            "The call of somebody who is not connected, because they are unknown, hear a message or type a wrong PIN, "
            "is no interaction; that it is one of the session whose message was heard is a choice."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the concepts page calls every conversation between the two parties an interaction, and this is "
            "none; the object page says at most two legs, so that one leg alone may be counted too"
        ),
        tests=(
            *scenarios("call-routing", "call-pin"),
            "tests/core/test_callends.py::test_call_without_a_session_leaves_no_interaction",
            "tests/core/test_callends.py::test_call_of_somebody_unknown_is_an_interaction_where_the_rules_say_so",
            "tests/core/test_callends.py::test_party_who_reaches_nobody_is_an_interaction_where_the_rules_say_so",
            "tests/core/test_callends.py::test_ended_session_gets_no_interaction_of_somebody_unknown",
            "tests/plivo/test_readings.py::test_call_of_somebody_unknown_is_an_interaction_by_choice",
        ),
        choices=(False, True),
    ),
)
