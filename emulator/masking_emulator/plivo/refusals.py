"""Refusals in Plivo's words: every status and every exact text that is not a success.

Texts with a row of the ledger are in the vendor's own table of errors; the others are built on the same stems, because
the vendor documents none. Every refusal also has a header with the reason in the emulator's own words.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from masking_emulator.core.instants import written
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.sessions import Candidate
from masking_emulator.core.refusals import Reason, Refused
from masking_emulator.plivo.sentences import why_dropped


@dataclass
class ApiError(Exception):
    """An answer that is no success: status, the vendor's text, and our own sentence on why."""

    status: int
    text: str
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


#: Stems of the texts about one parameter.
MISSING: Final = "Mandatory parameter missing. {name} must be present."  # ledger: text_missing
NOT_A_PHONE: Final = "Invalid parameter. {name} is not a valid phone number."  # ledger: text_phone
OUT_OF_RANGE: Final = "Invalid parameter. {name} is outside the allowed range."  # ledger: text_range
NOT_ALLOWED: Final = "Invalid parameter. {name} allowed values are {values}."  # ledger: text_choice, text_flag
NOT_A_SUBACCOUNT: Final = "Invalid parameter. {name} is not a valid subaccount."
NOT_A_URL: Final = "Invalid parameter. {name} should be a valid URL."  # ledger: text_url
TOO_LONG: Final = "Invalid parameter. {name} should be under 1000 characters."  # ledger: text_url_length
NOT_AN_INTEGER: Final = "Invalid parameter. {name} should be an integer."
NOT_A_PIN: Final = "Invalid parameter. {name} should be 4 to 15 digits."
NOT_A_TIME: Final = "Invalid parameter. {name} should be in the format YYYY-MM-DD HH:MM[:ss[.uuuuuu]]."
NOT_A_CURSOR: Final = "Invalid parameter. cursor is not one that a list has given."
NOT_A_STRING: Final = "Invalid parameter. {name} should be a string."
NOT_AN_AUDIO_FILE: Final = "Invalid parameter. {name} should be the URL of an .mp3 or .wav file."
WINDOW_TOO_LONG: Final = "Invalid parameter. {name} search window should not exceed 30 days."

UNAUTHENTICATED: Final = "Authentication credentials were not provided or are invalid."
NOT_FOUND: Final = "not found"
METHOD_NOT_ALLOWED: Final = "Method not allowed."
NOT_JSON_TYPE: Final = "Content-Type must be application/json."
NOT_JSON: Final = "Invalid JSON in the request body."
NOT_AN_OBJECT: Final = "The request body must be a JSON object."
BODY_TOO_LARGE: Final = "Request body too large."
RANGE_BEYOND_END: Final = "Requested range not satisfiable."
WRONG_HOST: Final = "Misdirected request."
URL_TOO_LONG: Final = "Request URL too long."
TOO_MANY_REQUESTS: Final = "Too many requests."
POOL_EXHAUSTED: Final = "Number pool exhausted or not available."  # ledger: pool_exhausted
SERVER_ERROR: Final = "Internal server error."  # ledger: internal_error
UNAVAILABLE: Final = "Service Unavailable."  # of a moment that the vendor does not have; as a fault with this status


def refused_parameter(stem: str, name: str, reason: str = "", **words: str) -> ApiError:
    """A 400 about one parameter."""
    return ApiError(400, stem.format(name=name, **words), reason)


class _Answer(Record):
    """How one reason of the core is answered: status, text, and a sentence made from the refusal's detail."""

    status: int
    text: str
    explain: Callable[[Mapping[str, Any]], str]


def _candidates(detail: Mapping[str, Any]) -> str:
    dropped: tuple[Candidate, ...] = detail["dropped"]
    country = "any country" if detail["calling_code"] is None else f"calling code {detail['calling_code']}"
    if not dropped:
        return f"this owner has no number of {country} in the pool"
    listed = "; ".join(_described(candidate) for candidate in dropped[:5])
    more = len(dropped) - 5 + detail["dropped_unlisted"]
    return f"all numbers of {country} were dropped: {listed}" + (f"; and {more} more" if more > 0 else "")


def _described(candidate: Candidate) -> str:
    until = None if candidate.until is None else written(candidate.until)
    return f"+{candidate.number}: {why_dropped(candidate.why.value, candidate.session, until)}"


def _party_fixed(detail: Mapping[str, Any]) -> str:
    session = detail["session"]
    return f"session {session.uuid} was not created with create_session_with_single_party, so its parties stay"


_ANSWERS: Final[Mapping[Reason, _Answer]] = {
    # The recorded body has no full stop, the table of errors has one: the body wins (ledger: text_full_stop).
    Reason.SESSION_EXPIRED: _Answer(400, "Session already expired", lambda _: "the session has ended"),
    Reason.SESSION_NOT_FOUND: _Answer(404, NOT_FOUND, lambda d: f"this account has no session {d['uuid']}"),
    # ledger: pool_exhausted
    Reason.POOL_EXHAUSTED: _Answer(400, POOL_EXHAUSTED, _candidates),
    Reason.PARTIES_EQUAL: _Answer(
        400,
        "Invalid parameter. first_party and second_party should be different.",
        lambda _: "both parties are the same number",
    ),
    Reason.PARTY_FIXED: _Answer(
        400,
        "Invalid parameter. first_party and second_party can be updated for single party sessions only.",
        _party_fixed,
    ),
    Reason.PARTY_IS_NUMBER: _Answer(
        400,
        "Invalid parameter. {party} is the virtual number of this session.",
        lambda d: f"+{d['party']} masks this session, and a number cannot mask itself",
    ),
    Reason.PARTY_BUSY: _Answer(
        400,
        "Invalid parameter. {party} is already in a session on this virtual number.",
        lambda d: f"session {d['session']} has this party on the same number, so a call could not be told apart",
    ),
    Reason.PAIR_BUSY: _Answer(
        400,
        "A session already exists for first_party and second_party.",
        lambda d: f"session {d['session']} connects these parties",
    ),
    Reason.PINS_EQUAL: _Answer(
        400,
        "Invalid parameter. first_party_pin and second_party_pin should be different.",
        lambda _: "both PINs are the same",
    ),
    Reason.PINS_EXHAUSTED: _Answer(
        400,
        "Invalid parameter. generate_pin_length is outside the allowed range.",
        lambda d: f"every PIN of {d['length']} digits is taken on the number",
    ),
    Reason.SESSIONS_FULL: _Answer(
        400,
        "Too many active sessions.",
        lambda d: f"the emulator's limit of {d['limit']} live sessions a world is reached (limits.sessions_live_max)",
    ),
    Reason.PHONES_FULL: _Answer(
        409, "Too many phones.", lambda d: f"the limit of {d['limit']} phones is reached (limits.phones_max)"
    ),
    Reason.NUMBERS_FULL: _Answer(
        400, "Too many numbers.", lambda d: f"the limit of {d['limit']} numbers is reached (limits.numbers_max)"
    ),
    Reason.NUMBER_KNOWN: _Answer(400, "Number already exists.", lambda d: f"+{d['number']} is in the pool already"),
    Reason.NUMBER_UNKNOWN: _Answer(404, NOT_FOUND, lambda d: f"+{d['number']} is no number of the pool"),
    Reason.NUMBER_SUSPENDED: _Answer(409, "Number already replaced.", lambda d: f"+{d['number']} was replaced before"),
    Reason.CALL_NOT_FOUND: _Answer(404, NOT_FOUND, lambda d: f"there is no call {d['uuid']}"),
    Reason.CALL_ENDED: _Answer(409, "Call already ended.", lambda d: f"the call {d['uuid']} has ended"),
    Reason.CALLS_FULL: _Answer(
        409,
        "Too many calls.",
        lambda d: f"the limit of {d['limit']} running calls is reached (limits.calls_running_max)",
    ),
    Reason.STEP_IMPOSSIBLE: _Answer(
        409, "Not possible now.", lambda d: f"{d['signal'].value}: impossible while the call is {d['phase'].value}"
    ),
    Reason.RECORDING_NOT_FOUND: _Answer(404, NOT_FOUND, lambda d: f"this account has no recording {d['uuid']}"),
    Reason.CALLBACK_NOT_WAITING: _Answer(
        409, "Not possible now.", lambda d: f"the callback {d['callback']} does not wait to be sent"
    ),
}


def answer_to(refused: Refused) -> ApiError:
    """The vendor's answer to a refusal of the core."""
    answer = _ANSWERS[refused.reason]
    return ApiError(answer.status, answer.text.format(**refused.detail), answer.explain(refused.detail))


def sentences() -> Iterable[str]:
    """Every text of the service that we know: of refusals, and of what was done."""
    yield from (text for name, text in globals().items() if name.isupper() and isinstance(text, str))
    yield from (answer.text for answer in _ANSWERS.values())
    yield from ("Session created", "Session updated", "Session expired")
