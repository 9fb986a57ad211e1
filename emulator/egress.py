"""Egress: what may leave this machine. By default nothing does: loopback and private addresses are the only ones.

A name is looked up only where it can mean a machine nearby; every other name is refused without asking a name
server, because the question itself would leave.
"""

import asyncio
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

#: Names under these never belong to the public Internet (RFC 6761, 6762, 8375, and what containers use).
_NEARBY: Final = (".localhost", ".local", ".internal", ".test", ".lan", ".home.arpa")

HINT: Final = 'egress = "any" in the world file lifts this'


async def obstacle(host: str, *, anywhere: bool) -> str:
    """Why nothing is sent to this host; "" where it may be."""
    if anywhere:
        return ""
    verdict = known_obstacle(host)
    return await _obstacle_of_name(host) if verdict is None else verdict


@lru_cache(maxsize=4096)
def known_obstacle(host: str) -> str | None:
    """As `obstacle` where the host alone tells; None where its name has to be looked up."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        nearby = host == "localhost" or "." not in host or host.lower().endswith(_NEARBY)
        return None if nearby else f"{host} is a public name; {HINT}"
    return "" if _is_near(address) else f"{host} is no loopback or private address; {HINT}"


async def _obstacle_of_name(host: str) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return ""  # the attempt will fail and say why
    foreign = sorted(_foreign(str(address[0]) for *_, address in found))
    return f"{host} is {foreign[0]}, no loopback or private address; {HINT}" if foreign else ""


def _foreign(addresses: Iterable[str]) -> Iterable[str]:
    return (address for address in addresses if not _is_near(ip_address(address.partition("%")[0])))


def _is_near(address: IPv4Address | IPv6Address) -> bool:
    # Link-local addresses are private too, but a cloud keeps its keys there.
    return address.is_loopback or (address.is_private and not (address.is_link_local or address.is_unspecified))
