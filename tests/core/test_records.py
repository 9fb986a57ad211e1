"""What the records know about themselves."""

import pytest
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace

from tests.core.play import ANNA, BEN, CARA, A, World, pin_wish


@pytest.mark.parametrize(
    ("created_us", "expires_us", "duration_s"),
    [
        (0, 6000 * SECOND_US, 6000),
        (814_078, 613 * SECOND_US + 106_117, 612),  # 7b5c5e17: 612.29
        (900_000, 1812 * SECOND_US + 100_000, 1811),  # 2ad2f579: whole seconds are 1812 apart
        (900_000, 1308 * SECOND_US + 899_999, 1307),  # 26af07c8: whole seconds are 1308 apart
        (900_000, 1308 * SECOND_US + 900_000, 1308),
    ],
)
def test_duration_is_rounded_down(created_us: int, expires_us: int, duration_s: int) -> None:
    """Duration is floor(expiry - created) of exact instants, not of the whole seconds shown (ledger: duration)."""
    session = replace(World(A).create(ANNA, BEN), created_at=created_us, expires_at=expires_us)

    assert duration_s == session.duration_s


def test_parties_are_those_that_are_known() -> None:
    """A missing party is none."""
    world = World(A)

    assert world.create(ANNA, BEN, pins=pin_wish()).parties == (ANNA, BEN)
    assert world.create("", CARA, pins=pin_wish()).parties == (CARA,)
