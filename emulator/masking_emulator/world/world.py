"""A world at work: engine, clock, journal, callbacks and accounts of one main account, and their only coupling.

Every access advances the engine to now first, so what fell due happens before what is asked. Nothing awaits
between a change of the engine and its publication. While the process is idle, one timer of the event loop wakes
the world for its next deadline.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from masking_emulator.callbacks.courier import Courier
from masking_emulator.callbacks.dispatch import Dispatch
from masking_emulator.callbacks.laboratory import Rule
from masking_emulator.callbacks.log import CallbackLog
from masking_emulator.callbacks.outgoing import Writer
from masking_emulator.clock import WorldClock
from masking_emulator.core.chance import Chance
from masking_emulator.core.commands import AddNumber, Command, DropCallback, SetPhone
from masking_emulator.core.engine import Engine
from masking_emulator.core.events import Event
from masking_emulator.core.records.base import Record, field
from masking_emulator.core.rules import Rules
from masking_emulator.core.snapshot import Snapshot
from masking_emulator.plivo.policy import Policy, rules_of
from masking_emulator.plivo.service import Account
from masking_emulator.traffic.placed import FaultList, PlacedFault
from masking_emulator.traffic.requests import ApiRequest, RequestJournal
from masking_emulator.world.journal import Journal
from masking_emulator.world.spec import WorldSpec

if TYPE_CHECKING:
    from masking_emulator.world.recorder import Recorder

#: The event loop is not asked to sleep longer than this in one go.
_SLEEP_MAX_S = 3600.0

#: An advance hands the event loop to others after this many timers.
_TIMERS_PER_TURN = 500

#: An advance waits so many real seconds in all for callbacks to be answered, unless it is told otherwise.
ADVANCE_PATIENCE_S: Final = 10.0

#: Where the emulated API says that its resources are, under the policy that shows the vendor's own URLs.
_VENDOR_URL: Final = "https://api.plivo.com"


class Surroundings(Record):
    """What a world needs of its server: the URL under which it is asked, and who carries its callbacks.

    `heartbeat_s` wakes the world that often even without a deadline, for when real time is frozen.
    """

    base_url: str = "http://127.0.0.1:8080"
    courier: Courier = field(default_factory=Courier)
    heartbeat_s: float | None = None


class Standing(Record):
    """Where a world stands: its clock, its draws of chance, its laboratory, and its engine."""

    now: int
    rate: float
    journal_last: int
    drawn: Mapping[str, int]
    rules: Sequence[Rule]
    engine: Snapshot


class World:
    """One world. Worlds share nothing but their surroundings."""

    def __init__(self, spec: WorldSpec, around: Surroundings | None = None) -> None:
        """`around` left out, the world is in no server."""
        self.spec = spec
        self._around = around or Surroundings()
        #: Where its state is kept between runs of the server (keeping/files.py).
        self.state_file: Path | None = None
        self._stopped_at_rate: float | None = None
        self._advances = 0
        self._recorder: Recorder | None = None
        self._wake: asyncio.TimerHandle | None = None
        self._wake_at: int | None = None
        limits = spec.limits
        self.requests = RequestJournal(requests_max=limits.requests_max, body_bytes_max=limits.request_body_bytes_max)
        self._begin()

    def _begin(self) -> None:
        spec = self.spec
        self.clock = WorldClock(start=spec.clock_start, rate=spec.clock_rate)
        self.journal = Journal(spec.limits.journal_events_max)
        self._chance = Chance(spec.seed)
        self.faults = FaultList(spec.faults, now=self.clock.now(), rate_limited=spec.policy.rate_limit)
        self._engine = Engine(rules=rules_of_spec(spec), seed=spec.seed, now=self.clock.now())
        for number in spec.numbers:
            self._engine.handle(AddNumber(number.digits, number.calling_code, number.owner))
        for phone in spec.phones:
            self._engine.handle(SetPhone(phone))
        self.dispatch = self._dispatch(CallbackLog(spec.limits.callbacks_kept_max))
        self._tell_beginning()

    @property
    def accounts(self) -> Sequence[Account]:
        """The main account, then its subaccounts."""
        return self.spec.accounts

    @property
    def auth_id(self) -> str:
        """The main account's Auth ID, which names the world."""
        return self.spec.accounts[0].auth_id

    @property
    def policy(self) -> Policy:
        """The world's choices where sources disagree."""
        return self.spec.policy

    def do(self, command: Command) -> Sequence[Event]:
        """Advance to now, then apply the command. Raises Refused, and then only time has passed."""
        self.caught_up()
        return self._apply(command)

    def caught_up(self) -> Engine:
        """The engine, advanced to now."""
        self._advance(self.clock.now())
        return self._engine

    def faults_met_by(self, request: ApiRequest) -> Sequence[PlacedFault]:
        """What is to go wrong with a request; counts."""
        return self.faults.met_by(request, self.clock.now(), self._chance) if self.faults.asked else ()

    def draw_api_id(self) -> str:
        """A fresh api_id; its stream is the world's, not the engine's, because reading draws it too."""
        return self._chance.uuid("api_id")

    async def advance_to(self, instant: int, *, patience_s: float = ADVANCE_PATIENCE_S) -> None:
        """Go forward through every due instant; what happens on the way is in the journal.

        At each instant with callbacks it waits for their answers, in all for `patience_s` real seconds, but not at all
        if it was asked for while another advance waits: a receiver that moves the clock would wait for itself.
        The loop is shared: others get their turn now and then. An instant that has passed changes nothing.
        """
        engine, dispatch = self._engine, self.dispatch
        give_up_at = asyncio.get_running_loop().time() + (0 if self._advances else patience_s)
        self._advances += 1
        try:
            dispatch.resume()
            await dispatch.answered(give_up_at)
            turn_ends = engine.timers_run + _TIMERS_PER_TURN
            while not dispatch.log.closed and (due := engine.deadline()) is not None and due <= instant:
                self._advance(instant, timers_max=_TIMERS_PER_TURN)
                if dispatch.is_sending:
                    await dispatch.answered(give_up_at)
                if engine.timers_run >= turn_ends:
                    await asyncio.sleep(0)
                    turn_ends = engine.timers_run + _TIMERS_PER_TURN
        finally:
            self._advances -= 1
        if not dispatch.log.closed:  # else the life of which it was asked is over: reset, removed, server stopped
            self.clock.jump_to(instant)
            self.caught_up()

    def run_at(self, rate: float) -> None:
        """Let the clock run at this rate from now on."""
        self.caught_up()
        self.clock.run(rate)
        self.arm()

    def reset(self) -> None:
        """Back to the start: clock, sessions, journals, faults, laboratory and chance. What is under way is let go."""
        self.dispatch.stop()
        self.journal.close()
        self.requests.clear()
        self._begin()
        self.arm()

    def fork(self, accounts: Sequence[Account]) -> "World":
        """A copy under other accounts, as it stands now; from here on the two share nothing.

        What the original has yet to send is the original's affair: the copy drops it. The laboratory's rules stand
        where they stand, but a group that waits to be reordered is dropped with the rest.
        """
        self.caught_up()
        twin = World.__new__(World)
        twin.spec = self.spec.with_accounts(accounts)
        twin.state_file = None
        twin._around = self._around
        twin._stopped_at_rate = None
        twin._advances = 0
        twin._recorder = None
        twin._wake = twin._wake_at = None
        twin.clock = self.clock.copy()
        twin.journal = self.journal.copy()
        twin.faults = self.faults.copy()
        twin.requests = self.requests.copy()
        twin._chance = self._chance.copy()
        twin._engine = self._engine.fork()
        twin.dispatch = twin._dispatch(self.dispatch.log.copy(), [rule.forked() for rule in self.dispatch.rules])
        for callback in twin._engine.state.outbox.unsettled():
            twin._apply(DropCallback(callback.ordinal))
        twin.arm()
        return twin

    def standing(self) -> Standing:
        """Where the world stands now."""
        engine = self.caught_up()
        return Standing(
            now=self.clock.now(),
            rate=self.clock.rate if self._stopped_at_rate is None else self._stopped_at_rate,
            journal_last=self.journal.last,
            drawn=dict(self._chance.drawn),
            rules=[rule.copy() for rule in self.dispatch.rules],
            engine=engine.snapshot(),
        )

    def stand(self, spec: WorldSpec, standing: Standing) -> None:
        """Stand where a world of this spec stood. Callbacks that are under way are let go, open ones sent anew."""
        self.dispatch.stop()
        self.spec = spec
        self.clock = WorldClock(start=standing.now, rate=standing.rate)
        self.journal = Journal(spec.limits.journal_events_max, last=standing.journal_last)
        self._chance = Chance(spec.seed, standing.drawn)
        self._engine = Engine.restored(standing.engine, rules=rules_of_spec(spec), seed=spec.seed)
        self.faults = FaultList(spec.faults, now=standing.now, rate_limited=spec.policy.rate_limit)
        rules = [rule.copy() for rule in standing.rules]
        self.dispatch = self._dispatch(CallbackLog(spec.limits.callbacks_kept_max), rules)
        self._tell_beginning()
        # Nonces of their own: those of the world's stream belong to the callbacks to come.
        anew = Chance(f"{spec.seed} taken over at {standing.now}")
        self.dispatch.take_over(self._engine.state.outbox.unsettled(), self._writer(anew))
        self.arm()

    def arm(self) -> None:
        """Let the running event loop wake the world for its next deadline."""
        deadline = self._engine.deadline()
        delay_s = None if deadline is None else self.clock.real_seconds_until(deadline)
        self.disarm()
        if self._around.heartbeat_s is not None:
            delay_s = min(self._around.heartbeat_s, self._around.heartbeat_s if delay_s is None else delay_s)
        if delay_s is not None:
            self._wake_at = deadline
            self._wake = asyncio.get_running_loop().call_later(min(delay_s, _SLEEP_MAX_S), self._awake)

    def stop(self) -> None:
        """Stand still, send nothing and never wake again; for a world that is removed, even while it advances."""
        self._stopped_at_rate = self.clock.rate if self._stopped_at_rate is None else self._stopped_at_rate
        self.clock.run(0)
        self.journal.close()
        self.dispatch.stop()
        self.disarm()

    def disarm(self) -> None:
        """Take back what was asked of the event loop."""
        if self._wake is not None:
            self._wake.cancel()
        self._wake = self._wake_at = None

    def _awake(self) -> None:
        self.caught_up()
        self.arm()

    def record(self, recorder: "Recorder") -> None:
        """From here on, tell the recorder everything that goes into the world."""
        self._recorder = recorder
        self._tell_beginning()

    def _tell_beginning(self) -> None:
        if self._recorder is not None:
            self._recorder.begin(self.spec, self._engine.snapshot())

    def _advance(self, instant: int, *, timers_max: int | None = None) -> None:
        """Let the engine run its timers, and publish what they do."""
        engine, ran = self._engine, self._engine.timers_run
        events = engine.advance(instant, timers_max=timers_max)
        if self._recorder is not None:
            self._recorder.timers(engine.now, engine.timers_run - ran)
        if timers_max is not None:
            self.clock.jump_to(engine.now)
        if events:
            self._publish(events)

    def _writer(self, chance: Chance) -> Writer:
        base_url = _VENDOR_URL if self.policy.resource_urls == "vendor" else self._around.base_url
        return Writer(self.accounts, base_url, chance)

    def _dispatch(self, log: CallbackLog, rules: Sequence[Rule] = ()) -> Dispatch:
        return Dispatch(
            self._engine,
            self._apply,
            self._writer(self._chance),
            self._around.courier,
            self._chance,
            anywhere=self.spec.egress == "any",
            log=log,
            rules=rules,
        )

    def _apply(self, command: Command) -> Sequence[Event]:
        """Apply a command at the instant at which the engine stands."""
        events = self._engine.handle(command)
        if self._recorder is not None:
            self._recorder.command(self._engine.now, command)
        self._publish(events)
        return events

    def _publish(self, events: Sequence[Event]) -> None:
        self.journal.append(events)
        if self._recorder is not None:
            self._recorder.events(events)
        self.dispatch.take(events)
        if self._engine.deadline() != self._wake_at and self.clock.rate:
            self.arm()


def rules_of_spec(spec: WorldSpec) -> Rules:
    """The engine's rules that follow from a world."""
    return rules_of(spec.policy, spec.limits, spec.telephony, spec.tariff)
