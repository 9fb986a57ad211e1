"""The delivery of callbacks: how requests are made, signed, repeated and ordered."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from masking_emulator.evidence.captures import CapturedCallback
from masking_emulator.evidence.predicates.base import Testimony, either, shows
from masking_emulator.evidence.predicates.conversations import PATIENCE_S, RECORDING, Heard, conversations_of
from masking_emulator.evidence.predicates.values import fragment_of
from masking_emulator.evidence.predicates.witness import Witness

#: How far apart two attempts may be from what they should be, in seconds.
_TOLERANCE_S: Final = 0.9

_RETRIES_MAX: Final = 5


def _header(callback: CapturedCallback, name: str) -> str | None:
    return next((value for each, value in callback.headers if each.lower() == name), None)


def _url(witness: Witness, event: Heard) -> str:
    """The URL that the event went to, as the session has it."""
    key = "recording_callback_url" if event.name in RECORDING else "callback_url"
    value = conversations_of(witness).settings(event.session, event.when).get(key)
    return value if isinstance(value, str) else ""


def _attempts(witness: Witness) -> Iterator[Sequence[Heard]]:
    """The attempts of each callback, in order."""
    found: dict[tuple[str, str], list[Heard]] = {}
    for event in conversations_of(witness).events:
        found.setdefault((event.session, event.params.get("SequenceNumber", "")), []).append(event)
    return iter(found.values())


@shows("callback_form_and_query")
def _form_and_query(witness: Witness) -> Iterator[Testimony]:
    for event in conversations_of(witness).events:
        kind = _header(event.at, "content-type") or ""
        is_form = kind.startswith("application/x-www-form-urlencoded")
        if event.at.method in ("GET", "POST"):
            yield either(
                event.at, is_form == (event.at.method == "POST"), f"a {event.at.method} has {kind or 'no'} body"
            )


@shows("callback_signed_as_received")
def _signed_as_received(witness: Witness) -> Iterator[Testimony]:
    for event in conversations_of(witness).events:
        verdicts = {name: event.at.signatures.get(name) for name in ("V3", "V2") if name in event.at.signatures}
        if verdicts:
            is_so = set(verdicts.values()) == {"right"}
            yield either(event.at, is_so, f"V3 is {verdicts.get('V3')} and V2 is {verdicts.get('V2')}")


@shows("callback_retries")
def _retries(witness: Witness) -> Iterator[Testimony]:
    last_at = conversations_of(witness).last_at
    for attempts in _attempts(witness):
        options, answered = fragment_of(_url(witness, attempts[0])), attempts[0].at.answered
        if answered is None or answered < 400 or any(each.at.answered != answered for each in attempts):
            continue
        expected = _expected_retries(options, answered)
        seen = len(attempts) - 1
        if expected is not None and (seen > expected or last_at > attempts[-1].when + 2 ** (seen + 1) + PATIENCE_S):
            yield either(attempts[-1].at, seen == expected, f"an answer with {answered} was tried again {seen} times")


def _expected_retries(options: Mapping[str, str], answered: int) -> int | None:
    """How many, by valid options; None where one is malformed."""
    tried, number = options.get("rp", "ct,rt").split(","), options.get("rc", "1")
    if not set(tried) <= {"4xx", "5xx", "ct", "rt", "all"} or number not in map(str, range(_RETRIES_MAX + 1)):
        return None
    return int(number) if {f"{answered // 100}xx", "all"} & set(tried) else 0


@shows("callback_settings_malformed")
def _malformed(witness: Witness) -> Iterator[Testimony]:
    """A number of retries that is out of its range, on an answer that is tried again."""
    last_at = conversations_of(witness).last_at
    for attempts in _attempts(witness):
        options, answered = fragment_of(_url(witness, attempts[0])), attempts[0].at.answered
        if answered is None or answered < 400 or "rc" not in options:
            continue
        rest = {name: value for name, value in options.items() if name != "rc"}
        is_malformed = _expected_retries(options, answered) is None and _expected_retries(rest, answered) == 1
        if is_malformed and (len(attempts) > 2 or last_at > attempts[-1].when + PATIENCE_S):
            yield either(attempts[-1].at, len(attempts) == 2, f"rc={options['rc']} led to {len(attempts) - 1} retries")


@shows("callback_pause")
def _pause(witness: Witness) -> Iterator[Testimony]:
    for attempts in _attempts(witness):
        for number, (before, again) in enumerate(pairwise(attempts)):
            pause = again.when - before.when
            yield either(again.at, abs(pause - 2**number) <= _TOLERANCE_S, f"it came {pause:g} seconds later")


@shows("callback_order")
def _order(witness: Witness) -> Iterator[Testimony]:
    for events in conversations_of(witness).events_of.values():
        for before, event in pairwise(events):
            numbers = [each.params.get("SequenceNumber", "") for each in (before, event)]
            if all(number.isascii() and number.isdigit() for number in numbers):
                is_so = int(numbers[0]) <= int(numbers[1])
                yield either(event.at, is_so, f"the callback {numbers[1]} came after {numbers[0]}")


@shows("callback_redirect")
def _redirect(witness: Witness) -> Iterator[Testimony]:
    last_at = conversations_of(witness).last_at
    for attempts in _attempts(witness):
        answered = attempts[0].at.answered
        if answered is None or not 300 <= answered < 400:
            continue
        if len(attempts) > 1 or last_at > attempts[0].when + PATIENCE_S:
            yield either(attempts[-1].at, len(attempts) == 1, f"it came again, to {attempts[-1].at.path}")


@shows("callback_credentials_in_url")
def _credentials(witness: Witness) -> Iterator[Testimony]:
    for event in conversations_of(witness).events:
        if "://user@" in _url(witness, event):
            authorization = _header(event.at, "authorization") or ""
            is_so = authorization.startswith("Basic ") and _is_right(event.at.signatures)
            yield either(event.at, is_so, f"Authorization is {authorization[:20] or 'not there'}")


def _is_right(signatures: Mapping[str, Any]) -> bool:
    return "wrong" not in signatures.values()


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "callback_timeouts": "When a service stopped waiting for an answer is in no request of it.",
    "callback_broken_answer": "A capture has only answers that were complete.",
    "callback_answer_unused": "Of what the customer's app answers, a capture has the status only.",
    "callback_user_agent": "The emulator says on purpose that it is not the vendor's service.",
    "callback_egress": "It protects the user's machine from the emulator, and says nothing about the service.",
    "media_fetch": "Audio files are fetched from the customer's servers, whose requests are not in a capture.",
}
