"""The hub: every world of this server, made, found, copied and removed."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from masking_emulator.core.chance import Chance, Seed
from masking_emulator.core.work import Work, finished
from masking_emulator.plivo.credentials import Credentials
from masking_emulator.traffic.requests import RequestJournal
from masking_emulator.world.life import SavedWorld
from masking_emulator.world.returning import Returning
from masking_emulator.world.spec import BadWorld, WorldSpec, generated_accounts
from masking_emulator.world.surroundings import Surroundings
from masking_emulator.world.world import World

#: The most worlds that one server holds.
WORLDS_MAX = 10_000


#: How many requests that belong to no world are kept, and how many bytes of each answer.
_UNMATCHED_MAX = 100
_UNMATCHED_BODY_BYTES_MAX = 1000


class NoSuchWorld(Exception):
    """No world has this Auth ID."""


class TooManyWorlds(Exception):
    """The server holds as many worlds as it may."""


class Hub:
    """The worlds of a server, by the main account's Auth ID."""

    def __init__(
        self,
        around: Surroundings | None = None,
        *,
        interception: Mapping[str, Any] | None = None,
        seed: Seed = "server",
        state_file_of: Callable[[str], Path] | None = None,
    ) -> None:
        """`around` is what every world needs of the server, `interception` describes its proxy and its TLS.

        `state_file_of` says by its Auth ID where a world is kept; its file goes with it. Without it, none has a file
        that is not added with one.

        The seed decides what belongs to no single world: names for copies, and for worlds whose own name is taken.
        """
        self.credentials: Credentials[World] = Credentials()
        self.interception: Mapping[str, Any] = interception or {}
        self._around = around or Surroundings()
        #: The worlds that are kept and have not been read yet. One that the server begins with may be among them.
        self.returning = Returning()
        self._has_ended = False
        self._worlds: dict[str, World] = {}
        self._state_file_of = state_file_of
        #: What is drawn beside the worlds, so that it differs from all that any of them draws.
        self.chance = Chance(f"the server's own, from {seed}")
        #: Requests with unknown credentials, and to paths that neither API has.
        self.unmatched = RequestJournal(requests_max=_UNMATCHED_MAX, body_bytes_max=_UNMATCHED_BODY_BYTES_MAX)
        if self._around.narrator is not None:
            narrate = self._around.narrator.stranger
            self.unmatched.listeners.append(lambda request: None if request is None else narrate(request))

    @property
    def is_ready(self) -> bool:
        """Whether requests for every world are answered: not while kept ones are read, and not once the server ends."""
        return not (self._has_ended or self.returning)

    @property
    def turn_s(self) -> float:
        """How many real seconds long work takes before others have their turn."""
        return self._around.turn_s

    def __len__(self) -> int:
        return len(self._worlds)

    def __contains__(self, auth_id: object) -> bool:
        """Whether an account has this Auth ID, or a kept world that has not been read yet."""
        return auth_id in self.credentials or auth_id in self.returning

    def all(self) -> Iterable[World]:
        """Every world, oldest first."""
        return self._worlds.values()

    def world(self, auth_id: str) -> World:
        """The world of this main account. Raises NoSuchWorld."""
        try:
            return self._worlds[auth_id]
        except KeyError:
            raise NoSuchWorld(auth_id) from None

    def find(self, auth_id: str) -> World | None:
        """The world of this main account; None where there is none."""
        return self._worlds.get(auth_id)

    def add(self, spec: WorldSpec, *, state_file: Path | None = None) -> World:
        """A new world. Raises BadWorld where one of its accounts is taken, TooManyWorlds.

        `state_file` is where its state is kept between runs of the server.
        """
        self._require_own(spec, None)
        return self._admit_new(World(spec, self._around, state_file=state_file))

    def expect(self, auth_ids: Collection[str]) -> None:
        """These worlds are kept, and will be restored. For before the server listens. Raises TooManyWorlds."""
        if len(self._worlds.keys() | set(auth_ids)) > WORLDS_MAX:
            raise TooManyWorlds(WORLDS_MAX)
        self.returning.expect(auth_ids)

    def restoring(self, spec: WorldSpec, saved: SavedWorld) -> Work[None]:
        """The work of putting back a world that is expected, in the place of the one that the server begins with.

        Raises BadWorld where one of its accounts is another world's.
        """
        world = self.find(spec.accounts[0].auth_id)
        if world is None:
            world = yield from World.restored(spec, saved, self._around)
            self._require_own(spec, world)
            self._admit(world)
        else:
            self._require_own(spec, world)
            self.credentials.expel(world.accounts)
            self.credentials.admit(world, spec.accounts)
            yield from world.restoring(spec, saved)
        self.returning.arrived(world.auth_id)

    async def account_returned(self, auth_id: str) -> None:
        """Return once the account of this Auth ID is there, if it belongs to a world that comes back. Raises StillAway.

        The main account's Auth ID names the world. A subaccount is looked for in the worlds whose Auth IDs end as its
        own does; where it is in none of them, all of them have to be read before it is known to be nobody's.
        """
        known = self.credentials.named(auth_id)
        await self.returning.alike(auth_id if known is None else known.service.auth_id)
        if auth_id not in self.credentials:
            await self.returning.all()

    def fork(self, auth_id: str) -> World:
        """A copy of a world under new accounts. Raises NoSuchWorld, TooManyWorlds."""
        return finished(self.forking(auth_id))

    def forking(self, auth_id: str, at: int | None = None, main: str | None = None) -> Work[World]:
        """The work of a fork, as the world stood after the event `at`, or stands now.

        `main` is the Auth ID of its main account where it is chosen. Raises NoSuchWorld, TooManyWorlds, NotKept, and
        BadWorld where the chosen Auth ID is taken.
        """
        world = self.world(auth_id)
        accounts = generated_accounts(len(world.accounts), self.chance, self, main=main)
        twin = yield from world.forking(accounts, at)
        return self._admit_new(twin)

    def remove(self, auth_id: str) -> None:
        """Take a world and its accounts away. Raises NoSuchWorld."""
        world = self.world(auth_id)
        world.stop()
        self.credentials.expel(world.accounts)
        del self._worlds[auth_id]
        if self._state_file_of is not None:
            with suppress(OSError):
                self._state_file_of(auth_id).unlink()

    def _require_own(self, spec: WorldSpec, world: World | None) -> None:
        for account in spec.accounts:
            named = self.credentials.named(account.auth_id)
            if named is not None and named.service is not world:
                raise BadWorld("account", f"{account.auth_id} is taken by another world")

    def _admit_new(self, world: World) -> World:
        if len(self) + sum(name not in self._worlds for name in self.returning) >= WORLDS_MAX:
            world.stop()
            raise TooManyWorlds(WORLDS_MAX)
        return self._admit(world)

    def _admit(self, world: World) -> World:
        self._worlds[world.auth_id] = world
        if self._state_file_of is not None:
            world.state_file = self._state_file_of(world.auth_id)
        if (narrator := self._around.narrator) is not None:
            world.requests.listeners.append(
                lambda request: None if request is None else narrator.request(request, world.policy)
            )
        self.credentials.admit(world, world.accounts)
        return world

    async def close(self) -> None:
        """Stop every world: no timers, nothing sent, and nobody waits for one any more."""
        self._has_ended = True
        self.returning.end()
        worlds = list(self.all())
        for world in worlds:
            world.stop()
        for world in worlds:
            await world.dispatch.ended()

    def draw_api_id(self) -> str:
        """An api_id for the answer to a caller that no world knows."""
        return self.chance.uuid("api_id")
