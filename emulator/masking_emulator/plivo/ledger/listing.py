"""Ledger rows on lists: filters, windows, order and pages."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, wire

_PAGING: Final = "tests/plivo/test_paging.py"

ROWS: Final[Sequence[Row]] = (
    Row(
        id="list_order",
        subject="listing",
        statement="Lists are from the session created last to the one created first.",
        evidence=Evidence.OBSERVED,
        source="list fixture of plivo-java, 19 sessions; vendor page, introduction",
        tests=(*wire("list-newest-first"), "tests/core/test_engine.py::test_select_lists_newest_first"),
    ),
    Row(
        id="list_parties",
        subject="listing",
        statement="first_party, second_party and virtual_number select by number, each on its own side.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, list: first_party, second_party, virtual_number",
        tests=(
            *wire("list-party-with-plus", "list-virtual-number"),
            "tests/plivo/test_listing.py::test_number_filters_match_with_or_without_plus",
        ),
    ),
    Row(
        id="list_number_plus",
        subject="listing",
        statement="Numbers in filters count with or without plus, and with the blank that an unescaped plus becomes.",
        evidence=Evidence.ASSUMED,
        source="reasoning: numbers are stored without plus, and clients pass on what they sent to create",
        tests=(
            *wire("list-party-with-plus"),
            "tests/plivo/test_listing.py::test_number_filters_match_with_or_without_plus",
        ),
    ),
    Row(
        id="list_status",
        subject="listing",
        statement="status selects active, expired or all sessions, and all is the default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, list: status; newest reference page: the default",
        tests=(
            *wire("list-vendor-sample-status-active", "list-status-expired", "list-newest-first"),
            "tests/plivo/test_listing.py::test_status_is_active_expired_or_all",
        ),
    ),
    Row(
        id="list_status_text",
        subject="listing",
        statement="Another status answers 400 Invalid parameter. status allowed values are active, expired or all.",
        evidence=Evidence.ASSUMED,
        source="reasoning: no page has a text for filters, so this one is built on the stem of the documented ones",
        tests=(*wire("list-refused-status"), "tests/plivo/test_listing.py::test_status_is_nothing_else"),
    ),
    Row(
        id="list_times",
        subject="listing",
        statement=(
            "created_time and expiry_time, alone or with __lt, __lte, __gt and __gte, select by time; several "
            "together must all hold."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor page, list: created_time, expiry_time; newest reference page and SDKs: the variants",
        tests=(*wire("list-created-time-range"), "tests/plivo/test_listing.py::test_bounds_of_one_value_meet"),
    ),
    Row(
        id="list_time_form",
        subject="listing",
        statement="A time is YYYY-MM-DD HH:MM[:ss[.uuuuuu]] in UTC.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, list: created_time",
        tests=(
            *wire("list-created-time-range", "list-refused-time"),
            "tests/plivo/test_listing.py::test_equal_time_means_what_its_spelling_spans",
            "tests/plivo/test_listing.py::test_time_in_another_format_is_refused",
        ),
    ),
    Row(
        id="list_time_text",
        subject="listing",
        statement=(
            "Another form answers 400 Invalid parameter. NAME should be in the format YYYY-MM-DD HH:MM[:ss[.uuuuuu]]."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: no page has a text for filters, so this one is built on the stem of the documented ones",
        tests=(*wire("list-refused-time"), "tests/plivo/test_listing.py::test_time_in_another_format_is_refused"),
    ),
    Row(
        id="list_time_granularity",
        subject="listing",
        statement=(
            "A time without fraction means its whole second; one without seconds is its first second for __gt, __gte "
            "and __lt, reaches to its end for __lte, and is its whole minute without a comparison."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: responses show whole seconds, and created_time__lte with a time from a response should "
            "find that session"
        ),
        tests=(
            "tests/plivo/test_listing.py::test_equal_time_means_what_its_spelling_spans",
            "tests/plivo/test_listing.py::test_time_is_compared_as_it_is_printed",
            "tests/plivo/test_listing.py::test_time_without_seconds_means_one_thing_in_each_comparison",
            "tests/plivo/test_listing.py::test_time_filter_means_what_a_naive_reading_says",
        ),
    ),
    Row(
        id="list_duration",
        subject="listing",
        statement="duration, alone or with __lt, __lte, __gt and __gte, selects by seconds.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, list: duration",
        tests=(*wire("list-duration"), "tests/plivo/test_listing.py::test_duration_is_compared_in_seconds"),
    ),
    Row(
        id="list_integer_text",
        subject="listing",
        statement=(
            "A limit, offset or duration that is no integer answers 400 Invalid parameter. NAME should be an integer."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: no page has a text for filters, so this one is built on the stem of the documented ones",
        tests=("tests/plivo/test_listing.py::test_number_that_is_no_integer_is_refused",),
    ),
    Row(
        id="list_subaccount",
        subject="listing",
        statement="subaccount selects the sessions of one account.",
        evidence=Evidence.SDK,
        source="list arguments of plivo-python, plivo-go, plivo-node, plivo-php, plivo-java and plivo-dotnet",
        tests=(*wire("list-subaccount"), "tests/plivo/test_listing.py::test_subaccount_filter_sees_its_sessions"),
    ),
    Row(
        id="list_window_default",
        subject="listing",
        statement="Without created_time and expiry_time a list covers sessions created in the last 7 days.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, introduction: the default search window is 7 days; list: created_time",
        tests=("tests/plivo/test_listing.py::test_list_without_filters_is_the_last_week_20_at_a_time",),
    ),
    Row(
        id="list_window_open",
        subject="listing",
        statement=(
            "A range without lower end begins 7 days before the time that its upper end names, or before now where "
            "that time lies ahead."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page has a default window of 7 days, and the end that is given is where it can be fixed; "
            "nothing was created or ended later than now, so days counted back from a later end would be empty ones, "
            "and who asks up to such an end wants no less than who asks up to now"
        ),
        tests=(
            "tests/plivo/test_listing.py::test_time_is_compared_as_it_is_printed",
            "tests/plivo/test_listing.py::test_window_with_only_an_upper_end_has_7_whole_days",
            "tests/plivo/test_listing.py::test_window_whose_end_lies_ahead_has_the_7_days_before_now",
        ),
    ),
    Row(
        id="list_window_until_now",
        subject="listing",
        statement=(
            "A range without upper end is measured up to now, as precisely as its lower end is named: in minutes, "
            "seconds or microseconds."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the maximum window needs two ends, and nothing was created later than now; the answer "
            "itself stays open"
        ),
        tests=(
            "tests/plivo/test_listing.py::test_open_window_ends_now",
            "tests/plivo/test_listing.py::test_window_up_to_now_is_measured_as_precisely_as_it_is_asked_for",
        ),
    ),
    Row(
        id="list_window_exceeded",
        subject="listing",
        statement="A range of more than 30 days is refused; clamping is a choice.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page gives a maximum window of 30 days and not what happens past it; a shorter answer "
            "than asked for would hide sessions; a clamped one begins 30 days before its end, or before now where "
            "that lies ahead"
        ),
        tests=(
            *wire("list-refused-window"),
            "tests/plivo/test_listing.py::test_window_past_30_days_is_refused",
            "tests/plivo/test_listing.py::test_window_is_clamped_where_the_policy_says_so",
            "tests/plivo/test_listing.py::test_clamped_window_whose_end_lies_ahead_keeps_the_days_before_now",
            "tests/plivo/test_listing.py::test_window_of_30_days_is_the_longest",
        ),
        choices=("refuse", "clamp"),
    ),
    Row(
        id="list_window_length",
        subject="listing",
        statement="A range is as long as the two times that it names lie apart, whatever their seconds go on for.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: who asks from 12:00 to 12:00 of the 30th day after means 30 days; that __lte takes in the "
            "rest of the last minute or second makes the window no longer"
        ),
        tests=(
            "tests/plivo/test_listing.py::test_window_is_as_long_as_the_times_that_are_named_lie_apart",
            "tests/plivo/test_resources.py::test_calls_of_exactly_30_days_are_listed",
        ),
    ),
    Row(
        id="list_window_text",
        subject="listing",
        statement=(
            "A range of more than 30 days answers 400 Invalid parameter. NAME search window should not exceed 30 days."
        ),
        evidence=Evidence.ASSUMED,
        source="reasoning: no page has a text for filters, so this one is built on the stem of the documented ones",
        tests=(*wire("list-refused-window"), "tests/plivo/test_listing.py::test_window_past_30_days_is_refused"),
    ),
    Row(
        id="list_retention",
        subject="listing",
        statement="Lists hold no session created more than 90 days ago.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, introduction: The data covers the last 90 days",
        tests=("tests/plivo/test_listing.py::test_data_is_kept_for_90_days",),
    ),
    Row(
        id="list_single_underscore_filters",
        subject="listing",
        statement="Comparisons with one underscore, such as created_time_lt, count like those with two.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: plivo-java sends all of them so and plivo-node one; the real service may ignore them, yet "
            "their authors mean a filter"
        ),
        tests=(
            *wire("list-java-sdk-single-underscore"),
            "tests/plivo/test_listing.py::test_single_underscore_of_the_java_sdk_is_understood",
            "tests/plivo/test_listing.py::test_single_underscore_is_ignored_where_the_policy_says_so",
        ),
        choices=(True, False),
    ),
    Row(
        id="list_limit",
        subject="listing",
        statement="limit is 1 to 20, 20 by default.",
        evidence=Evidence.DOCUMENTED,
        source="vendor page, introduction: limit",
        tests=(
            *wire("list-newest-first", "list-middle-page"),
            "tests/plivo/test_listing.py::test_limit_is_1_to_20",
            "tests/plivo/test_listing.py::test_list_without_filters_is_the_last_week_20_at_a_time",
        ),
    ),
    Row(
        id="list_limit_out_of_range",
        subject="listing",
        statement="A limit outside 1 to 20 is refused; clamping is a choice.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page gives the range and not what happens outside; other lists of the vendor refuse, "
            "and a wrong limit should be noticed"
        ),
        tests=(
            *wire("list-refused-limit", "list-refused-limit-zero", "list-limit-clamped"),
            "tests/plivo/test_listing.py::test_limit_outside_its_range_is_refused",
            "tests/plivo/test_listing.py::test_limit_is_clamped_where_the_policy_says_so",
        ),
        choices=("refuse", "clamp"),
    ),
    Row(
        id="list_offset",
        subject="listing",
        statement="offset is how many objects to leave out, 0 by default.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor page, list: offset: denotes the number of items; the example of its introduction multiplies "
            "by limit and is wrong for that"
        ),
        tests=(
            *wire("list-middle-page", "list-beyond-the-end"),
            "tests/plivo/test_listing.py::test_offset_counts_sessions_from_0",
        ),
    ),
    Row(
        id="list_offset_text",
        subject="listing",
        statement="A negative offset answers 400 as out of range.",
        evidence=Evidence.ASSUMED,
        source="reasoning: there is nothing before the first object; the text is built on the documented stem",
        tests=(*wire("list-refused-offset"), "tests/plivo/test_listing.py::test_negative_offset_is_refused"),
    ),
    Row(
        id="list_meta",
        subject="listing",
        statement="meta has limit, next, offset, previous and total_count, which counts all that match.",
        evidence=Evidence.OBSERVED,
        source="list fixtures of all SDKs; vendor page, list: response sample",
        tests=wire("list-newest-first", "list-middle-page", "list-beyond-the-end"),
    ),
    Row(
        id="list_links",
        subject="listing",
        statement="next and previous are paths with limit and offset, or null where there is no such page.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: samples of masking lists have only null; the list fixtures of messages, recordings and "
            "calls show such paths"
        ),
        tests=(
            *wire("list-middle-page", "list-newest-first"),
            "tests/plivo/test_listing.py::test_following_next_visits_every_session_once",
            "tests/plivo/test_listing.py::test_first_and_only_page_has_no_links",
            "tests/plivo/test_listing.py::test_previous_page_never_begins_before_the_first_session",
            "tests/plivo/test_http.py::test_following_next_over_the_wire_lists_every_session_once",
        ),
    ),
    Row(
        id="list_paging",
        subject="listing",
        statement=(
            "Lists of calls and recordings are paged by offset, and a cursor is an unknown key. By choice next carries "
            "a cursor and an offset is ignored, or, as a hybrid, an offset that is sent still wins."
        ),
        evidence=Evidence.SDK,
        source=(
            "base.py of plivo-python 4.63.0 reads next in these three modes; which one an account has, and that a page "
            "of a cursor has no previous one, is not said"
        ),
        tests=(
            f"{_PAGING}::test_following_next_shows_each_object_once_in_every_way",
            f"{_PAGING}::test_next_names_the_page_in_the_way_of_the_policy",
            f"{_PAGING}::test_unknown_cursor_is_not_copied_into_next",
            f"{_PAGING}::test_new_objects_shift_no_page_that_a_cursor_names",
            f"{_PAGING}::test_offset_is_ignored_or_wins_over_a_cursor",
            f"{_PAGING}::test_cursors_only_lead_on",
            "tests/sdk/test_python_paging.py::test_sdk_walks_every_page_once",
        ),
        choices=("offset", "cursor", "hybrid"),
    ),
    Row(
        id="list_cursor_text",
        subject="listing",
        statement="A cursor that no list gave answers 400 Invalid parameter. cursor is not one that a list has given.",
        evidence=Evidence.ASSUMED,
        source="reasoning: no page has a text for cursors, so this one is built on the stem of the documented ones",
        tests=(f"{_PAGING}::test_cursor_that_no_list_gave_is_refused",),
    ),
    Row(
        id="list_links_carry_filters",
        subject="listing",
        statement="next and previous repeat the other parameters of the request.",
        evidence=Evidence.ASSUMED,
        source="reasoning: without them the next page would be one of another list",
        tests=(*wire("list-middle-page"), "tests/plivo/test_listing.py::test_links_carry_filters_and_are_paths"),
    ),
    Row(
        id="list_unknown_keys",
        subject="listing",
        statement="Unknown query keys are ignored, and empty values count as not given.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: plivo-node sends created_times for created_time, unknown keys of a body are ignored too, "
            "and an empty value says nothing"
        ),
        tests=(
            *wire("list-unknown-key-ignored"),
            "tests/plivo/test_listing.py::test_unknown_and_misspelt_filters_are_ignored",
            "tests/plivo/test_listing.py::test_empty_filter_is_not_given",
        ),
    ),
    Row(
        id="list_first_value",
        subject="listing",
        statement="Of a key that is given twice the first value counts; where that is empty, the key is not given.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the server is written in Go, as its times show, and its url.Values.Get takes the first, even ''"
        ),
        tests=(
            "tests/plivo/test_listing.py::test_first_of_two_equal_names_counts",
            "tests/plivo/test_listing.py::test_links_lead_to_the_list_that_was_asked_for",
        ),
    ),
    Row(
        id="list_reads_only",
        subject="listing",
        statement="Reading changes nothing.",
        evidence=Evidence.ASSUMED,
        source="reasoning: HTTP says so of GET, and no sample shows otherwise",
        tests=("tests/core/test_engine.py::test_reading_changes_nothing",),
    ),
)
