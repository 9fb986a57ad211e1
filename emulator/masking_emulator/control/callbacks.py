"""Control of callbacks: every one with every attempt, waiting for one, sending again, and the laboratory."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from masking_emulator.callbacks.laboratory import RANGES, Action, BadRule, Order, Rule, TamperTarget, rule_of
from masking_emulator.callbacks.log import CallbackLog, Entry
from masking_emulator.control.kernel import (
    NOT_EMPTY,
    PATIENCE,
    WAIT,
    WAITED_IN_VAIN,
    WHOLE,
    ControlAnswer,
    ControlError,
    ControlRequest,
    Operation,
    W,
    body_schema,
    timeout_of,
    whole,
)
from masking_emulator.control.views.callbacks import entry_json, rule_json
from masking_emulator.core.commands import DropCallback, ReleaseCallback, SendAgain, SwitchDelivery
from masking_emulator.core.events import CallbackDue
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.callbacks import Callback, CallbackState
from masking_emulator.plivo.callbacks import EVENTS
from masking_emulator.world.world import ADVANCE_PATIENCE_S, World

#: The most callbacks that one answer lists.
CALLBACKS_MAX: Final = 1_000

_RULES_MAX: Final = 100

#: The greatest id that a callback can have.
ORDINAL_MAX: Final = 10**15 - 1

_ORDERS: Final[Mapping[str, Callable[[Collection[Entry]], Iterable[Entry]]]] = {
    "oldest": lambda entries: entries,
    "newest": lambda entries: reversed(list(entries)),
}

_EVENTS: Final = sorted(set(EVENTS.values()))
_STATE_DEFAULT: Final = CallbackState.DELIVERED.value
_STATES: Final = tuple(state.value for state in CallbackState)


def list_callbacks(asked: ControlRequest) -> ControlAnswer:
    """The callbacks of the world, each with its request, what was signed, and every attempt.

    Oldest first, or newest first with `order`; only those with an id above `after` and below `before`. `matched` is
    how many there are in all, of which at most `limit` are listed.
    """
    asked.world.caught_up()
    matches, order = _filter(asked.query, default_state=None), asked.query.get("order", "oldest")
    before = whole(asked.query, "before", ORDINAL_MAX)
    if order not in _ORDERS:
        raise ControlError(400, f"{quoted(order)} is none of {', '.join(_ORDERS)}", "order")
    entries = _ORDERS[order](asked.world.dispatch.log.all())
    found = [entry for entry in entries if entry.callback.ordinal < before and matches(entry)]
    limit = min(whole(asked.query, "limit", 100), CALLBACKS_MAX)
    return 200, {"matched": len(found), "callbacks": [entry_json(entry) for entry in found[:limit]]}


def show_callback(asked: ControlRequest) -> ControlAnswer:
    """One callback."""
    return 200, entry_json(_entry(asked))


async def wait_for_callbacks(asked: ControlRequest) -> ControlAnswer:
    """Answer as soon as `count` callbacks match; after `timeout_s` real seconds answer what did come instead.

    What matches is in the state `delivered` unless `state` says otherwise (`any` for every state).
    """
    query, log = asked.query, asked.world.dispatch.log
    matches, count, timeout_s = _filter(query, default_state=_STATE_DEFAULT), _count(query), timeout_of(query)
    asked.world.caught_up()
    found = {entry.callback.ordinal: entry for entry in filter(matches, log.all())}
    try:
        async with asyncio.timeout(timeout_s):
            await _wait(log, matches, found, count)
    except TimeoutError:
        raise ControlError(409, _what_came(log, query, len(found), count)) from None
    return 200, {"callbacks": [entry_json(found[ordinal]) for ordinal in sorted(found)[:CALLBACKS_MAX]]}


async def _wait(log: CallbackLog, matches: Callable[[Entry], bool], found: dict[int, Entry], count: int) -> None:
    """Update the matching callbacks until there are enough."""
    with log.watched() as watch:
        while len(found) < count:
            if log.closed:
                raise ControlError(409, WAITED_IN_VAIN)
            for entry in await watch.changes():
                if matches(entry):
                    found[entry.callback.ordinal] = entry
                else:
                    found.pop(entry.callback.ordinal, None)


async def replay_callback(asked: ControlRequest) -> ControlAnswer:
    """Send a callback once more with fresh nonces, as a copy with an id of its own, even while delivery is off."""
    events = asked.world.do(SendAgain(_entry(asked).callback))
    copy = next(event.callback for event in events if isinstance(event, CallbackDue))
    entry = asked.world.dispatch.log.get(copy.ordinal)
    assert entry is not None, "the callback that was just made is in the log"
    await _attempted(asked, [copy.ordinal])
    return 201, entry_json(entry)


async def release_callback(asked: ControlRequest) -> ControlAnswer:
    """A held callback waits for its turn again; this answers once it has been sent and answered, as an advance does."""
    entry = _entry(asked)
    asked.world.do(ReleaseCallback(entry.callback.ordinal))
    await _attempted(asked, [entry.callback.ordinal])
    return 200, entry_json(entry)


def drop_callback(asked: ControlRequest) -> ControlAnswer:
    """The callback is never sent, or never again; a request that is under way still arrives."""
    entry = _entry(asked)
    asked.world.do(DropCallback(entry.callback.ordinal))
    return 200, entry_json(entry)


async def release_callbacks(asked: ControlRequest) -> ControlAnswer:
    """All held callbacks wait for their turn again, in the order of `ids`, else in the order in which they were due.

    It waits until they have been answered, have failed or are blocked, as an advance of the clock does.
    """
    world = asked.world
    held = [callback.ordinal for callback in world.caught_up().unsettled() if callback.state is CallbackState.HELD]
    wanted = asked.body.get("ids", held)
    known = set(held)
    unknown = [ordinal for ordinal in wanted if ordinal not in known]
    if unknown:
        raise ControlError(409, f"not held: {', '.join(map(str, unknown[:10]))}", "ids")
    for ordinal in wanted:
        world.do(ReleaseCallback(ordinal))
    await _attempted(asked, wanted)
    entries = [entry for entry in map(world.dispatch.log.get, wanted) if entry is not None]
    return 200, {"released": wanted, "callbacks": list(map(entry_json, entries))}


def show_policy(asked: ControlRequest) -> ControlAnswer:
    """Whether callbacks are sent, and the laboratory's rules with how often each was applied."""
    return 200, _policy(asked.world)


def set_policy(asked: ControlRequest) -> ControlAnswer:
    """Other rules in place of those before. `deliver` false makes and keeps callbacks without sending them."""
    world, body = asked.world, asked.body
    rules = _rules(body.get("rules", ()))
    if "deliver" in body and body["deliver"] is not world.caught_up().delivers:
        world.do(SwitchDelivery(body["deliver"]))
    if "rules" in body:
        world.laboratory.replace(rules)
    return 200, _policy(world)


def _rules(given: Sequence[Mapping[str, Any]]) -> list[Rule]:
    rules: list[Rule] = []
    for place, rule in enumerate(given):
        try:
            rules.append(rule_of(rule))
        except BadRule as bad:
            raise ControlError(400, bad.reason, f"rules.{place}.{bad.word}") from None
    return rules


def _policy(world: World) -> dict[str, Any]:
    delivers = world.caught_up().delivers
    return {"deliver": delivers, "rules": [rule_json(rule) for rule in world.laboratory.rules]}


async def _attempted(asked: ControlRequest, callbacks: Collection[int]) -> None:
    await asked.world.attempted(callbacks, patience_s=asked.body.get("patience_s", ADVANCE_PATIENCE_S))


def _entry(asked: ControlRequest) -> Entry:
    asked.world.caught_up()
    ordinal = whole(asked.path, "id", 0)
    entry = asked.world.dispatch.log.get(ordinal)
    if entry is None:
        raise ControlError(404, f"there is no callback {ordinal}, or it is not kept any more", "id")
    return entry


def _filter(query: Mapping[str, str], *, default_state: str | None) -> Callable[[Entry], bool]:
    event, session, state = query.get("event"), query.get("session"), query.get("state", default_state)
    after = whole(query, "after", 0)
    for name, value, known in (("event", event, _EVENTS), ("state", state, (*_STATES, "any"))):
        if value is not None and value not in known:
            raise ControlError(400, f"{quoted(value)} is none of {', '.join(known)}", name)
    states = (None, "any")

    def matches(entry: Entry) -> bool:
        return (
            entry.callback.ordinal > after
            and event in (None, entry.written.event)
            and session in (None, entry.callback.session)
            and (state in states or state == entry.callback.state.value)
        )

    return matches


def _count(query: Mapping[str, str]) -> int:
    count = whole(query, "count", 1)
    if not 1 <= count <= CALLBACKS_MAX:
        raise ControlError(400, f"{count} is no count from 1 to {CALLBACKS_MAX}", "count")
    return count


def _what_came(log: CallbackLog, query: Mapping[str, str], found: int, count: int) -> str:
    """A sentence on what was waited for and what came instead."""
    wanted = ", ".join(f"{name} {query[name]}" for name in ("event", "session", "state") if name in query)
    came = [entry for entry in log.all() if entry.callback.ordinal > whole(query, "after", 0)]
    listed = "; ".join(_summary(entry) for entry in came[-_LISTED_MAX:]) or "none"
    more = f" (the last {_LISTED_MAX} of {len(came)})" if len(came) > _LISTED_MAX else ""
    return f"{found} of {count} callbacks came that match {wanted or 'at all'}; there were{more}: {listed}"


_LISTED_MAX: Final = 20


def _summary(entry: Entry) -> str:
    callback: Callback = entry.callback
    error = next((f" ({tried.answer.error or tried.attempt.outcome.value})" for tried in entry.tried[-1:]), "")
    shown = "" if callback.state is CallbackState.DELIVERED else error
    return f"{entry.written.event} #{callback.sequence} of session {callback.session} {callback.state.value}{shown}"


_WINDOW: Final = (
    "For reorder: so many of a session are collected, then let go; what is left of a group goes "
    "when the call is over or the session has ended."
)


def _range(name: str) -> dict[str, int]:
    least, most = RANGES[name]
    return {"minimum": least, "maximum": most}


_RULE: Final = body_schema(
    "action",
    action={"enum": [action.value for action in Action]},
    event={"enum": _EVENTS},
    session_uuid={"type": "string"},
    skip={**WHOLE, "description": "This many matches pass first."},
    count={"type": "integer", "minimum": 1, "description": "This many are treated; left out, all."},
    chance={"type": "number", "minimum": 0, "maximum": 1, "description": "From the world's seed."},
    delay_s={"type": "number", **_range("delay_s"), "description": "For delay: on the world's clock."},
    copies={"type": "integer", **_range("copies"), "description": "For duplicate."},
    window={"type": "integer", **_range("window"), "description": _WINDOW},
    order={"enum": [order.value for order in Order], "description": "For reorder."},
    target={"enum": [target.value for target in TamperTarget], "description": "For tamper."},
)

_FILTERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "event": {"enum": _EVENTS},
    "session": {"type": "string", "description": "The UUID of a session."},
    "state": {"enum": [*_STATES, "any"]},
    "after": WHOLE,
}

_PATIENT: Final = body_schema(patience_s=PATIENCE)

OPERATIONS: Final[Sequence[Operation]] = (
    Operation(
        "GET",
        f"{W}/callbacks",
        "Every callback with every attempt",
        list_callbacks,
        query={**_FILTERS, "before": WHOLE, "order": {"enum": list(_ORDERS)}, "limit": WHOLE},
    ),
    Operation(
        "GET",
        f"{W}/callbacks/wait",
        "Wait until callbacks match",
        wait_for_callbacks,
        query={
            **_FILTERS,
            "count": {"type": "integer", "minimum": 1, "maximum": CALLBACKS_MAX},
            "timeout_s": WAIT,
        },
    ),
    Operation("GET", f"{W}/callbacks/policy", "Delivery, and the laboratory's rules", show_policy),
    Operation(
        "PUT",
        f"{W}/callbacks/policy",
        "Switch delivery, set the laboratory's rules",
        set_policy,
        body_schema(deliver={"type": "boolean"}, rules={"type": "array", "maxItems": _RULES_MAX, "items": _RULE})
        | NOT_EMPTY,
    ),
    Operation(
        "POST",
        f"{W}/callbacks/release",
        "Let held callbacks go",
        release_callbacks,
        body_schema(
            ids={"type": "array", "maxItems": CALLBACKS_MAX, "uniqueItems": True, "items": WHOLE}, patience_s=PATIENCE
        ),
    ),
    Operation("GET", f"{W}/callbacks/{{id}}", "One callback", show_callback),
    Operation("POST", f"{W}/callbacks/{{id}}/replay", "Send a callback again", replay_callback, _PATIENT),
    Operation("POST", f"{W}/callbacks/{{id}}/release", "Let a held callback go", release_callback, _PATIENT),
    Operation("POST", f"{W}/callbacks/{{id}}/drop", "Never send a callback", drop_callback),
)
