"""Ledger rows on refusals: statuses, texts and what is validated first."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, wire

ROWS: Final[Sequence[Row]] = (
    Row(
        id="unknown_path",
        subject="errors",
        statement="A path that names no operation answers 404 with the error not found, whatever the method.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the vendor's page gives 404 for a resource that cannot be found; the text is that of the "
            "404 mocks of plivo-php"
        ),
        tests=(
            *wire("create-refused-unknown-path"),
            "tests/plivo/test_http.py::test_other_path_of_the_account_is_not_found",
            "tests/plivo/test_http.py::test_other_path_of_the_account_is_not_found_whatever_the_method",
            "tests/plivo/test_http.py::test_path_outside_both_apis_is_not_found",
        ),
    ),
    Row(
        id="unauthenticated_status",
        subject="errors",
        statement="Missing or wrong credentials answer 401.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, table of status codes: 401",
        tests=(
            *wire("create-refused-no-credentials", "create-refused-wrong-token"),
            "tests/plivo/test_http.py::test_unknown_caller_is_asked_to_authenticate",
            "tests/sdk/test_python_sdk.py::test_wrong_token_is_an_authentication_error",
        ),
    ),
    Row(
        id="unauthenticated_body",
        subject="errors",
        statement="A 401 carries WWW-Authenticate: Basic and the error shape with api_id.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no 401 of these endpoints was recorded; HTTP demands the header, every SDK copes with any "
            "body, and one shape for all errors is the least surprise"
        ),
        tests=(
            *wire("create-refused-no-credentials", "create-refused-wrong-token"),
            "tests/plivo/test_http.py::test_unknown_caller_is_asked_to_authenticate",
        ),
    ),
    Row(
        id="content_type_text",
        subject="errors",
        statement="Another Content-Type answers 400 Content-Type must be application/json.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page demands JSON and lists no 415, so its 400 for an invalid request is left; the "
            "text is ours"
        ),
        tests=(*wire("create-refused-form-body"), "tests/plivo/test_http.py::test_other_content_type_is_refused"),
    ),
    Row(
        id="invalid_json",
        subject="errors",
        statement="A body that is no JSON answers 400 Invalid JSON in the request body.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the vendor's update sample has a trailing comma, which a strict parser refuses as an "
            "invalid request; the text is ours"
        ),
        tests=(
            *wire("create-refused-invalid-json", "update-vendor-sample-trailing-comma"),
            "tests/plivo/test_http.py::test_body_that_is_no_json_is_refused",
        ),
    ),
    Row(
        id="json_object",
        subject="errors",
        statement="A body that is JSON and no object answers 400 The request body must be a JSON object.",
        evidence=Evidence.ASSUMED,
        source="reasoning: parameters have names, so nothing else than an object can carry them; the text is ours",
        tests=(*wire("create-refused-no-object"), "tests/plivo/test_http.py::test_body_that_is_no_object_is_refused"),
    ),
    Row(
        id="body_limit",
        subject="errors",
        statement="A body of more than 65536 bytes on a POST answers 413 Request body too large.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the emulator's own limit, a hundred times the largest sensible request, so that no "
            "request fills the machine"
        ),
        tests=(
            "tests/plivo/test_http.py::test_body_of_65536_bytes_is_taken",
            "tests/plivo/test_http.py::test_body_of_65537_bytes_is_too_large",
            "tests/plivo/test_http.py::test_chunked_body_is_counted_too",
        ),
    ),
    Row(
        id="foreign_host",
        subject="errors",
        statement="A Host that is not this server answers 421 Misdirected request.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the emulator's own protection against pages of a browser that reach it under a name of theirs; "
            "421 is what HTTP has for it, and the text is ours"
        ),
        tests=("tests/shell/test_own_hosts.py::test_emulated_api_answers_no_foreign_host",),
    ),
    Row(
        id="url_limit",
        subject="errors",
        statement="A path and query of more than 8192 bytes together answer 414 Request URL too long.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the emulator's own limit; common servers stop at the same size",
        tests=(
            "tests/plivo/test_http.py::test_url_of_8192_bytes_is_taken",
            "tests/plivo/test_http.py::test_longer_url_is_refused",
        ),
    ),
    Row(
        id="method_not_allowed_status",
        subject="errors",
        statement="A method that a path does not have answers 405.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, table of status codes: 405",
        tests=(
            *wire("create-refused-method", "update-refused-method"),
            "tests/plivo/test_http.py::test_other_method_is_refused_with_the_allowed_ones",
        ),
    ),
    Row(
        id="method_not_allowed_body",
        subject="errors",
        statement="A 405 names the methods in Allow and says Method not allowed.",
        evidence=Evidence.ASSUMED,
        source="reasoning: HTTP demands the Allow header with a 405; no body of one was recorded, so the text is ours",
        tests=(
            *wire("create-refused-method", "update-refused-method"),
            "tests/plivo/test_http.py::test_other_method_is_refused_with_the_allowed_ones",
        ),
    ),
    Row(
        id="internal_error",
        subject="errors",
        statement="A failure of the emulator itself answers 500 Internal server error.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, table of errors: 500 Internal server error.",
        tests=("tests/plivo/test_crash.py::test_crash_is_a_500_in_the_vendors_words_and_reaches_the_log",),
    ),
    Row(
        id="refused_changes_nothing",
        subject="errors",
        statement="A refused request changes nothing.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a refusal that left half a session behind would be a fault of any API, and no page warns of one"
        ),
        tests=(
            "tests/core/test_engine.py::test_refused_command_leaves_no_trace",
            "tests/core/test_engine.py::test_refused_create_gives_back_its_draws",
            "tests/plivo/test_http.py::test_refused_request_changes_nothing",
        ),
    ),
    Row(
        id="text_missing",
        subject="errors",
        statement="What must be given and is not answers 400 Mandatory parameter missing. NAME must be present.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "beta page, table of errors, for first_party and second_party; used for PINs and pin_prompt_play as well"
        ),
        tests=(
            *wire(
                "create-refused-first-party-missing",
                "create-refused-second-party-missing",
                "create-refused-pin-missing",
                "create-refused-pin-prompt-missing",
            ),
            "tests/plivo/test_parameters.py::test_party_that_is_missing_is_asked_for",
            "tests/plivo/test_parse.py::test_pin_parameters_are_required_with_pin_authentication",
        ),
    ),
    Row(
        id="text_phone",
        subject="errors",
        statement="A party that is no phone number answers 400 Invalid parameter. NAME is not a valid phone number.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, table of errors",
        tests=(
            *wire("create-refused-first-party-no-phone", "create-refused-second-party-no-phone"),
            "tests/plivo/test_parameters.py::test_party_that_is_no_phone_number_is_refused",
        ),
    ),
    Row(
        id="text_range",
        subject="errors",
        statement="An integer out of range answers 400 Invalid parameter. NAME is outside the allowed range.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, table of errors, for session_expiry and call_time_limit; used for every integer",
        tests=(
            *wire(
                "create-refused-session-expiry-too-short",
                "create-refused-session-expiry-too-long",
                "create-refused-call-time-limit",
                "create-refused-cooloff",
                "create-refused-generate-pin-length",
            ),
            "tests/plivo/test_parameters.py::test_integer_outside_its_range_is_refused",
        ),
    ),
    Row(
        id="text_flag",
        subject="errors",
        statement="What is no boolean answers 400 Invalid parameter. NAME allowed values are true or false.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, table of errors, for record; used for every boolean",
        tests=(
            *wire("create-refused-record", "update-refused-record"),
            "tests/plivo/test_parameters.py::test_flag_is_nothing_else",
        ),
    ),
    Row(
        id="text_choice",
        subject="errors",
        statement="A value that is not offered answers 400 Invalid parameter. NAME allowed values are A or B.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, table of errors, for record_file_format; used for methods too",
        tests=(
            *wire("create-refused-record-file-format", "create-refused-callback-method"),
            "tests/plivo/test_parameters.py::test_choice_is_nothing_else",
        ),
    ),
    Row(
        id="text_url",
        subject="errors",
        statement="A URL that is none answers 400 Invalid parameter. NAME should be a valid URL.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, table of errors, for recording_callback_url; used for every URL",
        tests=(
            *wire("create-refused-recording-callback-url", "create-refused-callback-url"),
            "tests/plivo/test_parameters.py::test_url_that_is_none_is_refused",
        ),
    ),
    Row(
        id="text_url_length",
        subject="errors",
        statement=(
            "A URL of 1000 characters or more answers 400 Invalid parameter. NAME should be under 1000 characters."
        ),
        evidence=Evidence.DOCUMENTED,
        source="beta page, table of errors, for recording_callback_url; used for every URL",
        tests=(
            *wire("create-refused-recording-callback-url-too-long"),
            "tests/plivo/test_parameters.py::test_url_of_1000_characters_is_too_long",
        ),
    ),
    Row(
        id="text_integer",
        subject="errors",
        statement="What is no integer answers 400 Invalid parameter. NAME should be an integer.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no page has a text for a wrong type, so this one is built on the stem of the documented ones"
        ),
        tests=(*wire("create-refused-integer"), "tests/plivo/test_parameters.py::test_integer_is_nothing_else"),
    ),
    Row(
        id="text_string",
        subject="errors",
        statement="A subaccount that is no string answers 400 Invalid parameter. subaccount should be a string.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no page has a text for a wrong type, so this one is built on the stem of the documented ones"
        ),
        tests=("tests/plivo/test_parameters.py::test_subaccount_is_a_string",),
    ),
    Row(
        id="text_full_stop",
        subject="errors",
        statement="Documented texts end in a full stop, and Session already expired has none.",
        evidence=Evidence.OBSERVED,
        source=(
            "plivo-java maskingSessionDeleteResponse.json has no full stop; the others are as printed in the "
            "table of the beta page"
        ),
        tests=(
            *wire("expire-again", "create-refused-pool-exhausted"),
            "tests/plivo/test_refusals.py::test_documented_answers_are_to_the_letter",
            "tests/plivo/test_refusals.py::test_documented_stems_are_to_the_letter",
        ),
    ),
    Row(
        id="first_fault_reported",
        subject="errors",
        statement=(
            "Of several malformed parameters the first in the order of the vendor's page is reported; what is "
            "missing or unknown comes after, then a session that is not there or has ended, and what contradicts comes "
            "last."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the documented texts name one parameter each, so one has to be picked, and a fixed order "
            "is the one that tests can rely on"
        ),
        tests=(
            *wire("create-refused-both-parties-missing"),
            "tests/plivo/test_parse.py::test_first_wrong_parameter_of_the_table_is_told",
            "tests/plivo/test_parse.py::test_first_missing_party_is_told",
            "tests/plivo/test_http.py::test_wrong_body_is_told_before_the_session",
        ),
    ),
    Row(
        id="reason_header",
        subject="errors",
        statement=(
            "A refusal says in the header X-Emulator-Reason what the emulator knows about the cause; Plivo has no "
            "such header."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the emulator's own addition; the vendor's texts must stay exact and often do not tell "
            "enough to mend a test"
        ),
        tests=(
            *wire("create-refused-pool-exhausted", "create-refused-first-party-no-phone", "get-refused-unknown"),
            "tests/plivo/test_refusals.py::test_exhausted_pool_names_what_stood_in_the_way",
        ),
    ),
    Row(
        id="unknown_session_status",
        subject="errors",
        statement="An unknown session_uuid answers 404.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, table of status codes: 404",
        tests=(
            *wire("get-refused-unknown", "update-refused-unknown", "expire-refused-unknown"),
            "tests/plivo/test_http.py::test_unknown_session_is_not_found",
            "tests/sdk/test_python_sdk.py::test_unknown_session_is_a_resource_not_found_error",
        ),
    ),
    Row(
        id="unknown_session_text",
        subject="errors",
        statement="An unknown session_uuid has the error not found.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no 404 of these endpoints was recorded; the text is that of the 404 mocks of plivo-php "
            "for other resources"
        ),
        tests=(
            *wire("get-refused-unknown", "update-refused-unknown", "expire-refused-unknown"),
            "tests/plivo/test_http.py::test_unknown_session_is_not_found",
        ),
    ),
)
