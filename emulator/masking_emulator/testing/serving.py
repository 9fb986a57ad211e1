"""An app that is served for a test: on a real socket, at the public URL under which it is known.

`with masking.serving(app, at="https://shop.example.com"):` and `async with` are the same, but that an ASGI app runs in
a thread of its own in the one, and in the test's event loop in the other.
"""

import asyncio
import socket
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlsplit

from masking_emulator.client import ControlRefused, Unreachable
from masking_emulator.receiver import cannot_listen
from masking_emulator.testing.aio import awaited
from masking_emulator.testing.apps import AppErrors, AppKind, CannotServe, app_kind, app_of, frameworks_heard
from masking_emulator.testing.routes import Routes
from masking_emulator.unpatched import real_socket, thread_socket

if TYPE_CHECKING:
    from masking_emulator.testing.asgi import AsgiServer
    from masking_emulator.testing.wsgi import WsgiServer


class Serving:
    """An app at work for as long as a `with` or an `async with` lasts.

    `at` is its public URL, `url` where it listens, `errors` what it has raised so far. Leaving raises what the app
    raised, with its traceback: the test fails with that, and an exception of the test's own is its context.
    """

    def __init__(
        self,
        routes: Routes,
        app: object,
        at: str,
        kind: AppKind | None = None,
        *,
        host: str = "127.0.0.1",
        url_host: str | None = None,
    ) -> None:
        """Serves nothing yet. Raises CannotServe where `app` is neither an ASGI nor a WSGI app, or `at` is no text."""
        if not isinstance(at, str):
            raise CannotServe(f"at is {at!r}, and a public URL such as https://shop.example.com is expected")
        self._app: Any = app_of(app)
        self._kind = app_kind(self._app, kind)
        self._routes = routes
        self._host, self._url_host = host, url_host or host
        self._left = ExitStack()
        self._in_loop: AsgiServer | None = None
        self.at = at
        self.url = ""
        self.errors = AppErrors()

    def __enter__(self) -> Self:
        """Serve it. Raises ControlRefused where `at` is no URL or has a route, CannotReceive where `host` is none of
        this machine's, and what the app raises as it starts.
        """
        with ExitStack() as unless_it_starts:
            server = self._prepared(unless_it_starts)
            try:
                server.start()
            except Exception as failure:
                raise self.errors.taken() or failure from None
            unless_it_starts.callback(server.stop)
            self._left = unless_it_starts.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        __tracebackhide__ = True  # in the reports of pytest, as below
        del kind, trace
        self._left.close()
        self.raise_errors(error)

    async def __aenter__(self) -> Self:
        """The same in the running loop."""
        if self._kind == "wsgi":
            return await awaited(self.__enter__)()
        _require_asyncio()
        with ExitStack() as unless_it_starts:
            server: Any = await awaited(self._prepared)(unless_it_starts)
            try:
                await server.begin()
            except Exception as failure:
                raise self.errors.taken() or failure from None
            self._in_loop = server
            self._left = unless_it_starts.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        del kind, trace
        if self._in_loop is not None:
            await self._in_loop.end()
        await awaited(self._left.close)()
        self.raise_errors(error)

    def raise_errors(self, instead_of: BaseException | None = None) -> None:
        """Raise what the app has raised since the last time: the exception itself, or an ExceptionGroup of several.

        `instead_of` is what the test has raised; what is no failure, such as a skip, is left alone.
        """
        __tracebackhide__ = True
        if instead_of is None or isinstance(instead_of, Exception):
            error = self.errors.taken()
            if error is not None:
                raise error

    def _prepared(self, unless_it_starts: ExitStack) -> "AsgiServer | WsgiServer":
        """The server of the app, which listens and is known at its public URL, but answers nobody yet."""
        unless_it_starts.enter_context(frameworks_heard())
        listener = self._listening()
        unless_it_starts.callback(listener.close)
        # With the public URL's path, so that the app sees the one that its callers see.
        route = self._routes.add(self.at, self.url + _path_of(self.at))
        self.at = route.public
        unless_it_starts.callback(self._forget_route)
        if self._kind == "wsgi":
            from masking_emulator.testing.wsgi import WsgiServer

            return WsgiServer(self.errors.heard_wsgi(self._app), listener)
        # Imported here, like the other: whoever serves no app of a kind pays for no server of it.
        from masking_emulator.testing.asgi import AsgiServer

        return AsgiServer(self.errors.heard_asgi(self._app), listener)

    def _listening(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        made = thread_socket if self._kind == "wsgi" else real_socket
        listener = made(family, socket.SOCK_STREAM)
        try:
            listener.bind((self._host, 0))
        except (OSError, UnicodeError) as error:
            listener.close()
            raise cannot_listen(self._host, 0, error) from None
        listener.listen()  # a callback that comes before the app has started waits for it
        named = f"[{self._url_host}]" if ":" in self._url_host else self._url_host
        self.url = f"http://{named}:{listener.getsockname()[1]}"
        return listener

    def _forget_route(self) -> None:
        with suppress(KeyError, ControlRefused, Unreachable):  # the test took it, its world or its server away itself
            self._routes.clear(self.at)


def _require_asyncio() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError("an ASGI app in the test's own loop needs asyncio; elsewhere use `with`") from None


def _path_of(at: str) -> str:
    """The path of a public URL, always one that a URL may have: a wrong `at` is refused, and not what is made of it."""
    try:
        path = urlsplit(at).path
    except ValueError:
        return ""
    return "/" * (path[:1] not in ("", "/")) + quote(path, safe="/%:@!$&'()*+,;=")
