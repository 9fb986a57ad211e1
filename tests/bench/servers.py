"""Measures of whole servers over HTTP: throughput, start, idle memory. Bare and emulator take turns."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from statistics import median

from masking_emulator.interception.certificates import users_certificates

from tests.bench.load import CONNECTIONS
from tests.bench.table import Effort, Row, Target, at_least, at_most, here_of_beside, ratio, rss_mb

_START_S_MAX = 20.0
_LOAD_S_MAX = 120.0

#: As users have it: Python keeps what it compiled, on either side.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

_BARE = ("-m", "tests.bench.bare")
EMULATOR = ("-m", "masking_emulator", "serve", "--port")


@dataclass(frozen=True, slots=True)
class Load:
    """What a load took: seconds in all, and the milliseconds in which 99 of 100 requests were answered."""

    took_s: float
    p99_ms: float


def throughput(effort: Effort) -> list[Row]:
    """Creates and gets a second of two servers that stay up, over many connections and over one; the slowest of 100."""
    rows = []
    numbers = count(0, effort.pairs)
    with server(_BARE) as (_, bare), server(EMULATOR) as (_, emulator):
        for connections, target in ((CONNECTIONS, at_least(0.62, aim=0.75)), (1, at_least(0.68, aim=0.8))):
            for port in (bare, emulator):
                load(port, next(numbers), effort.pairs, connections=connections)
            turns = [
                [load(port, next(numbers), effort.pairs, connections=connections) for port in (bare, emulator)]
                for _ in range(effort.rounds)
            ]
            name = f"{connections} connections" if connections > 1 else "one connection"
            rows.append(_throughput_row(f"create+get, {name}, of bare", turns, effort.pairs, target))
            if connections > 1:
                measure, target = f"p99 of create+get at {name}, of bare's", at_most(1.8, aim=1.5)
                bare_ms, here_ms = (median(one.p99_ms for one in side) for side in zip(*turns, strict=True))
                rows.append(here_of_beside(measure, target, beside=bare_ms, here=here_ms, unit="ms"))
    return rows


def create_rate(effort: Effort) -> list[Row]:
    """Creates a second of a world that grows, when it has many sessions against when it has few.

    Each round has a server of its own. Two servers in turns would each have lost the processor's caches to the other,
    and who has more sessions has more to lose: that was a twentieth.
    """
    many, few, batch = effort.sessions // 5, 1000, 2000
    turns = []
    for _ in range(2 * effort.rounds):
        with server(EMULATOR) as (_, port):
            load(port, 0, few, creates_only=True)
            small = load(port, few, batch, creates_only=True)
            between = many - batch // 2 - few - batch
            load(port, few + batch, between, creates_only=True)
            turns.append([small, load(port, few + batch + between, batch, creates_only=True)])
    kept = median(beside.took_s / here.took_s for beside, here in turns)
    sides = [batch / median(one.took_s for one in side) for side in zip(*turns, strict=True)]
    measure = f"create rate kept from {few:,} to {many:,} sessions"
    return [ratio(measure, kept, at_least(0.97, aim=1), sides=sides, unit="creates/s")]


def _throughput_row(measure: str, turns: Sequence[Sequence[Load]], pairs: int, target: Target) -> Row:
    of_beside = median(beside.took_s / here.took_s for beside, here in turns)
    sides = [2 * pairs / median(one.took_s for one in side) for side in zip(*turns, strict=True)]
    return ratio(measure, of_beside, target, sides=sides, unit="requests/s")


def through_proxy(effort: Effort) -> list[Row]:
    """The same load of one server, through its proxy and with TLS, beside plain HTTP."""
    numbers = count(0, effort.pairs)
    proxy = free_port()
    with server(("-m", "masking_emulator", "serve", "--proxy-port", str(proxy), "--port")) as (_, plain):
        authority = str(users_certificates().authority)
        ways = ((plain, None), (proxy, authority))
        turns = [
            [load(port, next(numbers), effort.pairs, authority=whom) for port, whom in ways]
            for _ in range(effort.rounds)
        ]
    measure = "create+get through proxy and TLS, of plain HTTP"
    return [_throughput_row(measure, turns, effort.pairs, at_least(0.5))]


def start_of_run(effort: Effort) -> list[Row]:
    """`run -- true` from launch to end beside a bare server's first 200; the certificates are there already."""
    command = [sys.executable, "-m", "masking_emulator", "run", "--", "true"]
    subprocess.run(command, check=True, env=_ENVIRONMENT)
    turns = [(_launched(_BARE)[0], _timed(command)) for _ in range(effort.rounds + 4)][1:]
    bare_s, run_s = (median(column) for column in zip(*turns, strict=True))
    measure = "`run -- true`, from launch to end, of bare's first answer"
    return [here_of_beside(measure, at_most(2), beside=1000 * bare_s, here=1000 * run_s, unit="ms")]


def start(effort: Effort) -> list[Row]:
    """From launch to the first 200, and memory right after it."""
    turns = [(*_launched(_BARE), *_launched(EMULATOR)) for _ in range(effort.rounds + 4)][1:]
    bare_s, bare_mb, emulator_s, emulator_mb = (median(column) for column in zip(*turns, strict=True))
    return [
        here_of_beside(
            "first answer after launch, of bare",
            at_most(1.35, aim=1.15),
            beside=1000 * bare_s,
            here=1000 * emulator_s,
            unit="ms",
        ),
        here_of_beside("idle memory, of bare", at_most(1.16, aim=1.1), beside=bare_mb, here=emulator_mb, unit="MB"),
    ]


def _launched(module: Sequence[str]) -> tuple[float, float]:
    begun = time.perf_counter()
    with server(module) as (pid, _):
        return time.perf_counter() - begun, rss_mb(pid)


def _timed(command: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, env=_ENVIRONMENT)
    return time.perf_counter() - begun


@contextmanager
def server(module: Sequence[str]) -> Iterator[tuple[int, int]]:
    """A server in a process of its own, from its first 200 on: process and port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, *module, str(port)], stdout=subprocess.DEVNULL, env=_ENVIRONMENT)
    try:
        await_health(process, port)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def await_health(process: subprocess.Popen[bytes], port: int) -> None:
    """Return once the server answers. Exits where it does not."""
    until = time.monotonic() + _START_S_MAX
    while process.poll() is None and time.monotonic() < until:
        connection = HTTPConnection("127.0.0.1", port, timeout=_START_S_MAX)
        try:
            connection.request("GET", "/_emulator/health")
            if connection.getresponse().status == 200:
                return
        except ConnectionError:
            time.sleep(0.002)
        finally:
            connection.close()
    raise SystemExit(f"{process.args!r} did not answer")


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def load(
    port: int,
    first: int,
    count: int,
    *,
    authority: str | None = None,
    connections: int = CONNECTIONS,
    creates_only: bool = False,
    worlds: int = 0,
    timeout_s: float = _LOAD_S_MAX,
) -> Load:
    """Play the load, see load.py, to its end."""
    command = [sys.executable, "-m", "tests.bench.load", *map(str, (port, first, count))]
    command += [] if authority is None else [authority]
    command += [
        "--worlds",
        str(worlds),
        "--connections",
        str(connections),
        *(["--creates-only"] if creates_only else []),
    ]
    said = subprocess.run(command, check=True, capture_output=True, timeout=timeout_s).stdout
    return Load(*map(float, said.split()))
