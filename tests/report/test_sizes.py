"""A report stays small, however long the run was, and says what is not in it."""

import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.client import Api
from masking_emulator.control.views import timeline
from masking_emulator.report import sizes
from masking_emulator.report.collect import DETAILS_MAX, collected
from masking_emulator.report.files import FORMS
from masking_emulator.report.model import Report
from masking_emulator.report.sizes import REPORT_BYTES_MAX, fitted
from masking_emulator.server.thread import ServerThread
from masking_emulator.testing.emulator import new_world
from masking_emulator.testing.reports import TESTS_MAX, RunReports, SeenWorld
from msgspec import structs

from tests.plivo.ask import api_of
from tests.report.eventful import Eventful

_REQUESTS: Final = 5_000


@pytest.fixture(scope="module")
def long_run(emulator: ServerThread) -> Report:
    """The report of a run with 5,000 requests: the first of them refused, a misspelt field among those after it."""
    world = {"limits": {"requests_max": 10_000}, "clock": {"start": "2026-01-01T00:00:00Z", "rate": 0}}
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": world}))
    parts = urlsplit(emulator.url)
    connection = HTTPConnection(parts.hostname or "", parts.port)
    headers = {"Authorization": api.authorization, "Content-Type": "application/json"}
    bodies = [{"first_party": "12"}, *[{"geo_match": True, "first_party": "14155550123", "second_party": ""}] * 10]
    for place in range(_REQUESTS):
        body = json.dumps(bodies[place]).encode() if place < len(bodies) else None
        connection.request("POST" if body else "GET", api.sessions, body, headers)
        connection.getresponse().read()
    connection.close()
    report = collected(emulator.control, api.auth_id)
    emulator.control.delete(f"/worlds/{api.auth_id}")
    return report


def test_long_run_is_counted_whole_and_shown_in_part(long_run: Report) -> None:
    """What the problems name is there, and the newest; what is not is said."""
    (world,) = long_run.worlds
    shown = [request.sequence for request in world.requests]

    assert _REQUESTS == sum(one.count for one in world.operations) == world.requests_arrived
    assert {problem.request for problem in world.problems} <= set(shown)
    assert 1 in shown
    assert _REQUESTS in shown
    assert len(shown) <= DETAILS_MAX + len(world.problems)
    assert f"{_REQUESTS - len(shown):,} of 5,000 requests; here are those of the problems and the newest" in world.cut


def test_huge_world_is_counted_in_part_and_says_so(emulator: ServerThread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a kind of which there is more than a drawing has; small here, because a huge world takes long to make."""
    monkeypatch.setattr(timeline, "ROWS_MAX", 3)
    monkeypatch.setitem(cast("dict[str, int]", sizes.LISTED_MAX), "sessions", 2)
    monkeypatch.setitem(cast("dict[str, int]", sizes.LISTED_MAX), "calls", 1)
    world = new_world(emulator.control, "huge", {"numbers": [{"number": "+14155550100"}]})
    for _ in range(4):
        world.trigger("SessionFirstPartyAnswer", to="http://127.0.0.1:9/")
    for _ in range(5):
        Api(emulator.url, world.auth_id, world.auth_token).ask("GET", "Masking/Session/")
    calls, callbacks = len(world.calls()), len(world.callbacks.all())
    (reported,) = collected(emulator.control, world.auth_id).worlds
    emulator.control.delete(world.path)

    assert [
        "what became of 2 of 5 requests, the oldest, which are not counted here",
        f"what became of {callbacks - 3} of {callbacks} callbacks, the oldest, which are not counted here",
        f"the oldest {calls - 1} of {calls} calls",
        "the oldest 2 of 4 sessions",
    ] == list(reported.cut)
    assert (4, 2, 5, callbacks, 3) == (
        *(reported.sessions_kept, len(reported.sessions), reported.requests_kept, reported.callbacks_kept),
        sum(one.count for one in reported.operations),
    )


@pytest.mark.parametrize("form", FORMS)
def test_long_run_is_below_the_named_size(form: str, long_run: Report) -> None:
    """In every form, and each says what was cut."""
    text = FORMS[form](long_run)

    assert len(text.encode()) <= REPORT_BYTES_MAX
    assert form == ".md" or "here are those of the problems and the newest" in text


@pytest.mark.parametrize("character", ["&", "\\", "é"])
@pytest.mark.parametrize("form", FORMS)
def test_report_of_many_worlds_is_below_the_named_size(form: str, character: str, found: Eventful) -> None:
    """Of 40 worlds that are full of what has to be escaped."""
    (world,) = found.report.worlds
    request = structs.replace(world.requests[0], body=character * 20_000)
    full = structs.replace(world, requests=[request] * 50, sessions=[], requests_kept=50)
    text = FORMS[form](fitted(structs.replace(found.report, worlds=[full] * 40)))

    assert len(text.encode()) <= REPORT_BYTES_MAX


@given(counts=st.lists(st.integers(0, 3000), min_size=1, max_size=4))
def test_small_world_leaves_its_room_to_the_large(counts: list[int], found: Eventful) -> None:
    """Whoever asks for no more than a fair share has all of it."""
    (world,) = found.report.worlds
    request = structs.replace(world.requests[0], body=None, response=None, headers={})
    worlds = [structs.replace(world, requests=[request] * count, callbacks=[], requests_kept=count) for count in counts]
    kept = [len(one.requests) for one in fitted(structs.replace(found.report, worlds=worlds)).worlds]

    assert min(sum(counts), 2000) == sum(kept)
    assert all(here == count for here, count in zip(kept, counts, strict=True) if count <= 2000 // len(counts))


def test_request_of_a_problem_is_the_last_to_go(found: Eventful) -> None:
    """Older than all others, it stays where only some can."""
    (world,) = found.report.worlds
    requests = [structs.replace(world.requests[0], sequence=number) for number in range(1, 5001)]
    problem = structs.replace(world.problems[0], request=1, callback=None)
    full = structs.replace(world, requests=requests, problems=[problem], requests_kept=5000)
    shown = fitted(structs.replace(found.report, worlds=[full])).worlds[0].requests

    assert 1 == shown[0].sequence
    assert [*range(5001 - len(shown[1:]), 5001)] == [request.sequence for request in shown[1:]]


def test_page_of_many_tests_is_below_the_named_size(found: Eventful, tmp_path: Path) -> None:
    """Those that failed are on it, however late they came, and how many others are not."""
    reports, (world,) = RunReports(tmp_path / "reports"), found.report.worlds
    session = world.sessions[0]
    full = structs.replace(world, sessions=[session] * 500, numbers=[*world.numbers] * 50)
    for number in range(TESTS_MAX + 200):
        reports.ended(f"test_passed_{number}", SeenWorld(full, []), "passed")
    reports.ended("test_failed", SeenWorld(full, []), "failed")
    path = reports.finish()
    assert path is not None
    text = path.read_text(encoding="utf-8")

    assert path.stat().st_size <= REPORT_BYTES_MAX
    assert "test_failed</a>" in text
    assert "Not here: 201 tests that did not fail." in text
    assert {"all.html", "test_failed.html"} == {one.name for one in (tmp_path / "reports").iterdir()}


def test_worker_hands_over_what_it_has(found: Eventful, tmp_path: Path) -> None:
    """Worlds, strangers and problems, within the size of a report."""
    worker, main, (world,) = RunReports(tmp_path), RunReports(tmp_path), found.report.worlds
    worker.ended("test_a", SeenWorld(world, [*found.report.strangers]), "passed")
    worker.problems.append("a problem")
    main.take(worker.handed_over())
    path = main.finish()

    assert ["a problem"] == main.problems
    assert path is not None
    assert "test_a" in path.read_text(encoding="utf-8")
    assert "MANOBODY" in path.read_text(encoding="utf-8")
