"""Checks that a snapshot, which people may have edited, refers only to what is in it, and does not contradict itself.

A state that contradicts itself would fail later, far from the line that is wrong, so it is refused with that line. Here
are numbers, sessions and timers; calls, recordings and callbacks are in consistency_calls.py.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from masking_emulator.core.commands import (
    EndCoolOff,
    InitiateCall,
    ReleaseCallback,
    RetryCallback,
    StepCall,
    TimeOutSession,
    TypeDigits,
)
from masking_emulator.core.consistency_calls import (
    RECORDS_AT_ONCE,
    Checking,
    Contradiction,
    callbacks,
    calls,
    in_order,
    recordings,
    twice,
)
from masking_emulator.core.countries import calling_code
from masking_emulator.core.records.sessions import DropReason, Session, Status
from masking_emulator.core.snapshot import Snapshot
from masking_emulator.core.timers import call_key, cool_off_key, key_of, session_key
from masking_emulator.core.work import Work


def contradictions(engine: Snapshot, *, accounts: int) -> Iterator[Contradiction]:
    """The contradictions in an engine's state; `accounts` is how many accounts its world has."""
    yield from (found for check in _CHECKS for found in check(engine, accounts) if found is not None)


def first_contradiction(engine: Snapshot, *, accounts: int) -> Work[Contradiction | None]:
    """The work of looking for a contradiction; None where there is none."""
    for check in _CHECKS:
        for found in check(engine, accounts):
            if found is not None:
                return found
            yield
    return None


def _numbers(engine: Snapshot, accounts: int) -> Checking:
    numbers = engine.numbers
    yield from twice("numbers", (number.digits for number in numbers))
    yield from (
        ("numbers", n.digits, f"stands at {at}, and its place is {n.place}")
        for at, n in enumerate(numbers)
        if n.place != at
    )
    yield from (("numbers", n.digits, "belongs to no account") for n in numbers if not 0 <= n.owner < accounts)
    known = {number.digits for number in numbers}
    yield from (("suspended", digits, "is no number of the pool") for digits in engine.suspended if digits not in known)
    cooling = [cool_off.number for cool_off in engine.cool_offs]
    yield from (("cool_offs", digits, "is a number that is not there") for digits in cooling if digits not in known)
    yield from twice("suspended", engine.suspended)
    yield from twice("phones", (phone.number for phone in engine.phones))
    for number in numbers:
        if number.calling_code != calling_code(number.digits):
            yield "numbers", number.digits, f"is not of the calling code {number.calling_code}"


def _sessions(engine: Snapshot, accounts: int) -> Checking:
    sessions = engine.sessions
    yield from twice("sessions", (session.uuid for session in sessions))
    yield from in_order("sessions", sessions, engine.ordinal)
    live = [session for session in sessions if session.is_live]
    yield None
    yield from _parties(live)
    yield from twice("sessions", map(_pair, live), lambda pair: f"the live session of {pair}")
    owners = {number.digits: number.owner for number in engine.numbers}
    places = {number.digits: number.place for number in engine.numbers}
    running = Counter(call.session for call in engine.calls if call.is_running)
    yield None
    on_number = Counter(session.number for session in live)
    yield None
    sound = set[Hashable]()
    for count, session in enumerate(sessions):
        if not count % RECORDS_AT_ONCE:
            yield None
        if not 0 <= session.owner < accounts:
            yield "sessions", session.uuid, "belongs to no account"
        if session.number not in places:
            yield "sessions", session.uuid, "has a number that is not there"
            continue
        if owners[session.number] != session.owner:
            yield "sessions", session.uuid, "has a number of another account"
        if session.left and any(number not in places for number in session.left):
            yield "sessions", session.uuid, "had a number that is not there"
        if (session.running or running) and session.running != running[session.uuid]:
            run = running[session.uuid]
            yield "sessions", session.uuid, f"counts {session.running} running calls, and {run} run"
        if not _is_plain(session, engine.at):
            if session.is_live and session.needs_number_alone and on_number[session.number] > 1:
                yield "sessions", session.uuid, "needs its number for itself, and others are on it"
            yield from (("sessions", session.uuid, why) for why in _session(session, engine.at))
        # Most sessions share their allocation with others: what was found sound is not looked at again.
        allocated = (id(session.allocation), session.owner, session.number)
        if allocated not in sound:
            found = [("sessions", session.uuid, why) for why in _allocation(session, places)]
            yield from found
            if not found:
                sound.add(allocated)


#: As `Session.pair`, for many sessions.
_pair: Final = attrgetter("owner", "first_party", "second_party")


def _parties(live: Iterable[Session]) -> Checking:
    """No party is on a number twice. As `twice`, without a name for each that has to be made and thrown away."""
    parties_on = defaultdict[str, set[str]](set)
    for count, session in enumerate(live):
        on_number = parties_on[session.number]
        for party in session.parties:
            if party in on_number:
                yield "sessions", f"+{party} on +{session.number}", "is there twice"
            on_number.add(party)
        if not count % RECORDS_AT_ONCE:
            yield None


# Named here because a hundred thousand sessions are asked (Choice in core/records/base.py).
_ACTIVE: Final = Status.ACTIVE
_IN_PROGRESS: Final = Status.IN_PROGRESS
_EXPIRED: Final = Status.EXPIRED


def _is_plain(session: Session, now: int) -> bool:
    """Whether nothing is wrong in a session by itself. It knows of nearly all: those with two parties and nothing more.

    With calls or PINs it does not know. Without it the check of 100,000 sessions takes a fifth longer.
    """
    first, second, number, expires_at = session.first_party, session.second_party, session.number, session.expires_at
    return (
        ((session.status is _ACTIVE and now < expires_at) or (session.status is _EXPIRED and expires_at <= now))
        and session.created_at <= session.modified_at <= now
        and session.created_at <= expires_at
        and "" != first != second != ""
        and first != number != second
        and session.pins is None
        and not session.running
        and session.history.last_at is None
        and not session.history.interactions
    )


def _session(session: Session, now: int) -> Iterator[str]:
    parties, is_live = (session.first_party, session.second_party), session.is_live
    if parties[0] == parties[1]:
        yield "has no parties, or one twice"
    if not all(parties) and not session.settings.single_party:
        yield "lacks a party, and is no session for a single one"
    if is_live and session.number in parties:
        yield "has the number of one of its parties"
    if not session.created_at <= session.modified_at <= now or session.expires_at < session.created_at:
        yield "has instants that are not in their order"
    if is_live and (session.status is _IN_PROGRESS) is not (session.running > 0):
        yield f"is {session.status.word} with {session.running} running calls"
    if is_live and session.expires_at <= now and not session.running:
        yield "lives, and its expiry has come"
    if not is_live and session.expires_at > now:
        yield "has ended, and its expiry is to come"
    if session.pins is not None and session.pins.first == session.pins.second:
        yield "has one PIN for both parties"
    history = session.history
    if (history.last_at is None) is bool(history.interactions) or (history.last_at or 0) > now:
        yield "has a history without an end, or with one in the future"
    if history.interactions and any(not past.started_at <= past.ended_at <= now for past in history.interactions):
        yield "has an interaction whose instants are not in their order"


def _allocation(session: Session, places: Mapping[str, int]) -> Iterator[str]:
    allocation = session.allocation
    if allocation.owner != session.owner:
        yield "got its number as another account's"
    if not places[session.number] < allocation.pool_size <= len(places):
        yield "got its number from a pool of another size"
    if len(allocation.dropped) + allocation.dropped_unlisted >= allocation.pool_size:
        yield "was preferred to more numbers than there were"
    for candidate in allocation.dropped:
        if candidate.number not in places:
            yield "was preferred to a number that is not there"
        parts = (candidate.session is not None, candidate.until is not None)
        if parts != _OF_REASONS.get(candidate.why, (False, False)):
            yield f"was preferred to +{candidate.number} for half a reason"


#: Why a number was passed over → whether that names a session, and an instant.
_OF_REASONS: Final[Mapping[DropReason, tuple[bool, bool]]] = {
    DropReason.COOLING: (True, True),
    DropReason.EXCLUSIVE: (True, False),
    DropReason.PARTY_BUSY: (True, False),
}


def _cool_offs(engine: Snapshot, accounts: int) -> Checking:
    yield from twice("cool_offs", (cool_off.session for cool_off in engine.cool_offs))
    for cool_off in engine.cool_offs:
        owner, first, second = cool_off.pair
        if not 0 <= owner < accounts or not first + second or first == second:
            yield "cool_offs", cool_off.number, "cools off after no pair that could be"


def _draws(engine: Snapshot, accounts: int) -> Checking:
    """A draw that is made again would give a new session, leg or recording the UUID of an old one."""
    del accounts
    seconds = sum(len(call.legs) - 1 for call in engine.calls)
    for purpose, made in (
        ("session", engine.ordinal),
        ("recording", engine.recording_ordinal),
        ("leg", engine.call_ordinal + seconds),
    ):
        if engine.drawn.get(purpose, 0) < made:
            yield "drawn", purpose, f"was drawn for {made} times or more"


def _timers(engine: Snapshot, accounts: int) -> Checking:
    del accounts
    yield from twice("timers", (timer.key for timer in engine.timers))
    there = yield from _there(engine)
    live = there["live session"]
    for count, timer in enumerate(engine.timers):
        if not count % RECORDS_AT_ONCE:
            yield None
        command = timer.command
        if isinstance(command, TimeOutSession) and timer.key == command.uuid in live and timer.at >= engine.at:
            continue  # as nearly all are
        about_what = _ABOUT.get(type(command))
        kind, about = ("", "") if about_what is None else about_what(command)
        if timer.at < engine.at:
            yield "timers", timer.key, "was due before now"
        if not kind:
            yield "timers", timer.key, "is no command that waits"
        elif timer.key != key_of(command):
            yield "timers", timer.key, f"is not the key of its command, which is {key_of(command)}"
        elif about not in there[kind]:
            yield "timers", timer.key, f"is about a {kind} that is not there"
    due = {timer.key: timer.at for timer in engine.timers}
    yield None
    for count, session in enumerate(engine.sessions):
        if not count % RECORDS_AT_ONCE:
            yield None
        if due.get(session_key(session.uuid)) != session.expires_at and session.is_live:
            if session.running and session.is_due(engine.at):
                continue  # it waits for its calls
            yield "sessions", session.uuid, "expires at another instant than its timer says"
    for call in engine.calls:
        if call.is_running and due.get(call_key(call.uuid)) != (call.next.at if call.next else None):
            yield "calls", call.uuid, "goes on at another instant than its timer says"
    for cool_off in engine.cool_offs:
        if due.get(cool_off_key(cool_off.session)) != cool_off.until:
            yield "cool_offs", cool_off.number, "ends at another instant than its timer says"


def _there(engine: Snapshot) -> Work[dict[str, set[Hashable]]]:
    there: dict[str, set[Hashable]] = {}
    there["live session"] = {session.uuid for session in engine.sessions if session.is_live}
    yield
    there["session that calls"] = {s.uuid for s in engine.sessions if s.settings.initiate_call and s.is_live}
    yield
    there["cool_off"] = {(cool_off.number, cool_off.session) for cool_off in engine.cool_offs}
    there["call"] = {call.uuid for call in engine.calls if call.is_running}
    there["callback"] = {callback.ordinal for callback in engine.callbacks}
    return there


#: Command that a timer may hold → the function that returns what it refers to.
_ABOUT: Final[dict[type, Callable[[Any], tuple[str, Hashable]]]] = {
    TimeOutSession: lambda command: ("live session", command.uuid),
    InitiateCall: lambda command: ("session that calls", command.session),
    EndCoolOff: lambda command: ("cool_off", (command.number, command.session)),
    StepCall: lambda command: ("call", command.call),
    TypeDigits: lambda command: ("call", command.call),
    RetryCallback: lambda command: ("callback", command.callback),
    ReleaseCallback: lambda command: ("callback", command.callback),
}

_CHECKS: Final[Sequence[Callable[[Snapshot, int], Checking]]] = (
    _numbers,
    _sessions,
    calls,
    recordings,
    _cool_offs,
    callbacks,
    _timers,
    _draws,
)
