"""A report as a page: one file that loads nothing, runs nothing, can be read without scripts, and prints.

What is wrong stands first, then a world after the other: its line of time, what it was asked, what it sent, and what it
holds. What needs a look is open, the rest can be opened.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Final

from masking_emulator.report.details import callback_details, request_details
from masking_emulator.report.drawing import drawing
from masking_emulator.report.markup import Markup, element
from masking_emulator.report.model import Report, ReportedCall, ReportedNumber, ReportedProblem, ReportedWorld
from masking_emulator.report.words import (
    by_operation,
    counted,
    facts_of,
    foremost,
    is_of_one,
    often,
    stranger_lines,
    title_of,
    verdict,
)

#: A page may load nothing and run nothing, whatever is in it.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"

#: So many of a world's problems stand open, and so does what they are about.
_PROBLEMS_MAX: Final = 10

#: What the places of tables are called.
_CALLS: Final = ("Call", "From", "Number", "Behind it", "Phase", "Began", "Ended", "Legs")
_NUMBERS: Final = ("Number", "Owner", "Live sessions", "State")
_SESSIONS: Final = ("Session", "Number", "Created", "Expires", "Status")


def page(report: Report) -> str:
    """The page."""
    title = f"{title_of(report)} · masking-emulator"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Markup(_style())),
    )
    body = element("body", _header(report), element("main", _sections(report)), _footer(report))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _style() -> str:
    return files("masking_emulator.report").joinpath("page.css").read_text(encoding="utf-8")


def _header(report: Report) -> Markup:
    code = report.exit_code
    ended = (
        None if code is None else element("span", f"exit {code}", class_="badge is-bad" if code else "badge is-good")
    )
    return element(
        "header",
        element("p", "masking-emulator report", class_="kicker"),
        element("h1", title_of(report), " ", ended),
        element("p", verdict(report), class_="verdict is-good" if _is_good(report) else "verdict is-bad"),
    )


def _is_good(report: Report) -> bool:
    return not (report.problems_found or report.exit_code or any(world.outcome == "failed" for world in report.worlds))


def _sections(report: Report) -> Iterator[Markup | None]:
    prefixes = [f"w{number}" for number, _ in enumerate(report.worlds, 1)]
    if report.worlds and not is_of_one(report):
        yield _contents(report, prefixes)
    yield _strangers(report)
    for world, prefix in zip(report.worlds, prefixes, strict=True):
        yield _world(world, prefix, alone=is_of_one(report))
    if report.cut:
        yield element("p", f"Not here: {'; '.join(report.cut)}.", class_="cut")


def _contents(report: Report, prefixes: list[str]) -> Markup:
    """The worlds, those in which something is wrong first."""
    worlds = sorted(
        zip(report.worlds, prefixes, strict=True),
        key=lambda one: (one[0].outcome != "failed", not one[0].problems_found),
    )
    rows = [
        (
            element("a", world.name or world.auth_id, href=f"#{prefix}"),
            _badge(world.outcome) if world.outcome else None,
            element("b", counted(world.problems_found, "problem"), class_="is-bad")
            if world.problems_found
            else "in order",
            counted(world.requests_arrived, "request"),
        )
        for world, prefix in worlds
    ]
    outcome = "Outcome" if any(world.outcome for world in report.worlds) else ""
    table = _table(("World", outcome, "Wrong", "Asked"), rows)
    return _card("Worlds", element("div", table, class_="contents"))


def _strangers(report: Report) -> Markup | None:
    lines = [
        element("li", element("b", f"{counted(count, 'request')} of no world"), " ", element("span", why))
        for why, count in stranger_lines(report)
    ]
    if not lines:
        return None
    newest = [(one.at, one.method, one.path, str(one.status or ""), one.why) for one in reversed(report.strangers)]
    return _card(
        "Requests that belong to no world",
        element("ul", lines, class_="problems"),
        _folded("Each of them", _table(("At, in real time", "Method", "Path", "Answered", "Why"), newest)),
        wrong=True,
    )


def _world(world: ReportedWorld, prefix: str, *, alone: bool) -> Markup:
    name = None if alone else element("h2", world.name or world.auth_id, " ", _badge(world.outcome))
    named = foremost(world.problems, _PROBLEMS_MAX)
    opened = {problem.request for problem in named}, {problem.callback for problem in named}
    requests = [request_details(one, prefix, is_open=one.sequence in opened[0]) for one in world.requests]
    callbacks = [callback_details(one, prefix, is_open=one.id in opened[1]) for one in world.callbacks]
    return element(
        "section",
        name,
        element("p", _world_facts(world), class_="facts"),
        _problems(world, prefix),
        _card("Line of time", figure) if (figure := drawing(world, prefix)) else None,
        _card("API requests", _operations(world), requests) if world.operations or requests else None,
        _card("Callbacks", _states(world), callbacks) if callbacks else None,
        _faults(world),
        _held(world),
        element("p", f"Not here: {'; '.join(world.cut)}.", class_="cut") if world.cut else None,
        id=prefix,
        class_="world",
    )


def _world_facts(world: ReportedWorld) -> list[Markup]:
    accounts = [f"account {world.auth_id}", *(f"subaccount {one}" for one in world.subaccounts)]
    return [element("span", fact) for fact in (*accounts, *facts_of(world))]


def _problems(world: ReportedWorld, prefix: str) -> Markup | None:
    """One of each sort first, so that none hides behind many of another; the rest can be opened."""
    if not world.problems:
        return None
    first = foremost(world.problems, _PROBLEMS_MAX)
    others = [problem for problem in world.problems if problem not in first]
    targets = _targets(world, prefix)
    rest = element("ul", [_problem(one, targets) for one in others], class_="problems") if others else None
    more = world.problems_found - len(world.problems)
    return _card(
        "What is wrong",
        element("ul", [_problem(one, targets) for one in first], class_="problems"),
        _folded(f"{len(others):,} more", rest) if others else None,
        element("p", f"and {counted(more, 'problem')} that are not here", class_="cut") if more else None,
        wrong=True,
    )


def _targets(world: ReportedWorld, prefix: str) -> Mapping[tuple[str, int | None], str]:
    """What is on the page, and where a link to it leads."""
    targets: dict[tuple[str, int | None], str] = {}
    targets |= {("request", one.sequence): f"#{prefix}-request-{one.sequence}" for one in world.requests}
    targets |= {("callback", one.id): f"#{prefix}-callback-{one.id}" for one in world.callbacks}
    return targets


def _problem(problem: ReportedProblem, targets: Mapping[tuple[str, int | None], str]) -> Markup:
    target = targets.get(("request", problem.request)) or targets.get(("callback", problem.callback))
    what = element("a" if target else "b", often(problem), href=target)
    at = element("time", problem.at.partition("T")[2] if problem.at else "")
    return element("li", what, " ", at, " ", element("span", problem.why))


def _operations(world: ReportedWorld) -> Markup | None:
    rows = list(by_operation(world.operations))
    return _table(("Operation", "Answered"), rows) if rows else None


def _states(world: ReportedWorld) -> Markup:
    states = sorted(world.callback_states.items())
    return element("p", [[_badge(state), f" {count:,} "] for state, count in states])


def _faults(world: ReportedWorld) -> Markup | None:
    met = [(one.sequence, one.faults) for one in world.requests if one.faults]
    if not (world.faults or met):
        return None
    counts = ("id", "state", "matched", "applied")
    rows = [
        (
            str(fault.get("id", "")),
            _badge(str(fault.get("state", ""))),
            ", ".join(f"{name} {value}" for name, value in fault.items() if name not in counts),
            f"{fault.get('applied', 0)} of {fault.get('matched', 0)}",
        )
        for fault in world.faults
    ]
    there = {row[0] for row in rows}
    gone = sorted({name for _, names in met for name in names} - there)
    for name in gone:
        asked = [str(sequence) for sequence, names in met if name in names]
        rows.append((name, _badge("removed"), f"met by request {', '.join(asked[:20])}", str(len(asked))))
    return _card("Faults", _table(("Fault", "State", "What it does", "Applied"), rows))


def _held(world: ReportedWorld) -> Markup | None:
    """What the world holds at the end."""
    routes = [(route.get("from", ""), route.get("to", "")) for route in world.routes]
    parts = [
        _folded(counted(len(world.sessions), "session"), _table(_SESSIONS, _session_rows(world))),
        _folded(counted(len(world.calls), "call"), _table(_CALLS, [_call_row(call) for call in world.calls])),
        _folded(
            f"Pool: {counted(len(world.numbers), 'number')}, {_free(world)} free",
            _table(_NUMBERS, [_number_row(number) for number in world.numbers]),
        ),
        _folded(counted(len(routes), "callback route"), _table(("From", "To"), routes)) if routes else None,
    ]
    return _card("At the end", parts) if world.sessions or world.calls or world.numbers else None


def _session_rows(world: ReportedWorld) -> Iterator[tuple[object, ...]]:
    for one in world.sessions:
        yield element("code", one.session_uuid), one.virtual_number, one.created_at, one.expires_at, _badge(one.status)


def _call_row(call: ReportedCall) -> tuple[object, ...]:
    legs = "; ".join(
        f"{leg.get('person')} {leg.get('duration_s')} s, {leg.get('hangup_cause') or 'on'}" for leg in call.legs
    )
    began, ended = call.started_at, call.ended_at or "goes on"
    code = element("code", call.call_uuid)
    return code, call.caller, call.number, call.callee or call.meaning, call.phase.replace("_", " "), began, ended, legs


def _free(world: ReportedWorld) -> str:
    return f"{sum(_state_of(number) == 'free' for number in world.numbers):,}"


def _number_row(number: ReportedNumber) -> tuple[object, ...]:
    return number.number, number.owner, f"{number.live_sessions:,}", _badge(_state_of(number))


def _state_of(number: ReportedNumber) -> str:
    if number.suspended:
        return "suspended"
    if number.live_sessions:
        return "in use"
    return "cooling" if number.cooling else "free"


def _footer(report: Report) -> Markup:
    words = f"masking-emulator {report.emulator}. Auth Tokens, cookies and Authorization headers are left out."
    return element("footer", words)


def _card(title: str, *content: object, wrong: bool = False) -> Markup:
    return element("section", element("h3", title), *content, class_="card wrong" if wrong else "card")


def _folded(title: str, content: object) -> Markup:
    return element("details", element("summary", title), content)


#: State or outcome → whether that is good; what is not here is neither.
_GOOD: Final = {
    **dict.fromkeys(("passed", "delivered", "free"), True),
    **dict.fromkeys(("failed", "error", "blocked", "retrying", "suspended"), False),
}


def _badge(word: str) -> Markup | None:
    if not word:
        return None
    good = _GOOD.get(word)
    kind = "badge" if good is None else "badge is-good" if good else "badge is-bad"
    return element("span", word.replace("_", " "), class_=kind)


def _table(heads: tuple[str, ...], rows: Iterable[Sequence[object]]) -> Markup:
    head = element("thead", element("tr", [element("th", name) for name in heads]))
    lines = [element("tr", [element("td", cell) for cell in row]) for row in rows]
    body = element("tbody", lines) if lines else element("tbody", element("tr", element("td", "none")))
    return element("div", element("table", head, body), class_="scroll")
