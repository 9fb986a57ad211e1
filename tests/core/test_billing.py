"""What an answered leg costs."""

import pytest
from masking_emulator.core.decisions.billing import amount_micros, billed_s
from masking_emulator.core.rules import Tariff


@pytest.mark.parametrize(
    ("pulse_s", "duration_s", "expected"),
    [(60, 0, 60), (60, 1, 60), (60, 60, 60), (60, 61, 120), (30, 29, 30), (30, 48, 60), (1, 0, 1), (1, 48, 48)],
)
def test_begun_pulses_are_billed(pulse_s: int, duration_s: int, expected: int) -> None:
    """Samples show multiples of 30 and 60 seconds (ledger: leg_billed_in_pulses). One pulse at least."""
    assert expected == billed_s(duration_s, Tariff(pulse_s=pulse_s))


@pytest.mark.parametrize(
    ("minute_micros", "billed", "expected"),
    [(16_500, 60, 16_500), (16_500, 120, 33_000), (16_500, 30, 8_250), (1, 30, 1), (1, 29, 0), (0, 600, 0)],
)
def test_price_is_in_whole_millionths(minute_micros: int, billed: int, expected: int) -> None:
    """Half a millionth is rounded up, so sums are exact."""
    assert expected == amount_micros(billed, Tariff(minute_micros=minute_micros))


def test_usual_call_costs_what_a_sample_shows() -> None:
    """Two legs below a minute: 0.033, as recorded for a call of 29 seconds (ledger: price_per_minute)."""
    tariff = Tariff()

    assert 33_000 == 2 * amount_micros(billed_s(20, tariff), tariff)
