"""Ledger rows on how a request is read: paths, credentials, bodies and the spelling of values."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, scenarios, wire

ROWS: Final[Sequence[Row]] = (
    Row(
        id="paths",
        subject="requests",
        statement=(
            "The operations are at /v1/Account/{auth_id}/Masking/Session and at the same path with /{session_uuid}."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, the URL above each operation",
        tests=wire("create-two-parties", "get-active", "list-newest-first", "update-session-expiry", "expire-once"),
    ),
    Row(
        id="slashes",
        subject="requests",
        statement="A path without, with or with doubled slashes names the same resource.",
        evidence=Evidence.SDK,
        source=(
            "plivo-dotnet MaskingSessionInterface.cs sends Session//{uuid}/, plivo-node maskingSession.js no "
            "slash at the end, the other SDKs one"
        ),
        tests=(
            *wire(
                "create-doubled-slashes",
                "get-trailing-slash",
                "get-dotnet-sdk-double-slash",
                "update-node-sdk-no-slash",
                "expire-dotnet-sdk-double-slash",
            ),
            "tests/plivo/test_http.py::test_collection_is_found_with_any_number_of_slashes",
            "tests/plivo/test_http.py::test_session_is_found_with_any_number_of_slashes",
        ),
    ),
    Row(
        id="no_redirects",
        subject="requests",
        statement="No spelling of a path is redirected.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the vendor's samples and SDKs differ in their slashes, and a redirect would turn the POST "
            "of several HTTP clients into a GET"
        ),
        tests=(
            *wire("create-doubled-slashes", "get-trailing-slash"),
            "tests/plivo/test_http.py::test_collection_is_found_with_any_number_of_slashes",
            "tests/plivo/test_http.py::test_session_is_found_with_any_number_of_slashes",
        ),
    ),
    Row(
        id="session_uuid_any_case",
        subject="requests",
        statement="A session_uuid in a path is found in any letter case.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: UUIDs are compared by value in every database that knows the type, and no SDK changes "
            "their case"
        ),
        tests=("tests/plivo/test_http.py::test_upper_case_uuid_names_the_same_session",),
    ),
    Row(
        id="basic_auth",
        subject="requests",
        statement="Requests carry HTTP Basic credentials: the Auth ID and the Auth Token of an account.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, introduction: All requests are authenticated with BasicAuth",
        tests=(
            *wire("create-two-parties", "create-by-subaccount", "create-refused-wrong-token"),
            "tests/plivo/test_credentials.py::test_auth_id_and_token_name_the_account",
        ),
    ),
    Row(
        id="authorization_scheme",
        subject="requests",
        statement="The word Basic counts in any letter case, and every other scheme answers 401.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: HTTP makes scheme names case-insensitive; the Bearer tokens of plivo-cli appear on no "
            "page of this API"
        ),
        tests=(
            "tests/plivo/test_credentials.py::test_other_spellings_of_the_scheme_are_understood",
            "tests/plivo/test_credentials.py::test_anything_else_names_nobody",
        ),
    ),
    Row(
        id="credentials_first",
        subject="requests",
        statement="Credentials are checked before the method, the body and the session.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: an unknown caller should learn nothing about an account, not even which methods and "
            "sessions it has"
        ),
        tests=("tests/plivo/test_http.py::test_unknown_caller_learns_neither_paths_nor_methods",),
    ),
    Row(
        id="subaccount_credentials",
        subject="requests",
        statement="A subaccount may use the API with credentials of its own, and then owns the sessions it creates.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "number pools page: sessions can be created with subaccount credentials; the launch pages said that "
            "they cannot, and newer ones dropped it"
        ),
        tests=(
            *wire("create-by-subaccount"),
            "tests/sdk/test_python_sdk.py::test_subaccount_credentials_use_the_subaccount_numbers",
        ),
    ),
    Row(
        id="account_in_path",
        subject="requests",
        statement=(
            "A caller may name its own account in the path, and the main account one of its subaccounts too, as "
            "which it then acts; anything else answers 401."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no page says whose Auth ID the path carries; SDKs always send the caller's own, and other "
            "Plivo resources let a main account reach its subaccounts"
        ),
        tests=(
            *wire("create-refused-foreign-account-in-path"),
            "tests/plivo/test_http.py::test_another_account_in_the_path_is_refused",
            "tests/plivo/test_http.py::test_subaccount_on_the_main_account_path_is_refused",
            "tests/plivo/test_http.py::test_main_account_acts_for_a_subaccount_on_its_path",
        ),
    ),
    Row(
        id="subaccount_scope",
        subject="requests",
        statement="A subaccount finds its own sessions only, and the main account on its own path finds those of all.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the list filter subaccount of the SDKs makes sense only if the main account sees all, and "
            "a subaccount exists to be kept apart"
        ),
        tests=(
            *wire("get-refused-of-main-account"),
            *scenarios("subaccounts"),
            "tests/core/test_sessions.py::test_account_finds_only_its_own_sessions",
            "tests/plivo/test_http.py::test_subaccount_sees_only_its_own_sessions",
            "tests/plivo/test_http.py::test_main_account_sees_all_sessions_on_its_own_path",
        ),
    ),
    Row(
        id="content_type",
        subject="requests",
        statement="A POST must be application/json; parameters such as charset do not matter.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, introduction: Plivo only accepts input of the type application/json",
        tests=(
            *wire("create-two-parties", "create-refused-form-body"),
            "tests/plivo/test_http.py::test_json_content_type_may_have_parameters",
        ),
    ),
    Row(
        id="head_as_get",
        subject="requests",
        statement="HEAD is answered like GET, without the body.",
        evidence=Evidence.ASSUMED,
        source="reasoning: HTTP demands it of every server, and health checks rely on it",
        tests=("tests/plivo/test_http.py::test_head_is_get_without_a_body",),
    ),
    Row(
        id="delete_body_ignored",
        subject="requests",
        statement="A body on DELETE is ignored, whatever it holds.",
        evidence=Evidence.SDK,
        source=(
            "plivo-python, plivo-node, plivo-php and plivo-dotnet send JSON with every DELETE, plivo-python the "
            "session_uuid"
        ),
        tests=(*wire("expire-python-sdk-with-body"), "tests/plivo/test_http.py::test_body_of_a_delete_is_ignored"),
    ),
    Row(
        id="unknown_keys_ignored",
        subject="requests",
        statement="Keys of a body that name no parameter are ignored.",
        evidence=Evidence.SDK,
        source=(
            "plivo-java always sends pin_authentication_required with a create, plivo-python and plivo-node "
            "session_uuid with an update"
        ),
        tests=(
            *wire("create-java-sdk-zeros", "update-python-sdk-session-uuid"),
            "tests/plivo/test_parse.py::test_unknown_keys_are_ignored",
        ),
    ),
    Row(
        id="keys_in_any_case",
        subject="requests",
        statement="Keys of a body count in any letter case.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: plivo-go sends create_session_with_single_Party, and the recorded time format shows a "
            "server in Go, whose decoder matches keys so"
        ),
        tests=(
            *wire("create-go-sdk-single-party"),
            "tests/plivo/test_parse.py::test_letter_case_of_keys_does_not_matter",
            "tests/plivo/test_parse.py::test_capital_p_of_the_go_sdk_means_a_single_party",
        ),
    ),
    Row(
        id="last_of_equal_keys",
        subject="requests",
        statement="Of a key that is given twice in a body, in one letter case or two, the last counts.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the recorded time format shows a server in Go, whose decoder sets a field again for each key "
            "that matches it"
        ),
        tests=("tests/plivo/test_parse.py::test_last_of_equal_keys_counts",),
    ),
    Row(
        id="is_pin_authentication",
        subject="requests",
        statement="The key is_pin_authentication means is_pin_authentication_required.",
        evidence=Evidence.DOCUMENTED,
        source="older copies of the create page, and the help centre, use the short name",
        tests=("tests/plivo/test_parse.py::test_older_name_of_the_pin_switch_is_understood",),
    ),
    Row(
        id="null_is_not_given",
        subject="requests",
        statement="A parameter that is null counts as not given.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a decoder in Go leaves the field at its zero for null, and generated clients send null "
            "for what is unset"
        ),
        tests=(
            "tests/plivo/test_parameters.py::test_null_and_empty_string_are_not_given",
            "tests/plivo/test_parse.py::test_null_is_not_given",
        ),
    ),
    Row(
        id="empty_is_not_given",
        subject="requests",
        statement="An empty string counts as not given, except that an empty URL is taken as no URL.",
        evidence=Evidence.SDK,
        source="plivo-php and plivo-java send an empty string for the party that a single-party session lacks",
        tests=(
            *wire("create-php-sdk-single-party"),
            "tests/plivo/test_parameters.py::test_null_and_empty_string_are_not_given",
            "tests/plivo/test_parameters.py::test_update_with_an_empty_url_clears_it",
            "tests/plivo/test_parse.py::test_empty_prompt_is_a_missing_prompt",
        ),
    ),
    Row(
        id="flags_as_strings",
        subject="requests",
        statement="Booleans may be the strings true and false, in any letter case.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, update: the curl sample sends record as the string true",
        tests=(
            *wire("update-vendor-sample-record-true", "create-strings-for-flags-and-integers"),
            "tests/plivo/test_parameters.py::test_flag_may_be_the_word_true",
            "tests/plivo/test_parameters.py::test_flag_may_be_the_word_false",
        ),
    ),
    Row(
        id="integers_as_strings",
        subject="requests",
        statement="Integers may be strings of digits.",
        evidence=Evidence.SDK,
        source="plivo-ruby maskingsession.rb accepts nothing but strings for the integers of an update",
        tests=(
            *wire("update-ruby-sdk-string-integers", "create-strings-for-flags-and-integers"),
            "tests/plivo/test_parameters.py::test_integer_may_be_a_string_of_digits",
        ),
    ),
    Row(
        id="integers_as_decimals",
        subject="requests",
        statement="A number without a fraction, such as 60.0, counts as an integer.",
        evidence=Evidence.ASSUMED,
        source="reasoning: JSON knows one kind of number, and clients in JavaScript or Lua may write it either way",
        tests=("tests/plivo/test_parameters.py::test_integer_may_be_a_whole_float",),
    ),
    Row(
        id="url_form",
        subject="requests",
        statement="A URL is http or https with a host, and has neither blanks nor control characters.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page says a valid URL and no more; these are the URLs that Plivo could call, and lax "
            "enough for localhost and ports"
        ),
        tests=(
            *wire("create-refused-callback-url", "create-refused-recording-callback-url"),
            "tests/plivo/test_parameters.py::test_url_of_up_to_999_characters_is_taken",
            "tests/plivo/test_parameters.py::test_url_that_is_none_is_refused",
            "tests/plivo/test_parse.py::test_every_accepted_url_is_one_that_a_client_could_call",
        ),
    ),
    Row(
        id="rate_limit",
        subject="requests",
        statement=(
            "An account may send any number of requests; with the policy on, those beyond 300 in 5 seconds answer 429."
        ),
        evidence=Evidence.DOCUMENTED,
        source=(
            "account limits page: 300 API requests per 5 seconds per account, more are answered 429; off by default "
            "here, because a test suite sends more and has nothing to learn from it"
        ),
        tests=(
            "tests/shell/test_rate_limit.py::test_request_beyond_the_limit_is_refused",
            "tests/shell/test_rate_limit.py::test_without_the_policy_nothing_is_limited",
        ),
        choices=(False, True),
    ),
    Row(
        id="rate_limit_window",
        subject="requests",
        statement=(
            "The limit is on any 5 seconds of the world's clock, for each account that sends, and refused requests "
            "do not count."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page names requests, seconds and account and no more; a sliding window is the strictest "
            "reading, and a client that keeps to it keeps to every other"
        ),
        tests=(
            "tests/shell/test_rate_limit.py::test_limit_is_on_any_five_seconds_of_the_worlds_clock",
            "tests/shell/test_rate_limit.py::test_each_account_has_a_limit_of_its_own",
        ),
    ),
    Row(
        id="rate_limited_body",
        subject="requests",
        statement="A 429 carries api_id and error with the text Too many requests., and no Retry-After.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page gives the status and its reason phrase only; every other error has this shape, and "
            "no SDK looks at Retry-After"
        ),
        tests=("tests/shell/test_rate_limit.py::test_request_beyond_the_limit_is_refused",),
    ),
)
