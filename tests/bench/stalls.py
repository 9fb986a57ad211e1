"""Measures of long work beside short: how long another world waits meanwhile, and what the work takes."""

import json
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.bench.load import AUTH_ID, AUTH_TOKEN
from tests.bench.servers import EMULATOR, load, server
from tests.bench.table import Effort, Row, alone, at_most, rss_mb

_TEXT_BYTES = 60_000_000

#: Longer than the sessions of the load live.
_ADVANCE_S = 4000


class ServedLoad:
    """A server under load, with another world that somebody asks all the time."""

    def __init__(self, process: int, port: int) -> None:
        self.process = process
        self._port = port
        self.other = json.loads(self.ask("POST", "/_emulator/worlds", b"{}"))
        self.world = f"/_emulator/worlds/{AUTH_ID}"

    def ask(self, method: str, path: str, body: bytes | None = None, *, status: int = 200) -> bytes:
        """One request over a connection of its own; the body of the answer, which is of the kind of this status."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=600)
        try:
            connection.request(method, path, body, {} if body is None else {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status // 100 == status // 100, content[:1000]
            return content
        finally:
            connection.close()

    def list_by_party(self) -> None:
        """A list of the loaded world of a kind that makes an index for itself."""
        self._ask_api({"auth_id": AUTH_ID, "auth_token": AUTH_TOKEN}, "GET", "?first_party=14150000000")

    def make_session(self, world: Mapping[str, Any], place: int, callback_url: str) -> None:
        """A session of this world that ends after a minute and reports it there."""
        fields = {
            "first_party": f"1408{2_000_000 + place}",
            "second_party": f"1212{2_000_000 + place}",
            "session_expiry": 60,
            "callback_url": callback_url,
        }
        self._ask_api(world, "POST", "", json.dumps(fields))

    def _ask_api(self, world: Mapping[str, Any], method: str, query: str, body: str | None = None) -> None:
        """One request to the sessions of a world."""
        account = f"{world['auth_id']}:{world['auth_token']}"
        headers = {"Authorization": f"Basic {b64encode(account.encode()).decode()}", "Content-Type": "application/json"}
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, f"/v1/Account/{world['auth_id']}/Masking/Session/{query}", body, headers)
            answer = connection.getresponse()
            assert answer.status < 300, answer.read()
            answer.read()
        finally:
            connection.close()

    @contextmanager
    def waited_beside(self) -> Iterator[list[float]]:
        """Ask for the other world's sessions meanwhile; then holds the median and the longest wait, in milliseconds."""
        account = self.other["auth_id"], self.other["auth_token"]
        command = [sys.executable, "-m", "tests.bench.waiting", str(self._port), *account]
        waiting = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert waiting.stdout is not None
        waiting.stdout.readline()
        waits: list[float] = []
        yield waits
        told, _ = waiting.communicate()
        waits += map(float, told.split())

    def peak_mb(self) -> float:
        """The most memory since the last time that somebody asked, in MB (Linux)."""
        lines = Path(f"/proc/{self.process}/status").read_text(encoding="ascii").splitlines()
        peak = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
        Path(f"/proc/{self.process}/clear_refs").write_text("5", encoding="ascii")
        return peak


def stalls(effort: Effort) -> list[Row]:
    """The longest wait of another world beside each long work, and what a snapshot takes."""
    with server(EMULATOR) as (process, port):
        load(port, 0, effort.sessions, creates_only=True, timeout_s=600)
        served = ServedLoad(process, port)
        snapshot = b""

        def out() -> None:
            nonlocal snapshot
            snapshot = served.ask("GET", f"{served.world}/snapshot")

        works: dict[str, Callable[[], Any]] = {
            "first list of a kind": served.list_by_party,
            "journal page": lambda: served.ask("GET", f"{served.world}/journal?limit=10000"),
            "fork": lambda: served.ask("POST", f"{served.world}/fork", b"{}"),
            "snapshot out": out,
            "snapshot in": lambda: served.ask("PUT", f"{served.world}/snapshot", snapshot),
            "snapshot in, one text of 60 MB": lambda: served.ask(
                "PUT", f"{served.world}/snapshot", b'{"version":"' + b"x" * _TEXT_BYTES + b'"}', status=400
            ),
            "advance over all": lambda: served.ask(
                "POST", f"{served.world}/clock/advance", json.dumps({"seconds": _ADVANCE_S, "patience_s": 0}).encode()
            ),
        }
        took, more, longest = {}, {}, {}
        for name, work in works.items():
            before = rss_mb(process)
            served.peak_mb()
            begun = time.perf_counter()
            with served.waited_beside() as waits:
                work()
                took[name] = time.perf_counter() - begun
            longest[name], more[name] = waits[1], served.peak_mb() - before
    of = f"{effort.sessions:,} sessions"
    stall = f"longest stall of another world's answer at {of}"
    rows = [alone(f"{stall}: {name}", ms, "ms", at_most(150, aim=50)) for name, ms in longest.items()]
    for name, target in (("snapshot out", at_most(1, aim=0.3)), ("snapshot in", at_most(2, aim=0.6))):
        rows.append(alone(f"{name}, {of}", took[name], "s", target))
        rows.append(alone(f"{name}, {of}: memory more at its peak", more[name], "MB", at_most(150)))
    return rows
