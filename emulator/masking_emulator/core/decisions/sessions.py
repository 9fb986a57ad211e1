"""Sessions: what creating, updating and ending one does.

Each function looks at the state, refuses or answers with events, and changes nothing itself.
"""

from collections.abc import Sequence

from masking_emulator.core.books.pool import Wish
from masking_emulator.core.commands import CreateSession, DeleteSession, PinWish, TimeOutSession, UpdateSession
from masking_emulator.core.countries import calling_code
from masking_emulator.core.decisions.session_life import Signal, step
from masking_emulator.core.decisions.session_pins import check_pins, settle_pins
from masking_emulator.core.events import (
    CoolOffStarted,
    Ending,
    Event,
    ExpiryPostponed,
    SessionCreated,
    SessionExpired,
    SessionRefreshed,
    SessionsForgotten,
    SessionUpdated,
)
from masking_emulator.core.instants import SECOND_US, later
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import Pins
from masking_emulator.core.records.sessions import Candidate, CoolOff, DropReason, Pair, Session, Status
from masking_emulator.core.refusals import Reason, Refused
from masking_emulator.core.rules import forgotten_at_once
from masking_emulator.core.state import State


def create(state: State, command: CreateSession, now: int) -> list[Event]:
    """A session for these parties: a new one on a number of the pool, or their live one refreshed.

    Raises Refused: PARTIES_EQUAL, PINS_EQUAL, PAIR_BUSY, SESSIONS_FULL, POOL_EXHAUSTED, PINS_EXHAUSTED.
    """
    if command.first_party == command.second_party:
        raise Refused(Reason.PARTIES_EQUAL)
    if command.pins:
        check_pins(command.pins)
    pair = (command.owner, command.first_party, command.second_party)
    known = _live_session_of(state, pair)
    if known is not None:
        if not state.rules.repeat_refreshes:
            raise Refused(Reason.PAIR_BUSY, session=known.uuid)
        return [SessionRefreshed(now, _refreshed(state, known, command, now))]
    if state.book.live_count >= state.rules.sessions_live_max:
        raise Refused(Reason.SESSIONS_FULL, limit=state.rules.sessions_live_max)
    return [SessionCreated(now, _created(state, command, pair, now))]


def update(state: State, command: UpdateSession, now: int) -> list[Event]:
    """Changed settings, expiry or, where the session was created with a single party, parties.

    Expiry becomes now plus the new expiry; without one it stays (ledger: expiry_after_update).
    Raises Refused: SESSION_NOT_FOUND, SESSION_EXPIRED, PARTY_FIXED, PARTIES_EQUAL, PARTY_IS_NUMBER, PARTY_BUSY,
    PAIR_BUSY.
    """
    session = find(state, command.uuid, command.owner, now)
    status = step(session.status, Signal.UPDATED)
    first = session.first_party if command.first_party is None else command.first_party
    second = session.second_party if command.second_party is None else command.second_party
    if (first, second) != (session.first_party, session.second_party):
        _check_new_parties(state, session, first, second)
    expires_at = session.expires_at if command.expiry_s is None else later(now, command.expiry_s * SECOND_US)
    changed = replace(
        session,
        status=status,
        first_party=first,
        second_party=second,
        modified_at=now,
        expires_at=expires_at,
        settings=state.settings_alike.one_of(replace(session.settings, **command.settings)),
    )
    return [SessionUpdated(now, changed)]


def delete(state: State, command: DeleteSession, now: int) -> list[Event]:
    """The session ends now, and expiry and modification are this instant (ledger: delete_sets_times).

    Raises Refused: SESSION_NOT_FOUND, SESSION_EXPIRED.
    """
    session = find(state, command.uuid, command.owner, now)
    status = step(session.status, Signal.DELETED)
    ended = replace(session, status=status, modified_at=now, expires_at=now)
    events: list[Event] = [SessionExpired(now, ended, Ending.DELETED)]
    if state.rules.delete_starts_cooloff:
        events += _cooloff(ended, now)
    return [*events, *_room_for_one_more(state, now)]


def time_out(state: State, command: TimeOutSession, now: int) -> list[Event]:
    """The session's expiry has come; where the rules let it wait for its calls, it goes on while one runs."""
    session = state.book.get(command.uuid)
    assert session is not None, "a timer outlived its session"
    if session.running and state.rules.expiry_waits:
        return [ExpiryPostponed(now, session.uuid)]
    return timed_out(state, session, now)


def timed_out(state: State, session: Session, now: int) -> list[Event]:
    """The session expires. Its modification time stays as it is. Source: ledger: natural_expiry_keeps_modified."""
    ended = replace(session, status=step(session.status, Signal.TIMED_OUT))
    return [
        SessionExpired(now, ended, Ending.TIMED_OUT),
        *_cooloff(ended, now),
        *_room_for_one_more(state, now),
    ]


def find(state: State, uuid: str, owner: int | None, now: int) -> Session:
    """The session, if this owner may see it (None sees all) and it is kept. Raises Refused(SESSION_NOT_FOUND).

    What was created more than 90 days ago is not (ledger: retention).
    """
    session = state.book.get(uuid)
    if session is None or owner not in (None, session.owner):
        raise Refused(Reason.SESSION_NOT_FOUND, uuid=uuid)
    if not session.is_live and session.created_at < now - state.rules.retention_us:
        raise Refused(Reason.SESSION_NOT_FOUND, uuid=uuid)
    return session


def _live_session_of(state: State, pair: Pair) -> Session | None:
    # The shorter list of the two decides: a busy agent has many sessions, a customer few.
    lists = [state.book.live_of(party) for party in pair[1:] if party]
    return next((session for session in min(lists, key=len) if session.pair == pair), None)


def _created(state: State, command: CreateSession, pair: Pair, now: int) -> Session:
    alone = command.pins is None and not (command.first_party and command.second_party)
    # With only a second party its country counts (ledger: geomatch_country, geomatch_single_second_party).
    country = calling_code(command.first_party or command.second_party) if command.geomatch else None
    busy = _busy_numbers(state, command)
    number, allocation = state.pool.allocate(Wish(pair, country, alone, busy))
    return Session(
        ordinal=state.ordinal + 1,
        uuid=state.chance.uuid("session"),
        owner=command.owner,
        first_party=command.first_party,
        second_party=command.second_party,
        number=number.digits,
        status=Status.ACTIVE,
        created_at=now,
        modified_at=now,
        expires_at=later(now, command.expiry_s * SECOND_US),
        settings=state.settings_alike.one_of(command.settings),
        pins=_pins(state, command.pins, number.digits),
        allocation=state.allocations_alike.one_of(allocation),
    )


def _refreshed(state: State, known: Session, command: CreateSession, now: int) -> Session:
    # UUID, number and creation time stay, modification and expiry are new, and everything else is as this create
    # asks. Source: ledger: refresh_keeps, refresh_replaces_settings.
    refreshed = replace(
        known,
        status=step(known.status, Signal.REFRESHED),
        modified_at=now,
        expires_at=later(now, command.expiry_s * SECOND_US),
        settings=state.settings_alike.one_of(command.settings),
        pins=_pins(state, command.pins, known.number),
    )
    _check_alone(state, refreshed)
    return refreshed


def _pins(state: State, wish: PinWish | None, number: str) -> Pins | None:
    if wish is None:
        return None
    return settle_pins(wish, state.chance, lambda pin: state.book.pin_taken(number, pin))


def _busy_numbers(state: State, command: CreateSession) -> dict[str, str]:
    parties = (command.first_party, command.second_party)
    return {s.number: s.uuid for party in parties if party for s in state.book.live_of(party)}


def _check_new_parties(state: State, session: Session, first: str, second: str) -> None:
    if not session.settings.single_party:
        raise Refused(Reason.PARTY_FIXED, session=session)
    if first == second:
        raise Refused(Reason.PARTIES_EQUAL)
    if session.number in (first, second):
        raise Refused(Reason.PARTY_IS_NUMBER, party=session.number)
    for party in (p for p in (first, second) if p and p not in session.parties):
        # A call finds its session by (caller, number), so the number must not know the party yet
        # (ledger: update_party_busy).
        for other in state.book.live_of(party):
            if other.number == session.number:
                raise Refused(Reason.PARTY_BUSY, party=party, session=other.uuid)
    other_session = _live_session_of(state, (session.owner, first, second))
    if other_session is not None:
        raise Refused(Reason.PAIR_BUSY, session=other_session.uuid)


def _check_alone(state: State, session: Session) -> None:
    # Giving up the PIN would let any caller on the number reach its party (ledger: refresh_without_pin).
    if session.needs_number_alone and state.pool.use(session.number).sessions > 1:
        raise Refused(
            Reason.POOL_EXHAUSTED,
            calling_code=session.allocation.calling_code,
            dropped=(Candidate(session.number, DropReason.OCCUPIED),),
            dropped_unlisted=0,
        )


def _cooloff(ended: Session, now: int) -> Sequence[Event]:
    cooloff_s = ended.settings.cooloff_s
    if not cooloff_s:
        return ()
    return (CoolOffStarted(now, CoolOff(ended.number, ended.uuid, ended.pair, later(now, cooloff_s * SECOND_US))),)


def _room_for_one_more(state: State, now: int) -> Sequence[Event]:
    ended = len(state.book) - state.book.live_count
    if ended < state.rules.sessions_ended_max:
        return ()
    batch = forgotten_at_once(state.rules.sessions_ended_max)
    oldest = state.book.ended_oldest(batch)
    # There may be none: a session of which a call runs is not forgotten.
    return (SessionsForgotten(now, oldest),) if oldest else ()
