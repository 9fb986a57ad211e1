"""Wording: a comparison for people, for programs, and as the part of a world file that agrees."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import to_builtins

from masking_emulator.comparing.report import CaptureFinding, ComparedCapture
from masking_emulator.evidence.captures import CapturedService

#: Whose answers a capture has.
OF: Final[Mapping[CapturedService, str]] = {
    "vendor": "the vendor's service",
    "emulator": "an emulator of ours",
    "other": "another service",
}

#: So many rows, lines and reasons are named.
_NAMED_MAX: Final = 20


def counted(number: int, noun: str) -> str:
    """`1 request`, `2 requests`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def value_of(entry: Any) -> str:
    """A value of the policy as a world file has it."""
    return json.dumps(entry)


def lines_of(one: ComparedCapture) -> Iterator[str]:
    """What came of one capture, for people."""
    exchanges, callbacks = counted(one.exchanges, "exchange"), counted(one.callbacks, "callback")
    yield f"{one.file}: {exchanges} and {callbacks} of {OF[one.service]} compared"
    for finding in one.findings:
        yield from _lines_of(finding)
    for reason, number in one.left_out.items():
        yield f"left out: {counted(number, 'request')}: {reason}"
    if one.undone:
        yield f"left out: {counted(one.undone, 'step')} of calls that the emulator's call could not take"
    for skipped in one.skipped[:_NAMED_MAX]:
        yield f"skipped: line {skipped.line}: {skipped.reason}"
    if len(one.skipped) > _NAMED_MAX:
        yield f"skipped: {len(one.skipped) - _NAMED_MAX} more lines"


def _lines_of(finding: CaptureFinding) -> Iterator[str]:
    yield f"differs: {', '.join(finding.rows)}"
    yield f"    {finding.place}" + (f", and {counted(finding.seen - 1, 'time')} more" if finding.seen > 1 else "")
    for one in finding.differences:
        yield f"    {one.where}: {one.theirs}, and the emulator: {one.ours}"
    for name, value in finding.policy.items():
        yield f"    the policy that agrees: {name} = {value_of(value)}"


def row_counts(captures: Sequence[ComparedCapture]) -> Mapping[CapturedService, Mapping[str, Mapping[str, int]]]:
    """Service → confirmed and contradicted → row → how often. Services are never added up."""
    counts: dict[CapturedService, dict[str, Counter[str]]] = {}
    for one in captures:
        of_service = counts.setdefault(one.service, {"confirmed": Counter(), "contradicted": Counter()})
        of_service["confirmed"].update(one.confirmed)
        of_service["contradicted"].update(one.contradicted)
    return counts


def summary(captures: Sequence[ComparedCapture], rows: Sequence[str]) -> Iterator[str]:
    """How many rows of the ledger each service has confirmed or contradicted, of these that could be shown."""
    for service, counts in row_counts(captures).items():
        contradicted = [row for row in rows if row in counts["contradicted"]]
        confirmed = [row for row in rows if row in counts["confirmed"] and row not in counts["contradicted"]]
        yield (
            f"{OF[service]}: {counted(len(confirmed), 'row')} of the ledger confirmed,"
            f" {len(contradicted)} contradicted, {len(rows) - len(confirmed) - len(contradicted)} not exercised"
        )
        if contradicted:
            more = f" and {len(contradicted) - _NAMED_MAX} more" if len(contradicted) > _NAMED_MAX else ""
            yield f"    contradicted: {', '.join(contradicted[:_NAMED_MAX])}{more}"


def report_json(captures: Sequence[ComparedCapture], rows: Sequence[str]) -> dict[str, Any]:
    """The comparison for programs."""
    counts = row_counts(captures)
    return {
        "agrees": all(one.agrees for one in captures),
        "captures": [to_builtins(one) | {"agrees": one.agrees} for one in captures],
        "rows": {
            service: {
                **{name: dict(sorted(of_rows.items())) for name, of_rows in both.items()},
                "not_exercised": [row for row in rows if not any(row in of_rows for of_rows in both.values())],
            }
            for service, both in counts.items()
        },
    }


def world_file(policy: Mapping[str, Any]) -> str:
    """A world file with this policy."""
    entries = "".join(f"{name} = {value_of(value)}\n" for name, value in policy.items())
    return f"# The policy with which the emulator answers as the capture does.\n[policy]\n{entries}"
