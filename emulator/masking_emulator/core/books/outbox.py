"""The outbox: callbacks that are not settled yet, in order for each session.

The first in a session's line is sent, and the next one only when that one is settled, so a receiver gets them in
sequence. A held callback has left its line and holds nobody up; released, it joins the end.
The functions below the class return the event that should happen; the state tells the outbox of it.
"""

# How the outbox works.
#
# A callback is *settled* once nothing will be done about it any more: it was delivered, it failed, it was blocked by
# the egress rule, or somebody dropped it. Until then it is *open*. The outbox knows the open ones and no others.
#
#     becomes due --> WAITING --> settled       its outcome is final
#                     WAITING --> RETRYING      an attempt failed, and another one is to come
#                     RETRYING --> WAITING      the pause is over, or somebody ends it
#                     WAITING --> HELD          a rule of the laboratory takes it out of its line
#                     RETRYING --> HELD         the same, and its pause is over with that
#                     HELD --> HELD             it is held anew, with another end or without one
#                     HELD --> WAITING          somebody releases it, or the hold had an end
#
# Any open callback can be dropped, which settles it. A callback that becomes due while delivery is switched off is
# KEPT, and one that finds `callbacks_waiting_max` open ones is DROPPED: neither ever enters the outbox.
#
# Every session has a line of its own, because a receiver must get the callbacks of one session in their order, while
# those of another session need not wait for it. Four sentences are true after every event:
#
# 1. An open callback is either HELD, and then in no line, or it is in exactly one line: that of its session.
# 2. No line is empty; where a session has nothing to send, it has no line.
# 3. All but the first callback of a line are WAITING. The first is WAITING or RETRYING.
# 4. `ready_sessions` names exactly those sessions whose first callback is WAITING.
#
# The third sentence is why a retry keeps the order: a callback that pauses between two attempts stays at the head, and
# the whole line pauses with it. It is also why the outcome of an attempt is accepted for the first of a line only. A
# held callback gives up its place, so later ones overtake it, and when it is released it joins the end. That is what
# holding is for: it lets a receiver see callbacks out of order.
#
# WAITING does not tell whether a request is on its way: the outbox does not know. Dispatch sends the first of a line,
# and until the answer is there the callback stays WAITING, and its session ready. So a callback can be dropped while
# it is on its way: it leaves its line at once, and the outcome that arrives later is refused (CALLBACK_NOT_WAITING),
# because the callback is no longer open. And a snapshot that is taken meanwhile has it as one that waits: a world that
# goes on from there sends it again, and the receiver gets it twice.
#
# Nothing here acts by itself. A pause, or a hold with an end, is a timer in the state (state.py), whose command
# (RetryCallback, ReleaseCallback) comes back here as `waiting_again`. The functions below the class read the outbox and
# return the event that should happen, or raise Refused. Only when the state absorbs an event does the outbox change,
# and that is never refused; so the same events give the same outbox. (The exceptions are no decisions: a restore fills
# an empty outbox, the counts of forgotten sessions go, and the state sets `delivers`.)
#
# Sequence numbers count the callbacks of a session from 1, in the order in which they became due, the kept and the
# dropped ones included: a gap tells the receiver that it has missed something. A copy (a duplicate, or a replay by
# hand) repeats the number of its original, and has an ordinal of its own, by which it is found, held and dropped.

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from masking_emulator.core.events import (
    CallbackAttempted,
    CallbackEvent,
    CallbackHeld,
    CallbackSettled,
    CallbackWaiting,
)
from masking_emulator.core.instants import later
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import WAITING, Attempt, Callback, CallbackState, Outcome, RetryPlan
from masking_emulator.core.refusals import Reason, Refused

#: Outcome → how a callback ends that is not tried again.
_ENDS: Final = {Outcome.OK: CallbackState.DELIVERED, Outcome.BLOCKED: CallbackState.BLOCKED}

#: A pause is doubled so often and no more: a plan may have any number of attempts, and its pauses must not grow past
#: all instants. The longest pause is 4,096 times the first.
_PAUSE_DOUBLINGS_MAX: Final = 12


class Outbox:
    """The callbacks of a world that are not settled: a line for each session, and the held ones."""

    def __init__(self) -> None:
        self.delivers = True
        self.ordinal = 0
        self._sequences: dict[str, int] = {}
        self._lines: dict[str, deque[Callback]] = {}
        self._open: dict[int, Callback] = {}
        self._ready: dict[str, None] = {}

    def copy(self) -> "Outbox":
        """An independent copy; the records are immutable and shared."""
        twin = Outbox()
        twin.delivers, twin.ordinal = self.delivers, self.ordinal
        twin._sequences = self._sequences.copy()
        twin._lines = {session: line.copy() for session, line in self._lines.items()}
        twin._open = self._open.copy()
        twin._ready = self._ready.copy()
        return twin

    def __len__(self) -> int:
        """How many callbacks are not settled."""
        return len(self._open)

    @property
    def ready_sessions(self) -> Collection[str]:
        """The sessions of which a callback is to be sent now."""
        return self._ready.keys()

    def next_sequence(self, session: str) -> int:
        """The number of the next callback of this session, from 1."""
        return self._sequences.get(session, 0) + 1

    def find(self, ordinal: int) -> Callback:
        """A callback that is not settled. Raises Refused(CALLBACK_NOT_WAITING)."""
        callback = self._open.get(ordinal)
        if callback is None:
            raise Refused(Reason.CALLBACK_NOT_WAITING, callback=ordinal)
        return callback

    def next_callback(self, session: str) -> Callback | None:
        """The next callback of this session; None where there is none, or it pauses between two attempts."""
        line = self._lines.get(session)
        return line[0] if line and line[0].state is WAITING else None

    def unsettled(self) -> list[Callback]:
        """Every callback that is not settled, oldest first."""
        return in_order(self._open.values())

    def open(self) -> Sequence[Callback]:
        """Every callback that is not settled, in no order."""
        return tuple(self._open.values())

    def lines(self) -> dict[str, list[int]]:
        """The callbacks to be sent: session → ordinals in their order."""
        return {session: [callback.ordinal for callback in line] for session, line in self._lines.items()}

    def sequences(self) -> dict[str, int]:
        """Session → the sequence number of its newest callback."""
        return self._sequences.copy()

    def restore(
        self,
        unsettled: Iterable[Callback],
        lines: Mapping[str, Sequence[int]],
        sequences: Mapping[str, int],
        ordinal: int,
    ) -> None:
        """Fill an empty outbox with the content of another one."""
        self._open = {callback.ordinal: callback for callback in unsettled}
        self._lines = {session: deque(self._open[o] for o in ordinals) for session, ordinals in lines.items()}
        self._sequences = dict(sequences)
        self.ordinal = ordinal
        self._ready = {session: None for session in self._lines if self.next_callback(session) is not None}

    def add(self, callback: Callback) -> None:
        """A callback has become due."""
        self.ordinal = callback.ordinal
        if callback.copy_of is None:
            self._sequences[callback.session] = callback.sequence
        if callback.state is WAITING:
            self._join(callback)

    def pause(self, callback: Callback) -> None:
        """An attempt failed, and the callback keeps its place in the line until the next one."""
        self._open[callback.ordinal] = callback
        self._lines[callback.session][0] = callback
        self._look_at(callback.session)

    def wait(self, callback: Callback) -> None:
        """A callback waits for its turn again: in its place where its pause is over, at the end where it was held."""
        line = self._lines.get(callback.session)
        self._open[callback.ordinal] = callback
        if line and line[0].ordinal == callback.ordinal:
            line[0] = callback
        else:
            self._join(callback)
        self._look_at(callback.session)

    def hold(self, callback: Callback) -> None:
        """A callback leaves its line and stays open."""
        self._leave(callback)
        self._open[callback.ordinal] = callback

    def settle(self, callback: Callback) -> Callback:
        """Nothing more is to come of a callback; its record before is returned."""
        self._leave(callback)
        return self._open.pop(callback.ordinal)

    def forget(self, sessions: Iterable[str]) -> None:
        """Drop these sessions and their counts."""
        for session in sessions:
            self._sequences.pop(session, None)

    def _look_at(self, session: str) -> None:
        """Note whether a callback of this session is to be sent now."""
        if self.next_callback(session) is None:
            self._ready.pop(session, None)
        else:
            self._ready[session] = None

    def _join(self, callback: Callback) -> None:
        self._open[callback.ordinal] = callback
        line = self._lines.get(callback.session)
        if line is None:
            self._lines[callback.session] = deque((callback,))
            self._ready[callback.session] = None
        else:
            line.append(callback)

    def _leave(self, callback: Callback) -> None:
        line = self._lines.get(callback.session)
        if line is None:
            return
        if line[0].ordinal == callback.ordinal:
            line.popleft()
        else:
            line = self._lines[callback.session] = deque(o for o in line if o.ordinal != callback.ordinal)
        if line:
            self._look_at(callback.session)
        else:
            del self._lines[callback.session]
            self._ready.pop(callback.session, None)


def in_order(callbacks: Iterable[Callback]) -> list[Callback]:
    """Callbacks, oldest first."""
    return sorted(callbacks, key=lambda callback: callback.ordinal)


def after_attempt(outbox: Outbox, ordinal: int, attempt: Attempt, plan: RetryPlan, now: int) -> CallbackEvent:
    """The event that follows an attempt: the callback is settled, or pauses before another attempt."""
    callback = outbox.find(ordinal)
    if outbox.next_callback(callback.session) is not callback:
        raise Refused(Reason.CALLBACK_NOT_WAITING, callback=ordinal)
    if attempt.outcome in plan.retry_on and attempt.number < plan.attempts_max:
        retrying = replace(callback, state=CallbackState.RETRYING, attempts=attempt.number)
        return CallbackAttempted(now, retrying, attempt, later(now, pause_us(plan, attempt.number)))
    state = _ENDS.get(attempt.outcome, CallbackState.FAILED)
    return CallbackSettled(now, replace(callback, state=state, attempts=attempt.number), attempt)


def pause_us(plan: RetryPlan, attempts: int) -> int:
    """The pause after this many failed attempts, in microseconds. It doubles each time."""
    return plan.pause_us << min(attempts - 1, _PAUSE_DOUBLINGS_MAX)


def waiting_again(outbox: Outbox, ordinal: int, now: int) -> CallbackEvent:
    """The pause is over, or the callback is released: it waits for its turn. Raises Refused(CALLBACK_NOT_WAITING)."""
    callback = outbox.find(ordinal)
    if callback.state is CallbackState.WAITING:
        raise Refused(Reason.CALLBACK_NOT_WAITING, callback=ordinal)
    return CallbackWaiting(now, replace(callback, state=CallbackState.WAITING))


def held(outbox: Outbox, ordinal: int, until: int | None, now: int) -> CallbackEvent:
    """The callback leaves its line. Raises Refused(CALLBACK_NOT_WAITING)."""
    return CallbackHeld(now, replace(outbox.find(ordinal), state=CallbackState.HELD), until)


def dropped(outbox: Outbox, ordinal: int, now: int) -> CallbackEvent:
    """The callback is never sent. Raises Refused(CALLBACK_NOT_WAITING)."""
    return CallbackSettled(now, replace(outbox.find(ordinal), state=CallbackState.DROPPED), None)
