"""A world for the tests of the kit, as the plugin would give it, on the server that all tests share."""

from collections.abc import Iterator

import pytest
from masking_emulator.server.thread import ServerThread
from masking_emulator.testing import Masking, Receiver
from masking_emulator.testing.emulator import new_world


@pytest.fixture
def world(emulator: ServerThread, request: pytest.FixtureRequest) -> Iterator[Masking]:
    """A world of two numbers."""
    numbers = [{"number": "+14155550100"}, {"number": "+14155550101"}]
    world = new_world(emulator.control, request.node.nodeid, {"numbers": numbers})
    yield world
    emulator.control.delete(world.path)


@pytest.fixture
def receiver(world: Masking) -> Iterator[Receiver]:
    """A receiver that knows the world's token."""
    with Receiver(world.auth_token) as receiver:
        yield receiver
