"""The figures in docs/speed.md and docs/scale.md, made of the last run of `make bench` that was kept."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench.carried import BUSY, UNUSED
from tests.bench.table import Row, Target
from tests.reference.tables import table

#: What each measure came to when it was last kept.
RESULTS: Final = Path(__file__).parents[2] / "fixtures" / "bench.json"

#: What docs/scale.md assumes on paper.
_WORLDS: Final = 10_000
_MEMBERS: Final = 8
_MACHINES: Final = 2


def kept_rows() -> tuple[list[Row], list[str]]:
    """Every row that was kept, and where and when they were measured, each run in a sentence."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8"))
    rows = [row_of(given) for run in kept.values() for given in run["rows"]]
    return rows, list(dict.fromkeys(map(_said_of, kept.values())))


def row_of(given: Mapping[str, Any]) -> Row:
    """A row as it was kept."""
    target = given["target"]
    return Row(**{**given, "target": None if target is None else Target(**target)})


def _said_of(run: Mapping[str, Any]) -> str:
    times = f", {run['runs']} times: a figure is the middle one, beside it are the least and the most"
    return (
        f"Measured on {run['day']} at revision {run['revision']} on {run['machine']}{times if run['runs'] > 1 else ''};"
        f" other processes kept {run['load_before']:.1f} of the cores busy before it began."
    )


def bench_table(rows: Sequence[Row], said: Sequence[str]) -> str:
    """Every measure, and what the runs were."""
    shown = table(
        ("measure", "figure", "masking-emulator", "beside", "target"),
        ((row.measure, row.figure, row.here, row.beside, str(row.target or "")) for row in rows),
    )
    missed = [row.measure for row in rows if row.is_met is False]
    said = [*said, f"Not what it must be: {'; '.join(missed)}."] if missed else said
    return "\n".join([shown, *said, ""])


def carried_table(rows: Sequence[Row]) -> str:
    """What a member carries."""
    found = {row.measure: row for row in rows}
    requests = found["create+get, 16 connections, of bare"].here.partition(" ")[0]
    measured = ["memory of a live session", UNUSED, BUSY, *(name for name in found if " small worlds " in name)]
    lines = [
        ("requests", f"{requests} a second, half creates and half gets, on one core; more cores do not help it"),
        ("worlds", f"at most {_WORLDS:,}"),
        ("memory of the process", found["idle memory, of bare"].here),
        *((name, found[name].figure) for name in measured),
        ("connections", "as many as the process may open files"),
    ]
    return table(("", "a member"), lines)


def behind_table(rows: Sequence[Row]) -> str:
    """What members behind HAProxy answer, all on the same cores."""
    through = [row for row in rows if "through HAProxy" in row.measure]
    return table(
        ("members", "requests a second", "of one without HAProxy"),
        (
            (row.measure.split("HAProxy, ")[1].partition(" ")[0], row.here.partition(" ")[0], row.figure)
            for row in through
        ),
    )


def needed(rows: Sequence[Row]) -> str:
    """What many worlds need of memory."""
    busy_mb = next(row.value or 0 for row in rows if row.measure == BUSY)
    whole_gb = _WORLDS * busy_mb / 1000
    member_gb, machine_gb = whole_gb / _MEMBERS, whole_gb / _MACHINES
    return (
        f"- Memory: {_WORLDS:,} worlds like the busy one above are {whole_gb:.0f} GB."
        " A world with smaller `limits.requests_max` and `limits.journal_events_max` holds less.\n"
        f"- So memory decides: eight members with {_WORLDS // _MEMBERS:,} worlds and about {member_gb:.1f} GB each, on"
        f" two machines with four cores and {-(-machine_gb * 1.25 // 8) * 8:.0f} GB or more, beside a third, small one"
        " for HAProxy.\n"
    )
