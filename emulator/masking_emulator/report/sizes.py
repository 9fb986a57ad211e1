"""Sizes: how large a report may become, and what is left out of one that would be larger.

What is left out is said in the report. Those requests and callbacks stay that its problems name, then others that need
a look, then the newest.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import structs
from msgspec.json import encode

from masking_emulator.report.model import Report, ReportedCallback, ReportedRequest, ReportedWorld

#: No report is larger than this, in bytes, in whatever form.
REPORT_BYTES_MAX: Final = 10_000_000

#: What the requests and callbacks of a report may come to, in bytes as `_cost` estimates them, and how many they are.
DETAIL_BYTES_MAX: Final = 4_000_000
DETAILS_MAX: Final = 2_000

#: The most characters of a body.
BODY_CHARACTERS_MAX: Final = 20_000

#: What a page needs for a request or a callback beside its text, in bytes.
_MARKUP_BYTES: Final = 800

_Detail = ReportedRequest | ReportedCallback


def shortened(found: Any, name: str, characters: int = BODY_CHARACTERS_MAX) -> Any:
    """The object with this field cut to so many characters: JSON as its text. What is no object stays what it is."""
    if not isinstance(found, Mapping) or found.get(name) is None:
        return found
    body = found[name]
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    left_out = len(text) - characters
    if left_out <= 0:
        return found
    return {**found, name: f"{text[:characters]}… ({left_out:,} more characters)"}


#: Lists of a world → how many of them a whole report has; the newest stay, of numbers and problems the first.
LISTED_MAX: Final[Mapping[str, int]] = {"sessions": 2_000, "calls": 1_000, "numbers": 2_000, "problems": 500}
_FIRST_STAY: Final = ("numbers", "problems")

#: What is left of a world that nobody needs to look at.
_BRIEF_SESSIONS_MAX: Final = 20


def brief(world: ReportedWorld) -> ReportedWorld:
    """The world in a few lines: its counts, its problems and its newest sessions."""
    kept = {"requests": (), "callbacks": (), "calls": (), "numbers": (), "faults": (), "routes": ()}
    cut = [*world.cut, "requests, callbacks and calls, because it did not fail"]
    return structs.replace(world, sessions=world.sessions[-_BRIEF_SESSIONS_MAX:], cut=cut, **kept)


def fitted(report: Report) -> Report:
    """The report with as much of everything as fits, and what was left out in words."""
    for name, most in LISTED_MAX.items():
        report = _with_fewer(report, name, most)
    return _with_fewer_details(report)


def _with_fewer(report: Report, name: str, most: int) -> Report:
    """With so many at most of this list of all its worlds."""
    lists = [getattr(world, name) for world in report.worlds]
    worlds = list[ReportedWorld]()
    for world, there, share in zip(report.worlds, lists, _shared(most, map(len, lists)), strict=True):
        left_out = len(there) - share
        if not left_out:
            worlds.append(world)
            continue
        kept, which = (there[:share], "last") if name in _FIRST_STAY else (there[left_out:], "oldest")
        # Of a huge world not even all sessions are asked for.
        known = world.sessions_kept if name == "sessions" else len(there)
        said = f"the {which} {known - share:,} of {known:,} {name}"
        worlds.append(structs.replace(world, **{name: kept, "cut": [*world.cut, said]}))
    return structs.replace(report, worlds=worlds)


def _with_fewer_details(report: Report) -> Report:
    kinds = [kind for world in report.worlds for kind in (world.requests, world.callbacks)]
    costs = [[_cost(detail) for detail in kind] for kind in kinds]
    rooms = _shared(DETAIL_BYTES_MAX, map(sum, costs))
    places = _shared(DETAILS_MAX, map(len, costs))
    named = [numbers for world in report.worlds for numbers in _named(world)]
    kept = [_chosen(*one) for one in zip(kinds, costs, rooms, places, named, strict=True)]
    worlds = [
        _with(world, requests, callbacks)
        for world, requests, callbacks in zip(report.worlds, kept[::2], kept[1::2], strict=True)
    ]
    return structs.replace(report, worlds=worlds)


def _named(world: ReportedWorld) -> tuple[set[int | None], set[int | None]]:
    """The requests and the callbacks that the problems are about."""
    return {problem.request for problem in world.problems}, {problem.callback for problem in world.problems}


def _chosen(
    kind: Sequence[_Detail], costs: Sequence[int], room: int, places: int, named: set[int | None]
) -> list[_Detail]:
    """Those that fit, in their order: those of the problems first, then others that need a look, then the newest."""

    def urgency(place: int) -> tuple[bool, bool, int]:
        return _number(kind[place]) not in named, not kind[place].is_problem, -place

    kept = set[int]()
    for place in sorted(range(len(kind)), key=urgency):
        if len(kept) < places and costs[place] <= room:
            room -= costs[place]
            kept.add(place)
    return [one for place, one in enumerate(kind) if place in kept]


def _number(detail: _Detail) -> int:
    return detail.sequence if isinstance(detail, ReportedRequest) else detail.id


def _with(world: ReportedWorld, requests: Sequence[_Detail], callbacks: Sequence[_Detail]) -> ReportedWorld:
    cut = [
        f"{there_are - len(some):,} of {there_are:,} {noun}; here are those of the problems and the newest"
        for there_are, some, noun in (
            (world.requests_kept, requests, "requests"),
            (world.callbacks_kept, callbacks, "callbacks"),
        )
        if 0 < len(some) < there_are
    ]
    return structs.replace(world, requests=requests, callbacks=callbacks, cut=[*world.cut, *cut])


def _cost(detail: _Detail) -> int:
    """What it comes to in the largest form, in bytes: quotes are escaped in JSON, brackets and ampersands on a page."""
    text = encode(detail)
    return len(text) + 4 * text.count(b"&") + 3 * (text.count(b"<") + text.count(b">")) + _MARKUP_BYTES


def _shared(all_there_is: int, wanted: Iterable[int]) -> list[int]:
    """A fair share for each: whoever wants less leaves the rest to the others."""
    shares = dict[int, int]()
    by_wish = sorted(enumerate(wanted), key=lambda one: one[1])
    for place, (who, wish) in enumerate(by_wish):
        shares[who] = min(wish, all_there_is // (len(by_wish) - place))
        all_there_is -= shares[who]
    return [shares[who] for who in sorted(shares)]
