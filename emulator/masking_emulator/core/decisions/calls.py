"""Calls: one caller's way through a virtual number, from the first ring to the last hangup.

Every step is a move of the table in `call_flow.py`; here is what each move does. A call always knows what comes
next by itself (`Call.next`): what its script and the phones' habits make happen, or a timeout, whichever is first.
What it leaves behind is decided in `call_endings.py`, and which callbacks it causes in `notices.py`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from masking_emulator.core.commands import InitiateCall, PlaceCall, StepCall, TypeDigits
from masking_emulator.core.decisions import call_endings, habits
from masking_emulator.core.decisions.call_flow import move
from masking_emulator.core.decisions.recordings import started
from masking_emulator.core.decisions.routing import Routing, other_side, routing_of, routing_of_pin
from masking_emulator.core.decisions.session_life import Signal, step
from masking_emulator.core.events import (
    CallBegan,
    CallNotPlaced,
    Event,
    LegAnswered,
    LegRinging,
    MessagePlayed,
    PinAsked,
    PinChecked,
    SessionCallBegan,
)
from masking_emulator.core.instants import SECOND_US, later
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import (
    FIRST,
    Call,
    CallSignal,
    Leg,
    Message,
    Phase,
    PinVerdict,
    Role,
    Route,
    Script,
    Step,
)
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.refusals import Reason, Refused
from masking_emulator.core.state import State

#: Routes of which the caller hears nothing but a message, a prompt or a refusal, unless a PIN lets them through.
_ASKED: Final = (Route.ASK_PIN, Route.ANNOUNCE, Route.REFUSE)

#: Routes of which the number answers at once.
_ANSWERED: Final = (Route.CONNECT, Route.ASK_PIN, Route.ANYONE, Route.ANNOUNCE)

# Named here because every step asks for them (Choice in core/records/base.py).
_PLACED: Final = Route.PLACED
_ASK_PIN: Final = Route.ASK_PIN
_BEGINNING: Final = Phase.RINGING_FIRST
_CONNECTING: Final = Phase.RINGING_SECOND
_ENDED: Final = Phase.ENDED
_RING_TIMED_OUT: Final = CallSignal.RING_TIMED_OUT
_UNREACHABLE: Final = CallSignal.UNREACHABLE

#: Signals that follow from the digits, so that no user can give them.
_VERDICTS: Final = (CallSignal.PIN_RIGHT, CallSignal.PIN_WRONG, CallSignal.PIN_FAILED)


def place(state: State, command: PlaceCall, now: int) -> list[Event]:
    """Somebody dials a virtual number, which answers by itself.

    Raises Refused: NUMBER_UNKNOWN, CALLS_FULL.
    """
    number = state.pool.get(command.number)
    if number is None:
        raise Refused(Reason.NUMBER_UNKNOWN, number=command.number)
    _check_room(state)
    way = routing_of(state, command.caller, command.number, now)
    call = _new_call(state, way, command.caller, command.number, command.script, now, owner=number.owner)
    return [*call_endings.room_for_one_more(state, now), *_ROUTES[way.route](state, call, way, now)]


def initiate(state: State, command: InitiateCall, now: int) -> list[Event]:
    """The service calls the first party of a session itself, unless somebody was quicker or nobody is there."""
    session = state.book.get(command.session)
    if session is None or not session.is_live or not session.first_party or session.running:
        return [CallNotPlaced(now, command.session)]
    callee = other_side(session, Role.FIRST)
    if not callee or state.calls.running_count >= state.rules.calls_running_max:
        return [CallNotPlaced(now, command.session)]
    way = Routing(Route.PLACED, session, Role.FIRST, callee)
    call = _new_call(state, way, session.first_party, session.number, Script(), now, owner=session.owner)
    ringing, rings = _ringing(state, call, 0, now)
    began: list[Event] = [CallBegan(now, ringing), SessionCallBegan(now, _began(session))]
    return [*call_endings.room_for_one_more(state, now), *began, *rings]


def take_step(state: State, command: StepCall, now: int) -> list[Event]:
    """Something happens to a call. Raises Refused: CALL_NOT_FOUND, CALL_ENDED, STEP_IMPOSSIBLE."""
    call = find_running(state, command.call)
    phase = move(call.phase, command.signal)
    if command.signal in _VERDICTS:
        raise Refused(Reason.STEP_IMPOSSIBLE, phase=call.phase, signal=command.signal)
    if phase is _ENDED:
        return call_endings.ended(state, call, command.signal, now)
    return _MOVES[call.phase](state, call, now)


def type_digits(state: State, command: TypeDigits, now: int) -> list[Event]:
    """The caller types a PIN. Raises Refused: CALL_NOT_FOUND, CALL_ENDED, STEP_IMPOSSIBLE."""
    call = find_running(state, command.call)
    move(call.phase, CallSignal.PIN_RIGHT)
    way = routing_of_pin(state, call, command.digits, now)
    if way is None:
        return _wrong_pin(state, call, now)
    session, role = way.session, way.role
    assert session is not None, "a right PIN is a session's"
    leg = replace(call.legs[0], role=role)
    owned = replace(
        call,
        session=session.uuid,
        host=session.uuid,
        owner=session.owner,
        callee=way.callee,
        legs=(leg,),
        ring_timeout_s=session.settings.ring_timeout_s,
        time_limit_s=session.settings.call_time_limit_s,
        limit_at=max(now, later(call.started_at, session.settings.call_time_limit_s * SECOND_US)),
    )
    checked = PinChecked(now, owned, PinVerdict.RIGHT, call.wrong_pins, last=True)
    return [checked, SessionCallBegan(now, _began(session)), *_connected(state, owned, session, now)]


def find(state: State, uuid: str) -> Call:
    """The call with this leg. Raises Refused(CALL_NOT_FOUND)."""
    call = state.calls.get(uuid)
    if call is None:
        raise Refused(Reason.CALL_NOT_FOUND, uuid=uuid)
    return call


def find_running(state: State, uuid: str) -> Call:
    """The call with this leg, which runs. Raises Refused: CALL_NOT_FOUND, CALL_ENDED."""
    call = find(state, uuid)
    if not call.is_running:
        raise Refused(Reason.CALL_ENDED, uuid=uuid)
    return call


def _connect(state: State, call: Call, way: Routing, now: int) -> list[Event]:
    """A caller whom the session knows, or takes without a question."""
    session = way.session
    assert session is not None, "only a session connects"
    first: list[Event] = [CallBegan(now, call), SessionCallBegan(now, _began(session))]
    if session.pins is not None:
        first.append(PinChecked(now, call, PinVerdict.NOT_NEEDED, 0, last=True))
    return [*first, *_connected(state, call, session, now)]


def _ask_pin(state: State, call: Call, way: Routing, now: int) -> list[Event]:
    del way
    return [CallBegan(now, call), *_asked(state, call, now)]


def _announce(state: State, call: Call, way: Routing, now: int) -> list[Event]:
    session = way.session
    assert session is not None, "a message is a session's"
    over = Step(later(now, state.rules.telephony.message_us), CallSignal.ANNOUNCED)
    announcing = replace(call, phase=Phase.ANNOUNCING, next=habits.soonest(call, over))
    url = session.settings.unknown_caller_play
    return [CallBegan(now, announcing), MessagePlayed(now, call.uuid, Message.UNKNOWN_CALLER, url)]


def _turn_away(state: State, call: Call, way: Routing, now: int) -> list[Event]:
    del way
    return [CallBegan(now, call), *call_endings.turned_away(state, call, now)]


#: What a call to a virtual number begins with. `initiate` begins the placed ones.
_ROUTES: Final[Mapping[Route, Callable[[State, Call, Routing, int], list[Event]]]] = {
    Route.CONNECT: _connect,
    Route.ANYONE: _connect,
    Route.ASK_PIN: _ask_pin,
    Route.ANNOUNCE: _announce,
    Route.REFUSE: _turn_away,
    Route.APPLICATION: _turn_away,
}


def _first_answered(state: State, call: Call, now: int) -> list[Event]:
    """The first party has answered the service's own call."""
    session = _session_of(state, call)
    answered = replace(
        call, legs=(replace(call.legs[0], answered_at=now),), limit_at=later(now, call.time_limit_s * SECOND_US)
    )
    return _connected(state, answered, session, now)


def _second_answered(state: State, call: Call, now: int) -> list[Event]:
    """Both are there: they are connected, and the recording begins."""
    session = _session_of(state, call)
    first, second = call.legs
    recorded: list[Event] = []
    if session.settings.record:
        recording = started(state, call, session, now)
        recorded = [recording]
        call = replace(call, recording="" if call.script.recording_fails else recording.recording.uuid)
    hangup = habits.soonest(call, habits.hangup(state, call, now))
    bridged = replace(call, phase=Phase.BRIDGED, legs=(first, replace(second, answered_at=now)), next=hangup)
    return [LegAnswered(now, bridged, 1), *_played_to(session, bridged, 1, now), *recorded]


def _connected(state: State, call: Call, session: Session, now: int) -> list[Event]:
    """The first leg stands, and its person is known: the other one is called."""
    ringing, rings = _ringing(state, call, 1, now)
    return [LegAnswered(now, ringing, 0), *_played_to(session, call, 0, now), *rings]


def _ringing(state: State, call: Call, place: int, now: int) -> tuple[Call, list[Event]]:
    """The call with this leg dialled, and the event that its phone rings."""
    phase = _BEGINNING if place == 0 else _CONNECTING
    legs = call.legs
    if place == 1:
        role = legs[0].role
        assert role is not None, "somebody unknown is connected with nobody"
        legs = (legs[0], Leg(state.chance.uuid("leg"), call.callee, role.other, inbound=False, started_at=now))
    timeout = Step(later(now, call.ring_timeout_s * SECOND_US), _RING_TIMED_OUT)
    reaction = habits.reaction(state, call, place, now)
    dialled = replace(call, phase=phase, legs=legs, next=habits.soonest(call, reaction, timeout))
    # A phone that cannot be reached does not ring (ledger: unreachable_does_not_ring).
    rings = reaction is None or reaction.signal is not _UNREACHABLE
    return dialled, [LegRinging(now, dialled, place)] if rings else []


def _asked(state: State, call: Call, now: int) -> list[Event]:
    """The prompt plays, and the caller types, or does not."""
    assert call.pins is not None, "a call that asks for a PIN knows its rules"
    asking = replace(
        call,
        phase=Phase.ASKING_PIN,
        prompts=call.prompts + 1,
        next=habits.soonest(call, habits.typing(state, call, now)),
    )
    return [PinAsked(now, asking), *_played(asking, Message.PIN_PROMPT, call.pins.prompt_play, now)]


def _wrong_pin(state: State, call: Call, now: int) -> list[Event]:
    # One attempt more than there are retries (ledger: pin_attempts).
    pins = call.pins
    assert pins is not None, "a call that asks for a PIN knows its rules"
    wrong = replace(call, wrong_pins=call.wrong_pins + 1)
    played = _played(wrong, Message.INCORRECT_PIN, pins.incorrect_play, now)
    if call.wrong_pins >= pins.retries:
        checked = PinChecked(now, wrong, PinVerdict.WRONG, call.wrong_pins, last=True)
        return [checked, *played, *call_endings.ended(state, wrong, CallSignal.PIN_FAILED, now)]
    over = Step(later(now, pins.retry_wait_s * SECOND_US), CallSignal.PAUSE_OVER)
    pausing = replace(wrong, phase=move(wrong.phase, CallSignal.PIN_WRONG), next=habits.soonest(wrong, over))
    return [PinChecked(now, pausing, PinVerdict.WRONG, call.wrong_pins, last=False), *played]


#: What happens when a call leaves this phase and does not end.
_MOVES: Final[Mapping[Phase, Callable[[State, Call, int], list[Event]]]] = {
    Phase.RINGING_FIRST: _first_answered,
    Phase.PAUSING: _asked,
    Phase.RINGING_SECOND: _second_answered,
}


def _new_call(state: State, way: Routing, caller: str, number: str, script: Script, now: int, *, owner: int) -> Call:
    """The record of a call whose first leg begins, and is answered where the caller came to us."""
    session, route = way.session, way.route
    inbound, asked = route is not _PLACED, route in _ASKED
    uuid = state.chance.uuid("leg")
    leg = Leg(uuid, caller, way.role, inbound, now, answered_at=now if route in _ANSWERED else None)
    time_limit_s = session.settings.call_time_limit_s if session else state.rules.call_time_limit_s
    return Call(
        ordinal=state.call_ordinal + 1,
        uuid=uuid,
        number=number,
        owner=session.owner if session else owner,
        route=route,
        session="" if session is None or asked else session.uuid,
        host=session.uuid if session else "",
        caller=caller,
        callee="" if asked else way.callee,
        phase=_BEGINNING,
        legs=(leg,),
        script=script,
        started_at=now,
        ring_timeout_s=session.settings.ring_timeout_s if session else 0,
        time_limit_s=time_limit_s,
        pins=session.pins if session and route is _ASK_PIN else None,
        limit_at=later(now, time_limit_s * SECOND_US) if inbound else None,
    )


def _began(session: Session) -> Session:
    return replace(session, status=step(session.status, Signal.CALL_BEGAN), running=session.running + 1)


def _session_of(state: State, call: Call) -> Session:
    session = state.book.get(call.session)
    assert session is not None, "a call runs in a session that is not there"
    return session


def _check_room(state: State) -> None:
    if state.calls.running_count >= state.rules.calls_running_max:
        raise Refused(Reason.CALLS_FULL, limit=state.rules.calls_running_max)


def _played_to(session: Session, call: Call, place: int, now: int) -> list[Event]:
    """What a party hears before it is connected. It takes no time, because its length is not known."""
    first = call.legs[place].role is FIRST
    url = session.settings.first_party_play if first else session.settings.second_party_play
    return _played(call, Message.FIRST_PARTY if first else Message.SECOND_PARTY, url, now) if url else []


def _played(call: Call, message: Message, url: str, now: int) -> list[Event]:
    return [MessagePlayed(now, call.uuid, message, url)] if url else []
