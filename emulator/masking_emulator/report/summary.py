"""The summary that stands on the terminal when a command has failed: what it asked, and what was wrong with it."""

from typing import Final

from masking_emulator.report.model import Report
from masking_emulator.report.words import by_operation, counted, foremost, often, shortened_line, stranger_lines

#: The most lines of a summary, and the most characters of each.
LINES_MAX: Final = 15
LINE_CHARACTERS_MAX: Final = 200

#: The most of them that say what was asked.
_OPERATIONS_MAX: Final = 5

#: The most reasons why requests belong to no world.
_STRANGERS_MAX: Final = 3

_NOTHING: Final = (
    "no API request arrived: `masking-emulator run -- masking-emulator doctor` says whether programs get here"
)


def summary_lines(report: Report) -> list[str]:
    """At most fifteen lines: requests by operation and status, then what was wrong, one problem of each sort first."""
    asked = [pair for world in report.worlds for pair in by_operation(world.operations)]
    strangers = [f"{counted(count, 'request')} of no world: {why}" for why, count in stranger_lines(report)]
    problems = [problem for world in report.worlds for problem in world.problems]
    if not (asked or strangers or problems):
        return [_NOTHING]
    lines = ["what the emulator saw:"]
    lines += [f"  {operation}: {statuses}" for operation, statuses in asked[:_OPERATIONS_MAX]]
    if len(asked) > _OPERATIONS_MAX:
        lines.append(f"  and {counted(len(asked) - _OPERATIONS_MAX, 'more operation')}")
    if not (strangers or problems):
        return [*lines, "  nothing was refused, every callback arrived, every field was read"]
    wrong = strangers[:_STRANGERS_MAX]
    room = LINES_MAX - len(lines) - len(wrong) - 1
    found = sum(world.problems_found for world in report.worlds)
    shown = foremost(problems, room if found > room + 1 else room + 1)
    wrong += [f"{often(problem)}: {problem.why}" for problem in shown]
    left_out = found - len(shown) + max(0, len(strangers) - _STRANGERS_MAX)
    lines += [f"  {shortened_line(line, LINE_CHARACTERS_MAX - 2)}" for line in wrong]
    return [*lines, f"  and {left_out:,} more; `--report FILE.html` has them"] if left_out else lines
