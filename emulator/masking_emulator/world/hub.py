"""The hub: every world of this server, made, found, copied and removed."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from masking_emulator.core.chance import Chance, Seed
from masking_emulator.core.work import Work, finished
from masking_emulator.plivo.credentials import Credentials
from masking_emulator.traffic.requests import RequestJournal
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
        #: Whether requests for every world are answered: not while worlds are restored, and not once the server ends.
        self.is_ready = True
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
    def turn_s(self) -> float:
        """How many real seconds long work takes before others have their turn."""
        return self._around.turn_s

    def __len__(self) -> int:
        return len(self._worlds)

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
        for account in spec.accounts:
            if account.auth_id in self.credentials:
                raise BadWorld("account", f"{account.auth_id} is taken by another world")
        return self._admit(World(spec, self._around, state_file=state_file))

    def fork(self, auth_id: str) -> World:
        """A copy of a world under new accounts. Raises NoSuchWorld, TooManyWorlds."""
        return finished(self.forking(auth_id))

    def forking(self, auth_id: str, at: int | None = None, main: str | None = None) -> Work[World]:
        """The work of a fork, as the world stood after the event `at`, or stands now.

        `main` is the Auth ID of its main account where it is chosen. Raises NoSuchWorld, TooManyWorlds, NotKept, and
        BadWorld where the chosen Auth ID is taken.
        """
        world = self.world(auth_id)
        accounts = generated_accounts(len(world.accounts), self.chance, self.credentials, main=main)
        twin = yield from world.forking(accounts, at)
        return self._admit(twin)

    def remove(self, auth_id: str) -> None:
        """Take a world and its accounts away. Raises NoSuchWorld."""
        world = self.world(auth_id)
        world.stop()
        self.credentials.expel(world.accounts)
        del self._worlds[auth_id]
        if self._state_file_of is not None:
            with suppress(OSError):
                self._state_file_of(auth_id).unlink()

    def _admit(self, world: World) -> World:
        if len(self) >= WORLDS_MAX:
            world.stop()
            raise TooManyWorlds(WORLDS_MAX)
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
        self.is_ready = False
        worlds = list(self.all())
        for world in worlds:
            world.stop()
        for world in worlds:
            await world.dispatch.ended()

    def draw_api_id(self) -> str:
        """An api_id for the answer to a caller that no world knows."""
        return self.chance.uuid("api_id")
