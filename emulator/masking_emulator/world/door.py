"""The door of a world: while somebody does long work in it, everybody else waits before it, in order.

Long work lets other tasks of the event loop have their turns (world/turns.py), so the world is seen half done unless
its requests wait. They are done in one turn each once they have passed, so they do not hold the door.

A world's file has a door of its own (`file_door`): it is written while the world's requests are answered, by one after
the other, and the world is not removed meanwhile. Whoever holds both has taken that of the file first.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Door:
    """Who may act in a world."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._came = 0

    @property
    def is_shut(self) -> bool:
        """Whether somebody holds the door, or waits before it."""
        return self._came > 0

    @property
    def is_held(self) -> bool:
        """Whether somebody holds the door."""
        return self._lock.locked()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold the door, once all who came before have passed. Never wait for anything of this world meanwhile."""
        self._came += 1
        try:
            async with self._lock:
                yield
        finally:
            self._came -= 1

    async def passed(self) -> None:
        """Return as soon as it is one's turn; whatever is done before the next `await` is done alone."""
        if self.is_shut:
            async with self.held():
                pass
