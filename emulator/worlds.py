"""The hub: every world of this server, made, found, copied and removed."""

from collections.abc import Iterable, Mapping
from typing import Any

from emulator.core.chance import Chance
from emulator.plivo.credentials import Credentials
from emulator.world import World
from emulator.worldfile import BadWorld, WorldSpec, generated_accounts

#: So many worlds one server holds.
WORLDS_MAX = 10_000


class NoSuchWorld(Exception):
    """No world has this Auth ID."""


class TooManyWorlds(Exception):
    """The server holds as many worlds as it may."""


class Hub:
    """The worlds of a server, by the main account's Auth ID."""

    def __init__(self, *, heartbeat_s: float | None = None) -> None:
        """`heartbeat_s` is handed to every world."""
        self.credentials = Credentials()
        #: What the server says of its proxy and its TLS.
        self.interception: Mapping[str, Any] = {}
        self._heartbeat_s = heartbeat_s
        self._worlds: dict[str, World] = {}
        self._chance = Chance("server")

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

    def add(self, spec: WorldSpec) -> World:
        """A new world. Raises BadWorld where one of its accounts is taken, TooManyWorlds."""
        for account in spec.accounts:
            if account.auth_id in self.credentials:
                raise BadWorld("account", f"{account.auth_id} is taken by another world")
        return self._admit(World(spec, heartbeat_s=self._heartbeat_s))

    def fork(self, auth_id: str) -> World:
        """A copy of a world under new accounts. Raises NoSuchWorld, TooManyWorlds."""
        world = self.world(auth_id)
        accounts = generated_accounts(len(world.accounts), self._chance, self.credentials)
        return self._admit(world.fork(accounts))

    def remove(self, auth_id: str) -> None:
        """Take a world and its accounts away. Raises NoSuchWorld."""
        world = self.world(auth_id)
        world.stop()
        self.credentials.expel(world.accounts)
        del self._worlds[auth_id]

    def _admit(self, world: World) -> World:
        if len(self) >= WORLDS_MAX:
            world.stop()
            raise TooManyWorlds(WORLDS_MAX)
        self._worlds[world.auth_id] = world
        self.credentials.admit(world, world.accounts)
        return world

    def close(self) -> None:
        """Let no world wake any more."""
        for world in self.all():
            world.stop()

    def draw_api_id(self) -> str:
        """An api_id for the answer to a caller that no world knows."""
        return self._chance.uuid("api_id")
