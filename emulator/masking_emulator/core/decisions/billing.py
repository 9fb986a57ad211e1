"""Billing: what an answered leg costs. Whole numbers only, so that sums are exact.

Recorded amounts fit no single rule, so the pulse and the price are settings of the world
(ledger: leg_billed_in_pulses, price_per_minute).
"""

from masking_emulator.core.rules import Tariff

_MINUTE_S = 60


def billed_s(duration_s: int, tariff: Tariff) -> int:
    """The begun pulses of an answered leg, in seconds. A leg that was answered at all is billed one pulse."""
    pulses = max(1, -(-duration_s // tariff.pulse_s))
    return pulses * tariff.pulse_s


def amount_micros(billed: int, tariff: Tariff) -> int:
    """The price of so many billed seconds, half a millionth rounded up."""
    return (2 * billed * tariff.minute_micros + _MINUTE_S) // (2 * _MINUTE_S)
