"""Measures inside one process: the whole app without sockets, or a world, big beside small.

Nothing here waits, so time is this process's own CPU time, which other work on the machine disturbs least.
"""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from masking_emulator.core.instants import DAY_US
from masking_emulator.plivo import parse
from masking_emulator.server.garbage_collection import settle
from masking_emulator.world.world import World

from tests.bench.client import AUTH_ID, SESSIONS, Client, encoded
from tests.bench.table import Effort, Row, Target, alone, at_least, at_most, here_of_beside, medians, rss_mb

#: So many requests are one sample.
_BATCH = 200

#: Where sessions report what happens.
_URL = "https://example.com/masking/events"


def many_sessions(effort: Effort) -> list[Row]:
    """Creates and lists beside many live sessions against few."""
    few, many = _client_of({}, 1000), _client_of({}, effort.sessions)
    numbers = count(5_000_000)
    rounds = effort.rounds * 2
    beside, target = f"at {effort.sessions:,} live sessions beside 1,000", at_most(1.2)
    rows = [_beside(f"create {beside}", target, rounds, _creating(few, numbers), _creating(many, numbers))]
    filters = {
        "no filter": "",
        "status": "status=active",
        "first_party": f"first_party={_party(500)}",
        "created_time__gte": "created_time__gte=2026-01-01+00:00:00",
        "status and created_time__gte": "status=active&created_time__gte=2025-12-31+00:00:00",
    }
    for name, query in filters.items():
        small, large = (_listing(client, query) for client in (few, many))
        rows.append(_beside(f"list, {name}, {beside}", target, rounds, small, large))
    return rows


def most_sessions(effort: Effort) -> list[Row]:
    """Creates beside as many live sessions as a member carries, against few."""
    limits = {"limits": {"sessions_live_max": 2 * effort.most}}
    few, many = _client_of(limits, 1000), _client_of(limits, effort.most)
    numbers = count(5_000_000)
    measure, target = f"create at {effort.most:,} live sessions beside 1,000", at_most(1.3, aim=1.1)
    return [_beside(measure, target, effort.rounds * 2, _creating(few, numbers), _creating(many, numbers))]


def large_pool(effort: Effort) -> list[Row]:
    """Creates out of many numbers against few; both kinds end at once, so that the sessions stay few."""
    small, large = (_client_of({"numbers": _numbers(size)}, 5) for size in (10, 10_000))
    numbers = count(5_000_000)
    rows = []
    for kind, extra in {"create": {}, "create, single party": {"create_session_with_single_party": True}}.items():
        sides = (_cycling(client, numbers, extra) for client in (small, large))
        rows.append(_beside(f"{kind} + delete, pool of 10,000 beside 10", at_most(1.2), effort.rounds, *sides))
    return rows


def session_size(effort: Effort) -> list[Row]:
    """Bytes of resident memory for each live session."""
    world = Client({}).world
    _fill(world, 1000, first=effort.sessions)
    gc.collect()
    before = rss_mb()
    _fill(world, effort.sessions)
    size = (rss_mb() - before) * 1024 * 1024 / effort.sessions
    return [alone("memory of a live session", size, "bytes", at_most(1600, aim=1000))]


def flat_memory(effort: Effort) -> list[Row]:
    """Growth over many requests, once the buffers that keep the newest are full."""
    limits = {"sessions_ended_max": effort.requests // 10, "journal_events_max": effort.requests // 20}
    cycle = _cycling(Client({"limits": limits}), count(0), {})

    def after(requests: int) -> float:
        """The least of readings over the last half of so many requests: the history's part goes up and down by 4 MB."""
        batches = requests // (2 * _BATCH)
        readings = []
        for left in reversed(range(batches)):
            cycle()
            if left < batches // 2:
                gc.collect()
                readings.append(rss_mb())
        return min(readings)

    before, once, at_last = after(effort.requests), after(effort.requests), after(effort.most - effort.requests)
    growth, then = once - before, at_last - once
    return [
        alone(f"growth over {effort.requests:,} requests", growth, "MB", at_most(2, aim=1)),
        alone(f"growth from there to {effort.most:,} requests", then, "MB", at_most(0.1, aim=0)),
    ]


def request_journal(effort: Effort) -> list[Row]:
    """Creates and gets with the request journal and without it, in turns."""
    without, kept = (Client({"limits": {"requests_max": most}}) for most in (0, 1000))
    numbers = count(5_000_000)

    def pair(client: Client) -> Callable[[], float]:
        def act() -> None:
            uuid = client.request("POST", SESSIONS, _fields(next(numbers)))["session_uuid"]
            client.request("GET", f"{SESSIONS}{uuid}/")

        return _timed(act)

    sides = pair(without), pair(kept)
    for _ in range(10):  # until the journal is full
        sides[0](), sides[1]()
    beside, here = medians(effort.rounds * 8, *sides)
    return [
        here_of_beside(
            "create+get with the request journal, of without",
            at_most(1.1),
            beside=beside * 1_000_000 / _BATCH,
            here=here * 1_000_000 / _BATCH,
            unit="µs",
        )
    ]


def expiries(effort: Effort) -> list[Row]:
    """Expiries a second of one advance: of sessions without a callback, and of sessions with one.

    A callback is written, signed and kept from its public address, each at an instant of its own.
    """
    settle()  # as a server does when it has started
    without, with_one = (sorted(_expired(effort.sessions, url) for _ in range(3))[1] for url in ("", _URL))
    measure = f"expiries a second over {effort.sessions:,}"
    return [
        alone(measure, without, "a second", at_least(80_000, aim=150_000)),
        alone(f"{measure}, each with a signed callback", with_one, "a second", at_least(30_000, aim=50_000)),
    ]


def _expired(sessions: int, url: str) -> float:
    """So many expiries a second."""
    world = Client({}).world
    _fill(world, sessions, callback_url=url)
    end = world.clock.now() + DAY_US
    gc.collect()
    begun = time.process_time()
    asyncio.run(world.advance_to(end))
    return sessions / (time.process_time() - begun)


def worlds(effort: Effort) -> list[Row]:
    """Making, resetting and copying worlds over the control API."""
    client = _client_of({}, 1000)
    made: list[str] = []

    def post(path: str) -> float:
        begun = time.process_time()
        answer = client.request("POST", f"/_emulator/worlds{path}")
        took = time.process_time() - begun
        made.append(answer["auth_id"])
        return took

    rounds = effort.rounds * 5
    (new,) = medians(rounds, lambda: post(""))
    (fork,) = medians(rounds, lambda: post(f"/{AUTH_ID}/fork"))
    (reset,) = medians(rounds, lambda: post(f"/{made[0]}/reset"))
    return [
        alone("new world", 1000 * new, "ms", at_most(1)),
        alone("reset of a world", 1000 * reset, "ms", at_most(1)),
        alone("fork of a world with 1,000 sessions", 1000 * fork, "ms", at_most(5)),
    ]


def _beside(measure: str, target: Target, rounds: int, small: Callable[[], float], large: Callable[[], float]) -> Row:
    small(), large()
    beside, here = medians(rounds, small, large)
    per_request_us = 1_000_000 / _BATCH
    return here_of_beside(measure, target, beside=beside * per_request_us, here=here * per_request_us, unit="µs")


def _creating(client: Client, numbers: Iterator[int]) -> Callable[[], float]:
    return _timed(lambda: client.request("POST", SESSIONS, _fields(next(numbers))))


def _listing(client: Client, query: str) -> Callable[[], float]:
    return _timed(lambda: client.request("GET", SESSIONS, query=query))


def _cycling(client: Client, numbers: Iterator[int], extra: Mapping[str, Any]) -> Callable[[], float]:
    def cycle() -> None:
        fields = {**_fields(next(numbers)), **extra}
        if extra:
            del fields["second_party"]
        uuid = client.request("POST", SESSIONS, fields)["session_uuid"]
        client.request("DELETE", f"{SESSIONS}{uuid}/")

    return _timed(cycle)


def _timed(act: Callable[[], object]) -> Callable[[], float]:
    def batch() -> float:
        begun = time.process_time()
        for _ in range(_BATCH):
            act()
        return time.process_time() - begun

    return batch


def _client_of(structure: Mapping[str, Any], sessions: int) -> Client:
    client = Client(structure)
    _fill(client.world, sessions)
    return client


def _numbers(size: int) -> list[dict[str, str]]:
    return [{"number": f"+1415{2_000_000 + place}"} for place in range(size)]


def _fill(world: World, sessions: int, *, first: int = 0, callback_url: str = _URL) -> None:
    """Live sessions as requests make them, without the requests."""
    for number in range(first, first + sessions):
        fields = parse.json_object(encoded(_fields(number) | {"callback_url": callback_url}))
        world.do(parse.create_session(fields, lambda _: 0, 0, world.policy))


def _fields(number: int) -> dict[str, Any]:
    return {
        "first_party": _party(number),
        "second_party": f"1212{2_000_000 + number}",
        # A prime step spreads the expiries over a day, in no order.
        "session_expiry": 60 + number * 7919 % 86_340,
        "record": True,
        "callback_url": _URL,
    }


def _party(number: int) -> str:
    return f"1408{2_000_000 + number}"
