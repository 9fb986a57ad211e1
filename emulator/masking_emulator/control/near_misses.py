"""Matching: which of the requests that arrived fulfil the criteria, and how the others differ from them.

Criteria are a flat table. Each returns its differences, so a request that misses one is a near miss with a reason.
Nothing here changes a request.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from masking_emulator.control.views.requests import body_of, query_of, session_of, status_of, summary_json
from masking_emulator.core.records.base import Record
from masking_emulator.traffic.requests import ApiRequest, path_fits

#: The most near misses in one answer, and the most differences of each.
NEAR_MISSES_MAX: Final = 3
_DIFFERENCES_MAX: Final = 20

#: How many requests, the newest, are compared with the criteria for near misses.
_COMPARED_MAX: Final = 200


class Mismatch(Record):
    """One criterion that a request misses."""

    field: str
    expected: Any
    actual: Any


def matches(request: ApiRequest, criteria: Mapping[str, Any]) -> bool:
    """Whether the request fulfils all criteria."""
    return next(_differences(request, criteria), None) is None


def matching(requests: Iterable[ApiRequest], criteria: Mapping[str, Any]) -> list[ApiRequest]:
    """The requests that fulfil all criteria, oldest first."""
    return [request for request in requests if matches(request, criteria)]


def near_misses(requests: Sequence[ApiRequest], criteria: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The requests that come closest to the criteria without fulfilling them, closest first, and how each differs."""
    missed = [(request, list(_differences(request, criteria))) for request in requests[-_COMPARED_MAX:]]
    close = [(request, differences) for request, differences in missed if differences]
    close.sort(key=lambda miss: (sum(1 - _likeness(one.expected, one.actual) for one in miss[1]), -miss[0].sequence))
    return [_miss_json(*miss) for miss in close[:NEAR_MISSES_MAX]]


def _likeness(expected: Any, actual: Any) -> float:
    """From 0 for what is not there to nearly 1 for what differs in one character."""
    if actual is None:
        return 0.0
    # Imported here: a start would pay for it.
    from difflib import SequenceMatcher

    one, other = str(expected)[:200], str(actual)[:200]
    return 0.9 * SequenceMatcher(None, one, other, autojunk=False).ratio()


def _miss_json(request: ApiRequest, differences: Sequence[Mismatch]) -> dict[str, Any]:
    shown = [{"field": one.field, "expected": one.expected, "actual": one.actual} for one in differences]
    return {"request": summary_json(request), "differences": shown[:_DIFFERENCES_MAX]}


def _differences(request: ApiRequest, criteria: Mapping[str, Any]) -> Iterator[Mismatch]:
    for name, expected in criteria.items():
        yield from _COMPARED[name](name, expected, request)


def _same(actual_of: Callable[[ApiRequest], Any]) -> Callable[[str, Any, ApiRequest], Iterator[Mismatch]]:
    def compare(name: str, expected: Any, request: ApiRequest) -> Iterator[Mismatch]:
        actual = actual_of(request)
        if actual != expected:
            yield Mismatch(name, expected, actual)

    return compare


def _later(name: str, expected: int, request: ApiRequest) -> Iterator[Mismatch]:
    if request.sequence <= expected:
        yield Mismatch(name, expected, request.sequence)


def _path(name: str, expected: str, request: ApiRequest) -> Iterator[Mismatch]:
    if not path_fits(request.path, expected):
        yield Mismatch(name, expected, request.path)


def _body(name: str, expected: Mapping[str, Any], request: ApiRequest) -> Iterator[Mismatch]:
    return _beyond(name, expected, body_of(request))


def _query(name: str, expected: Mapping[str, Any], request: ApiRequest) -> Iterator[Mismatch]:
    return _beyond(name, expected, query_of(request))


def _beyond(name: str, expected: Any, actual: Any) -> Iterator[Mismatch]:
    """Where `actual` lacks something of `expected`; what it has beyond that does not matter."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for key, value in expected.items():
            if key in actual:
                yield from _beyond(f"{name}.{key}", value, actual[key])
            else:
                yield Mismatch(f"{name}.{key}", value, None)
    # JSON distinguishes true from 1, Python does not.
    elif expected != actual or isinstance(expected, bool) is not isinstance(actual, bool):
        yield Mismatch(name, expected, actual)


#: Criterion → the differences of a request from it.
_COMPARED: Final[Mapping[str, Callable[[str, Any, ApiRequest], Iterator[Mismatch]]]] = {
    "after": _later,
    "operation": _same(lambda request: request.operation),
    "method": _same(lambda request: request.method),
    "path": _path,
    "status": _same(status_of),
    "session": _same(session_of),
    "query": _query,
    "body": _body,
}
