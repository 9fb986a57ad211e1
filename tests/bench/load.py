"""The load: creates and gets over keep-alive connections, in a process of its own.

It does as little as it can, so that the server is what is measured: requests are bytes with two gaps, an answer
is read up to its Content-Length, and only the session's UUID is looked for. Prints the seconds that it took, and the
milliseconds within which 99 of 100 requests were answered.
"""

import argparse
import asyncio
import socket
import time
from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from ssl import create_default_context
from typing import cast

import uvloop

CONNECTIONS = 16

_HOST = "api.plivo.com"

AUTH_ID = "MAEMULATOR0000000001"

#: The token of every account in a load.
AUTH_TOKEN = "emulator-token"

_BODY = (
    '{"first_party":"1415%07d","second_party":"1212%07d","session_expiry":3600,"record":true,'
    '"callback_url":"https://example.com/masking/events"}'
)


def world_of(place: int) -> str:
    """The Auth ID of one of the worlds over which a load is spread."""
    return f"MABENCH{place:013}"


def _head(method: str, auth_id: str, path: str) -> str:
    token = b64encode(f"{auth_id}:{AUTH_TOKEN}".encode()).decode()
    return (
        f"{method} /v1/Account/{auth_id}/Masking/Session/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Basic {token}\r\n"
    )


def _create_of(auth_id: str) -> bytes:
    """A create that lacks its body; every body has the same length, because its numbers have."""
    length = len(_BODY % (0, 0))
    head = _head("POST", auth_id, "")
    return f"{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()


def _get_of(auth_id: str) -> bytes:
    """A get that lacks the UUID, which stands for `%s`."""
    return f"{_head('GET', auth_id, '%s/')}\r\n".encode()


_LENGTH = b"content-length: "
_UUID = b'"session_uuid":"'


class _Connection(asyncio.Protocol):
    """One keep-alive connection: create, get, create, get, or creates alone, until the creates are used up."""

    def __init__(
        self,
        creates: Iterator[bytes],
        done: asyncio.Future[None],
        waits: list[float],
        *,
        auth_id: str,
        creates_only: bool,
    ) -> None:
        self._creates = creates
        self._create, self._get = _create_of(auth_id), _get_of(auth_id)
        self._waits = waits
        self._creates_only = creates_only
        self._asked_at = 0.0
        self._done = done
        self._received = b""
        self._creating = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is none of asyncio's classes, though it does what they do.
        self._transport = cast(asyncio.Transport, transport)
        self._next_pair()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        start = self._received.index(_LENGTH) + len(_LENGTH)
        length = int(self._received[start : self._received.index(b"\r", start)])
        if len(self._received) == head + 4 + length:
            answer, self._received = self._received, b""
            self._answered(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _answered(self, answer: bytes) -> None:
        self._waits.append(time.perf_counter() - self._asked_at)
        assert answer.startswith(b"HTTP/1.1 20"), answer
        if self._creates_only or not self._creating:
            self._next_pair()
            return
        self._creating = False
        start = answer.index(_UUID) + len(_UUID)
        self._ask(self._get % answer[start : start + 36])

    def _next_pair(self) -> None:
        create = next(self._creates, None)
        if create is None:
            self._done.set_result(None)
            self._transport.close()
            return
        self._creating = True
        self._ask(self._create + create)

    def _ask(self, request: bytes) -> None:
        self._asked_at = time.perf_counter()
        self._transport.write(request)


def _tunnel(port: int) -> socket.socket:
    """A connection to Plivo's host through a proxy."""
    tunnel = socket.create_connection(("127.0.0.1", port))
    tunnel.sendall(f"CONNECT {_HOST}:443 HTTP/1.1\r\n\r\n".encode())
    assert tunnel.recv(1000).startswith(b"HTTP/1.1 200 ")
    return tunnel


async def _play(
    port: int, creates: list[bytes], authority: str | None, *, connections: int, worlds: int, creates_only: bool
) -> tuple[float, float]:
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    waiting = iter(creates)
    begun = time.perf_counter()
    ends = [loop.create_future() for _ in range(connections)]
    for place, end in enumerate(ends):
        auth_id = world_of(place % worlds) if worlds else AUTH_ID
        connection = partial(_Connection, waiting, end, waits, auth_id=auth_id, creates_only=creates_only)
        if authority is None:
            await loop.create_connection(connection, "127.0.0.1", port)
        else:
            trusting = create_default_context(cafile=authority)
            await loop.create_connection(connection, sock=_tunnel(port), ssl=trusting, server_hostname=_HOST)
    await asyncio.gather(*ends)
    took = time.perf_counter() - begun
    return took, 1000 * sorted(waits)[len(waits) * 99 // 100]


def main() -> None:
    """`python -m tests.bench.load PORT FIRST COUNT [AUTHORITY]`: COUNT pairs of parties that begin with number FIRST.

    With the file of an authority, PORT is that of a proxy, and TLS is spoken behind it. `--connections` are 16 where
    nothing else is said; with `--creates-only` nothing is asked for again. `--worlds` spreads the connections over so
    many worlds, which are there already; without it they ask the demo world.
    """
    parser = argparse.ArgumentParser()
    for name in ("port", "first", "count"):
        parser.add_argument(name, type=int)
    parser.add_argument("authority", nargs="?")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--creates-only", action="store_true")
    parser.add_argument("--worlds", type=int, default=0)
    asked = parser.parse_args()
    creates = [(_BODY % (2_000_000 + n, 2_000_000 + n)).encode() for n in range(asked.first, asked.first + asked.count)]
    playing = _play(
        asked.port,
        creates,
        asked.authority,
        connections=asked.connections,
        worlds=asked.worlds,
        creates_only=asked.creates_only,
    )
    print(*uvloop.run(playing))


if __name__ == "__main__":
    main()
