"""How a call ends: whose leg ends first and why, what it cost, and what it leaves in its session.

The leg that the signal is about ends with the signal's cause; the other one was hung up, or, where it was never
answered, canceled (ledger: hangup_causes).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from masking_emulator.core.decisions import recordings
from masking_emulator.core.decisions.billing import amount_micros, billed_s
from masking_emulator.core.decisions.session_life import Signal, step
from masking_emulator.core.decisions.sessions import timed_out
from masking_emulator.core.events import CallEnded, CallsForgotten, Event, LegEnded, SessionCallEnded
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import Record, replace
from masking_emulator.core.records.calls import (
    FIRST,
    SECOND,
    Call,
    CallSignal,
    Cause,
    History,
    Interaction,
    Leg,
    Phase,
    Source,
)
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.rules import Rules, Tariff, forgotten_at_once
from masking_emulator.core.state import State


class _Ending(Record):
    """Why and by whom; `place` is the leg that ends first, and None the last one that there is."""

    cause: Cause
    source: Source
    place: int | None
    both: bool = False


_ENDINGS: Final[Mapping[CallSignal, _Ending]] = {
    CallSignal.BUSY: _Ending(Cause.BUSY, Source.CALLEE, None),
    CallSignal.REJECTED: _Ending(Cause.REJECTED, Source.CALLEE, None),
    CallSignal.NO_ANSWER: _Ending(Cause.NO_ANSWER, Source.CARRIER, None),
    CallSignal.UNREACHABLE: _Ending(Cause.OUT_OF_SERVICE, Source.CARRIER, None),
    CallSignal.RING_TIMED_OUT: _Ending(Cause.RING_TIMEOUT, Source.SERVICE, None),
    CallSignal.PIN_FAILED: _Ending(Cause.NORMAL, Source.SERVICE, 0),
    CallSignal.ANNOUNCED: _Ending(Cause.NORMAL, Source.SERVICE, 0),
    CallSignal.CALLER_HUNG_UP: _Ending(Cause.NORMAL, Source.CALLER, 0),
    CallSignal.CALLEE_HUNG_UP: _Ending(Cause.NORMAL, Source.CALLEE, 1),
    CallSignal.TIME_LIMIT: _Ending(Cause.TIME_LIMIT, Source.SERVICE, 0, both=True),
}


def ended(state: State, call: Call, signal: CallSignal, now: int) -> list[Event]:
    """The call ends: its legs, its recording, itself, and its session's interaction."""
    ending = _ENDINGS[signal]
    last = len(call.legs) - 1
    place = last if ending.place is None else ending.place
    tariff = state.rules.tariff
    legs = tuple(
        [
            _closed(leg, ending.cause if at == place or ending.both else None, ending.source, tariff, now)
            for at, leg in enumerate(call.legs)
        ]
    )
    over = replace(call, phase=Phase.ENDED, legs=legs, next=None, ended_at=now)
    events: list[Event] = [LegEnded(now, over, place)]
    if last:
        events.append(LegEnded(now, over, 1 - place))
    if over.recording:
        events += recordings.completed(state, over, now)
    events.append(CallEnded(now, over))
    session = state.book.get(call.session)
    if session is None:
        return [*events, *_stranger_heard(state, over, now)]
    left = _after_call(session, over, state.rules)
    events.append(SessionCallEnded(now, left))
    if left.is_live and not left.running and left.is_due(now):
        events += timed_out(state, left, now)
    return events


def turned_away(state: State, call: Call, now: int) -> list[Event]:
    """A call that no session takes ends as it begins."""
    leg = replace(call.legs[0], ended_at=now, cause=Cause.NOT_CONNECTED, source=Source.SERVICE)
    over = replace(call, phase=Phase.ENDED, legs=(leg,), ended_at=now, next=None)
    return [LegEnded(now, over, 0), CallEnded(now, over), *_stranger_heard(state, over, now)]


def room_for_one_more(state: State, now: int) -> Sequence[Event]:
    """The event that drops the oldest ended calls, where the limit on how many are kept is reached."""
    kept = len(state.calls) - state.calls.running_count
    if kept < state.rules.calls_ended_max:
        return ()
    batch = forgotten_at_once(state.rules.calls_ended_max)
    return (CallsForgotten(now, state.calls.ended_oldest(batch)),)


def _closed(leg: Leg, cause: Cause | None, source: Source, tariff: Tariff, now: int) -> Leg:
    """The leg, over and billed. `cause` None: it ends because the other leg does."""
    if cause is None:
        cause = Cause.CANCELED if leg.answered_at is None else Cause.NORMAL
    duration_s = billed = 0
    if leg.answered_at is not None:
        duration_s = (now - leg.answered_at) // SECOND_US
        billed = billed_s(duration_s, tariff)
    return Leg(
        leg.uuid,
        leg.person,
        leg.role,
        leg.inbound,
        leg.started_at,
        leg.answered_at,
        now,
        cause,
        source,
        duration_s,
        billed,
        amount_micros(billed, tariff),
    )


def _after_call(session: Session, call: Call, rules: Rules) -> Session:
    signal = Signal.CALL_ENDED if session.running > 1 else Signal.LAST_CALL_ENDED
    history = _with(session, call, rules.interactions_max)
    return replace(session, status=step(session.status, signal), running=session.running - 1, history=history)


def _stranger_heard(state: State, call: Call, now: int) -> Sequence[Event]:
    """What a call that belongs to no session leaves in the one whose message or prompt was heard: by the rules."""
    host = state.book.get(call.host)
    if host is None or not host.is_live or not state.rules.strangers_interact:
        return ()
    return (SessionCallEnded(now, replace(host, history=_with(host, call, state.rules.interactions_max))),)


def _with(session: Session, call: Call, interactions_max: int) -> History:
    """The history with this call. Totals are over all calls, however few interactions are shown."""
    assert call.ended_at is not None, "only an ended call leaves an interaction"
    history = session.history
    by_role = {leg.role: leg for leg in call.legs}
    first, second = by_role.get(FIRST), by_role.get(SECOND)
    stranger = second if session.first_party else first
    interaction = Interaction(
        call=call.uuid,
        first_leg=first.uuid if first else "",
        second_leg=second.uuid if second else "",
        recording=call.recording,
        started_at=call.started_at,
        ended_at=call.ended_at,
        legs=len(call.legs),
        duration_s=call.duration_s,
        billed_s=call.billed_s,
        amount_micros=call.amount_micros,
    )
    return History(
        interactions=(*history.interactions, interaction)[-interactions_max:],
        legs=history.legs + interaction.legs,
        billed_s=history.billed_s + interaction.billed_s,
        amount_micros=history.amount_micros + interaction.amount_micros,
        last_at=interaction.ended_at,
        counterpart=stranger.person if stranger else history.counterpart,
    )
