"""Measures of whole servers over HTTP: throughput, start, idle memory. Bare and emulator take turns."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count
from statistics import median

from masking_emulator.interception.certificates import users_certificates

from tests.bench.load import CONNECTIONS
from tests.bench.table import Effort, Row, ratio_at_most, rss_mb

_START_S_MAX = 20.0
_LOAD_S_MAX = 30.0

#: As users have it: Python keeps what it compiled, on either side.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

_BARE = ("-m", "tests.bench.bare")
_EMULATOR = ("-m", "masking_emulator", "serve", "--port")


def throughput(effort: Effort) -> list[Row]:
    """Creates and gets a second of two servers that stay up."""
    numbers = count(0, effort.pairs)
    with _server(_BARE) as (_, bare), _server(_EMULATOR) as (_, emulator):
        _load(bare, next(numbers), effort.pairs)
        _load(emulator, next(numbers), effort.pairs)
        turns = [[_load(port, next(numbers), effort.pairs) for port in (bare, emulator)] for _ in range(effort.rounds)]
    ratio = median(beside / here for beside, here in turns)
    beside, here = (2 * effort.pairs / median(side) for side in zip(*turns, strict=True))
    return [
        Row(
            f"create + get, {CONNECTIONS} connections",
            f"{beside:,.0f} requests/s",
            f"{here:,.0f} requests/s",
            f"{ratio:.2f}",
            "≥ 0.5, aim 0.7",
            ratio >= 0.5,
        )
    ]


def through_proxy(effort: Effort) -> list[Row]:
    """The same load of one server, through its proxy and with TLS, beside plain HTTP."""
    numbers = count(0, effort.pairs)
    proxy = free_port()
    with _server(("-m", "masking_emulator", "serve", "--proxy-port", str(proxy), "--port")) as (_, plain):
        authority = str(users_certificates().authority)
        ways = ((plain, None), (proxy, authority))
        turns = [[_load(port, next(numbers), effort.pairs, whom) for port, whom in ways] for _ in range(effort.rounds)]
    ratio = median(beside / here for beside, here in turns)
    beside, here = (2 * effort.pairs / median(side) for side in zip(*turns, strict=True))
    measure = "create + get, through proxy and TLS beside plain HTTP"
    return [Row(measure, f"{beside:,.0f} requests/s", f"{here:,.0f} requests/s", f"{ratio:.2f}", "≥ 0.5", ratio >= 0.5)]


def start_of_run(effort: Effort) -> list[Row]:
    """`run -- true` from launch to end beside a bare server's first 200; the certificates are there already."""
    command = [sys.executable, "-m", "masking_emulator", "run", "--", "true"]
    subprocess.run(command, check=True, env=_ENVIRONMENT)
    turns = [(_launched(_BARE)[0], _timed(command)) for _ in range(effort.rounds + 4)][1:]
    bare_s, run_s = (median(column) for column in zip(*turns, strict=True))
    return [ratio_at_most("run -- true, beside first 200", 2, beside=1000 * bare_s, here=1000 * run_s, unit="ms")]


def start(effort: Effort) -> list[Row]:
    """From launch to the first 200, and memory right after it."""
    turns = [(*_launched(_BARE), *_launched(_EMULATOR)) for _ in range(effort.rounds + 4)][1:]
    bare_s, bare_mb, emulator_s, emulator_mb = (median(column) for column in zip(*turns, strict=True))
    return [
        ratio_at_most("first 200 after launch", 2, beside=1000 * bare_s, here=1000 * emulator_s, unit="ms"),
        ratio_at_most("idle memory", 1.5, beside=bare_mb, here=emulator_mb, unit="MB"),
    ]


def _launched(module: Sequence[str]) -> tuple[float, float]:
    begun = time.perf_counter()
    with _server(module) as (pid, _):
        return time.perf_counter() - begun, rss_mb(pid)


def _timed(command: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, env=_ENVIRONMENT)
    return time.perf_counter() - begun


@contextmanager
def _server(module: Sequence[str]) -> Iterator[tuple[int, int]]:
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


def _load(port: int, first: int, pairs: int, authority: str | None = None) -> float:
    command = [sys.executable, "-m", "tests.bench.load", str(port), str(first), str(pairs)]
    command += [] if authority is None else [authority]
    return float(subprocess.run(command, check=True, capture_output=True, timeout=_LOAD_S_MAX).stdout)
