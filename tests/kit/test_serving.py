"""Apps of real frameworks served for a test: their callbacks, their lifespans, and what they raise."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import partial
from threading import Event, Thread
from typing import Any, Final

import pytest
from masking_emulator.client import ControlRefused
from masking_emulator.testing import Masking
from masking_emulator.testing.apps import AppGaveNoAnswer, AppNotEnded, AppNotStarted
from masking_emulator.testing.asgi import AsgiServer
from masking_emulator.testing.wsgi import WsgiServer

from tests.kit.served import APPS, LIVING, Boom, Seen
from tests.shell.raw import made_to_wait

_PATIENCE_S: Final = 60
_SHOP: Final = "https://shop.example.com"
_EVENTS: Final = f"{_SHOP}/in/events?tenant=7&a=b%20c"

each_app = pytest.mark.parametrize("name", APPS)


@pytest.fixture
def seen() -> Seen:
    """What the app sees."""
    return Seen()


@each_app
def test_app_gets_callbacks_of_its_public_url(world: Masking, seen: Seen, name: str) -> None:
    """The SDK's validator accepts them; with the lifespan, on a real socket, and nothing is left behind."""
    app = APPS[name](seen, world.auth_token)
    with world.serving(app, at=_SHOP) as serving:
        before = list(seen.life)
        callbacks = world.trigger("SessionPartiesHangup", to=_EVENTS)

    assert ["delivered"] * 6 == [one.state for one in callbacks]
    assert [True] * 6 == [one.attempts[0].url.startswith(f"{serving.url}/in/events?") for one in callbacks]
    assert ["https://shop.example.com/in/events?tenant=7&a=b"] * 6 == [re.split("[+%]", one)[0] for one in seen.urls]
    assert (["up"], ["up", "down"]) == (before, seen.life) or (name not in LIVING and not seen.life)
    assert [] == world.routes.all()
    assert 0 == len(serving.errors)


@each_app
@pytest.mark.asyncio
async def test_app_is_served_in_the_tests_own_loop(world: Masking, seen: Seen, name: str) -> None:
    """`async with`, and the kit's twin for coroutines."""
    async with world.aio.serving(APPS[name](seen, world.auth_token), at=_SHOP):
        callbacks = await world.aio.trigger("SessionSecondPartyRing", to=_EVENTS)

    assert ["delivered"] * 2 == [one.state for one in callbacks]
    assert 2 == len(seen.urls)
    assert name not in LIVING or ["up", "down"] == seen.life
    assert [] == world.routes.all()


@each_app
def test_what_the_app_raises_fails_the_test_with_its_traceback(world: Masking, seen: Seen, name: str) -> None:
    """Not with the 500 that it answered; the assertion that follows from it is the context."""

    def tested() -> None:
        with world.serving(APPS[name](seen, world.auth_token), at=_SHOP):
            (callback,) = world.trigger("SessionTimeout", to=f"{_SHOP}/in/bad")
            assert "delivered" == callback.state

    with pytest.raises(Boom) as raised:
        tested()

    assert "bad" == raised.traceback[-1].name
    assert isinstance(raised.value.__context__, AssertionError)
    assert ["raised by the app that is served, in POST /in/bad"] == raised.value.__notes__
    assert [] == [frame for frame in raised.traceback if "uvicorn" in str(frame.path)]


@each_app
@pytest.mark.asyncio
async def test_what_the_app_raises_in_the_tests_loop_fails_it_too(world: Masking, seen: Seen, name: str) -> None:
    """Several exceptions come as a group."""
    with pytest.raises(ExceptionGroup, match="raised 2 exceptions") as raised:
        async with world.serving(APPS[name](seen, world.auth_token), at=_SHOP):
            await world.aio.trigger("SessionSecondPartyRing", to=f"{_SHOP}/in/bad")

    assert [Boom, Boom] == [type(error) for error in raised.value.exceptions]


@each_app
def test_what_the_framework_handles_is_no_error(world: Masking, seen: Seen, name: str) -> None:
    """A 404 that is raised is an answer."""
    with world.serving(APPS[name](seen, world.auth_token), at=_SHOP):
        (callback,) = world.trigger("SessionTimeout", to=f"{_SHOP}/in/handled")

    assert ("failed", 404) == (callback.state, callback.attempts[0].answer and callback.attempts[0].answer.status)


def test_errors_can_be_looked_at_before(world: Masking, seen: Seen) -> None:
    """And a skip of the test stays one."""
    serving = world.serving(APPS["Flask"](seen, world.auth_token), at=_SHOP)

    def tested() -> None:
        with serving:
            world.trigger("SessionTimeout", to=f"{_SHOP}/in/bad")
            pytest.skip("enough")

    with pytest.raises(pytest.skip.Exception):
        tested()

    assert [Boom] == [type(error) for error in serving.errors]


def test_app_below_a_path_sees_that_path(world: Masking, seen: Seen) -> None:
    """The public URL's own; a slash at its end means nothing."""
    with world.serving(APPS["Starlette"](seen, world.auth_token), at=f"{_SHOP}/in/") as serving:
        (callback,) = world.trigger("SessionTimeout", to=_EVENTS)

    assert f"{_SHOP}/in" == serving.at
    assert "delivered" == callback.state


def test_two_apps_are_served_at_once(world: Masking, seen: Seen) -> None:
    """Each with its own errors."""
    other = Seen()
    with world.serving(APPS["Flask"](other, world.auth_token), at="https://other.example.com") as beside:
        with pytest.raises(Boom, match="starlette"), world.serving(APPS["Starlette"](seen, "x"), at=_SHOP):
            world.trigger("SessionTimeout", to=f"{_SHOP}/in/bad")
        world.trigger("SessionTimeout", to="https://other.example.com/in/events")

    assert 0 == len(beside.errors)
    assert 1 == len(other.urls)


async def _asgi(scope: Any, receive: Any, send: Any) -> None:
    """An app without any framework, which knows no lifespan."""
    assert "http" == scope["type"]
    del receive
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def _wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The same, which reads its body to the end and raises in the middle of its answer."""
    assert b"EventName=SessionTimeout" in environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])

    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise Boom(environ["wsgi.url_scheme"])

    return pieces()


def test_app_without_a_framework_is_served(world: Masking) -> None:
    """ASGI by three arguments, bound ones and objects too, WSGI by two."""

    class Bound:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await _asgi(scope, receive, send)

        def wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any], more: str = "") -> Iterable[bytes]:
            del more
            environ["wsgi.input"].read()
            start_response("204 No Content", [])
            return []

    def bare(*given: Any) -> Awaitable[None]:
        return _asgi(*given)

    apps: list[tuple[object, Any]] = [(_asgi, None), (Bound(), None), (Bound().wsgi, None), (bare, "asgi")]
    apps += [(partial(_late, "x"), None)]
    for app, kind in apps:
        with world.serving(app, at=_SHOP, kind=kind):
            (callback,) = world.trigger("SessionTimeout", to=f"{_SHOP}/")

        assert "delivered" == callback.state, app


async def _late(more: str, scope: Any, receive: Any, send: Any) -> None:
    assert "x" == more
    await _asgi(scope, receive, send)


def test_answer_that_breaks_off_fails_the_test(world: Masking) -> None:
    """What a WSGI app raises while it is read, too; the scheme is the public one."""
    with pytest.raises(Boom, match="https"), world.serving(_wsgi, at=_SHOP):
        world.trigger("SessionTimeout", to=f"{_SHOP}/")


@pytest.mark.parametrize(
    ("begins", "reason"), [(False, "the app returned without answering"), (True, "before its answer was whole")]
)
@pytest.mark.asyncio
async def test_app_that_returns_without_an_answer_fails_the_test(world: Masking, *, begins: bool, reason: str) -> None:
    """With a plain reason and where it was, and not with the 500 that its caller got."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert "http" == scope["type"]
        await receive()
        if begins:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
            await send({"type": "http.response.body", "body": b"ha", "more_body": True})

    with pytest.raises(AppGaveNoAnswer, match=reason) as raised:
        async with world.serving(app, at=_SHOP):
            (callback,) = await world.aio.trigger("SessionTimeout", to=f"{_SHOP}/in")

    assert ["raised by the app that is served, in POST /in"] == raised.value.__notes__
    assert "delivered" != callback.state


def _refusing(phase: str, text: str) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await _asgi(scope, receive, send)
            return
        for each in ("startup", "shutdown"):
            await receive()
            if each == phase:
                await send({"type": f"lifespan.{each}.failed", "message": text})
                return
            await send({"type": f"lifespan.{each}.complete"})

    return app


@pytest.mark.parametrize(
    ("phase", "text", "message"),
    [
        ("startup", "no database", "the app refused to start in its lifespan: no database"),
        ("startup", "", "the app refused to start in its lifespan"),
        ("shutdown", "the queue is not empty", "did not end in order in its lifespan: the queue is not empty"),
    ],
)
def test_words_of_a_lifespan_that_fails_are_those_of_the_test(
    world: Masking, phase: str, text: str, message: str
) -> None:
    """An app may say why without raising anything."""
    with pytest.raises((AppNotStarted, AppNotEnded)) as raised, world.serving(_refusing(phase, text), at=_SHOP):
        pass

    assert str(raised.value).endswith(message)
    assert [] == world.routes.all()


def _quit_asgi(error: BaseException) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        if scope["type"] == "http":
            raise error

    return app


def _quit_wsgi(error: BaseException) -> Any:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        del environ, start_response
        raise error

    return app


@pytest.mark.parametrize("quitting", [_quit_asgi, _quit_wsgi])
@pytest.mark.parametrize("error", [SystemExit(3), pytest.fail.Exception("no such order")])
def test_app_that_exits_or_fails_the_test_is_heard(world: Masking, quitting: Any, error: BaseException) -> None:
    """What `sys.exit` and `pytest.fail` raise is no `Exception`, and not lost for that."""
    with pytest.raises(BaseException) as raised, world.serving(quitting(error), at=_SHOP):
        (callback,) = world.trigger("SessionTimeout", to=f"{_SHOP}/")

    assert error is raised.value
    assert "failed" == callback.state


@each_app
def test_burst_of_callbacks_waits_for_nothing(world: Masking, seen: Seen, name: str) -> None:
    """An app is behind the same kind of port as a receiver."""
    with world.serving(APPS[name](seen, world.auth_token), at=_SHOP) as app:
        assert 0 == made_to_wait(app.url, 300)


def test_wsgi_app_that_hangs_does_not_hang_the_test() -> None:
    """Once it had its time, what is under way is left alone."""
    asked, let_go = Event(), Event()

    def hanging(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        del environ, start_response
        asked.set()
        assert let_go.wait(_PATIENCE_S)
        return []

    listener = socket.create_server(("127.0.0.1", 0))
    server = WsgiServer(hanging, listener, grace_s=0.01)
    server.start()
    with socket.create_connection(listener.getsockname()) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert asked.wait(_PATIENCE_S)
        server.stop()
        let_go.set()


def test_request_that_is_under_way_is_answered_before_the_app_ends() -> None:
    """Leaving waits for it, and the lifespan ends after it."""
    asked, let_go, happened = Event(), Event(), list[str]()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for done in ("startup", "shutdown"):
                await receive()
                happened.append(done)
                await send({"type": f"lifespan.{done}.complete"})
            return
        asked.set()
        assert await asyncio.to_thread(let_go.wait, _PATIENCE_S)
        happened.append("answered")
        await _asgi(scope, receive, send)

    listener = socket.create_server(("127.0.0.1", 0))
    server = AsgiServer(slow, listener)
    server.start()
    with socket.create_connection(listener.getsockname()) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert asked.wait(_PATIENCE_S)
        stopping = Thread(target=server.stop)
        stopping.start()
        let_go.set()
        answer = client.recv(100)
        stopping.join()

    assert answer.startswith(b"HTTP/1.1 204 ")
    assert ["startup", "answered", "shutdown"] == happened


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        ("shop", "'shop' is not MODULE:NAME, such as shop.main:app"),
        ("tests.kit.served:nothing", "tests.kit.served has no nothing"),
        (42, "int 42 is neither an ASGI nor a WSGI app"),
        (Seen, "the class Seen is neither an ASGI nor a WSGI app"),
        (lambda: None, r"this app takes \(\), and an ASGI app takes \(scope, receive, send\), a WSGI app"),
        (lambda *_: None, r"or say which it is with kind='asgi' or kind='wsgi'"),
    ],
)
def test_what_is_no_app_is_one_error(world: Masking, app: object, reason: str) -> None:
    """Before anything is served."""
    with pytest.raises(TypeError, match=reason):
        world.serving(app, at=_SHOP)
    with pytest.raises(TypeError, match="kind is 'cgi'"):
        world.serving(_asgi, at=_SHOP, kind="cgi")  # type: ignore[arg-type]  # the mistake

    assert [] == world.routes.all()


def test_public_url_that_is_none_or_taken_is_refused(world: Masking, seen: Seen) -> None:
    """The app has not been started."""
    app = APPS["Starlette"](seen, world.auth_token)
    world.route(_SHOP, "http://127.0.0.1:9")
    with pytest.raises(ControlRefused, match="is not an http or https URL"), world.serving(app, at="shop"):
        pass
    with pytest.raises(ControlRefused, match="has a route already"), world.serving(app, at=_SHOP):
        pass

    assert [] == seen.life
    assert 1 == len(world.routes.all())


@pytest.mark.parametrize("at", ["shop", "", "https://", "https://a b", "https://shop.example.com/ä ö", "https://["])
def test_wrong_public_url_is_what_is_refused(world: Masking, seen: Seen, at: str) -> None:
    """And not the URL of the served app, which was made of it."""
    with pytest.raises(ControlRefused) as refused, world.serving(APPS["Starlette"](seen, world.auth_token), at=at):
        pass

    assert f"routes.0.from: {at!r} is not an http or https URL without user, query and fragment" == str(refused.value)


@pytest.mark.parametrize("at", [None, 5, b"https://shop.example.com"])
def test_public_url_that_is_no_text_is_one_error(world: Masking, seen: Seen, at: Any) -> None:
    """Before anything listens."""
    with pytest.raises(TypeError, match="and a public URL such as"):
        world.serving(APPS["Starlette"](seen, world.auth_token), at=at)

    assert [] == world.routes.all()


def _failing(at: str) -> Any:
    """Starlette, whose lifespan raises at one of its ends."""
    from contextlib import asynccontextmanager

    from starlette.applications import Starlette

    @asynccontextmanager
    async def lifespan(app: object) -> Any:
        del app
        if at == "start":
            raise Boom("start")
        yield
        raise Boom("end")

    return Starlette(lifespan=lifespan)


@pytest.mark.parametrize("at", ["start", "end"])
@pytest.mark.asyncio
async def test_lifespan_that_fails_fails_the_test(world: Masking, at: str) -> None:
    """With the exception itself, in a thread and in the loop; nothing is left."""
    with pytest.raises(Boom, match=at) as raised, world.serving(_failing(at), at=_SHOP):
        assert "end" == at
    with pytest.raises(Boom, match=at):
        async with world.serving(_failing(at), at=_SHOP):
            assert "end" == at

    assert ["raised by the app that is served, in its lifespan"] == raised.value.__notes__
    assert [] == world.routes.all()


def test_app_is_named_as_servers_name_it(world: Masking) -> None:
    """`module:name`, and a factory with brackets."""
    for name in ("tests.kit.test_serving:_asgi", "tests.kit.test_serving:_factory()"):
        with world.serving(name, at=_SHOP):
            (callback,) = world.trigger("SessionTimeout", to=f"{_SHOP}/")

        assert "delivered" == callback.state


def _factory() -> Any:
    return _asgi
