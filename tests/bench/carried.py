"""What a member of a farm carries: the memory of its worlds, and how long many take to be written and read again."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from masking_emulator.client import Control

from tests.bench.farm import make_worlds
from tests.bench.load import CONNECTIONS
from tests.bench.servers import EMULATOR, load, server
from tests.bench.table import Effort, Row, alone, rss_mb

#: So many sessions a busy world has, each with a create and a get.
_SESSIONS = 500

#: The first worlds take memory that the process keeps for all.
_FIRST_WORLDS = 200

UNUSED = "memory of a world that nobody has used"
BUSY = f"memory of a world with {_SESSIONS} sessions, {2 * _SESSIONS:,} requests and their journals"


def carried(effort: Effort) -> list[Row]:
    """What worlds take of memory, and of time at the end and the start of a server that keeps them in a folder."""
    with server(EMULATOR) as (process, port):
        _make(port, _FIRST_WORLDS)
        before = rss_mb(process)
        _make(port, effort.worlds // 5)
        unused_kb = (rss_mb(process) - before) * 1024 / (effort.worlds // 5)
        make_worlds(port)
        before = rss_mb(process)
        load(port, 0, _SESSIONS * CONNECTIONS, worlds=CONNECTIONS)
        busy_mb = (rss_mb(process) - before) / CONNECTIONS
    of = f"{effort.worlds:,} small worlds"
    with TemporaryDirectory() as folder:
        keeping = (*EMULATOR[:-1], "--state-folder", folder, "--port")
        with server(keeping) as (_, port):
            _make(port, effort.worlds - 1)
            begun = time.perf_counter()
        written_s = time.perf_counter() - begun
        kept = len(list(Path(folder).glob("*.json")))
        assert kept == effort.worlds, f"{kept} worlds were written"
        begun = time.perf_counter()
        with server(keeping) as (_, port):
            _await_ready(port)
            read_s = time.perf_counter() - begun
    return [
        alone(UNUSED, unused_kb, "KB"),
        alone(BUSY, busy_mb, "MB"),
        alone(f"{of} written at the end", written_s, "s"),
        alone(f"{of} read at the start", read_s, "s"),
    ]


def _make(port: int, worlds: int) -> None:
    control = Control(f"http://127.0.0.1:{port}")
    for _ in range(worlds):
        control.post("/worlds")


def _await_ready(port: int) -> None:
    control = Control(f"http://127.0.0.1:{port}")
    while not control.get("/health")["ready"]:
        time.sleep(0.1)
