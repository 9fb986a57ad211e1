"""A capture prepared for predicates: what each request asked for, and what its answer holds.

Nothing here raises for what a capture may hold. What is not there is empty: an answer that is missing has status 0.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from masking_emulator.evidence.captures import Capture, CapturedExchange
from masking_emulator.evidence.predicates.values import JsonObject

_PATH: Final = re.compile(r"/+v1/+Account/+([^/]+)/*(.*?)/*$")

#: The file of a recording is no resource of the API.
_MEDIA: Final = re.compile(r"\.(mp3|wav)$")

#: (resource, whether one of them is addressed) → method → operation.
_OPERATIONS: Final[Mapping[tuple[str, bool], Mapping[str, str]]] = {
    ("Masking/Session", False): {"GET": "list_sessions", "POST": "create_session"},
    ("Masking/Session", True): {"GET": "get_session", "POST": "update_session", "DELETE": "delete_session"},
    ("Call", False): {"GET": "list_calls"},
    ("Call", True): {"GET": "get_call"},
    ("Recording", False): {"GET": "list_recordings"},
    ("Recording", True): {"GET": "get_recording", "DELETE": "delete_recording"},
    ("Number", False): {"GET": "list_numbers"},
    ("Number", True): {"GET": "get_number"},
}

_RESOURCES: Final = tuple(dict.fromkeys(resource for resource, _ in _OPERATIONS))


class Asked:
    """An exchange: the operation that was asked for ("" for none that we know), by whom, with what, and the answer.

    `account` is the Auth ID in the path, `uuid` the one of the resource that is addressed, "" for none. `query` and
    `fields` have their names in small letters, as the service reads them; of a repeated name the first value counts.
    `status` is 0 where there was no answer, `answer` is empty where it was no JSON object.
    """

    def __init__(self, exchange: CapturedExchange) -> None:
        request = exchange.request
        self.exchange = exchange
        found = _PATH.match(request.path)
        self.account, below = (found[1], found[2]) if found else ("", "")
        self.operation, self.uuid = _operation(request.method, below)
        self.query: Mapping[str, str] = {name.lower(): value for name, value in reversed(request.query)}
        self.fields = _lowered(request.body) or {name.lower(): value for name, value in reversed(request.form or ())}
        answer = exchange.answer
        self.status = 0 if answer is None else answer.status
        self.answer: JsonObject = answer.body if answer is not None and isinstance(answer.body, dict) else {}

    @property
    def at(self) -> float:
        """When it began, in seconds of the capture."""
        return self.exchange.at

    @property
    def error(self) -> Any:
        """The error text of the answer, or the object that stands in its place; None for none."""
        return self.answer.get("error")

    @property
    def response(self) -> JsonObject:
        """The object in the envelope of a list or a get; empty where there is none."""
        return _object(self.answer.get("response"))

    @cached_property
    def session(self) -> JsonObject:
        """The session that a create, an update or a get shows; empty where it shows none."""
        if not 200 <= self.status < 300:
            return {}
        if self.operation in ("create_session", "update_session"):
            return _object(self.answer.get("session"))
        return self.response if self.operation == "get_session" else {}

    @cached_property
    def objects(self) -> Sequence[JsonObject]:
        """The objects of a list, with an envelope or without."""
        listed = (self.response or self.answer).get("objects")
        return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []

    @property
    def meta(self) -> JsonObject:
        """What a list says about its page; empty where there is nothing."""
        return _object((self.response or self.answer).get("meta"))

    def sent(self, name: str) -> str | None:
        """A header of the request, its name in small letters; None where it has none."""
        return next((value for each, value in self.exchange.request.headers if each.lower() == name), None)

    def header(self, name: str) -> str | None:
        """A header of the answer, its name in small letters; None where it has none."""
        answer = self.exchange.answer
        found = (value for each, value in (() if answer is None else answer.headers) if each.lower() == name)
        return next(found, None)


class Witness:
    """A capture as predicates read it. `kept` is where they keep what is worked out once for several of them."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self.exchanges: Sequence[Asked] = [Asked(exchange) for exchange in capture.exchanges]
        self.kept: dict[str, Any] = {}

    def asked(self, *operations: str) -> Sequence[Asked]:
        """The exchanges of these operations, in their order."""
        return [asked for asked in self.exchanges if asked.operation in operations]


def witness_of(capture: Capture) -> Witness:
    """Prepare a capture."""
    return Witness(capture)


def _operation(method: str, below: str) -> tuple[str, str]:
    """What is asked of a path below an account, and the id in it."""
    parts = [part for part in below.split("/") if part]
    for resource in _RESOURCES:
        size = resource.count("/") + 1
        if "/".join(parts[:size]) == resource and len(parts) - size in (0, 1) and not _MEDIA.search(below):
            is_one = len(parts) > size
            return _OPERATIONS[resource, is_one].get(method, ""), parts[size] if is_one else ""
    return "", ""


def _lowered(body: Any) -> JsonObject:
    return {str(name).lower(): value for name, value in body.items()} if isinstance(body, dict) else {}


def _object(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}
