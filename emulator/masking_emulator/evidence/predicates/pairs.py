"""Pairs: which sessions a pair of parties has, and whether they are alive."""

from collections.abc import Iterator
from typing import Any, Final

from masking_emulator.evidence.predicates.conversations import Seen, conversations_of
from masking_emulator.evidence.predicates.given import given, whole
from masking_emulator.evidence.predicates.values import JsonObject, digits, seconds_of
from masking_emulator.evidence.predicates.witness import Asked, Witness

#: How far two clocks may be apart, in seconds.
SURE_S: Final = 2

PARTIES: Final = ("first_party", "second_party")


def pair_of(session: JsonObject) -> tuple[str, str]:
    """First and second party of a session, in digits."""
    return digits(session.get("first_party")), digits(session.get("second_party"))


def asked_pair(asked: Asked) -> tuple[str, str]:
    """First and second party that a request names, in digits."""
    return digits(given(asked, "first_party")), digits(given(asked, "second_party"))


def owner_of(asked: Asked) -> Any:
    """Whose session a create makes: the subaccount that it names, or the account in the path."""
    return given(asked, "subaccount") or asked.account


def seen_before(witness: Witness, session: str, asked: Asked) -> Seen | None:
    """The session as an answer showed it last before this request."""
    seen = conversations_of(witness).seen.get(session, ())
    return next((each for each in reversed(seen) if each.at.n < asked.exchange.n), None)


def last_seen(witness: Witness, asked: Asked) -> Iterator[tuple[Seen, Any]]:
    """Every session that a create made before this request, as it was seen last before it, and whose it is."""
    for uuid, every in conversations_of(witness).seen.items():
        made, before = every[0].asked, seen_before(witness, uuid, asked)
        if made.operation == "create_session" and before is not None:
            yield before, owner_of(made)


def states_of(witness: Witness, seen: Seen, asked: Asked) -> tuple[bool, bool]:
    """Whether a session is over for sure when this is asked, and whether it is alive for sure."""
    known = conversations_of(witness)
    expiry, now = seconds_of(seen.session.get("expiry_time")), known.now(asked.at)
    deleted = known.deleted.get(str(seen.session.get("session_uuid")))
    is_over = seen.session.get("status") == "expired" or (deleted is not None and deleted.n < asked.exchange.n)
    if expiry is None or now is None:
        return is_over, False
    is_over = is_over or (now > expiry + SURE_S and not whole(seen.session.get("total_call_count")))
    return is_over, not is_over and now < expiry - SURE_S


def has_passed(before: Seen, asked: Asked) -> bool | None:
    """Whether modified_time went on as the capture did; None where the time of before is not one of a change."""
    earlier, later = (seconds_of(session.get("modified_time")) for session in (before.session, asked.session))
    if before.asked.operation not in ("create_session", "update_session") or earlier is None or later is None:
        return None
    return abs((later - earlier) - (asked.at - before.when)) <= SURE_S
