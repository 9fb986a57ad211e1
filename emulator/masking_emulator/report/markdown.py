"""A report as Markdown, short enough for the summary of a step in CI and for a comment on a pull request."""

import re
from collections.abc import Iterator
from typing import Final

from masking_emulator.report.model import Report, ReportedWorld
from masking_emulator.report.words import (
    by_operation,
    counted,
    facts_of,
    foremost,
    is_of_one,
    often,
    shortened_line,
    stranger_lines,
    title_of,
    verdict,
)

#: The most problems, and the most worlds, that are named; the others are counted.
PROBLEMS_MAX: Final = 20
WORLDS_MAX: Final = 20

_CHARACTERS_MAX: Final = 300

#: What Markdown or HTML would take as more than text.
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def markdown(report: Report) -> str:
    """The report in a page or two: what was asked, what was wrong, what became of the callbacks."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"### {_text(title_of(report))}"
    yield ""
    ended = "" if report.exit_code is None else f" Exit code {report.exit_code}."
    yield f"**{verdict(report)}**{ended}"
    yield ""
    for why, count in stranger_lines(report):
        yield f"- {counted(count, 'request')} of no world: {_text(why)}"
    room = PROBLEMS_MAX
    # What is wrong first: worlds in which nothing is are named after the others, while there is room.
    ordered = sorted(report.worlds, key=lambda world: not world.problems_found)
    for world in ordered[:WORLDS_MAX]:
        yield from _world(world, room, alone=is_of_one(report))
        room = max(0, room - len(world.problems))
    if len(ordered) > WORLDS_MAX:
        yield f"{counted(len(ordered) - WORLDS_MAX, 'more world')}."
        yield ""
    yield f"<sub>masking-emulator {_text(report.emulator)}</sub>"
    yield ""


def _world(world: ReportedWorld, room: int, *, alone: bool) -> Iterator[str]:
    if not alone:
        outcome = f": {world.outcome}" if world.outcome else ""
        yield f"#### {_text(world.name or world.auth_id)}{_text(outcome)}"
        yield ""
    shown = foremost(world.problems, room)
    for problem in shown:
        yield f"- **{_text(often(problem))}**: {_text(problem.why)}"
    if world.problems_found > len(shown):
        yield f"- and {world.problems_found - len(shown):,} more"
    if world.problems_found:
        yield ""
    yield _text("; ".join(facts_of(world)[:4]))
    yield ""
    rows = list(by_operation(world.operations))
    if rows:
        yield "| operation | answered |"
        yield "| --- | --- |"
        yield from (f"| {_text(operation)} | {_text(statuses)} |" for operation, statuses in rows)
        yield ""
    if world.callback_states:
        states = (f"{count:,} {state}" for state, count in sorted(world.callback_states.items()))
        yield f"Callbacks: {', '.join(states)}."
        yield ""


def _text(text: str) -> str:
    """Text that stays text: in one line, cut where it is long, nothing in it a mark-up or a mention."""
    # A mention survives an escape, but not a character without width behind its sign.
    return _SPECIAL.sub(r"\\\1", shortened_line(text, _CHARACTERS_MAX)).replace("@", "@\u200b")
