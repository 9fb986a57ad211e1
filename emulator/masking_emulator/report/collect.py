"""Collecting: a report from the control API's answers, cleaned of secrets and of a size that can be read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec import convert

from masking_emulator.client import Control, ControlRefused, segment
from masking_emulator.report.model import (
    OperationCount,
    Report,
    ReportedCall,
    ReportedCallback,
    ReportedNumber,
    ReportedProblem,
    ReportedRequest,
    ReportedSession,
    ReportedWorld,
    Stranger,
)
from masking_emulator.report.secrets import Cleaner
from masking_emulator.report.sizes import LISTED_MAX, fitted, shortened

#: How many worlds a report of a whole server has, the newest, and how many problems it has of one world.
WORLDS_MAX: Final = 20
PROBLEMS_MAX: Final = 200

#: The most characters of what a problem is.
WHY_CHARACTERS_MAX: Final = 2_000

#: The most requests, and the most callbacks, of a world that are read: the newest, and those of its problems.
DETAILS_MAX: Final = 1_000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def collected(
    control: Control,
    account: str | None = None,
    *,
    subject: str = "",
    exit_code: int | None = None,
    details: bool = True,
) -> Report:
    """A report of one world, or of all worlds of a server where `account` is None.

    Without `details` it says what was wrong and how often what was asked, and has no request and no callback.
    Raises Unreachable, ControlRefused.
    """
    worlds = control.get("/worlds")["worlds"]
    chosen = [world for world in worlds if account in (None, world["auth_id"])]
    if account is not None and not chosen:
        raise ControlRefused(404, f"no world has the Auth ID {account[:50]!r}", {"field": "auth_id"})
    shown = chosen[-WORLDS_MAX:]
    left_out = len(chosen) - len(shown)
    report = Report(
        emulator=control.get("/health")["version"],
        worlds=[reported(control, world, details=details) for world in shown],
        subject=_cleaner(shown).text(subject),
        exit_code=exit_code,
        strangers=strangers(control),
        cut=[f"{left_out:,} worlds that are older than these"] if left_out else [],
    )
    return fitted(report)


def reported(control: Control, world: Mapping[str, Any], *, details: bool = True) -> ReportedWorld:
    """One world, of which the control API has answered this. Raises Unreachable, ControlRefused."""
    path, cleaner = f"/worlds/{segment(world['auth_id'])}", _cleaner([world])

    def asked(of: str, **query: str | int) -> Any:
        return cleaner.value(control.get(path + of, **query))

    timeline, wrong, head = asked("/timeline"), asked("/problems"), asked("/requests", limit=0)
    counts = Counter((row[1], row[3]) for row in timeline["requests"])
    shown: dict[str, Any] = {}
    cut = [f"the last {left_out:,} problems"] if (left_out := wrong["found"] - PROBLEMS_MAX) > 0 else []
    kept = {"requests": head["last"] - head["first"] + 1, "callbacks": asked("/callbacks", limit=0)["matched"]}
    cut += _not_counted(kept, timeline)
    if head["first"] > 1:
        cut.append(f"{head['first'] - 1:,} requests that the world no longer kept (limits.requests_max)")
    if details:
        problems = wrong["problems"][:PROBLEMS_MAX]
        requests, callbacks = _requests(asked, problems), _callbacks(asked, problems)
        found, numbers = asked("/calls", limit=LISTED_MAX["calls"]), asked("/numbers")["numbers"]
        calls = found["calls"][::-1]
        if (left_out := found["matched"] - len(calls)) > 0:
            cut.append(f"the oldest {left_out:,} of {found['matched']:,} calls")
        shown = {
            "calls": convert(calls, list[ReportedCall]),
            "requests": convert(requests, list[ReportedRequest]),
            "callbacks": convert(callbacks, list[ReportedCallback]),
            "faults": asked("/faults")["faults"],
            "routes": asked("/routes")["routes"],
            "numbers": convert(numbers, list[ReportedNumber]),
        }
    return ReportedWorld(
        auth_id=world["auth_id"],
        subaccounts=[subaccount["auth_id"] for subaccount in world["subaccounts"]],
        seed=world["seed"],
        now=world["clock"]["now"],
        rate=world["clock"]["rate"],
        requests_arrived=head["last"],
        requests_kept=kept["requests"],
        sessions_live=world["sessions"]["live"],
        sessions_kept=world["sessions"]["kept"],
        problems_found=wrong["found"],
        problems=[_problem(problem) for problem in wrong["problems"][:PROBLEMS_MAX]],
        operations=[OperationCount(*key, count) for key, count in sorted(counts.items(), key=_by_name)],
        callbacks_kept=kept["callbacks"],
        callback_states=Counter(row[3] for row in timeline["callbacks"]),
        sessions=[_session(row) for row in timeline["sessions"]],
        cut=cut,
        **shown,
    )


def _not_counted(kept: Mapping[str, int], timeline: Mapping[str, Any]) -> list[str]:
    """What of a world is more than its timeline has, in words."""
    return [
        f"what became of {left_out:,} of {number:,} {kind}, the oldest, which are not counted here"
        for kind, number in kept.items()
        if (left_out := number - len(timeline[kind])) > 0
    ]


def strangers(control: Control, after: int = 0) -> list[Stranger]:
    """The requests that belong to no world, those after this number. Raises Unreachable, ControlRefused."""
    answer = Cleaner([]).value(control.get("/requests/unmatched"))["requests"]
    return [found for found in convert(answer, list[Stranger]) if found.sequence > after]


def _cleaner(worlds: Sequence[Mapping[str, Any]]) -> Cleaner:
    accounts = [account for world in worlds for account in (world, *world["subaccounts"])]
    return Cleaner((account["auth_id"], account["auth_token"]) for account in accounts)


def _by_name(counted: tuple[tuple[str | None, int | None], int]) -> tuple[str, int]:
    (operation, status), _ = counted
    return operation or "", status or 0


def _requests(asked: Any, problems: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The newest, and those of the problems, oldest first."""
    found = {one["sequence"]: one for one in asked("/requests", limit=DETAILS_MAX)["requests"]}
    for problem in problems:
        _add(asked, "/requests", problem["request"], found)
    return [
        shortened(found[sequence], "body")
        | {name: shortened(found[sequence].get(name), "body") for name in ("response", "lost_response")}
        for sequence in sorted(found)
    ]


def _callbacks(asked: Any, problems: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The newest, and those of the problems, oldest first."""
    found = {one["id"]: one for one in asked("/callbacks", order="newest", limit=DETAILS_MAX)["callbacks"]}
    for problem in problems:
        _add(asked, "/callbacks", problem["callback"], found)
    for callback in found.values():
        for attempt in callback["attempts"]:
            attempt["response"] = shortened(attempt["response"], "body")
    return [found[ordinal] for ordinal in sorted(found)]


def _add(asked: Any, path: str, number: int | None, found: dict[int, Any]) -> None:
    if number is None or number in found:
        return
    with suppress(ControlRefused):  # it is kept no more
        found[number] = asked(f"{path}/{number}")


def _session(row: Sequence[Any]) -> ReportedSession:
    uuid, number, created, expires, status = row
    return ReportedSession(uuid, number, _instant(created), _instant(expires), status)


def _instant(milliseconds: int) -> str:
    at = _EPOCH + timedelta(milliseconds=milliseconds)
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds").replace("+00:00", "Z")


def _problem(problem: Mapping[str, Any]) -> ReportedProblem:
    """With its reason cut where it is long, as that of an exhausted pool is, which names every number."""
    return convert(shortened(problem, "why", WHY_CHARACTERS_MAX), ReportedProblem)
