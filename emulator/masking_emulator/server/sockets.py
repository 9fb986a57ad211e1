"""The sockets that a server listens on: plain HTTP always, the proxy and TLS where they are asked for.

They are open before anything else of a server is loaded: what connects early waits in the system's queue, so a
taken port is known at once and a client can start while the server still does. What is served on
them is decided in server.py and proxy.py.
"""

import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL
from typing import Any, Final

from masking_emulator.core.records.base import Record
from masking_emulator.interception.certificates import Certificates
from masking_emulator.interception.hosts import HOST_CHARACTERS_MAX
from masking_emulator.unpatched import real_socket

#: How many connections may wait to be taken at a port; the system makes the next one wait for a second and longer.
_BACKLOG: Final = 2048

#: How many of them are taken in one turn of the event loop: asyncio's `backlog`, which it has for both. Many at once
#: would use up the files that the process may have, before those that exceed our own limit are closed.
TAKEN_IN_A_TURN: Final = 100

#: Error → what it means. `{option}` is replaced by the option that chooses the port.
_REASONS: Final[Mapping[int, str]] = {
    EACCES: "this user may not listen on the port; choose another with {option}",
    EADDRINUSE: "the port is taken; choose another with {option}",
    EADDRNOTAVAIL: "this machine does not have the address; choose another with --host",
}


class CannotOpenSocket(Exception):
    """The address is in use, or this machine does not have it."""


class ServerSockets(Record):
    """Open sockets, and what belongs to them. `certificates` is there as soon as one of them needs TLS."""

    plain: socket.socket
    proxy: socket.socket | None
    tls: socket.socket | None
    certificates: Certificates | None
    allowed_hosts: Sequence[str]

    @property
    def url(self) -> str:
        """Where plain HTTP is, which is also where the control API is."""
        return _url("http", self.plain)

    @property
    def local_url(self) -> str:
        """Where this machine reaches plain HTTP, also where the server listens on every address."""
        return self.url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")

    @property
    def proxy_url(self) -> str | None:
        """What belongs into HTTPS_PROXY."""
        return None if self.proxy is None else _url("http", self.proxy)

    @property
    def tls_url(self) -> str | None:
        """Where HTTPS is served directly."""
        return None if self.tls is None else _url("https", self.tls)

    def let_wait(self) -> None:
        """Let many connections wait at each port again, once asyncio has let as many wait as it takes in one turn."""
        for listener in (self.plain, self.proxy, self.tls):
            if listener is not None:
                listener.listen(_BACKLOG)

    def described(self) -> dict[str, Any]:
        """What a client on another machine may know: ports instead of addresses, and whom to trust."""
        return {
            "proxy_port": None if self.proxy is None else self.proxy.getsockname()[1],
            "tls_port": None if self.tls is None else self.tls.getsockname()[1],
            "allowed_hosts": list(self.allowed_hosts),
            "authority": None if self.certificates is None else self.certificates.authority.read_text(encoding="ascii"),
        }


def open_sockets(
    host: str,
    port: int,
    *,
    proxy_port: int | None,
    tls_port: int | None,
    allowed_hosts: Sequence[str],
    certificates: Callable[[], Certificates],
) -> ServerSockets:
    """Listen. A port of 0 is any free one, None is no such socket.

    Raises CannotOpenSocket, and what `certificates` raises.
    """
    ports = {"--port": port, "--proxy-port": proxy_port, "--tls-port": tls_port}
    wanted = {option: number for option, number in ports.items() if number is not None}
    with ExitStack() as until_all_are_open:
        opened = {
            option: until_all_are_open.enter_context(_listen(host, number, option=option))
            for option, number in wanted.items()
        }
        sockets = ServerSockets(
            opened["--port"],
            opened.get("--proxy-port"),
            opened.get("--tls-port"),
            certificates() if len(opened) > 1 else None,
            allowed_hosts,
        )
        until_all_are_open.pop_all()
    return sockets


def _listen(host: str, port: int, *, option: str) -> socket.socket:
    """A listening socket. Raises CannotOpenSocket with a sentence that says why."""
    if not host:  # the system takes this as every address, which an unset variable must not open
        raise CannotOpenSocket("cannot listen on an empty --host; 0.0.0.0 is every address")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = real_socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, TypeError) as error:  # TypeError: what cannot be encoded as a host name
        listener.close()
        reason = _REASONS.get(error.errno or 0, error.strerror) if isinstance(error, OSError) else str(error)
        sentence = str(reason).format(option=option)
        raise CannotOpenSocket(f"cannot listen on {host[:HOST_CHARACTERS_MAX]}:{port}: {sentence}") from None
    return listener


def _url(scheme: str, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
