"""The API requests of a world, as a test has them: what the code under test asked, and what it was answered."""

import json
from collections.abc import Mapping
from typing import Any, Final, TypedDict, Unpack

from masking_emulator.client import WAIT_S, Control, ControlRefused
from masking_emulator.testing.exchanges import RequestView

#: What the control API answers where too few or too many matched, or none in time.
_NOT_SO: Final = 409

#: What a server answers that keeps no requests.
_UNKNOWN: Final = 404

_LISTED_MAX: Final = 1000


class Criteria(TypedDict, total=False):
    """Criteria of requests; what is left out does not matter.

    `path` may hold `*`, `body` is a part of the JSON, `after` a sequence number.
    """

    operation: str
    method: str
    path: str
    status: int
    session: str
    after: int
    body: Mapping[str, Any]


class Requests:
    """The API requests that arrived."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._path = control, f"{world}/requests"

    def all(self, **criteria: Unpack[Criteria]) -> list[RequestView]:
        """The requests that match, oldest first. A refused one has the emulator's `reason`, candidates included.

        Empty where the server keeps no requests.
        """
        try:
            answer = self._control.get(self._path, limit=_LISTED_MAX, **_query(criteria))
        except ControlRefused as refused:
            if refused.status != _UNKNOWN:
                raise
            return []
        return [RequestView.of(request) for request in answer["requests"]]

    def count(self, **criteria: Unpack[Criteria]) -> int:
        """How many requests match."""
        return int(self._control.get(f"{self._path}/count", **_query(criteria))["count"])

    def verify(
        self,
        *,
        count: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        **criteria: Unpack[Criteria],
    ) -> None:
        """Raises AssertionError where not as many requests match as expected; without a number, at least one.

        It says how the nearest ones differ, and what arrived.
        """
        counts = {"count": count, "at_least": at_least, "at_most": at_most}
        given = {name: value for name, value in counts.items() if value is not None}
        try:
            self._control.post(f"{self._path}/verify", {**criteria, **given})
        except ControlRefused as refused:
            if refused.status != _NOT_SO:
                raise
            raise AssertionError(_explained(refused)) from None

    def wait_for(self, *, timeout: float = WAIT_S, **criteria: Unpack[Criteria]) -> RequestView:
        """The first request that matches, once it has arrived; waits up to `timeout` real seconds.

        Raises AssertionError that says what did arrive.
        """
        try:
            answer = self._control.wait(f"{self._path}/wait", timeout, **_query(criteria))
        except ControlRefused as refused:
            if refused.status != _NOT_SO:
                raise
            raise AssertionError(_explained(refused)) from None
        return RequestView.of(answer["requests"][0])


def _query(criteria: Mapping[str, Any]) -> dict[str, Any]:
    return {name: json.dumps(value) if name == "body" else value for name, value in criteria.items()}


def _explained(refused: ControlRefused) -> str:
    """The refusal, near misses with their differences, and what arrived."""
    lines = [str(refused)]
    for miss in refused.answer.get("near_misses", ()):
        differences = (f"{d['field']} is {d['actual']!r}, not {d['expected']!r}" for d in miss["differences"])
        lines.append(f"  near: {RequestView.of(miss['request'])}: {', '.join(differences)}")
    arrived = refused.answer.get("arrived", ())
    lines += [f"  arrived: {RequestView.of(request)}" for request in arrived] or ["  nothing arrived"]
    return "\n".join(lines)
