"""The narrator of a server, who hears of every request that ended and of every step of a callback.

`serve --verbose` and `serve --metrics` have one. What it does with them is not the worlds' concern; without one
nothing costs.
"""

from collections.abc import Sequence
from typing import Protocol

from masking_emulator.callbacks.log import Entry
from masking_emulator.plivo.policy import Policy
from masking_emulator.traffic.requests import ApiRequest


class Narrator(Protocol):
    """Whoever wants to know. The server's is in server/narration.py, the tests have one of their own."""

    def request(self, request: ApiRequest, policy: Policy) -> None:
        """A request of a world's customer has its body, or has ended."""

    def stranger(self, request: ApiRequest) -> None:
        """A request that belongs to no world has its body, or has ended."""

    def callback(self, entry: Entry) -> None:
        """A callback was tried, or is settled."""


class Narrators:
    """Several narrators as one."""

    def __init__(self, narrators: Sequence[Narrator]) -> None:
        self._narrators = narrators

    def request(self, request: ApiRequest, policy: Policy) -> None:
        """Each hears of the request."""
        for narrator in self._narrators:
            narrator.request(request, policy)

    def stranger(self, request: ApiRequest) -> None:
        """Each hears of the request that belongs to no world."""
        for narrator in self._narrators:
            narrator.stranger(request)

    def callback(self, entry: Entry) -> None:
        """Each hears of the callback."""
        for narrator in self._narrators:
            narrator.callback(entry)
