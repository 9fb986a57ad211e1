"""The bench: its targets, its middle figures, what cannot be measured, and what the documents make of a run."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import pytest

from tests.bench import __main__ as bench
from tests.bench import callbacks, farm, inside
from tests.bench.carried import BUSY
from tests.bench.table import Effort, Row, alone, at_least, at_most, here_of_beside, left_out, markdown, middle_of
from tests.reference.bench import bench_table, needed, row_of

_EFFORT: Final = Effort(rounds=1, pairs=1, sessions=10, requests=1, most=1, worlds=1, is_whole=False)


def test_target_is_judged_by_the_figure_and_not_by_how_it_is_shown() -> None:
    """A ratio that is shown as what it must be may still be above it."""
    memory = here_of_beside("memory", at_most(1.16, aim=1.1), beside=1000, here=1164, unit="MB")
    speed = here_of_beside("speed", at_least(0.5), beside=2, here=1, unit="a second")

    assert markdown([memory]) == "| memory | 1,000 MB | 1,164 MB | 1.16 | ≤ 1.16, aim 1.1 | **no** |"
    assert markdown([speed]) == "| speed | 2.00 a second | 1.00 a second | 0.50 | ≥ 0.5 | yes |"


def test_figure_of_several_runs_is_the_middle_one_with_its_ends() -> None:
    """Noise in one run decides nothing, and is seen."""
    (row,) = middle_of([[alone("stall", value, "ms", at_most(50))] for value in (12.0, 90.0, 31.0)])

    assert (row.value, row.figure, row.is_met) == (31.0, "31.0 ms (12.0 to 90.0)", True)


def test_what_cannot_be_measured_here_is_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows after it are measured all the same, and nothing is missed."""
    monkeypatch.setattr("shutil.which", lambda _: None)
    rows = farm.behind_haproxy(_EFFORT)

    assert {row.figure for row in rows} == {"left out: needs haproxy"}
    assert {row.is_met for row in rows} == {None}
    assert middle_of([rows, rows]) == rows


@pytest.mark.parametrize("measure", [inside.many_sessions, inside.expiries, inside.worlds, callbacks.calls])
def test_measure_of_one_process_comes_to_rows(measure: Callable[[Effort], list[Row]]) -> None:
    """With as little as possible: what the app needs of those who ask it changes, and the bench is seldom run."""
    rows = measure(_EFFORT)

    assert rows
    assert all(row.value is not None for row in rows)


def test_quick_run_is_not_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The documents show no figures of smaller sizes."""
    monkeypatch.setattr("sys.argv", ["bench", "--quick", "--keep"])

    with pytest.raises(SystemExit):
        bench.main()
    assert "a quick run is not kept" in capsys.readouterr().err


def test_what_a_measure_came_to_takes_the_place_of_what_it_came_to_before(tmp_path: Path) -> None:
    """The others stay as they were, and all stand in their order."""
    file = tmp_path / "bench.json"
    for name, value in (("second", 1), ("first", 2), ("second", 3)):
        bench.keep(name, {"day": f"day {value}"}, [alone("row", value, "s")], order=["first", "second"], file=file)
    kept = json.loads(file.read_text(encoding="utf-8"))

    assert [(name, run["day"], run["rows"][0]["value"]) for name, run in kept.items()] == [
        ("first", "day 2", 2),
        ("second", "day 3", 3),
    ]


def test_page_names_what_is_missed_and_where_it_was_measured() -> None:
    """Nobody has to compare figures with targets."""
    missed = replace(alone("calls a second", 9000, "a second", at_least(10_000, aim=15_000)), least=8000, most=9500)
    rows = [missed, alone("growth", 1, "MB", at_most(2)), left_out("farm", "needs haproxy")]
    text = bench_table(rows, ["Measured here."])

    assert "| calls a second | 9,000 a second (8,000 to 9,500) |  |  | ≥ 10,000, aim 15,000 |" in text
    assert "| farm | left out: needs haproxy |" in text
    assert text.endswith("\nMeasured here.\nNot what it must be: calls a second.\n")


def test_rows_come_back_from_the_file_as_they_were_kept() -> None:
    """With their targets, by which they are judged."""
    row = alone("growth", 3, "MB", at_most(2, aim=1))

    assert row_of(asdict(row)) == row


def test_memory_on_paper_follows_the_measure() -> None:
    """10,000 worlds, on eight members and two machines."""
    text = needed([alone(BUSY, 4.1, "MB")])

    assert "worlds like the busy one above are 41 GB" in text
    assert "about 5.1 GB each, on two machines with four cores and 32 GB or more" in text
