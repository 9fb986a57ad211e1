"""Conversations: what a capture shows of sessions and calls, put together from answers and callbacks.

A session is seen each time that an answer shows it. A leg is a record of a call; a conversation is what the callbacks
of one call say, from its first one to SessionPartiesHangup. Where two calls of one session overlap nobody can say
which callback belongs to which, and then there is no conversation.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from msgspec import Struct

from masking_emulator.evidence.captures import CapturedCallback, CapturedExchange
from masking_emulator.evidence.predicates.values import JsonObject, digits, last_part, objects, objects_of, seconds_of
from masking_emulator.evidence.predicates.witness import Asked, Witness

ANSWERS: Final = ("SessionFirstPartyAnswer", "SessionSecondPartyAnswer")
HANGUPS: Final = ("SessionFirstPartyHangup", "SessionSecondPartyHangup")
OVER: Final = "SessionPartiesHangup"
RING: Final = "SessionSecondPartyRing"
PIN: Final = "SessionPinAuthenticationStatus"
TIMEOUT: Final = "SessionTimeout"
REPLACED: Final = "SessionVirtualNumberReplaced"
RECORDING: Final = ("SessionRecordingInitiated", "SessionRecordingCompleted", "SessionRecordingFailed")

#: The events that belong to a call.
_OF_CALLS: Final = frozenset((*ANSWERS, *HANGUPS, OVER, RING, *RECORDING))

#: How long after its cause a callback may come, in seconds, before it is missed.
PATIENCE_S: Final = 10.0


class Seen(Struct, frozen=True):
    """A session as an answer shows it."""

    asked: Asked
    session: JsonObject

    @property
    def at(self) -> CapturedExchange:
        """The exchange."""
        return self.asked.exchange

    @property
    def when(self) -> float:
        """Seconds since the capture began."""
        return self.asked.exchange.at


class Heard(Struct, frozen=True):
    """A callback, its parameters by name."""

    at: CapturedCallback
    name: str
    session: str
    params: Mapping[str, str]

    @property
    def when(self) -> float:
        """Seconds since the capture began."""
        return self.at.at

    @property
    def second(self) -> int | None:
        """Its EventTimestamp, in seconds since 1970."""
        return seconds_of(self.params.get("EventTimestamp"))

    def number(self, name: str) -> str:
        """A parameter that is a phone number, in digits."""
        return digits(self.params.get(name))


class Conversation(Struct, frozen=True):
    """The callbacks of one call, in the order of their numbers; `is_over` says whether its last one has come."""

    session: str
    events: Sequence[Heard]
    is_over: bool

    def first(self, *names: str) -> Heard | None:
        """The first event of one of these names."""
        return next((event for event in self.events if event.name in names), None)

    def every(self, *names: str) -> Sequence[Heard]:
        """All events of these names."""
        return [event for event in self.events if event.name in names]

    @property
    def caller(self) -> str:
        """Who called, in digits."""
        return self.events[0].number("From")

    @property
    def is_placed(self) -> bool:
        """Whether the service called the first party."""
        return self.caller != "" and self.caller == self.events[0].number("VirtualNumber")


class LegRecord(Struct, frozen=True):
    """The record of a leg that is over, as an answer shows it; `listed` where that was a list."""

    asked: Asked
    record: JsonObject
    listed: bool

    @property
    def at(self) -> CapturedExchange:
        """The exchange."""
        return self.asked.exchange

    @property
    def uuid(self) -> str:
        """Its id."""
        return str(self.record.get("call_uuid", ""))

    @property
    def inbound(self) -> bool:
        """Whether a person called."""
        return self.record.get("call_direction") == "inbound"

    @property
    def person(self) -> str:
        """Who is at the other end of it than the virtual number, in digits."""
        return digits(self.record.get("from_number" if self.inbound else "to_number"))

    @property
    def number(self) -> str:
        """The virtual number of it, in digits."""
        return digits(self.record.get("to_number" if self.inbound else "from_number"))

    @property
    def began(self) -> int | None:
        """When it began, in seconds since 1970."""
        return seconds_of(self.record.get("initiation_time"))

    @property
    def ended(self) -> int | None:
        """When it ended, in seconds since 1970."""
        return seconds_of(self.record.get("end_time"))

    @property
    def answered(self) -> int | None:
        """When it was answered, in seconds since 1970; None where it was not."""
        return seconds_of(self.record.get("answer_time"))


class Conversations:
    """What a capture shows of sessions and calls."""

    def __init__(self, witness: Witness) -> None:
        """Nothing is read before it is asked for."""
        self._witness = witness

    @cached_property
    def seen(self) -> Mapping[str, Sequence[Seen]]:
        """By its UUID what answers show of a session, in their order."""
        found: dict[str, list[Seen]] = {}
        for asked in self._witness.exchanges:
            for session in _sessions_in(asked):
                uuid = session.get("session_uuid")
                if isinstance(uuid, str):
                    found.setdefault(uuid, []).append(Seen(asked, session))
        return found

    @cached_property
    def deleted(self) -> Mapping[str, CapturedExchange]:
        """By its UUID the delete of a session that was answered with success."""
        found: dict[str, CapturedExchange] = {}
        for asked in self._witness.exchanges:
            if asked.operation == "delete_session" and 200 <= asked.status < 300:
                found.setdefault(asked.uuid, asked.exchange)
        return found

    @cached_property
    def events(self) -> Sequence[Heard]:
        """Every callback that names an event and a session, in the order of arrival."""
        found = []
        for callback in self._witness.capture.callbacks:
            params = dict(callback.params)
            if "EventName" in params and "SessionUUID" in params:
                found.append(Heard(callback, params["EventName"], params["SessionUUID"], params))
        return found

    @cached_property
    def events_of(self) -> Mapping[str, Sequence[Heard]]:
        """By the UUID of a session its callbacks, in their order of arrival."""
        found: dict[str, list[Heard]] = {}
        for event in self.events:
            found.setdefault(event.session, []).append(event)
        return found

    @cached_property
    def all(self) -> Sequence[Conversation]:
        """Every conversation."""
        found: list[Conversation] = []
        for session, events in self.events_of.items():
            found += _conversations(session, events)
        return found

    @cached_property
    def legs(self) -> Mapping[str, LegRecord]:
        """The records of legs, by their UUIDs, as they were shown first."""
        found: dict[str, LegRecord] = {}
        for leg in self.every_leg:
            found.setdefault(leg.uuid, leg)
        return found

    @cached_property
    def every_leg(self) -> Sequence[LegRecord]:
        """Every time that an answer shows the record of a leg."""
        found: list[LegRecord] = []
        for asked in self._witness.exchanges:
            if asked.status != 200 or asked.query.get("status") in ("live", "queued"):
                continue
            if asked.operation == "get_call" and asked.answer:
                found.append(LegRecord(asked, asked.answer, listed=False))
            elif asked.operation == "list_calls":
                found += [LegRecord(asked, record, listed=True) for record in objects_of(asked.answer)]
        return [leg for leg in found if isinstance(leg.record.get("call_uuid"), str)]

    @cached_property
    def children(self) -> Mapping[str, LegRecord]:
        """By the UUID of a leg the one that was called for it."""
        return {
            str(leg.record["parent_call_uuid"]): leg
            for leg in self.legs.values()
            if leg.record.get("parent_call_uuid") is not None
        }

    @cached_property
    def recordings(self) -> Sequence[tuple[Asked, JsonObject]]:
        """Every time that an answer shows a recording, with the request."""
        found: list[tuple[Asked, JsonObject]] = []
        for asked in self._witness.exchanges:
            if asked.status == 200 and asked.operation == "get_recording":
                found.append((asked, asked.answer))
            elif asked.status == 200 and asked.operation == "list_recordings":
                found += [(asked, record) for record in objects_of(asked.answer)]
        return found

    @cached_property
    def interactions(self) -> Sequence[tuple[Seen, JsonObject]]:
        """Every time that an answer shows an interaction, with the session."""
        return [
            (seen, interaction)
            for each in self.seen.values()
            for seen in each
            for interaction in objects(seen.session.get("interaction"))
        ]

    @cached_property
    def session_of_leg(self) -> Mapping[str, str]:
        """By the UUID of a leg the session in whose interactions it is."""
        return {
            last_part(interaction.get(key)): str(seen.session["session_uuid"])
            for seen, interaction in self.interactions
            for key in ("first_party_resource_url", "second_party_resource_url")
            if key in interaction
        }

    @cached_property
    def last_at(self) -> float:
        """When the last line of the capture began."""
        capture = self._witness.capture
        instants = [*(exchange.at for exchange in capture.exchanges), *(callback.at for callback in capture.callbacks)]
        return max(instants, default=0.0)

    @cached_property
    def clock(self) -> Sequence[tuple[float, float]]:
        """Seconds of the capture, and how far the service's clock is ahead of them then, by what it says of itself."""
        began = seconds_of(self._witness.capture.header.began) or 0
        found = []
        for asked in self._witness.exchanges:
            key = {"create_session": "modified_time", "update_session": "modified_time"}.get(asked.operation or "")
            for session in _sessions_in(asked) if key else ():
                now = seconds_of(session.get(key or ""))
                if now is not None:
                    found.append((asked.exchange.at, now - began - asked.exchange.at))
        return found

    def now(self, when: float) -> float | None:
        """What time it is for the service so many seconds after the beginning; None where it never says."""
        began = seconds_of(self._witness.capture.header.began) or 0
        ahead = next((ahead for at, ahead in reversed(self.clock) if at <= when), None)
        return None if ahead is None else began + when + ahead

    def before(self, session: str, when: float) -> Seen | None:
        """The session as it was shown last before then."""
        return next((seen for seen in reversed(self.seen.get(session, ())) if seen.when <= when), None)

    def after(self, session: str, when: float) -> Iterator[Seen]:
        """The session as it was shown after then."""
        return (seen for seen in self.seen.get(session, ()) if seen.when > when)

    def settings(self, session: str, when: float) -> JsonObject:
        """What the session was shown to be last before then; empty where it was not."""
        seen = self.before(session, when)
        return {} if seen is None else seen.session

    def parties(self, session: str, when: float) -> tuple[str, str]:
        """First and second party then, in digits; "" for one that is not there or not known."""
        settings = self.settings(session, when)
        return digits(settings.get("first_party")), digits(settings.get("second_party"))

    def are_captured(self, session: str, when: float) -> bool:
        """Whether callbacks of the session are sure to be in the capture: one to the same URL is."""
        url = self.settings(session, when).get("callback_url")
        return bool(url) and any(self.settings(other, when).get("callback_url") == url for other in self.events_of)


def _sessions_in(asked: Asked) -> Iterator[JsonObject]:
    if not 200 <= asked.status < 300:
        return
    inner = asked.answer.get("session", asked.answer.get("response"))
    match asked.operation:
        case "create_session" | "update_session" | "get_session" if isinstance(inner, dict):
            yield inner
        case "list_sessions":
            yield from objects_of(asked.answer)


def _conversations(session: str, events: Sequence[Heard]) -> Iterator[Conversation]:
    """The calls of a session, one after another; those that overlap are left out."""
    known: dict[str, Heard] = {}
    for event in events:
        known.setdefault(event.params.get("SequenceNumber", str(id(event))), event)
    run: list[Heard] = []
    for event in sorted(known.values(), key=_place):
        is_of_call = event.name in _OF_CALLS or event.name == PIN
        if not is_of_call:
            continue
        run.append(event)
        if event.name == OVER:
            yield from _whole(session, run, is_over=True)
            run = []
        elif event.name == PIN and event.params.get("PinAuthenticationStatus") == "failed":
            run.pop()  # an attempt, of which nobody knows yet whether a call comes of it
    if run:
        yield from _whole(session, run, is_over=False)


def _whole(session: str, run: Sequence[Heard], *, is_over: bool) -> Iterator[Conversation]:
    names = [event.name for event in run]
    callers = {event.number("From") for event in run if event.name in (*ANSWERS, *HANGUPS, OVER)}
    placed = {event.number("VirtualNumber") for event in run}
    is_one = len(names) == len(set(names)) and (len(callers) <= 1 or bool(callers & placed))
    if is_one and names != [OVER]:
        yield Conversation(session, list(run), is_over)


def _place(event: Heard) -> tuple[int, float]:
    number = event.params.get("SequenceNumber", "")
    return (int(number) if number.isascii() and number.isdigit() else 0, event.when)


def conversations_of(witness: Witness) -> Conversations:
    """What this capture shows of sessions and calls."""
    if "conversations" not in witness.kept:
        witness.kept["conversations"] = Conversations(witness)
    kept: Conversations = witness.kept["conversations"]
    return kept
