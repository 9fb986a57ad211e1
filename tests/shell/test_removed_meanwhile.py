"""Worlds that are removed or reset while something long is done with them, or waits for its turn."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from masking_emulator.control.clock import advance_clock
from masking_emulator.control.kernel import ControlRequest
from masking_emulator.core.instants import written
from masking_emulator.keeping.snapshot import snapshot_of
from starlette.responses import Response, StreamingResponse

from tests.shell.turns import Service, service_of
from tests.shell.worlds import START


async def _until_written(folder: Path) -> None:
    """Until some of a world's file has been written."""
    while not any(folder.iterdir()):
        await asyncio.sleep(0)


async def _begin_advance(service: Service) -> Response:
    """An advance of 300 seconds in lines, of which nobody has read one."""
    path, accept = {"auth_id": service.world.auth_id}, {"accept": "application/x-ndjson"}
    return await advance_clock(ControlRequest(service.hub, path, {}, {"seconds": 300}, accept))


def test_file_that_is_being_written_goes_with_its_world(tmp_path: Path) -> None:
    """Otherwise the world would be there again at the next start."""

    async def both() -> tuple[int, int]:
        async with service_of(folder=tmp_path) as service:
            kept = service.begin("POST", "/snapshot")
            await _until_written(tmp_path)
            removed = service.begin("DELETE")
            return (await kept).status_code, (await removed).status_code

    assert (200, 200) == asyncio.run(both())
    assert [] == list(tmp_path.iterdir())


def test_file_has_what_was_written_last(tmp_path: Path) -> None:
    """A long state that is still being written does not take the place of a short one that came after it."""

    async def both() -> tuple[list[int], Any, Any]:
        async with service_of(folder=tmp_path) as service:
            first = service.begin("POST", "/snapshot")
            await _until_written(tmp_path)
            codes = [(await service.begin("POST", "/reset")).status_code]
            codes += [answer.status_code for answer in await asyncio.gather(service.begin("POST", "/snapshot"), first)]
            (file,) = tmp_path.iterdir()
            return codes, snapshot_of(service.world), json.loads(file.read_text(encoding="utf-8"))

    codes, state, kept = asyncio.run(both())
    assert [200, 200, 200] == codes
    assert state == kept


def test_removed_world_is_written_no_more(tmp_path: Path) -> None:
    """Who waits to write it while it is removed is told that there is none."""

    async def all_three() -> list[int]:
        async with service_of(folder=tmp_path) as service:
            asked = [service.begin("POST", "/snapshot")]
            await _until_written(tmp_path)
            asked += [service.begin("DELETE"), service.begin("POST", "/snapshot"), service.begin("DELETE")]
            return [answer.status_code for answer in await asyncio.gather(*asked)]

    assert [200, 200, 404, 404] == asyncio.run(all_three())
    assert [] == list(tmp_path.iterdir())


def test_advance_in_lines_does_not_go_on_in_another_life(tmp_path: Path) -> None:
    """It was told how far to go by the clock of the life in which it was asked for."""

    async def both() -> str:
        async with service_of(folder=tmp_path) as service:
            answer = await _begin_advance(service)
            service.world.reset()
            assert isinstance(answer, StreamingResponse)
            assert [line async for line in answer.body_iterator]
            return written(service.world.clock.now())

    assert START == asyncio.run(both())


def test_clock_goes_forward_for_whoever_leaves_before_the_first_line(tmp_path: Path) -> None:
    """As for whoever leaves behind it."""

    async def left() -> str:
        async with service_of(folder=tmp_path) as service:
            await _begin_advance(service)
            await service.begin("GET")
            return written(service.world.clock.now())

    assert "2026-01-01T00:05:00Z" == asyncio.run(left())


@pytest.mark.parametrize("is_removed_first", [False, True])
def test_snapshot_is_not_put_into_a_removed_world(tmp_path: Path, *, is_removed_first: bool) -> None:
    """It would go on where nobody sees it, send callbacks, and never end."""

    async def all_three() -> tuple[list[int], bool]:
        async with service_of(folder=tmp_path) as service:
            given = snapshot_of(service.world)
            asked = [service.begin("PUT", "/snapshot", given)]
            while not service.world.door.is_held:
                await asyncio.sleep(0)
            others = [("PUT", "/snapshot", given), ("DELETE", "", None)]
            asked += [service.begin(*one) for one in (reversed(others) if is_removed_first else others)]
            codes = [answer.status_code for answer in await asyncio.gather(*asked)]
            return codes, service.world.dispatch.log.closed

    codes = [200, 200, 404] if is_removed_first else [200, 200, 200]
    assert (codes, True) == asyncio.run(all_three())
