"""Destinations: where a callback goes, as its configured URL says, with the settings in the URL's fragment.

`#ct=2000&rt=40000&tt=55000&rc=1&rp=ct,rt`: connect, read and total timeout in milliseconds, number of retries, and
what is tried again (`4xx`, `5xx`, `ct`, `rt`, `all`). Source: contract 7.4. A value outside its range counts as not
given (ASSUMED); `er`, the region, has no meaning here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from emulator.core.callbacks import Outcome, RetryPlan
from emulator.core.instants import SECOND_US

#: The pause before the first retry, doubled for each further one. No page gives it: ASSUMED.
RETRY_PAUSE_US: Final = SECOND_US

#: Setting → least, most, default.
_RANGES: Final[Mapping[str, tuple[int, int, int]]] = {
    "ct": (100, 10_000, 2_000),
    "rt": (100, 40_000, 40_000),
    "tt": (100, 55_000, 55_000),
    "rc": (0, 5, 1),
}

_POLICIES: Final[Mapping[str, frozenset[Outcome]]] = {
    "4xx": frozenset({Outcome.CLIENT_ERROR}),
    "5xx": frozenset({Outcome.SERVER_ERROR}),
    "ct": frozenset({Outcome.NOT_CONNECTED}),
    "rt": frozenset({Outcome.NO_ANSWER}),
    "all": frozenset({Outcome.CLIENT_ERROR, Outcome.SERVER_ERROR, Outcome.NOT_CONNECTED, Outcome.NO_ANSWER}),
}

_POLICY_DEFAULT: Final = "ct,rt"

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

#: What may stand in a path and a query as it is; everything else is percent-encoded before it is sent.
_PATH_SAFE: Final = "/%:@!$&'()*+,;=~-._"
_QUERY_SAFE: Final = _PATH_SAFE + "?"

_HALF_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Destination:
    """An URL as it is requested and signed, and how a callback is sent there. Timeouts are in real seconds."""

    url: str
    host: str
    connect_timeout_s: float
    read_timeout_s: float
    total_timeout_s: float
    plan: RetryPlan


@lru_cache(maxsize=4096)
def destination(configured: str) -> Destination:
    """Where an URL leads. It must have passed the parameter's schema."""
    parts = urlsplit(configured)
    settings = dict(parse_qsl(parts.fragment))
    retries = _whole(settings, "rc")
    words = settings.get("rp", _POLICY_DEFAULT).split(",")
    retry_on = frozenset[Outcome]().union(*(_POLICIES.get(word.strip().lower(), frozenset()) for word in words))
    scheme = parts.scheme.lower()
    # Without the port that the scheme has anyway, because a receiver does not see it in the Host header either.
    authority = parts.netloc.removesuffix(f":{_DEFAULT_PORTS[scheme]}")
    # A receiver sees "/" where the URL has no path, and checks the signature of that.
    path = _escaped(parts.path, _PATH_SAFE) or "/"
    return Destination(
        url=urlunsplit((scheme, authority, path, _escaped(parts.query, _QUERY_SAFE), "")),
        host=parts.hostname or "",
        connect_timeout_s=_whole(settings, "ct") / 1000,
        read_timeout_s=_whole(settings, "rt") / 1000,
        total_timeout_s=_whole(settings, "tt") / 1000,
        plan=RetryPlan(retries + 1, retry_on, RETRY_PAUSE_US),
    )


def _whole(settings: Mapping[str, str], name: str) -> int:
    least, most, default = _RANGES[name]
    text = settings.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < len(str(most)) + 1):
        return default
    return int(text) if least <= int(text) <= most else default


def _escaped(text: str, safe: str) -> str:
    return quote(_HALF_ESCAPE.sub("%25", text), safe=safe)
