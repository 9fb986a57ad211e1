"""Raw sockets to a server: bytes out, bytes in, nothing in between that could mend them."""

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from select import select
from typing import Final
from urllib.parse import urlsplit

import pytest

_PATIENCE_S: Final = 20


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """A connection to the server at this URL."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=_PATIENCE_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield connection


def made_to_wait(url: str, clients: int) -> int:
    """How many of so many clients at once the system makes wait before they are connected, a second or longer.

    It does that where more connections wait to be taken than the server lets wait: it says nothing to a client's first
    packet, and the client sends it again. Linux counts those. Skips elsewhere.
    """
    if not hasattr(socket, "TCP_INFO"):
        pytest.skip("only Linux says what was sent again")
    parts = urlsplit(url)
    with ExitStack() as connections:
        here = [connections.enter_context(socket.socket()) for _ in range(clients)]
        for connection in here:
            connection.setblocking(False)  # noqa: FBT003  # the name of what it sets is the function's
            connection.connect_ex((parts.hostname or "", parts.port or 0))
        for connection in here:
            assert select([], [connection], [], _PATIENCE_S)[1]
        info = (connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104) for connection in here)
        return sum(int.from_bytes(each[100:104], sys.byteorder) > 0 for each in info)


def rest_of(connection: socket.socket) -> bytes:
    """Everything that comes until the other side closes."""
    received = b""
    try:
        while piece := connection.recv(65_536):
            received += piece
    except ConnectionResetError:
        pass
    return received


def said_to(url: str, *pieces: bytes) -> bytes:
    """What comes back until the server closes the connection, after these pieces were sent one after the other."""
    with connected(url) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except OSError:  # it was closed before everything was said
                break
        return rest_of(connection)


def status_of(answer: bytes) -> int:
    """The status of an answer; 0 where there is none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def body_of(answer: bytes) -> bytes:
    """What stands behind the head of an answer."""
    return answer.partition(b"\r\n\r\n")[2]


def head(method: str, target: str, **headers: str) -> bytes:
    """A head of HTTP/1.1. Underscores in a header's name are hyphens; `Host` is this machine where it is not given."""
    named = {"Host": "127.0.0.1", **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
