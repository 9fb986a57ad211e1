"""`python -m tests.bench.peers`: create and get on this emulator and on others, interleaved in one run.

One server is up at a time, freshly started and empty, launched as a user would launch it. Each round visits all of
them, the bare server first and last; ratios are to the mean of those two in the same round. The client is load.c, a
closed loop over loopback that looks at every answer. What cannot be had here is skipped by its name. The run is written
to `fixtures/peers.json`, of which `make generated` makes the table in docs/speed.md.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.bench.machine import cores_busy, where
from tests.bench.peer_list import BARE, FOLDER, OURS, PEERS, Peer
from tests.bench.servers import free_port
from tests.bench.table import Effort, Row, at_least, left_out, ratio
from tests.reference.peers import FILL_S_MAX, RECORDS, RESULTS, peers_table

_CONNECTIONS: Final = 16
_START_S_MAX: Final = 30.0

#: So many seconds each measure takes.
_SECONDS: Final = 3.0

_ENVIRONMENT: Final = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

#: What one visit to a peer came to, and the bare server's mean in the same round.
_Visit = tuple[Mapping[str, float], Mapping[str, float]]


class Missing(Exception):
    """A peer cannot be had here, or does not hold out; the message says why."""


def home_of(peer: Peer) -> Path:
    """Where the peer is installed."""
    return FOLDER / peer.name.replace(" ", "-").lower()


def installed(peer: Peer) -> None:
    """Install the peer if it is not there. Raises Missing."""
    home = home_of(peer)
    if not peer.installer or (home / "installed").exists():
        return
    home.mkdir(parents=True, exist_ok=True)
    if peer.name == "WireMock" and shutil.which("java") is None:
        raise Missing("needs java")
    if peer.installer == "npm":
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(home)]
        commands = [[*install, *peer.package.split()]]
    else:
        commands = [
            [sys.executable, "-m", "venv", str(home)],
            [str(home / "bin" / "pip"), "install", "-q", *peer.package.split()],
        ]
    for command in commands:
        if shutil.which(command[0]) is None:
            raise Missing(f"needs {command[0]}")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"{' '.join(command[:2])} ended with {done.returncode}: {done.stderr.strip()[-200:]}")
    (home / "installed").write_text(peer.package, encoding="utf-8")


def client() -> Path:
    """The compiled load client. Raises Missing."""
    source, made = Path(__file__).with_name("load.c"), FOLDER / "load"
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise Missing("the client needs a C compiler")
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        subprocess.run([compiler, "-O2", "-o", str(made), str(source)], check=True)
    return made


def memory_mb(pid: int) -> float:
    """What the process and its descendants have resident (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    own = sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return own + sum(memory_mb(int(child)) for child in children)


@contextmanager
def _served(peer: Peer) -> Iterator[tuple[int, int, float]]:
    """A fresh server from its first 200 on: process, port, and the seconds from launch. Raises Missing."""
    home = home_of(peer)
    peer.prepare(home)
    port, begun = free_port(), time.perf_counter()
    process = subprocess.Popen(
        list(peer.command(port, home)), env=_ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _answers(port, *peer.ready):
            if process.poll() is not None or time.perf_counter() - begun > _START_S_MAX:
                raise Missing("it does not start")
            time.sleep(0.002)
        started = time.perf_counter() - begun
        peer.set_up(port)
        yield process.pid, port, started
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int, path: str, headers: Mapping[str, str]) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers=dict(headers))
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


class _Load:
    """The client against one server; its running numbers go on from load to load."""

    def __init__(self, peer: Peer, port: int) -> None:
        self._peer, self._port, self._first = peer, port, 52_000_000
        self.made = 0
        self._files = [FOLDER / name for name in ("create.txt", "get.txt")]
        for file, text in zip(self._files, (peer.create, peer.get), strict=True):
            file.write_bytes(text.encode())

    def play(
        self, seconds: float, *, connections: int = _CONNECTIONS, what: str = "pairs", most: int = 0
    ) -> dict[str, Any]:
        """Pairs, or creates alone, for so many seconds, but not more than `most` of them, where that is not 0.

        Raises Missing where an answer was refused or was not about its session.
        """
        words = [self._port, connections, what, seconds, most, self._first, *self._files, self._peer.marker]
        command = [str(FOLDER / "load"), *map(str, words), str(int(self._peer.is_checked))]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
        if done.returncode:
            raise Missing(f"the client ended with {done.returncode}: {done.stderr.strip()[:200]}")
        told: dict[str, Any] = json.loads(done.stdout)
        if told["wrong"] or told["errors"] > told["creates"] // 100:
            raise Missing(f"{told['errors']} errors, {told['wrong']} wrong answers: {told['first_error'][:200]}")
        self._first += told["creates"] + told["errors"] + connections
        self.made += told["creates"]
        return told

    def creates_beside(self, records: int, seconds: float) -> float:
        """Creates a second once there are so many records; 0 where the server is too slow to have them soon."""
        if self.made < records:
            self.play(FILL_S_MAX, what="creates", most=records - self.made)
        if self.made < records:
            return 0.0
        told = self.play(seconds, what="creates")
        return float(told["creates"] / told["seconds"])


def measured(peer: Peer, seconds: float) -> dict[str, float]:
    """One visit: what the server came to. Raises Missing."""
    with _served(peer) as (pid, port, started):
        time.sleep(0.3)
        idle = memory_mb(pid)
        load = _Load(peer, port)
        load.play(min(peer.warm_s, seconds))
        many, alone = load.play(seconds), load.play(seconds, connections=1)
        loaded = memory_mb(pid)
        return {
            "start_ms": 1000 * started,
            "idle_mb": idle,
            "loaded_mb": loaded,
            "pairs_16": many["gets"] / many["seconds"],
            "p99_ms": many["p99_ms"],
            "pairs_1": alone["gets"] / alone["seconds"],
            "creates_16": load.creates_beside(RECORDS, seconds),
        }


def creates_beside_emulate(effort: Effort) -> list[Row]:
    """Creates alone of a warm server with many records, beside those of npm's `emulate`, in turns."""
    measure = f"create alone at {RECORDS:,} sessions, {_CONNECTIONS} connections, of emulate's once warm"
    ours, emulate = (next(peer for peer in PEERS if peer.name == name) for name in (OURS, "emulate"))
    try:
        client()
        installed(emulate)
        turns = [(_creates(emulate), _creates(ours)) for _ in range(min(effort.rounds, 3))]
    except Missing as missing:
        return [left_out(measure, str(missing))]
    sides = [median(side) for side in zip(*turns, strict=True)]
    value = median(here / beside for beside, here in turns)
    return [ratio(measure, value, at_least(1.1, aim=1.4), sides=sides, unit="creates/s")]


def _creates(peer: Peer) -> float:
    """Raises Missing."""
    with _served(peer) as (_, port, _):
        load = _Load(peer, port)
        load.play(peer.warm_s)
        rate = load.creates_beside(RECORDS, _SECONDS)
        if not rate:
            raise Missing(f"{peer.name} is too slow here to have {RECORDS:,} records soon")
        return rate


def run(rounds: int, seconds: float, chosen: Sequence[Peer]) -> dict[str, Any]:
    """Every round over every peer; what is skipped is said with its reason.

    A peer that does not hold out in one round is measured in the others; it is skipped where it held out in none.
    """
    client()
    skipped: dict[str, str] = {}
    for peer in chosen:
        try:
            installed(peer)
        except Missing as missing:
            skipped[peer.name] = str(missing)
    there = [peer for peer in chosen if peer.name not in skipped]
    visits: dict[str, list[_Visit]] = {peer.name: [] for peer in there}
    busy = cores_busy()
    for number in range(rounds):
        firsts: dict[str, dict[str, float]] = {}
        for peer in there:
            try:
                firsts[peer.name] = measured(peer, seconds)
            except Missing as missing:
                skipped[peer.name] = str(missing)
                print(f"{peer.name}: {missing}", file=sys.stderr)
        last = measured(chosen[0], seconds)
        yard = {key: (value + last[key]) / 2 for key, value in firsts[BARE].items()}
        for name, visit in firsts.items():
            visits[name].append((visit, yard))
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    rows = {name: _summed(found) for name, found in visits.items() if found}
    skipped = {name: why for name, why in skipped.items() if name not in rows}
    return {
        **where(busy),
        "rounds": rounds,
        "seconds": seconds,
        "skipped": skipped,
        "peers": rows,
    }


def _summed(visits: Sequence[_Visit]) -> dict[str, float]:
    medians = {key: median(visit[key] for visit, _ in visits) for key in visits[0][0]}
    ratios = {
        f"{key}_of_bare": median(visit[key] / yard[key] for visit, yard in visits)
        for key in ("pairs_16", "pairs_1", "creates_16", "start_ms", "p99_ms")
    }
    return {key: round(value, 3) for key, value in (medians | ratios).items()}


def main() -> int:
    """Run, print the table, and keep the run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=_SECONDS, help="of each measure")
    parser.add_argument("--keep", action="store_true", help=f"write the run to {RESULTS.name}")
    parser.add_argument("peer", nargs="*", help="only these, and those that they are compared with")
    asked = parser.parse_args()
    chosen = [peer for peer in PEERS if not asked.peer or peer.name in (BARE, OURS, *asked.peer)]
    result = run(asked.rounds, asked.seconds, chosen)
    print(peers_table(result))
    if asked.keep:
        RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
