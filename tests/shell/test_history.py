"""The history of a world: any moment of it can be seen once more, exactly as it was, and gone on from."""

import asyncio
import tracemalloc
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core.commands import DeleteSession, PlaceCall, UpdateSession
from masking_emulator.core.engine import Engine
from masking_emulator.core.events import Event, SessionCreated
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import Callback
from masking_emulator.core.records.calls import Script
from masking_emulator.core.snapshot import Snapshot, taking
from masking_emulator.core.work import finished
from masking_emulator.world.history import Moment, NotKept
from masking_emulator.world.world import World

from tests.core.play import SETTINGS, creation
from tests.shell.runs import PEOPLE, Step, events_of, new_world, play, runs


def seen(world: World, sequence: int) -> Moment:
    """The world as it stood after this event."""
    return finished(world.looking_back(sequence))


def observed(world: World) -> list[Snapshot]:
    """From now on, the live state after each event, as the engine has it in the moment in which it applies it."""
    engine = world.caught_up()
    states = [engine.snapshot()]
    absorb = engine.state.absorb

    def note(event: Event) -> None:
        absorb(event)
        states.append(finished(taking(engine.state, event.at)))

    engine.state.absorb = note  # type: ignore[method-assign]  # the only place in which every event passes
    return states


def records_of(events: Sequence[Event]) -> dict[int, Callback]:
    """The newest record of each callback after these events."""
    callbacks = [event.callback for event in events if hasattr(event, "callback")]
    return {callback.ordinal: callback for callback in callbacks}


@given(runs(), st.sampled_from((10_000, 64, 16)))
def test_every_moment_is_seen_as_it_was(steps: list[Step], history_max: int) -> None:
    """After each event of any run: records, timers, lines and draws, in a short history and in a long one."""
    world = new_world(limits={"history_max": history_max})
    lived = observed(world)
    play(world, steps)
    events = events_of(world)

    for sequence in range(world.history.first, world.journal.last + 1):
        moment = seen(world, sequence)
        assert lived[sequence] == replace(moment.engine.snapshot(), at=lived[sequence].at)
        assert (events[sequence - 1] if sequence else None) is moment.event
        shown = {entry.callback.ordinal: entry.callback for entry in moment.callbacks}
        assert records_of(events[:sequence]) == shown


@given(runs(), st.data())
def test_looking_changes_nothing(steps: list[Step], data: st.DataObject) -> None:
    """Neither the world nor what is seen of it another time."""
    world = new_world()
    play(world, steps)
    before, last = finished(world.saving()), world.journal.last
    sequence = data.draw(st.integers(0, last))
    then = seen(world, sequence).engine.snapshot()
    whole, _ = finished(world.history.engine_at(sequence, whole=True))
    whole.advance(whole.now + 3600 * SECOND_US)

    assert before == finished(world.saving())
    assert then == seen(world, sequence).engine.snapshot()
    assert last == world.journal.last


async def _forked_and_played(world: World, sequence: int, steps: Sequence[Step]) -> list[tuple[list[Event], Any]]:
    """What comes of the same steps in two forks of one moment."""
    found = []
    for _ in range(2):
        twin = finished(world.forking(world.accounts, sequence))
        play(twin, steps)
        found.append((events_of(twin), finished(twin.saving()).engine))
        twin.stop()
    return found


@given(runs(), runs(max_size=8), st.data())
def test_fork_goes_on_from_its_moment(steps: list[Step], later: list[Step], data: st.DataObject) -> None:
    """It has the journal up to there, and the same steps come to the same in every fork of the moment."""
    world = new_world()
    play(world, steps)
    before = events_of(world)
    sequence = data.draw(st.integers(0, len(before)))
    one, other = asyncio.run(_forked_and_played(world, sequence, later))

    assert one == other
    assert before[:sequence] == one[0][:sequence]
    assert before == events_of(world)


async def _fork_at(world: World, sequence: int) -> World:
    twin = finished(world.forking(world.accounts, sequence))
    twin.disarm()
    return twin


def test_fork_in_the_middle_of_a_command_has_all_of_it() -> None:
    """A session that has ended without its number cooling would be no state that a world can be in."""
    world = new_world()
    world.do(creation(PEOPLE[0], PEOPLE[1], cooloff_s=120))
    session = next(event.session for event in events_of(world) if isinstance(event, SessionCreated))
    ended = len(events_of(world)) + 1
    world.do(DeleteSession(None, session.uuid))
    world.do(creation(PEOPLE[2], PEOPLE[3]))

    twin = asyncio.run(_fork_at(world, ended))

    assert ["SessionExpired", "CoolOffStarted"] == [type(event).__name__ for event in events_of(twin)[ended - 1 :]]


def test_fork_of_the_past_can_be_gone_on_with_and_gone_back_in() -> None:
    """Its numbers go on, its clock stands at the moment, and its own history begins there."""
    world = new_world()
    world.do(creation(PEOPLE[0], PEOPLE[1]))
    then = world.journal.last
    moment = world.clock.now()
    world.clock.jump_to(moment + 3600 * SECOND_US)
    world.caught_up()
    twin = asyncio.run(_fork_at(world, then))
    twin.do(creation(PEOPLE[2], PEOPLE[3]))

    assert moment == twin.clock.now()
    assert (then, then + 1) == (twin.history.first, twin.journal.last)
    assert 1 == seen(twin, then).engine.sessions_live
    assert 2 == seen(twin, then + 1).engine.sessions_live


def test_plain_fork_can_be_gone_back_in_to_before_it() -> None:
    """It has its original's journal, and its past."""
    world = new_world()
    world.do(creation(PEOPLE[0], PEOPLE[1]))
    world.do(creation(PEOPLE[2], PEOPLE[3]))
    twin = asyncio.run(_plain_fork(world))

    assert [0, 1, 2] == [seen(twin, sequence).engine.sessions_live for sequence in range(3)]


async def _plain_fork(world: World) -> World:
    twin = world.fork(world.accounts)
    twin.disarm()
    return twin


def _until(world: World, sequence: int) -> None:
    """Update one session until there are so many events."""
    session = world.do(creation(PEOPLE[0], PEOPLE[1]))[0]
    assert isinstance(session, SessionCreated)
    while world.journal.last < sequence:
        world.do(UpdateSession(None, session.session.uuid, None, None, 900, {}))


@pytest.mark.parametrize("history_max", [1, 5, 8, 80, 1000])
def test_past_the_bound_the_history_begins_later(history_max: int) -> None:
    """Never fewer events than were asked for, and at most an eighth more, where an eighth is an event at least."""
    world = new_world(limits={"history_max": history_max})
    _until(world, 2 * history_max + 500)
    kept = world.journal.last - world.history.first

    assert history_max <= kept <= history_max + max(1, history_max // 8)
    assert 1 == seen(world, world.history.first).engine.sessions_live
    with pytest.raises(NotKept):
        seen(world, world.history.first - 1)


def test_history_keeps_its_bound_while_its_world_grows() -> None:
    """Its chapters become longer then: by a quarter of what a copy of the world would have in records."""
    world = new_world(limits={"history_max": 80})
    _until(world, 241)
    kept = []
    for number in range(100):
        world.do(creation(f"1408{2_000_000 + number}", f"1212{2_000_000 + number}"))
        kept.append(world.journal.last - world.history.first)

    assert 80 <= min(kept)
    assert max(kept) < 80 + 2 * world.caught_up().records // 4


@pytest.mark.parametrize(("sessions", "step"), [(1, 10), (10, 10), (50, 25), (90, 45), (300, 150)])
def test_history_of_a_large_world_goes_in_larger_steps(sessions: int, step: int) -> None:
    """A state is put aside for an eighth of the bound in events, or a quarter of its records: it costs as much."""
    world = new_world(limits={"history_max": 80})
    for number in range(sessions):
        world.do(creation(f"1408{2_000_000 + number}", f"1212{2_000_000 + number}"))
    session = next(iter(world.caught_up().sessions())).uuid
    firsts = []
    for _ in range(900):
        world.do(UpdateSession(None, session, None, None, 900, {}))
        firsts.append(world.history.first)
    first = firsts[-1]

    assert {0, step} == {later - earlier for earlier, later in pairwise(firsts[400:])}  # of a world that is as large
    assert 80 <= world.journal.last - first < 80 + 2 * step
    assert sessions == seen(world, first).engine.sessions_live


@pytest.mark.parametrize("sequence", [-1, 5])
def test_moment_that_never_was_is_not_kept(sequence: int) -> None:
    """Before the beginning, and after the last event."""
    world = new_world()
    _until(world, 4)

    with pytest.raises(NotKept):
        seen(world, sequence)


def test_history_can_be_switched_off() -> None:
    """Then nothing is kept, and nothing can be seen."""
    world = new_world(limits={"history_max": 0})
    _until(world, 4)

    assert 4 == world.history.first
    with pytest.raises(NotKept):
        seen(world, 4)


def test_reset_and_restore_begin_a_history() -> None:
    """A life has a past of its own."""
    world = new_world()
    _until(world, 4)
    there = finished(world.saving())
    world.restore(world.spec, there)
    restored = world.history.first
    world.reset()

    assert 4 == restored
    assert 0 == world.history.first
    assert 0 == seen(world, 0).engine.sessions_live


def _kept_bytes(act: Callable[[], object]) -> int:
    tracemalloc.start()
    act()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept


def test_memory_of_a_history_is_flat() -> None:
    """Endless work in a world of one session takes no more memory than its bound of events does."""
    world = new_world(limits={"history_max": 800, "journal_events_max": 10})
    _until(world, 2000)
    session = next(iter(world.caught_up().sessions())).uuid

    def work() -> None:
        for _ in range(4000):
            world.do(UpdateSession(None, session, None, None, 900, {}))

    assert _kept_bytes(work) < 800 * 1000


def test_call_is_seen_in_each_of_its_phases() -> None:
    """As a person at the screen goes back in it: it rings, they talk, it is over."""
    world = new_world()
    told = replace(SETTINGS, callback_url="http://127.0.0.1:9/events")
    world.do(creation(PEOPLE[0], PEOPLE[1], settings=told))
    world.do(PlaceCall(PEOPLE[0], "14155550100", Script(talk_us=20 * SECOND_US)))
    world.clock.jump_to(world.clock.now() + 60 * SECOND_US)
    engine: Engine = world.caught_up()
    phases = [
        next(iter(seen(world, at).engine.calls())).phase.value
        for at in range(1, world.journal.last + 1)
        if len(list(seen(world, at).engine.calls()))
    ]

    assert ["ringing_first", "ringing_second", "bridged", "ended"] == list(dict.fromkeys(phases))
    assert "ended" == next(iter(engine.calls())).phase.value
