"""Rows of the printed table, and the few numbers that make them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

HEADER = "| measure | beside | emulator | figure | target | met |\n| --- | --- | --- | --- | --- | --- |"

_VERDICTS = {True: "yes", False: "**no**", None: ""}


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must be, or its row is missed, and what it should be one day."""

    must: float
    aim: float | None
    is_most: bool

    def is_met(self, value: float) -> bool:
        """Whether the figure is what it must be."""
        return value <= self.must if self.is_most else value >= self.must

    def __str__(self) -> str:
        aim = "" if self.aim is None else f", aim {_number(self.aim)}"
        return f"{'≤' if self.is_most else '≥'} {_number(self.must)}{aim}"


def at_most(must: float, *, aim: float | None = None) -> Target:
    """The target of a figure that is the better the smaller it is."""
    return Target(must, aim, is_most=True)


def at_least(must: float, *, aim: float | None = None) -> Target:
    """The target of a figure that is the better the greater it is."""
    return Target(must, aim, is_most=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: its name, its figure, which has a unit where it is no ratio, and its target, which may be none.

    `beside` and `here` are the two sides of a ratio, as they are shown. Of several runs, the figure is the middle one,
    and `least` and `most` are between which all were. A measure that cannot be taken has no figure; `without` says why.
    """

    measure: str
    value: float | None
    unit: str = ""
    target: Target | None = None
    beside: str = ""
    here: str = ""
    least: float | None = None
    most: float | None = None
    without: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether its target is met; None where it has no target or no figure."""
        return None if self.target is None or self.value is None else self.target.is_met(self.value)

    @property
    def figure(self) -> str:
        """The figure as it is shown, or why there is none."""
        if self.value is None:
            return self.without
        text = f"{_shown(self.value, self.unit)}{self.unit and f' {self.unit}'}"
        if self.least is None or self.most is None:
            return text
        ends = _shown(self.least, self.unit), _shown(self.most, self.unit)
        return text if ends[0] == ends[1] else f"{text} ({ends[0]} to {ends[1]})"


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done: counts for the default and for the quick run. `most` is of sessions, and of requests."""

    rounds: int
    pairs: int
    sessions: int
    requests: int
    most: int
    worlds: int
    is_whole: bool


def ratio(measure: str, value: float, target: Target | None = None, *, sides: Sequence[float], unit: str) -> Row:
    """A row whose figure says how two sides compare, beside and here."""
    beside, here = (f"{_shown(side, unit)} {unit}" for side in sides)
    return Row(measure, value, "", target, beside, here)


def here_of_beside(measure: str, target: Target | None = None, *, beside: float, here: float, unit: str) -> Row:
    """A row whose figure is here ÷ beside."""
    return ratio(measure, here / beside, target, sides=(beside, here), unit=unit)


def alone(measure: str, value: float, unit: str, target: Target | None = None) -> Row:
    """A row with nothing beside it."""
    return Row(measure, value, unit, target)


def left_out(measure: str, why: str) -> Row:
    """A row of what cannot be measured here."""
    return Row(measure, None, without=f"left out: {why}")


def middle_of(runs: Sequence[Sequence[Row]]) -> list[Row]:
    """Of each row, the one whose figure is in the middle of the runs, with the least and the most."""
    rows = []
    for taken in zip(*runs, strict=True):
        values = sorted(row.value for row in taken if row.value is not None)
        row = next((row for row in taken if values and row.value == values[len(values) // 2]), taken[0])
        rows.append(replace(row, least=values[0], most=values[-1]) if len(values) > 1 else row)
    return rows


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
        target = "" if row.target is None else str(row.target)
        cells = (row.measure, row.beside, row.here, row.figure, target, _VERDICTS[row.is_met])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _shown(value: float, unit: str) -> str:
    """Two digits behind the point where they say something: a ratio has them, and what is small."""
    return f"{value:,.2f}" if not unit or abs(value) < 10 else f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def _number(value: float) -> str:
    return f"{value:,.10g}"
