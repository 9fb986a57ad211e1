"""Ledger rows on which virtual number a session gets, and when it may be used again."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, scenarios, wire

ROWS: Final[Sequence[Row]] = (
    Row(
        id="pool_order",
        subject="allocation",
        statement="A session gets the first number in pool order that fits; numbers are not rotated.",
        evidence=Evidence.OBSERVED,
        source="list fixture of plivo-java: 19 sessions over six days get exactly these numbers",
        tests=(
            "tests/core/test_engine.py::test_recorded_trace_comes_out_exactly",
            "tests/core/test_pool.py::test_ended_session_frees_its_number_at_once",
            "tests/core/test_pool.py::test_large_pool_is_used_in_order_and_explained_in_part",
        ),
    ),
    Row(
        id="one_number_many_pairs",
        subject="allocation",
        statement="One number serves any number of pairs at once.",
        evidence=Evidence.DOCUMENTED,
        source="allocation page: a number may host many sessions, and as few numbers as possible are used",
        tests=(
            *wire("create-disjoint-pair-shares-number"),
            *scenarios("formula"),
            "tests/core/test_pool.py::test_disjoint_pairs_share_the_first_number",
        ),
    ),
    Row(
        id="party_blocks_number",
        subject="allocation",
        statement="A number does not fit while either party is in another live session on it.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "allocation page: n sessions of a party at once need 2n - 1 numbers, which is the worst case of this "
            "rule; the recorded trace of plivo-java agrees"
        ),
        tests=(
            *wire("create-second-customer-gets-next-number"),
            *scenarios("formula"),
            "tests/core/test_pool.py::test_party_has_another_number_for_each_of_its_sessions",
            "tests/core/test_pool.py::test_twice_the_sessions_of_a_party_less_one_are_numbers_enough",
            "tests/core/test_pool.py::test_fewer_numbers_than_the_formula_are_not_enough",
        ),
    ),
    Row(
        id="party_is_number",
        subject="allocation",
        statement="A number of the pool that is a party of the session does not fit.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a number cannot mask itself, and a leg between a number and itself cannot be placed; no page "
            "says what happens when a party's own number is in the pool"
        ),
        tests=(
            "tests/core/test_pool.py::test_number_is_not_given_to_a_session_that_it_is_a_party_of",
            "tests/core/test_pool.py::test_pool_of_nothing_but_a_party_is_exhausted",
            "tests/core/test_pool.py::test_replaced_number_does_not_make_room_on_a_party",
        ),
    ),
    Row(
        id="number_free_at_end",
        subject="allocation",
        statement="Without cool-off an ended session frees its number at once.",
        evidence=Evidence.OBSERVED,
        source="list fixture of plivo-java: a number was given again six seconds after its session was deleted",
        tests=(
            *wire("create-number-after-delete"),
            "tests/core/test_pool.py::test_ended_session_frees_its_number_at_once",
            "tests/core/test_engine.py::test_recorded_trace_comes_out_exactly",
        ),
    ),
    Row(
        id="geomatch_country",
        subject="allocation",
        statement="With geomatch only numbers of the first party's country fit, compared by calling code.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: geomatch: matches with the country code of the first_party number",
        tests=(
            *wire("create-refused-no-number-of-country"),
            *scenarios("geomatch"),
            "tests/core/test_pool.py::test_geomatch_takes_the_country_of_the_first_party",
            "tests/core/test_pool.py::test_geomatch_compares_calling_codes",
        ),
    ),
    Row(
        id="geomatch_shared_code",
        subject="allocation",
        statement="Countries that share a calling code, such as the United States and Canada, are one to geomatch.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page says country code, which is the calling code of a number in telephony; area "
            "codes are not mentioned"
        ),
        tests=("tests/core/test_pool.py::test_geomatch_compares_calling_codes",),
    ),
    Row(
        id="geomatch_single_second_party",
        subject="allocation",
        statement="With a second party only, geomatch takes its country.",
        evidence=Evidence.ASSUMED,
        source="reasoning: no page tells; it is the only number whose country is known",
        tests=("tests/core/test_pool.py::test_geomatch_takes_the_country_of_the_only_party",),
    ),
    Row(
        id="geomatch_no_fallback",
        subject="allocation",
        statement="With geomatch and no number of the country the pool counts as exhausted.",
        evidence=Evidence.ASSUMED,
        source="reasoning: no page mentions a fallback, and a caller who wants any country can say geomatch false",
        tests=(
            *wire("create-refused-no-number-of-country"),
            *scenarios("geomatch"),
            "tests/core/test_pool.py::test_country_without_numbers_refuses_as_an_exhausted_pool",
        ),
    ),
    Row(
        id="geomatch_off",
        subject="allocation",
        statement="Without geomatch numbers of every country fit, in pool order.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the page says what geomatch restricts, so without it nothing is restricted",
        tests=(
            *wire("create-geomatch-off"),
            *scenarios("geomatch"),
            "tests/core/test_pool.py::test_without_geomatch_any_country_will_do",
        ),
    ),
    Row(
        id="owner_numbers",
        subject="allocation",
        statement=(
            "A session uses only numbers assigned to its account: a subaccount's its own, the main account's the rest."
        ),
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor page, create: subaccount; number pools page: sessions draw on numbers assigned to the subaccount"
        ),
        tests=(
            *wire("get-with-subaccount", "create-by-subaccount"),
            *scenarios("subaccounts"),
            "tests/core/test_pool.py::test_each_account_has_numbers_of_its_own",
        ),
    ),
    Row(
        id="owner_without_numbers",
        subject="allocation",
        statement="For an account without numbers the pool counts as exhausted.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the vendor page says that at least one number is needed, and its only text about numbers "
            "is that of the exhausted pool"
        ),
        tests=("tests/core/test_pool.py::test_account_without_numbers_is_refused",),
    ),
    Row(
        id="pool_exhausted",
        subject="allocation",
        statement="Where no number fits, a create answers 400 Number pool exhausted or not available.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, table of errors",
        tests=(
            *wire("create-refused-pool-exhausted"),
            *scenarios("exhaustion"),
            "tests/core/test_pool.py::test_exhausted_pool_is_refused_with_every_candidate",
        ),
    ),
    Row(
        id="single_party_alone",
        subject="allocation",
        statement=(
            "A single-party session without PIN has its number to itself: it takes an empty one, and no other "
            "session joins it."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: any caller of the number reaches its party, as the single-party page says, so callers of "
            "other sessions would reach it too"
        ),
        tests=(
            *scenarios("single-party"),
            "tests/core/test_pool.py::test_single_party_session_without_pin_has_its_number_to_itself",
            "tests/core/test_pool.py::test_number_is_shared_again_after_a_single_party_session",
        ),
    ),
    Row(
        id="single_party_with_pin_shares",
        subject="allocation",
        statement="A single-party session with PIN may share its number.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the PIN tells which session a caller wants, so nothing forbids to use as few numbers as "
            "possible"
        ),
        tests=(
            *scenarios("single-party"),
            "tests/core/test_pool.py::test_single_party_session_with_pin_shares_its_number",
        ),
    ),
    Row(
        id="single_party_completed",
        subject="allocation",
        statement=(
            "Once an update has given a single-party session its other party, its number is open to other sessions."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: it then is a session of two known callers like any other",
        tests=(
            *scenarios("party-update"),
            "tests/core/test_pool.py::test_second_party_opens_a_single_party_number_to_others",
        ),
    ),
    Row(
        id="cooloff",
        subject="allocation",
        statement=(
            "After a session's end its number is not given to another pair for virtual_number_cooloff_period seconds."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: virtual_number_cooloff_period: will not be reused for a different session",
        tests=(
            *scenarios("cool-off"),
            "tests/core/test_pool.py::test_cooling_number_is_not_given_to_another_pair",
            "tests/core/test_sessions.py::test_end_of_a_session_starts_its_cooloff",
        ),
    ),
    Row(
        id="cooloff_same_pair",
        subject="allocation",
        statement="The same pair of the same account may have a cooling number at once.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page says a different session, and its purpose is that strangers are not called by "
            "former parties"
        ),
        tests=(
            *scenarios("cool-off"),
            "tests/core/test_pool.py::test_cooling_number_returns_to_its_own_pair",
            "tests/core/test_pool.py::test_own_pair_is_ordered_and_of_one_account",
        ),
    ),
    Row(
        id="cooloff_own_pair_order",
        subject="allocation",
        statement="The same pair still gets the first number in pool order that fits, cooling for it or not.",
        evidence=Evidence.ASSUMED,
        source="reasoning: cool-off keeps others away and reserves nothing, so the order of the pool stays the rule",
        tests=(
            "tests/core/test_pool.py::test_own_pair_gets_the_first_number_that_fits_even_while_another_cools_for_it",
        ),
    ),
    Row(
        id="cooloff_several",
        subject="allocation",
        statement="A number that cools off after several sessions is free when the last cool-off is over.",
        evidence=Evidence.ASSUMED,
        source="reasoning: each session's own promise holds, so the longest decides",
        tests=("tests/core/test_pool.py::test_number_cools_until_the_last_of_several_pairs",),
    ),
    Row(
        id="cooloff_leaves_sessions",
        subject="allocation",
        statement="A cool-off leaves the live sessions on the number alone.",
        evidence=Evidence.ASSUMED,
        source="reasoning: it is about giving the number to a session, and they have it already",
        tests=("tests/core/test_pool.py::test_cooling_number_keeps_its_other_sessions",),
    ),
    Row(
        id="cooloff_after_delete",
        subject="allocation",
        statement="A deleted session's number cools off as an expired one's does.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page says the virtual number used in a session and makes no difference between its "
            "ends; the former parties know the number either way"
        ),
        tests=(
            *scenarios("cool-off"),
            "tests/core/test_sessions.py::test_end_of_a_session_starts_its_cooloff",
            "tests/core/test_sessions.py::test_world_may_free_the_number_of_a_deleted_session_at_once",
        ),
        choices=(True, False),
    ),
    Row(
        id="cooloff_pair_at_end",
        subject="allocation",
        statement="The cool-off is for the parties that the session had at its end.",
        evidence=Evidence.ASSUMED,
        source="reasoning: they are the ones who know the number by then, after an update of a single-party session",
        tests=("tests/core/test_sessions.py::test_cool_off_is_for_the_pair_that_the_session_had_at_its_end",),
    ),
    Row(
        id="number_replaced",
        subject="allocation",
        statement=(
            "Each live session on a number that is replaced gets another one, as a create would, has now as its "
            "modified_time, and keeps everything else; the number serves no session any more."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the vendor page says of SessionVirtualNumberReplaced that a number in poor health was replaced "
            "and no more; the rules of a create are the only ones that keep callers apart on the new number; a "
            "session with another number was modified"
        ),
        tests=(
            *scenarios("number-health"),
            "tests/core/test_numbers.py::test_replaced_number_hands_its_sessions_on",
        ),
    ),
)
