"""Control over what arrived: the API requests of a world, counted, verified, waited for.

One set of criteria serves every operation: in the query of a GET, in the body of a verification.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from masking_emulator.control.kernel import (
    NOT_EMPTY,
    WAIT,
    WAITED_IN_VAIN,
    WHOLE,
    ControlAnswer,
    ControlError,
    ControlRequest,
    Operation,
    W,
    body_schema,
    refused_field,
    timeout_of,
    whole,
)
from masking_emulator.control.near_misses import matches, matching, near_misses
from masking_emulator.control.views.requests import request_json, summary_json, unmatched_json
from masking_emulator.plivo.routes import OPERATION_NAMES
from masking_emulator.plivo.validation import SchemaValidator
from masking_emulator.traffic.requests import ApiRequest
from masking_emulator.world.world import World

#: The most requests that one answer lists, the newest ones.
_LISTED_MAX: Final = 1000
_LISTED_DEFAULT: Final = 100

#: The most arrived requests that an explanation names.
_EXPLAINED_MAX: Final = 20

_QUERY_CHARACTERS_MAX: Final = 4000


def list_requests(asked: ControlRequest) -> ControlAnswer:
    """The newest `limit` requests that match, oldest first, each with its answer and the fields that nothing read.

    `before` is a sequence number: only older ones, for a list that is read page by page from its end.
    """
    world, criteria = asked.world, _criteria(asked.query, "limit", "before")
    limit = min(whole(asked.query, "limit", _LISTED_DEFAULT), _LISTED_MAX)
    before = whole(asked.query, "before", world.requests.last + 1)
    found = [request for request in matching(world.requests, criteria) if request.sequence < before]
    listed = found[len(found) - limit :] if limit < len(found) else found
    kept = {"first": world.requests.first, "last": world.requests.last, "matched": len(found)}
    return 200, kept | {"requests": [request_json(request, world.policy) for request in listed]}


def count_requests(asked: ControlRequest) -> ControlAnswer:
    """How many requests match."""
    return 200, {"count": len(matching(asked.world.requests, _criteria(asked.query)))}


def show_request(asked: ControlRequest) -> ControlAnswer:
    """One request by its sequence number."""
    world = asked.world
    found = world.requests.find(whole(asked.path, "sequence", 0))
    if found is None:
        requests = world.requests
        kept = f"kept are {requests.first} to {requests.last}" if requests.first <= requests.last else "none is kept"
        raise ControlError(404, f"request {asked.path['sequence'][:20]} is not there; {kept}", "sequence")
    return 200, request_json(found, world.policy)


def verify_requests(asked: ControlRequest) -> ControlAnswer:
    """Whether as many requests match as expected: `count`, `at_least`, `at_most`; without these, at least one.

    409 where not: with those that match, near misses and how they differ, and what arrived. 400 where nothing says
    what is to be verified.
    """
    counts = {name: asked.body[name] for name in _COUNTS if name in asked.body} or {"at_least": 1}
    criteria = {name: value for name, value in asked.body.items() if name not in _COUNTS}
    found = matching(asked.world.requests, criteria)
    if all(_COUNTS[name](len(found), expected) for name, expected in counts.items()):
        return 200, {"verified": True, "count": len(found)}
    wanted = " and ".join(f"{name} {expected}".replace("_", " ") for name, expected in counts.items())
    error = f"{len(found)} requests match, expected: {wanted}"
    return 409, {"error": error, "verified": False} | _explained(asked.world, criteria, found)


async def await_request(asked: ControlRequest) -> ControlAnswer:
    """Block until `at_least` requests match (1 where left out), those before counted, for up to `timeout_s` seconds.

    A request counts as soon as its body is there, with `status` only once it has been answered. 409 when the time is
    over, with what did arrive. Seconds are real ones: the world's clock may stand still.
    """
    world, criteria = asked.world, _criteria(asked.query, "timeout_s", "at_least")
    wanted, timeout_s = whole(asked.query, "at_least", 1), timeout_of(asked.query)
    found = {id(request): request for request in matching(world.requests, criteria)}
    enough, over = asyncio.Event(), False

    def hear(request: ApiRequest | None) -> None:
        nonlocal over
        if request is None:
            over = True
            enough.set()
        elif matches(request, criteria):
            found[id(request)] = request
            if len(found) >= wanted:
                enough.set()

    if len(found) < wanted:
        with world.requests.listeners.heard_by(hear):
            try:
                await asyncio.wait_for(enough.wait(), timeout_s)
            except TimeoutError:
                error = f"{len(found)} of {wanted} requests arrived within {timeout_s:g} seconds"
                return 409, {"error": error} | _explained(world, criteria, list(found.values()))
        if over:
            raise ControlError(409, WAITED_IN_VAIN)
    return 200, {"requests": [request_json(request, world.policy) for request in found.values()][:_LISTED_MAX]}


def list_unmatched(asked: ControlRequest) -> ControlAnswer:
    """The newest requests that belong to no world: unknown credentials, or a path that neither API has."""
    return 200, {"requests": [unmatched_json(request) for request in asked.hub.unmatched]}


def _explained(world: World, criteria: Mapping[str, Any], found: Sequence[ApiRequest]) -> dict[str, Any]:
    arrived = list(world.requests)
    return {
        "count": len(found),
        "matched": [summary_json(request) for request in found[-_EXPLAINED_MAX:]],
        "near_misses": near_misses(arrived, criteria),
        "arrived": [summary_json(request) for request in arrived[-_EXPLAINED_MAX:]],
        "arrived_in_all": world.requests.last,
    }


#: How many requests are expected.
_COUNTS: Final = {
    "count": lambda found, expected: found == expected,
    "at_least": lambda found, expected: found >= expected,
    "at_most": lambda found, expected: found <= expected,
}

_OBJECT: Final = {"type": "object", "description": "A part of the JSON; what is not named does not matter."}

#: Criterion → what it may be.
_CRITERIA: Final[Mapping[str, Mapping[str, Any]]] = {
    "operation": {"enum": OPERATION_NAMES},
    "method": {"type": "string", "maxLength": 20},
    "path": {"type": "string", "maxLength": 500, "description": "A pattern; * stands for anything."},
    "status": {"type": "integer", "minimum": 100, "maximum": 599},
    "session": {"type": "string", "maxLength": 100, "description": "The UUID of a session."},
    "after": {**WHOLE, "description": "Only requests after this sequence number."},
    "query": _OBJECT,
    "body": _OBJECT,
}
_CRITERIA_VALIDATOR: Final = SchemaValidator(body_schema(**_CRITERIA))

_VERIFICATION: Final = body_schema(**_CRITERIA, **dict.fromkeys(_COUNTS, WHOLE)) | NOT_EMPTY


def _criteria(query: Mapping[str, str], *others: str) -> dict[str, Any]:
    """The criteria in a query. Raises ControlError for one that is unknown or wrong."""
    for name in query:
        if name not in _IN_QUERY and name not in others:
            raise ControlError(400, f"unknown here; known are {', '.join((*_IN_QUERY, *others))}", name)
    given = {name: _read(name, text) for name, text in query.items() if name in _IN_QUERY}
    error = _CRITERIA_VALIDATOR.best(given)
    if error is not None:
        raise refused_field(error)
    return given


def _read(name: str, text: str) -> Any:
    if name in ("status", "after"):
        return whole({name: text}, name, 0)
    if name == "body":
        try:
            return json.loads(text[:_QUERY_CHARACTERS_MAX])
        except (ValueError, RecursionError) as error:
            raise ControlError(400, f"it is no JSON: {error}", name) from None
    return text


#: What a query may hold: each criterion but one that is about queries. `body` is JSON in it.
_IN_QUERY: Final[Mapping[str, Mapping[str, Any]]] = {
    name: {"type": "string", "description": "JSON: a part of the body."} if name == "body" else schema
    for name, schema in _CRITERIA.items()
    if name != "query"
}

OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", "/requests/unmatched", "API requests that belong to no world", list_unmatched),
    Operation(
        "GET",
        f"{W}/requests",
        "API requests that arrived",
        list_requests,
        query={**_IN_QUERY, "limit": WHOLE, "before": WHOLE},
    ),
    Operation("GET", f"{W}/requests/count", "How many API requests match", count_requests, query=_IN_QUERY),
    Operation(
        "POST",
        f"{W}/requests/verify",
        "Verify which API requests arrived",
        verify_requests,
        _VERIFICATION,
        only_reads=True,
    ),
    Operation(
        "GET",
        f"{W}/requests/wait",
        "Wait for an API request",
        await_request,
        query={**_IN_QUERY, "at_least": WHOLE, "timeout_s": WAIT},
    ),
    Operation("GET", f"{W}/requests/{{sequence}}", "One API request", show_request),
)
