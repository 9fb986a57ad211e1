"""Apps that are served for a test: of which kind one is, and what it raises while it answers.

Flask and Django turn what their views raise into an answer with 500 and say so by a signal of theirs; whoever is asked
through here is heard. Nothing of a framework is imported: what is not loaded raises nothing.
"""

import inspect
import sys
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from importlib import import_module
from types import TracebackType
from typing import Any, Final, Literal

AppKind = Literal["asgi", "wsgi"]

AsgiMessage = MutableMapping[str, Any]
AsgiReceive = Callable[[], Awaitable[AsgiMessage]]
AsgiSend = Callable[[AsgiMessage], Awaitable[None]]
AsgiApp = Callable[[MutableMapping[str, Any], AsgiReceive, AsgiSend], Awaitable[None]]
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: How many arguments an app of each kind takes, and which.
_ARGUMENTS: Final[dict[int, AppKind]] = {3: "asgi", 2: "wsgi"}

#: These end the run, a task or a generator, and are nothing that an app has to say.
_ENDS: Final = (KeyboardInterrupt, CancelledError, GeneratorExit)

_NEITHER: Final = "an ASGI app takes (scope, receive, send), a WSGI app (environ, start_response)"


#: What pytest shows beside an exception of an app begins with this.
_RAISED_BY_APP: Final = "raised by the app that is served"


class CannotServe(TypeError):
    """What was given is no app, or names none, or its public URL is no text."""


class AppNotStarted(Exception):
    """The app did not start; the message has what it said in its lifespan."""


class AppNotEnded(Exception):
    """The app said in its lifespan that it could not end in order; the message has its words."""


class AppGaveNoAnswer(Exception):
    """The app returned before it had answered a request, or before its answer was whole."""


#: What an app says where its lifespan fails → what that is, and in words.
_REFUSALS: Final[dict[str, tuple[type[Exception], str]]] = {
    "lifespan.startup.failed": (AppNotStarted, "the app refused to start in its lifespan"),
    "lifespan.shutdown.failed": (AppNotEnded, "the app did not end in order in its lifespan"),
}


def app_kind(app: object, kind: AppKind | None = None) -> AppKind:
    """Of which kind an app is, by the arguments that it takes. Raises CannotServe where it is neither."""
    if kind not in (None, "asgi", "wsgi"):
        raise CannotServe(f"kind is {kind!r}; it is 'asgi' or 'wsgi'")
    if not callable(app) or inspect.isclass(app):
        what = f"the class {app.__qualname__}" if inspect.isclass(app) else f"{type(app).__name__} {app!r:.60}"
        raise CannotServe(f"{what} is neither an ASGI nor a WSGI app: {_NEITHER}")
    if kind is not None:
        return kind
    try:
        parameters = list(inspect.signature(app).parameters.values())
    except ValueError:  # some of C have none
        parameters = []
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [one for one in parameters if one.kind in positional and one.default is inspect.Parameter.empty]
    found = _ARGUMENTS.get(len(needed))
    if found is None:
        shown = ", ".join(map(str, parameters))
        hint = ", or say which it is with kind='asgi' or kind='wsgi'" if "*" in shown else ""
        raise CannotServe(f"this app takes ({shown}), and {_NEITHER}{hint}")
    return found


def app_of(given: object) -> object:
    """The app itself, or what `module:name` or `module:name()` names. Raises CannotServe, and what the import does."""
    if not isinstance(given, str):
        return given
    module, colon, name = given.removesuffix("()").partition(":")
    if not (module and colon and name) or module.startswith("."):
        expected = "MODULE:NAME, such as shop.main:app, or shop.main:create_app() for a factory"
        raise CannotServe(f"{given!r} is not {expected}")
    try:
        found: Any = import_module(module)
    except ModuleNotFoundError as missing:
        if not f"{module}.".startswith(f"{missing.name}."):  # the module is there, and imports what is not
            raise
        raise CannotServe(f"{given!r}: there is no module {missing.name}") from None
    for part in name.split("."):
        if not hasattr(found, part):
            raise CannotServe(f"{given!r}: {module} has no {name}")
        found = getattr(found, part)
    return found() if given.endswith("()") else found


def is_raised_by_app(error: BaseException) -> bool:
    """Whether an app that is served has raised this, and not what serves it."""
    return any(note.startswith(_RAISED_BY_APP) for note in getattr(error, "__notes__", ()))


class AppErrors:
    """What the app of one test has raised, in order, each once, with the tracebacks that they had in the app."""

    def __init__(self) -> None:
        self._errors: list[BaseException] = []
        self._tracebacks: dict[int, TracebackType | None] = {}

    def __iter__(self) -> Iterator[BaseException]:
        return iter(list(self._errors))

    def __len__(self) -> int:
        return len(self._errors)

    def note(self, error: BaseException | None, where: str) -> None:
        """The app raised this while it did that. What `sys.exit` and `pytest.fail` raise counts as well."""
        if error is None or isinstance(error, _ENDS):
            return
        if not any(known is error for known in self._errors):
            error.add_note(f"{_RAISED_BY_APP}, {where}")
            self._errors.append(error)
            self._tracebacks[id(error)] = error.__traceback__

    def taken(self) -> BaseException | None:
        """What to fail a test with, and nothing any more the next time; None where nothing was raised."""
        # Without the frames of the server that it went through afterwards.
        errors = [error.with_traceback(self._tracebacks[id(error)]) for error in self._errors]
        self._errors, self._tracebacks = [], {}
        if len(errors) > 1:
            return BaseExceptionGroup(f"the app that is served raised {len(errors)} exceptions", errors)
        return errors[0] if errors else None

    def heard_asgi(self, app: AsgiApp) -> AsgiApp:
        """The app, whose exceptions are noted."""

        async def heard(scope: MutableMapping[str, Any], receive: AsgiReceive, send: AsgiSend) -> None:
            __tracebackhide__ = True  # in the reports of pytest
            if scope["type"] == "lifespan":
                return await self._lived(app, scope, receive, send)
            where, answer = f"in {scope.get('method', scope['type'])} {scope.get('path', '')}", _AppAnswer(send)
            _asked.set((self, where))
            try:
                await app(scope, answer.receiving(receive), answer.send)
            except _ENDS:
                raise
            except BaseException as error:
                self.note(error, where)
                if not await answer.completed():
                    raise
            else:
                if answer.is_missing:
                    self.note(AppGaveNoAnswer(answer.why), where)
                    await answer.completed()

        return heard

    async def _lived(self, app: AsgiApp, scope: MutableMapping[str, Any], receive: AsgiReceive, send: AsgiSend) -> None:
        """The life of an app. One that raises before it has asked what happens just has no lifespan (ASGI says so)."""
        __tracebackhide__ = True  # as above
        has_lifespan, refusal = False, None

        async def received() -> AsgiMessage:
            nonlocal has_lifespan
            has_lifespan = True
            return await receive()

        async def said(message: AsgiMessage) -> None:
            nonlocal refusal
            if message["type"] in _REFUSALS:
                kind, words = _REFUSALS[message["type"]]
                text = message.get("message", "")
                refusal = kind(f"{words}: {text}" if text else words)
                self.note(refusal, "in its lifespan")
            await send(message)

        try:
            await app(scope, received, said)
        except BaseException as error:
            if has_lifespan:
                # The frameworks say what was raised as a text, and raise it then.
                self._errors = [known for known in self._errors if known is not refusal]
                self.note(error, "in its lifespan")
            raise

    def heard_wsgi(self, app: WsgiApp) -> WsgiApp:
        """The app, of whose requests is known where they came from."""

        def heard(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            _asked.set((self, f"in {environ['REQUEST_METHOD']} {environ['PATH_INFO']}"))
            return app(environ, start_response)

        return heard


class _AppAnswer:
    """The answer of an ASGI app, which a server need not log where the app breaks off: it is noted already."""

    def __init__(self, send: AsgiSend) -> None:
        self._send = send
        self._is_begun = self._is_complete = self._is_unwanted = False

    def receiving(self, receive: AsgiReceive) -> AsgiReceive:
        """What the app reads, where it learns that nobody waits for its answer any more."""

        async def received() -> AsgiMessage:
            message = await receive()
            self._is_unwanted = self._is_unwanted or message["type"] == "http.disconnect"
            return message

        return received

    @property
    def is_missing(self) -> bool:
        """Whether somebody waits for what is not there."""
        return not (self._is_complete or self._is_unwanted)

    @property
    def why(self) -> str:
        """What is missing, in words."""
        return f"the app returned {'before its answer was whole' if self._is_begun else 'without answering'}"

    async def send(self, message: AsgiMessage) -> None:
        """A part of the answer."""
        self._is_begun = True
        self._is_complete = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def completed(self) -> bool:
        """Make an answer with 500 where there is none; whether it is whole."""
        if not self._is_begun:
            await self.send({"type": "http.response.start", "status": 500, "headers": []})
            await self.send({"type": "http.response.body", "body": b""})
        return self._is_complete


#: Whose app answers in this context, and what it answers.
_asked: ContextVar[tuple[AppErrors, str] | None] = ContextVar("asked", default=None)


def note_here(error: BaseException | None) -> None:
    """Note what was raised, where an app that is served answers in this context."""
    asked = _asked.get()
    if asked is not None:
        errors, where = asked
        errors.note(error, where)


@contextmanager
def frameworks_heard() -> Iterator[None]:
    """While this lasts, what Flask and Django answer with 500 is noted."""

    def of_flask(sender: object, exception: BaseException, **more: object) -> None:
        del sender, more
        note_here(exception)

    def of_django(sender: object, **more: object) -> None:
        del sender, more
        note_here(sys.exc_info()[1])

    with ExitStack() as heard:
        for name, receiver in (("flask", of_flask), ("django.core.signals", of_django)):
            signal: Any = getattr(sys.modules.get(name), "got_request_exception", None)
            if signal is not None:
                with suppress(RuntimeError):  # an old Flask without blinker has no signals
                    signal.connect(receiver, weak=False)
                    heard.callback(signal.disconnect, receiver)
        yield
