"""Ledger rows on the parameters of create and update, their defaults and ranges."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, scenarios, wire

ROWS: Final[Sequence[Row]] = (
    Row(
        id="first_party",
        subject="parameters",
        statement="first_party is an E.164 number and required, except in single-party sessions.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: first_party; beta page, table of errors",
        tests=wire("create-two-parties", "create-refused-first-party-missing", "create-refused-first-party-no-phone"),
    ),
    Row(
        id="second_party",
        subject="parameters",
        statement="second_party is an E.164 number and required, except in single-party sessions.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: second_party; beta page, table of errors",
        tests=wire("create-two-parties", "create-refused-second-party-missing", "create-refused-second-party-no-phone"),
    ),
    Row(
        id="party_plus_optional",
        subject="parameters",
        statement="A party may be sent with or without plus.",
        evidence=Evidence.SDK,
        source="tests of the SDKs send both forms",
        tests=("tests/plivo/test_parameters.py::test_party_is_stored_without_its_plus",),
    ),
    Row(
        id="party_as_number",
        subject="parameters",
        statement="A party may be sent as a JSON number.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page's own sample sends PINs as numbers where it says string, so its decoder seems to "
            "take either"
        ),
        tests=("tests/plivo/test_parameters.py::test_party_is_stored_without_its_plus",),
    ),
    Row(
        id="party_possible",
        subject="parameters",
        statement=(
            "A party must have a country's calling code and a length that this country uses; number ranges are "
            "not checked."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page says E.164; fictional numbers such as +1 555 555 0100 are what tests use, so "
            "only the form is validated"
        ),
        tests=(
            "tests/core/test_numbering.py::test_number_of_a_length_of_its_country_is_possible",
            "tests/core/test_numbering.py::test_number_of_another_length_or_no_country_is_not_possible",
            "tests/plivo/test_parameters.py::test_party_that_is_no_phone_number_is_refused",
            "tests/plivo/test_parse.py::test_every_accepted_party_is_a_possible_number",
        ),
    ),
    Row(
        id="geomatch",
        subject="parameters",
        statement="geomatch is a boolean, true by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: geomatch",
        tests=(
            *wire("create-geomatch-off", "create-refused-no-number-of-country"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_flag_is_nothing_else",
        ),
    ),
    Row(
        id="subaccount",
        subject="parameters",
        statement="subaccount is the Auth ID of the subaccount for which a session is created.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: subaccount",
        tests=(
            *wire("get-with-subaccount", "create-refused-subaccount"),
            "tests/plivo/test_parameters.py::test_subaccount_owns_the_session_and_is_remembered_as_named",
        ),
    ),
    Row(
        id="subaccount_unknown",
        subject="parameters",
        statement=(
            "An Auth ID in subaccount that the caller may not name answers 400 with what is allowed, in a create "
            "and in a list."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: no page has a text for it, so this one is built on the stem of the documented ones",
        tests=(
            *wire("create-refused-subaccount"),
            "tests/plivo/test_parameters.py::test_subaccount_that_nobody_has_is_refused",
            "tests/plivo/test_listing.py::test_unknown_subaccount_is_refused",
        ),
    ),
    Row(
        id="subaccount_left_out",
        subject="parameters",
        statement="Without subaccount the account in the path owns the session.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the number pools page lets either the credentials or the parameter name the subaccount, "
            "so without the parameter the account that asks is left"
        ),
        tests=("tests/plivo/test_parameters.py::test_no_subaccount_means_the_account_in_the_path",),
    ),
    Row(
        id="unknown_caller_play",
        subject="parameters",
        statement="unknown_caller_play is a URL.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: unknown_caller_play",
        tests=(*wire("create-everything-set"), "tests/plivo/test_parameters.py::test_url_that_is_none_is_refused"),
    ),
    Row(
        id="play_url_extension_required",
        subject="parameters",
        statement="The URL of a parameter whose name ends in _play need not end in .mp3 or .wav.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page says of pin_prompt_play and unknown_caller_play Allowed format: .mp3 or .wav file "
            "only, which may mean what the URL serves; signed URLs of storage services end in neither. Where it does "
            "mean the URL, that of incorrect_pin_play, a playback file of the same dialogue, is checked alike; "
            "first_party_play_url and second_party_play_url are said to return such a file"
        ),
        tests=(
            "tests/plivo/test_parameters.py::test_strict_policy_checks_the_urls_that_its_row_names",
            *wire("create-refused-play-url-extension"),
            "tests/plivo/test_parameters.py::test_play_url_with_an_audio_extension_passes_the_strict_policy",
            "tests/plivo/test_parameters.py::test_play_url_without_an_audio_extension_is_refused_where_the_policy_says_so",
        ),
        choices=(False, True),
    ),
    Row(
        id="record",
        subject="parameters",
        statement="record is a boolean, false by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: record; beta page: true or false",
        tests=(
            *wire("create-everything-set", "create-refused-record"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
        ),
    ),
    Row(
        id="record_file_format",
        subject="parameters",
        statement="record_file_format is mp3 or wav, mp3 by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: record_file_format; beta page: the values",
        tests=(
            *wire("create-everything-set", "create-refused-record-file-format"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_choice_may_be_each_of_its_values",
            "tests/plivo/test_parameters.py::test_choice_is_nothing_else",
        ),
    ),
    Row(
        id="recording_callback_url",
        subject="parameters",
        statement="recording_callback_url is a URL.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: recording_callback_url",
        tests=(
            *wire("create-everything-set", "create-refused-recording-callback-url"),
            "tests/plivo/test_parameters.py::test_url_that_is_none_is_refused",
        ),
    ),
    Row(
        id="recording_callback_method",
        subject="parameters",
        statement="recording_callback_method is GET or POST, POST by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: recording_callback_method; session object page: the values",
        tests=(
            *wire("create-everything-set", "create-two-parties"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_choice_may_be_each_of_its_values",
            "tests/plivo/test_parameters.py::test_choice_is_nothing_else",
        ),
    ),
    Row(
        id="timer_defaults",
        subject="parameters",
        statement=(
            "session_expiry, call_time_limit and ring_timeout are 1800, 14400 and 45 seconds where they are not "
            "given, as recorded; the documented 3600, 3600 and 120 are a choice."
        ),
        evidence=Evidence.OBSERVED,
        source=(
            "fixtures of all SDKs that did not set them, and the beta page; today's create and update pages say 3600, "
            "3600 and 120, and their request samples repeat these"
        ),
        tests=(
            *wire("create-two-parties"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_readings.py::test_timers_that_are_not_given_have_the_defaults_of_the_policy",
        ),
        choices=("recorded", "documented"),
    ),
    Row(
        id="session_expiry_default",
        subject="parameters",
        statement="session_expiry is 1800 seconds by default.",
        evidence=Evidence.OBSERVED,
        source="plivo-java list fixture: 16 sessions of 1800 seconds; today's page says 3600, the beta page 1800",
        tests=(*wire("create-two-parties"), "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows"),
    ),
    Row(
        id="session_expiry_range",
        subject="parameters",
        statement="session_expiry is 60 to 86400 seconds.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, session_expiry",
        tests=(
            *wire(
                "create-refused-session-expiry-too-short",
                "create-refused-session-expiry-too-long",
                "update-refused-session-expiry",
            ),
            "tests/plivo/test_parameters.py::test_integer_may_be_at_either_end_of_its_range",
            "tests/plivo/test_parameters.py::test_integer_outside_its_range_is_refused",
        ),
    ),
    Row(
        id="call_time_limit_default",
        subject="parameters",
        statement="call_time_limit is 14400 seconds by default.",
        evidence=Evidence.OBSERVED,
        source="every fixture that did not set it, and the beta page; today's page says 3600",
        tests=(*wire("create-two-parties"), "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows"),
    ),
    Row(
        id="call_time_limit_range",
        subject="parameters",
        statement="call_time_limit is 60 to 86400 seconds.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, call_time_limit",
        tests=(
            *wire("create-refused-call-time-limit"),
            "tests/plivo/test_parameters.py::test_integer_may_be_at_either_end_of_its_range",
            "tests/plivo/test_parameters.py::test_integer_outside_its_range_is_refused",
        ),
    ),
    Row(
        id="call_time_limit_out_of_range",
        subject="parameters",
        statement="A call_time_limit outside its range is refused; clamping is a choice.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "beta page: the table of errors refuses it, while the parameter's text clamps it; the table agrees "
            "with session_expiry"
        ),
        tests=(
            *wire("create-refused-call-time-limit", "create-call-time-limit-clamped"),
            "tests/plivo/test_parameters.py::test_call_time_limit_is_clamped_where_the_policy_says_so",
            "tests/plivo/test_parameters.py::test_clamping_is_for_the_call_time_limit_alone",
        ),
        choices=("refuse", "clamp"),
    ),
    Row(
        id="ring_timeout_default",
        subject="parameters",
        statement="ring_timeout is 45 seconds by default.",
        evidence=Evidence.OBSERVED,
        source="every fixture that did not set it; today's page says 120",
        tests=(*wire("create-two-parties"), "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows"),
    ),
    Row(
        id="ring_timeout_range",
        subject="parameters",
        statement="ring_timeout is 1 to 86400 seconds.",
        evidence=Evidence.ASSUMED,
        source="reasoning: no page gives a range and 120 is known to work; a day is what the other timers allow",
        tests=(
            "tests/plivo/test_parameters.py::test_integer_may_be_at_either_end_of_its_range",
            "tests/plivo/test_parameters.py::test_integer_outside_its_range_is_refused",
        ),
    ),
    Row(
        id="zero_timers",
        subject="parameters",
        statement="A session_expiry, call_time_limit or ring_timeout of 0 means the default on create.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: plivo-go always sends session_expiry 0 and plivo-java all three, so 0 has to be accepted, "
            "and no sample shows a session without end"
        ),
        tests=(
            *wire("create-java-sdk-zeros", "create-go-sdk-single-party"),
            "tests/plivo/test_parameters.py::test_zero_timer_is_the_default",
            "tests/sdk/test_python_sdk.py::test_zero_expiry_is_the_default",
        ),
    ),
    Row(
        id="initiate_call_to_first_party",
        subject="parameters",
        statement=(
            "initiate_call_to_first_party is a boolean, false by default; true has the first party called, and the "
            "second once the first has answered."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: initiate_call_to_first_party",
        tests=(
            *wire("create-everything-set", "create-two-parties"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_flag_is_nothing_else",
            *scenarios("call-initiate"),
        ),
    ),
    Row(
        id="callback_url",
        subject="parameters",
        statement="callback_url is a URL.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: callback_url",
        tests=(
            *wire("create-everything-set", "create-refused-callback-url"),
            "tests/plivo/test_parameters.py::test_url_that_is_none_is_refused",
        ),
    ),
    Row(
        id="callback_method",
        subject="parameters",
        statement="callback_method is GET or POST, POST by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: callback_method; newest reference page: the values",
        tests=(
            *wire("create-everything-set", "create-refused-callback-method"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_choice_may_be_each_of_its_values",
            "tests/plivo/test_parameters.py::test_choice_is_nothing_else",
        ),
    ),
    Row(
        id="first_party_play_url",
        subject="parameters",
        statement="first_party_play_url is a URL.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: first_party_play_url",
        tests=(*wire("create-everything-set"), "tests/plivo/test_parameters.py::test_url_that_is_none_is_refused"),
    ),
    Row(
        id="second_party_play_url",
        subject="parameters",
        statement="second_party_play_url is a URL.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: second_party_play_url",
        tests=(*wire("create-everything-set"), "tests/plivo/test_parameters.py::test_url_that_is_none_is_refused"),
    ),
    Row(
        id="create_session_with_single_party",
        subject="parameters",
        statement="create_session_with_single_party is a boolean, false by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: create_session_with_single_party",
        tests=(
            *wire("create-go-sdk-single-party", "create-two-parties"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_flag_is_nothing_else",
        ),
    ),
    Row(
        id="virtual_number_cooloff_period",
        subject="parameters",
        statement="virtual_number_cooloff_period is 0 to 3600 seconds, 0 by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, create: virtual_number_cooloff_period: the default; newest reference page: the range",
        tests=(
            *wire("create-refused-cooloff", "create-everything-set"),
            "tests/plivo/test_parameters.py::test_default_is_what_the_wire_shows",
            "tests/plivo/test_parameters.py::test_integer_may_be_at_either_end_of_its_range",
            "tests/plivo/test_parameters.py::test_integer_outside_its_range_is_refused",
        ),
    ),
)
