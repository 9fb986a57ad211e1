"""Long work and others beside it: a service in this process of which every turn is over at once, and a count of turns.

Nothing is measured: a turn is over after no time at all, so every piece of the work lets others go first.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
from masking_emulator.server.app import make_app
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.surroundings import Surroundings
from masking_emulator.world.world import World

from tests.shell.worlds import create, structure

_Result = TypeVar("_Result")

#: So many sessions are hundreds of pieces of work.
_MANY: Final = 250
_OTHER: Final = "MAEMULATOROTHERWORLD"


class Service:
    """A hub with a world of many sessions, and another one."""

    def __init__(self, client: httpx.AsyncClient, hub: Hub, world: World) -> None:
        self.client = client
        self.hub = hub
        self.world = world

    def begin(self, method: str, path: str = "", body: Any = None) -> "asyncio.Task[httpx.Response]":
        """One request about the large world, under way."""
        return asyncio.ensure_future(self._answered(method, path, body))

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request about the large world, which succeeds."""
        answer = await self._answered(method, path, body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def _answered(self, method: str, path: str, body: Any) -> httpx.Response:
        return await self.client.request(method, f"/_emulator/worlds/{self.world.auth_id}{path}", json=body)

    async def ask_other(self) -> None:
        """One request about the other world."""
        answer = await self.client.get(f"/_emulator/worlds/{_OTHER}/clock")
        assert 200 == answer.status_code

    async def create(self) -> str:
        """One session more in the large world."""
        path = f"/v1/Account/{self.world.auth_id}/Masking/Session/"
        body = {"first_party": "13055550100", "second_party": "13055550101"}
        answer = await self.client.post(path, json=body, auth=(self.world.auth_id, "token"))
        return str(answer.json()["session"]["session_uuid"])

    async def count(self, **filters: str) -> int:
        """How many sessions a list has."""
        path = f"/v1/Account/{self.world.auth_id}/Masking/Session/"
        answer = await self.client.get(path, params=filters, auth=(self.world.auth_id, "token"))
        assert 200 == answer.status_code, answer.text
        return int(answer.json()["response"]["meta"]["total_count"])


@asynccontextmanager
async def service_of(sessions: int = _MANY, *, folder: Path | None = None, **changes: Any) -> AsyncIterator[Service]:
    """A service whose large world has so many sessions; with `folder` each world has a file of its name there."""
    file_of = None if folder is None else lambda auth_id: folder / f"{auth_id}.json"
    hub = Hub(Surroundings(turn_s=0), state_file_of=file_of)
    world = hub.add(world_of(structure(**changes)))
    hub.add(world_of(structure(account={"auth_id": _OTHER, "auth_token": "token"})))
    for number in range(sessions):
        world.do(create(f"1202{number:07}", f"1303{number:07}", expiry_s=600 + number))
    transport = httpx.ASGITransport(make_app(hub))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=None) as client:
        yield Service(client, hub, world)
    await hub.close()


async def turns_beside(work: Awaitable[_Result]) -> tuple[_Result, int]:
    """What it comes to, and how many turns somebody else has meanwhile."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.ensure_future(other())
    try:
        return await work, turns
    finally:
        beside.cancel()
