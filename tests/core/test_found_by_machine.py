"""What the state machines found, each as a plain story."""

import pytest
from masking_emulator.core.commands import PlaceCall, StepCall, TypeDigits
from masking_emulator.core.events import CallbackDue, CallBegan, Event, PinChecked, SessionsForgotten
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import NoticeKind
from masking_emulator.core.records.calls import Call, CallSignal, Route, Script
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.refusals import Reason, Refused

from tests.core.play import ANNA, BEN, CARA, DAVE, EVE, FINN, RULES, SETTINGS, A, World, pin_wish

_TOLD = replace(SETTINGS, callback_url="https://example.com/status")


def _called(world: World, caller: str, session: Session) -> Call:
    """A manual call to a session's number, as it stands at once."""
    events = world.do(PlaceCall(caller, session.number, Script(manual=True)))
    return next(event.call for event in events if isinstance(event, CallBegan))


def _kinds(events: list[Event]) -> list[NoticeKind]:
    return [event.callback.notice.kind for event in events if isinstance(event, CallbackDue)]


@pytest.mark.parametrize("signal", [CallSignal.PIN_RIGHT, CallSignal.PIN_WRONG, CallSignal.PIN_FAILED])
def test_no_step_says_what_only_digits_can(world: World, signal: CallSignal) -> None:
    """Whether a PIN is right is for `type_digits` to know; a step that claims it is refused."""
    call = _called(world, EVE, world.create(ANNA, BEN, pins=pin_wish("1234", "4321")))

    with pytest.raises(Refused) as refused:
        world.do(StepCall(call.uuid, signal))
    assert Reason.STEP_IMPOSSIBLE is refused.value.reason


def test_wrong_pin_after_the_session_ended_is_not_told(world: World) -> None:
    """After the end of a session without running calls nothing more is told of it."""
    session = world.create(ANNA, BEN, pins=pin_wish("1234", "4321"), settings=_TOLD)
    call = _called(world, EVE, session)
    world.delete(session)

    assert [] == _kinds(world.do(TypeDigits(call.uuid, "9999")))


def test_refresh_makes_no_session_younger(world: World) -> None:
    """Of two sessions with the same PIN the one that was created last is meant, whatever was refreshed since."""
    world.create(ANNA, BEN, pins=pin_wish("1234", "4321"))
    younger = world.create(CARA, DAVE, pins=pin_wish("1234", "8765"))
    world.create(ANNA, BEN, pins=pin_wish("1234", "5678"))
    call = _called(world, EVE, younger)

    assert younger.uuid == call.host
    events = world.do(TypeDigits(call.uuid, "1234"))
    assert {younger.uuid} == {event.call.session for event in events if isinstance(event, PinChecked)}


def test_refresh_makes_no_message_younger(world: World) -> None:
    """The message of the session that was created last is played, whatever was refreshed since."""
    first = replace(SETTINGS, unknown_caller_play="https://example.com/first.mp3")
    world.create(ANNA, BEN, settings=first)
    younger = world.create(CARA, DAVE, settings=first)
    world.create(ANNA, BEN, settings=replace(first, unknown_caller_play="https://example.com/new.mp3"))

    assert younger.uuid == _called(world, EVE, younger).host


def test_nothing_is_forgotten_while_calls_run() -> None:
    """A session of which a call runs is kept past the limit, and no empty batch is told."""
    world = World(A, rules=replace(RULES, sessions_ended_max=1))
    session, other = world.create(ANNA, BEN), world.create(CARA, DAVE)
    _called(world, ANNA, session)
    world.delete(session)
    world.delete(other)

    assert not any(isinstance(event, SessionsForgotten) for event in world.journal)
    assert session.uuid == world.now(session).uuid


def test_nobody_is_connected_with_themselves(world: World) -> None:
    """The last caller becomes the party of a single-party session: nobody is on the other side any more."""
    session = world.create(ANNA, settings=SETTINGS)
    call = _called(world, EVE, session)
    world.do(StepCall(call.uuid, CallSignal.CALLER_HUNG_UP))
    world.update(session, first=EVE)

    assert Route.REFUSE is _called(world, EVE, session).route
    assert Route.ANYONE is _called(world, FINN, session).route


def test_call_takes_the_time_limit_of_the_session_that_its_pin_tells(world: World) -> None:
    """Until the PIN the newest session's rules hold; from then on those of the caller's session."""
    short = world.create(ANNA, BEN, pins=pin_wish("1234", "4321"), settings=replace(SETTINGS, call_time_limit_s=60))
    world.create(CARA, DAVE, pins=pin_wish("5678", "8765"))
    call = _called(world, EVE, short)
    world.do(TypeDigits(call.uuid, "1234"))
    world.do(StepCall(call.uuid, CallSignal.ANSWERED))
    world.wait(60)

    ended = world.engine.state.calls.get(call.uuid)
    assert ended is not None
    assert not ended.is_running
