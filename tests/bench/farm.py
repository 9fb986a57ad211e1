"""Members behind HAProxy beside one member without: what two, four and the way itself come to on this machine."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from masking_emulator.cli.balancer import BalancedServer, Balancer, configuration
from masking_emulator.client import Control

from tests.bench.load import AUTH_TOKEN, CONNECTIONS, world_of
from tests.bench.servers import EMULATOR, Load, await_health, free_port, load, server
from tests.bench.table import Effort, Row

_MEMBERS = (1, 2, 4)
_LEAST = 0.9


def behind_haproxy(effort: Effort) -> list[Row]:
    """Creates and gets a second in sixteen worlds: of one member without HAProxy, then through it of one, two, four.

    The client and HAProxy share the cores with the members.
    """
    numbers = count(0, effort.pairs)
    with ExitStack() as stack:
        _, alone = stack.enter_context(server(EMULATOR))
        fronts = [stack.enter_context(balanced(members)) for members in _MEMBERS]
        for port in (alone, *fronts):
            _make_worlds(port)
            _load(port, next(numbers), effort.pairs)
        turns = [[_load(port, next(numbers), effort.pairs) for port in (alone, *fronts)] for _ in range(effort.rounds)]
    cores = len(os.sched_getaffinity(0))
    return [
        _row(members, cores, [(turn[0], turn[place]) for turn in turns], effort.pairs)
        for place, members in enumerate(_MEMBERS, 1)
    ]


def _row(members: int, cores: int, turns: list[tuple[Load, Load]], pairs: int) -> Row:
    ratio = median(beside.took_s / here.took_s for beside, here in turns)
    beside, here = (2 * pairs / median(one.took_s for one in side) for side in zip(*turns, strict=True))
    counted = "1 member" if members == 1 else f"{members} members"
    name = f"create + get through HAProxy, {counted} on {cores} cores, of one member without"
    judged = members == cores == 2
    return Row(
        name,
        f"{beside:,.0f} requests/s",
        f"{here:,.0f} requests/s",
        f"{ratio:.2f}",
        f"≥ {_LEAST}, aim 1.3" if judged else "",
        ratio >= _LEAST if judged else None,
    )


def _load(port: int, first: int, pairs: int) -> Load:
    return load(port, first, pairs, worlds=CONNECTIONS)


def _make_worlds(port: int) -> None:
    control = Control(f"http://127.0.0.1:{port}")
    for place in range(CONNECTIONS):
        control.put(f"/worlds/{world_of(place)}", {"world": {"account": {"auth_token": AUTH_TOKEN}}})


@contextmanager
def balanced(members: int) -> Iterator[int]:
    """So many members behind HAProxy, from when it answers on: its port."""
    with ExitStack() as stack:
        ports = [stack.enter_context(server(EMULATOR))[1] for _ in range(members)]
        folder = Path(stack.enter_context(TemporaryDirectory()))
        file = folder / "haproxy.cfg"
        port, peer = free_port(), free_port()
        servers = [BalancedServer(f"m{n}", f"127.0.0.1:{one}", "") for n, one in enumerate(ports)]
        balancer = Balancer(
            f"127.0.0.1:{port}", f"127.0.0.1:{peer}", str(folder / "socket"), str(folder / "inside"), servers
        )
        file.write_text(configuration(balancer), encoding="utf-8")
        process = stack.enter_context(subprocess.Popen(["haproxy", "-db", "-q", "-f", str(file)]))
        stack.callback(process.terminate)
        await_health(process, port)
        yield port
