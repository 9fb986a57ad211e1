"""What each step of a call does."""

from collections.abc import Callable

import pytest
from masking_emulator.core.events import (
    CallBegan,
    CallNotPlaced,
    LegAnswered,
    LegRinging,
    MessagePlayed,
    PinAsked,
    PinChecked,
    SessionCallBegan,
    SessionCallEnded,
)
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import Call, CallSignal, Cause, Habit, Message, Phase, Role, Route, Source
from masking_emulator.core.records.sessions import Session, Settings, Status
from masking_emulator.core.refusals import Reason, Refused

from tests.core.play import ANNA, BEN, CARA, DAVE, EVE, FINN, RULES, SETTINGS, START, TELLING, A, B, World, pin_wish

_INITIATING = replace(TELLING, initiate_call=True)


def _causes(call: Call) -> list[Cause | None]:
    return [leg.cause for leg in call.legs]


def _only_call(world: World) -> Call:
    (call,) = world.engine.state.calls.all()
    return call


def _standing(world: World, session: Session) -> tuple[Status, int, int]:
    """Status, running calls, and calls that ended."""
    now = world.now(session)
    return now.status, now.running, len(now.history.interactions)


# A call by a registered party


def test_virtual_number_answers_by_itself(world: World) -> None:
    """There is no ring phase on a virtual number (ledger: auto_answer): the first leg stands at once."""
    world.create(ANNA, BEN)
    call = world.call(ANNA)

    first, second = call.legs
    assert (START, True) == (first.answered_at, first.inbound)
    assert (None, False) == (second.answered_at, second.inbound)
    assert call.uuid == first.uuid


def test_call_rings_talks_and_ends_by_itself(world: World) -> None:
    """People whom nobody described answer after 3 seconds and talk for 30."""
    world.create(ANNA, BEN)
    call = world.call(ANNA)
    kinds = [type(event) for event in world.journal[-4:]]

    assert [CallBegan, SessionCallBegan, LegAnswered, LegRinging] == kinds
    assert Phase.RINGING_SECOND is world.call_now(call).phase
    world.wait(3)
    assert Phase.BRIDGED is world.call_now(call).phase
    world.wait(30)
    ended = world.call_now(call)
    assert (Phase.ENDED, START + 33 * SECOND_US) == (ended.phase, ended.ended_at)
    assert [Cause.NORMAL, Cause.NORMAL] == _causes(ended)


def test_status_follows_the_calls_of_a_session(world: World) -> None:
    """active, in-progress while calls run, active again (ledger: status_in_progress)."""
    session = world.create(ANNA, BEN)
    one, two = world.call(ANNA, manual=True), world.call(BEN, manual=True)

    assert (Status.IN_PROGRESS, 2, 0) == _standing(world, session)
    world.step(one, CallSignal.CALLER_HUNG_UP)
    assert (Status.IN_PROGRESS, 1, 1) == _standing(world, session)
    world.step(two, CallSignal.CALLER_HUNG_UP)
    assert (Status.ACTIVE, 0, 2) == _standing(world, session)


def test_parties_hear_their_messages_before_they_talk(world: World) -> None:
    """first_party_play_url and second_party_play_url go to the parties, whoever calls (ledger: party_messages)."""
    first, second = "https://example.com/first.mp3", "https://example.com/second.mp3"
    world.create(ANNA, BEN, settings=replace(SETTINGS, first_party_play=first, second_party_play=second))
    world.call(BEN)
    world.wait(3)

    played = [(e.at, e.message, e.url) for e in world.journal if isinstance(e, MessagePlayed)]
    assert [
        (START, Message.SECOND_PARTY, second),
        (START + 3 * SECOND_US, Message.FIRST_PARTY, first),
    ] == played


@pytest.mark.parametrize(
    ("habit", "seconds", "cause", "source"),
    [
        (Habit.BUSY, 3, Cause.BUSY, Source.CALLEE),
        (Habit.REJECT, 3, Cause.REJECTED, Source.CALLEE),
        (Habit.UNREACHABLE, 0, Cause.OUT_OF_SERVICE, Source.CARRIER),
        (Habit.NO_ANSWER, 45, Cause.RING_TIMEOUT, Source.SERVICE),
        (Habit.MANUAL, 45, Cause.RING_TIMEOUT, Source.SERVICE),
    ],
)
def test_second_leg_fails(world: World, habit: Habit, seconds: int, cause: Cause, source: Source) -> None:
    """Both legs end, the first one without a fault (ledger: hangup_causes)."""
    session = world.create(ANNA, BEN)
    call = world.call(ANNA, habit=habit)
    world.wait(seconds)

    ended = world.call_now(call)
    assert START + seconds * SECOND_US == ended.ended_at
    assert [(Cause.NORMAL, source), (cause, source)] == [(leg.cause, leg.source) for leg in ended.legs]
    assert [seconds, 0] == [leg.duration_s for leg in ended.legs]
    assert Status.ACTIVE is world.now(session).status


def test_phone_that_cannot_be_reached_does_not_ring(world: World) -> None:
    """Every other failure is told after a ring (ledger: unreachable_does_not_ring)."""
    world.create(ANNA, BEN)
    world.call(ANNA, habit=Habit.UNREACHABLE)
    world.wait(60)

    assert not [event for event in world.journal if isinstance(event, LegRinging)]


def test_ring_timeout_is_the_sessions(world: World) -> None:
    """It bounds the ringing of each leg (ledger: ring_timeout_per_leg)."""
    world.create(ANNA, BEN, settings=replace(SETTINGS, ring_timeout_s=20))
    call = world.call(ANNA, habit=Habit.NO_ANSWER)
    world.wait(20)

    assert [Cause.NORMAL, Cause.RING_TIMEOUT] == _causes(world.call_now(call))


def test_answer_at_the_ring_timeout_is_an_answer(world: World) -> None:
    """Of two things at one instant the phone's comes first (ledger: ring_timeout_per_leg)."""
    world.create(ANNA, BEN)
    call = world.call(ANNA, after_s=45)
    world.wait(45)

    assert Phase.BRIDGED is world.call_now(call).phase


# The end


def _ringing(world: World, settings: Settings = SETTINGS) -> Call:
    world.create(ANNA, BEN, settings=settings)
    return world.call(ANNA, manual=True)


def _bridged(world: World, settings: Settings = SETTINGS) -> Call:
    return world.step(_ringing(world, settings), CallSignal.ANSWERED)


def _asking(world: World, settings: Settings = SETTINGS) -> Call:
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222", retry_wait_s=90), settings=settings)
    return world.call(EVE, manual=True)


def _pausing(world: World, settings: Settings = SETTINGS) -> Call:
    return world.type_digits(_asking(world, settings), "0000")


def _announcing(world: World, settings: Settings = SETTINGS) -> Call:
    world.create(ANNA, BEN, settings=replace(settings, unknown_caller_play="https://example.com/unknown.mp3"))
    return world.call(EVE, manual=True)


each_stand = pytest.mark.parametrize("stand", [_ringing, _bridged, _asking, _pausing, _announcing])
_Stand = Callable[..., Call]


@each_stand
def test_caller_hangs_up(world: World, stand: _Stand) -> None:
    """In every phase; a phone that rings stops ringing."""
    call = world.step(stand(world), CallSignal.CALLER_HUNG_UP)

    second = Cause.CANCELED if stand is _ringing else Cause.NORMAL
    assert [Cause.NORMAL, second][: len(call.legs)] == _causes(call)
    assert {Source.CALLER} == {leg.source for leg in call.legs}
    assert Phase.ENDED is call.phase


def test_callee_hangs_up(world: World) -> None:
    """Only who has answered can."""
    call = world.step(_bridged(world), CallSignal.CALLEE_HUNG_UP)

    assert [(Cause.NORMAL, Source.CALLEE)] * 2 == [(leg.cause, leg.source) for leg in call.legs]


@each_stand
def test_time_limit_ends_every_leg(stand: _Stand) -> None:
    """All legs of a session's call, whatever it is at (ledger: call_time_limit_ends_all_legs)."""
    world = World(A, rules=replace(RULES, telephony=replace(RULES.telephony, message_us=90 * SECOND_US)))
    call = stand(world, replace(SETTINGS, call_time_limit_s=60, ring_timeout_s=120))
    world.wait(60)

    ended = world.call_now(call)
    assert START + 60 * SECOND_US == ended.ended_at
    assert {Cause.TIME_LIMIT} == set(_causes(ended))
    assert {Source.SERVICE} == {leg.source for leg in ended.legs}


@pytest.mark.parametrize("signal", list(CallSignal))
def test_ended_call_takes_no_step(world: World, signal: CallSignal) -> None:
    """What is over is over."""
    call = world.step(_ringing(world), CallSignal.CALLER_HUNG_UP)
    with pytest.raises(Refused) as refused:
        world.step(call, signal)

    assert refused.value.reason is Reason.CALL_ENDED


@pytest.mark.parametrize("signal", [CallSignal.PIN_RIGHT, CallSignal.PIN_WRONG, CallSignal.PIN_FAILED])
def test_pin_is_judged_by_its_digits_only(world: World, signal: CallSignal) -> None:
    """Nobody can tell the service what came of a PIN."""
    call = _asking(world)
    with pytest.raises(Refused) as refused:
        world.step(call, signal)

    assert refused.value.reason is Reason.STEP_IMPOSSIBLE
    assert call == world.call_now(call)


def test_digits_are_for_who_is_asked(world: World) -> None:
    """Typing while a phone rings is refused."""
    call = _ringing(world)
    with pytest.raises(Refused) as refused:
        world.type_digits(call, "1111")

    assert refused.value.reason is Reason.STEP_IMPOSSIBLE


def test_unknown_call_takes_no_step(world: World) -> None:
    """A step names a call that there is."""
    with pytest.raises(Refused) as refused:
        world.step(replace(_ringing(world), uuid="nobody"), CallSignal.ANSWERED)
    assert refused.value.reason is Reason.CALL_NOT_FOUND


def test_call_may_be_named_by_its_second_leg(world: World) -> None:
    """Each leg has its own resource, so either name will do."""
    call = _ringing(world)

    assert Phase.BRIDGED is world.step(replace(call, uuid=call.legs[1].uuid), CallSignal.ANSWERED).phase


# The PIN dialogue


def _dialogue(world: World) -> list[str]:
    """What happened around PINs, with seconds since the start."""
    words = []
    for event in world.journal:
        second = (event.at - START) / SECOND_US
        if isinstance(event, PinAsked):
            words.append(f"{second:g} asked")
        elif isinstance(event, PinChecked):
            words.append(f"{second:g} {event.verdict.value} {event.retries}{' last' if event.last else ''}")
    return words


def test_right_pin_connects(world: World) -> None:
    """Prompt, digits, bridge (ledger: pin_dialogue)."""
    session = world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    call = world.call(EVE, digits=["1111"])
    world.wait(5)

    assert ["0 asked", "5 right 0 last"] == _dialogue(world)
    assert Phase.RINGING_SECOND is world.call_now(call).phase
    assert Status.IN_PROGRESS is world.now(session).status


def test_dialogue_belongs_to_no_session(world: World) -> None:
    """Until a PIN has told whose call it is, every session stays active."""
    session = world.create(ANNA, BEN, pins=pin_wish("1111", "2222", retries=0))
    world.call(EVE, digits=["9999"])
    world.wait(60)

    assert () == world.now(session).history.interactions
    assert not [event for event in world.journal if isinstance(event, SessionCallBegan | SessionCallEnded)]


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_wrong_pin_may_be_tried_again_so_often(world: World, retries: int) -> None:
    """1 + pin_retry attempts, from the word "retries" (ledger: pin_attempts)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222", retries=retries))
    call = world.call(EVE, digits=["9999"] * 9)
    world.wait(120)

    dialogue = _dialogue(world)
    assert retries + 1 == sum("asked" in words for words in dialogue)
    assert dialogue[-1].endswith(f"wrong {retries} last")
    assert Phase.ENDED is world.call_now(call).phase


def test_next_prompt_comes_after_the_wait(world: World) -> None:
    """Message at once, pin_retry_wait, prompt again (ledger: pin_dialogue)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222", retry_wait_s=7, incorrect_play="https://example.com/no.mp3"))
    world.call(EVE, digits=["9999", "1111"])
    world.wait(60)

    assert ["0 asked", "5 wrong 0", "12 asked", "17 right 1 last"] == _dialogue(world)
    played = [(event.at - START) // SECOND_US for event in world.journal if isinstance(event, MessagePlayed)]
    assert [0, 5, 12] == played


def test_no_input_is_a_wrong_pin(world: World) -> None:
    """The service waits 5 seconds behind its prompt (ledger: pin_no_input)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    world.call(EVE, digits=[])
    world.wait(60)

    assert ["0 asked", "7 wrong 0", "12 asked", "19 wrong 1 last"] == _dialogue(world)


def test_pin_typed_by_hand_comes_before_the_habit(world: World) -> None:
    """What the script would have typed later is forgotten."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    call = world.type_digits(world.call(EVE, digits=["9999"]), "1111")
    world.wait(5)

    assert ["0 asked", "0 right 0 last"] == _dialogue(world)
    assert Phase.BRIDGED is world.call_now(call).phase


def test_known_caller_of_a_pin_session_is_told_so(world: World) -> None:
    """AuthorizedCaller is for registered numbers of sessions with PIN (ledger: pin_authorized)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    world.call(ANNA)

    assert ["0 not_needed 0 last"] == _dialogue(world)


def test_pin_brings_the_timers_of_its_session() -> None:
    """The session whose PIN it is sets ring timeout and time limit, not the one whose prompt was heard."""
    world = World(A)
    quick = replace(SETTINGS, call_time_limit_s=60, ring_timeout_s=20)
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"), settings=quick)
    world.create(CARA, DAVE, pins=pin_wish("3333", "4444"))
    call = world.type_digits(world.call(EVE, manual=True), "1111")

    assert (20, 60, START + 60 * SECOND_US) == (call.ring_timeout_s, call.time_limit_s, call.limit_at)


def test_time_limit_that_passed_in_the_dialogue_ends_the_call_at_once() -> None:
    """A long dialogue under another session's limit; instants never go back."""
    world = World(A)
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"), settings=replace(SETTINGS, call_time_limit_s=60))
    world.create(CARA, DAVE, pins=pin_wish("3333", "4444"))
    call = world.call(EVE, manual=True)
    world.wait(100)
    world.type_digits(call, "1111")
    world.wait(0)

    ended = world.call_now(call)
    assert START + 100 * SECOND_US == ended.ended_at == world.engine.now
    assert {Cause.TIME_LIMIT} == set(_causes(ended))


# The call that the service places itself


def test_service_calls_the_first_party_a_second_after_the_create(world: World) -> None:
    """The recorded call began one second after its session (ledger: initiate_after_a_second)."""
    world.create(ANNA, BEN, settings=_INITIATING)
    assert [] == list(world.engine.state.calls.all())
    world.wait(1)

    call = _only_call(world)
    assert (Route.PLACED, Phase.RINGING_FIRST, START + SECOND_US) == (call.route, call.phase, call.started_at)
    assert [(ANNA, Role.FIRST, False)] == [(leg.person, leg.role, leg.inbound) for leg in call.legs]


def test_second_party_is_called_when_the_first_has_answered(world: World) -> None:
    """And then they talk (ledger: initiate_call)."""
    session = world.create(ANNA, BEN, settings=_INITIATING)
    world.wait(4)
    assert Phase.RINGING_SECOND is _only_call(world).phase
    world.wait(3)
    assert Phase.BRIDGED is _only_call(world).phase
    world.wait(30)

    (interaction,) = world.now(session).history.interactions
    assert (2, 33 + 30) == (interaction.legs, interaction.duration_s)


@pytest.mark.parametrize(
    ("habit", "cause", "seconds"),
    [
        (Habit.BUSY, Cause.BUSY, 4),
        (Habit.REJECT, Cause.REJECTED, 4),
        (Habit.UNREACHABLE, Cause.OUT_OF_SERVICE, 1),
        (Habit.NO_ANSWER, Cause.RING_TIMEOUT, 46),
    ],
)
def test_first_leg_fails(world: World, habit: Habit, cause: Cause, seconds: int) -> None:
    """One leg of duration 0, and the session is active again (ledger: initiate_failed)."""
    world.phone(ANNA, habit)
    session = world.create(ANNA, BEN, settings=_INITIATING)
    world.wait(seconds)

    (interaction,) = world.now(session).history.interactions
    assert (1, 0, 0, "") == (
        interaction.legs,
        interaction.duration_s,
        interaction.amount_micros,
        interaction.second_leg,
    )
    assert (START + SECOND_US, START + seconds * SECOND_US) == (interaction.started_at, interaction.ended_at)
    assert [cause] == _causes(_only_call(world))
    assert Status.ACTIVE is world.now(session).status


def test_time_limit_of_a_placed_call_begins_with_its_answer(world: World) -> None:
    """Ringing is the ring timeout's affair."""
    world.phone(ANNA, after_s=30)
    world.create(ANNA, BEN, settings=replace(_INITIATING, call_time_limit_s=60))
    world.phone(BEN)
    world.wait(31)

    assert START + (31 + 60) * SECOND_US == _only_call(world).limit_at


@pytest.mark.parametrize("seconds", [0, 0.9])
def test_session_deleted_before_is_not_called(world: World, seconds: float) -> None:
    """Within the second before."""
    session = world.create(ANNA, BEN, settings=_INITIATING)
    world.wait(seconds)
    world.delete(session)

    assert world.engine.deadline() is None
    assert [] == world.wait(60)


def test_refresh_without_the_wish_takes_it_back(world: World) -> None:
    """The new settings replace the old ones (ledger: refresh_replaces_settings, initiate_again)."""
    world.create(ANNA, BEN, settings=_INITIATING)
    world.create(ANNA, BEN)

    assert [] == world.wait(60)


def test_refresh_with_the_wish_places_another_call(world: World) -> None:
    """Creating the pair again asks for a call again (ledger: initiate_again)."""
    world.create(ANNA, BEN, settings=_INITIATING)
    world.wait(60)
    world.create(ANNA, BEN, settings=_INITIATING)
    world.wait(60)

    assert 2 == len(world.engine.state.calls)


def test_party_in_a_call_is_not_called(world: World) -> None:
    """Whoever was quicker than the service is connected already (ledger: initiate_not_needed)."""
    world.create(ANNA, BEN, settings=_INITIATING)
    call = world.call(ANNA)
    world.wait(10)

    assert call.uuid == _only_call(world).uuid
    assert CallNotPlaced(START + SECOND_US, call.session) in world.journal


@pytest.mark.parametrize(("first", "second"), [(ANNA, ""), ("", ANNA)])
def test_call_for_nobody_is_not_placed(first: str, second: str) -> None:
    """A single party has nobody to be connected with yet (ledger: initiate_not_needed)."""
    world = World(A)
    world.create(first, second, settings=_INITIATING)
    world.wait(60)

    assert 0 == len(world.engine.state.calls)


def test_session_that_ends_while_its_party_rings_is_connected_still(world: World) -> None:
    """A call that began in time runs on (ledger: delete_during_call)."""
    session = world.create(ANNA, BEN, settings=_INITIATING)
    world.wait(2)
    world.delete(session)
    world.wait(6)

    assert Phase.BRIDGED is _only_call(world).phase


# Sessions that change while a call runs


def test_call_outlives_the_expiry(world: World) -> None:
    """The session is expired at once, and the call runs on and leaves its interaction."""
    session = world.create(ANNA, BEN, expiry_s=60)
    world.wait(50)
    call = world.call(ANNA)
    world.wait(10)
    assert (Status.EXPIRED, 1, 0) == _standing(world, session)
    assert not world.now(session).is_live

    world.wait(23)
    assert (Status.EXPIRED, 0, 1) == _standing(world, session)
    assert START + 83 * SECOND_US == world.call_now(call).ended_at
    assert START + 60 * SECOND_US == world.now(session).expires_at


def test_every_call_of_an_expired_session_leaves_its_interaction(world: World) -> None:
    """One of two ends: the other goes on."""
    session = world.create(ANNA, BEN, expiry_s=60)
    one, two = world.call(ANNA, manual=True), world.call(BEN, manual=True)
    world.wait(44)
    world.step(one, CallSignal.ANSWERED)
    world.step(two, CallSignal.ANSWERED)
    world.wait(16)

    world.step(one, CallSignal.CALLER_HUNG_UP)
    assert (Status.EXPIRED, 1, 1) == _standing(world, session)
    world.step(two, CallSignal.CALLER_HUNG_UP)
    assert (Status.EXPIRED, 0, 2) == _standing(world, session)


def test_call_outlives_the_delete(world: World) -> None:
    """A deleted session is over at once, its call runs on and leaves its interaction (ledger: delete_during_call)."""
    session = world.create(ANNA, BEN)
    world.call(ANNA)
    world.wait(10)
    world.delete(session)
    assert (Status.EXPIRED, 1, 0) == _standing(world, session)

    world.wait(60)
    assert (Status.EXPIRED, 0, 1) == _standing(world, session)


def test_number_is_given_away_while_the_old_call_runs(world: World) -> None:
    """The same parties get a new session on the number, and calls of both run side by side."""
    session = world.create(ANNA, BEN)
    old = world.call(ANNA, manual=True)
    world.delete(session)
    other = world.create(BEN, ANNA)
    new = world.call(ANNA, manual=True)

    assert (A, A) == (session.number, other.number)
    assert (session.uuid, other.uuid) == (world.call_now(old).session, new.session)
    world.step(old, CallSignal.CALLER_HUNG_UP)
    assert (Status.IN_PROGRESS, 1, 0) == _standing(world, other)


def test_cooloff_begins_with_the_end_of_the_session(world: World) -> None:
    """Not with the end of its last call."""
    session = world.create(ANNA, BEN, expiry_s=60, cooloff_s=10)
    world.wait(50)
    world.call(ANNA)
    world.wait(10)
    assert B == world.create(CARA, DAVE).number

    world.wait(10)
    assert 1 == world.now(session).running
    assert A == world.create(EVE, FINN).number


def test_refresh_leaves_a_running_call_alone(world: World) -> None:
    """The session stays in progress; new timers count from the next call on."""
    session = world.create(ANNA, BEN)
    call = world.call(ANNA, manual=True)
    world.wait(10)
    world.create(ANNA, BEN, settings=replace(SETTINGS, call_time_limit_s=60, ring_timeout_s=15))

    assert (Status.IN_PROGRESS, 1, 0) == _standing(world, session)
    assert call == world.call_now(call)
    other = world.call(BEN)
    assert (15, 60) == (other.ring_timeout_s, other.time_limit_s)


def test_session_is_never_forgotten_while_its_call_runs() -> None:
    """However many others end meanwhile."""
    world = World(A, rules=replace(RULES, sessions_ended_max=1))
    session = world.create(ANNA, BEN)
    call = world.call(ANNA, manual=True)
    world.delete(session)
    for _ in range(5):
        world.delete(world.create(CARA, DAVE))
    world.step(call, CallSignal.CALLER_HUNG_UP)

    assert (Status.EXPIRED, 0, 1) == _standing(world, session)


def test_session_whose_prompt_is_heard_may_be_forgotten() -> None:
    """A dialogue goes on without it: its PIN is wrong, and nothing breaks."""
    world = World(A, rules=replace(RULES, sessions_ended_max=1))
    session = world.create(ANNA, BEN, pins=pin_wish("1111", "2222"), settings=TELLING)
    call = world.call(EVE, manual=True)
    world.delete(session)
    for _ in range(3):
        world.delete(world.create(CARA, DAVE))

    assert world.engine.state.book.get(session.uuid) is None
    assert Phase.PAUSING is world.type_digits(call, "1111").phase
    world.wait(5)
    assert Phase.ENDED is world.type_digits(call, "1111").phase


# Limits


def test_calls_may_not_be_too_many() -> None:
    """Past calls_running_max a call is refused, and one that ends makes room."""
    world = World(A, rules=replace(RULES, calls_running_max=1))
    world.create(ANNA, BEN)
    call = world.call(ANNA, manual=True)
    with pytest.raises(Refused) as refused:
        world.call(BEN)

    assert (Reason.CALLS_FULL, {"limit": 1}) == (refused.value.reason, refused.value.detail)
    world.step(call, CallSignal.CALLER_HUNG_UP)
    world.call(BEN)


def test_service_places_no_call_past_the_limit() -> None:
    """Nobody is there to be refused, so nothing happens."""
    world = World(A, rules=replace(RULES, calls_running_max=1))
    world.create(ANNA, BEN, settings=_INITIATING)
    world.create(CARA, DAVE)
    call = world.call(CARA, manual=True)
    world.wait(2)

    assert call.uuid == _only_call(world).uuid
