"""A world at work: time passes by request, by command and by itself."""

import asyncio
import json
from typing import Any

import pytest
from masking_emulator.control.clock import advance_clock
from masking_emulator.control.journal import EVENTS_MAX
from masking_emulator.control.kernel import ControlRequest
from masking_emulator.core.commands import DeleteSession
from masking_emulator.core.events import SessionCreated
from masking_emulator.core.instants import SECOND_US, read, written
from masking_emulator.core.refusals import Refused
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.journal import event_json
from masking_emulator.world.surroundings import Surroundings
from masking_emulator.world.world import World
from starlette.responses import StreamingResponse

from tests.shell.worlds import ANNA, BEN, CARA, DAVE, START, create, still_world, structure

#: A hang fails instead of blocking.
_PATIENCE_S = 10


def _told(world: World) -> list[tuple[int, str, str]]:
    return [(sequence, type(event).__name__, written(event.at)) for sequence, event in world.journal.after(0, 100)]


async def _until(world: World, last: int) -> None:
    """Let the loop turn until the journal has so many events; asks the world for nothing."""
    async with asyncio.timeout(_PATIENCE_S):
        while world.journal.last < last:
            await asyncio.sleep(0)


def test_advance_stops_at_every_due_instant() -> None:
    """Events come in order of their deadlines, each at its own instant, numbered on."""
    world = still_world()
    world.do(create(ANNA, BEN, expiry_s=120, cooloff_s=60))
    world.do(create(CARA, DAVE, expiry_s=60))
    asyncio.run(world.advance_to(read("2026-01-01T00:10:00Z")))

    assert [
        (1, "SessionCreated", START),
        (2, "SessionCreated", START),
        (3, "SessionExpired", "2026-01-01T00:01:00Z"),
        (4, "SessionExpired", "2026-01-01T00:02:00Z"),
        (5, "CoolOffStarted", "2026-01-01T00:02:00Z"),
        (6, "CoolOffEnded", "2026-01-01T00:03:00Z"),
    ] == _told(world)
    assert "2026-01-01T00:10:00Z" == written(world.clock.now())


def test_advance_to_the_past_changes_nothing() -> None:
    """The clock only moves forward."""
    world = still_world()
    asyncio.run(world.advance_to(read("2025-01-01T00:00:00Z")))

    assert START == written(world.clock.now())


def test_advance_lets_others_have_their_turn() -> None:
    """While a long advance runs, the event loop serves others."""
    world = still_world()
    for number in range(1200):
        world.do(create(f"1202555{number:04}", f"1303555{number:04}", expiry_s=60 + number))
    turns: list[int] = []

    async def watch() -> None:
        while world.journal.last < 2400:
            turns.append(world.journal.last)
            await asyncio.sleep(0)

    async def both() -> None:
        watcher = asyncio.create_task(watch())
        await world.advance_to(read("2026-01-02T00:00:00Z"))
        await asyncio.wait_for(watcher, _PATIENCE_S)

    asyncio.run(both())
    assert any(1200 < last < 2400 for last in turns)


def _crowded(rate: float) -> World:
    """A world in which a long advance has to let others have their turn."""
    world = World(world_of(structure(clock={"start": START, "rate": rate})), Surroundings(turn_s=0))
    for number in range(1200):
        world.do(create(f"1202555{number:04}", f"1303555{number:04}", expiry_s=3600 + number))
    return world


def test_advance_answers_with_the_newest_events() -> None:
    """Of more than one answer lists, the journal keeping them all: those at the end, and how many are before them."""

    async def advanced() -> dict[str, Any]:
        hub = Hub()
        world = hub.add(world_of(structure(limits={"journal_events_max": 100_000})))
        for number in range(EVENTS_MAX // 2 + 1):
            world.do(create(f"1202{number:07}", f"1303{number:07}", expiry_s=3600 + number, cooloff_s=10**6))
        request = ControlRequest(hub, {"auth_id": world.auth_id}, {}, {"seconds": 86_400}, {})
        response = await advance_clock(request)
        assert isinstance(response, StreamingResponse), "so many events are sent as they are made"
        pieces = [bytes(piece) async for piece in response.body_iterator if not isinstance(piece, str)]
        answer: dict[str, Any] = json.loads(b"".join(pieces))
        return answer

    answer = asyncio.run(advanced())

    assert (EVENTS_MAX, 2) == (len(answer["events"]), answer["events_left_out"])
    assert EVENTS_MAX // 2 + 1 + 2 + EVENTS_MAX == answer["events"][-1]["sequence"]


def test_reset_during_an_advance_ends_it() -> None:
    """What was asked of the old life is not done to the new one."""

    async def both() -> World:
        world = _crowded(0)
        advance = asyncio.create_task(world.advance_to(read("2026-01-02T00:00:00Z")))
        await _until(world, 1300)
        world.reset()
        await asyncio.wait_for(advance, _PATIENCE_S)
        return world

    world = asyncio.run(both())
    assert START == written(world.clock.now())
    assert 0 == world.journal.last


def test_stop_during_an_advance_leaves_nothing_to_wake() -> None:
    """A world that is removed while it advances asks nothing of the loop afterwards."""

    async def both() -> World:
        world = _crowded(1)
        advance = asyncio.create_task(world.advance_to(read("2026-01-01T01:15:00Z")))
        await _until(world, 1300)
        world.stop()
        await asyncio.wait_for(advance, _PATIENCE_S)
        return world

    assert asyncio.run(both())._wake is None


def test_idle_world_wakes_itself_for_what_falls_due() -> None:
    """With a running clock a session expires, and its number is released, without any request."""

    async def idle() -> World:
        world = World(world_of(structure(clock={"start": START, "rate": 100_000})))
        world.do(create(expiry_s=60, cooloff_s=600))
        await _until(world, 4)
        world.disarm()
        return world

    world = asyncio.run(idle())
    kinds = [kind for _, kind, _ in _told(world)]
    assert ["SessionCreated", "SessionExpired", "CoolOffStarted", "CoolOffEnded"] == kinds


def test_world_that_starts_to_run_wakes_itself() -> None:
    """A clock that stood still and is set running brings what was waiting."""

    async def set_running() -> World:
        world = still_world()
        world.do(create())
        world.run_at(100_000)
        await _until(world, 2)
        world.disarm()
        return world

    assert "SessionExpired" == _told(asyncio.run(set_running()))[1][1]


def test_world_that_stands_still_asks_nothing_of_the_loop() -> None:
    """At rate 0 nothing is scheduled and no time passes."""

    async def stand() -> World:
        world = still_world()
        world.do(create(expiry_s=60))
        world.reset()
        world.do(create(expiry_s=60))
        return world

    world = asyncio.run(stand())
    assert world._wake is None
    assert START == written(world.clock.now())


def test_stopped_clock_wakes_no_more() -> None:
    """Rate 0 takes back what was scheduled."""

    async def stop() -> World:
        world = World(world_of(structure(clock={"start": START, "rate": 1})))
        world.do(create())
        world.run_at(0)
        return world

    assert asyncio.run(stop())._wake is None


def test_reset_gives_the_same_bytes_again() -> None:
    """After a reset the same inputs make the same events, uuids and api ids included."""
    world = still_world()

    def play() -> list[object]:
        session = world.do(create(cooloff_s=60))[0]
        assert isinstance(session, SessionCreated)
        world.do(DeleteSession(None, session.session.uuid))
        asyncio.run(world.advance_to(read("2026-01-01T01:00:00Z")))
        told = [(sequence, event_json(event)) for sequence, event in world.journal.after(0, 100)]
        return [*told, world.draw_api_id()]

    first = play()
    asyncio.run(_reset(world))
    assert (1, 0) == (world.journal.first, world.journal.last)
    assert first == play()


async def _reset(world: World) -> None:
    world.reset()


def test_due_expiry_happens_before_what_is_asked() -> None:
    """A late command finds the session ended, and the expiry is in the journal."""
    world = still_world()
    event = world.do(create(expiry_s=60))[0]
    assert isinstance(event, SessionCreated)
    world.clock.jump_to(event.at + 60 * SECOND_US)

    with pytest.raises(Refused):
        world.do(DeleteSession(None, event.session.uuid))
    assert (2, "SessionExpired", "2026-01-01T00:01:00Z") == _told(world)[-1]


def test_journal_of_a_world_is_bounded() -> None:
    """A world remembers as many events as its file says."""
    world = still_world(limits={"journal_events_max": 2})
    for _ in range(3):
        world.do(create())

    assert (2, 3) == (world.journal.first, world.journal.last)
