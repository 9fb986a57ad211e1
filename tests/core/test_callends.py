"""What a call leaves: legs with causes and prices, an interaction, totals; and how old calls are forgotten."""

import pytest
from masking_emulator.core.events import CallEnded, CallsForgotten, LegEnded, SessionCallEnded
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import NO_HISTORY, CallSignal, Habit, Interaction
from masking_emulator.core.records.sessions import Status

from tests.core.play import ANNA, BEN, CARA, EVE, RECORDING, RULES, SETTINGS, START, A, B, World, pin_wish


def test_interaction_tells_of_the_call(world: World) -> None:
    """When, which legs, how long, how much; duration is the sum of both legs' (ledger: interaction_duration)."""
    session = world.create(ANNA, BEN)
    call = world.call(ANNA)
    world.wait(60)

    first, second = world.call_now(call).legs
    assert (33, 30) == (first.duration_s, second.duration_s)
    expected = Interaction(
        call=call.uuid,
        first_leg=first.uuid,
        second_leg=second.uuid,
        recording="",
        started_at=START,
        ended_at=START + 33 * SECOND_US,
        legs=2,
        duration_s=63,
        billed_s=120,
        amount_micros=33_000,
    )
    assert (expected,) == world.now(session).history.interactions


def test_legs_of_an_interaction_are_told_by_party(world: World) -> None:
    """first_party_resource_url is the first party's leg, whoever called (ledger: interaction_legs_by_party)."""
    session = world.create(ANNA, BEN)
    call = world.call(BEN)
    world.wait(60)

    by_second, to_first = world.call_now(call).legs
    (interaction,) = world.now(session).history.interactions
    assert (to_first.uuid, by_second.uuid) == (interaction.first_leg, interaction.second_leg)


def test_leg_that_was_not_answered_costs_nothing(world: World) -> None:
    """It counts as a leg all the same: total_call_count counts legs (ledger: call_count_counts_legs)."""
    session = world.create(ANNA, BEN)
    call = world.call(ANNA, habit=Habit.BUSY)
    world.wait(60)

    assert [(3, 60, 16_500), (0, 0, 0)] == [
        (leg.duration_s, leg.billed_s, leg.amount_micros) for leg in world.call_now(call).legs
    ]
    history = world.now(session).history
    assert (2, 60, 16_500) == (history.legs, history.billed_s, history.amount_micros)


def test_seconds_are_whole_ones(world: World) -> None:
    """A begun second is not counted, as with sessions (ledger: duration)."""
    world.create(ANNA, BEN)
    call = world.call(ANNA, after_s=1.5, talk_s=2.4)
    world.wait(60)

    assert [3, 2] == [leg.duration_s for leg in world.call_now(call).legs]


def test_totals_are_sums_over_the_interactions(world: World) -> None:
    """Oldest first; the last one gives last_interaction_time (ledger: session_totals, last_interaction_time)."""
    session = world.create(ANNA, BEN)
    assert NO_HISTORY == world.now(session).history
    for talk_s in (10, 100):
        world.call(ANNA, talk_s=talk_s)
        world.wait(200)

    history = world.now(session).history
    assert [(23, 120), (203, 240)] == [(i.duration_s, i.billed_s) for i in history.interactions]
    assert (4, 360, 99_000) == (history.legs, history.billed_s, history.amount_micros)
    assert START + 303 * SECOND_US == history.last_at


def test_totals_outlast_the_interactions_that_are_shown() -> None:
    """Past interactions_max the oldest are left out, and nothing is lost from the sums."""
    world = World(A, rules=replace(RULES, interactions_max=2))
    session = world.create(ANNA, BEN)
    calls = [world.step(world.call(ANNA, manual=True), CallSignal.CALLER_HUNG_UP) for _ in range(3)]

    history = world.now(session).history
    assert [call.uuid for call in calls[1:]] == [interaction.call for interaction in history.interactions]
    assert 6 == history.legs


def test_calls_of_one_session_end_in_their_own_order(world: World) -> None:
    """Interactions stand in the order of their ends (ledger: interactions_oldest_first)."""
    session = world.create(ANNA, BEN)
    one, two = world.call(ANNA, manual=True), world.call(BEN, manual=True)
    world.step(two, CallSignal.CALLER_HUNG_UP)
    world.step(one, CallSignal.CALLER_HUNG_UP)

    assert [two.uuid, one.uuid] == [interaction.call for interaction in world.now(session).history.interactions]


def test_interaction_names_its_recording(world: World) -> None:
    """Where there is one to fetch (ledger: interaction_shape)."""
    session = world.create(ANNA, BEN, settings=RECORDING)
    for fails in (False, True):
        world.call(ANNA, recording_fails=fails)
        world.wait(60)

    (recording,) = world.recordings()
    assert [recording.uuid, ""] == [interaction.recording for interaction in world.now(session).history.interactions]


def test_events_of_an_end_have_their_order(world: World) -> None:
    """The leg that ends first, the other one, the call, the session."""
    world.create(ANNA, BEN)
    call = world.step(world.call(ANNA, manual=True), CallSignal.BUSY)

    ends = [(type(event), getattr(event, "leg", None)) for event in world.journal[-4:]]
    assert [(LegEnded, 1), (LegEnded, 0), (CallEnded, None), (SessionCallEnded, None)] == ends
    assert call.next is None


def test_call_without_a_session_leaves_no_interaction(world: World) -> None:
    """An unknown caller's, and one whose PIN was wrong."""
    session = world.create(ANNA, BEN, pins=pin_wish("1111", "2222", retries=0))
    world.create(ANNA, CARA)
    world.call(EVE)
    world.call(EVE, "14155550101")
    world.wait(60)

    assert NO_HISTORY == world.now(session).history
    assert not [event for event in world.journal if isinstance(event, SessionCallEnded)]


def test_call_of_somebody_unknown_is_an_interaction_where_the_rules_say_so() -> None:
    """A message that was heard and a wrong PIN are one leg each, of no party, and count in the totals."""
    world = World(A, B, rules=replace(RULES, strangers_interact=True))
    message = replace(SETTINGS, unknown_caller_play="https://example.com/unknown.mp3")
    asking = world.create(ANNA, BEN, pins=pin_wish("1111", "2222", retries=0))
    playing = world.create(ANNA, CARA, settings=message)
    calls = {session.uuid: world.call(EVE, session.number) for session in (asking, playing)}
    world.wait(60)

    for session in (world.now(asking), world.now(playing)):
        (interaction,) = session.history.interactions
        shown = (interaction.call, interaction.first_leg, interaction.second_leg, interaction.legs)
        assert (calls[session.uuid].uuid, "", "", 1) == shown
        assert (1, 60, 16_500) == (session.history.legs, session.history.billed_s, session.history.amount_micros)
        assert (Status.ACTIVE, 0) == (session.status, session.running)


def test_party_who_reaches_nobody_is_an_interaction_where_the_rules_say_so() -> None:
    """A single party whom nobody has called yet is turned away: a leg that costs nothing."""
    world = World(A, rules=replace(RULES, strangers_interact=True))
    session = world.create(ANNA)
    world.call(ANNA)

    assert (1, 0, 0) == (lambda h: (h.legs, h.billed_s, h.amount_micros))(world.now(session).history)


def test_ended_session_gets_no_interaction_of_somebody_unknown() -> None:
    """What is over stays as it is."""
    world = World(A, rules=replace(RULES, strangers_interact=True))
    message = replace(SETTINGS, unknown_caller_play="https://example.com/unknown.mp3")
    session = world.create(ANNA, BEN, settings=message)
    world.call(EVE)
    world.delete(session)
    world.wait(60)

    assert NO_HISTORY == world.now(session).history


def test_message_and_dialogue_cost_their_leg(world: World) -> None:
    """The number answered: one leg, a begun minute (ledger: unconnected_call_billed)."""
    world.create(ANNA, BEN, settings=replace(SETTINGS, unknown_caller_play="https://example.com/unknown.mp3"))
    call = world.call(EVE)
    world.wait(60)

    assert [(2, 60)] == [(leg.duration_s, leg.billed_s) for leg in world.call_now(call).legs]


@pytest.mark.parametrize("ended_max", [1, 4])
def test_ended_calls_are_forgotten_in_batches(ended_max: int) -> None:
    """Past calls_ended_max the oldest go, half of the limit at a time; running ones stay."""
    world = World(A, rules=replace(RULES, calls_ended_max=ended_max))
    session = world.create(ANNA, BEN)
    running = world.call(ANNA, manual=True)
    for _ in range(20):
        world.step(world.call(ANNA, manual=True), CallSignal.CALLER_HUNG_UP)

    kept = world.engine.state.calls
    assert ended_max >= len(kept) - kept.running_count > 0
    assert running == world.call_now(running)
    assert 40 == world.now(session).history.legs


def test_forgotten_calls_are_told() -> None:
    """By the UUIDs that they are named after."""
    world = World(A, rules=replace(RULES, calls_ended_max=1))
    call = world.call(ANNA)
    world.call(ANNA)

    assert [(call.uuid,)] == [event.uuids for event in world.journal if isinstance(event, CallsForgotten)]
