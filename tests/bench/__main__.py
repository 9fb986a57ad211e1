"""`make bench`: every measure in turn, one table, row by row. Ends with 1 where a target is missed."""

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from masking_emulator.cli.progress import is_progress_seen, progress

from tests.bench import callbacks, console, farm, hostile, inside, kit, servers, stalls
from tests.bench.table import HEADER, Effort, Row, markdown

#: Takes the bar out of the terminal's line, for a row to stand there.
_CLEARED = "\r\x1b[2K"

_DEFAULT = Effort(rounds=7, pairs=4000, sessions=100_000, requests=200_000, most=1_000_000)
_QUICK = Effort(rounds=3, pairs=1500, sessions=20_000, requests=40_000, most=100_000)

_MEASURES: Sequence[Callable[[Effort], list[Row]]] = (
    servers.throughput,
    servers.create_rate,
    servers.through_proxy,
    farm.behind_haproxy,
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
)


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller counts")
    names = {measure.__name__: measure for measure in _MEASURES}
    parser.add_argument("measure", nargs="*", choices=[*names, []], help="only these")
    asked = parser.parse_args()
    effort = _QUICK if asked.quick else _DEFAULT
    rows: list[Row] = []
    print(HEADER, flush=True)
    chosen = asked.measure or list(names)
    # Each measure has a process of its own, so that none inherits the memory of another.
    with (
        ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes,
        progress("bench", len(chosen), quiet=False) as reached,
    ):
        for place, name in enumerate(chosen):
            reached(place, name)
            measured = processes.submit(names[name], effort).result()
            if is_progress_seen():
                print(_CLEARED, end="", file=sys.stderr, flush=True)
            print(markdown(measured), flush=True)
            rows += measured
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
