"""The same world for coroutines, under asyncio and under trio."""

import pytest
from masking_emulator.client import ControlRefused
from masking_emulator.testing import Masking

from tests.kit.service import ANNA, create


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Both loops that anyio knows."""
    if request.param == "trio":
        pytest.importorskip("trio")
    return str(request.param)


@pytest.mark.anyio
async def test_every_method_can_be_awaited(world: Masking) -> None:
    """Those of the parts too; a property stays what it is."""
    session = create(world)
    call = await world.aio.call(ANNA, session["virtual_number"])
    happened = await world.aio.advance(3600)
    numbers = await world.aio.numbers.all()

    assert session["session_uuid"] == call.session
    assert "SessionExpired" in [event.event for event in happened]
    assert (2, world.auth_id) == (len(numbers), world.aio.auth_id)


@pytest.mark.anyio
async def test_refusals_come_through(world: Masking) -> None:
    """As they do without a loop."""
    with pytest.raises(ControlRefused, match="less than the minimum"):
        await world.aio.advance(-1)
    with pytest.raises(AssertionError, match="none came at all"):
        await world.aio.callbacks.wait_for(event="SessionTimeout", timeout=0)
