"""Lives of a world: a fork has every field of its original, equal and not the same, or the field is named here."""

import asyncio
from typing import Final

from masking_emulator.callbacks.laboratory import Action, Order, Rule, TamperTarget
from masking_emulator.callbacks.routes import routes_of
from masking_emulator.core.commands import DeleteSession, PlaceCall, ReplaceNumber, UpdateSession
from masking_emulator.core.engine import Engine
from masking_emulator.core.events import SessionCreated
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import Script
from masking_emulator.traffic.requests import ApiRequest
from masking_emulator.world.file import world_of
from masking_emulator.world.world import World

from tests.core.play import SETTINGS, creation
from tests.fields import Fields, differences, fields_of
from tests.shell.runs import PEOPLE, new_world
from tests.shell.worlds import START

#: Fields that a fork has anew, and why.
FRESH: Final = {
    "World.state_file": "two worlds in one file would be none",
    "World.recorder": "one file tells of one world",
    "World.door": "nobody waits for the copy",
    "World.file_door": "nobody writes the file of the copy",
    "World._stopped_at_rate": "a copy is not removed",
    "World._waits": "nobody waits for the copy",
    "World._wake": "a timer of the event loop belongs to one world",
    "World._wake_at": "likewise",
    "WorldClock._source": "the function that reads real time",
    "WorldClock._read": "when real time was read last",
    "Journal.life": "a client that follows the one is told that the other began anew",
    "Journal.listeners": "who waits, waits for the original",
    "RequestJournal.listeners": "likewise",
    "FaultList.listeners": "likewise",
    "CallbackLog.listeners": "likewise",
    "_Chapter.begun": "it makes the engine with which both lives began",
    "Dispatch._apply": "each hands its commands to its own world",
    "Dispatch._stirred": "what is to be sent is the original's",
    "Dispatch._taking": "likewise",
    "Dispatch._lines": "likewise",
    "Dispatch._out": "likewise",
    "Dispatch._media": "likewise",
    "Laboratory._gates": "a story is played in the original",
    "Rule.groups": "what waits to be reordered is the original's",
}

#: Fields that both have, and why.
SHARED: Final = {
    "World._around": "the server",
    "Dispatch._courier": "the server's",
    "ApiRequest": "a request that is being answered is told in both",
}


def _fields(world: World) -> Fields:
    # The engine is looked at in tests/core/test_copies.py, the requests themselves are history.
    return fields_of(world, left_out={**FRESH, **SHARED}, closed=(Engine,))


def _blank() -> World:
    limits = {
        "journal_events_max": 1,
        "history_max": 1,
        "requests_max": 1,
        "request_body_bytes_max": 1,
        "callbacks_kept_max": 1,
    }
    clock = {"start": "2030-01-01T00:00:00Z", "rate": 1}
    return World(world_of({"seed": 8, "egress": "any", "limits": limits, "clock": clock, "numbers": []}))


def _full() -> World:
    """A world with something in every field that is not its engine's, and nothing to send any more."""
    fault = {"operation": "get_session", "status": 500, "count": 1, "for_s": 60}
    limited = {"operation": "get_session", "delay_s": 0.1, "limit": {"requests": 1, "per_s": 60}}
    world = new_world(
        faults=[limited, fault],
        policy={"rate_limit": True},
        clock={"start": START, "rate": 1e-9},
        limits={"history_max": 64},
    )
    everything = Rule(
        Action.REORDER, "SessionTimeout", "none", 1, 2, 0.9, 1.0, 2, 3, Order.SHUFFLE, TamperTarget.HEADERS
    )
    world.route(routes_of([{"from": "https://hooks.example.com", "to": "https://elsewhere.example.com"}]))
    world.laboratory.replace([everything, Rule(Action.TAMPER, skip=1, count=2)])
    abroad = replace(SETTINGS, callback_url="https://hooks.example.com/events")
    world.do(creation(PEOPLE[0], PEOPLE[1], settings=abroad))
    world.do(PlaceCall(PEOPLE[0], "14155550100", Script(talk_us=SECOND_US)))
    world.clock.jump_to(world.clock.now() + 600 * SECOND_US)
    world.draw_api_id()
    for _ in range(3):
        request = ApiRequest("GET", "/", b"/", b"", (), world.clock.now(), 0.0, world.auth_id, "get_session")
        world.requests.arrived(request)
        world.faults_met_by(request)
    world.caught_up()
    return world


async def _compared() -> list[str]:
    world, blank = _full(), _blank()
    copy = world.fork(world.accounts)
    found = [_fields(each) for each in (world, copy, blank)]
    for each in (world, copy, blank):
        each.stop()
    return differences(*found)


def test_fork_of_a_world_has_every_field() -> None:
    """A field that the copy lacks, shares, or has but nobody fills here, is named."""
    assert [] == asyncio.run(_compared())


async def _forked_with_a_line_of_two() -> tuple[list[str], list[str]]:
    world = new_world()
    nearby = replace(SETTINGS, callback_url="http://127.0.0.1:9/events")
    created = world.do(creation(PEOPLE[0], PEOPLE[1], settings=nearby))[0]
    assert isinstance(created, SessionCreated)
    uuid = created.session.uuid
    world.do(ReplaceNumber(created.session.number))
    world.do(UpdateSession(None, uuid, None, None, None, {"callback_url": "https://hooks.example.com/events"}))
    world.do(DeleteSession(None, uuid))
    twin = world.fork(world.accounts)
    states = [[entry.callback.state.value for entry in each.dispatch.log.all()] for each in (world, twin)]
    for each in (world, twin):
        each.stop()
        await each.dispatch.ended()
    return states[0], states[1]


def test_fork_drops_a_whole_line_and_tries_none_of_it() -> None:
    """Also where the second in line could not be sent at all, so that its turn would settle it at once."""
    assert (["waiting"] * 2, ["dropped"] * 2) == asyncio.run(_forked_with_a_line_of_two())
