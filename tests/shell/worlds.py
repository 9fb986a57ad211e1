"""Worlds for the tests of the shell: a small structure that stands still, and commands for it."""

from typing import Any, Final

from masking_emulator.core.commands import CreateSession
from masking_emulator.world.file import world_of
from masking_emulator.world.world import World

from tests.core.play import creation

START: Final = "2026-01-01T00:00:00Z"

#: People; every session of two of them fits on one number.
ANNA, BEN, CARA, DAVE = "12025550111", "12025550112", "12025550113", "12025550114"


def structure(**changes: Any) -> dict[str, Any]:
    """A world of one number whose time stands still, as in a world file."""
    world: dict[str, Any] = {
        "seed": 7,
        "account": {"auth_id": "MAEMULATORSHELLTEST1", "auth_token": "token"},
        "clock": {"start": START, "rate": 0},
        "numbers": [{"number": "+14155550100"}],
    }
    return world | changes


def still_world(**changes: Any) -> World:
    """That world at work. While its clock stands still it needs no event loop."""
    return World(world_of(structure(**changes)))


def create(first: str = ANNA, second: str = BEN, *, expiry_s: int = 1800, cooloff_s: int = 0) -> CreateSession:
    """The create of most tests."""
    return creation(first, second, expiry_s=expiry_s, cooloff_s=cooloff_s)
