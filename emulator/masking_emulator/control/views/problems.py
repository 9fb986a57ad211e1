"""What is wrong in a world, with why: a pool that runs dry, refused and unanswered requests, callbacks that nobody
took, fields that nothing read.

One list for all who show it. What happened several times in the same way is one problem with a count, and so are
callbacks that did not arrive for the same reason: a receiver that is down must not crowd out everything else.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec import Struct

from masking_emulator.callbacks.log import Entry
from masking_emulator.control.views.requests import body_of, json_of, query_of, summary_json
from masking_emulator.core.instants import written
from masking_emulator.core.records.callbacks import CallbackState
from masking_emulator.core.work import Work
from masking_emulator.plivo.unread import unread
from masking_emulator.traffic.requests import ApiRequest, RequestOutcome
from masking_emulator.world.world import World

#: The most problems that one answer lists, those that stand first.
PROBLEMS_MAX: Final = 1_000

#: Kinds of problems, in the order in which they are listed; of a kind the newest is first.
KINDS: Final = ("pool", "refused", "unanswered", "undelivered", "unread")

#: How a request ended that has no answer.
_UNANSWERED: Final = frozenset(
    {
        RequestOutcome.CUT,
        RequestOutcome.DROPPED,
        RequestOutcome.RESET,
        RequestOutcome.CLIENT_GONE,
        RequestOutcome.BROKEN,
    }
)

#: Callbacks that did not arrive, or not yet. One that is held or dropped is so because somebody asked for it.
_UNDELIVERED: Final = frozenset({CallbackState.FAILED, CallbackState.BLOCKED, CallbackState.RETRYING})

#: A pool has run dry where no more than this part of it is free.
_NEARLY_EMPTY: Final = 0.1

_WHY_POOL: Final = (
    "One number serves many pairs, as long as no party is in two sessions on it; else a create is refused."
)


class Problem(Struct):
    """One problem: what, and why. `count` is how often it happened; the rest is about the newest time."""

    kind: str
    what: str
    why: str
    at: int | None = None
    request: int | None = None
    callback: int | None = None
    count: int = 1


def problems_json(world: World) -> Work[dict[str, Any]]:
    """The work of listing the problems of what is kept of a world's requests and callbacks."""
    found: dict[tuple[str, str, str], Problem] = {}
    for problem in _each(world):
        if problem is not None:
            key = (problem.kind, problem.what if problem.callback is None else "", problem.why)
            problem.count += found[key].count if key in found else 0
            found.pop(key, None)  # so that the newest is the last
            found[key] = problem
        yield
    listed = list(found.values())[::-1]
    listed.sort(key=lambda problem: KINDS.index(problem.kind))
    return {"found": len(listed), "problems": [_problem_json(problem) for problem in listed[:PROBLEMS_MAX]]}


def _each(world: World) -> Iterator[Problem | None]:
    """Oldest first; None for what is in order, so that whoever asks can pause."""
    yield from _pool(world)
    for request in list(world.requests):
        yield _refused(request) or _unanswered(request) or _unread(request, world)
    for entry in list(world.dispatch.log.all()):
        yield _undelivered(entry)


def _pool(world: World) -> Iterator[Problem]:
    pool = world.caught_up().pool
    uses = [pool.use(number.digits) for number in pool.numbers()]
    free = sum(not (use.suspended or use.sessions or use.cool_offs) for use in uses)
    if uses and free <= len(uses) * _NEARLY_EMPTY:
        yield Problem("pool", f"{free} of {len(uses)} numbers are free", _WHY_POOL)


def _refused(request: ApiRequest) -> Problem | None:
    if request.reply is None or request.reply.status < 400:
        return None
    body = json_of(request.reply.body)
    error = body.get("error", "") if isinstance(body, dict) else ""
    reason = summary_json(request).get("reason", "")
    what = f"{_name(request)} answered {request.reply.status}"
    return _about(request, "refused", what, [error if isinstance(error, str) else "", reason])


def _unanswered(request: ApiRequest) -> Problem | None:
    if request.outcome not in _UNANSWERED:
        return None
    return _about(request, "unanswered", f"{_name(request)} was not answered", [request.outcome.value])


def _unread(request: ApiRequest, world: World) -> Problem | None:
    if not (request.body or request.query):
        return None
    fields = unread(request.operation or "", body_of(request), query_of(request), world.policy)
    if not fields:
        return None
    why = "; ".join(f"{one['field']} in the {one['in']}{': ' + one['hint'] if 'hint' in one else ''}" for one in fields)
    return _about(request, "unread", f"{_name(request)}: a field that nothing read", [why])


def _undelivered(entry: Entry) -> Problem | None:
    callback = entry.callback
    if callback.state not in _UNDELIVERED:
        return None
    what = f"{entry.written.event} {callback.state.value}"
    why = f"{callback.url}: {_last_attempt(entry)}"
    return Problem("undelivered", what, why, callback.due_at, callback=callback.ordinal)


def _last_attempt(entry: Entry) -> str:
    if not entry.tried:
        return "it was not tried"
    tried = entry.tried[-1]
    answer = f"answered {tried.answer.status}" if tried.answer.status is not None else tried.answer.error
    return answer or tried.attempt.outcome.value


def _about(request: ApiRequest, kind: str, what: str, why: Sequence[str]) -> Problem:
    sentence = ": ".join(part.rstrip(".") for part in why if part)
    faults = [name for name in request.faults if name not in sentence and kind != "unread"]
    met = f". Fault {', '.join(faults)} did it." if faults else ""
    return Problem(kind, what, sentence + met, request.at, request=request.sequence)


def _name(request: ApiRequest) -> str:
    return (request.operation or f"{request.method} {request.path[:100]}").replace("_", " ")


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "kind": problem.kind,
        "what": problem.what,
        "why": problem.why,
        "at": None if problem.at is None else written(problem.at),
        "count": problem.count,
        "request": problem.request,
        "callback": problem.callback,
    }
