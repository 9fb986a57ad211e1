"""Surroundings: what worlds need of the server that they are in."""

from masking_emulator.callbacks.courier import Courier
from masking_emulator.core.records.base import Record, field
from masking_emulator.plivo.policy import Policy
from masking_emulator.plivo.resources import VENDOR_BASE
from masking_emulator.world.narrator import Narrator
from masking_emulator.world.turns import TURN_S


class Surroundings(Record):
    """What a world needs of its server: the URL of the server, and what sends its callbacks.

    `heartbeat_s` wakes the world that often even without a deadline, for when real time is frozen. `narrator` is told
    of requests and callbacks. `turn_s` is how many real seconds long work takes before others have their turn.
    """

    base_url: str = "http://127.0.0.1:8080"
    courier: Courier = field(default_factory=Courier)
    heartbeat_s: float | None = None
    narrator: Narrator | None = None
    turn_s: float = TURN_S

    def resources_url(self, policy: Policy) -> str:
        """What the URLs of resources begin with under this policy."""
        return VENDOR_BASE if policy.resource_urls == "vendor" else self.base_url
