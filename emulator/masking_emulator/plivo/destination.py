"""Destinations: where a callback goes, as its configured URL says, with the settings in the URL's fragment.

`#ct=2000&rt=40000&tt=55000&rc=1&rp=ct,rt`: connect, read and total timeout in milliseconds, number of retries, and
what is tried again (`4xx`, `5xx`, `ct`, `rt`, `all`). A value outside its range counts as not given, and `er`, the
region, has no meaning here (ledger: callback_timeouts, callback_retries, callback_settings_malformed).
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit, urlunsplit

from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.callbacks import Attempt, Outcome, RetryPlan

#: The pause before the first retry, doubled for each further one (ledger: callback_pause).
RETRY_PAUSE_US: Final = SECOND_US

#: Setting → least, most, default.
_RANGES: Final[Mapping[str, tuple[int, int, int]]] = {
    "ct": (100, 10_000, 2_000),
    "rt": (100, 40_000, 40_000),
    "tt": (100, 55_000, 55_000),
    "rc": (0, 5, 1),
}

#: What some setting tries again. Never BLOCKED: what the egress rule forbids is settled for good, and the dispatch of
#: callbacks relies on that.
RETRIABLE: Final = frozenset({Outcome.CLIENT_ERROR, Outcome.SERVER_ERROR, Outcome.NOT_CONNECTED, Outcome.NO_ANSWER})

_POLICIES: Final[Mapping[str, frozenset[Outcome]]] = {
    "4xx": frozenset({Outcome.CLIENT_ERROR}),
    "5xx": frozenset({Outcome.SERVER_ERROR}),
    "ct": frozenset({Outcome.NOT_CONNECTED}),
    "rt": frozenset({Outcome.NO_ANSWER}),
    "all": RETRIABLE,
}

#: Outcome → the word of a policy that repeats it.
_WORDS: Final = {outcome: word for word, (outcome, *more) in _POLICIES.items() if not more}

_RETRIED_DEFAULT: Final = _POLICIES["ct"] | _POLICIES["rt"]

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

#: The characters that stay as they are in a path and a query; all others are percent-encoded before it is sent.
_PATH_SAFE: Final = "/%:@!$&'()*+,;=~-._"
_QUERY_SAFE: Final = _PATH_SAFE + "?"

_HALF_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Destination(Record):
    """An URL as it is requested and signed, and how a callback is sent there. Timeouts are in real seconds.

    `authority` is what a receiver sees in the Host header, `authorization` its header of that name, "" for none.
    """

    url: str
    host: str
    authority: str
    authorization: str
    connect_timeout_s: float
    read_timeout_s: float
    total_timeout_s: float
    plan: RetryPlan


#: Most worlds have few URLs. One takes 5 µs to be taken apart, and 0.6 KB to be remembered.
_DESTINATIONS_MAX: Final = 1024


@lru_cache(maxsize=_DESTINATIONS_MAX)
def destination(configured: str) -> Destination:
    """Where an URL leads. It must have passed the parameter's schema."""
    parts = urlsplit(configured)
    settings = dict(parse_qsl(parts.fragment))
    scheme, authority = parts.scheme.lower(), _authority(parts)
    # A receiver sees "/" where the URL has no path, and checks the signature of that.
    path = _escaped(parts.path, _PATH_SAFE) or "/"
    return Destination(
        url=urlunsplit((scheme, authority, path, _escaped(parts.query, _QUERY_SAFE), "")),
        host=parts.hostname or "",
        authority=authority,
        authorization=_authorization(parts),
        connect_timeout_s=_whole(settings, "ct") / 1000,
        read_timeout_s=_whole(settings, "rt") / 1000,
        total_timeout_s=_whole(settings, "tt") / 1000,
        plan=RetryPlan(_whole(settings, "rc") + 1, _retried(settings.get("rp", "")), RETRY_PAUSE_US),
    )


def why_not_again(plan: RetryPlan, attempt: Attempt) -> str:
    """Why a failed attempt was the last: what the URL's fragment would have to say."""
    if attempt.outcome in plan.retry_on:
        return f"{attempt.number} attempts are all that #rc={plan.attempts_max - 1} allows"
    word = _WORDS.get(attempt.outcome)
    return "no setting repeats such an attempt" if word is None else f"{word} needs #rp={word} in the URL"


def _authority(parts: SplitResult) -> str:
    """Host and port as a receiver sees them: no user, no capitals, and no port that the scheme has anyway."""
    return parts.netloc.rpartition("@")[2].lower().removesuffix(f":{_DEFAULT_PORTS[parts.scheme.lower()]}")


def _authorization(parts: SplitResult) -> str:
    """User and password of the URL, sent as Basic authorization (ledger: callback_credentials_in_url)."""
    user, at, _ = parts.netloc.rpartition("@")
    return f"Basic {b64encode(unquote(user).encode()).decode()}" if at else ""


def _retried(policy: str) -> frozenset[Outcome]:
    """The outcomes after which it is sent again. A list without any known word counts as not given."""
    known = [_POLICIES[word] for word in policy.lower().split(",") if word in _POLICIES]
    return frozenset[Outcome]().union(*known) if known else _RETRIED_DEFAULT


def _whole(settings: Mapping[str, str], name: str) -> int:
    least, most, default = _RANGES[name]
    text = settings.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < len(str(most)) + 1):
        return default
    return int(text) if least <= int(text) <= most else default


def _escaped(text: str, safe: str) -> str:
    return quote(_HALF_ESCAPE.sub("%25", text), safe=safe)
