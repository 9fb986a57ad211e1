"""A world as a test has it: calls, time, callbacks, numbers, phones, state, and what is said where one is amiss."""

import json
from pathlib import Path

import pytest
from masking_emulator.client import ControlRefused
from masking_emulator.testing import Masking, Receiver, shared_world

from tests.kit.service import ANNA, BEN, CARA, create


def test_call_is_played_by_the_clock(world: Masking) -> None:
    """What the script leaves out, the phones' habits decide."""
    session = create(world)
    world.phones.set(BEN, outcome="busy")
    call = world.call(ANNA, session["virtual_number"])
    happened = [event.event for event in world.advance(120)]

    assert (session["session_uuid"], ANNA, BEN) == (call.session, call.caller, call.callee)
    assert "CallEnded" in happened
    assert ["ended"] == [call.phase for call in world.calls(session["session_uuid"])]


def test_shared_world_is_made_once_and_goes_on(world: Masking) -> None:
    """Whoever names it first makes it; what the others find in it stays. Another one is refused under that name."""
    first = shared_world(world.url, "MASHAREDBYTHEKIT0001", {"numbers": [{"number": "+14155550100"}]})
    session = create(first)
    again = shared_world(world.url, "MASHAREDBYTHEKIT0001", {"numbers": [{"number": "+14155550100"}]})
    with pytest.raises(ControlRefused, match="made with other seed"):
        shared_world(world.url, "MASHAREDBYTHEKIT0001", {"numbers": [{"number": "+14155550100"}]}, seed=2)
    found = [event.session.uuid for event in again.journal() if event.session]
    again.control.delete(again.path)

    assert first.auth_token == again.auth_token
    assert session["session_uuid"] in found


def test_manual_call_takes_one_step_at_a_time(world: Masking) -> None:
    """Each phone waits to be told."""
    session = create(world)
    call = world.call(ANNA, session["virtual_number"], manual=True)
    bridged = world.act(call.uuid, "answer", party="callee")
    ended = world.act(bridged, "hangup", party="callee")

    assert ["ringing_second", "bridged", "ended"] == [call.phase, bridged.phase, ended.phase]


def test_time_advances_by_seconds_to_an_instant_and_to_the_next(world: Masking) -> None:
    """Each answers with what happened."""
    create(world, session_expiry=600)
    nothing = world.advance(60)
    expired = world.advance(next=True)
    world.advance(to="2026-01-02T00:00:00Z")

    assert ([], ["SessionExpired"]) == (nothing, [event.event for event in expired])
    assert "2026-01-01T00:10:00Z" == expired[0].at
    assert "2026-01-02T00:00:00Z" == world.now()


def test_wrong_wish_for_time_is_refused(world: Masking) -> None:
    """The control API's own sentence."""
    with pytest.raises(ControlRefused, match="less than the minimum"):
        world.advance(-1)


def test_missing_callback_says_what_came_and_how_it_differs(world: Masking, receiver: Receiver) -> None:
    """The nearest first: one that is not delivered differs less than one of another event."""
    session = create(world, callback_url=receiver.url)["session_uuid"]
    other = create(world, CARA, BEN, callback_url=receiver.url)["session_uuid"]
    world.callbacks.rules({"action": "hold", "session_uuid": session})
    world.advance(1800)

    with pytest.raises(AssertionError) as missing:
        world.callbacks.wait_for(event="SessionTimeout", session=session, timeout=0)
    first, near, far = str(missing.value).splitlines()
    assert f"no callback with event=SessionTimeout session={session} state=delivered within 0 seconds" in first
    assert f"SessionTimeout #1 of {session} held: state is held, not delivered" == near.strip()
    assert f"session is {other}, not {session}" in far


def test_missing_callback_says_that_none_came(world: Masking) -> None:
    """And names the instant after which it looked."""
    with pytest.raises(AssertionError, match="none came at all"):
        world.callbacks.wait_for(event="SessionTimeout", state="any", after=3, timeout=0)


def test_wish_for_an_event_that_is_none_is_refused(world: Masking) -> None:
    """A typing error is no missing callback."""
    with pytest.raises(ControlRefused, match="'SessionTimeOut' is none of"):
        world.callbacks.wait_for(event="SessionTimeOut")


def test_held_callback_is_released_and_replayed(world: Masking, receiver: Receiver) -> None:
    """A replay is a callback of its own with the same parameters."""
    create(world, callback_url=receiver.url)
    world.callbacks.rules({"action": "hold"})
    world.advance(1800)
    held = world.callbacks.wait_for(state="held")
    world.callbacks.release(held)
    delivered = world.callbacks.wait_for(event="SessionTimeout")
    again = world.callbacks.replay(delivered)
    world.callbacks.wait_for(after=delivered.id)

    assert held.id == delivered.id
    assert delivered.parameters == again.parameters
    assert ["SessionTimeout"] * 2 == [received.event for received in receiver.received]


def test_refused_create_is_explained_candidate_by_candidate(world: Masking) -> None:
    """Nothing is created by asking, and one that would succeed has nothing to explain."""
    first = create(world)["session_uuid"]
    second = create(world, ANNA, CARA)["session_uuid"]
    before = len(world.journal())
    told = world.sessions.explain_refusal(first_party=ANNA, second_party="+12025550114")

    assert "Number pool exhausted or not available." in told.splitlines()[0]
    assert [
        f"  +14155550100: a party is in another live session on this number (session {first})",
        f"  +14155550101: a party is in another live session on this number (session {second})",
    ] == told.splitlines()[1:]
    assert "" == world.sessions.explain_refusal(first_party=CARA, second_party="+12025550114")
    assert before == len(world.journal())


def test_create_is_explained_before_it_is_made(world: Masking) -> None:
    """Of another country, of a wrong parameter, of a pair that is there already."""
    create(world)
    foreign = world.sessions.explain_create(first_party="+442079460001", second_party=BEN)
    again = world.sessions.explain_create(first_party=ANNA, second_party=BEN)

    assert {"its calling code is 1"} == {candidate.why for candidate in foreign.candidates}
    assert (True, "+14155550100") == (again.refreshed, again.number)
    with pytest.raises(ControlRefused, match="first_party"):
        world.sessions.explain_create(second_party=BEN)


def test_session_is_explained(world: Masking) -> None:
    """Why this number."""
    create(world)
    second = create(world, ANNA, CARA)

    candidates = world.sessions.explain(second["session_uuid"]).candidates
    assert ["dropped", "chosen"] == [candidate.verdict for candidate in candidates]


def test_number_is_added_and_replaced(world: Masking) -> None:
    """The sessions on a replaced number get another one."""
    session = create(world)["session_uuid"]
    world.numbers.add("+14155550102")

    assert {session: "+14155550101"} == world.numbers.replace("+14155550100")
    assert 3 == len(world.numbers.all())


def test_snapshot_is_taken_and_restored(world: Masking) -> None:
    """What happened since is as if it had not."""
    empty = world.snapshot()
    create(world)
    world.restore(empty)

    assert [] == [number for number in world.numbers.all() if number.live_sessions]


def test_test_starts_from_the_snapshot_in_a_file(world: Masking, tmp_path: Path) -> None:
    """Whose account it was does not matter: the world keeps its own."""
    session = create(world)["session_uuid"]
    path = tmp_path / "busy.json"
    path.write_text(json.dumps(world.snapshot()))
    world.control.post(f"{world.path}/reset")
    world.restore(path)

    assert session == world.sessions.explain(session).session


def test_snapshot_that_is_wrong_is_refused(world: Masking) -> None:
    """By the name of what is wrong."""
    with pytest.raises(ControlRefused, match="7 is not 1"):
        world.restore({**world.snapshot(), "version": 7})


def test_pool_report_tells_what_would_have_served(world: Masking) -> None:
    """Two sessions of one person need two numbers."""
    create(world)
    create(world, ANNA, CARA)

    assert 2 == world.pool_report()["numbers_needed"]


def test_journal_is_read_to_its_end(world: Masking) -> None:
    """It is listed page by page."""
    for number in range(1100):
        create(world, f"+1202555{number:04}", f"+1303555{number:04}")
    journal = world.journal()

    assert list(range(1, len(journal) + 1)) == [event.sequence for event in journal]
    assert 1100 == len(journal)


def test_report_shows_the_end_and_counts_what_is_before(world: Masking) -> None:
    """A failed test should not fill the screen."""
    for number in range(60):
        create(world, f"+1202555{number:04}", f"+1303555{number:04}")
    lines = world.report().splitlines()

    assert ["journal:", "  (20 before)"] == lines[:2]
    assert "SessionCreated" in lines[2]
    assert "callbacks:" not in lines, "what is empty is left out"


def test_moment_is_looked_at(world: Masking) -> None:
    """Sessions, calls and numbers as they were, whatever happened later."""
    session = create(world)
    then = world.journal()[-1].sequence
    world.call(ANNA, session["virtual_number"], talk_s=20)
    world.advance(3600)
    moment, before, now = world.at(then), world.at(0), world.at()

    assert ("active", session["session_uuid"]) == (moment.sessions[0].status, moment.sessions[0].session_uuid)
    assert ([], "SessionCreated") == (moment.calls, moment.event and moment.event.event)
    assert [1, 0] == [sum(number.live_sessions for number in each.numbers) for each in (moment, before)]
    assert ([], None) == (before.sessions, before.event)
    assert ("expired", "ended") == (now.sessions[0].status, now.calls[0].phase)


def test_changes_between_two_moments_are_named(world: Masking) -> None:
    """What a failed test asks: what did this step change, field by field."""
    session = create(world)
    since = world.journal()[-1].sequence
    world.call(ANNA, session["virtual_number"], talk_s=20)
    calls, changed = world.changes(since)[-1], {change.kind: change for change in world.changes(since)}

    assert {"session", "call"} == set(changed)
    assert ("new", {}) == (changed["call"].change, changed["call"].fields)
    assert ("active", "in-progress") == changed["session"].fields["status"]
    assert "call" == calls.kind
    assert [] == world.changes(since, since)


def test_moment_that_is_not_kept_is_refused(world: Masking) -> None:
    """With what there is."""
    with pytest.raises(ControlRefused, match="the history has 0 to 0"):
        world.at(1)
