"""Measures of callbacks: delivered over real sockets, and rendered and signed for whole simulated calls."""

import asyncio
import gc
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from statistics import median
from typing import Final

import httpx
import uvloop
from masking_emulator.core.commands import PlaceCall, SendAgain, SwitchDelivery
from masking_emulator.core.records.callbacks import CallbackState
from masking_emulator.core.records.calls import Script, Side
from masking_emulator.plivo import parse
from masking_emulator.server.garbage_collection import settle
from masking_emulator.world.world import World

from tests.bench.client import Client, encoded
from tests.bench.servers import await_health, free_port
from tests.bench.table import Effort, Row, alone, at_least, ratio

#: So many requests are under way at once, on either side; more make httpx slower, not faster.
_AT_ONCE: Final = 16

_EXPIRY_S: Final = 3600

_FORM: Final = {
    "EventName": "SessionTimeout",
    "EventTimestamp": "2026-01-01 00:00:00",
    "SessionUUID": "1c768b99-8bb0-4eb8-9e96-c19cde58dcbc",
    "VirtualNumber": "14155550100",
    "SequenceNumber": "1",
}


def delivery(effort: Effort) -> list[Row]:
    """Callbacks made, signed and delivered a second, beside a bare httpx loop to the same receiver in turns."""
    requests = effort.requests // 100
    with _receiver() as url:
        turns = [
            (uvloop.run(_bare_loop(url, requests)), uvloop.run(_delivered(url, requests))) for _ in range(effort.rounds)
        ]
    of_beside = median(beside / here for beside, here in turns)
    sides = [requests / median(side) for side in zip(*turns, strict=True)]
    measure = f"callbacks delivered, {_AT_ONCE} at once, of a bare httpx loop"
    return [ratio(measure, of_beside, at_least(0.5), sides=sides, unit="a second")]


def calls(effort: Effort) -> list[Row]:
    """Two-leg calls a second: placed, then advanced in one go, with six callbacks each rendered and signed."""
    size = effort.sessions // 10
    settle()  # as a server does when it has started
    rates = []
    for _ in range(3):
        world = Client({"limits": {"calls_running_max": size}}).world
        world.do(SwitchDelivery(on=False))
        placed = [_placed(world, number) for number in range(size)]
        gc.collect()
        begun = time.process_time()
        for command in placed:
            world.do(command)
        asyncio.run(world.advance_to(world.clock.now() + 60_000_000))
        rates.append(size / (time.process_time() - begun))
        assert world.dispatch.log.get(6 * size) is not None, "every call has callbacks for six events"
    measure = "two-leg calls a second, callbacks rendered and signed"
    return [alone(measure, median(rates), "a second", at_least(10_000, aim=15_000))]


def _placed(world: World, number: int) -> PlaceCall:
    """The call of a new session."""
    caller = _create(world, number, "https://example.com/masking/events")
    script = Script(after_us=3_000_000, talk_us=20_000_000 + number, hangup_by=Side.CALLER)
    return PlaceCall(caller, next(iter(world.caught_up().pool.numbers())).digits, script)


def _create(world: World, number: int, url: str) -> str:
    caller = f"1408{2_000_000 + number}"
    fields = {
        "first_party": caller,
        "second_party": f"1212{2_000_000 + number}",
        "session_expiry": _EXPIRY_S,
        "callback_url": url,
    }
    given = parse.json_object(encoded(fields))
    world.do(parse.create_session(given, lambda _: 0, 0, world.policy))
    return caller


async def _delivered(url: str, requests: int) -> float:
    """Seconds for so many callbacks to be made, signed and delivered, each over a connection of its own.

    As many sessions as there may be requests at once end, and their callbacks are sent again and again.
    """
    world = Client({}).world
    world.do(SwitchDelivery(on=False))
    for number in range(_AT_ONCE):
        _create(world, number, url)
    await world.advance_to(world.clock.now() + _EXPIRY_S * 1_000_000)
    ended = [entry.callback for entry in world.dispatch.log.all()]
    gc.collect()
    begun = time.perf_counter()
    for callback in islice(cycle(ended), requests):
        world.do(SendAgain(callback))
    await world.advance_to(world.clock.now(), patience_s=60)
    took = time.perf_counter() - begun
    states = Counter(entry.callback.state for entry in world.dispatch.log.all())
    assert requests == states[CallbackState.DELIVERED], states
    return took


async def _bare_loop(url: str, requests: int) -> float:
    """Seconds for so many forms to be posted by as many workers, over connections that are kept."""
    left = iter(range(requests))
    limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:

        async def work() -> None:
            for _ in left:
                (await client.post(url, data=_FORM)).raise_for_status()

        gc.collect()
        begun = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
        return time.perf_counter() - begun


@contextmanager
def _receiver() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.bare", str(port)], stdout=subprocess.DEVNULL)
    try:
        await_health(process, port)
        yield f"http://127.0.0.1:{port}/received"
    finally:
        process.terminate()
        process.wait()
