"""Callbacks in their turn: which come, in which order, for whom and where to."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from masking_emulator.evidence.predicates.base import Testimony, agrees, disagrees, either, shows
from masking_emulator.evidence.predicates.conversations import (
    ANSWERS,
    HANGUPS,
    OVER,
    PATIENCE_S,
    PIN,
    RECORDING,
    RING,
    TIMEOUT,
    Conversation,
    Conversations,
    conversations_of,
)
from masking_emulator.evidence.predicates.values import digits, flag, path_of, seconds_of
from masking_emulator.evidence.predicates.witness import Witness

#: Heard → its place among those of its call. Events of one place come in either order.
_PLACES: Final[Mapping[str, int]] = {
    PIN: 0,
    **dict.fromkeys(ANSWERS, 1),
    RING: 1,
    "SessionRecordingInitiated": 2,
    "SessionRecordingFailed": 2,
    **dict.fromkeys(HANGUPS, 3),
    "SessionRecordingCompleted": 4,
    OVER: 5,
}


def _calls(witness: Witness) -> Iterator[tuple[Conversations, Conversation]]:
    known = conversations_of(witness)
    return ((known, conversation) for conversation in known.all)


@shows("event_parties")
def _parties(witness: Witness) -> Iterator[Testimony]:
    """Roles and positions differ only where the second party calls."""
    for known, conversation in _calls(witness):
        answer = conversation.first(*ANSWERS)
        first, second = known.parties(conversation.session, conversation.events[0].when)
        if answer is None or not first or not second or conversation.caller != second:
            continue
        if conversation.every(*ANSWERS)[0] is answer:
            is_so = answer.name == "SessionSecondPartyAnswer"
            yield either(answer.at, is_so, "the caller is called first party, as with event_parties = positions")


@shows("parties_hangup_event")
def _over(witness: Witness) -> Iterator[Testimony]:
    for known, conversation in _calls(witness):
        hangups, over = conversation.every(*HANGUPS), conversation.first(OVER)
        if len(hangups) != 2:
            continue
        if over is not None:
            is_last = conversation.events[-1] is over
            yield either(over.at, is_last, "it came before a hangup of a leg")
        elif known.last_at > hangups[-1].when + PATIENCE_S:
            yield disagrees(hangups[-1].at, "none came, as with parties_hangup_event = false")


@shows("timeout_event_after_delete")
def _after_delete(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for session, deleted in known.deleted.items():
        before = known.before(session, deleted.at)
        if before is None or before.session.get("status") == "expired" or not before.session.get("callback_url"):
            continue
        if any(event.name == TIMEOUT for event in known.events_of.get(session, ())):
            yield agrees(deleted)
        elif known.are_captured(session, deleted.at) and known.last_at > deleted.at + PATIENCE_S:
            yield disagrees(deleted, "none came, as with timeout_event_after_delete = false")


@shows("pin_event_each_attempt")
def _each_attempt(witness: Witness) -> Iterator[Testimony]:
    """Attempts may be reported to several sessions of a number, so they are counted by caller and number."""
    counts: dict[tuple[str, str], int] = {}
    for event in conversations_of(witness).events:
        if event.name != PIN or event.params.get("PinAuthenticationStatus") == "AuthorizedCaller":
            continue
        who = (event.number("From"), event.number("VirtualNumber"))
        counter = event.params.get("PinRetryCounter", "")
        if not (counter.isascii() and counter.isdigit() and len(counter) < 4):
            continue
        if int(counter) == 0:
            counts[who] = 0
        before = counts.get(who, 0)
        failed = event.params.get("PinAuthenticationStatus") == "failed"
        if failed or before or int(counter):
            why = f"{before} failed attempts were reported before, as with pin_event_each_attempt = false"
            yield either(event.at, int(counter) == before, why)
        counts[who] = before + 1 if failed else 0


@shows("event_order")
def _order(witness: Witness) -> Iterator[Testimony]:
    for _, conversation in _calls(witness):
        events = [event for event in conversation.events if event.name in _PLACES]
        for before, event in pairwise(events):
            in_place = _PLACES[before.name] <= _PLACES[event.name]
            in_time = before.second is None or event.second is None or before.second <= event.second
            yield either(event.at, in_place and in_time, f"{event.name} came after {before.name}")


@shows("event_first_party_ring")
def _no_ring(witness: Witness) -> Iterator[Testimony]:
    for event in conversations_of(witness).events:
        if event.name.startswith("SessionFirstParty"):
            yield either(event.at, "Ring" not in event.name, f"there is an event {event.name}")


@shows("event_second_leg_failed")
def _failed_first(witness: Witness) -> Iterator[Testimony]:
    for _, conversation in _calls(witness):
        answers, hangups = conversation.every(*ANSWERS), conversation.every(*HANGUPS)
        if len(answers) != 1 or len(hangups) != 2 or hangups[0].params.get("PlivoHangupCauseCode") == "1000":
            continue
        called = next(name for name in HANGUPS if not name.startswith(answers[0].name.removesuffix("Answer")))
        if conversation.first(called) is hangups[0] or hangups[1].params.get("PlivoHangupCauseCode") != "1000":
            yield either(hangups[0].at, hangups[0].name == called, f"{hangups[0].name} came first")


@shows("event_pin_first")
def _pin_first(witness: Witness) -> Iterator[Testimony]:
    for _, conversation in _calls(witness):
        pin = conversation.first(PIN)
        if pin is not None and len(conversation.events) > 1:
            yield either(pin.at, conversation.events[0] is pin, f"{conversation.events[0].name} came before it")


@shows("event_single_party_caller")
def _missing_party(witness: Witness) -> Iterator[Testimony]:
    for known, conversation in _calls(witness):
        first, second = known.parties(conversation.session, conversation.events[0].when)
        answer = conversation.first(*ANSWERS)
        if answer is None or bool(first) == bool(second) or conversation.caller in ("", first or second):
            continue
        if not conversation.is_placed:
            expected = ANSWERS[1] if first else ANSWERS[0]
            yield either(answer.at, answer.name == expected, f"its answer is {answer.name}")


@shows("event_from_to")
def _from_to(witness: Witness) -> Iterator[Testimony]:
    for _, conversation in _calls(witness):
        if conversation.is_placed:
            continue
        people = {(event.number("From"), event.number("To")) for event in conversation.events if event.name != PIN}
        for event in conversation.events:
            if event.name == PIN or not event.number("From"):
                continue
            masked = event.number("VirtualNumber") in (event.number("From"), event.number("To"))
            is_so = not masked and len(people - {(event.number("From"), "")}) <= 1
            yield either(event.at, is_so, f"From is {event.number('From')} and To is {event.number('To')}")


@shows("callback_from_and_to")
def _placed_from_to(witness: Witness) -> Iterator[Testimony]:
    for known, conversation in _calls(witness):
        answer = conversation.first("SessionFirstPartyAnswer")
        first, second = known.parties(conversation.session, conversation.events[0].when)
        settings = known.settings(conversation.session, conversation.events[0].when)
        if answer is None or not flag(settings.get("initiate_call_to_first_party")) or not second:
            continue
        if conversation.events[0] is answer and answer.number("From") != second:
            ring = conversation.first(RING)
            onward = ring is None or (ring.number("From"), ring.number("To")) == (first, second)
            if ring is not None and conversation.caller == first:
                continue  # the first party called by itself
            is_so = (answer.number("From"), answer.number("To")) == (answer.number("VirtualNumber"), first)
            yield either(answer.at, is_so and onward, f"From is {answer.number('From')}, To {answer.number('To')}")


@shows("event_virtual_number")
def _virtual_number(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for session, events in known.events_of.items():
        shown = {digits(seen.session.get("virtual_number")) for seen in known.seen.get(session, ())}
        shown |= {event.number("VirtualNumber") for event in events if event.name == "SessionVirtualNumberReplaced"}
        for event in events if known.seen.get(session) else ():
            number = event.number("VirtualNumber")
            yield either(event.at, number in shown, f"VirtualNumber is {number}, the session's {', '.join(shown)}")


@shows("event_sequence")
def _sequence(witness: Witness) -> Iterator[Testimony]:
    return _numbered(witness, both=False)


@shows("callback_sequence_number")
def _sequence_of_both(witness: Witness) -> Iterator[Testimony]:
    return _numbered(witness, both=True)


def _numbered(witness: Witness, *, both: bool) -> Iterator[Testimony]:
    for events in conversations_of(witness).events_of.values():
        kinds = {event.name in RECORDING for event in events}
        if len(events) < 2 or (both and len(kinds) < 2):
            continue
        known: dict[tuple[tuple[str, str], ...], None] = {}
        for event in events:
            if tuple(event.at.params) in known:
                continue  # sent again
            known[tuple(event.at.params)] = None
            number = event.params.get("SequenceNumber", "nothing")
            yield either(event.at, number == str(len(known)), f"the callback {len(known)} has the number {number}")


@shows("event_expiry")
def _expiry(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for event in known.events:
        expiry = seconds_of(known.settings(event.session, event.when).get("expiry_time"))
        deleted = known.deleted.get(event.session)
        is_deleted = deleted is not None and deleted.at <= event.when
        if event.name == TIMEOUT and not is_deleted and expiry is not None and event.second is not None:
            late = event.second - expiry
            yield either(event.at, -1 <= late <= 2, f"it happened {late} seconds after expiry_time")


@shows("event_recording")
def _recording(witness: Witness) -> Iterator[Testimony]:
    for _, conversation in _calls(witness):
        answers = conversation.every(*ANSWERS)
        begun = conversation.first("SessionRecordingInitiated", "SessionRecordingFailed")
        if begun is not None and len(answers) == 2:
            yield either(begun.at, begun.second == answers[1].second, "it was not at the answer of the second leg")
        completed, hangups = conversation.first("SessionRecordingCompleted"), conversation.every(*HANGUPS)
        if completed is not None and len(hangups) == 2:
            behind = conversation.events.index(completed) > conversation.events.index(hangups[1])
            yield either(completed.at, behind, "it came before a hangup")


@shows("event_urls")
def _urls(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for event in known.events:
        prefix = "recording_callback" if event.name in RECORDING else "callback"
        settings = known.settings(event.session, event.when)
        url, method = settings.get(f"{prefix}_url"), settings.get(f"{prefix}_method")
        if isinstance(url, str) and url:
            is_so = event.at.path == (path_of(url) or "/") and event.at.method == method
            yield either(event.at, is_so, f"{event.name} came by {event.at.method} to {event.at.path}")


@shows("event_without_url")
def _without_url(witness: Witness) -> Iterator[Testimony]:
    """A session has never had a URL where no answer shows one; a call without callbacks is in its interactions."""
    known = conversations_of(witness)
    if not known.events:
        return
    for session, every in known.seen.items():
        for key, recording in (("callback_url", False), ("recording_callback_url", True)):
            if any(seen.session.get(key) != "" for seen in every):
                continue
            unwanted = [event for event in known.events_of.get(session, ()) if (event.name in RECORDING) == recording]
            if unwanted:
                yield disagrees(unwanted[0].at, f"{unwanted[0].name} came though {key} is empty")
            elif every[-1].session.get("interaction") and (not recording or every[-1].session.get("record") is True):
                yield agrees(every[-1].at)


@shows("event_url_of_the_moment")
def _url_of_the_moment(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for event in known.events:
        if event.name in RECORDING:
            continue
        seen = [each for each in known.seen.get(event.session, ()) if each.when <= event.when]
        urls = [path_of(each.session.get("callback_url")) for each in seen]
        if urls and urls[-1] and set(urls) != {urls[-1]}:
            yield either(event.at, event.at.path == urls[-1], f"it came to {event.at.path}, not to {urls[-1]}")


@shows("event_unknown_caller")
def _unknown_caller(witness: Witness) -> Iterator[Testimony]:
    """An unanswered or short leg of somebody who is no party, and for whom nobody was called."""
    known = conversations_of(witness)
    if not known.events:
        return
    for leg in known.legs.values():
        if not leg.inbound or leg.uuid in known.children or leg.began is None or leg.ended is None:
            continue
        parties = {
            digits(each.session.get(role))
            for every in known.seen.values()
            for each in every
            for role in ("first_party", "second_party")
            if digits(each.session.get("virtual_number")) == leg.number
        }
        if not parties or leg.person in parties or not leg.person:
            continue
        reported = [
            event
            for event in known.events
            if event.name != PIN
            and event.number("From") == leg.person
            and event.number("VirtualNumber") == leg.number
            and event.second is not None
            and leg.began - 1 <= event.second <= leg.ended + 1
        ]
        why = "" if not reported else f"{reported[0].name} came for it"
        yield either(reported[0].at if reported else leg.at, not reported, why)
