"""Ledger rows on what answers look like: statuses, envelopes, key order, types and times."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, wire

ROWS: Final[Sequence[Row]] = (
    Row(
        id="create_status",
        subject="responses",
        statement="A create answers 201, also where it refreshed a session.",
        evidence=Evidence.DOCUMENTED,
        source="beta page, create: 201 Session created; vendor page, table of status codes: 201",
        tests=wire("create-two-parties", "create-same-pair-again"),
    ),
    Row(
        id="update_status",
        subject="responses",
        statement="An update answers 200; the generic table's 202 is a choice.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "beta page, update: 200 Session updated, against 202 Resource changed in the generic table of the "
            "vendor page"
        ),
        tests=wire("update-session-expiry", "update-status-202"),
        choices=(200, 202),
    ),
    Row(
        id="read_status",
        subject="responses",
        statement="A get and a list answer 200.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, table of status codes: 200",
        tests=wire("get-active", "list-newest-first"),
    ),
    Row(
        id="delete_status",
        subject="responses",
        statement="A delete answers 200 with a body.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor page, expire: the response sample has a body; beta page: 200. An empty 204 breaks plivo-ruby "
            "and plivo-java"
        ),
        tests=wire("expire-once"),
    ),
    Row(
        id="create_envelope",
        subject="responses",
        statement=(
            "A create answers api_id, session_uuid, virtual_number, message Session created, and session, in this "
            "order."
        ),
        evidence=Evidence.OBSERVED,
        source="plivo-java maskingSessionCreateResponse.json, plivo-go and plivo-php create fixtures",
        tests=(*wire("create-two-parties"), "tests/plivo/test_render.py::test_create_has_the_recorded_shape"),
    ),
    Row(
        id="update_envelope",
        subject="responses",
        statement="An update answers api_id, message Session updated, and session, in this order.",
        evidence=Evidence.OBSERVED,
        source="plivo-java maskingSessionUpdateResponse.json and the update fixtures of the other SDKs",
        tests=(*wire("update-session-expiry"), "tests/plivo/test_render.py::test_envelopes_are_those_of_the_samples"),
    ),
    Row(
        id="get_envelope",
        subject="responses",
        statement="A get answers api_id and response, which is the session.",
        evidence=Evidence.OBSERVED,
        source="plivo-java maskingSessionGetResponse.json and the get fixtures of the other SDKs",
        tests=(*wire("get-active"), "tests/plivo/test_render.py::test_envelopes_are_those_of_the_samples"),
    ),
    Row(
        id="list_envelope",
        subject="responses",
        statement="A list answers api_id and response with meta and objects.",
        evidence=Evidence.OBSERVED,
        source="plivo-java maskingSessionListResponse.json and the list fixtures of the other SDKs",
        tests=wire("list-newest-first", "list-empty"),
    ),
    Row(
        id="delete_envelope",
        subject="responses",
        statement="A delete answers api_id and the message Session expired.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor page, expire: response sample; plivo-php and plivo-node agree, plivo-python and plivo-go "
            "mocks say Session Deleted"
        ),
        tests=(*wire("expire-once"), "tests/plivo/test_render.py::test_envelopes_are_those_of_the_samples"),
    ),
    Row(
        id="error_envelope",
        subject="responses",
        statement="A refusal answers api_id and error.",
        evidence=Evidence.OBSERVED,
        source="plivo-java maskingSessionDeleteResponse.json",
        tests=(
            *wire("expire-again", "create-refused-pool-exhausted"),
            "tests/plivo/test_render.py::test_envelopes_are_those_of_the_samples",
        ),
    ),
    Row(
        id="api_id",
        subject="responses",
        statement="Every answer has an api_id of its own, a UUID in lower case.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, introduction: Plivo sets an api_id in each response to uniquely identify the request",
        tests=(
            *wire("create-two-parties", "get-active", "expire-again"),
            "tests/plivo/test_http.py::test_api_ids_are_never_the_same",
        ),
    ),
    Row(
        id="json_content_type",
        subject="responses",
        statement="Every answer is application/json.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, introduction: endpoints return responses in JSON format",
        tests=wire("create-two-parties", "expire-again"),
    ),
    Row(
        id="session_uuid_form",
        subject="responses",
        statement="A session_uuid is a UUID in lower case, and the outer one of a create is that of its session.",
        evidence=Evidence.OBSERVED,
        source="every create fixture but plivo-go's, whose two UUIDs differ and which was edited by hand",
        tests=wire("create-two-parties"),
    ),
    Row(
        id="outer_virtual_number",
        subject="responses",
        statement="The outer virtual_number of a create has a plus, and the one inside the session has none.",
        evidence=Evidence.OBSERVED,
        source="create fixtures of plivo-java, plivo-go, plivo-node, plivo-php and plivo-dotnet",
        tests=(*wire("create-two-parties"), "tests/plivo/test_render.py::test_create_has_the_recorded_shape"),
    ),
    Row(
        id="party_form",
        subject="responses",
        statement="Parties are shown as digits without plus, whether they were sent with one or not.",
        evidence=Evidence.OBSERVED,
        source="vendor page, create: +919003459XXX in the request is 919003459XXX in the response; all fixtures",
        tests=wire("create-two-parties"),
    ),
    Row(
        id="missing_party_form",
        subject="responses",
        statement="The missing party of a single-party session is shown as an empty string.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: unset strings are empty everywhere outside the PIN group; no sample of such a session "
            "with its parties was found"
        ),
        tests=(
            *wire("create-single-party-second-only", "get-single-party"),
            "tests/plivo/test_render.py::test_single_party_session_shows_an_empty_party_and_true",
        ),
    ),
    Row(
        id="session_key_order",
        subject="responses",
        statement="Keys of a session in create, update and get come in the order of the recorded samples of 2024.",
        evidence=Evidence.OBSERVED,
        source="plivo-java maskingSessionCreateResponse.json of September 2024, and plivo-dotnet's",
        tests=(
            *wire("create-two-parties", "update-session-expiry", "get-active"),
            "tests/plivo/test_render.py::test_create_has_the_recorded_shape",
            "tests/plivo/test_render.py::test_pin_group_does_not_move_keys",
        ),
    ),
    Row(
        id="list_key_order",
        subject="responses",
        statement="Keys of a session in a list are in alphabetical order.",
        evidence=Evidence.OBSERVED,
        source="list fixtures of plivo-java, plivo-node and plivo-python; vendor page, list: response sample",
        tests=(
            *wire("list-newest-first"),
            "tests/plivo/test_render.py::test_list_object_has_alphabetical_keys_and_its_uri",
        ),
    ),
    Row(
        id="resource_uri",
        subject="responses",
        statement=(
            "Sessions in a list, and only there, have resource_uri: their path under the account of the request, "
            "with a slash at the end."
        ),
        evidence=Evidence.OBSERVED,
        source="list fixtures of plivo-java, plivo-node, plivo-python and plivo-php",
        tests=(
            *wire("list-newest-first", "get-active"),
            "tests/plivo/test_render.py::test_list_object_has_alphabetical_keys_and_its_uri",
        ),
    ),
    Row(
        id="unset_strings",
        subject="responses",
        statement="Strings that were not given are empty, not null.",
        evidence=Evidence.OBSERVED,
        source="plivo-java maskingSessionGetResponse.json",
        tests=wire("create-two-parties"),
    ),
    Row(
        id="status_values",
        subject="responses",
        statement="The status of a session is active, in-progress while one of its calls runs, or expired.",
        evidence=Evidence.DOCUMENTED,
        source="newest session reference page: active, in-progress, expired",
        tests=(
            *wire("get-active", "get-in-progress", "get-expired-naturally"),
            "tests/plivo/test_render.py::test_expired_session_says_so",
        ),
    ),
    Row(
        id="timestamp_form",
        subject="responses",
        statement="Times look like 2024-09-05 06:43:26 +0000 UTC.",
        evidence=Evidence.OBSERVED,
        source="fixtures of 2024 of plivo-java, plivo-go, plivo-dotnet and plivo-ruby; those of 2023 have fractions",
        tests=(*wire("create-two-parties"), "tests/plivo/test_render.py::test_time_is_cut_to_whole_seconds"),
    ),
    Row(
        id="timestamp_truncated",
        subject="responses",
        statement="Times are kept to the microsecond and shown cut off to the second.",
        evidence=Evidence.OBSERVED,
        source=(
            "three sessions of 2024 in plivo-java and plivo-go fixtures whose duration is one less than the shown "
            "times differ by"
        ),
        tests=(
            "tests/plivo/test_render.py::test_time_is_cut_to_whole_seconds",
            "tests/plivo/test_render.py::test_duration_is_rounded_down_from_microseconds",
        ),
    ),
    Row(
        id="amounts_are_numbers",
        subject="responses",
        statement="Amounts are numbers such as 0.033, whole ones without a point; the page calls them strings.",
        evidence=Evidence.OBSERVED,
        source="every fixture with an amount; vendor page, response samples",
        tests=(
            *wire("create-two-parties", "get-interaction-bridged"),
            "tests/plivo/test_render.py::test_amounts_are_whole_numbers",
            "tests/plivo/test_resources.py::test_money_is_a_short_number_and_a_price_has_five_places",
        ),
    ),
    Row(
        id="no_calls",
        subject="responses",
        statement="Until a call has ended, interaction is null, and totals and last_interaction_time are empty.",
        evidence=Evidence.OBSERVED,
        source="create fixtures of plivo-java and plivo-dotnet show these values before the first call",
        tests=wire("create-two-parties", "get-active"),
    ),
    Row(
        id="not_echoed",
        subject="responses",
        statement="Neither session_expiry nor geomatch is shown.",
        evidence=Evidence.OBSERVED,
        source="no fixture has them; vendor page, create: nor has the response to a request that set geomatch",
        tests=wire("create-everything-set"),
    ),
    Row(
        id="pin_group_off",
        subject="responses",
        statement="With PIN authentication off its fields are present and null.",
        evidence=Evidence.OBSERVED,
        source="plivo-java create, get and list fixtures of 2024; samples of 2023 leave the fields out",
        tests=wire("create-two-parties", "list-newest-first"),
    ),
    Row(
        id="pin_group_on",
        subject="responses",
        statement=(
            "With PIN authentication on its fields are shown with their values, generate_pin_length even where "
            "nothing was generated."
        ),
        evidence=Evidence.OBSERVED,
        source="plivo-java maskingSessionGetResponse.json; vendor page, create: response sample",
        tests=(
            *wire("create-vendor-sample-with-pins", "create-generated-pins"),
            "tests/plivo/test_render.py::test_pin_group_is_shown_with_strings_for_pins_and_integers_for_the_rest",
        ),
    ),
    Row(
        id="pins_are_strings",
        subject="responses",
        statement="PINs are strings, also where they were sent as numbers.",
        evidence=Evidence.OBSERVED,
        source="vendor page, create: numbers in the request sample, strings in the response",
        tests=(
            *wire("create-vendor-sample-with-pins"),
            "tests/plivo/test_render.py::test_pin_group_is_shown_with_strings_for_pins_and_integers_for_the_rest",
        ),
    ),
    Row(
        id="pin_retry_wait_form",
        subject="responses",
        statement="pin_retry_wait is a number.",
        evidence=Evidence.OBSERVED,
        source="all fixtures; the string of the vendor page's samples cannot be decoded by plivo-go",
        tests=(
            *wire("create-vendor-sample-with-pins"),
            "tests/plivo/test_render.py::test_pin_group_is_shown_with_strings_for_pins_and_integers_for_the_rest",
        ),
    ),
    Row(
        id="pin_prompt_play_key",
        subject="responses",
        statement="The key is pin_prompt_play, without the blank that the page's samples have in it.",
        evidence=Evidence.OBSERVED,
        source="all fixtures",
        tests=wire("create-vendor-sample-with-pins"),
    ),
    Row(
        id="single_party_not_asked_form",
        subject="responses",
        statement="create_session_with_single_party is null where it was not asked for.",
        evidence=Evidence.OBSERVED,
        source="plivo-java and plivo-dotnet create fixtures of September 2024: null, although plivo-java sends false",
        tests=wire("create-two-parties", "create-java-sdk-zeros"),
    ),
    Row(
        id="single_party_asked_form",
        subject="responses",
        statement="create_session_with_single_party is true where it was asked for.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no sample of such a session was found, and the field is a boolean by its name and by the "
            "SDKs' types"
        ),
        tests=(
            *wire("create-go-sdk-single-party", "get-single-party"),
            "tests/plivo/test_render.py::test_single_party_session_shows_an_empty_party_and_true",
        ),
    ),
    Row(
        id="force_pin_off_form",
        subject="responses",
        statement="force_pin_authentication is false with PIN authentication off.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: samples show it with PIN on only; it came later than the PIN group and beside fields that "
            "are false when unset"
        ),
        tests=wire("create-two-parties"),
    ),
    Row(
        id="cooloff_form",
        subject="responses",
        statement="virtual_number_cooloff_period is a number, 0 where it was not given.",
        evidence=Evidence.OBSERVED,
        source="plivo-java and plivo-dotnet create fixtures show 3500 as a number; 0 is the documented default",
        tests=wire("create-two-parties", "create-everything-set"),
    ),
    Row(
        id="subaccount_form",
        subject="responses",
        statement="subaccount is shown in create and get, and only where the create named one.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the response sample of the vendor page's create is the only one that has it, update and "
            "list samples and every fixture lack it; a get without it would hide it"
        ),
        tests=(
            *wire("get-with-subaccount", "update-subaccount-not-shown"),
            "tests/plivo/test_render.py::test_subaccount_is_shown_only_where_there_is_one",
        ),
    ),
)
