"""The narrator of a server, who hears of every request that ended and of every step of a callback.

`serve --verbose` has one. What it does with them is not the worlds' concern; without one nothing costs.
"""

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
