"""The pytest plugin: `masking`, a world for each test; `masking_receiver`, a server for its callbacks; `masking_app`,
the app under test, served.

Loaded in every run of everybody who has the package, so it imports nothing but pytest until a fixture is asked for.
One server for each process, which under xdist is one for each worker; `--masking-emulator-url` or the variable
MASKING_EMULATOR_URL names one that all of them share.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from masking_emulator.client import Control
    from masking_emulator.testing import Masking, Receiver, Serving
    from masking_emulator.testing.reports import RunReports, SeenWorld

_WORLD: pytest.StashKey[Any] = pytest.StashKey()
_SERVING: pytest.StashKey[Any] = pytest.StashKey()
_REPORT: pytest.StashKey[str] = pytest.StashKey()
_REPORTS: pytest.StashKey[RunReports] = pytest.StashKey()
_SEEN: pytest.StashKey[SeenWorld] = pytest.StashKey()
_WRITTEN: pytest.StashKey[Path | None] = pytest.StashKey()
_OUTCOMES: pytest.StashKey[list[str]] = pytest.StashKey()

#: What a mark masking_app takes, in order.
_APP_NAMES = ("app", "at", "kind")

#: The key under which a worker of xdist hands over to the main process.
_HANDED = "masking_report"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that names a server."""
    group = parser.getgroup("masking-emulator")
    group.addoption("--masking-emulator-url", default=None, help="Use this running emulator instead of starting one.")
    group.addoption("--masking-receiver-host", default="127.0.0.1", help="masking_receiver listens on this address.")
    group.addoption(
        "--masking-receiver-url-host",
        default=None,
        help="The host in masking_receiver's URL: the name under which the emulator reaches this machine.",
    )
    group.addoption(
        "--masking-report",
        default=None,
        metavar="DIR",
        help="Write a report of each test that fails, and one of all that ask for masking, into this folder.",
    )
    parser.addini("masking_app", "What the fixture masking_app serves: MODULE:NAME of an ASGI or WSGI app.")
    parser.addini("masking_app_at", "The public URL of masking_app, such as https://shop.example.com.")


def pytest_configure(config: pytest.Config) -> None:
    """The markers that say what a test's world is like, and which app it serves; the folder for reports."""
    config.addinivalue_line(
        "markers", "masking(example_or_numbers, **world): this test's world, by keys of a world file"
    )
    config.addinivalue_line(
        "markers", "masking_app(app, at, kind=None): what the fixture masking_app serves, and at which public URL"
    )
    if folder := config.getoption("--masking-report"):
        from masking_emulator.testing.reports import RunReports
        from masking_emulator.wholefile import CannotKeepFile

        try:
            config.stash[_REPORTS] = RunReports(config.invocation_params.dir / folder)
        except CannotKeepFile as error:
            raise pytest.UsageError(f"--masking-report: {error}") from None


@pytest.fixture(scope="session")
def masking_control(request: pytest.FixtureRequest) -> Iterator[Control]:
    """The control API of the server that the tests of this process share."""
    from masking_emulator.client import Control, Unreachable
    from masking_emulator.config import URL_VARIABLE, server_url
    from masking_emulator.testing.redirect import redirected
    from masking_emulator.unpatched import real_files

    option = request.config.getoption("--masking-emulator-url")
    url = option or server_url()
    if url:
        try:
            control = Control(url)
        except Unreachable as error:
            raise _failure(f"{'--masking-emulator-url' if option else URL_VARIABLE}: {error}") from None
        with redirected(url):
            yield control
        return
    with real_files():
        from masking_emulator.server.thread import ServerThread

        server = ServerThread()
    with server, redirected(server.url):
        yield server.control


@pytest.fixture
def masking(masking_control: Control, request: pytest.FixtureRequest) -> Iterator[Masking]:
    """A world of this test's own, seeded by the test's id, its clock standing still at the start of 2026.

    The official Python SDK, where it is installed, already speaks to it: `masking.client`, and any client that the
    code under test makes, with `masking.auth_id` and `masking.auth_token` or with none: the variables PLIVO_AUTH_ID and
    PLIVO_AUTH_TOKEN name the world's account while the test runs.
    """
    from masking_emulator.testing.emulator import own_world

    reports, item = request.config.stash.get(_REPORTS, None), request.node
    with _refused_at(item, "masking"):
        before = 0 if reports is None else reports.newest_stranger(masking_control)
        with own_world(masking_control, item.nodeid, _wanted(item)) as world:
            item.stash[_WORLD] = world
            yield world
            if reports is not None:
                _see(item, reports, world, before)


def _failure(sentence: str, item: pytest.Item | None = None) -> BaseException:
    """What pytest shows as this sentence alone, behind the line at which the test begins: none of our code is there."""
    where = ""
    if item is not None:
        file, line, _ = item.location
        where = f"{file}: " if line is None else f"{file}:{line + 1}: "
    return pytest.fail.Exception(f"{where}{sentence}", pytrace=False)


@contextmanager
def _refused_at(item: pytest.Item, fixture: str) -> Iterator[None]:
    """What is refused meanwhile is a sentence at the test's line; what the app under test raises stays what it is."""
    from masking_emulator.client import CannotSend, ControlRefused, Unreachable
    from masking_emulator.testing import CannotReceive
    from masking_emulator.testing.apps import CannotServe, is_raised_by_app

    try:
        yield
    except (CannotReceive, CannotSend, CannotServe, ControlRefused, Unreachable) as error:
        if is_raised_by_app(error):
            raise
        raise _failure(f"{fixture}: {error}", item) from None


def _wanted(item: pytest.Item) -> dict[str, Any]:
    """The keys of the world that a test's marks ask for; of two marks the nearer one wins, key by key."""
    world: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers("masking"))):
        world |= _keys_of(mark, item)
    return world


def _keys_of(mark: pytest.Mark, item: pytest.Item) -> dict[str, Any]:
    match mark.args:
        case ():
            first: dict[str, Any] = {}
        case (str(name),):
            first = {"example": name}
        case (list() | tuple() as numbers,):
            first = {"numbers": numbers}
        case _:
            given = ", ".join(map(repr, mark.args))
            raise _failure(
                "the mark masking takes an example world's name or a list of numbers, and keys as in a world file; "
                f"not ({given})",
                item,
            )
    if twice := first.keys() & mark.kwargs.keys():
        raise _failure(f"the mark masking has {', '.join(twice)} twice", item)
    keys = {**first, **mark.kwargs}
    if isinstance(keys.get("numbers"), list | tuple):
        keys["numbers"] = [{"number": one} if isinstance(one, str) else one for one in keys["numbers"]]
    return keys


@pytest.fixture
def masking_receiver(masking: Masking, request: pytest.FixtureRequest) -> Iterator[Receiver]:
    """A server for the callbacks of this test; the test fails where a signature did not fit.

    An emulator in a container reaches it with `--masking-receiver-host 0.0.0.0` and
    `--masking-receiver-url-host host.docker.internal`; its world needs `egress = "any"` for that name.
    """
    from masking_emulator.testing import Receiver

    tokens = [masking.auth_token, *(token for _, token in masking.subaccounts)]
    host = request.config.getoption("--masking-receiver-host")
    url_host = request.config.getoption("--masking-receiver-url-host")
    with _refused_at(request.node, "masking_receiver"), Receiver(*tokens, host=host, url_host=url_host) as receiver:
        yield receiver
    if problems := receiver.problems():
        # The world is gone by the time at which pytest reports what failed after a test.
        request.node.stash[_REPORT] = _reported(masking)
        pytest.fail(f"callbacks with wrong signatures: {'; '.join(map(str, problems))}", pytrace=False)


@pytest.fixture
def masking_app(masking: Masking, request: pytest.FixtureRequest) -> Iterator[Serving]:
    """The app under test at work at its public URL, with its lifespan, in a thread of its own.

    The marker `masking_app(app, at="https://shop.example.com")` names it, or the ini options `masking_app` (as
    `module:name`, or `module:name()` for a factory) and `masking_app_at`. What the app raises fails the test, with its
    traceback. An emulator in a container reaches it by the options of masking_receiver.
    """
    app, at, kind = _wanted_app(request)
    host = request.config.getoption("--masking-receiver-host")
    url_host = request.config.getoption("--masking-receiver-url-host")
    with (
        _refused_at(request.node, "masking_app"),
        masking.serving(app, at=at, kind=kind, host=host, url_host=url_host) as serving,
    ):
        request.node.stash[_SERVING] = serving
        yield serving


def _wanted_app(request: pytest.FixtureRequest) -> tuple[object, str, Any]:
    """The app, its public URL, and its kind: by the nearest marker, what it leaves out by the ini options."""
    mark = request.node.get_closest_marker("masking_app")
    named = {} if mark is None else _named_by(mark, request.node)
    app, at = named.get("app") or request.config.getini("masking_app"), named.get("at")
    at = at or request.config.getini("masking_app_at")
    for name, value in (("app", app), ("at", at)):
        if not value:
            ini = "masking_app" if name == "app" else "masking_app_at"
            raise _failure(
                f"masking_app does not know its {name}: @pytest.mark.masking_app(app, at=…) says it, or the ini option "
                f"{ini}",
                request.node,
            )
    return app, at, named.get("kind")


def _named_by(mark: pytest.Mark, item: pytest.Item) -> dict[str, Any]:
    """What a mark masking_app says, by name."""
    if len(mark.args) > len(_APP_NAMES):
        raise _failure(f"the mark masking_app takes app, at and kind; not {len(mark.args)} things", item)
    placed = dict(zip(_APP_NAMES, mark.args, strict=False))
    if unknown := mark.kwargs.keys() - set(_APP_NAMES):
        raise _failure(f"the mark masking_app takes app, at and kind; not {', '.join(sorted(unknown))}", item)
    if twice := placed.keys() & mark.kwargs.keys():
        raise _failure(f"the mark masking_app has {', '.join(sorted(twice))} twice", item)
    return {**placed, **mark.kwargs}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """What the served app has raised fails the test itself, not its teardown."""
    __tracebackhide__ = True
    try:
        yield
    except Exception as error:
        if _SERVING in item.stash:
            item.stash[_SERVING].raise_errors(error)
        raise
    if _SERVING in item.stash:
        item.stash[_SERVING].raise_errors()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what happened in its world, whether it failed in its setup, itself or in its teardown."""
    del call
    report = yield
    _note_outcome(item, report)
    world = item.stash.get(_WORLD, None)
    if world is not None and report.failed:
        shown = item.stash.get(_REPORT, "") if report.when == "teardown" else _reported(world)
        if shown:
            report.sections.append(("masking-emulator", shown))
    return report


def _reported(world: Masking) -> str:
    """The world's report, or why there is none: a test may have taken away its world, its server, or its network."""
    try:
        return world.report()
    except Exception as error:  # an error in this hook would end the whole run, and the process is the user's
        return f"no report of its world: {type(error).__name__}: {error}"


def _see(item: pytest.Item, reports: RunReports, world: Masking, before: int) -> None:
    """Take down what there is to report while the world is there, which a test may have taken away itself."""
    try:
        item.stash[_SEEN] = reports.seen(world, before)
    except Exception as error:  # a report is no reason for a test to fail, and the process is the user's
        reports.problems.append(f"no report of {item.nodeid}: {type(error).__name__}: {error}")


def _note_outcome(item: pytest.Item, report: pytest.TestReport) -> None:
    """How each phase of a test went; once it is over, its report."""
    reports = item.config.stash.get(_REPORTS, None)
    if reports is None:
        return
    outcomes = item.stash.setdefault(_OUTCOMES, [])
    outcomes.append(report.outcome)
    if report.when == "teardown" and _SEEN in item.stash:
        outcome = next((one for one in ("failed", "skipped") if one in outcomes), "passed")
        reports.ended(item.nodeid, item.stash[_SEEN], outcome)
        del item.stash[_SEEN]
    if report.when == "teardown":
        outcomes.clear()  # it may be run once more


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of xdist has ended: take what it hands over. One that crashed hands over nothing."""
    del error
    reports = node.config.stash.get(_REPORTS, None)
    handed = getattr(node, "workeroutput", {}).get(_HANDED)
    if reports is not None and handed is not None:
        reports.take(handed)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report of all tests, or hand over what belongs to it."""
    reports = session.config.stash.get(_REPORTS, None)
    if reports is None:
        return
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_HANDED] = reports.handed_over()
    else:
        session.config.stash[_WRITTEN] = reports.finish()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say where the report is, and what could not be written."""
    reports = config.stash.get(_REPORTS, None)
    if reports is None:
        return
    written = config.stash.get(_WRITTEN, None)
    none = "no test asked for masking" if not reports.problems else "it is not written"
    terminalreporter.write_line(f"masking-emulator report: {none if written is None else written}")
    for problem in reports.problems:
        terminalreporter.write_line(f"masking-emulator report: {problem}")
