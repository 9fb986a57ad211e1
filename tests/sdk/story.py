"""The story that every official SDK plays inside `run`, and what each has to tell of it.

Every masking method with every parameter, a call while it runs and afterwards, its recording, the numbers, and all that
is refused or goes wrong. The programs are `programs/life.py`, `tests/node/life.cjs`, `tests/go/life` and
`tests/java/src/main/java/Life.java`; they tell the same facts under the same names. What a refusal comes to in an
application is the SDK's own: an outcome is the class of the exception and its text, or the text alone of an answer.
`programs/life.rb` and `programs/life.php` tell the story of SDKs that CI cannot have, in `make sdk-labs`.
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
    "ruby": {
        **dict.fromkeys(_NOT_FOUND, "ResourceNotFoundError"),
        **dict.fromkeys(_INVALID, "ValidationError"),
        "refused stranger": "AuthenticationError",
        "refused 405": "InvalidRequestError",
        "refused 429": "PlivoRESTError",
        "refused 500 three times": "PlivoServerError",
        "refused dropped": "NoMethodError",
        "refused malformed": "NoMethodError",
    },
    "php": {
        **dict.fromkeys(
            {
                *(*_INVALID, "numbers none", "refused stranger", "refused 405", "refused 429"),
                *("refused 500 three times", "refused malformed"),
            },
            "PlivoResponseException",
        ),
        "calls early": _NOTHING,
        "calls gone recording": _NOTHING,
        "refused unknown": _NOTHING,
        "refused again": _RETURNED,
    },
}

#: SDKs that lose the text of a refusal on the way.
_TEXT_LOST: Final = {("python-sdk", "refused 429"), ("node-sdk", "refused 429"), ("ruby", "refused 429")}

#: What an SDK cannot tell alike: plivo-ruby sends no limit, so it asks for a status that there is not.
_FACTS_OF_ITS_OWN: Final[Mapping[str, Mapping[str, Any]]] = {"ruby": {"sessions limit": 20}}
_TEXTS_OF_ITS_OWN: Final = {
    ("ruby", "refused limit"): "Invalid parameter. status allowed values are active, expired or all."
}

#: The SDKs that tell the story in the tests; the others do in `make sdk-labs`.
STORYTELLERS: Final[Sequence[str]] = ("python-sdk", "node-sdk", "go", "java")


def checks() -> int:
    """How many facts and outcomes a story has."""
    return sum(len(part) for part in FACTS.values()) + len(REFUSALS)


def told(printed: str) -> Mapping[str, Mapping[str, Any]]:
    """The story that a program printed last; some SDKs print lines of their own before."""
    story: Mapping[str, Mapping[str, Any]] = json.loads(printed.splitlines()[-1])
    return story


def failures(sdk: str, story: Mapping[str, Mapping[str, Any]]) -> Sequence[str]:
    """What is not as it has to be: facts, exceptions and texts, one line each; what nobody asked for is one too."""
    found = []
    flat = {f"{part} {name}": value for part, told in story.items() if part != "faults" for name, value in told.items()}
    for name, fact in _facts(sdk).items():
        if flat.get(name) != fact:
            found.append(f"{name}: {flat.get(name)!r}, expected {fact!r}")
    for name, text in _texts(sdk).items():
        outcome = flat.get(name, ["missing"])
        kind = _EXCEPTIONS[sdk].get(name, _RETURNED)
        lost = (sdk, name) in _TEXT_LOST
        if kind != _kind(outcome) or (outcome and (text in outcome[-1]) == lost):
            found.append(f"{name}: {outcome!r}, expected {kind} with {'another text than ' if lost else ''}{text!r}")
    return [*found, *(f"{name}: not asked for" for name in flat.keys() - _facts(sdk).keys() - _texts(sdk).keys())]


def _facts(sdk: str) -> Mapping[str, Any]:
    common = {f"{part} {name}": fact for part, facts in FACTS.items() for name, fact in facts.items()}
    return {**common, **_FACTS_OF_ITS_OWN.get(sdk, {})}


def _texts(sdk: str) -> Mapping[str, str]:
    common = {f"{part} {name}": text for (part, name), text in REFUSALS.items()}
    return {name: _TEXTS_OF_ITS_OWN.get((sdk, name), text) for name, text in common.items()}


def _kind(outcome: Sequence[str]) -> str:
    if len(outcome) > 1:
        return outcome[0]
    return _RETURNED if outcome else _NOTHING
