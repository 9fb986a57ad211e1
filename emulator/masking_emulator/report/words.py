"""Words: what several forms of a report say in the same way."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from masking_emulator.report.model import OperationCount, Report, ReportedProblem, ReportedWorld

#: What is said where something failed, but not for anything that the emulator saw.
_NO_PROBLEM: Final = "No request was refused, every callback arrived, every field was read."


def counted(number: int, noun: str) -> str:
    """`1 session`, `2 sessions`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def often(problem: ReportedProblem) -> str:
    """What is wrong, with how often where that was more than once, or how many callbacks met the same."""
    if problem.count == 1:
        return problem.what
    if problem.kind == "undelivered":
        return f"{problem.what}, and {counted(problem.count - 1, 'other callback')}"
    return f"{problem.what} ({problem.count:,} times)"


def foremost(problems: Sequence[ReportedProblem], most: int) -> list[ReportedProblem]:
    """So many of the problems, in their order: one of each sort first, then the second of each, and so on."""
    seen = Counter[str]()
    ranked = list[tuple[int, int]]()
    for place, problem in enumerate(problems):
        ranked.append((seen[problem.what], place))
        seen[problem.what] += 1
    return [problems[place] for place in sorted(place for _, place in sorted(ranked)[:most])]


def status_word(status: int | None) -> str:
    """A status, or that there was none."""
    return "no answer" if status is None else str(status)


def operation_word(operation: str | None) -> str:
    """An operation, or that the path is none."""
    return operation or "(no operation)"


def by_operation(counts: Sequence[OperationCount]) -> Iterator[tuple[str, str]]:
    """Each operation with how often it had which status: `create_session`, `3x 201, 1x 400`."""
    grouped: dict[str, list[str]] = {}
    for one in counts:
        grouped.setdefault(operation_word(one.operation), []).append(f"{one.count:,}x {status_word(one.status)}")
    for operation, statuses in grouped.items():
        yield operation, ", ".join(statuses)


def stranger_lines(report: Report) -> Iterator[tuple[str, int]]:
    """Why requests belong to no world, each reason once with how often, the newest first."""
    counts: dict[str, int] = {}
    for stranger in reversed(report.strangers):
        counts[stranger.why] = counts.get(stranger.why, 0) + 1
    yield from counts.items()


def title_of(report: Report) -> str:
    """What the report is about, in a line."""
    if report.subject:
        return report.subject
    return report.worlds[0].name or report.worlds[0].auth_id if len(report.worlds) == 1 else "masking-emulator"


def is_of_one(report: Report) -> bool:
    """Whether the report is of one world that its title says enough of."""
    return len(report.worlds) == 1 and report.worlds[0].name in ("", report.subject)


def verdict(report: Report) -> str:
    """How many tests failed, where it is about tests, and how many problems there are."""
    outcomes = Counter(world.outcome for world in report.worlds if world.outcome)
    failed = outcomes["failed"]
    tests = [f"{failed:,} of {outcomes.total():,} tests failed."] if failed and outcomes.total() > 1 else []
    match report.problems_found:
        case 0:
            found = _NO_PROBLEM if failed or report.exit_code else "Nothing is wrong."
        case 1:
            found = "1 thing needs a look."
        case number:
            found = f"{number:,} things need a look."
    return " ".join([*tests, found])


def facts_of(world: ReportedWorld) -> list[str]:
    """A world in numbers: what it was asked, what it holds, and where its clock stands."""
    held = sum(world.callback_states.values())
    pace = "stands still" if not world.rate else f"at rate {world.rate:g}"
    return [
        counted(world.requests_arrived, "request"),
        f"{counted(world.sessions_kept, 'session')}, {world.sessions_live:,} live",
        counted(held, "callback"),
        f"clock at {world.now}, {pace}",
        f"seed {world.seed}",
    ]


def shortened_line(text: str, characters: int) -> str:
    """The text in one line, cut where it is longer than so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= characters else f"{line[: characters - 1]}…"
