"""Ledger rows on the delivery of callbacks: how they are sent, retried and ordered, and where they may go."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, callback_cases

_DELIVERY: Final = "tests/shell/test_delivery.py"
_DESTINATION: Final = "tests/plivo/test_destination.py"
_EGRESS: Final = "tests/shell/test_egress.py"
_SIGNED: Final = "tests/shell/test_signed.py"

ROWS: Final[Sequence[Row]] = (
    Row(
        id="callback_form_and_query",
        subject="delivery",
        statement="A POST carries its parameters as a form, a GET in the query behind the URL's own.",
        evidence=Evidence.SDK,
        source="plivo-python, plivo-node, plivo-go: the validators of signatures take a form's parameters and a query",
        tests=(
            *callback_cases("SessionTimeout-by-get", "SessionTimeout-expiry"),
            f"{_DELIVERY}::test_what_arrives_is_what_the_log_shows",
            f"{_SIGNED}::test_query_of_the_url_arrives_as_it_was_configured",
        ),
    ),
    Row(
        id="callback_signed_as_received",
        subject="delivery",
        statement="Signed is the URL as the receiver sees it: host and port of its Host header, / where no path is.",
        evidence=Evidence.SDK,
        source="plivo-python, plivo.utils: validators that take the URL that the receiver puts together again",
        tests=(
            f"{_SIGNED}::test_sdk_finds_the_signatures_right",
            f"{_SIGNED}::test_every_callback_of_a_call_is_signed",
            f"{_DESTINATION}::test_url_is_requested_as_a_receiver_sees_it",
        ),
    ),
    Row(
        id="callback_timeouts",
        subject="delivery",
        statement=(
            "The fragment of a URL sets time-outs in ms: ct for the connection, 100 to 10000, by default 2000; rt for "
            "reading, 100 to 40000, by default 40000; tt for all of it, 100 to 55000, by default 55000."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor's page on retries of voice callbacks; masking is not named on it",
        tests=(
            f"{_DESTINATION}::test_fragment_sets_the_timeouts",
            f"{_DELIVERY}::test_total_time_limits_a_body_that_trickles",
            *callback_cases("SessionTimeout-settings-in-the-fragment"),
        ),
    ),
    Row(
        id="callback_retries",
        subject="delivery",
        statement=(
            "rc in the fragment is the number of retries, 0 to 5, by default 1; rp is what is tried again, of 4xx, "
            "5xx, ct, rt and all, by default ct,rt: so an answer with 500 is not."
        ),
        evidence=Evidence.DOCUMENTED,
        source="vendor's page on retries of voice callbacks; masking is not named on it",
        tests=(
            f"{_DESTINATION}::test_fragment_sets_the_retries",
            f"{_DELIVERY}::test_failed_attempts_are_repeated_as_the_url_says",
        ),
    ),
    Row(
        id="callback_settings_malformed",
        subject="delivery",
        statement="A setting in the fragment that is malformed or out of its range counts as not given.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the pages give ranges and defaults and no refusal, and a session is created without a word "
            "about its fragments; er, the region, has no meaning on one machine"
        ),
        tests=(
            f"{_DESTINATION}::test_fragment_sets_the_timeouts",
            f"{_DESTINATION}::test_fragment_sets_the_retries",
        ),
    ),
    Row(
        id="callback_broken_answer",
        subject="delivery",
        statement="Nothing is tried again once a part of an answer has been read, nor after a broken connection.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor's page on retries of voice callbacks: no retry once part of the response has been read; that a "
            "connection which breaks before is none of ct and rt follows from their names"
        ),
        tests=(
            f"{_DELIVERY}::test_failed_attempts_are_repeated_as_the_url_says",
            f"{_DELIVERY}::test_whatever_a_receiver_does_has_an_outcome",
        ),
    ),
    Row(
        id="callback_pause",
        subject="delivery",
        statement="The first retry follows after 1 second of the world's time, each further one after twice as long.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: no page gives the pause of voice callbacks; messaging's 60, 120 and 240 seconds double too, "
            "and are too long for somebody who listens on the phone"
        ),
        tests=(f"{_DELIVERY}::test_pause_before_a_retry_is_doubled_on_the_clock_of_the_world",),
    ),
    Row(
        id="callback_order",
        subject="delivery",
        statement="Callbacks of a session are sent one after the other; sessions do not wait for each other.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: SequenceNumber lets a receiver put callbacks in order, so the vendor may well send them out of "
            "order; a test wants one order, and the laboratory makes the others"
        ),
        tests=(
            f"{_DELIVERY}::test_callbacks_of_a_session_arrive_in_order",
            f"{_DELIVERY}::test_order_is_kept_while_the_first_callback_is_tried_again",
            f"{_DELIVERY}::test_session_that_hangs_delays_no_other_and_no_answer_of_the_api",
        ),
    ),
    Row(
        id="callback_redirect",
        subject="delivery",
        statement="A redirect is not followed and ends the callback as failed.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a signature holds for one URL, so the server behind a redirect could only find it wrong; no "
            "page says that redirects are followed"
        ),
        tests=(
            f"{_DELIVERY}::test_redirect_is_not_followed",
            f"{_DELIVERY}::test_failed_attempts_are_repeated_as_the_url_says",
        ),
    ),
    Row(
        id="callback_answer_unused",
        subject="delivery",
        statement="Of an answer only the status counts; its body is kept for the log up to a limit.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the events of a session are notifications, and no page gives an answer to them a meaning, "
            "unlike the XML that an answer URL of voice returns"
        ),
        tests=(
            f"{_DELIVERY}::test_answer_is_kept_up_to_a_limit",
            f"{_DELIVERY}::test_whatever_a_receiver_does_has_an_outcome",
        ),
    ),
    Row(
        id="callback_credentials_in_url",
        subject="delivery",
        statement="User and password of a URL are sent as Basic authorization and are not part of what is signed.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: every HTTP client does so, and a receiver that checks a signature does not see them in the "
            "URL; the vendor's pages do not speak of them"
        ),
        tests=(
            f"{_EGRESS}::test_user_and_password_go_into_the_header_that_is_for_them",
            f"{_DESTINATION}::test_user_of_the_url_becomes_basic_authorization",
        ),
    ),
    Row(
        id="callback_user_agent",
        subject="delivery",
        statement="The user agent is the emulator's own, with its version.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the vendor's is not documented and a receiver should not depend on it; a developer sees in "
            "the log who called"
        ),
        tests=(f"{_DELIVERY}::test_what_arrives_is_what_the_log_shows",),
    ),
    Row(
        id="callback_timestamp_format",
        subject="delivery",
        statement="EventTimestamp and the times of a recording are UTC in whole seconds: 2024-02-01 06:58:15.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page says UTC and shows no value; filters of lists take this format, and callbacks of "
            "multi-party calls, whose names were copied, have it"
        ),
        tests=callback_cases("SessionTimeout-expiry", "SessionRecordingCompleted-mp3"),
    ),
    Row(
        id="callback_sequence_number",
        subject="delivery",
        statement="SequenceNumber counts a session's callbacks from 1, those of both URLs together.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page calls it the order of callbacks and its list of meanings is missing from every copy; "
            "one count for both kinds is the only one that puts all of them in order"
        ),
        tests=callback_cases("SessionFirstPartyAnswer-first-party-calls", "SessionRecordingCompleted-mp3"),
    ),
    Row(
        id="callback_amount_format",
        subject="delivery",
        statement="Amount is a decimal number with five places; a leg's is its own price, the call's that of both.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page says string and total for the call; five places are what the amounts of a session's "
            "interactions show"
        ),
        tests=callback_cases("SessionFirstPartyHangup-callee-hangs-up", "SessionPartiesHangup-caller-hangs-up"),
    ),
    Row(
        id="callback_from_and_to",
        subject="delivery",
        statement=(
            "From is the real number that called and To the one that is called; where the service calls the first "
            "party, that leg goes from the virtual number to it."
        ),
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor page, event attributes: From, To; that a leg of the service's own comes from the virtual number "
            "is inferred"
        ),
        tests=callback_cases(
            "SessionFirstPartyAnswer-first-party-calls",
            "SessionFirstPartyAnswer-second-party-calls",
            "SessionFirstPartyAnswer-service-calls",
        ),
    ),
    Row(
        id="recording_callback_attributes",
        subject="delivery",
        statement=(
            "What is not known is left out: SessionRecordingInitiated has no end, no duration and neither URL, and "
            "SessionRecordingFailed no recording at all but the format."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the page lists the attributes for all three events together; an empty value would say that "
            "there is none, and a receiver has to live without it anyway"
        ),
        tests=callback_cases(
            "SessionRecordingInitiated-mp3", "SessionRecordingFailed-mp3", "SessionRecordingCompleted-mp3"
        ),
    ),
    Row(
        id="callback_egress",
        subject="delivery",
        statement="Callbacks go to loopback and private addresses only, unless the world file says otherwise.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the vendor sends to every public URL, an emulator must not: a test that was given production's "
            "URL would tell production of calls that never were"
        ),
        tests=(
            f"{_EGRESS}::test_host_is_judged_by_what_it_is",
            f"{_EGRESS}::test_blocked_callbacks_are_visible_and_stop_nothing",
            f"{_EGRESS}::test_world_file_lifts_the_rule",
        ),
    ),
    Row(
        id="media_fetch",
        subject="delivery",
        statement="The audio file of a message is fetched once while it plays; whatever comes of it, the call goes on.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a wrong URL is found in the journal and not by a silent call; no page tells what a caller "
            "hears instead, or that the call would end"
        ),
        tests=(
            f"{_EGRESS}::test_media_file_is_looked_at_and_the_call_goes_on",
            f"{_EGRESS}::test_media_file_is_under_the_same_rule",
        ),
    ),
)
