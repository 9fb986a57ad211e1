"""A world: engine, clock, journal, callbacks and accounts of one main account, joined here and nowhere else.

Every access advances the engine to now first, so what fell due happens before what is asked. Nothing awaits
between a change of the engine and its publication. While the process is idle, one timer of the event loop wakes
the world for its next deadline.
"""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from masking_emulator.callbacks.dispatch import Dispatch
from masking_emulator.callbacks.laboratory import Laboratory
from masking_emulator.callbacks.routes import CallbackRoute, RouteTable
from masking_emulator.callbacks.writing import Writer
from masking_emulator.clock import WorldClock
from masking_emulator.core.commands import Command
from masking_emulator.core.engine import Done, Engine
from masking_emulator.core.events import CallbackAttempted, CallbackSettled, Event
from masking_emulator.core.instants import INSTANT_MAX
from masking_emulator.core.work import Work, finished
from masking_emulator.plivo.policy import Policy
from masking_emulator.plivo.service import Account
from masking_emulator.traffic.placed import FaultList, PlacedFault
from masking_emulator.traffic.requests import ApiRequest, RequestJournal
from masking_emulator.world.door import Door
from masking_emulator.world.history import LifeHistory, Moment
from masking_emulator.world.journal import Journal
from masking_emulator.world.life import Holdings, Life, SavedWorld
from masking_emulator.world.narrator import Narrator
from masking_emulator.world.spec import WorldSpec
from masking_emulator.world.surroundings import Surroundings
from masking_emulator.world.turns import politely

if TYPE_CHECKING:
    from masking_emulator.world.recorder import Recorder

#: The longest that the event loop sleeps before it looks at the clock again, in real seconds.
_SLEEP_MAX_S = 3600.0

#: A world whose timer failed wakes again after so many real seconds.
_AFTER_ERROR_S: Final = 1.0

#: So many timers run before anybody asks whether a turn is over. It decides what is one batch for the dispatch, so it
#: counts timers and not time: the same run has the same journal on every machine.
_TIMERS_AT_ONCE: Final = 100

#: How long an advance waits in all for callbacks to be answered, in real seconds, where the request says nothing.
ADVANCE_PATIENCE_S: Final = 10.0


class World:
    """One world. Worlds share nothing but their surroundings."""

    def __init__(
        self,
        spec: WorldSpec,
        around: Surroundings | None = None,
        life: Life | None = None,
        *,
        requests: RequestJournal | None = None,
        state_file: Path | None = None,
    ) -> None:
        """Without `around` the world is in no server; without `life` and `requests` it begins new ones.

        `state_file` is where its state is kept between runs of the server (keeping/files.py).
        """
        limits = spec.limits
        self.spec = spec
        self.state_file = state_file
        self.requests = requests or RequestJournal(
            requests_max=limits.requests_max, body_bytes_max=limits.request_body_bytes_max
        )
        self._around = around or Surroundings()
        self._stopped_at_rate: float | None = None
        self._waits = 0
        #: Records what the world is asked and what comes of it; None where nobody wants that.
        self.recorder: Recorder | None = None
        self._wake: asyncio.TimerHandle | None = None
        self._wake_at: int | None = None
        self._life = life or Life.begun(spec)
        self.door, self.file_door = Door(), Door()
        self.dispatch = self._dispatch()

    @classmethod
    def restored(cls, spec: WorldSpec, saved: SavedWorld, around: Surroundings) -> Work["World"]:
        """The work of a world that goes on in this state; its open callbacks are sent anew."""
        life = yield from Life.restoring(spec, saved, around.resources_url(spec.policy))
        world = cls(spec, around, life)
        world.dispatch.resume()
        world.arm()
        return world

    def _begin_life(self, life: Life) -> None:
        """End the current life, abandon what is under way in it, and begin this one."""
        self.dispatch.stop()
        self.journal.close()
        self._life = life
        self.dispatch = self._dispatch()
        self._tell_beginning()

    @property
    def clock(self) -> WorldClock:
        """The world's clock."""
        return self._life.clock

    @property
    def journal(self) -> Journal:
        """Every event of this life."""
        return self._life.journal

    @property
    def history(self) -> LifeHistory:
        """What was done in this life, to go back in."""
        return self._life.history

    @property
    def faults(self) -> FaultList:
        """What goes wrong on purpose."""
        return self._life.faults

    @property
    def laboratory(self) -> Laboratory:
        """What is done to callbacks before they are sent."""
        return self._life.laboratory

    @property
    def routes(self) -> RouteTable:
        """Where public callback URLs are delivered instead."""
        return self._life.routes

    def route(self, routes: Sequence[CallbackRoute]) -> None:
        """Other routes in place of those before, for every callback that is not settled too."""
        self.caught_up()
        self.routes.replace(routes)
        self.dispatch.reroute()

    @property
    def turn_s(self) -> float:
        """How many real seconds long work takes before others have their turn."""
        return self._around.turn_s

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

    @property
    def resources_url(self) -> str:
        """What the URLs of resources in its answers begin with."""
        return self._around.resources_url(self.policy)

    def do(self, command: Command) -> Sequence[Event]:
        """Advance to now, then apply the command. Raises Refused, and then only time has passed."""
        self.caught_up()
        return self._apply(command)

    def caught_up(self) -> Engine:
        """The engine, advanced to now; while somebody does long work in the world, as it stands."""
        if not self.door.is_held:
            self._advance(self.clock.now())
        return self._life.engine

    def holdings(self) -> Holdings:
        """What the world holds as it stands; nothing is caught up."""
        return self._life.holdings()

    def faults_met_by(self, request: ApiRequest) -> Sequence[PlacedFault]:
        """The faults that this request meets; counts them."""
        return self.faults.met_by(request, self.clock.now(), self._life.chance) if self.faults.asked else ()

    def draw_api_id(self) -> str:
        """A fresh api_id; its stream is the world's, not the engine's, because reading draws it too."""
        return self._life.chance.uuid("api_id")

    async def advance_to(
        self, instant: int, *, patience_s: float = ADVANCE_PATIENCE_S, session: str | None = None
    ) -> None:
        """Go forward through every due instant; what happens on the way is in the journal.

        At each instant with callbacks, of `session` where it is given, it waits for their answers, in all for
        `patience_s` real seconds, but not at all if it was asked for while another advance waits: a receiver that moves
        the clock would wait for itself.
        Other requests to this world wait while timers run, and not while it waits itself; those to other worlds never
        do. An instant that has passed changes nothing, and one beyond the end of time is that end.
        """
        instant = min(instant, INSTANT_MAX)
        dispatch = self.dispatch
        give_up_at = asyncio.get_running_loop().time() + (0 if self._waits else patience_s)
        self._waits += 1
        try:
            dispatch.resume()
            await dispatch.answered(give_up_at, session)
            while await self._advanced_to(instant, dispatch):
                await dispatch.answered(give_up_at, session)
        finally:
            self._waits -= 1

    async def _advanced_to(self, instant: int, dispatch: Dispatch) -> bool:
        """Run timers up to the instant, or until something has been sent; whether it was that."""
        async with self.door.held():
            is_sending = await politely(self._run(instant, dispatch), self.turn_s)
            if not (is_sending or dispatch.log.closed):  # closed: the life in which it began is over
                self.clock.jump_to(instant)
                self._advance(self.clock.now())
                self.arm()
        return is_sending

    def _run(self, instant: int, dispatch: Dispatch) -> Work[bool]:
        engine = self._life.engine
        while not dispatch.log.closed and (due := engine.deadline()) is not None and due <= instant:
            self._advance(instant, timers_max=_TIMERS_AT_ONCE, to_callbacks=True)
            self.clock.jump_to(engine.now)
            if dispatch.is_sending:
                return True
            yield
        return False

    async def entered(self) -> None:
        """Return as soon as it is one's turn in this world, and what has fallen due is done.

        Whatever is done before the next `await` is done alone. A world that is behind catches up in turns.
        """
        if self.door.is_shut or self._is_behind():
            async with self.door.held():
                await politely(self._catching_up(), self.turn_s)
            if not self.dispatch.log.closed:
                self.arm()

    def _is_behind(self) -> bool:
        return (deadline := self._life.engine.deadline()) is not None and deadline <= self.clock.now()

    def _catching_up(self) -> Work[None]:
        engine, instant = self._life.engine, self.clock.now()
        while not self.dispatch.log.closed and (due := engine.deadline()) is not None and due <= instant:
            self._advance(instant, timers_max=_TIMERS_AT_ONCE)
            yield

    async def attempted(self, callbacks: Collection[int], *, patience_s: float = ADVANCE_PATIENCE_S) -> None:
        """Return once these callbacks have been answered, have failed or are blocked, as an advance waits for its own.

        In all for `patience_s` real seconds, but not at all if it was asked for while another one waits.
        """
        give_up_at = asyncio.get_running_loop().time() + (0 if self._waits else patience_s)
        self._waits += 1
        try:
            await self.dispatch.attempted(callbacks, give_up_at)
        finally:
            self._waits -= 1

    def run_at(self, rate: float) -> None:
        """Let the clock run at this rate from now on."""
        self.caught_up()
        self.clock.run(rate)
        self.arm()

    def reset(self) -> None:
        """Back to the start: clock, sessions, journals, faults, laboratory, chance. What is under way is abandoned."""
        self.requests.clear()
        self._begin_life(Life.begun(self.spec))
        self.arm()

    def fork(self, accounts: Sequence[Account]) -> "World":
        """A copy under other accounts, as it stands now; from here on the two share nothing but the server.

        Nobody records the copy, and no file keeps it.
        """
        return finished(self.forking(accounts))

    def forking(self, accounts: Sequence[Account], at: int | None = None) -> Work["World"]:
        """The work of a fork; `at` forks it as it stood after this event, without requests. Raises NotKept."""
        yield from self._catching_up()
        life = yield from (self._life.forking() if at is None else self._life.forking_at(at))
        requests = self.requests.copy() if at is None else None
        twin = World(self.spec.with_accounts(accounts), self._around, life, requests=requests)
        twin.arm()
        return twin

    def looking_back(self, sequence: int) -> Work[Moment]:
        """The work of seeing the world as it stood after this event. Raises NotKept."""
        self.caught_up()
        return self._life.looking_back(sequence)

    def saving(self) -> Work[SavedWorld]:
        """The work of the state of the world, as it is when the work begins."""
        self.caught_up()
        return self._life.saving(rate=self.clock.rate if self._stopped_at_rate is None else self._stopped_at_rate)

    def restore(self, spec: WorldSpec, saved: SavedWorld) -> None:
        """Restore the state of a world of this spec. Callbacks under way are abandoned, open ones sent anew."""
        finished(self.restoring(spec, saved))

    def restoring(self, spec: WorldSpec, saved: SavedWorld) -> Work[None]:
        """The work of a restore: the new life is made beside the one that goes on, which ends in one moment."""
        life = yield from Life.restoring(spec, saved, self._around.resources_url(spec.policy))
        # The other life is whole: from here on nothing can fail.
        self.spec = spec
        self._begin_life(life)
        self.dispatch.resume()
        self.arm()

    def arm(self) -> None:
        """Let the running event loop wake the world for its next deadline."""
        deadline = self._life.engine.deadline()
        delay_s = None if deadline is None else self.clock.real_seconds_until(deadline)
        self.disarm()
        if self._around.heartbeat_s is not None:
            delay_s = min(self._around.heartbeat_s, self._around.heartbeat_s if delay_s is None else delay_s)
        if delay_s is not None:
            self._wake_at = deadline
            self._wake = asyncio.get_running_loop().call_later(min(delay_s, _SLEEP_MAX_S), self._awake)

    def stop(self) -> None:
        """Stop for good: no timers, nothing sent. For a world that is removed, even while it advances."""
        self._stopped_at_rate = self.clock.rate if self._stopped_at_rate is None else self._stopped_at_rate
        self.clock.run(0)
        self.journal.close()
        self.requests.listeners.close()
        self.dispatch.stop()
        self.disarm()

    def disarm(self) -> None:
        """Cancel the timer in the event loop."""
        if self._wake is not None:
            self._wake.cancel()
        self._wake = self._wake_at = None

    def _awake(self) -> None:
        """Do what is due, and wait for the next; an error goes to the event loop, and the world wakes again."""
        again = self._around.heartbeat_s or _AFTER_ERROR_S
        self._wake = asyncio.get_running_loop().call_later(again, self._awake)
        if not self.door.is_shut:  # else whoever holds it arms again
            next(self._catching_up(), None)  # what is left then is due at once, after the others' turns
            if not self._is_behind():
                self.caught_up()
            self.arm()

    def record(self, recorder: "Recorder") -> None:
        """From here on, record every command and every event. Raises OSError where the beginning cannot be written."""
        self.recorder = recorder
        self._tell_beginning()

    def _tell_beginning(self) -> None:
        if self.recorder is not None:
            self.recorder.begin(self.spec, self._life.engine.snapshot())

    def _advance(self, instant: int, *, timers_max: int | None = None, to_callbacks: bool = False) -> None:
        """Let the engine run its timers, and publish what they do."""
        engine, ran = self._life.engine, self._life.engine.timers_run
        events = engine.advance(instant, timers_max=timers_max, to_callbacks=to_callbacks)
        if engine.timers_run > ran:
            self._publish(engine.timers_run - ran, events)

    def _dispatch(self) -> Dispatch:
        life = self._life
        return Dispatch(
            life.engine,
            self._apply,
            Writer(self.spec.accounts, self.resources_url, life.chance, life.routes),
            self._around.courier,
            life.chance,
            anywhere=self.spec.egress == "any",
            log=life.log,
            laboratory=life.laboratory,
        )

    def _apply(self, command: Command) -> Sequence[Event]:
        """Apply a command at the engine's instant."""
        events = self._life.engine.handle(command)
        self._publish(command, events)
        return events

    def _publish(self, done: Done, events: Sequence[Event]) -> None:
        life = self._life
        life.history.note(life.engine, done, len(events))
        life.journal.append(events)
        if self.recorder is not None:
            self.recorder.note(life.engine.now, done, events)
        self.dispatch.take(events)
        if self._around.narrator is not None:
            self._narrate(events, self._around.narrator)
        if life.clock.rate and life.engine.deadline() != self._wake_at:
            self.arm()

    def _narrate(self, events: Sequence[Event], narrator: Narrator) -> None:
        for event in events:
            if isinstance(event, CallbackAttempted | CallbackSettled):  # noqa: SIM102  # as one, it is too long
                if (entry := self._life.log.get(event.callback.ordinal)) is not None:
                    narrator.callback(entry)
