"""What the customer's server is told: which events, in which order, with which number, to which URL."""

import pytest
from masking_emulator.core.commands import SendAgain, SwitchDelivery
from masking_emulator.core.events import CallbackDue
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import Callback, CallbackState, Channel, NoticeKind
from masking_emulator.core.records.calls import CallSignal, Cause, Habit
from masking_emulator.core.rules import Notify, Rules

from tests.core.play import (
    ANNA,
    BEN,
    CARA,
    DAVE,
    EVE,
    RECORDING,
    RULES,
    SETTINGS,
    START,
    TELLING,
    URL,
    A,
    B,
    World,
    pin_wish,
    spoken,
)


def _rules(notify: Notify) -> Rules:
    return replace(RULES, notify=notify)


# Order


def test_first_party_calls(world: World) -> None:
    """Answer, ring, answer, hangups, end of the call (ledger: event_order)."""
    world.create(ANNA, BEN, settings=TELLING)
    world.call(ANNA)
    world.wait(60)

    assert [
        "#1 first answered",
        "#2 second rings",
        "#3 second answered",
        "#4 first is gone (normal)",
        "#5 second is gone (normal)",
        "#6 call over",
    ] == world.told()


def test_second_party_calls(world: World) -> None:
    """Names are roles, and the first party's ring has no event (ledger: event_parties, event_first_party_ring)."""
    world.create(ANNA, BEN, settings=TELLING)
    world.call(BEN)
    world.wait(60)

    assert [
        "#1 second answered",
        "#2 first answered",
        "#3 second is gone (normal)",
        "#4 first is gone (normal)",
        "#5 call over",
    ] == world.told()


def test_service_calls(world: World) -> None:
    """The same list as for an inbound call (ledger: event_order)."""
    world.create(ANNA, BEN, settings=replace(TELLING, initiate_call=True))
    world.wait(60)

    assert [
        "#1 first answered",
        "#2 second rings",
        "#3 second answered",
        "#4 first is gone (normal)",
        "#5 second is gone (normal)",
        "#6 call over",
    ] == world.told()


def test_failed_first_leg_is_told_as_its_hangup(world: World) -> None:
    """Nobody else was ever called (ledger: event_second_leg_failed)."""
    world.phone(ANNA, Habit.BUSY)
    world.create(ANNA, BEN, settings=replace(TELLING, initiate_call=True))
    world.wait(60)

    assert ["#1 first is gone (busy)", "#2 call over"] == world.told()


@pytest.mark.parametrize(
    ("habit", "cause"),
    [(Habit.BUSY, Cause.BUSY), (Habit.REJECT, Cause.REJECTED), (Habit.NO_ANSWER, Cause.RING_TIMEOUT)],
)
def test_second_party_does_not_answer(world: World, habit: Habit, cause: Cause) -> None:
    """The second party's hangup comes first, and says why (ledger: event_second_leg_failed)."""
    world.create(ANNA, BEN, settings=TELLING)
    world.call(ANNA, habit=habit)
    world.wait(60)

    assert [
        "#1 first answered",
        "#2 second rings",
        f"#3 second is gone ({spoken(cause)})",
        "#4 first is gone (normal)",
        "#5 call over",
    ] == world.told()


def test_second_party_that_cannot_be_reached_never_rings(world: World) -> None:
    """There is a hangup without a ring (ledger: event_second_leg_failed)."""
    world.create(ANNA, BEN, settings=TELLING)
    world.call(ANNA, habit=Habit.UNREACHABLE)
    world.wait(60)

    assert ["#1 first answered", "#2 second is gone (out of service)"] == world.told()[:2]


def test_caller_gives_up(world: World) -> None:
    """Whoever hangs up is gone first."""
    world.create(ANNA, BEN, settings=TELLING)
    world.step(world.call(ANNA, manual=True), CallSignal.CALLER_HUNG_UP)

    assert ["#3 first is gone (normal)", "#4 second is gone (canceled)", "#5 call over"] == world.told()[2:]


def test_pin_is_told_before_the_call(world: World) -> None:
    """SessionPinAuthenticationStatus first, then the call as ever (ledger: event_pin_first)."""
    world.create(ANNA, BEN, settings=TELLING, pins=pin_wish("1111", "2222"))
    world.call(EVE, digits=["9999", "1111"])
    world.wait(20)

    assert [
        "#1 PIN wrong after 0",
        "#2 PIN right after 1",
        "#3 first answered",
        "#4 second rings",
        "#5 second answered",
    ] == world.told()


def test_known_caller_of_a_pin_session_is_told_before_the_call(world: World) -> None:
    """As AuthorizedCaller (ledger: pin_authorized)."""
    world.create(ANNA, BEN, settings=TELLING, pins=pin_wish("1111", "2222"))
    world.call(ANNA)

    assert ["#1 PIN not needed after 0", "#2 first answered", "#3 second rings"] == world.told()


def test_caller_without_the_pin_leaves_only_its_failures(world: World) -> None:
    """The call never was the session's, so its legs are not told (ledger: pin_dialogue_is_no_call)."""
    world.create(ANNA, BEN, settings=TELLING, pins=pin_wish("1111", "2222"))
    world.call(EVE, digits=["9999", "8888"])
    world.wait(60)

    assert ["#1 PIN wrong after 0", "#2 PIN wrong after 1"] == world.told()


def test_wrong_pin_is_told_to_the_session_that_asked(world: World) -> None:
    """And the right one to the session whose PIN it is."""
    right = world.create(ANNA, BEN, settings=TELLING, pins=pin_wish("1111", "2222"))
    asking = world.create(CARA, DAVE, settings=TELLING, pins=pin_wish("3333", "4444"))
    world.call(EVE, digits=["9999", "1111"])
    world.wait(15)

    assert ["#1 PIN wrong after 0"] == world.told(asking)
    assert ["#1 PIN right after 1", "#2 first answered", "#3 second rings"] == world.told(right)


@pytest.mark.parametrize("play", ["", "https://example.com/unknown.mp3"])
def test_unknown_caller_is_not_told(world: World, play: str) -> None:
    """No event is about one."""
    world.create(ANNA, BEN, settings=replace(TELLING, unknown_caller_play=play))
    world.call(EVE)
    world.wait(60)

    assert [] == world.told()


def test_stranger_of_a_single_party_session_is_the_missing_party(world: World) -> None:
    """Events have names for two parties only (ledger: event_single_party_caller)."""
    world.create(ANNA, settings=TELLING)
    world.call(EVE)

    assert ["#1 second answered"] == world.told()


def test_expiry_is_told(world: World) -> None:
    """SessionTimeout, at the expiry even while a call runs (ledger: event_expiry)."""
    world.create(ANNA, BEN, settings=TELLING, expiry_s=60)
    world.wait(50)
    world.call(ANNA)
    world.wait(60)

    assert "#4 timed out" == world.told()[3]
    assert START + 60 * SECOND_US == world.callbacks()[3].due_at
    assert "#7 call over" == world.told()[-1]


def test_replaced_number_is_told_with_the_new_one(world: World) -> None:
    """SessionVirtualNumberReplaced has the new number in VirtualNumber (ledger: event_virtual_number)."""
    world.create(ANNA, BEN, settings=TELLING)
    world.replace_number(A)

    (callback,) = world.callbacks()
    assert (NoticeKind.NUMBER_REPLACED, B) == (callback.notice.kind, callback.number)


def test_running_call_keeps_the_number_that_was_dialled(world: World) -> None:
    """VirtualNumber is the number in use (ledger: event_virtual_number)."""
    world.create(ANNA, BEN, settings=TELLING)
    call = world.call(ANNA, manual=True)
    world.replace_number(A)
    world.step(call, CallSignal.ANSWERED)

    assert [A, A, B, A] == [callback.number for callback in world.callbacks()]


# Recordings


def test_recording_is_told_at_bridge_and_hangup(world: World) -> None:
    """One count serves both URLs (ledger: event_recording, event_sequence)."""
    world.create(ANNA, BEN, settings=RECORDING)
    world.call(ANNA)
    world.wait(60)

    assert [
        "#3 second answered",
        "#4 recording started",
        "#5 first is gone (normal)",
        "#6 second is gone (normal)",
        "#7 recording completed",
        "#8 call over",
    ] == world.told()[2:]


def test_recording_that_fails_is_told_at_the_bridge(world: World) -> None:
    """As soon as it could not start (ledger: event_recording)."""
    world.create(ANNA, BEN, settings=RECORDING)
    world.call(ANNA, recording_fails=True)
    world.wait(60)

    assert "#4 recording failed" == world.told()[3]
    assert 7 == len(world.told())


def test_each_channel_has_its_url_and_method(world: World) -> None:
    """callback_url with callback_method, recording_callback_url with recording_callback_method (ledger: event_urls)."""
    world.create(ANNA, BEN, settings=replace(RECORDING, recording_callback_method="GET"))
    world.call(ANNA)
    world.wait(60)

    ways = {callback.channel: (callback.url, callback.method) for callback in world.callbacks()}
    assert {
        Channel.STATUS: (URL, "POST"),
        Channel.RECORDING: (RECORDING.recording_callback_url, "GET"),
    } == ways


def test_session_without_urls_tells_and_counts_nothing(world: World) -> None:
    """There is nobody to tell."""
    session = world.create(ANNA, BEN, settings=replace(SETTINGS, record=True))
    world.call(ANNA)
    world.wait(60)
    assert [] == world.told()

    world.update(session, callback_url=URL)
    world.call(ANNA)
    assert "#1 first answered" == world.told()[0]


def test_recording_url_alone_is_told_of_recordings_only(world: World) -> None:
    """Each kind goes to its own URL, and only what is told is counted."""
    world.create(ANNA, BEN, settings=replace(RECORDING, callback_url=""))
    world.call(ANNA)
    world.wait(60)

    assert ["#1 recording started", "#2 recording completed"] == world.told()


# What a callback holds


def test_each_session_counts_from_one(world: World) -> None:
    """SequenceNumber is the session's, ordinals are the world's."""
    one = world.create(ANNA, BEN, settings=TELLING)
    two = world.create(CARA, DAVE, settings=TELLING)
    world.call(ANNA)
    world.call(CARA)

    assert [1, 2, 1, 2] == [callback.sequence for callback in world.callbacks()]
    assert [1, 2, 3, 4] == [callback.ordinal for callback in world.callbacks()]
    assert ["#1 first answered", "#2 second rings"] == world.told(one) == world.told(two)


def test_count_goes_on_from_call_to_call(world: World) -> None:
    """SequenceNumber orders all that a session tells."""
    world.create(ANNA, BEN, settings=TELLING)
    for _ in range(2):
        world.call(ANNA)
        world.wait(60)

    assert list(range(1, 13)) == [callback.sequence for callback in world.callbacks()]


@pytest.mark.parametrize(("caller", "callee"), [(ANNA, BEN), (BEN, ANNA)])
def test_from_is_who_called_whatever_the_event(world: World, caller: str, callee: str) -> None:
    """From and To of every event of a call are the same real numbers (ledger: event_from_to)."""
    world.create(ANNA, BEN, settings=TELLING)
    world.call(caller)
    world.wait(60)

    calls = [callback.notice.call for callback in world.callbacks()]
    assert {(caller, callee)} == {(call.caller, call.callee) for call in calls if call}
    assert None not in calls


def test_callback_stays_what_it_was(world: World) -> None:
    """What happens later does not change what is told."""
    session = world.create(ANNA, BEN, settings=TELLING)
    world.call(ANNA)
    before = world.callbacks()
    world.update(session, callback_url="https://example.com/elsewhere")
    world.wait(60)

    assert before == world.callbacks()[:2]
    assert {"https://example.com/elsewhere"} == {callback.url for callback in world.callbacks()[2:]}


# Where sources disagree


def test_names_are_roles_and_may_be_positions() -> None:
    """The second party's call under both readings (ledger: event_parties)."""
    roles, positions = World(A), World(A, rules=_rules(Notify(by_position=True)))
    for world in (roles, positions):
        world.create(ANNA, BEN, settings=TELLING)
        world.call(BEN)
        world.wait(10)

    assert ["#1 second answered", "#2 first answered"] == roles.told()
    assert ["#1 first answered", "#2 second rings", "#3 second answered"] == positions.told()


def test_end_of_a_call_is_told_where_the_world_wants_it() -> None:
    """SessionPartiesHangup is in the newest pages only (ledger: parties_hangup_event)."""
    wanted, unwanted = World(A), World(A, rules=_rules(Notify(call_over=False)))
    for world in (wanted, unwanted):
        world.create(ANNA, BEN, settings=TELLING)
        world.call(ANNA)
        world.wait(60)

    assert ["#5 second is gone (normal)", "#6 call over"] == wanted.told()[-2:]
    assert "#5 second is gone (normal)" == unwanted.told()[-1]


def test_delete_is_told_as_a_timeout_where_the_world_wants_it() -> None:
    """An expiry always sends SessionTimeout, a delete may (ledger: timeout_event_after_delete)."""
    wanted, unwanted = World(A), World(A, rules=_rules(Notify(timed_out_after_delete=False)))
    for world in (wanted, unwanted):
        world.delete(world.create(ANNA, BEN, settings=TELLING))
        world.create(CARA, DAVE, settings=TELLING, expiry_s=60)

    assert ["#1 timed out"] == wanted.told()
    assert [] == unwanted.told()
    unwanted.wait(60)
    assert ["#1 timed out"] == unwanted.told()


def test_each_wrong_pin_is_told_where_the_world_wants_it() -> None:
    """One event an attempt, or the outcome only (ledger: pin_event_each_attempt)."""
    each, outcome = World(A), World(A, rules=_rules(Notify(pin_each_attempt=False)))
    for world in (each, outcome):
        world.create(ANNA, BEN, settings=TELLING, pins=pin_wish("1111", "2222", retries=2))
        world.call(EVE, digits=["9999", "8888", "7777"])
        world.wait(60)

    assert ["#1 PIN wrong after 0", "#2 PIN wrong after 1", "#3 PIN wrong after 2"] == each.told()
    assert ["#1 PIN wrong after 2"] == outcome.told()


# Room, and what is sent


def test_callback_that_finds_no_room_is_dropped_and_counted() -> None:
    """Past callbacks_waiting_max; the gap in SequenceNumber shows it."""
    world = World(A, rules=replace(RULES, callbacks_waiting_max=2))
    world.create(ANNA, BEN, settings=TELLING)
    world.call(ANNA)
    world.wait(3)

    states = [(callback.sequence, callback.state) for callback in world.callbacks()]
    assert [(1, CallbackState.WAITING), (2, CallbackState.WAITING), (3, CallbackState.DROPPED)] == states
    assert 2 == len(world.engine.state.outbox)


def test_world_that_does_not_deliver_keeps_what_it_would_tell(world: World) -> None:
    """Kept ones are final: a later switch sends only what becomes due then."""
    world.create(ANNA, BEN, settings=TELLING)
    world.do(SwitchDelivery(on=False))
    world.call(ANNA)
    world.do(SwitchDelivery(on=True))
    world.wait(3)

    states = [callback.state for callback in world.callbacks()]
    assert [CallbackState.KEPT, CallbackState.KEPT, CallbackState.WAITING] == states


def _again(world: World, callback: Callback) -> Callback:
    (event,) = world.do(SendAgain(callback))
    assert isinstance(event, CallbackDue)
    return event.callback


def test_callback_may_be_sent_again(world: World) -> None:
    """A copy says the same with the same number, counts as none of the session's, and remembers the original."""
    world.create(ANNA, BEN, settings=TELLING)
    world.call(ANNA)
    original = world.callbacks()[0]
    copy = _again(world, original)
    copy_of_copy = _again(world, copy)
    world.wait(3)

    assert replace(original, ordinal=3, copy_of=1) == copy
    assert (4, 1, 1) == (copy_of_copy.ordinal, copy_of_copy.sequence, copy_of_copy.copy_of)
    assert 3 == world.callbacks()[-1].sequence
