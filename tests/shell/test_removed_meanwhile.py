"""Worlds that are removed or reset while something long is done with them, or waits for its turn."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from masking_emulator.control.clock import advance_clock
from masking_emulator.control.kernel import ControlRequest
from masking_emulator.core.instants import written
from masking_emulator.keeping.snapshot import snapshot_of
from masking_emulator.server.app import make_app
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.surroundings import Surroundings
from masking_emulator.world.world import World
from starlette.responses import StreamingResponse

from tests.shell.worlds import START, create, structure

_MANY: Final = 250


class _Around:
    """A hub with one world, in which every turn is over at once."""

    def __init__(self, folder: Path, client: httpx.AsyncClient, hub: Hub, world: World) -> None:
        self.folder, self.client, self.hub, self.world = folder, client, hub, world
        self.path = f"/_emulator/worlds/{world.auth_id}"
        self.file = folder / f"{world.auth_id}.json"

    def ask(self, method: str, path: str = "", body: Any = None) -> "asyncio.Task[httpx.Response]":
        """One request about the world, under way."""
        return asyncio.ensure_future(self.client.request(method, self.path + path, json=body))


@asynccontextmanager
async def _around(folder: Path) -> AsyncIterator[_Around]:
    hub = Hub(Surroundings(turn_s=0), state_file_of=lambda auth_id: folder / f"{auth_id}.json")
    world = hub.add(world_of(structure()))
    for number in range(_MANY):
        world.do(create(f"1202{number:07}", f"1303{number:07}", expiry_s=600 + number))
    transport = httpx.ASGITransport(make_app(hub))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=None) as client:
        yield _Around(folder, client, hub, world)
    await hub.close()


async def _until_written(around: _Around) -> None:
    """Until some of the world's file has been written."""
    while not any(around.folder.iterdir()):
        await asyncio.sleep(0)


def test_file_that_is_being_written_goes_with_its_world(tmp_path: Path) -> None:
    """Otherwise the world would be there again at the next start."""

    async def both() -> tuple[int, int]:
        async with _around(tmp_path) as around:
            kept = around.ask("POST", "/snapshot")
            await _until_written(around)
            removed = around.ask("DELETE")
            return (await kept).status_code, (await removed).status_code

    assert (200, 200) == asyncio.run(both())
    assert [] == list(tmp_path.iterdir())


def test_file_has_what_was_written_last(tmp_path: Path) -> None:
    """A long state that is still being written does not take the place of a short one that came after it."""

    async def both() -> tuple[list[int], Any, Any]:
        async with _around(tmp_path) as around:
            first = around.ask("POST", "/snapshot")
            await _until_written(around)
            codes = [(await around.ask("POST", "/reset")).status_code]
            codes += [answer.status_code for answer in await asyncio.gather(around.ask("POST", "/snapshot"), first)]
            return codes, snapshot_of(around.world), json.loads(around.file.read_text(encoding="utf-8"))

    codes, state, written = asyncio.run(both())
    assert [200, 200, 200] == codes
    assert state == written


def test_removed_world_is_written_no_more(tmp_path: Path) -> None:
    """Who waits to write it while it is removed is told that there is none."""

    async def all_three() -> list[int]:
        async with _around(tmp_path) as around:
            asked = [around.ask("POST", "/snapshot")]
            await _until_written(around)
            asked += [around.ask("DELETE"), around.ask("POST", "/snapshot"), around.ask("DELETE")]
            return [answer.status_code for answer in await asyncio.gather(*asked)]

    assert [200, 200, 404, 404] == asyncio.run(all_three())
    assert [] == list(tmp_path.iterdir())


def test_advance_in_lines_does_not_go_on_in_another_life(tmp_path: Path) -> None:
    """It was told how far to go by the clock of the life in which it was asked for."""

    async def both() -> str:
        async with _around(tmp_path) as around:
            path = {"auth_id": around.world.auth_id}
            asked = ControlRequest(around.hub, path, {}, {"seconds": 300}, {"accept": "application/x-ndjson"})
            answer = await advance_clock(asked)
            around.world.reset()
            assert isinstance(answer, StreamingResponse)
            assert [line async for line in answer.body_iterator]
            return written(around.world.clock.now())

    assert START == asyncio.run(both())


def test_clock_goes_forward_for_whoever_leaves_before_the_first_line(tmp_path: Path) -> None:
    """As for whoever leaves behind it."""

    async def left() -> str:
        async with _around(tmp_path) as around:
            path = {"auth_id": around.world.auth_id}
            asked = ControlRequest(around.hub, path, {}, {"seconds": 300}, {"accept": "application/x-ndjson"})
            await advance_clock(asked)
            await around.ask("GET")
            return written(around.world.clock.now())

    assert "2026-01-01T00:05:00Z" == asyncio.run(left())


@pytest.mark.parametrize("is_removed_first", [False, True])
def test_snapshot_is_not_put_into_a_removed_world(tmp_path: Path, *, is_removed_first: bool) -> None:
    """It would go on where nobody sees it, send callbacks, and never end."""

    async def all_three() -> tuple[list[int], bool]:
        async with _around(tmp_path) as around:
            given = snapshot_of(around.world)
            asked = [around.ask("PUT", "/snapshot", given)]
            while not around.world.door.is_held:
                await asyncio.sleep(0)
            others = [("PUT", "/snapshot", given), ("DELETE", "", None)]
            asked += [around.ask(*one) for one in (reversed(others) if is_removed_first else others)]
            codes = [answer.status_code for answer in await asyncio.gather(*asked)]
            return codes, around.world.dispatch.log.closed

    codes = [200, 200, 404] if is_removed_first else [200, 200, 200]
    assert (codes, True) == asyncio.run(all_three())
