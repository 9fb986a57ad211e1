"""Dispatch: between a world's events and its customer's server.

Every callback that becomes due is written down, signed, treated by the laboratory, and sent when its turn has come:
one task for each session with something to send. What came of it returns to the engine as a command. No request of
the emulated API waits for it; an advance of the clock, a release and a replay do, up to their patience.
"""

# How dispatch works.
#
# The engine decides which callbacks there are and what an outcome means; it knows no sockets and never waits. The
# courier sends one request and waits for its answer; it knows no sessions. Dispatch stands between the two. It holds no
# callback of its own: what is to be sent is asked of the engine each time, so the two cannot disagree.
#
# Everything runs in one thread, the one of the event loop. There are no locks. Instead there is one rule: between a
# change of the engine and the end of `take`, which is told of it, nothing awaits. Whoever runs therefore sees the
# engine, the journal, the log and the lines in step with each other.
#
# A run of `take` has three steps, and their order matters:
#
# 1. Enter. Each callback that became due is written down, signed, and put into the log; each one that moved is brought
#    up to date there. Nonces are drawn here, in the order of the events, so the same run has the same signatures.
# 2. Treat. The laboratory's rules look at every callback that became due. All of them are treated before any may go:
#    a callback whose host the egress rule forbids is settled as soon as it is first in its line, which makes the next
#    one first, and that one must not be settled before a rule could hold it.
# 3. Go. Of each session that was stirred, the first of its line is sent, unless one is under way already.
#
# Each step may give commands to the engine itself:
#
#     step    command             when
#     enter   NoteMedia           a message plays whose media file is not fetched (its host is forbidden, for instance)
#     treat   HoldCallback        a rule holds the callback, delays it, or collects it to reorder
#             ReleaseCallback     a group to reorder is complete, or nothing more of its session is to come
#             DropCallback        a rule drops the callback
#             SendAgain           a rule doubles the callback
#     go      SettleAttempt       the host is forbidden whatever its address, so nothing is sent (BLOCKED)
#
# The world applies such a command and publishes its events, which brings it back to `take` while the outer call is
# still running. That inner call (`_taking` is set) enters its events and returns. It may leave out the rest:
#
# - It need not treat. None of these commands makes a new callback due, only SendAgain a copy, and a copy is never
#   treated.
# - It need not let anything go. The sessions that it stirs are in `_stirred`, and the outer call, which is in step 3 or
#   still to come to it, looks at them. So nothing goes in the middle of a treatment.
#
# The calls are never more than two deep: only a message that plays makes step 1 give a command, and none of these
# commands plays one. The loop of step 3 ends: a look at a session starts a task, finds one, or finds nothing to send,
# and what is BLOCKED on the way never comes back, because no plan tries it again (`RETRIABLE` in plivo/destination.py).
#
# `_lines` has one task for each session of which something is under way. While it is there, nobody starts another for
# that session, so this server never has two requests of one session under way. (A receiver may: one that took too long
# for the first still works on it when the second comes.) The task sends the first of the line, hands the outcome to the
# engine, and goes on with whatever is first then, until there is nothing: the line is empty, or its first callback
# pauses before a retry. (After the pause the engine says that the callback waits again, which stirs the session, which
# starts a new task.) Between the task's last look at the line and its removal from `_lines` nothing awaits, so no
# callback can fall between the two.
#
# While a request is under way, anything may happen to its callback and its session. That is why the outcome is a
# command like any other, which the engine may refuse: it does where the callback was dropped meanwhile. The attempt is
# in the log even then, because it did happen. The outcome counts at the instant at which the engine stands when it
# arrives; how long the receiver took in real time is told in the log and moves no clock.
#
# A request needs a running loop. Where none runs (a test that drives a world by hand), callbacks stay where they are in
# their lines, until their session is stirred again in a loop, or somebody looks at all lines (`resume`): an advance of
# the clock, and a restore of the world.
#
# No request of the emulated API waits for a callback. Of the control API, an advance of the clock does (`answered`), so
# that a receiver's reaction to one instant is there before the next instant comes; so do a release and a replay, for
# the callbacks that they send (`attempted`). Each gives up at the end of its patience.
#
# A dispatch belongs to one life of its world. `stop` closes the log first, so that from there on no task is started,
# and then cancels the tasks that there are. A cancelled task gives no outcome to the engine: the cancellation passes
# through the courier, which turns every other failure into an answer. The next life has a dispatch of its own, and it
# can never be told what became of a request of the life before.
#
# Media files (the messages that people hear) are fetched beside all this (media.py). They have no order.

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, assert_never

from masking_emulator.callbacks.courier import Courier
from masking_emulator.callbacks.egress import obstacle
from masking_emulator.callbacks.exchange import Answer
from masking_emulator.callbacks.laboratory import Action, Laboratory
from masking_emulator.callbacks.log import CallbackLog, Entry, Tried
from masking_emulator.callbacks.media import MediaChecks
from masking_emulator.callbacks.writing import Writer
from masking_emulator.core.chance import Chance
from masking_emulator.core.commands import (
    Command,
    DropCallback,
    HoldCallback,
    ReleaseCallback,
    SendAgain,
    SettleAttempt,
)
from masking_emulator.core.engine import Engine
from masking_emulator.core.events import (
    CallbackAttempted,
    CallbackDue,
    CallbackHeld,
    CallbackSettled,
    CallbackWaiting,
    CallEnded,
    Event,
    MessagePlayed,
    SessionCallEnded,
    SessionExpired,
)
from masking_emulator.core.instants import SECOND_US, later
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import WAITING, Attempt, Callback, CallbackState, Outcome
from masking_emulator.core.refusals import Refused


class Dispatch:
    """The callbacks and media fetches of one life of a world."""

    def __init__(
        self,
        engine: Engine,
        apply: Callable[[Command], object],
        writer: Writer,
        courier: Courier,
        chance: Chance,
        *,
        anywhere: bool,
        log: CallbackLog,
        laboratory: Laboratory,
    ) -> None:
        """`apply` hands a command to the engine and publishes its events. `anywhere`: no egress rule."""
        self.log = log
        self._laboratory = laboratory
        self._engine = engine
        self._apply = apply
        self._writer = writer
        self._courier = courier
        self._chance = chance
        self._anywhere = anywhere
        self._stirred: dict[str, None] = {}
        self._taking = False
        self._lines: dict[str, asyncio.Task[None]] = {}
        self._out: dict[str, int] = {}  # session → ordinal of what its line sends
        self._media = MediaChecks(writer, courier, apply, anywhere=anywhere)

    def take(self, events: Sequence[Event]) -> None:
        """Act on these events.

        First every one of them is entered in the log and treated, and only then those of the stirred sessions may go:
        what is due at one instant is one batch, and a treatment of its last callback must not come too late.
        """
        if self._taking:
            self._enter(events)  # they follow from our own commands, and the outer call goes on
            return
        self._taking = True
        try:
            self._enter(events)
            if self._laboratory.is_at_work:
                for event in events:
                    if isinstance(event, CallbackDue):
                        self._treat(event.callback)
                self._let_rest_go(events)
            while self._stirred:
                stirred, self._stirred = self._stirred, {}
                for session in stirred:
                    self._go(session)
        finally:
            self._taking = False

    def reroute(self) -> None:
        """Deliver as the routes say now what is not settled; a request that is under way stays where it is."""
        for callback in self._engine.unsettled():
            entry = self._entry(callback)
            entry.written = self._writer.rerouted(entry.written)

    async def answered(self, give_up_at: float, session: str | None = None) -> None:
        """Return once everything that is under way has been answered, or the loop's clock shows `give_up_at`.

        With `session` only its callbacks matter.
        """
        try:
            async with asyncio.timeout_at(give_up_at):
                while tasks := self._under_way() if session is None else self._line(session):
                    await asyncio.wait(tasks)
        except TimeoutError:
            return

    async def attempted(self, callbacks: Collection[int], give_up_at: float) -> None:
        """Return once each of these callbacks has been attempted, or nothing that leads to it is under way.

        At the latest when the loop's clock shows `give_up_at`.
        """
        before = {ordinal: self._attempts(ordinal) for ordinal in callbacks}
        try:
            async with asyncio.timeout_at(give_up_at):
                with self.log.watched() as watch:
                    while not self.log.closed and any(self._is_to_come(*one) for one in before.items()):
                        await watch.changes()
        except TimeoutError:
            return

    def _attempts(self, ordinal: int) -> int:
        entry = self.log.get(ordinal)
        return 0 if entry is None else len(entry.tried)

    def _is_to_come(self, ordinal: int, attempts: int) -> bool:
        """Whether the callback waits for its turn in a line that is under way, with no more attempts than these."""
        entry = self.log.get(ordinal)
        if entry is None or entry.callback.session not in self._lines:
            return False
        return entry.callback.state is CallbackState.WAITING and len(entry.tried) == attempts

    @property
    def is_sending(self) -> bool:
        """Whether anything is under way."""
        return bool(self._lines or self._media.tasks)

    def out(self) -> list[int]:
        """The ordinals of the callbacks that are being sent or wait for their answers, dropped ones included."""
        return sorted(self._out.values())

    def resume(self) -> None:
        """Send what waits and is not under way, for instance because no event loop ran when it became due."""
        self._stirred.update(dict.fromkeys(self._engine.ready_sessions()))
        self.take(())

    def stop(self) -> None:
        """Send nothing more, abandon what is under way, and wake everybody who waits for a callback."""
        self.log.close()
        for task in self._under_way():
            task.cancel()

    async def ended(self) -> None:
        """Return when nothing is under way any more, after `stop`."""
        while tasks := self._under_way():
            await asyncio.wait(tasks)

    def _line(self, session: str) -> list[asyncio.Task[None]]:
        return [task for task in (self._lines.get(session),) if task is not None and not task.done()]

    def _under_way(self) -> list[asyncio.Task[None]]:
        return [task for task in (*self._lines.values(), *self._media.tasks) if not task.done()]

    def _enter(self, events: Sequence[Event]) -> None:
        for event in events:
            act = _ACTS.get(type(event))
            if act is not None:
                act(self, event)

    def _on_due(self, event: CallbackDue) -> None:
        callback = event.callback
        self.log.add(callback, self._writer.written(callback))
        if callback.state is WAITING:
            self._stirred[callback.session] = None

    def _on_move(self, event: CallbackAttempted | CallbackWaiting | CallbackHeld | CallbackSettled) -> None:
        self.log.change(event.callback)
        self._stirred[event.callback.session] = None

    def _on_message(self, event: MessagePlayed) -> None:
        self._media.check(event, self._loop())

    def _treat(self, callback: Callback) -> None:
        """Apply the first laboratory rule that takes the callback. A copy is never treated."""
        if callback.state is not CallbackState.WAITING or callback.copy_of is not None:
            return
        entry = self._entry(callback)
        rule = self._laboratory.treatment(callback, entry.written.event, self._chance)
        if rule is None:
            return
        entry.treatments += (rule.action.value,)
        match rule.action:
            case Action.HOLD:
                self._apply(HoldCallback(callback.ordinal, None))
            case Action.DROP:
                self._apply(DropCallback(callback.ordinal))
            case Action.DUPLICATE:
                for _ in range(rule.copies):
                    self._apply(SendAgain(callback))
            case Action.DELAY:
                until = later(callback.due_at, round(rule.delay_s * SECOND_US))
                self._apply(HoldCallback(callback.ordinal, until))
            case Action.REORDER:
                self._apply(HoldCallback(callback.ordinal, None))
                for ordinal in rule.collect(callback, self._chance):
                    self._release(ordinal)
            case Action.TAMPER:
                entry.written = replace(entry.written, tampering=rule.target)
            case _:
                assert_never(rule.action)

    def _let_rest_go(self, events: Sequence[Event]) -> None:
        """Release what a reordering rule has collected of a session whose call is over, or that has ended.

        Once the whole batch has been treated: the last callback of a call comes behind the event that it is over.
        """
        for session in dict.fromkeys(filter(None, map(_over, events))):
            if not self._engine.is_in_call(session):
                for ordinal in self._laboratory.take_rest(session, self._chance):
                    self._release(ordinal)

    def _release(self, ordinal: int) -> None:
        try:
            self._apply(ReleaseCallback(ordinal))
        except Refused:
            return  # somebody dropped it or let it go by hand

    def _go(self, session: str) -> None:
        """Send the first callback of the session's line, unless one is under way."""
        if session in self._lines:
            return
        callback = self._next_to_send(session)
        self._stirred.pop(session, None)  # by what was settled just now, and nothing is left to look at
        if callback is not None and (loop := self._loop()) is not None:
            self._out[session] = callback.ordinal
            self._lines[session] = loop.create_task(self._send_line(session))

    def _next_to_send(self, session: str) -> Callback | None:
        """The first callback of the session's line whose host the egress rule does not forbid; others are settled."""
        while (callback := self._engine.next_callback(session)) is not None:
            entry = self._entry(callback)
            blocked = self._blocked(entry)
            if not blocked:
                return callback
            self._settle(callback, entry, Answer(Outcome.BLOCKED, error=blocked), entry.written.url)
        return None

    def _entry(self, callback: Callback) -> Entry:
        entry = self.log.get(callback.ordinal)
        assert entry is not None, "a callback that is not settled is in the log"
        return entry

    def _blocked(self, entry: Entry) -> str:
        """Why the egress rule forbids the host; "" where it does not, or the name has to be looked up first."""
        return "" if self._anywhere else obstacle(entry.written.host) or ""

    def _loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop to send in; None where none runs, or nothing is sent any more."""
        try:
            return None if self.log.closed else asyncio.get_running_loop()
        except RuntimeError:
            return None

    async def _send_line(self, session: str) -> None:
        """Send the session's callbacks one after the other, as long as there is one whose turn it is."""
        try:
            while (callback := self._next_to_send(session)) is not None:
                self._out[session] = callback.ordinal
                entry = self._entry(callback)
                request = entry.written.request
                answer = await self._courier.send(request, anywhere=self._anywhere)
                self._settle(callback, entry, answer, request.url)
        finally:
            del self._lines[session], self._out[session]

    def _settle(self, callback: Callback, entry: Entry, answer: Answer, url: str) -> None:
        attempt = Attempt(callback.attempts + 1, answer.outcome, answer.status, answer.error)
        entry.tried += (Tried(self._engine.now, attempt, answer, url),)
        try:
            self._apply(SettleAttempt(callback.ordinal, attempt, entry.written.going.plan))
        except Refused:
            return  # it was dropped while it was under way


# The key decides the type of the second argument, which no type for a mapping can say: hence Any.
_ACTS: Final[Mapping[type, Callable[[Dispatch, Any], None]]] = {
    CallbackDue: Dispatch._on_due,
    CallbackAttempted: Dispatch._on_move,
    CallbackWaiting: Dispatch._on_move,
    CallbackHeld: Dispatch._on_move,
    CallbackSettled: Dispatch._on_move,
    MessagePlayed: Dispatch._on_message,
}


def _over(event: Event) -> str | None:
    """The session of which a call is over with this event, or that has ended."""
    match event:
        case CallEnded(call=call):
            return call.session or call.host
        case SessionExpired(session=session) | SessionCallEnded(session=session):
            return session.uuid
        case _:
            return None
