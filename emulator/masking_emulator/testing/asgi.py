"""An ASGI app behind a socket: uvicorn, in a thread of its own or in the event loop of a test.

It believes the proxy in front of it, as uvicorn does by default. WebSockets are left out: no callback is one.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn

from masking_emulator.testing.apps import AppNotStarted, AsgiApp
from masking_emulator.unpatched import Happening, start_thread

#: An app that has not started or ended after so many real seconds never will.
_PATIENCE_S: Final = 60.0

#: How long requests that are under way may take when the app is stopped, in real seconds.
_GRACE_S: Final = 5

#: How often it is looked whether they have ended, in real seconds.
_POLL_S: Final = 0.002


class AsgiServer(uvicorn.Server):
    """The app at work on a socket: from `start` to `stop` in a thread, from `begin` to `end` in a running loop."""

    def __init__(self, app: AsgiApp, listener: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                interface="asgi3",
                ws="none",
                lifespan="auto",
                access_log=False,
                log_config=None,
                date_header=False,  # the clock may be the test's
            )
        )
        self._listener = listener
        self._runs = Happening()
        self._ended = Happening()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked_to_end: asyncio.Event | None = None
        self._started: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin in a thread, and wait until it answers. Raises AppNotStarted."""
        start_thread(self._in_thread, name="served-app")
        if not self._runs.wait(_PATIENCE_S):
            raise AppNotStarted(f"the app did not start within {_PATIENCE_S:g} seconds")
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """End the thread, once what is under way has been answered. Raises AppNotStarted where it does not end."""
        if self._loop is not None and self._asked_to_end is not None:
            self._loop.call_soon_threadsafe(self._asked_to_end.set)
        if not self._ended.wait(_PATIENCE_S):
            raise AppNotStarted(f"the app did not end within {_PATIENCE_S:g} seconds")

    async def begin(self) -> None:
        """Begin in the running loop, and wait until it answers. Raises AppNotStarted."""
        self._started = asyncio.Event()
        self._task = asyncio.create_task(self.serve([self._listener]))
        started = asyncio.create_task(self._started.wait())
        await asyncio.wait({self._task, started}, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        if self._task.done():
            self._task.result()

    async def end(self) -> None:
        """End, once what is under way has been answered."""
        if self._asked_to_end is not None and self._task is not None:
            self._asked_to_end.set()
            await self._task

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the app start, and listen. Raises AppNotStarted."""
        self._loop, self._asked_to_end = asyncio.get_running_loop(), asyncio.Event()
        try:
            await super().startup(sockets)
        except SystemExit:
            raise AppNotStarted("the app refused to start in its lifespan") from None
        if self._started is not None:
            self._started.set()
        self._runs.set()

    async def main_loop(self) -> None:
        """Return when it is asked to end, at once; uvicorn looks ten times a second."""
        assert self._asked_to_end is not None, "it has started"
        await self._asked_to_end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what is under way be answered, then let the app end; the base class sleeps before it looks."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(_GRACE_S):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel()
        await self.lifespan.shutdown()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the test's."""
        yield

    def _in_thread(self) -> None:
        try:
            self.run([self._listener])
        except BaseException as failure:
            self._failure = failure
        finally:
            self._listener.close()
            self._runs.set()
            self._ended.set()
