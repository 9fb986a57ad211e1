"""`make bench`: every measure in turn, one table, row by row. Ends with 1 where a target is missed.

`--keep` writes what was measured to `fixtures/bench.json`, in the place of what these measures came to before;
`make generated` makes the tables in docs/speed.md and docs/scale.md of it.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from masking_emulator.cli.progress import is_progress_seen, progress

from tests.bench import callbacks, carried, console, farm, hostile, inside, kit, peers, servers, stalls, suite
from tests.bench.machine import cores_busy, where
from tests.bench.table import HEADER, Effort, Row, markdown, middle_of
from tests.reference.bench import RESULTS

#: Takes the bar out of the terminal's line, for a row to stand there.
_CLEARED = "\r\x1b[2K"

_DEFAULT = Effort(
    rounds=7, pairs=4000, sessions=100_000, requests=200_000, most=1_000_000, worlds=10_000, is_whole=True
)
_QUICK = Effort(rounds=3, pairs=1500, sessions=20_000, requests=40_000, most=100_000, worlds=1000, is_whole=False)

_MEASURES: Sequence[Callable[[Effort], list[Row]]] = (
    servers.throughput,
    peers.creates_beside_emulate,
    servers.create_rate,
    servers.through_proxy,
    farm.behind_haproxy,
    carried.carried,
    servers.start,
    servers.start_of_run,
    inside.many_sessions,
    inside.most_sessions,
    inside.large_pool,
    inside.session_size,
    inside.flat_memory,
    inside.request_journal,
    inside.expiries,
    inside.worlds,
    stalls.stalls,
    hostile.hostile_receivers,
    callbacks.delivery,
    callbacks.calls,
    kit.world_per_test,
    kit.plugin_import,
    console.console,
    suite.make_test,
)


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller counts")
    parser.add_argument("--runs", type=int, default=1, help="take each measure so often; its figure is the middle one")
    parser.add_argument("--keep", action="store_true", help=f"write what was measured to {RESULTS.name}")
    names = {measure.__name__: measure for measure in _MEASURES}
    parser.add_argument("measure", nargs="*", choices=[*names, []], help="only these")
    asked = parser.parse_args()
    if asked.keep and asked.quick:
        parser.error("a quick run is not kept")
    effort, chosen = _QUICK if asked.quick else _DEFAULT, asked.measure or list(names)
    run = {**where(cores_busy()), "runs": asked.runs}
    print(HEADER, flush=True)
    rows: list[Row] = []
    for name, measured in _taken({name: names[name] for name in chosen}, effort, asked.runs):
        print(markdown(measured), flush=True)
        rows += measured
        if asked.keep:
            keep(name, run, measured, order=list(names))
    return 1 if any(row.is_met is False for row in rows) else 0


def keep(name: str, run: Mapping[str, Any], rows: Sequence[Row], *, order: Sequence[str], file: Path = RESULTS) -> None:
    """Write what a measure came to, in place of what it came to before. `order` is that of all measures."""
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    kept[name] = {**run, "rows": [asdict(row) for row in rows]}
    kept = {name: kept[name] for name in order if name in kept}
    file.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _taken(
    measures: Mapping[str, Callable[[Effort], list[Row]]], effort: Effort, runs: int
) -> Iterator[tuple[str, list[Row]]]:
    """The rows of each measure. Every run has a process of its own, so that none inherits the memory of another."""
    with (
        ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes,
        progress("bench", len(measures), quiet=False) as reached,
    ):
        for place, (name, measure) in enumerate(measures.items()):
            reached(place, name)
            rows = middle_of([processes.submit(measure, effort).result() for _ in range(runs)])
            if is_progress_seen():
                print(_CLEARED, end="", file=sys.stderr, flush=True)
            yield name, rows


if __name__ == "__main__":
    sys.exit(main())
