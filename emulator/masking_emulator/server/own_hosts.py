"""Own hosts: a request is served only where its Host header names this server.

A web page may have its own name lead to this machine (DNS rebinding). Its browser then takes what we answer for an
answer of the page's own server, and hands it over: tokens of a world, and through callbacks what services of the
private network say. Only the Host header tells such a request from an honest one, so it is looked at on every path.

No page can have these as its name: an address that is written out, localhost, Plivo's names, and the names by which
containers find the machine that they run on. Another name counts where `--control-host` or `--public-url` gives it, and
a name without dots also where it leads to an address of this machine, as the names of services in docker compose do.
"""

import asyncio
import socket
from collections.abc import Sequence
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from masking_emulator import control
from masking_emulator.callbacks.names import NameService
from masking_emulator.interception.hosts import HOST_CHARACTERS_MAX, is_plivo
from masking_emulator.plivo import refusals
from masking_emulator.plivo import routes as plivo_routes
from masking_emulator.plivo.refusals import ApiError
from masking_emulator.server.intake import note_unmatched
from masking_emulator.world.hub import Hub

#: By these, containers and virtual machines find the machine that they run on. `.internal` is never a public domain.
_NAMES_OF_THE_MACHINE: Final = (".docker.internal", ".containers.internal", ".lima.internal", ".orb.internal")

#: So many hosts are remembered, for each address at which a request came in.
_REMEMBERED_MAX: Final = 1_000

#: So long the address of a name without dots is waited for, in seconds.
_LOOK_UP_S_MAX: Final = 1.0


class OwnHosts:
    """Hands on the requests that name this server, and answers the others with a refusal."""

    def __init__(self, app: ASGIApp, hub: Hub, allowed: Sequence[str]) -> None:
        """`allowed` are further names, or patterns such as `*.example.com`."""
        self.app = app
        self._hub = hub
        self._allowed = [name.lower() for name in allowed]
        self._ours: set[tuple[bytes, str]] = set()
        self._names = NameService()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            hosts = [value for name, value in scope["headers"] if name == b"host"]
            came_in_at = scope["server"][0] if scope.get("server") else ""
            if len(hosts) != 1 or (hosts[0], came_in_at) not in self._ours:
                refusal = await self._refusal(scope, hosts, came_in_at)
                if refusal is not None:
                    return await refusal(scope, receive, send)
        return await self.app(scope, receive, send)

    async def _refusal(self, scope: Scope, hosts: Sequence[bytes], came_in_at: str) -> Response | None:
        """The answer to a request that does not name this server; None to one that does."""
        if not hosts and scope.get("http_version") != "1.1":
            return None  # older clients name no host, and no browser is one of them
        if len(hosts) != 1:
            return self._refuse(scope, 400, f"a request has one Host header, and this one has {len(hosts)}")
        name = _name(hosts[0].decode("latin-1"))
        if await self._is_ours(name, came_in_at):
            if len(self._ours) >= _REMEMBERED_MAX:
                self._ours.clear()
            self._ours.add((hosts[0], came_in_at))
            return None
        status = 403 if scope["path"].startswith(control.PREFIX) else 421
        return self._refuse(
            scope,
            status,
            f"the Host {name[:HOST_CHARACTERS_MAX]!r} is not this server; --control-host NAME allows a name",
        )

    def _refuse(self, scope: Scope, status: int, reason: str) -> Response:
        if scope["path"].startswith(control.PREFIX):
            return control.refuse(control.ControlError(status, reason, "Host"))
        response = plivo_routes.refuse(ApiError(status, refusals.WRONG_HOST, reason), self._hub.draw_api_id())
        note_unmatched(self._hub, scope, response, reason)
        return response

    async def _is_ours(self, name: str, came_in_at: str) -> bool:
        if name in (came_in_at, "localhost") or name.endswith((".localhost", *_NAMES_OF_THE_MACHINE)):
            return name != ""
        if is_plivo(name) or any(fnmatchcase(name, pattern) for pattern in self._allowed):
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return "." not in name and name != "" and await self._leads_here(name)
        # The address of the machine around a container is none of the container's own, but it is private.
        return address.is_loopback or address.is_private or address.is_unspecified or _is_this_machine(address)

    async def _leads_here(self, name: str) -> bool:
        """Whether a name leads to addresses of this machine, and to no other."""
        try:
            async with asyncio.timeout(_LOOK_UP_S_MAX):
                found = await self._names.addresses(name)
        except (OSError, UnicodeError, TimeoutError):
            return False
        addresses = list(map(ip_address, found))
        return bool(addresses) and all(address.is_loopback or _is_this_machine(address) for address in addresses)


def _name(host: str) -> str:
    """The name in a Host header, in small letters, without its port and the full stop that a name may end with."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.strip().lower().removesuffix(".")


def _is_this_machine(address: IPv4Address | IPv6Address) -> bool:
    """Whether an interface of this machine has the address: only then a socket can be bound to it."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as tried:
            tried.bind((str(address), 0))
    except OSError:
        return False
    return True
