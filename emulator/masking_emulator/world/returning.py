"""Returning: the kept worlds of a server that have not been read yet, and who waits for which.

They are read while the server answers already. Whoever asks for one waits for it, and it is read before those that
nobody has asked for.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from masking_emulator.world.spec import TAIL_CHARACTERS


class StillAway(Exception):
    """The server ends before this world has been read; the message says so."""


class Returning:
    """The Auth IDs of the worlds that are still to be read, in the order in which they are."""

    def __init__(self) -> None:
        # Ordered dictionaries, because a plain one looks through all that was taken out of its beginning.
        self._left: OrderedDict[str, asyncio.Event] = OrderedDict()
        self._asked: OrderedDict[str, None] = OrderedDict()
        self._has_ended = False

    def __len__(self) -> int:
        return len(self._left)

    def __iter__(self) -> Iterator[str]:
        return iter(self._left)

    def __contains__(self, auth_id: object) -> bool:
        return auth_id in self._left

    def expect(self, auth_ids: Iterable[str]) -> None:
        """These come back too, after those before."""
        self._left.update((auth_id, asyncio.Event()) for auth_id in auth_ids)

    def first(self) -> str | None:
        """The one to be read now: of those that somebody waits for, else of all. None where none is left."""
        return next(iter(self._asked), None) or next(iter(self._left), None)

    def arrived(self, auth_id: str) -> None:
        """It has been read; whoever waits for it goes on."""
        self._asked.pop(auth_id, None)
        self._left.pop(auth_id).set()

    def end(self) -> None:
        """No more is read. Who waits, and who comes from here on, is told so."""
        self._has_ended = True
        for event in self._left.values():
            event.set()

    async def one(self, auth_id: str) -> None:
        """Return once the world of this main account is there, if it comes back at all. Raises StillAway."""
        if auth_id in self._left:
            self._asked[auth_id] = None
            await self._wait(auth_id)

    async def alike(self, auth_id: str) -> None:
        """The same of this one, then of all whose Auth IDs end as it does: generated subaccounts do. Raises StillAway.

        Those that end so are one where names are generated or chosen for several servers.
        """
        await self.one(auth_id)
        tail = auth_id[-TAIL_CHARACTERS:]
        for other in [name for name in self._left if name.endswith(tail)]:
            await self.one(other)

    async def all(self) -> None:
        """Return once all are there. None is read sooner for it. Raises StillAway."""
        for auth_id in tuple(self._left):
            await self._wait(auth_id)

    async def _wait(self, auth_id: str) -> None:
        arrival = self._left.get(auth_id)
        if arrival is not None:
            await arrival.wait()
        if self._has_ended and auth_id in self._left:
            raise StillAway(f"the server ends before the world {auth_id} has been read from its file")
