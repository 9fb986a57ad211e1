"""The test kit: worlds for tests, a callback receiver, and strategies for Hypothesis.

`masking` and `masking_receiver` are pytest fixtures (`masking_emulator.pytest_plugin`); `Emulator` is the same for
every other framework. `masking_emulator.testing.strategies` needs Hypothesis, `masking_emulator.testing.orders`
nothing but your handler.
"""

from masking_emulator.client import ControlRefused
from masking_emulator.receiver import Received, Receiver
from masking_emulator.testing.callbacks import CallbacksOut
from masking_emulator.testing.emulator import Emulator
from masking_emulator.testing.exchanges import (
    AnswerView,
    AttemptView,
    CallbackView,
    FaultView,
    RequestView,
    RouteView,
    SentView,
)
from masking_emulator.testing.faults import FaultWish
from masking_emulator.testing.keys import (
    CallbackFilters,
    CallbackRule,
    CallScript,
    EventWord,
    PhoneHabits,
    SessionFields,
    StoryOverrides,
)
from masking_emulator.testing.masking import AsyncMasking, Masking
from masking_emulator.testing.orders import BrokenOrder, explore_orders
from masking_emulator.testing.redirect import redirect_plivo, restore_plivo
from masking_emulator.testing.requests import Criteria
from masking_emulator.testing.serving import Serving
from masking_emulator.testing.views import (
    CallView,
    CandidateView,
    EventView,
    ExplanationView,
    LegView,
    NumberView,
    RecordView,
)

__all__ = [
    "AnswerView",
    "AsyncMasking",
    "AttemptView",
    "BrokenOrder",
    "CallScript",
    "CallView",
    "CallbackFilters",
    "CallbackRule",
    "CallbackView",
    "CallbacksOut",
    "CandidateView",
    "ControlRefused",
    "Criteria",
    "Emulator",
    "EventView",
    "EventWord",
    "ExplanationView",
    "FaultView",
    "FaultWish",
    "LegView",
    "Masking",
    "NumberView",
    "PhoneHabits",
    "Received",
    "Receiver",
    "RecordView",
    "RequestView",
    "RouteView",
    "SentView",
    "Serving",
    "SessionFields",
    "StoryOverrides",
    "explore_orders",
    "redirect_plivo",
    "restore_plivo",
]
