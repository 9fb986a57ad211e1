"""Fixtures that all tests share: one server for the session, and a fresh world on it for each test that asks.

With MASKING_EMULATOR_NO_SKIPS=1 a skip is a failure, so that a machine that should have everything proves it.
With MASKING_EMULATOR_NO_PROGRAMS=1 what starts programs is skipped (programs.py).
"""

import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from masking_emulator.server.thread import ServerThread

from tests.answers import Answer, answers_kept, undescribed
from tests.farm.front import MEMBERS, shared_farm
from tests.plivo.ask import Api, api_of
from tests.programs import may_start, no_skips, skip_starts

# Commands that tests start hear Ctrl-C, also where the tests run in a shell's background, which ignores it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# The same for the end of a terminal, which `nohup` ignores; a handler is not inherited, so they have the default.
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda *_: None)

# The first example may pay for an import, and every one shares its machine; how fast things are, `make bench` measures.
settings.register_profile("masking_emulator", deadline=None)
settings.load_profile("masking_emulator")

skip_starts()


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every emulator of the tests keeps its certificates, so that none touches the user's. It has a blank."""
    folder = tmp_path_factory.mktemp("the cache")
    os.environ["MASKING_EMULATOR_CACHE"] = str(folder)
    return folder


@pytest.fixture(scope="session", autouse=True)
def kept_answers() -> Iterator[list[Answer]]:
    """The control API's answers that nobody has looked at yet."""
    with answers_kept() as kept:
        yield kept


@pytest.fixture(autouse=True)
def _answers_are_as_described(kept_answers: list[Answer]) -> Iterator[None]:
    """A test fails where the control API answered what its OpenAPI document does not describe."""
    yield
    answers = kept_answers.copy()
    kept_answers.clear()
    wrong = next(filter(None, map(undescribed, answers)), None)
    assert wrong is None, wrong


@pytest.fixture(scope="session")
def intercepting() -> Iterator[ServerThread]:
    """A server with the demo world, a proxy that lets localhost through, and TLS."""
    with ServerThread("demo", proxy_port=0, tls_port=0, allowed_hosts=["localhost"]) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def emulator() -> Iterator[ServerThread]:
    """A server with the demo world, which no test may change. MASKING_EMULATOR_FARM puts a farm in its place."""
    if MEMBERS:
        with shared_farm() as front:
            yield front  # type: ignore[misc]  # all that tests ask of it is its URL and its control API
        return
    with ServerThread("demo") as emulator:
        yield emulator


@pytest.fixture
def fresh_api(emulator: ServerThread) -> Iterator[Api]:
    """The main account of a new world: the demo's numbers, one subaccount with a number, time standing still."""
    structure = {
        "account": {"subaccounts": [{}]},
        "clock": {"start": "2026-01-01T00:00:00Z", "rate": 0},
    }
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": structure}))
    emulator.control.post(
        f"/worlds/{api.auth_id}/numbers", {"number": "+14155550190", "subaccount": api.subaccounts[0].auth_id}
    )
    yield api
    emulator.control.delete(f"/worlds/{api.auth_id}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With a farm, play those tests only that ask the server that all share: the others have nothing to do with it."""
    if MEMBERS:
        left = [item for item in items if "emulator" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, and what runs it."""
    if not may_start:
        terminalreporter.write_line("tests that start a program or a browser were skipped; `make test-all` runs them")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test fails where skips are not allowed."""
    del item, call
    report = yield
    _fail_where_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A skipped module fails where skips are not allowed."""
    del collector
    report = yield
    _fail_where_skipped(report)
    return report


def _fail_where_skipped(report: Any) -> None:
    if no_skips and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and MASKING_EMULATOR_NO_SKIPS is set: {report.longrepr}"
