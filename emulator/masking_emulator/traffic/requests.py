"""Requests: the newest API requests of a world, each with its answer.

A request is noted on arrival and filled in while it is served, by reference: bytes and lists as the server has
them. Text and JSON are made when somebody reads (control/views), so keeping costs next to nothing.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from enum import Enum
from fnmatch import fnmatchcase
from typing import NamedTuple

from msgspec import Struct

from masking_emulator.core.listeners import Listeners

RawHeaders = Sequence[tuple[bytes, bytes]]


class RequestOutcome(Enum):
    """How a request ended, or that it has not."""

    IN_PROGRESS = "in progress"
    ANSWERED = "answered"
    CUT = "cut: the answer was not sent to its end"
    DROPPED = "dropped: the connection was closed without an answer"
    RESET = "reset: the connection was reset without an answer"
    CLIENT_GONE = "client gone: the client closed the connection before it was answered"
    BROKEN = "broken: the emulator failed or was stopped"


class Reply(NamedTuple):
    """An answer, by reference. A tuple, because one is made for every request."""

    status: int
    headers: RawHeaders
    body: bytes


class ApiRequest(Struct, eq=False):
    """One API request. `path` has single slashes, `raw_path` is as it was sent. Filled in while it is served.

    `body` is None where it was larger than a body may be; `reply` is what was sent, `lost` the answer that a fault
    kept back or spoiled, `note` why no world knows the request.
    """

    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: RawHeaders
    at: int
    begun_s: float
    account: str | None = None
    operation: str | None = None
    sequence: int = 0
    body: bytes | None = b""
    body_size: int = 0
    outcome: RequestOutcome = RequestOutcome.IN_PROGRESS
    reply: Reply | None = None
    reply_size: int = 0
    lost: Reply | None = None
    took_s: float | None = None
    faults: Sequence[str] = ()
    note: str = ""


class RequestJournal:
    """The newest requests. Sequence numbers begin at 1; a reset of the world begins anew."""

    def __init__(self, *, requests_max: int, body_bytes_max: int) -> None:
        self._kept: deque[ApiRequest] = deque(maxlen=requests_max)
        self._body_bytes_max = body_bytes_max
        #: Told of every request as soon as its body is there, and again when it has ended.
        self.listeners: Listeners[ApiRequest] = Listeners()
        self.last = 0

    def copy(self) -> "RequestJournal":
        """An independent copy without listeners."""
        twin = RequestJournal(requests_max=self._kept.maxlen or 0, body_bytes_max=self._body_bytes_max)
        twin._kept = self._kept.copy()
        twin.last = self.last
        return twin

    def clear(self) -> None:
        """Forget every request; who waits for one waits no longer."""
        self.listeners.interrupt()
        self._kept.clear()
        self.last = 0

    async def interrupted(self) -> None:
        """Return as soon as nobody should wait any longer: at a reset, and for good when the world ends."""
        over = asyncio.Event()
        with self.listeners.heard_by(lambda request: over.set() if request is None else None):
            await over.wait()

    def __iter__(self) -> Iterator[ApiRequest]:
        """Those that are kept, oldest first."""
        return iter(self._kept)

    @property
    def first(self) -> int:
        """Sequence number of the oldest request that is kept; one past the last where none is."""
        return self.last - len(self._kept) + 1

    def find(self, sequence: int) -> ApiRequest | None:
        """The request with this number, if it is kept."""
        place = sequence - self.first
        return self._kept[place] if 0 <= place < len(self._kept) else None

    def arrived(self, request: ApiRequest) -> None:
        """Note a request; the oldest is dropped where there are too many."""
        self.last += 1
        request.sequence = self.last
        self._kept.append(request)

    def received(self, request: ApiRequest, body: bytes | None) -> None:
        """Note its body, or that this was larger than a body may be."""
        if body:
            request.body_size = len(body)
            request.body = body if len(body) <= self._body_bytes_max else body[: self._body_bytes_max]
        elif body is None:
            request.body = None
        if self.listeners:
            self.listeners.tell(request)

    def replied(self, request: ApiRequest, reply: Reply, outcome: RequestOutcome, took_s: float) -> None:
        """Note what was sent."""
        request.reply_size = len(reply.body)
        request.reply = self.bounded(reply)
        self.ended(request, outcome, took_s)

    def ended(self, request: ApiRequest, outcome: RequestOutcome, took_s: float) -> None:
        """Note how the request ended."""
        request.outcome = outcome
        request.took_s = took_s
        if self.listeners:
            self.listeners.tell(request)

    def bounded(self, reply: Reply) -> Reply:
        """The reply with its body cut to the size that is kept."""
        if len(reply.body) <= self._body_bytes_max:
            return reply
        return Reply(reply.status, reply.headers, reply.body[: self._body_bytes_max])


def path_fits(path: str, pattern: str) -> bool:
    """Whether a path, in single slashes, fits a pattern, in which `*` stands for anything, and all else for itself."""
    return fnmatchcase(path, pattern.rstrip("/").replace("[", "[[]").replace("?", "[?]"))
