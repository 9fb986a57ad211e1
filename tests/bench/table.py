"""Rows of the printed table, and the few numbers that make them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HEADER = "| measure | beside | emulator | figure | target | met |\n| --- | --- | --- | --- | --- | --- |"


_VERDICTS = {True: "yes", False: "**no**", None: ""}


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: what, how the two sides compare, the figure that is judged, and its target, which may be none."""

    measure: str
    beside: str
    here: str
    figure: str
    target: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done: counts for the default and for the quick run. `most` is of sessions, and of requests."""

    rounds: int
    pairs: int
    sessions: int
    requests: int
    most: int


def ratio_at_most(measure: str, limit: float, *, beside: float, here: float, unit: str) -> Row:
    """A row whose figure is here ÷ beside."""
    ratio = here / beside
    return Row(measure, f"{beside:,.2f} {unit}", f"{here:,.2f} {unit}", f"{ratio:.2f}", f"≤ {limit}", ratio <= limit)


def alone(measure: str, value: float, unit: str, *, target: str = "", met: bool | None = None) -> Row:
    """A row with nothing beside it."""
    text = f"{value:,.2f} {unit}" if value < 100 else f"{value:,.0f} {unit}"
    return Row(measure, "", text, text, target, met)


def medians(rounds: int, *sides: Callable[[], float]) -> list[float]:
    """The median of each side; the sides take turns, so that noise meets all of them."""
    turns = [[side() for side in sides] for _ in range(rounds)]
    return [median(side) for side in zip(*turns, strict=True)]


def rss_mb(pid: int | str = "self") -> float:
    """Resident memory of a process in MB (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def markdown(rows: Iterable[Row]) -> str:
    """The lines of the table below its header."""
    lines = []
    for row in rows:
        cells = (row.measure, row.beside, row.here, row.figure, row.target, _VERDICTS[row.met])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
