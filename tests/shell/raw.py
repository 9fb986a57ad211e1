"""Raw sockets to a server: bytes out, bytes in, nothing in between that could mend them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

_PATIENCE_S: Final = 20


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """A connection to the server at this URL."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=_PATIENCE_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield connection


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
