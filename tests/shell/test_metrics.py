"""`serve --metrics`: names and counts as Prometheus expects them, and nothing of it where nobody asked."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any, Final

import pytest
from masking_emulator.client import Control
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from tests.plivo.ask import Api, Reply, api_of, ask
from tests.receiver import receiving
from tests.shell.asking import control, create, good
from tests.shell.process import DEMO, serving
from tests.shell.telling import end

_ROOT: Final = Path(__file__).parents[2]
_DASHBOARD: Final = json.loads((_ROOT / "fixtures" / "grafana" / "masking-emulator.json").read_text(encoding="utf-8"))
_PAGE: Final = (_ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def measured() -> Iterator[Api]:
    """A server with metrics, which has had one of each kind of request, and the account of its world."""
    with serving("--metrics") as (_, url), receiving() as customer:
        api = api_of(url, Control(url).get(f"/worlds/{DEMO}"))
        create(api, 0, 1)
        api.ask("GET", "/nowhere/at/all")
        ask(url, "GET", "/v1/Account/MANOBODY/Masking/Session/", None, {})
        ask(url, "GET", "/_emulator/console/", None, {})
        end(api, customer.url, 2, 3)
        good(control(api, "GET", "{w}/callbacks/wait?state=delivered"))
        yield api


def _scraped(api: Api, accept: str = "") -> Reply:
    return ask(api.url, "GET", "/metrics", None, {"Accept": accept})


def _families(api: Api) -> dict[str, Metric]:
    text = _scraped(api).content.decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def _value(api: Api, family: str, sample: str, /, **labels: str) -> float:
    found = [s.value for s in _families(api)[family].samples if s.name == sample and labels.items() <= s.labels.items()]
    return sum(found)


@pytest.mark.parametrize(
    ("api_name", "operation", "status", "count"),
    [
        ("emulated", "create_session", "201", 2),
        ("emulated", "delete_session", "200", 1),
        ("emulated", "list_sessions", "401", 1),
        ("control", "wait_for_callbacks", "200", 1),
        ("console", "other", "200", 1),
        ("other", "other", "404", 1),
    ],
)
def test_requests_are_counted_by_operation_and_status(
    measured: Api, api_name: str, operation: str, status: str, count: int
) -> None:
    """Under the names of the OpenAPI document; what no API has is one operation, so that names stay few."""
    name = "masking_emulator_request_duration_seconds"
    labels = {"api": api_name, "operation": operation, "status": status}

    assert count == _value(measured, name, f"{name}_count", **labels)
    assert count == _value(measured, name, f"{name}_bucket", le="+Inf", **labels)
    assert 0 < _value(measured, name, f"{name}_sum", **labels) < 60


def test_holdings_are_those_of_all_worlds(measured: Api) -> None:
    """Another world is counted as soon as it is there, and so is what is in it."""
    before = {name: _value(measured, f"masking_emulator_{name}", f"masking_emulator_{name}") for name in ("worlds",)}
    live = _value(measured, "masking_emulator_sessions", "masking_emulator_sessions", state="live")
    made = good(control(measured, "POST", "/worlds", {"clock": {"rate": 0}}), 201)
    create(api_of(measured.url, made), 0, 1)

    assert before["worlds"] + 1 == _value(measured, "masking_emulator_worlds", "masking_emulator_worlds")
    assert live + 1 == _value(measured, "masking_emulator_sessions", "masking_emulator_sessions", state="live")
    assert _value(measured, "masking_emulator_queue_length", "masking_emulator_queue_length", queue="timers") >= 2
    assert 1 == _value(measured, "masking_emulator_ready", "masking_emulator_ready")
    good(control(measured, "DELETE", f"/worlds/{made['auth_id']}"))


def test_callbacks_are_counted_by_the_state_they_came_to(measured: Api) -> None:
    """One was delivered."""
    assert 1 == _value(measured, "masking_emulator_callbacks", "masking_emulator_callbacks_total", state="delivered")


def test_process_and_event_loop_are_watched(measured: Api) -> None:
    """What an operator looks at first: memory, processor time, and whether the one thread keeps up."""
    families = _families(measured)

    assert 10e6 < families["process_resident_memory_bytes"].samples[0].value < 1e9
    assert {"process_cpu_seconds", "process_open_fds", "python_gc_collections"} <= families.keys()
    assert "masking_emulator_event_loop_lag_seconds" in families
    assert 1 <= _value(measured, "masking_emulator_connections", "masking_emulator_connections")
    assert 1 <= _value(measured, "masking_emulator_requests_in_progress", "masking_emulator_requests_in_progress")


def test_form_follows_what_the_scraper_accepts(measured: Api) -> None:
    """Prometheus asks for OpenMetrics first."""
    plain, newer = _scraped(measured), _scraped(measured, "application/openmetrics-text;version=1.0.0")

    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert newer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    read = openmetrics.text_string_to_metric_families(newer.content.decode())  # type: ignore[no-untyped-call]  # no types
    assert list(read)


def test_names_follow_the_conventions(measured: Api) -> None:
    """Each has a help of a sentence, one prefix, base units, and `_total` where it only grows."""
    ours = [family for name, family in _families(measured).items() if name.startswith("masking_emulator_")]

    assert ours
    for family in ours:
        assert family.documentation.endswith("."), family.name
        assert re.fullmatch(r"[a-z_]+", family.name)
        assert not re.search(r"_(ms|millis|mb|kb|count|total|sum|bucket)$", family.name)
        assert family.type in ("gauge", "counter", "histogram")


@pytest.mark.skipif(which("promtool") is None, reason="needs promtool, of Debian's package prometheus")
def test_promtool_has_no_findings(measured: Api) -> None:
    """Prometheus' own check of names and forms finds nothing in what is ours."""
    text = _scraped(measured).content
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
    found = (done.stdout + done.stderr).decode().splitlines()

    assert [] == [line for line in found if line.startswith("masking_emulator")]


def _queries() -> list[str]:
    variables = [one["query"] for one in _DASHBOARD["templating"]["list"] if one["type"] == "query"]
    return variables + [target["expr"] for panel in _DASHBOARD["panels"] for target in panel["targets"]]


def test_dashboard_asks_for_metrics_that_exist(measured: Api) -> None:
    """A query that names another would show an empty panel for ever; so would a label that the metric has not."""
    there: dict[str, set[str]] = {}
    for family in _families(measured).values():
        for sample in family.samples:
            there.setdefault(sample.name, {"instance"}).update(sample.labels)
    named = [name for query in _queries() for name in re.findall(r"\b(?:masking_emulator|process|python)_\w+", query)]

    assert len(named) >= len(_queries())
    assert [] == [name for name in named if name not in there]
    for query in _queries():
        (first, *_) = re.findall(r"\b(?:masking_emulator|process|python)_\w+", query)
        grouped = re.findall(r"by \(([\w, ]+)\)", query)
        labels = {label.strip() for group in grouped for label in group.split(",")}
        labels |= set(re.findall(r"(\w+)=~?\"", query))
        assert labels <= there[first], query


def test_page_lists_every_metric_of_ours(measured: Api) -> None:
    """With its type and its labels."""
    listed = re.findall(r"^\| `(masking_emulator_\w+)` \| (\w+) \|([^|]*)\|", _PAGE, flags=re.MULTILINE)
    there = {}
    for name, family in _families(measured).items():
        if name.startswith("masking_emulator_"):
            shown = f"{name}_total" if family.type == "counter" else name
            labels: set[str] = set().union(*(sample.labels for sample in family.samples)) - {"le"}
            there[shown] = (family.type, labels)

    assert there == {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in listed}


def _loaded(source: str) -> Any:
    shown = f"{source}; import sys; print('prometheus_client' in sys.modules)"
    return subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True).stdout.strip()


def test_nothing_of_it_is_there_unless_asked(emulator: Any) -> None:
    """The path is as unknown as any, and the library is not loaded by what a server is made of."""
    assert 404 == ask(emulator.url, "GET", "/metrics", None, {}).status
    assert "False" == _loaded("import masking_emulator.server.server, masking_emulator.cli.main")
