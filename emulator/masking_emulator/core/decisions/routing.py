"""Routing: which session a call to a virtual number belongs to, and what becomes of it.

Looked up in this order: the caller is a party of a live session on the number; a PIN session is on it; a
single-party session has it to itself; a session has a message for unknown callers. The first that fits decides.
Where several sessions could decide, the newest does (ledger: route_pin_among_sessions, route_pin_collision).
"""

from masking_emulator.core.records.base import Record
from masking_emulator.core.records.calls import Call, Pins, Role, Route
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.state import State


class Routing(Record):
    """What becomes of a call: `session` owns the call or the message that is played, `callee` is who is called."""

    route: Route
    session: Session | None = None
    role: Role | None = None
    callee: str = ""


def routing_of(state: State, caller: str, number: str, now: int) -> Routing:
    """What becomes of a call from `caller` to `number`. A session whose expiry has come takes no new call."""
    for own in state.book.live_of(caller):
        if own.number == number and not own.is_due(now):
            return _way_of_party(own, caller)
    with_pin = state.book.newest_with_pins(number, now)
    if with_pin is not None:
        return Routing(Route.ASK_PIN, with_pin)
    exclusive = state.pool.use(number).exclusive
    if exclusive is not None:
        session = state.book.get(exclusive)
        assert session is not None, "a number is kept for a session that is not there"
        if not session.is_due(now):
            role = Role.SECOND if session.first_party else Role.FIRST
            return Routing(Route.ANYONE, session, role, session.party(role.other))
    return _way_of_stranger(state, number, now)


def routing_of_pin(state: State, call: Call, pin: str, now: int) -> Routing | None:
    """What becomes of a call whose caller typed `pin`; None where it is wrong.

    A party's PIN makes the caller that party. A registered caller must type their own, and in a single-party session
    either PIN leads to the party that there is (ledger: route_pin, route_forced_own_pin, route_single_party_pin).
    """
    session, caller = state.book.get(call.host), call.caller
    if session is None or caller not in session.parties:
        session = state.book.newest_with_pin(call.number, pin, now)
    if session is None or session.pins is None or not session.is_live or session.is_due(now):
        return None
    role = _role_of_pin(session.pins, pin)
    if role is None:
        return None
    if caller in session.parties:
        way = _way_of_party(session, caller)
        return way if way.role is role else None
    if not session.party(role.other):
        role = role.other
    return Routing(Route.ASK_PIN, session, role, session.party(role.other))


def role_of(session: Session, person: str) -> Role:
    """Which party of the session this registered number is."""
    return Role.FIRST if person == session.first_party else Role.SECOND


def other_side(session: Session, role: Role) -> str:
    """Whom this party is connected with; "" where there is nobody.

    Source: single-party page: a registered party reaches the other side of the last interaction. An update may have
    made that one the party itself.
    """
    person = session.party(role.other) or session.history.counterpart
    return "" if person == session.party(role) else person


def _role_of_pin(pins: Pins, pin: str) -> Role | None:
    return Role.FIRST if pin == pins.first else Role.SECOND if pin == pins.second else None


def _way_of_party(session: Session, caller: str) -> Routing:
    role = role_of(session, caller)
    callee = other_side(session, role)
    if not callee:
        # Nobody has called yet, so there is nobody to be connected with: treated as an unknown caller, who hears
        # the message where there is no PIN (ledger: route_no_last_interaction, route_unknown_play).
        announces = session.pins is None and session.settings.unknown_caller_play
        route = Route.ANNOUNCE if announces else Route.REFUSE
        return Routing(route, session)
    forced = session.pins is not None and session.pins.forced
    return Routing(Route.ASK_PIN if forced else Route.CONNECT, session, role, callee)


def _way_of_stranger(state: State, number: str, now: int) -> Routing:
    announcing = state.book.newest_announcing(number, now)
    if announcing is not None:
        return Routing(Route.ANNOUNCE, announcing)
    return Routing(Route.REFUSE if state.pool.use(number).sessions else Route.APPLICATION)
