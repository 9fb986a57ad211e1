"""The blocking API for coroutines: every method runs in a thread, so the event loop stays free."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Generic, TypeVar

_Blocking = TypeVar("_Blocking")


class Aside(Generic[_Blocking]):
    """`await aside.method(…)` is `method(…)` in a worker thread. Works under asyncio, and under trio with anyio."""

    def __init__(self, blocking: _Blocking) -> None:
        self._blocking = blocking

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._blocking, name)
        if not callable(found):
            return Aside(found) if hasattr(found, "__dict__") else found
        return _aside(found)


def _aside(method: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    async def run(*arguments: Any, **words: Any) -> Any:
        from anyio import to_thread

        return await to_thread.run_sync(partial(method, *arguments, **words))

    return run
