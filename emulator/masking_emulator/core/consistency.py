"""Checks that a snapshot, which people may have edited, refers only to what is in it.

A state that contradicts itself would fail later, far from the line that is wrong, so it is refused with that line.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Final

from masking_emulator.core.commands import (
    InitiateCall,
    ReleaseCallback,
    ReleaseNumber,
    RetryCallback,
    StepCall,
    TimeOutSession,
    TypeDigits,
)
from masking_emulator.core.snapshot import Snapshot
from masking_emulator.core.timers import call_key, hold_key, key_of, session_key

#: Where the contradiction is, what it is about, and why it cannot be.
Contradiction = tuple[str, Any, str]


def contradictions(engine: Snapshot, *, accounts: int) -> Iterator[Contradiction]:
    """The contradictions in an engine's state; `accounts` is how many accounts its world has."""
    for check in _CHECKS:
        yield from check(engine, accounts)


def _numbers(engine: Snapshot, accounts: int) -> Iterator[Contradiction]:
    numbers = engine.numbers
    yield from _twice("numbers", (number.digits for number in numbers))
    yield from (
        ("numbers", n.digits, f"stands at {at}, and its place is {n.place}")
        for at, n in enumerate(numbers)
        if n.place != at
    )
    yield from (("numbers", n.digits, "belongs to no account") for n in numbers if not 0 <= n.owner < accounts)
    known = {number.digits for number in numbers}
    yield from (("suspended", digits, "is no number of the pool") for digits in engine.suspended if digits not in known)
    yield from (("holds", h.number, "is a number that is not there") for h in engine.holds if h.number not in known)
    yield from (
        ("sessions", s.uuid, "has a number that is not there") for s in engine.sessions if s.number not in known
    )


def _sessions(engine: Snapshot, accounts: int) -> Iterator[Contradiction]:
    sessions = engine.sessions
    yield from _twice("sessions", (session.uuid for session in sessions))
    on = (f"+{party} on +{s.number}" for s in sessions if s.is_live for party in s.parties)
    yield from _twice("sessions", on)
    yield from (("sessions", s.uuid, "belongs to no account") for s in sessions if not 0 <= s.owner < accounts)
    uuids = {session.uuid for session in sessions}
    for call in engine.calls:
        if call.is_running and call.session not in ("", *uuids):
            yield "calls", call.uuid, "runs in a session that is not there"


def _callbacks(engine: Snapshot, accounts: int) -> Iterator[Contradiction]:
    yield from _twice("callbacks", (callback.ordinal for callback in engine.callbacks))
    yield from (("callbacks", c.ordinal, "belongs to no account") for c in engine.callbacks if c.owner >= accounts)
    session_of = {callback.ordinal: callback.session for callback in engine.callbacks}
    for session, line in engine.lines.items():
        for ordinal in line:
            if session_of.get(ordinal) != session:
                yield f"lines.{session}", ordinal, "is no open callback of this session"
        if not line:
            yield "lines", session, "has nothing in its line"
    yield from _twice("lines", (ordinal for line in engine.lines.values() for ordinal in line))


def _timers(engine: Snapshot, accounts: int) -> Iterator[Contradiction]:
    del accounts
    yield from _twice("timers", (timer.key for timer in engine.timers))
    there = _there(engine)
    for timer in engine.timers:
        kind, about = _ABOUT.get(type(timer.command), lambda _: ("", ""))(timer.command)
        if timer.at < engine.at:
            yield "timers", timer.key, "was due before now"
        if not kind:
            yield "timers", timer.key, "is no command that waits"
        elif timer.key != key_of(timer.command):
            yield "timers", timer.key, f"is not the key of its command, which is {key_of(timer.command)}"
        elif about not in there[kind]:
            yield "timers", timer.key, f"is about a {kind} that is not there"
    due = {timer.key: timer.at for timer in engine.timers}
    for session in engine.sessions:
        waits_for_calls = session.running and session.is_due(engine.at)
        if session.is_live and not waits_for_calls and due.get(session_key(session.uuid)) != session.expires_at:
            yield "sessions", session.uuid, "expires at another instant than its timer says"
    for call in engine.calls:
        if call.is_running and due.get(call_key(call.uuid)) != (call.next.at if call.next else None):
            yield "calls", call.uuid, "goes on at another instant than its timer says"
    for hold in engine.holds:
        if due.get(hold_key(hold.session)) != hold.until:
            yield "holds", hold.number, "ends at another instant than its timer says"


def _there(engine: Snapshot) -> dict[str, set[Hashable]]:
    return {
        "session": {session.uuid for session in engine.sessions},
        "hold": {(hold.number, hold.session) for hold in engine.holds},
        "call": {call.uuid for call in engine.calls if call.is_running},
        "callback": {callback.ordinal for callback in engine.callbacks},
    }


def _twice(where: str, names: Iterable[Any]) -> Iterator[Contradiction]:
    seen = set[Any]()
    for name in names:
        if name in seen:
            yield where, name, "is there twice"
        seen.add(name)


#: Command that a timer may hold → the function that returns what it refers to.
_ABOUT: Final[dict[type, Callable[[Any], tuple[str, Hashable]]]] = {
    TimeOutSession: lambda command: ("session", command.uuid),
    InitiateCall: lambda command: ("session", command.session),
    ReleaseNumber: lambda command: ("hold", (command.number, command.session)),
    StepCall: lambda command: ("call", command.call),
    TypeDigits: lambda command: ("call", command.call),
    RetryCallback: lambda command: ("callback", command.callback),
    ReleaseCallback: lambda command: ("callback", command.callback),
}

_CHECKS: Final[Sequence[Callable[[Snapshot, int], Iterator[Contradiction]]]] = (
    _numbers,
    _sessions,
    _callbacks,
    _timers,
)
