"""The forms of a report that programs read: JSON by its published schema, HAR by that of HAR 1.2, Markdown in short."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator
from masking_emulator.report.har import har
from masking_emulator.report.markdown import markdown
from masking_emulator.report.model import Report, ReportedProblem, report_json, report_schema
from masking_emulator.report.summary import LINES_MAX, summary_lines
from masking_emulator.report.words import often
from msgspec import structs
from playwright.sync_api import sync_playwright

from tests.console.conftest import ARGUMENTS, browser_path
from tests.report.eventful import Eventful

_HAR: Final = Draft202012Validator(json.loads(Path(__file__).with_name("har-1.2.schema.json").read_text("utf-8")))
_JSON: Final = Draft202012Validator(report_schema())


@pytest.fixture
def report(found: Eventful) -> Report:
    """The report of the eventful world."""
    return found.report


def entries(report: Report) -> list[dict[str, Any]]:
    """The entries of its HAR."""
    return list(json.loads(har(report))["log"]["entries"])


def test_world_of_the_report_is_eventful(report: Report) -> None:
    """So that what follows is about every kind of thing."""
    (world,) = report.worlds

    assert {"refused", "undelivered", "unread"} <= {problem.kind for problem in world.problems}
    assert all(
        (world.sessions, world.calls, world.requests, world.callbacks, world.faults, world.routes, world.numbers)
    )
    assert {"delivered", "failed", "blocked"} <= set(world.callback_states)
    assert "no account of any world has the Auth ID 'MANOBODY'" in [stranger.why for stranger in report.strangers]


def test_json_is_by_its_schema(report: Report) -> None:
    """The one that the tool publishes, which is a schema itself."""
    Draft202012Validator.check_schema(report_schema())

    assert [] == [error.message for error in _JSON.iter_errors(json.loads(report_json(report)))]


@pytest.mark.parametrize(
    ("place", "value"),
    [(("worlds",), {}), (("worlds", 0, "now"), 7), (("worlds", 0, "requests", 0, "status"), "201"), (("form",), None)],
)
def test_schema_refuses_another_shape(report: Report, place: tuple[str | int, ...], value: object) -> None:
    """It is not one that anything fits."""
    spoiled = json.loads(report_json(report))
    inner: Any = spoiled
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value

    assert not _JSON.is_valid(spoiled)


def test_har_is_by_the_schema_of_har(report: Report) -> None:
    """Every entry, with requests that got no answer among them."""
    written = json.loads(har(report))

    assert [] == [f"{error.json_path}: {error.message}" for error in _HAR.iter_errors(written)]
    assert 0 in {entry["response"]["status"] for entry in written["log"]["entries"]}


@pytest.mark.parametrize("name", ["startedDateTime", "request", "response", "cache", "timings", "time"])
def test_schema_of_har_is_strict(report: Report, name: str) -> None:
    """What it requires is missed."""
    written = json.loads(har(report))
    broken = deepcopy(written)
    del broken["log"]["entries"][0][name]

    assert _HAR.is_valid(written)
    assert not _HAR.is_valid(broken)


def test_har_has_requests_in_and_callbacks_out(report: Report) -> None:
    """In the order of the world's clock, each callback's attempts one by one."""
    (world,) = report.worlds
    found = entries(report)
    urls = [entry["request"]["url"] for entry in found]
    attempts = [attempt.url for callback in world.callbacks for attempt in callback.attempts]

    assert len(world.requests) + len(attempts) == len(found)
    assert set(attempts) <= set(urls)
    assert sorted(entry["startedDateTime"] for entry in found) == [entry["startedDateTime"] for entry in found]


def test_har_has_what_the_browser_cannot_know(report: Report) -> None:
    """Unread fields with their hint, faults, and the text that was signed, under names of its own."""
    found = entries(report)

    assert ["geo_match in the body: did you mean geomatch?"] in [entry.get("_unread") for entry in found]
    assert ["fault-1"] in [entry.get("_faults") for entry in found]
    assert any(entry.get("_signed", {}).get("v2", "").startswith("http") for entry in found)


def test_request_to_the_vendors_host_has_its_url(report: Report) -> None:
    """What came through the proxy is shown as the client wrote it."""
    (world,) = report.worlds
    request = structs.replace(world.requests[0], headers={"host": "api.plivo.com"}, url="/v1/Account/MA1/Call/")
    (entry,) = entries(structs.replace(report, worlds=[structs.replace(world, requests=[request], callbacks=[])]))

    assert "https://api.plivo.com/v1/Account/MA1/Call/" == entry["request"]["url"]


def test_har_is_played_by_a_browser(report: Report, tmp_path: Path) -> None:
    """Chromium, which is given the file instead of a network, answers as the emulator did."""
    browser = browser_path()
    if browser is None:
        pytest.skip("there is no Chromium")
    file = tmp_path / "report.har"
    file.write_text(har(report), encoding="utf-8")
    urls = [one.url for one in report.worlds[0].requests]
    request = next(one for one in report.worlds[0].requests if one.status == 200 and urls.count(one.url) == 1)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=list(ARGUMENTS))
        tab = chromium.new_page()
        tab.route_from_har(file, not_found="abort")
        answer = tab.goto(f"http://{request.headers['host']}{request.url}")
        assert answer is not None
        status, body = answer.status, answer.json()
        chromium.close()

    assert request.response is not None
    assert (200, request.response.body) == (status, body)


def test_markdown_says_what_is_wrong_first(report: Report) -> None:
    """Then what was asked, and what became of the callbacks."""
    text = markdown(report)
    places = [text.index(part) for part in ("need a look", "create session answered 400", "| create\\_session |")]

    assert sorted(places) == places
    assert "Callbacks: " in text
    assert len(text.encode()) < 10_000


def test_markdown_takes_no_markup_from_users(report: Report) -> None:
    """Nothing in a name or a reason becomes a heading, an image, a mention or HTML."""
    (world,) = report.worlds
    nasty = "](https://x.test)\n# big <script>@someone | `x`"
    problem = structs.replace(world.problems[0], what=nasty, why=nasty)
    text = markdown(structs.replace(report, worlds=[structs.replace(world, problems=[problem], name=nasty)]))

    unescaped = re.sub(r"\\.", "", text)
    assert [] == [mark for mark in ("<script", "](", "`", "\n# ", "@someone") if mark in unescaped]
    assert "@someone" not in text


def test_world_in_order_says_so(report: Report) -> None:
    """In Markdown and on the terminal."""
    (world,) = report.worlds
    good = structs.replace(world, problems=[], problems_found=0)
    fine = structs.replace(report, worlds=[good], strangers=[], exit_code=0)

    assert "**Nothing is wrong.** Exit code 0." in markdown(fine)
    assert "nothing was refused, every callback arrived" in summary_lines(fine)[-1]


@pytest.mark.parametrize(
    ("exit_code", "outcomes", "said"),
    [
        (3, [""], "No request was refused, every callback arrived, every field was read."),
        (None, ["failed", "passed", "failed"], "2 of 3 tests failed. No request was refused"),
        (None, ["passed", "passed"], "Nothing is wrong."),
    ],
)
def test_failure_is_not_called_well(report: Report, exit_code: int | None, outcomes: list[str], said: str) -> None:
    """Where the emulator saw nothing wrong, and yet the command or tests failed."""
    good = structs.replace(report.worlds[0], problems=[], problems_found=0)
    worlds = [structs.replace(good, outcome=outcome) for outcome in outcomes]

    assert f"**{said}" in markdown(structs.replace(report, worlds=worlds, strangers=[], exit_code=exit_code))


def test_summary_has_fifteen_lines_at_most(report: Report) -> None:
    """One problem of each sort, however many there are of one."""
    (world,) = report.worlds
    many = [structs.replace(world.problems[0], what="a", why=f"{number} " + "x" * 400) for number in range(50)]
    other = structs.replace(world.problems[0], what="b", why="the other sort")
    crowded = structs.replace(world, problems=[*many, other], problems_found=80)
    lines = summary_lines(structs.replace(report, worlds=[crowded]))

    assert LINES_MAX == len(lines)
    assert max(map(len, lines)) <= 200
    assert "  b: the other sort" in lines
    assert lines[-1].endswith("more; `--report FILE.html` has them")


def test_summary_of_a_run_that_asked_nothing_says_how_to_find_out(report: Report) -> None:
    """The command may not have been led here."""
    (world,) = report.worlds
    nothing = structs.replace(world, problems=[], problems_found=0, operations=[])

    assert "doctor" in summary_lines(structs.replace(report, worlds=[nothing], strangers=[]))[0]


@pytest.mark.parametrize(
    ("kind", "count", "words"),
    [
        ("refused", 1, "It was so"),
        ("refused", 3, "It was so (3 times)"),
        ("undelivered", 1, "It was so"),
        ("undelivered", 2, "It was so, and 1 other callback"),
        ("undelivered", 7, "It was so, and 6 other callbacks"),
    ],
)
def test_problem_says_how_often_or_how_many_others(kind: str, count: int, words: str) -> None:
    """Callbacks that failed for one reason are not one callback several times."""
    assert words == often(ReportedProblem(kind, "It was so", "why", None, count, None, None))
