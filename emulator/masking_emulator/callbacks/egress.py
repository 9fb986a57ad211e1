"""Egress: what may leave this machine. By default nothing does: loopback and private addresses are the only ones.

A name is looked up only where it can mean a machine nearby; every other name is refused without asking a name
server, because the question itself would leave. The addresses that are checked here are the ones that a request
connects to: `addresses` returns them.
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import inet_aton
from typing import Final

from masking_emulator.callbacks.names import NameService

#: Loopback, RFC 1918, RFC 4193. Python's `is_private` means more than that, and another set in each version.
_NEAR: Final = tuple(
    map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)

#: Where a cloud keeps the keys of its machines although the range is private. Link-local ranges are not near anyway.
_METADATA: Final = frozenset({ip_address("fd00:ec2::254")})

#: Names under these never belong to the public Internet (RFC 6761, 6762, 8375, and what containers use).
_NEARBY_NAMES: Final = (".localhost", ".local", ".internal", ".test", ".lan", ".home.arpa")

#: Names of this machine (RFC 6761) are not looked up.
_LOOPBACK: Final = ("127.0.0.1", "::1")

_HINT: Final = (
    "for a test, give a URL on this machine, such as that of `masking-emulator listen`, or deliver this one there with "
    "`masking-emulator routes add`; "
    'egress = "any" in the world file lifts this'
)

Address = IPv4Address | IPv6Address


class Blocked(Exception):
    """Nothing is sent to this host; the message says why."""


@lru_cache(maxsize=1024)
def obstacle(host: str) -> str | None:
    """Why nothing is sent to this host, "" where it may be, None where its name has to be looked up first."""
    address = _address(host)
    if address is not None:
        return _obstacle_of(host, address)
    name = _name(host)
    if _is_loopback(name):
        return ""
    nearby = "." not in name or name.endswith(_NEARBY_NAMES)
    return None if nearby else f"{host} is a public name; {_HINT}"


async def addresses(host: str, names: NameService) -> tuple[str, ...]:
    """Where to connect to for this host. Raises Blocked, and OSError where the name is not known."""
    known = obstacle(host)
    if known:
        raise Blocked(known)
    address = _address(host)
    if address is not None and address.is_unspecified:
        return (_LOOPBACK[0 if address.version == 4 else 1],)
    if address is not None:
        return (str(address),)
    return _LOOPBACK if _is_loopback(_name(host)) else checked(host, await names.addresses(host))


def is_looked_up(host: str) -> bool:
    """Whether somebody has to be asked for the addresses of this host."""
    return _address(host) is None and not _is_loopback(_name(host))


def checked(host: str, found: Iterable[str]) -> tuple[str, ...]:
    """The addresses of a name, without duplicates. Raises Blocked if one of them is not nearby."""
    texts = tuple(dict.fromkeys(found))
    for text in texts:
        reason = _obstacle_of(f"{host} is {text}, which", ip_address(text))
        if reason:
            raise Blocked(reason)
    return texts


@lru_cache(maxsize=4096)
def _address(host: str) -> Address | None:
    """The address that is written here, in any spelling that a connection takes (127.1, 0x7f000001, 2130706433)."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(inet_aton(host))
    except (OSError, UnicodeError):
        return None


def note_on(host: str) -> str:
    """What a user should know of this host although it may be sent to; "" where there is nothing."""
    address = _address(host)
    if address is None or not address.is_unspecified:
        return ""
    return f"{host} is where a server listens, not where it is reached; it is taken for this machine"


def _obstacle_of(written: str, address: Address) -> str:
    effective = address
    if isinstance(address, IPv6Address):
        # A zone says on which interface the address is, and nothing about whose it is.
        effective = address.ipv4_mapped or IPv6Address(int(address))
    is_near = any(effective in network for network in _NEAR) and effective not in _METADATA
    near = is_near or address.is_unspecified
    return "" if near else f"{written} is no loopback or private address; {_HINT}"


def _name(host: str) -> str:
    return host.lower().removesuffix(".")


def _is_loopback(name: str) -> bool:
    return name == "localhost" or name.endswith(".localhost")
