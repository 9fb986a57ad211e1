"""The comparison with others in docs/speed.md, made of the last run of `python -m tests.bench.peers`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.bench.peer_list import BARE, OURS, PEERS

#: The last run that was kept.
RESULTS: Final = Path(__file__).parents[2] / "fixtures" / "peers.json"

#: Beside so many records creates are measured, too.
RECORDS: Final = 20_000

#: For how many seconds a server may make them.
FILL_S_MAX: Final = 10.0

#: Of what more is better → how it is said.
_LOADS: Final = {
    "pairs_16_of_bare": "16 connections",
    "pairs_1_of_bare": "one connection",
    "creates_16_of_bare": "creates",
}

#: Of what less is better → how it is said, and why others need less.
_LESS: Final = {
    "start_ms": (
        "Sooner to answer first",
        "behind the bare server's start it loads what validates, allocates, keeps time and signs",
    ),
    "idle_mb": ("Smaller when nothing was asked", "the same is loaded"),
    "loaded_mb": (
        "Smaller after the load",
        "who answers fewer creates has fewer records to keep, and keeps no journal",
    ),
}

#: Beyond this load the cores were not the server's and the client's alone.
_QUIET_LOAD_MAX: Final = 0.5

_NOT_QUIET: Final = (
    "**That is not quiet, so take the figures for an order of size**: whoever uses more than one core, as WireMock"
    " does, loses most of all."
)

_HEAD: Final = (
    *("server", "pairs a second, 16 connections (of bare)", "one connection (of bare)", "slowest of 100"),
    *(f"creates a second beside {RECORDS:,} (of bare)",),
    *("first answer (of bare)", "idle", "after the load"),
)


def kept_peers() -> dict[str, Any]:
    """The run as it was kept."""
    run: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return run


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
    others = [peer for peer in PEERS if peer.name in found and peer.name not in (BARE, OURS)]
    ours, slower = found[OURS], []
    for peer in others:
        loads = [load for key, load in _LOADS.items() if found[peer.name][key] > ours[key]]
        if loads:
            said.append(f"**{peer.name} is faster on {' and on '.join(loads)}**: {peer.why}.")
        else:
            slower.append(f"{peer.name} ({peer.why})")
    said += [f"Slower on each of these are {', '.join(slower)}."] if slower else []
    for key, (what, why) in _LESS.items():
        amounts = {peer.name: found[peer.name][key] for peer in others}
        less = [f"{name} ({_amount(key, value)})" for name, value in amounts.items() if value < ours[key]]
        than = f"than {OURS} ({_amount(key, ours[key])})"
        said += [f"**{what} {than}**: {', '.join(less)}; {why}."] if less else []
    slow = [peer.name for peer in others if not found[peer.name]["creates_16"]]
    said += [f"Too slow is who did not have {RECORDS:,} records after {FILL_S_MAX:g} seconds."] if slow else []
    left_out = [f"{name} ({reason})" for name, reason in run["skipped"].items()]
    return said + ([f"Left out: {', '.join(left_out)}."] if left_out else [])


def _amount(key: str, value: float) -> str:
    return f"{value:,.0f} {'MB' if key.endswith('_mb') else 'ms'}"
