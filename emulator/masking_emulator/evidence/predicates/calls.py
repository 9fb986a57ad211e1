"""Calls as they go on: who is called when, which timers end them, and what they do to their session."""

from collections.abc import Iterator
from typing import Final

from masking_emulator.evidence.predicates.base import Testimony, agrees, disagrees, either, shows
from masking_emulator.evidence.predicates.conversations import (
    ANSWERS,
    HANGUPS,
    OVER,
    REPLACED,
    RING,
    TIMEOUT,
    Conversation,
    Conversations,
    Heard,
    LegRecord,
    conversations_of,
)
from masking_emulator.evidence.predicates.values import digits, flag, integer, last_part, objects, seconds_of
from masking_emulator.evidence.predicates.witness import Witness

_CODE: Final = "PlivoHangupCauseCode"
_TIME_LIMIT, _RING_TIMEOUT, _NORMAL, _CANCELED = "6000", "6010", "4000", "1000"
_UNREACHABLE: Final = "2010"

#: Causes for which the other leg, which was answered, ends normally.
_NOT_REACHED: Final = ("3010", "3020", "2010", "3000", _RING_TIMEOUT)


def _calls(witness: Witness) -> Iterator[tuple[Conversations, Conversation]]:
    known = conversations_of(witness)
    return ((known, conversation) for conversation in known.all)


def _apart(one: Heard | None, other: Heard | None) -> int | None:
    """How many seconds the second comes after the first."""
    if one is None or other is None or one.second is None or other.second is None:
        return None
    return other.second - one.second


@shows("auto_answer")
def _auto_answer(witness: Witness) -> Iterator[Testimony]:
    for leg in conversations_of(witness).every_leg:
        if leg.inbound and leg.answered is not None and leg.began is not None:
            yield either(leg.at, leg.answered - leg.began <= 1, f"it rang {leg.answered - leg.began} seconds")


def _placed(witness: Witness) -> Iterator[tuple[Conversations, Conversation, Heard]]:
    """The calls that the service may have placed, with the answer of the first party."""
    for known, conversation in _calls(witness):
        begin = conversation.events[0]
        settings = known.settings(conversation.session, begin.when)
        first, second = known.parties(conversation.session, begin.when)
        is_placed = flag(settings.get("initiate_call_to_first_party")) and begin.name == ANSWERS[0]
        if is_placed and begin.number("From") not in (first, second):
            yield known, conversation, begin


@shows("initiate_call")
def _initiate(witness: Witness) -> Iterator[Testimony]:
    for known, conversation, answer in _placed(witness):
        first, second = known.parties(conversation.session, answer.when)
        onward = conversation.first(RING, "SessionSecondPartyHangup")
        is_so = answer.number("To") == first and (onward is None or onward.number("To") == second)
        yield either(answer.at, is_so, f"{answer.number('To')} is called first")


def _placed_legs(witness: Witness) -> Iterator[tuple[Conversations, LegRecord, str]]:
    """Legs with which the service began a call to the first party, and the session."""
    known = conversations_of(witness)
    for uuid, session in known.session_of_leg.items():
        leg = known.legs.get(uuid)
        if leg is not None and not leg.inbound and leg.record.get("parent_call_uuid") is None:
            yield known, leg, session


@shows("initiate_after_a_second")
def _after_a_second(witness: Witness) -> Iterator[Testimony]:
    """A session that was created again has placed one more call, so only the first one counts."""
    seen: set[str] = set()
    for known, leg, session in sorted(_placed_legs(witness), key=lambda each: each[1].began or 0):
        created = seconds_of(known.seen[session][0].session.get("created_time"))
        if created is not None and leg.began is not None and session not in seen:
            seen.add(session)
            yield either(leg.at, 1 <= leg.began - created <= 2, f"it began {leg.began - created} seconds later")


@shows("initiate_failed")
def _initiate_failed(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    legs = {leg.uuid: leg for _, leg, _ in _placed_legs(witness)}
    for seen, interaction in known.interactions:
        leg = legs.get(last_part(interaction.get("first_party_resource_url")))
        if leg is None or leg.answered is not None or seen.session.get("status") == "in-progress":
            continue
        one = interaction.get("total_call_count") == 1 and interaction.get("duration") == 0
        expiry, now = seconds_of(seen.session.get("expiry_time")), known.now(seen.when)
        lives = expiry is not None and now is not None and now < expiry - 2
        is_so = one and (not lives or seen.session.get("status") == "active")
        yield either(seen.at, is_so, f"{interaction.get('total_call_count')} legs, {seen.session.get('status')}")


@shows("initiate_not_needed")
def _not_needed(witness: Witness) -> Iterator[Testimony]:
    """Of a session with one party nobody is to be connected."""
    known = conversations_of(witness)
    for every in known.seen.values():
        born, last = every[0], every[-1]
        alone = all(bool(seen.session.get("first_party")) != bool(seen.session.get("second_party")) for seen in every)
        if alone and flag(born.session.get("initiate_call_to_first_party")) and last.when > born.when + 3:
            placed = [
                each
                for each in objects(last.session.get("interaction"))
                if (leg := known.legs.get(last_part(each.get("first_party_resource_url")))) is None or not leg.inbound
            ]
            yield either(last.at, not placed, "a call was placed with nobody to connect it to")


@shows("initiate_again")
def _initiate_again(witness: Witness) -> Iterator[Testimony]:
    """A create of a session that is there already, and what its interactions begin with afterwards."""
    known = conversations_of(witness)
    for session, every in known.seen.items():
        creates = [seen for seen in every if seen.asked.operation == "create_session"]
        for again in creates[1:]:
            asked = flag(again.asked.fields.get("initiate_call_to_first_party"))
            modified = seconds_of(again.session.get("modified_time"))
            later = [seen for seen in known.after(session, again.when + 60) if seen.session.get("interaction")]
            busy = again.session.get("status") != "active"
            if asked and modified is not None and later and not busy:
                begins = [seconds_of(each.get("start_time")) for each in objects(later[-1].session["interaction"])]
                is_so = any(begin is not None and 0 <= begin - modified <= 3 for begin in begins)
                yield either(later[-1].at, is_so, "no call began after the session was created again")


@shows("party_messages")
def _messages(witness: Witness) -> Iterator[Testimony]:
    """What is played is not in a capture, but the time that it would take is."""
    for known, conversation in _calls(witness):
        settings = known.settings(conversation.session, conversation.events[0].when)
        answer, ring = conversation.first(*ANSWERS), conversation.first(RING)
        apart = _apart(answer, ring)
        has_message = answer is not None and answer.name == ANSWERS[0] and settings.get("first_party_play_url")
        if apart is not None and answer is not None and has_message:
            yield either(answer.at, 0 <= apart <= 1, f"the second party rings {apart} seconds later")


@shows("ring_timeout_per_leg")
def _ring_timeout(witness: Witness) -> Iterator[Testimony]:
    for known, conversation in _calls(witness):
        ring, hangup = conversation.first(RING), conversation.first("SessionSecondPartyHangup")
        answered = conversation.first("SessionSecondPartyAnswer")
        limit = integer(known.settings(conversation.session, conversation.events[0].when).get("ring_timeout"))
        rang = _apart(ring, hangup)
        if rang is None or limit is None or answered is not None or hangup is None:
            continue
        if hangup.params.get(_CODE) == _RING_TIMEOUT:
            yield either(hangup.at, abs(rang - limit) <= 1, f"it rang {rang} seconds, ring_timeout is {limit}")
        elif rang > limit + 1:
            yield disagrees(hangup.at, f"it rang {rang} seconds, ring_timeout is {limit}")


def _time_limits(witness: Witness) -> Iterator[tuple[Conversations, Conversation, int]]:
    """Calls that a time limit has ended, and after how many seconds."""
    for known, conversation in _calls(witness):
        hangups = conversation.every(*HANGUPS)
        if any(event.params.get(_CODE) == _TIME_LIMIT for event in hangups):
            lasted = _apart(conversation.first(*ANSWERS), hangups[-1])
            if lasted is not None:
                yield known, conversation, lasted


@shows("call_time_limit_ends_all_legs")
def _time_limit(witness: Witness) -> Iterator[Testimony]:
    for known, conversation, lasted in _time_limits(witness):
        hangups, begin = conversation.every(*HANGUPS), conversation.events[0]
        limit = integer(known.settings(conversation.session, begin.when).get("call_time_limit"))
        codes = {event.params.get(_CODE) for event in hangups}
        if limit is not None:
            is_so = abs(lasted - limit) <= 1 and codes == {_TIME_LIMIT}
            yield either(
                hangups[-1].at, is_so, f"it ended after {lasted} seconds of {limit}, {', '.join(map(str, codes))}"
            )


@shows("timers_of_a_running_call")
def _running_timers(witness: Witness) -> Iterator[Testimony]:
    for known, conversation, lasted in _time_limits(witness):
        begin, end = conversation.events[0].when, conversation.events[-1].when
        before = integer(known.settings(conversation.session, begin).get("call_time_limit"))
        after = integer(known.settings(conversation.session, end).get("call_time_limit"))
        if before is not None and after not in (None, before):
            at = conversation.every(*HANGUPS)[-1].at
            yield either(at, abs(lasted - before) <= 1, f"it ended after {lasted} seconds of {before}, later {after}")


@shows("hangup_causes")
def _causes(witness: Witness) -> Iterator[Testimony]:
    for _, conversation in _calls(witness):
        answers, hangups = conversation.every(*ANSWERS), conversation.every(*HANGUPS)
        if len(answers) != 1 or len(hangups) != 2:
            continue
        beginner = answers[0].name.removesuffix("Answer")
        other = next((event for event in hangups if not event.name.startswith(beginner)), None)
        own = next((event for event in hangups if event.name.startswith(beginner)), None)
        if own is not None and other is not None and other.params.get(_CODE) != _TIME_LIMIT:
            codes = (other.params.get(_CODE), own.params.get(_CODE))
            is_so = codes[0] in (*_NOT_REACHED, _CANCELED) and codes[1] == _NORMAL
            yield either(own.at, is_so, f"the leg that was called ends with {codes[0]}, the other with {codes[1]}")


@shows("unreachable_does_not_ring")
def _unreachable(witness: Witness) -> Iterator[Testimony]:
    for _, conversation in _calls(witness):
        hangup = conversation.first("SessionSecondPartyHangup")
        if hangup is not None and hangup.params.get(_CODE) == _UNREACHABLE:
            apart = _apart(conversation.first(*ANSWERS), hangup)
            rang = conversation.first(RING) is not None
            yield either(
                hangup.at, not rang and (apart or 0) <= 1, "it rang first" if rang else f"after {apart} seconds"
            )


def _during(conversation: Conversation, when: float) -> bool | None:
    """Whether the call runs then; None where nobody can say."""
    answer, over = conversation.first(*ANSWERS), conversation.first(OVER)
    end = over or (conversation.every(*HANGUPS)[-1] if len(conversation.every(*HANGUPS)) == 2 else None)
    if answer is None or end is None:
        return None
    return True if answer.when < when < end.when else False if when < answer.when or when > end.when else None


@shows("status_in_progress")
def _in_progress(witness: Witness) -> Iterator[Testimony]:
    """Only where all calls of the session are known; an ended session is expired, whatever runs."""
    known = conversations_of(witness)
    for session, every in known.seen.items():
        calls = [each for each in known.all if each.session == session]
        for seen in every if calls else ():
            states = [_during(call, seen.when) for call in calls]
            status = seen.session.get("status")
            if None in states or status not in ("active", "in-progress"):
                continue
            expected = "in-progress" if True in states else "active"
            yield either(seen.at, status == expected, f"it is {status} and should be {expected}")


@shows("session_expiring_in_call")
def _expiring(witness: Witness) -> Iterator[Testimony]:
    for known, conversation in _calls(witness):
        for seen in known.after(conversation.session, conversation.events[0].when):
            now, expiry = known.now(seen.when), seconds_of(seen.session.get("expiry_time"))
            deleted = known.deleted.get(conversation.session)
            if deleted is not None and deleted.at <= seen.when:
                break
            timed_out = any(
                event.name == TIMEOUT and event.when <= seen.when for event in known.events_of[conversation.session]
            )
            is_past = timed_out or (now is not None and expiry is not None and now > expiry + 1)
            if is_past and _during(conversation, seen.when):
                status = seen.session.get("status")
                why = f"it is {status}" + (" as with session_expiring_in_call" if status == "in-progress" else "")
                yield either(seen.at, status == "expired", why)


@shows("delete_during_call")
def _delete_during_call(witness: Witness) -> Iterator[Testimony]:
    for known, conversation in _calls(witness):
        deleted = known.deleted.get(conversation.session)
        if deleted is None or not _during(conversation, deleted.at):
            continue
        end = conversation.events[-1].when
        for seen in known.after(conversation.session, deleted.at):
            is_so = seen.session.get("status") == "expired"
            if seen.when > end:
                is_so = is_so and bool(seen.session.get("interaction"))
            yield either(seen.at, is_so, f"it is {seen.session.get('status')} or lacks the interaction")


@shows("number_replaced_masks_nobody")
def _old_number(witness: Witness) -> Iterator[Testimony]:
    """Legs to a number after the event that replaced it, by the instants that the service gives."""
    known = conversations_of(witness)
    for session, events in known.events_of.items():
        for event in events:
            if event.name != REPLACED or event.second is None:
                continue
            before = known.before(session, event.when)
            old = digits(before.session.get("virtual_number")) if before is not None else ""
            for leg in known.legs.values():
                is_late = leg.began is not None and leg.began > event.second
                if old and leg.number == old and leg.inbound and is_late and old != event.number("VirtualNumber"):
                    yield either(leg.at, leg.uuid not in known.children, "somebody was called for it")


@shows("number_during_call")
def _number_during_call(witness: Witness) -> Iterator[Testimony]:
    """Another session with one of the parties on the number, while the call of the deleted one runs."""
    for known, conversation in _calls(witness):
        deleted = known.deleted.get(conversation.session)
        if deleted is None or not _during(conversation, deleted.at):
            continue
        settings = known.settings(conversation.session, deleted.at)
        parties = set(known.parties(conversation.session, deleted.at))
        for session, every in known.seen.items():
            born = every[0]
            theirs = set(known.parties(session, born.when))
            is_then = born.asked.operation == "create_session" and _during(conversation, born.when)
            if session == conversation.session or not is_then or born.when <= deleted.at or not parties & theirs:
                continue
            is_same = born.session.get("virtual_number") == settings.get("virtual_number")
            if integer(settings.get("virtual_number_cooloff_period")):
                if theirs != parties:
                    yield either(born.at, not is_same, "it got the number that should cool off")
            else:
                yield either(born.at, is_same, "it got another number")


@shows("calls_at_once")
def _at_once(witness: Witness) -> Iterator[Testimony]:
    """A party who calls while another call of the session runs: taken, or turned away."""
    known = conversations_of(witness)
    for every in known.seen.values():
        seen = every[-1]
        spans = [
            (begin, end)
            for each in objects(seen.session.get("interaction"))
            if (begin := seconds_of(each.get("start_time"))) is not None
            and (end := seconds_of(each.get("end_time"))) is not None
        ]
        parties = {digits(seen.session.get("first_party")), digits(seen.session.get("second_party"))} - {""}
        for leg in known.legs.values():
            is_theirs = (
                leg.inbound and leg.person in parties and leg.number == digits(seen.session.get("virtual_number"))
            )
            began = leg.began
            if not is_theirs or began is None or not any(begin < began < end for begin, end in spans):
                continue
            if leg.answered is not None:
                yield agrees(leg.at)
            elif leg.record.get("hangup_source") != "Caller":
                yield disagrees(leg.at, "a party was turned away while a call of the session ran")


@shows("recording_of_a_call")
def _recording(witness: Witness) -> Iterator[Testimony]:
    taken: set[str] = set()
    for _, conversation in _calls(witness):
        completed, answers = conversation.first("SessionRecordingCompleted"), conversation.every(*ANSWERS)
        hangups = conversation.every(*HANGUPS)
        if completed is None or len(answers) != 2 or len(hangups) != 2:
            continue
        uuid = completed.params.get("RecordingUUID", "")
        span = tuple(seconds_of(completed.params.get(f"Recording{edge}Time")) for edge in ("Start", "End"))
        is_so = span == (answers[1].second, hangups[0].second) and uuid not in taken
        taken.add(uuid)
        yield either(completed.at, is_so, "it is not from the second answer to the first hangup, or of two calls")


@shows("recording_decided_at_the_bridge")
def _decided(witness: Witness) -> Iterator[Testimony]:
    """Only of sessions whose `record` was changed."""
    for known, conversation in _calls(witness):
        answers, hangups = conversation.every(*ANSWERS), conversation.every(*HANGUPS)
        shown = {flag(seen.session.get("record")) for seen in known.seen.get(conversation.session, ())}
        if len(answers) == 2 and len(hangups) == 2 and shown == {True, False}:
            settings = known.settings(conversation.session, answers[1].when)
            has = conversation.first("SessionRecordingInitiated", "SessionRecordingFailed") is not None
            if settings.get("recording_callback_url"):
                expected = flag(settings.get("record"))
                yield either(answers[1].at, has == expected, f"record was {expected}, and it was recorded: {has}")


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "number_replaced_in_dialogue": "What a caller types is in no callback, so a PIN of a call that ended may be wrong.",
    "calls_per_second_not_limited": "However many calls go through, a limit may be a little higher.",
}
