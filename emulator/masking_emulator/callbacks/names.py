"""Names: the addresses of a host, looked up in threads that nobody has to wait for.

An event loop's own look-ups hold up its end, and so the end of the process, for as long as the system takes: ten
seconds and more where no name server answers. The system's function is taken from C, where no mocking library replaces
it.
"""

import _socket
import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from masking_emulator.unpatched import start_thread

#: How many names are looked up at the same time.
_LOOK_UPS_MAX: Final = 16


class NameService:
    """Looks names up for one event loop, a few at a time."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_LOOK_UPS_MAX)

    async def addresses(self, name: str) -> Sequence[str]:
        """The addresses of a name, best first. Raises OSError, and UnicodeError for what cannot be a name."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Sequence[str]] = loop.create_future()

        def done(settle: Callable[[], None]) -> None:
            self._free.release()
            if not found.done():
                settle()

        def look_up() -> None:
            settle: Callable[[], None]
            try:
                answers = _socket.getaddrinfo(name, None, 0, _socket.SOCK_STREAM)
                settle = partial(found.set_result, list(dict.fromkeys(str(address[0]) for *_, address in answers)))
            except Exception as error:  # it is told to whoever asks
                settle = partial(found.set_exception, error)
            with suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(done, settle)

        start_thread(look_up, name="masking-emulator names")
        return await found
