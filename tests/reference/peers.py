"""The comparison with others in docs/speed.md, made of the last run of `python -m tests.bench.peers`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.bench.peer_list import BARE, OURS, PEERS

#: The last run that was kept.
RESULTS: Final = Path(__file__).parents[2] / "fixtures" / "peers.json"

#: Beside so many records creates are measured, too.
RECORDS: Final = 20_000

#: Beyond this load the cores were not the server's and the client's alone.
_QUIET_LOAD_MAX: Final = 0.5

_NOT_QUIET: Final = (
    "**That is not quiet, so take the figures for an order of size**: whoever uses more than one core, as WireMock"
    " does, loses most of all. On a quiet machine WireMock and emulate have been level with masking-emulator at 16"
    " connections, and faster at one."
)

_HEAD: Final = (
    *("server", "pairs a second, 16 connections (of bare)", "one connection (of bare)", "slowest of 100"),
    *(f"creates a second beside {RECORDS:,} (of bare)",),
    *("first answer (of bare)", "idle", "after the load"),
)


def peers_table(run: Mapping[str, Any]) -> str:
    """The table of the run, and what it says: with which versions, where, who is faster and why, who was left out."""
    rows = [_HEAD, ("---",) * len(_HEAD), *(_row(peer.name, peer.package, run["peers"]) for peer in PEERS)]
    lines = [f"| {' | '.join(row)} |" for row in rows if row]
    return "\n".join([*lines, "", *_sentences(run)])


def _row(name: str, package: str, found: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    one = found.get(name)
    if one is None:
        return ()
    shown = f"**{name}**" if name == OURS else name
    version = package.partition(" ")[0].rpartition("@")[2].rpartition("==")[2]
    return (
        f"{shown} {version}".strip(),
        f"{one['pairs_16']:,.0f} ({one['pairs_16_of_bare']:.2f})",
        f"{one['pairs_1']:,.0f} ({one['pairs_1_of_bare']:.2f})",
        f"{one['p99_ms']:.1f} ms",
        f"{one['creates_16']:,.0f} ({one['creates_16_of_bare']:.2f})" if one["creates_16"] else "too slow",
        f"{one['start_ms']:,.0f} ms ({one['start_ms_of_bare']:.1f})",
        f"{one['idle_mb']:,.0f} MB",
        f"{one['loaded_mb']:,.0f} MB",
    )


def _sentences(run: Mapping[str, Any]) -> list[str]:
    found = run["peers"]
    measured = f"Measured on {run['day']} in {run['rounds']} interleaved rounds of {run['seconds']:g} seconds a measure"
    where = f"with masking-emulator at revision {run['revision']} on {run['machine']}"
    beside = f"other processes kept the machine at a load of {run['load_before']:.1f} before it began"
    said = [
        f"{measured}, {where}; {beside}.",
        *([_NOT_QUIET] if run["load_before"] > _QUIET_LOAD_MAX else []),
        "What is asked differs with what a server is, so only a wide distance says something.",
    ]
    for key, load in (("pairs_16_of_bare", "16 connections"), ("pairs_1_of_bare", "one connection")):
        others = [peer for peer in PEERS if peer.name in found and peer.name not in (BARE, OURS)]
        faster = [peer for peer in others if found[peer.name][key] > found[OURS][key]]
        said += [f"**{peer.name} is faster on {load}**: {peer.why}." for peer in faster]
    named = {line.partition(" is faster")[0].strip("*") for line in said if line.startswith("**")}
    slower = [f"{peer.name} ({peer.why})" for peer in PEERS if peer.name in found.keys() - named - {BARE, OURS}]
    said += [f"Slower are {', '.join(slower)}."] if slower else []
    left_out = [f"{name} ({reason})" for name, reason in run["skipped"].items()]
    return said + ([f"Left out: {', '.join(left_out)}."] if left_out else [])
