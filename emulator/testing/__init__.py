"""The test kit: worlds for tests, a callback receiver, and strategies for Hypothesis.

`masking` and `masking_receiver` are pytest fixtures (`emulator.pytest_plugin`); `Emulator` is the same for every other
framework. `emulator.testing.strategies` and `emulator.testing.orders` need Hypothesis, or nothing but your handler.
"""

from emulator.client import ControlRefused
from emulator.testing.emulator import Emulator
from emulator.testing.masking import Masking
from emulator.testing.orders import BrokenOrder, explore_orders
from emulator.testing.receiver import Received, Receiver
from emulator.testing.redirect import redirect_plivo, restore_plivo
from emulator.testing.views import Call, Callback, Fault, Happened, Request

__all__ = [
    "BrokenOrder",
    "Call",
    "Callback",
    "ControlRefused",
    "Emulator",
    "Fault",
    "Happened",
    "Masking",
    "Received",
    "Receiver",
    "Request",
    "explore_orders",
    "redirect_plivo",
    "restore_plivo",
]
