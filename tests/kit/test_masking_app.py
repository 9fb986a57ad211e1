"""The fixture `masking_app` as users of the plugin meet it: whole runs of pytest on small suites."""

from pathlib import Path
from typing import Final

import plivo
import pytest

from tests.kit.runs import HEAVY, errors_of, run_apart

pytest_plugins = ["pytester"]

#: An app in a module of its own, which raises for one path.
_SHOP: Final = """
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    urls = []

    async def events(request):
        urls.append(str(request.url))
        return PlainTextResponse("ok")

    async def bad(request):
        raise LookupError("no such order")

    def create_app():
        return Starlette(routes=[Route("/events", events, methods=["POST"]), Route("/bad", bad, methods=["POST"])])

    app = create_app()
"""

_INI: Final = """
    [pytest]
    asyncio_default_fixture_loop_scope = function
    masking_app = shop:app
    masking_app_at = https://shop.example.com
    pythonpath = .
"""

#: By the ini options, by a marker whole or in part, and by one on a class.
_SERVED: Final = """
    import pytest, shop

    def test_by_ini(masking, masking_app):
        masking.trigger("SessionTimeout", to="https://shop.example.com/events")
        assert shop.urls[-1] == "https://shop.example.com/events"
        assert masking_app.at == "https://shop.example.com"

    @pytest.mark.masking_app(at="https://elsewhere.example.com")
    def test_elsewhere(masking, masking_app):
        masking.trigger("SessionTimeout", to="https://elsewhere.example.com/events")
        assert shop.urls[-1] == "https://elsewhere.example.com/events"

    @pytest.mark.masking_app("shop:create_app()", "https://made.example.com", kind="asgi")
    class TestMade:
        def test_made(self, masking, masking_app):
            (callback,) = masking.trigger("SessionTimeout", to="https://made.example.com/events")
            assert callback.state == "delivered"

        @pytest.mark.masking_app(shop.app, at="https://nearer.example.com")
        def test_nearer_mark_wins(self, masking, masking_app):
            assert masking_app.at == "https://nearer.example.com"
"""

#: What an app raises, beside a test that would pass and one that fails for it.
_RAISING: Final = """
    import pytest

    def test_passes_but_for_the_app(masking, masking_app):
        masking.trigger("SessionTimeout", to="https://shop.example.com/bad")

    def test_fails_for_it(masking, masking_app):
        (callback,) = masking.trigger("SessionTimeout", to="https://shop.example.com/bad")
        assert callback.state == "delivered"

    def test_expects_it(masking, masking_app):
        masking.trigger("SessionTimeout", to="https://shop.example.com/bad")
        with pytest.raises(LookupError, match="no such order"):
            masking_app.raise_errors()
"""

#: What is asked for wrongly.
_WRONG: Final = """
    import pytest

    def test_nothing_said(masking, masking_app):
        pass

    @pytest.mark.masking_app("shop:app")
    def test_no_url(masking, masking_app):
        pass

    @pytest.mark.masking_app("shop:app", url="https://shop.example.com")
    def test_other_word(masking, masking_app):
        pass

    @pytest.mark.masking_app(42, "https://shop.example.com")
    def test_no_app(masking, masking_app):
        pass

    @pytest.mark.masking_app("shopp:app", "https://shop.example.com")
    def test_no_module(masking, masking_app):
        pass

    @pytest.mark.masking_app("shop:app", "shop")
    def test_no_public_url(masking, masking_app):
        pass

    @pytest.mark.masking_app("shop:app", "https://shop.example.com", "asgi", 5)
    def test_too_many(masking, masking_app):
        pass

    @pytest.mark.masking_app("shop:app", "https://shop.example.com", app="shop:app")
    def test_twice(masking, masking_app):
        pass
"""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs inside have no skipping rule and no server of ours."""
    assert plivo.RestClient, "what the runs inside import is there already, so they do not load it again and again"
    monkeypatch.delenv("MASKING_EMULATOR_NO_SKIPS", raising=False)
    monkeypatch.delenv("MASKING_EMULATOR_URL", raising=False)


def _run(pytester: pytest.Pytester, tests: str, ini: str = _INI) -> pytest.RunResult:
    pytester.makepyfile(shop=_SHOP)
    pytester.makeini(ini)
    pytester.makepyfile(tests)
    pytester.syspathinsert()
    return pytester.runpytest_inprocess(*(f"-pno:{name}" for name in HEAVY), "--strict-markers")


def test_app_is_named_by_marker_or_ini(pytester: pytest.Pytester) -> None:
    """Each test has it at its public URL."""
    _run(pytester, _SERVED).assert_outcomes(passed=4)


def test_what_the_app_raises_fails_the_test_itself(pytester: pytest.Pytester) -> None:
    """Not its teardown, and with the app's own line in the report; a test may expect it."""
    result = _run(pytester, _RAISING)
    said = result.stdout.str()

    result.assert_outcomes(failed=2, passed=1)
    assert 'raise LookupError("no such order")' in said
    assert "raised by the app that is served, in POST /bad" in said
    assert "serving.py" not in said


def test_what_is_missing_or_wrong_is_one_sentence(pytester: pytest.Pytester) -> None:
    """An error of each test's setup."""
    result = _run(pytester, _WRONG, "[pytest]\nasyncio_default_fixture_loop_scope = function\npythonpath = .")
    said = result.stdout.str()

    result.assert_outcomes(errors=8)
    assert "masking_app does not know its app: @pytest.mark.masking_app(app, at=" in said
    assert "masking_app does not know its at: @pytest.mark.masking_app(app, at=" in said
    assert "the mark masking_app takes app, at and kind; not url" in said
    assert "masking_app: int 42 is neither an ASGI nor a WSGI app" in said
    assert "masking_app: 'shopp:app': there is no module shopp" in said
    assert "'shop' is not an http or https URL without user, query and fragment" in said
    assert "the mark masking_app takes app, at and kind; not 4 things" in said
    assert "the mark masking_app has app twice" in said
    assert 16 == len(errors_of(result)), "a heading and a sentence for each"


@pytest.mark.parametrize(
    ("app", "raised"),
    [
        ("import missing_of_shop", "ModuleNotFoundError: No module named 'missing_of_shop'"),
        ("raise TypeError('of the shop')", "TypeError: of the shop"),
        (
            """
            from contextlib import asynccontextmanager
            from masking_emulator.testing import ControlRefused
            from starlette.applications import Starlette

            @asynccontextmanager
            async def opened(app):
                raise ControlRefused(400, "of the shop")
                yield

            app = Starlette(lifespan=opened)
            """,
            "ControlRefused: of the shop",
        ),
    ],
)
def test_what_an_app_raises_before_it_is_served_keeps_its_traceback(
    pytester: pytest.Pytester, app: str, raised: str
) -> None:
    """It is the app's own fault, and its line says where."""
    pytester.makeini(_INI)
    pytester.makepyfile(shop=app, test_shop="def test_shop(masking, masking_app): pass")
    pytester.syspathinsert()
    result = pytester.runpytest_inprocess(*(f"-pno:{name}" for name in HEAVY))

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"E *{raised}", "*shop.py:*"])


def test_app_is_served_where_the_network_is_guarded_and_time_stands_still(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither the guard nor the clock of the test is in the way of its app."""
    del tmp_path
    pytester.makepyfile(shop=_SHOP)
    pytester.makeini(_INI)
    tests = """
    import pytest_socket
    from freezegun import freeze_time
    from flask import Flask

    flask_app = Flask("served")

    @flask_app.post("/events")
    def events():
        return "ok"

    @pytest.fixture
    def guarded(masking_control):
        pytest_socket.disable_socket()
        yield
        pytest_socket.enable_socket()

    @pytest.mark.parametrize("app", ["shop:app", flask_app])
    def test_guarded(guarded, masking, app):
        with freeze_time("2031-01-01"), masking.serving(app, at="https://shop.example.com"):
            (callback,) = masking.trigger("SessionTimeout", to="https://shop.example.com/events")
        assert callback.state == "delivered"
    """
    run_apart(pytester, monkeypatch, tests=tests).assert_outcomes(passed=2)
