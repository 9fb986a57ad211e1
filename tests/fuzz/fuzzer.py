"""The fuzzer: a server of its own, worlds of every kind, requests one after the other, and what must never be.

Never an answer of 500 and more that no fault asked for, never a traceback on stderr, never a refusal after which the
world is another. A failure is tried again with fewer requests before it, and printed as lines for a shell.
"""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

from masking_emulator.control import PREFIX

from tests.fuzz.requests import Known, Request, Requests
from tests.plivo.ask import Reply

_TOKEN: Final = "token"
_PATIENCE_S: Final = 60

#: Requests before a failure that are tried without one another; more would take too long.
_HISTORY_MAX: Final = 400
_TRIES_MAX: Final = 150

#: A life of the worlds has so many requests; then all begin anew.
_LIFE: Final = 400

#: Events of what was asked for before, whenever the answer comes.
_ARRIVALS: Final = frozenset({"MediaChecked", "CallbackAttempted", "CallbackSettled"})

#: Auth ID → its clock. Time stands still, runs, or is about to end, in both ways.
WORLDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "MAFUZZWORLDSTANDING0": {"start": "2026-01-01T00:00:00Z", "rate": 0},
    "MAFUZZWORLDRUNNING00": {"start": "2026-01-01T00:00:00Z", "rate": 600},
    "MAFUZZWORLDATTHEEND0": {"start": "9999-12-31T23:40:00Z", "rate": 0},
    "MAFUZZWORLDSENDING00": {"start": "9999-12-31T23:50:00Z", "rate": 30},
}


@dataclass(frozen=True)
class Failure:
    """What was wrong after a request."""

    what: str
    request: Request


@dataclass
class Fuzzer:
    """One server under requests."""

    url: str
    stderr: Path
    known: dict[str, Known] = field(default_factory=dict)
    _connection: HTTPConnection | None = None
    _read: int = 0

    def begin(self) -> None:
        """All worlds begin anew, and no other is there."""
        self.known = {auth_id: Known() for auth_id in WORLDS}
        for world in json.loads(self._send("GET", f"{PREFIX}/worlds", None).content)["worlds"]:
            self._send("DELETE", f"{PREFIX}/worlds/{world['auth_id']}", None)
        for auth_id, clock in WORLDS.items():
            self._make(auth_id, clock)

    def close(self) -> None:
        """Let go of the connection to the server."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def tried(self, request: Request) -> Failure | None:
        """Send the request; what is wrong afterwards."""
        before = self._state(request.world)
        reply = self._sent(request)
        if reply is not None and reply.status >= 500 and reply.status != 503:
            return Failure(f"the answer is {reply.status}: {reply.content[:300]!r}", request)
        if trace := self._trace():
            return Failure(f"stderr has a traceback: …{trace[-1500:]}", request)
        after = self._state(request.world)
        failure = None if reply is None else changed_by_refusal(request, reply.status, before, after)
        return None if failure is None or self._arrived_meanwhile(request.world, before) else failure

    def _arrived_meanwhile(self, auth_id: str, before: Any) -> bool:
        """Whether an answer from elsewhere, which takes real time, came since: to a callback, or with a media file."""
        path = f"{PREFIX}/worlds/{auth_id}/journal?after={before['journal_last']}"
        events = json.loads(self._send("GET", path, None).content)["events"]
        return any(event["event"] in _ARRIVALS for event in events)

    def _sent(self, request: Request) -> Reply | None:
        """The answer; None where a fault broke the connection."""
        headers = {} if request.body is None else {"Content-Type": request.content_type}
        try:
            return self._send(request.method, request.path, request.body, {**_authorized(request.world), **headers})
        except (HTTPException, ConnectionError):
            self.close()
            return None

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str] | None = None) -> Reply:
        parts = urlsplit(self.url)
        if self._connection is None:
            self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE_S)
        self._connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        answer = self._connection.getresponse()
        return Reply(answer.status, dict(answer.getheaders()), answer.read())

    def _make(self, auth_id: str, clock: Mapping[str, Any]) -> None:
        world = {
            "seed": 7,
            "account": {"auth_id": auth_id, "auth_token": _TOKEN},
            "clock": clock,
            "numbers": [{"number": f"+1415555{number:04}"} for number in range(100, 104)],
        }
        made = self._send("POST", f"{PREFIX}/worlds", json.dumps({"world": world}).encode())
        assert 201 == made.status, made.content
        path = f"{PREFIX}/worlds/{auth_id}/callbacks/policy"
        assert 200 == self._send("PUT", path, b'{"deliver": false}').status

    def _state(self, auth_id: str) -> Any:
        """The state that a refusal must not change; None where time runs, or a fault answers, or callbacks are sent."""
        reply = self._send("GET", f"{PREFIX}/worlds/{auth_id}/snapshot", None)
        if reply.status == 404:
            self.known[auth_id] = Known()
            self._make(auth_id, WORLDS[auth_id])
            return self._state(auth_id)
        assert 200 == reply.status, reply.content
        snapshot = json.loads(reply.content)
        self.known[auth_id].snapshot = snapshot
        if snapshot["clock"]["rate"] or snapshot["world"].get("faults") or snapshot["engine"]["delivers"]:
            return None
        # Every answer draws an id.
        return {name: part for name, part in snapshot.items() if name != "drawn"}

    def _trace(self) -> str:
        """What is new on stderr, if a traceback is in it."""
        if self.stderr.stat().st_size == self._read:
            return ""
        said = self.stderr.read_text(encoding="utf-8", errors="replace")
        self._read = self.stderr.stat().st_size
        return said if "Traceback" in said or "Error" in said else ""


def changed_by_refusal(request: Request, status: int, before: Any, after: Any) -> Failure | None:
    """The failure where a request was refused, and the state of its world is another; `before` None says nothing."""
    if status < 400 or before is None or before == after:
        return None
    return Failure(f"refused with {status}, and {_difference(before, after)}", request)


def fuzz(
    fuzzer: Fuzzer, *, seed: int, requests: int, reached: Callable[[int], object] = int
) -> tuple[Failure, Sequence[Request]] | None:
    """Send so many requests; the first failure, with the requests that lead to it.

    `reached` is called with the number of requests that were sent, each time the worlds begin anew.
    """
    lives = -(-requests // _LIFE)
    for life in range(lives):
        chance = Random(f"{seed}/{life}")
        generated, history = Requests(chance), list[Request]()
        reached(life * _LIFE)
        fuzzer.begin()
        for _ in range(min(_LIFE, requests - life * _LIFE)):
            world = chance.choice(list(WORLDS))
            history.append(generated.about(world, fuzzer.known[world]))
            failure = fuzzer.tried(history[-1])
            if failure is not None:
                return failure, shrunk(fuzzer, history)
    return None


def shrunk(fuzzer: Fuzzer, history: Sequence[Request]) -> Sequence[Request]:
    """Fewer of the requests that still end in a failure."""
    last = history[-1]
    kept = [request for request in history if request.world == last.world][-_HISTORY_MAX:]
    if not _fails(fuzzer, kept):
        return history
    size, tries = max(1, len(kept) // 2), 0
    while size and tries < _TRIES_MAX:
        at = 0
        while at < len(kept) - 1 and tries < _TRIES_MAX:
            fewer = [*kept[:at], *kept[at + size : -1], last]
            tries += 1
            if len(fewer) < len(kept) and _fails(fuzzer, fewer):
                kept = fewer
            else:
                at += size
        size //= 2
    return kept


def _fails(fuzzer: Fuzzer, requests: Sequence[Request]) -> bool:
    fuzzer.begin()
    return any(fuzzer.tried(request) is not None for request in requests)


def report(fuzzer: Fuzzer, failure: Failure, requests: Sequence[Request], *, seed: int) -> str:
    """A failure for whoever mends it."""
    shown = requests[-40:]
    left_out = len(requests) - len(shown)
    lines = [request.as_curl(fuzzer.url, _TOKEN) for request in shown]
    clock = json.dumps(WORLDS[failure.request.world])
    head = [f"seed {seed}: {failure.what}", f"in a world with the clock {clock}, after:"]
    return "\n".join([*head, *([f"# {left_out} requests more"] if left_out else []), *lines])


@contextmanager
def served(folder: Path) -> Iterator[Fuzzer]:
    """A fuzzer with a server of its own."""
    stderr = folder / "stderr"
    command = [sys.executable, "-m", "masking_emulator", "serve", "--port", "0"]
    with (
        stderr.open("wb") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            _, url, *_ = process.stdout.readline().split()
            fuzzer = Fuzzer(url, stderr)
            yield fuzzer
            fuzzer.close()
        finally:
            process.kill()


def _authorized(auth_id: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{auth_id}:{_TOKEN}".encode()).decode()}


def _difference(before: Any, after: Any, path: str = "") -> str:
    """The first place at which two states differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            if before.get(key) != after.get(key):
                return _difference(before.get(key), after.get(key), f"{path}.{key}")
    return f"{path.removeprefix('.')} was {json.dumps(before)[:300]} and is {json.dumps(after)[:300]}"
