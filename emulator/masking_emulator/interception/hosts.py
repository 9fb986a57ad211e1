"""Hosts: where the proxy may carry a connection. Plivo's names go to the emulator, allowed ones out, others nowhere.

Beside Plivo's names only those are reached that the user has allowed with `--allow-host`.
"""

import re
from collections.abc import Sequence
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

#: The host of every masking request (ledger: paths), and the domain that the certificate is for.
API_HOST: Final = "api.plivo.com"
DOMAIN: Final = "plivo.com"

HTTPS_PORT: Final = 443
HTTP_PORT: Final = 80

#: Plivo's domain, and one label before it: what the wildcard in the certificate covers.
_PLIVO: Final = re.compile(r"([a-z0-9-]+\.)?plivo\.com")

#: The longest host name that there can be; sentences quote no more of anything else either.
HOST_CHARACTERS_MAX: Final = 253

#: A name or an address, and nothing that could break out of the line in which it is quoted.
_NAME: Final = re.compile(rf"[a-z0-9._:%-]{{1,{HOST_CHARACTERS_MAX}}}")


class ProxyRoute(Enum):
    """Where a connection goes."""

    INSIDE = "to the emulator"
    OUTSIDE = "to the host itself"
    NOWHERE = "refused"


def proxy_route(host: str, allowed: Sequence[str]) -> ProxyRoute:
    """Where a connection to this host goes. `allowed` are names, `*.domain` for all below one, or `*`."""
    name = host.lower().removesuffix(".")
    if is_plivo(name):
        return ProxyRoute.INSIDE
    return ProxyRoute.OUTSIDE if any(_matches(name, pattern.lower()) for pattern in allowed) else ProxyRoute.NOWHERE


def is_plivo(host: str) -> bool:
    """Whether the name is one of Plivo's."""
    return _PLIVO.fullmatch(host.lower().removesuffix(".")) is not None


def host_and_port(authority: str, default_port: int) -> tuple[str, int]:
    """The parts of `host:port`, `host` or `[address]:port`. Raises ValueError."""
    parts = urlsplit(f"//{authority}")
    if parts.netloc != authority or not _NAME.fullmatch(parts.hostname or ""):
        raise ValueError(f"{authority[:HOST_CHARACTERS_MAX]!r} is no host and port")
    return str(parts.hostname), default_port if parts.port is None else parts.port


def _matches(name: str, pattern: str) -> bool:
    return pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:]))


def port_of(url: str) -> int | None:
    """The port that an URL names; None where it names none, or is no URL."""
    try:
        return urlsplit(url).port
    except ValueError:
        return None


def without_user(url: str) -> str:
    """The URL of a proxy as it may be shown: without the user and the password in it."""
    start, scheme, rest = url.rpartition("://")
    return f"{start}{scheme}{rest.rpartition('@')[2]}"
