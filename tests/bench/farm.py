"""Members behind HAProxy beside one member without: what two, four and the way itself come to on this machine."""

import os
import shutil
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
from tests.bench.table import Effort, Row, at_least, left_out, ratio

_MEMBERS = (1, 2, 4)


def behind_haproxy(effort: Effort) -> list[Row]:
    """Creates and gets a second in sixteen worlds: of one member without HAProxy, then through it of one, two, four.

    The client and HAProxy share the cores with the members.
    """
    cores = len(os.sched_getaffinity(0))
    measures = {members: _measure(members, cores) for members in _MEMBERS}
    if shutil.which("haproxy") is None:
        return [left_out(measure, "needs haproxy") for measure in measures.values()]
    numbers = count(0, effort.pairs)
    with ExitStack() as stack:
        _, alone = stack.enter_context(server(EMULATOR))
        fronts = [stack.enter_context(balanced(members)) for members in _MEMBERS]
        for port in (alone, *fronts):
            make_worlds(port)
            _load(port, next(numbers), effort.pairs)
        turns = [[_load(port, next(numbers), effort.pairs) for port in (alone, *fronts)] for _ in range(effort.rounds)]
    rows = []
    for place, members in enumerate(_MEMBERS, 1):
        of_beside = median(turn[0].took_s / turn[place].took_s for turn in turns)
        sides = [2 * effort.pairs / median(turn[side].took_s for turn in turns) for side in (0, place)]
        target = at_least(0.9, aim=1.3) if members == cores == 2 else None
        rows.append(ratio(measures[members], of_beside, target, sides=sides, unit="requests/s"))
    return rows


def _measure(members: int, cores: int) -> str:
    counted = "1 member" if members == 1 else f"{members} members"
    return f"create+get through HAProxy, {counted} on {cores} cores, of one member without"


def _load(port: int, first: int, pairs: int) -> Load:
    return load(port, first, pairs, worlds=CONNECTIONS)


def make_worlds(port: int) -> None:
    """Make the worlds over which `load` is spread."""
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
