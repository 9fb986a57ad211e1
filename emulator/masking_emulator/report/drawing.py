"""The drawing of a world: its sessions as bars on a line of time, calls in them, requests above, callbacks below.

Places along the line are percentages, so that it fits any width, on paper too, and no text in it is stretched.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Final

from masking_emulator.report.markup import Markup, element
from masking_emulator.report.model import ReportedCall, ReportedSession, ReportedWorld
from masking_emulator.report.words import counted

#: Sessions are drawn in at most so many rows, the newest; and so many ticks fit beside one another.
ROWS_MAX: Final = 60
_TICKS: Final = 400

_ROW_PX: Final = 14
_BAR_PX: Final = 10
_TICK_PX: Final = 22

#: Distances of the marks on the axis, in seconds: the first with which there are no more than so many marks.
_STEPS_S: Final = (
    *(0.1, 1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 86_400, 7 * 86_400, 30 * 86_400, 365 * 86_400),
)
_MARKS_MAX: Final = 8

#: A label that is nearer to an end than this, in percent, does not stand in the middle of its mark.
_EDGE: Final = 8

#: The room before the first thing and after the last one, and the shortest span that is drawn.
_MARGIN: Final = 0.02
_SHORTEST: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A stretch of time, and where in it an instant lies."""

    begins: datetime
    ends: datetime

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.ends - self.begins).total_seconds()

    def place(self, at: datetime) -> float:
        """A percentage of the width."""
        return round(100 * (at - self.begins).total_seconds() / self.seconds, 3)


def drawing(world: ReportedWorld, prefix: str) -> Markup | None:
    """The world on a line of time; None where nothing happened in it. `prefix` begins the ids that it leads to."""
    span = _span(world)
    if span is None:
        return None
    rows = _packed(world.sessions)
    now = _instant(world.now)
    requests = _ticks(
        span, ((_instant(one.at), one.is_problem, f"{prefix}-request-{one.sequence}") for one in world.requests)
    )
    callbacks = _ticks(
        span, ((_instant(one.due_at), one.is_problem, f"{prefix}-callback-{one.id}") for one in world.callbacks)
    )
    drawn = [session for session in world.sessions if rows[session.session_uuid] < ROWS_MAX]
    left_out = len(world.sessions) - len(drawn)
    height = _ROW_PX * min(ROWS_MAX, 1 + max(rows.values(), default=0))
    bars = _bars(span, drawn, rows, world.calls)
    return element(
        "figure",
        _lane("Requests", requests, _TICK_PX, span, now) if requests else None,
        _lane("Sessions, with the calls in them", bars, height, span, now) if drawn else None,
        _lane("Callbacks", callbacks, _TICK_PX, span, now) if callbacks else None,
        _axis(span),
        element(
            "figcaption",
            "On the world's clock; the line is now. What needs a look is red.",
            f" {counted(left_out, 'session')} more at once would not fit." if left_out else None,
        ),
        class_="timeline",
    )


def _span(world: ReportedWorld) -> TimeSpan | None:
    """From the first thing that happened to the last one that is due."""
    begins = [*(one.created_at for one in world.sessions), *(one.at for one in world.requests)]
    begins += [one.due_at for one in world.callbacks]
    if not begins:
        return None
    instants = [_instant(text) for text in (*begins, *(one.expires_at for one in world.sessions), world.now)]
    first, last = min(instants), max(instants)
    room = _MARGIN * max(last - first, _SHORTEST)
    return TimeSpan(_moved(first, -room), _moved(max(last, _moved(first, _SHORTEST)), room))


def _packed(sessions: Sequence[ReportedSession]) -> Mapping[str, int]:
    """Session → its row: the first whose last bar has ended, so that bars do not overlap."""
    rows, free, used = dict[str, int](), list[tuple[datetime, int]](), 0
    for session in sessions:
        if free and free[0][0] <= _instant(session.created_at):
            _, row = heappop(free)
        else:
            row, used = used, used + 1
        rows[session.session_uuid] = row
        heappush(free, (_instant(session.expires_at), row))
    return rows


def _bars(
    span: TimeSpan, sessions: Sequence[ReportedSession], rows: Mapping[str, int], calls: Sequence[ReportedCall]
) -> list[Markup]:
    bars = []
    for session in sessions:
        words = f"{session.session_uuid} on {session.virtual_number}, {session.status.replace('_', '-')}"
        ends = f"{session.created_at} to {session.expires_at}"
        begins, over = _instant(session.created_at), _instant(session.expires_at)
        bars.append(_bar(span, begins, over, rows[session.session_uuid], f"session is-{session.status}", words, ends))
    drawn = {session.session_uuid for session in sessions}
    for call in calls:
        if call.session_uuid in drawn:
            words = f"Call of {call.caller}: {call.phase.replace('_', ' ')}"
            begins, over = _instant(call.started_at), span.ends if call.ended_at is None else _instant(call.ended_at)
            ends = f"{call.started_at} to {call.ended_at or 'now'}"
            bars.append(_bar(span, begins, over, rows[call.session_uuid], "call", words, ends))
    return bars


def _bar(span: TimeSpan, begins: datetime, ends: datetime, row: int, kind: str, *words: str) -> Markup:
    x = span.place(begins)
    width = max(0.25, round(span.place(ends) - x, 3))
    y = row * _ROW_PX + 2
    title = element("title", "; ".join(words))
    bar = element("rect", x=f"{x}%", y=y, width=f"{width}%", height=_BAR_PX, rx=2)
    return element("g", title, bar, class_=kind)


def _ticks(span: TimeSpan, marked: Iterable[tuple[datetime, bool, str]]) -> list[Markup]:
    """A tick for each thing, one for all that would lie upon one another; it leads to the worst, or the newest."""
    places: dict[int, tuple[bool, str, int]] = {}
    for at, is_problem, target in marked:
        place = round(span.place(at) / 100 * _TICKS)
        known = places.get(place, (False, target, 0))
        worst = target if is_problem or not known[0] else known[1]
        places[place] = (is_problem or known[0], worst, known[2] + 1)
    return [
        element(
            "a",
            element("title", f"{count} here" if count > 1 else " ".join(target.split("-")[1:])),
            element("rect", x=f"{100 * place / _TICKS:g}%", y=2, width=3, height=_TICK_PX - 4, rx=1),
            href=f"#{target}",
            tabindex=-1,
            class_="tick is-bad" if is_problem else "tick",
        )
        for place, (is_problem, target, count) in sorted(places.items())
    ]


def _lane(label: str, content: Sequence[Markup], height: int, span: TimeSpan, now: datetime) -> Markup:
    x = f"{span.place(now):g}%"
    line = element("line", x1=x, x2=x, y1=0, y2="100%", class_="now")
    return element(
        "div",
        element("p", label),
        element("svg", *content, line, width="100%", height=height, role="img", aria_label=label),
        class_="lane",
    )


def _axis(span: TimeSpan) -> Markup:
    """Round instants, with their time of day, and their day where there is more than one."""
    step_s = next((step for step in _STEPS_S if span.seconds / step <= _MARKS_MAX), _STEPS_S[-1])
    day = span.begins.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = int((span.begins - day).total_seconds() / step_s) + 1
    marks, words = [], _words(span, step_s)
    for count in range(passed, passed + _MARKS_MAX + 2):
        at = _moved(day, timedelta(seconds=count * step_s))
        if span.begins < at < span.ends:
            place = span.place(at)
            edge = "first" if place < _EDGE else "last" if place > 100 - _EDGE else None
            marks.append(element("span", at.strftime(words), style=f"left:{place:g}%", class_=edge))
    return element("div", marks, class_="axis")


def _words(span: TimeSpan, step_s: float) -> str:
    if step_s >= 86_400:
        return "%Y-%m-%d"
    time = "%H:%M" if step_s >= 60 else "%H:%M:%S" if step_s >= 1 else "%S.%f"
    inner = timedelta(seconds=span.seconds * _MARGIN)
    is_one_day = _moved(span.begins, inner).date() == _moved(span.ends, -inner).date()
    return time if is_one_day else f"%d %b {time}"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _moved(at: datetime, by: timedelta) -> datetime:
    """The instant later or earlier by so much, as far as there are instants."""
    try:
        return at + by
    except OverflowError:
        return at
