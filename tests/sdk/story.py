"""The story that every official SDK plays inside `run`, and what each has to tell of it.

Every masking method with every parameter, a call while it runs and afterwards, its recording, the numbers, and all that
is refused or goes wrong. The programs are `programs/life.py`, `tests/node/life.cjs`, `tests/go/life` and
`tests/java/src/main/java/Life.java`; they tell the same facts under the same names. What a refusal comes to in an
application is the SDK's own: an outcome is the class of the exception and its text, or the text alone of an answer.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

_AUDIO: Final = "https://example.com/audio.mp3"

#: What all of them tell alike, by part of the story.
FACTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "sessions": {
        "created": "Session created",
        "duration": 600,
        "record": True,
        "plus": True,
        "got": True,
        "status": "active",
        "updated": ["Session updated", 120],
        "listed": True,
        "limit": 5,
        "earlier": 0,
        "by duration": 1,
        "deleted": "Session expired",
        "after": "expired",
        "everything": [
            *(90, "wav", "https://example.com/recordings", "GET", "https://example.com/events", "GET"),
            *(30, _AUDIO, _AUDIO, 60),
        ],
        "pins": ["1234", "4321", 2, 6, True],
        "generated pins": [6, True],
        "single party": ["", "919840037111"],
    },
    "calls": {
        "live": True,
        "live call": [True, "in-progress"],
        "queued": 0,
        "call": ["+919003459051", "inbound", "Normal Hangup", 4000],
        "second leg": [1, "918197241073", "outbound"],
        "all": 2,
        "interactions": 1,
        "total": 2,
        "recordings": 1,
        "recording": ["mp3", "30000.00000"],
    },
    "numbers": {"all": 9, "indian": [3, 2], "one": "14155550100"},
}

#: Part and name of an outcome → what its text has to hold, in the SDKs that show the text of a refusal.
REFUSALS: Final[Mapping[tuple[str, str], str]] = {
    ("calls", "early"): "not found",
    ("calls", "gone recording"): "not found",
    ("numbers", "none"): "not found",
    ("refused", "again"): "Session already expired",
    ("refused", "update of expired"): "Session already expired",
    ("refused", "invalid"): "Invalid parameter. session_expiry is outside the allowed range.",
    ("refused", "unknown"): "not found",
    ("refused", "limit"): "Invalid parameter. limit is outside the allowed range.",
    ("refused", "stranger"): "Authentication credentials were not provided or are invalid.",
    ("refused", "405"): "Method not allowed.",
    ("refused", "429"): "Too many requests.",
    ("refused", "500 twice"): "Session created",
    ("refused", "500 three times"): "Internal server error.",
    ("refused", "dropped"): "",
    ("refused", "malformed"): "",
}

#: An outcome without an exception: of a text that was returned, and of nothing at all.
_RETURNED: Final = "returned"
_NOTHING: Final = "nothing"

#: SDK → what an outcome comes to, unless the next table says otherwise.
_NOT_FOUND: Final = {"calls early", "calls gone recording", "numbers none", "refused unknown"}
_INVALID: Final = {"refused again", "refused update of expired", "refused invalid", "refused limit"}

_EXCEPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "python-sdk": {
        **dict.fromkeys(_NOT_FOUND, "ResourceNotFoundError"),
        **dict.fromkeys(_INVALID, "ValidationError"),
        "refused stranger": "AuthenticationError",
        "refused 405": "InvalidRequestError",
        "refused 429": "PlivoRestError",
        "refused 500 three times": "PlivoServerError",
        "refused dropped": "ProxyError",
        "refused malformed": _NOTHING,
    },
    "node-sdk": {
        **dict.fromkeys(
            {
                *(*_NOT_FOUND, *_INVALID),
                *("refused stranger", "refused 405", "refused 429", "refused 500 three times"),
            },
            "Error",
        ),
        "refused dropped": "String",
        "refused malformed": _NOTHING,
    },
    "go": {
        **dict.fromkeys(
            {*_NOT_FOUND, *_INVALID, "refused stranger", "refused 405", "refused 429"}, "*errors.errorString"
        ),
        "refused 500 three times": _NOTHING,
        "refused dropped": "*url.Error",
        "refused malformed": "*json.SyntaxError",
    },
    "java": {
        **dict.fromkeys(_NOT_FOUND, "ResourceNotFoundException"),
        **dict.fromkeys(_INVALID, "InvalidRequestException"),
        "refused again": _RETURNED,
        "refused stranger": "AuthenticationException",
        "refused 405": "InvalidRequestException",
        "refused 429": "PlivoRestException",
        "refused 500 three times": "ServerException",
        "refused dropped": _RETURNED,
        "refused malformed": "JsonMappingException",
    },
}

#: SDKs that lose the text of a refusal on the way.
_TEXT_LOST: Final = {("python-sdk", "refused 429"), ("node-sdk", "refused 429")}

STORYTELLERS: Final[Sequence[str]] = tuple(_EXCEPTIONS)


def checks() -> int:
    """How many facts and outcomes a story has."""
    return sum(len(part) for part in FACTS.values()) + len(REFUSALS)


def told(printed: str) -> Mapping[str, Mapping[str, Any]]:
    """The story that a program printed last; some SDKs print lines of their own before."""
    story: Mapping[str, Mapping[str, Any]] = json.loads(printed.splitlines()[-1])
    return story


def facts(story: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    """What was told without the outcomes and the faults."""
    outcomes = {*REFUSALS}
    parts = {part: {n: value for n, value in told.items() if (part, n) not in outcomes} for part, told in story.items()}
    return {part: told for part, told in parts.items() if told and part != "faults"}


def outcomes(story: Mapping[str, Mapping[str, Any]]) -> Mapping[str, str]:
    """Every outcome as the name of its exception, or as what came back without one."""
    return {
        f"{part} {name}": _kind(told[name]) for part, told in story.items() for name in told if (part, name) in REFUSALS
    }


def expected_outcomes(sdk: str) -> Mapping[str, str]:
    """What each outcome has to come to in this SDK."""
    named = {f"{part} {name}" for part, name in REFUSALS}
    return {name: _EXCEPTIONS[sdk].get(name, _RETURNED) for name in named}


def wrong_texts(sdk: str, story: Mapping[str, Mapping[str, Any]]) -> Sequence[str]:
    """The outcomes whose text does not hold what the emulator said, or holds it where this SDK is known to lose it."""
    found = []
    for (part, name), text in REFUSALS.items():
        outcome = story[part][name]
        lost = (sdk, f"{part} {name}") in _TEXT_LOST
        if outcome and (text in outcome[-1]) == lost:
            found.append(f"{part} {name}: {outcome[-1]}")
    return found


def _kind(outcome: Sequence[str]) -> str:
    if len(outcome) > 1:
        return outcome[0]
    return _RETURNED if outcome else _NOTHING
