"""Ledger rows on PIN authentication: its parameters, what is required, and which PINs there are."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, scenarios, wire

ROWS: Final[Sequence[Row]] = (
    Row(
        id="is_pin_authentication_required",
        subject="pins",
        statement="is_pin_authentication_required is a boolean, false by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: is_pin_authentication_required",
        tests=(
            *wire("create-two-parties", "create-vendor-sample-with-pins"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_flag_is_nothing_else",
        ),
    ),
    Row(
        id="generate_pin",
        subject="pins",
        statement="generate_pin is a boolean, false by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: generate_pin",
        tests=(
            *wire("create-generated-pins", "create-vendor-sample-with-pins"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_flag_is_nothing_else",
        ),
    ),
    Row(
        id="generate_pin_length",
        subject="pins",
        statement="generate_pin_length is 4 to 15, 4 by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: generate_pin_length; older create page: the range",
        tests=(
            *wire("create-generated-pins", "create-refused-generate-pin-length"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_integer_may_be_at_either_end_of_its_range",
            "tests/plivo/test_parameters.py::test_integer_outside_its_range_is_refused",
        ),
    ),
    Row(
        id="first_party_pin",
        subject="pins",
        statement="first_party_pin is a string of 4 to 15 digits.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: first_party_pin; older create page: the length",
        tests=(
            *wire("create-vendor-sample-with-pins", "create-refused-pin-malformed"),
            "tests/plivo/test_parameters.py::test_pin_of_4_to_15_digits_is_taken",
        ),
    ),
    Row(
        id="second_party_pin",
        subject="pins",
        statement="second_party_pin is a string of 4 to 15 digits.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: second_party_pin; older create page: the length",
        tests=(
            *wire("create-vendor-sample-with-pins"),
            "tests/plivo/test_parameters.py::test_pin_of_4_to_15_digits_is_taken",
        ),
    ),
    Row(
        id="pin_as_number",
        subject="pins",
        statement="A PIN may be sent as a JSON number.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: the curl sample sends 1234 and 4321",
        tests=(
            *wire("create-vendor-sample-with-pins"),
            "tests/plivo/test_parameters.py::test_pin_of_4_to_15_digits_is_taken",
            "tests/sdk/test_python_sdk.py::test_pins_may_be_numbers",
        ),
    ),
    Row(
        id="text_pin",
        subject="pins",
        statement="A PIN that is none answers 400 Invalid parameter. NAME should be 4 to 15 digits.",
        evidence=Evidence.ASSUMED,
        source="reasoning: no page has a text for PINs, so this one is built on the stem of the documented ones",
        tests=(
            *wire("create-refused-pin-malformed"),
            "tests/plivo/test_parameters.py::test_pin_that_is_none_is_refused",
        ),
    ),
    Row(
        id="pin_prompt_play",
        subject="pins",
        statement="pin_prompt_play is a URL.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: pin_prompt_play",
        tests=(
            *wire("create-vendor-sample-with-pins"),
            "tests/plivo/test_parameters.py::test_url_that_is_none_is_refused",
        ),
    ),
    Row(
        id="pin_retry",
        subject="pins",
        statement="pin_retry is 0 to 5, 1 by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: pin_retry; older create page: the default",
        tests=(
            *wire("create-generated-pins"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_integer_may_be_at_either_end_of_its_range",
            "tests/plivo/test_parameters.py::test_integer_outside_its_range_is_refused",
        ),
    ),
    Row(
        id="pin_retry_wait",
        subject="pins",
        statement="pin_retry_wait is 5 to 10 seconds, 5 by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: pin_retry_wait; newest reference page: the range",
        tests=(
            *wire("create-generated-pins"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_integer_may_be_at_either_end_of_its_range",
            "tests/plivo/test_parameters.py::test_integer_outside_its_range_is_refused",
        ),
    ),
    Row(
        id="pin_integers_zero",
        subject="pins",
        statement="A zero for generate_pin_length or pin_retry_wait is out of range.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: plivo-java stopped in September 2024 to send 0 for these when they are unset, as it would "
            "if the server refused it"
        ),
        tests=(
            *wire("create-refused-generate-pin-length"),
            "tests/plivo/test_parameters.py::test_zero_is_out_of_range_where_the_sdks_stopped_sending_it",
        ),
    ),
    Row(
        id="incorrect_pin_play",
        subject="pins",
        statement="incorrect_pin_play is a URL.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: incorrect_pin_play",
        tests=(
            *wire("create-vendor-sample-with-pins"),
            "tests/plivo/test_parameters.py::test_url_that_is_none_is_refused",
        ),
    ),
    Row(
        id="force_pin_authentication",
        subject="pins",
        statement="force_pin_authentication is a boolean, false by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: force_pin_authentication",
        tests=(
            *wire("create-everything-set", "create-generated-pins"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_flag_is_nothing_else",
        ),
    ),
    Row(
        id="pins_required",
        subject="pins",
        statement="With PIN authentication on, both PINs are required unless generate_pin is true.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: first_party_pin and second_party_pin: Required when; generate_pin",
        tests=(
            *wire("create-refused-pin-missing", "create-generated-pins"),
            "tests/plivo/test_parse.py::test_pin_parameters_are_required_with_pin_authentication",
            "tests/plivo/test_parse.py::test_generated_pins_need_no_given_ones",
        ),
    ),
    Row(
        id="pin_prompt_play_required",
        subject="pins",
        statement="With PIN authentication on, pin_prompt_play is required.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: pin_prompt_play: Required when",
        tests=(
            *wire("create-refused-pin-prompt-missing"),
            "tests/plivo/test_parse.py::test_pin_parameters_are_required_with_pin_authentication",
            "tests/plivo/test_parse.py::test_empty_prompt_is_a_missing_prompt",
        ),
    ),
    Row(
        id="incorrect_pin_play_required",
        subject="pins",
        statement="With PIN authentication on, incorrect_pin_play is optional.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "newest reference page: no longer marked required, against the note Required when on the older vendor page"
        ),
        tests=(
            *wire("create-refused-incorrect-pin-play-missing", "create-generated-pins"),
            "tests/plivo/test_parse.py::test_incorrect_pin_play_is_required_where_the_policy_says_so",
            "tests/plivo/test_parse.py::test_incorrect_pin_play_satisfies_the_strict_policy",
        ),
        choices=(False, True),
    ),
    Row(
        id="pins_differ",
        subject="pins",
        statement="Equal PINs answer 400.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: first_party_pin has to be different from second_party_pin",
        tests=(
            *wire("create-refused-pins-equal"),
            *scenarios("pins"),
            "tests/core/test_sessions.py::test_equal_pins_are_refused",
            "tests/core/test_pins.py::test_equal_pins_are_refused",
        ),
    ),
    Row(
        id="pins_differ_text",
        subject="pins",
        statement=(
            "The text for equal PINs is Invalid parameter. first_party_pin and second_party_pin should be different."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: no page has a text for it, so this one is built on the stem of the documented ones",
        tests=wire("create-refused-pins-equal"),
    ),
    Row(
        id="generated_pins_length",
        subject="pins",
        statement="Generated PINs have generate_pin_length digits.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: generate_pin_length",
        tests=(
            *wire("create-generated-pins"),
            "tests/core/test_pins.py::test_generated_pins_have_the_length_asked_for_and_differ",
        ),
    ),
    Row(
        id="generated_pins_differ",
        subject="pins",
        statement="Generated PINs differ from each other.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the rule for given PINs, without which the PIN could not tell the parties",
        tests=(*scenarios("pins"), "tests/core/test_pins.py::test_generated_pins_have_the_length_asked_for_and_differ"),
    ),
    Row(
        id="generated_pins_unused",
        subject="pins",
        statement="Generated PINs differ from those of all live sessions on the number.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: many sessions share a number and an unknown caller has only a PIN, which must tell "
            "session and party"
        ),
        tests=(
            *scenarios("pins"),
            "tests/core/test_pins.py::test_generated_pins_avoid_those_on_the_number",
            "tests/core/test_sessions.py::test_generated_pins_avoid_those_of_other_sessions_on_the_number",
        ),
    ),
    Row(
        id="generated_pins_exhausted",
        subject="pins",
        statement=(
            "Where every PIN of the length is taken, a create answers 400 as for a generate_pin_length out of range."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: a longer PIN is what helps, so that parameter is named; no page foresees it",
        tests=(
            "tests/core/test_pins.py::test_no_free_pin_is_refused",
            "tests/plivo/test_refusals.py::test_every_reason_is_answered",
        ),
    ),
    Row(
        id="given_pin_wins",
        subject="pins",
        statement="A PIN that is given is taken even with generate_pin true, and only the missing one is generated.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: tests of plivo-java send both and expect success, and what a user wrote down is what they "
            "will type"
        ),
        tests=(
            "tests/core/test_pins.py::test_given_pins_are_taken_as_they_are",
            "tests/core/test_pins.py::test_missing_pin_is_generated_beside_a_given_one",
            "tests/plivo/test_parse.py::test_given_pins_go_before_generated_ones",
        ),
    ),
    Row(
        id="given_pins_may_collide",
        subject="pins",
        statement="Given PINs may be those of another session on the number.",
        evidence=Evidence.ASSUMED,
        source="reasoning: no page forbids it, and refusing would make a create depend on sessions of strangers",
        tests=(
            *scenarios("pins"),
            "tests/core/test_sessions.py::test_given_pins_may_be_those_of_another_session_on_the_number",
        ),
    ),
    Row(
        id="pin_group_ignored",
        subject="pins",
        statement="Without PIN authentication the parameters about PINs are ignored and not validated.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor page, create: generate_pin, pin_retry and force_pin_authentication: Applicable only when a "
            "PIN is enabled"
        ),
        tests=(
            *wire("create-java-sdk-zeros"),
            "tests/plivo/test_parse.py::test_pin_parameters_are_not_looked_at_without_pin_authentication",
        ),
    ),
    Row(
        id="refresh_generates_again",
        subject="pins",
        statement="A refresh with generate_pin makes new PINs.",
        evidence=Evidence.ASSUMED,
        source="reasoning: it replaces all settings, and a create promises PINs of the length that it asks for",
        tests=scenarios("pins"),
    ),
)
