"""The kit for coroutines: every method runs in a thread, so the event loop stays free.

Each class is the twin of one that blocks, method by method, with the same arguments and results. It works under
asyncio, and under trio.
"""

from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from masking_emulator.testing.callbacks import Callbacks
from masking_emulator.testing.faults import Faults
from masking_emulator.testing.parts import Numbers, Phones, Sessions
from masking_emulator.testing.requests import Requests
from masking_emulator.testing.routes import Routes

_P = ParamSpec("_P")
_R = TypeVar("_R")


def awaited(method: Callable[_P, _R]) -> Callable[_P, Coroutine[None, None, _R]]:
    """The method, to be awaited while it runs in a thread."""

    @wraps(method)
    async def in_thread(*given: _P.args, **named: _P.kwargs) -> _R:
        # Imported here: the kit is imported where nobody awaits, too.
        from anyio import to_thread

        return await to_thread.run_sync(partial(method, *given, **named))

    return in_thread


class AsyncCallbacks:
    """`Callbacks`, to be awaited."""

    def __init__(self, callbacks: Callbacks) -> None:
        self.all = awaited(callbacks.all)
        self.of = awaited(callbacks.of)
        self.release = awaited(callbacks.release)
        self.replay = awaited(callbacks.replay)
        self.rules = awaited(callbacks.rules)
        self.still_out = awaited(callbacks.still_out)
        self.wait_for = awaited(callbacks.wait_for)


class AsyncFaults:
    """`Faults`, to be awaited."""

    def __init__(self, faults: Faults) -> None:
        self.add = awaited(faults.add)
        self.all = awaited(faults.all)
        self.clear = awaited(faults.clear)


class AsyncNumbers:
    """`Numbers`, to be awaited."""

    def __init__(self, numbers: Numbers) -> None:
        self.add = awaited(numbers.add)
        self.all = awaited(numbers.all)
        self.replace = awaited(numbers.replace)


class AsyncPhones:
    """`Phones`, to be awaited."""

    def __init__(self, phones: Phones) -> None:
        self.set = awaited(phones.set)


class AsyncRequests:
    """`Requests`, to be awaited."""

    def __init__(self, requests: Requests) -> None:
        self.all = awaited(requests.all)
        self.count = awaited(requests.count)
        self.verify = awaited(requests.verify)
        self.wait_for = awaited(requests.wait_for)


class AsyncRoutes:
    """`Routes`, to be awaited."""

    def __init__(self, routes: Routes) -> None:
        self.add = awaited(routes.add)
        self.all = awaited(routes.all)
        self.clear = awaited(routes.clear)


class AsyncSessions:
    """`Sessions`, to be awaited."""

    def __init__(self, sessions: Sessions) -> None:
        self.explain = awaited(sessions.explain)
        self.explain_create = awaited(sessions.explain_create)
        self.explain_refusal = awaited(sessions.explain_refusal)
