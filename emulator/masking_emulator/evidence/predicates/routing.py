"""Routing: who is connected with whom when a virtual number is called, and what a PIN opens.

What a caller types is in no request and in no callback; only whether it was right is. Legs are found by their records,
because calls that nobody takes have no callbacks.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from masking_emulator.evidence.predicates.base import Testimony, disagrees, either, shows
from masking_emulator.evidence.predicates.conversations import (
    ANSWERS,
    PIN,
    RING,
    Conversation,
    Conversations,
    Heard,
    LegRecord,
    Seen,
    conversations_of,
)
from masking_emulator.evidence.predicates.values import digits, flag, integer, seconds_of
from masking_emulator.evidence.predicates.witness import Witness

_STATUS: Final = "PinAuthenticationStatus"


def _has_pin(session: Seen) -> bool:
    return flag(session.session.get("is_pin_authentication_required")) is True


def _live_on(known: Conversations, number: str, second: int) -> Sequence[Seen] | None:
    """The sessions that live on a number at an instant, as they were shown last; None where that is not sure."""
    found = []
    for session, every in known.seen.items():
        created, then = seconds_of(every[0].session.get("created_time")), every[-1]
        numbers = {digits(seen.session.get("virtual_number")) for seen in every}
        if number not in numbers:
            continue
        expiry = seconds_of(then.session.get("expiry_time"))
        if created is None or expiry is None or len(numbers) > 1:
            return None
        deleted = known.deleted.get(session)
        if deleted is not None and then.when < deleted.at:
            expiry = int(min(expiry, known.now(deleted.at) or expiry))
        if min(abs(second - created), abs(second - expiry)) < 1 and second != created:
            return None
        if created <= second < expiry:
            found.append(then)
    return found


def _inbound(known: Conversations) -> Iterator[tuple[LegRecord, Sequence[Seen]]]:
    """The legs of callers, with the sessions that lived on the number when they called."""
    for leg in known.legs.values():
        if leg.inbound and leg.person and leg.number and leg.began is not None:
            live = _live_on(known, leg.number, leg.began)
            if live is not None:
                yield leg, live


def _parties(session: Seen) -> tuple[str, str]:
    return digits(session.session.get("first_party")), digits(session.session.get("second_party"))


def _is_single(session: Seen) -> bool:
    first, second = _parties(session)
    return bool(first) != bool(second)


def _is_strange(leg: LegRecord, live: Sequence[Seen]) -> bool:
    """Whether the caller is no party of them, and none is open to every caller."""
    return bool(live) and not any(leg.person in _parties(each) or _is_single(each) for each in live)


def _to_the_other(witness: Witness, role: int) -> Iterator[Testimony]:
    """Whom a party of a session reaches, by records and by callbacks. A forced PIN could be that of the other party."""
    known = conversations_of(witness)
    for leg, live in _inbound(known):
        for session in live:
            parties, child = _parties(session), known.children.get(leg.uuid)
            if leg.person == parties[role] and parties[1 - role] and child is not None:
                yield either(leg.at, child.person == parties[1 - role], f"{child.person} is called")
    for conversation in known.all:
        parties = known.parties(conversation.session, conversation.events[0].when)
        onward = conversation.first(RING, *ANSWERS)
        if onward is not None and conversation.caller == parties[role] and parties[1 - role] and onward.number("To"):
            yield either(onward.at, onward.number("To") == parties[1 - role], f"{onward.number('To')} is called")


@shows("route_first_party")
def _first_party(witness: Witness) -> Iterator[Testimony]:
    return _to_the_other(witness, 0)


@shows("route_second_party")
def _second_party(witness: Witness) -> Iterator[Testimony]:
    return _to_the_other(witness, 1)


@shows("route_unknown_refused")
def _unknown_refused(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for leg, live in _inbound(known):
        if _is_strange(leg, live) and not any(
            _has_pin(each) or each.session.get("unknown_caller_play") for each in live
        ):
            yield either(leg.at, leg.uuid not in known.children and leg.answered is None, "the call was taken")


@shows("route_unknown_play")
def _unknown_play(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for leg, live in _inbound(known):
        plays = [each for each in live if each.session.get("unknown_caller_play")]
        if _is_strange(leg, live) and plays and not any(map(_has_pin, live)):
            is_so = leg.uuid not in known.children and leg.answered is not None
            yield either(leg.at, is_so, "it was not answered, or somebody was called for it")


@shows("route_no_session")
def _no_session(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    numbers = {digits(seen.session.get("virtual_number")) for every in known.seen.values() for seen in every}
    for leg, live in _inbound(known):
        if not live and leg.number in numbers:
            is_so = leg.uuid not in known.children and leg.uuid not in known.session_of_leg
            yield either(leg.at, is_so, "somebody was called for it")


def _pins(witness: Witness) -> Iterator[tuple[Conversations, Conversation, Heard]]:
    """Conversations that begin with a verdict on a PIN, and that verdict."""
    known = conversations_of(witness)
    for conversation in known.all:
        pin = conversation.first(PIN)
        if pin is not None:
            yield known, conversation, pin


def _role_of_caller(conversation: Conversation) -> int | None:
    """As which party the caller answers first: 0 or 1; None where nobody does."""
    answer = conversation.first(*ANSWERS)
    return None if answer is None else ANSWERS.index(answer.name)


@shows("route_pin")
def _pin(witness: Witness) -> Iterator[Testimony]:
    for known, conversation, pin in _pins(witness):
        parties, role = known.parties(conversation.session, pin.when), _role_of_caller(conversation)
        onward = conversation.first(RING, "SessionFirstPartyAnswer", "SessionSecondPartyAnswer")
        is_strange = pin.number("From") not in parties and all(parties)
        if pin.params.get(_STATUS) == "success" and is_strange and role is not None and onward is not None:
            reached = conversation.events[-1].number("To")
            yield either(pin.at, reached == parties[1 - role], f"{reached} is called for party {role + 1}")


@shows("route_registered_without_pin")
def _registered(witness: Witness) -> Iterator[Testimony]:
    for known, conversation, pin in _pins(witness):
        settings = known.settings(conversation.session, pin.when)
        forced = flag(settings.get("force_pin_authentication"))
        if forced is False and pin.number("From") in known.parties(conversation.session, pin.when):
            status = pin.params.get(_STATUS)
            yield either(pin.at, status == "AuthorizedCaller", f"a party has {status}")


@shows("route_forced_pin")
def _forced(witness: Witness) -> Iterator[Testimony]:
    for known, conversation, pin in _pins(witness):
        settings = known.settings(conversation.session, pin.when)
        is_party = pin.number("From") in known.parties(conversation.session, pin.when)
        if flag(settings.get("force_pin_authentication")) and is_party:
            status = pin.params.get(_STATUS)
            yield either(pin.at, status in ("success", "failed"), f"a party has {status}")


def _with_pins(known: Conversations, pin: Heard) -> Sequence[Seen]:
    """The sessions with PIN on the number at the instant of a verdict; none where that is not sure."""
    live = [] if pin.second is None else _live_on(known, pin.number("VirtualNumber"), pin.second) or []
    return [each for each in live if _has_pin(each)]


@shows("route_pin_among_sessions")
def _among(witness: Witness) -> Iterator[Testimony]:
    """Where several sessions of a number have PINs, the one that took the call is among them."""
    for known, conversation, pin in _pins(witness):
        live = _with_pins(known, pin)
        if pin.params.get(_STATUS) == "success" and len(live) > 1:
            is_so = any(each.session.get("session_uuid") == conversation.session for each in live)
            yield either(pin.at, is_so, f"{conversation.session} is none of those with PIN on the number")


@shows("route_pin_collision")
def _collision(witness: Witness) -> Iterator[Testimony]:
    """Several sessions of a number have the PIN that let the caller in: that of the party as which they answer."""
    for known, conversation, pin in _pins(witness):
        role = _role_of_caller(conversation)
        settings = known.settings(conversation.session, pin.when)
        if pin.params.get(_STATUS) != "success" or role is None:
            continue
        used = settings.get(("first_party_pin", "second_party_pin")[role])
        same = [
            each
            for each in _with_pins(known, pin)
            if used in (each.session.get("first_party_pin"), each.session.get("second_party_pin"))
        ]
        ages = {str(each.session.get("session_uuid")): seconds_of(each.session.get("created_time")) for each in same}
        if used and len(ages) > 1 and None not in ages.values() and len(set(ages.values())) == len(ages):
            newest = max(ages, key=lambda session: ages[session] or 0)
            yield either(pin.at, newest == conversation.session, f"{conversation.session} has it, newer is {newest}")


def _single(witness: Witness) -> Iterator[tuple[Conversations, Conversation, str, Heard]]:
    """The calls of single-party sessions: the party, and the event that says who was called."""
    known = conversations_of(witness)
    for conversation in known.all:
        first, second = known.parties(conversation.session, conversation.events[0].when)
        onward = next((event for event in conversation.events if event.name != PIN and event.number("To")), None)
        if bool(first) != bool(second) and onward is not None:
            yield known, conversation, first or second, onward


@shows("route_single_party")
def _single_party(witness: Witness) -> Iterator[Testimony]:
    for _, conversation, party, onward in _single(witness):
        if conversation.caller != party and conversation.first(PIN) is None and not conversation.is_placed:
            yield either(onward.at, onward.number("To") == party, f"{onward.number('To')} is called")


@shows("route_single_party_pin")
def _single_party_pin(witness: Witness) -> Iterator[Testimony]:
    for _, conversation, party, onward in _single(witness):
        pin = conversation.first(PIN)
        if pin is not None and pin.params.get(_STATUS) == "success" and conversation.caller != party:
            yield either(onward.at, onward.number("To") == party, f"{onward.number('To')} is called")


@shows("route_last_interaction")
def _last_interaction(witness: Witness) -> Iterator[Testimony]:
    last: dict[str, str] = {}
    for _, conversation, party, onward in _single(witness):
        called = onward.number("To")
        if conversation.caller == party and conversation.session in last:
            expected = last[conversation.session]
            yield either(onward.at, called == expected, f"{called} is called, {expected} was the last")
        last[conversation.session] = called if conversation.caller == party else conversation.caller


@shows("route_no_last_interaction")
def _no_last_interaction(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for leg, live in _inbound(known):
        theirs = [each for each in live if leg.person in _parties(each)]
        if len(theirs) != 1 or not _is_single(theirs[0]) or _has_pin(theirs[0]):
            continue
        earlier = [
            other
            for other in known.legs.values()
            if other.number == leg.number and other.uuid != leg.uuid and (other.began or 0) <= (leg.began or 0)
        ]
        others = [other for other in earlier if other.inbound and other.person != leg.person]
        if not others:
            yield either(leg.at, leg.uuid not in known.children, "somebody was called for it")


def _dialogues(witness: Witness) -> Iterator[Sequence[Heard]]:
    """The verdicts of one call on what was typed, in order; they may be reported to several sessions."""
    open_: dict[tuple[str, str], list[Heard]] = {}
    for event in conversations_of(witness).events:
        status = event.params.get(_STATUS)
        if event.name != PIN or status not in ("failed", "success"):
            continue
        who = (event.number("From"), event.number("VirtualNumber"))
        if event.params.get("PinRetryCounter") == "0" and who in open_:
            yield open_.pop(who)
        open_.setdefault(who, []).append(event)
        if status == "success":
            yield open_.pop(who)
    yield from open_.values()


@shows("pin_attempts")
def _attempts(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for dialogue in _dialogues(witness):
        limit = integer(known.settings(dialogue[-1].session, dialogue[-1].when).get("pin_retry"))
        count = len(dialogue)
        if limit is not None and count > limit + 1:
            yield disagrees(dialogue[-1].at, f"{count} attempts with pin_retry {limit}")
        elif limit is not None and dialogue[-1].params.get(_STATUS) == "failed":
            # The caller may have hung up, but not before the wait for another attempt was over.
            yield either(dialogue[-1].at, count == limit + 1, f"{count} attempts with pin_retry {limit}")


@shows("pin_dialogue")
def _dialogue(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for dialogue in _dialogues(witness):
        for before, event in pairwise(dialogue):
            wait = integer(known.settings(before.session, before.when).get("pin_retry_wait"))
            if wait is not None and before.second is not None and event.second is not None:
                apart = event.second - before.second
                yield either(event.at, apart >= wait, f"the next attempt was {apart} seconds later, the wait is {wait}")


@shows("pin_authorized")
def _authorized(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for conversation in known.all:
        begin = conversation.events[0]
        settings, pin = known.settings(conversation.session, begin.when), conversation.first(PIN)
        has_pin = flag(settings.get("is_pin_authentication_required"))
        is_party = conversation.caller in known.parties(conversation.session, begin.when)
        if has_pin is None or not is_party or flag(settings.get("force_pin_authentication")):
            continue
        seen = None if pin is None else pin.params.get(_STATUS)
        yield either(begin.at, seen == ("AuthorizedCaller" if has_pin else None), f"a party has {seen}")


@shows("pin_dialogue_is_no_call")
def _no_call(witness: Witness) -> Iterator[Testimony]:
    """A dialogue without a right PIN: neither a leg of the caller nor an interaction comes of it."""
    known = conversations_of(witness)
    for dialogue in _dialogues(witness):
        last = dialogue[-1]
        if last.params.get(_STATUS) != "failed" or last.second is None:
            continue
        first = dialogue[0].second or last.second
        reported = [
            event
            for event in known.events
            if event.name != PIN
            and event.number("From") == last.number("From")
            and event.number("VirtualNumber") == last.number("VirtualNumber")
            and event.second is not None
            and first <= event.second <= last.second
        ]
        yield either(last.at, not reported, f"{reported[0].name} came" if reported else "")


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "route_forced_own_pin": "What a caller types is in no callback, so nobody can say whose PIN it was.",
    "route_pin_whole": "What a caller types is in no request and in no callback, only whether it was right.",
    "pin_no_input": "What a caller types is in no request and in no callback, nor whether anything was typed.",
}
