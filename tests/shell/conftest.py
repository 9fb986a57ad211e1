"""Worlds for the tests of the shell, on the server that all tests share."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api, api_of
from tests.receiver import Receiver, receiving
from tests.shell.worlds import START


@pytest.fixture
def api(fresh_api: Api) -> Api:
    """A world of the test's own: the demo's numbers, one of a subaccount, time standing still."""
    return fresh_api


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A customer's server."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def small(emulator: ServerThread) -> Iterator[Api]:
    """A world of one number."""
    world = {"numbers": [{"number": "+14155550100"}], "clock": {"start": START, "rate": 0}}
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": world}))
    yield api
    emulator.control.delete(f"/worlds/{api.auth_id}")


@pytest.fixture(scope="module")
def nobody() -> str:
    """A URL at which nothing listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
