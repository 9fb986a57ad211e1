"""The test kit: worlds for tests, a callback receiver, and strategies for Hypothesis.

`masking` and `masking_receiver` are pytest fixtures (`masking_emulator.pytest_plugin`); `Emulator` is the same for
every other framework. `masking_emulator.testing.strategies` needs Hypothesis, `masking_emulator.testing.orders`
nothing but your handler.
"""

from masking_emulator.client import ControlRefused
from masking_emulator.receiver import Received, Receiver
from masking_emulator.testing.callbacks import CallbacksOut
from masking_emulator.testing.emulator import Emulator
from masking_emulator.testing.masking import Masking
from masking_emulator.testing.orders import BrokenOrder, explore_orders
from masking_emulator.testing.redirect import redirect_plivo, restore_plivo
from masking_emulator.testing.views import CallbackView, CallView, EventView, FaultView, RequestView

__all__ = [
    "BrokenOrder",
    "CallView",
    "CallbackView",
    "CallbacksOut",
    "ControlRefused",
    "Emulator",
    "EventView",
    "FaultView",
    "Masking",
    "Received",
    "Receiver",
    "RequestView",
    "explore_orders",
    "redirect_plivo",
    "restore_plivo",
]
