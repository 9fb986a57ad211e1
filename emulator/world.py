"""A world at work: engine, clock, journal and accounts of one main account, and their only coupling.

Every access advances the engine to now first, so what fell due happens before what is asked. Nothing awaits
between a change of the engine and its publication. While the process is idle, one timer of the event loop wakes
the world for its next deadline.
"""

import asyncio
from collections.abc import Sequence

from emulator.clock import WorldClock
from emulator.core.chance import Chance
from emulator.core.commands import AddNumber, Command
from emulator.core.engine import Engine
from emulator.core.events import Event
from emulator.faults import Faults, Placed
from emulator.journal import Journal
from emulator.plivo.policy import Policy, rules_of
from emulator.plivo.service import Account
from emulator.requests import ApiRequest, RequestJournal
from emulator.worldfile import WorldSpec

#: The event loop is not asked to sleep longer than this in one go.
_SLEEP_MAX_S = 3600.0

#: An advance hands the event loop to others after this many timers.
_TIMERS_PER_TURN = 500


class World:
    """One world. Worlds share nothing."""

    def __init__(self, spec: WorldSpec, *, heartbeat_s: float | None = None) -> None:
        """`heartbeat_s` wakes the world that often even without a deadline, for when real time is frozen."""
        self.spec = spec
        self._heartbeat_s = heartbeat_s
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
        self.faults = Faults(spec.faults, now=self.clock.now(), rate_limited=spec.policy.rate_limit)
        self._engine = Engine(rules=rules_of(spec.policy, spec.limits), seed=spec.seed, now=self.clock.now())
        for number in spec.numbers:
            self._engine.handle(AddNumber(number.digits, number.calling_code, number.owner))

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
        engine = self.caught_up()
        events = engine.handle(command)
        self._publish(events)
        return events

    def caught_up(self) -> Engine:
        """The engine, advanced to now."""
        now = self.clock.now()
        deadline = self._engine.deadline()
        if deadline is not None and deadline <= now:
            self._publish(self._engine.advance(now))
        else:
            self._engine.advance(now)
        return self._engine

    def faults_met_by(self, request: ApiRequest) -> Sequence[Placed]:
        """What is to go wrong with a request; counts."""
        return self.faults.met_by(request, self.clock.now(), self._chance) if self.faults.asked else ()

    def draw_api_id(self) -> str:
        """A fresh api_id; its stream is the world's, not the engine's, because reading draws it too."""
        return self._chance.uuid("api_id")

    async def advance_to(self, instant: int) -> None:
        """Go forward through every due instant; what happens on the way is in the journal.

        The loop is shared: others get their turn now and then. An instant that has passed changes nothing.
        """
        engine = self._engine
        while (due := engine.deadline()) is not None and due <= instant:
            events = engine.advance(instant, timers_max=_TIMERS_PER_TURN)
            self.clock.jump_to(engine.now)
            self._publish(events)
            await asyncio.sleep(0)
            if engine is not self._engine:
                return  # somebody reset the world meanwhile; what was asked of its old life ends with that
        self.clock.jump_to(instant)
        self.caught_up()

    def run_at(self, rate: float) -> None:
        """Let the clock run at this rate from now on."""
        self.caught_up()
        self.clock.run(rate)
        self.arm()

    def reset(self) -> None:
        """Back to the start: clock, sessions, journal, requests, faults and chance."""
        self.requests.clear()
        self._begin()
        self.arm()

    def fork(self, accounts: Sequence[Account]) -> "World":
        """A copy under other accounts, as it stands now; from here on the two share nothing."""
        self.caught_up()
        twin = World.__new__(World)
        twin.spec = self.spec.with_accounts(accounts)
        twin._heartbeat_s = self._heartbeat_s
        twin._wake = twin._wake_at = None
        twin.clock = self.clock.copy()
        twin.journal = self.journal.copy()
        twin.faults = self.faults.copy()
        twin.requests = self.requests.copy()
        twin._chance = self._chance.copy()
        twin._engine = self._engine.fork()
        twin.arm()
        return twin

    def arm(self) -> None:
        """Let the running event loop wake the world for its next deadline."""
        deadline = self._engine.deadline()
        delay_s = None if deadline is None else self.clock.real_seconds_until(deadline)
        self.disarm()
        if self._heartbeat_s is not None:
            delay_s = min(self._heartbeat_s, self._heartbeat_s if delay_s is None else delay_s)
        if delay_s is not None:
            self._wake_at = deadline
            self._wake = asyncio.get_running_loop().call_later(min(delay_s, _SLEEP_MAX_S), self._awake)

    def stop(self) -> None:
        """Stand still and never wake again; for a world that is removed, even while it advances."""
        self.clock.run(0)
        self.disarm()

    def disarm(self) -> None:
        """Take back what was asked of the event loop."""
        if self._wake is not None:
            self._wake.cancel()
        self._wake = self._wake_at = None

    def _awake(self) -> None:
        self.caught_up()
        self.arm()

    def _publish(self, events: Sequence[Event]) -> None:
        self.journal.append(events)
        if self._engine.deadline() != self._wake_at and self.clock.rate:
            self.arm()
