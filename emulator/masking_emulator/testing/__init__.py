"""The test kit: worlds for tests, a callback receiver, and strategies for Hypothesis.

`masking` and `masking_receiver` are pytest fixtures (`masking_emulator.pytest_plugin`); `Emulator` is the same for
every other framework. `explore_orders` needs nothing but your handler, and `masking_emulator.testing.strategies`, which
is not imported here, needs Hypothesis.
"""

from masking_emulator.client import ControlRefused
from masking_emulator.receiver import CannotReceive, Received, Receiver, Verdict
from masking_emulator.testing.aio import (
    AsyncCallbacks,
    AsyncFaults,
    AsyncNumbers,
    AsyncPhones,
    AsyncRequests,
    AsyncRoutes,
    AsyncSessions,
)
from masking_emulator.testing.apps import AppErrors
from masking_emulator.testing.callbacks import Callbacks, CallbacksOut
from masking_emulator.testing.emulator import Emulator, shared_world
from masking_emulator.testing.exchanges import (
    AnswerView,
    AttemptView,
    CallbackView,
    FaultView,
    RequestView,
    RouteView,
    SentView,
)
from masking_emulator.testing.faults import Faults, FaultWish
from masking_emulator.testing.keys import (
    CallbackFilters,
    CallbackRule,
    CallScript,
    EventWord,
    PhoneHabits,
    PhoneOutcome,
    SessionFields,
    StoryOverrides,
)
from masking_emulator.testing.masking import AsyncMasking, Masking
from masking_emulator.testing.orders import BrokenOrder, explore_orders
from masking_emulator.testing.parts import Numbers, Phones, Sessions
from masking_emulator.testing.past import ChangeView, MomentView
from masking_emulator.testing.redirect import redirect_plivo, restore_plivo
from masking_emulator.testing.requests import Criteria, Requests
from masking_emulator.testing.routes import Routes
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
    "AppErrors",
    "AsyncCallbacks",
    "AsyncFaults",
    "AsyncMasking",
    "AsyncNumbers",
    "AsyncPhones",
    "AsyncRequests",
    "AsyncRoutes",
    "AsyncSessions",
    "AttemptView",
    "BrokenOrder",
    "CallScript",
    "CallView",
    "CallbackFilters",
    "CallbackRule",
    "CallbackView",
    "Callbacks",
    "CallbacksOut",
    "CandidateView",
    "CannotReceive",
    "ChangeView",
    "ControlRefused",
    "Criteria",
    "Emulator",
    "EventView",
    "EventWord",
    "ExplanationView",
    "FaultView",
    "FaultWish",
    "Faults",
    "LegView",
    "Masking",
    "MomentView",
    "NumberView",
    "Numbers",
    "PhoneHabits",
    "PhoneOutcome",
    "Phones",
    "Received",
    "Receiver",
    "RecordView",
    "RequestView",
    "Requests",
    "RouteView",
    "Routes",
    "SentView",
    "Serving",
    "SessionFields",
    "Sessions",
    "StoryOverrides",
    "Verdict",
    "explore_orders",
    "redirect_plivo",
    "restore_plivo",
    "shared_world",
]
