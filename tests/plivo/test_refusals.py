"""Every reason of the core has an answer in the vendor's words."""

from typing import Any, Final

import pytest
from masking_emulator.core.records.calls import CallSignal, Phase
from masking_emulator.core.records.sessions import Candidate, DropReason
from masking_emulator.core.refusals import Reason, Refused
from masking_emulator.plivo import refusals
from masking_emulator.plivo.refusals import ApiError, answer_to, refused_parameter

from tests.plivo.test_render import _session

_COOLING: Final = Candidate("14155550101", DropReason.COOLING, session="other-uuid", until=1_000_000)

#: What the core says with each reason.
_DETAIL: Final[dict[Reason, dict[str, Any]]] = {
    Reason.SESSION_NOT_FOUND: {"uuid": "some-uuid"},
    Reason.SESSION_EXPIRED: {},
    Reason.POOL_EXHAUSTED: {"calling_code": 1, "dropped": (_COOLING,), "dropped_unlisted": 0},
    Reason.PARTIES_EQUAL: {},
    Reason.PARTY_FIXED: {"session": _session()},
    Reason.PARTY_IS_NUMBER: {"party": "919003459051"},
    Reason.PARTY_BUSY: {"party": "919003459051", "session": "other-uuid"},
    Reason.PAIR_BUSY: {"session": "other-uuid"},
    Reason.PINS_EQUAL: {},
    Reason.PINS_EXHAUSTED: {"length": 4},
    Reason.SESSIONS_FULL: {"limit": 5},
    Reason.NUMBERS_FULL: {"limit": 5},
    Reason.PHONES_FULL: {"limit": 5},
    Reason.NUMBER_KNOWN: {"number": "14155550100"},
    Reason.NUMBER_UNKNOWN: {"number": "14155550100"},
    Reason.NUMBER_SUSPENDED: {"number": "14155550100"},
    Reason.CALL_NOT_FOUND: {"uuid": "some-uuid"},
    Reason.CALL_ENDED: {"uuid": "some-uuid"},
    Reason.CALLS_FULL: {"limit": 5},
    Reason.STEP_IMPOSSIBLE: {"signal": CallSignal.ANSWERED, "phase": Phase.BRIDGED},
    Reason.RECORDING_NOT_FOUND: {"uuid": "some-uuid"},
    Reason.CALLBACK_NOT_WAITING: {"callback": 7},
}


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_every_reason_is_answered(reason: Reason) -> None:
    """A reason without words would be a 500."""
    answer = answer_to(Refused(reason, **_DETAIL[reason]))

    assert answer.status in (400, 404, 409)
    assert answer.text
    assert answer.reason
    assert "{" not in answer.text + answer.reason


@pytest.mark.parametrize(
    ("reason", "status", "text"),
    [
        (Reason.SESSION_EXPIRED, 400, "Session already expired"),
        (Reason.POOL_EXHAUSTED, 400, "Number pool exhausted or not available."),
        (Reason.SESSION_NOT_FOUND, 404, "not found"),
    ],
)
def test_documented_answers_are_to_the_letter(reason: Reason, status: int, text: str) -> None:
    """Only the recorded body has no full stop (ledger: text_full_stop, unknown_session_text)."""
    answer = answer_to(Refused(reason, **_DETAIL[reason]))

    assert (status, text) == (answer.status, answer.text)


@pytest.mark.parametrize(
    ("stem", "words", "text"),
    [
        (refusals.MISSING, {}, "Mandatory parameter missing. x must be present."),
        (refusals.NOT_A_PHONE, {}, "Invalid parameter. x is not a valid phone number."),
        (refusals.OUT_OF_RANGE, {}, "Invalid parameter. x is outside the allowed range."),
        (refusals.NOT_ALLOWED, {"values": "a or b"}, "Invalid parameter. x allowed values are a or b."),
        (refusals.NOT_A_URL, {}, "Invalid parameter. x should be a valid URL."),
        (refusals.TOO_LONG, {}, "Invalid parameter. x should be under 1000 characters."),
    ],
)
def test_documented_stems_are_to_the_letter(stem: str, words: dict[str, str], text: str) -> None:
    """As in the table of errors of the beta page (ledger: text_missing, text_phone, text_range, text_choice)."""
    assert ApiError(400, text) == refused_parameter(stem, "x", **words)


def test_exhausted_pool_names_what_stood_in_the_way() -> None:
    """Our own header tells what the vendor's text does not: number, reason, session, until when."""
    answer = answer_to(Refused(Reason.POOL_EXHAUSTED, **_DETAIL[Reason.POOL_EXHAUSTED]))

    assert answer.reason == (
        "all numbers of calling code 1 were dropped: +14155550101: cooling off after a session of another pair"
        " (session other-uuid) until 1970-01-01T00:00:01Z"
    )


def test_pool_without_a_candidate_says_so() -> None:
    """With geomatch off the country is no matter."""
    answer = answer_to(Refused(Reason.POOL_EXHAUSTED, calling_code=None, dropped=(), dropped_unlisted=0))

    assert answer.reason == "this owner has no number of any country in the pool"


def test_long_list_of_candidates_is_cut_to_five() -> None:
    """A header has a limit; the rest is counted."""
    detail = {"calling_code": 1, "dropped": (_COOLING,) * 7, "dropped_unlisted": 2}
    answer = answer_to(Refused(Reason.POOL_EXHAUSTED, **detail))

    assert answer.reason.count("+14155550101") == 5
    assert answer.reason.endswith("; and 4 more")
