"""Plivo's own Python SDK, led to the emulator. Only the address that it calls is changed.

`HTTPS_PROXY` does nothing in this SDK, which sends prepared requests (plivo/rest/client.py), so its module constants
are set.
"""

from collections.abc import Iterator
from typing import Any

import plivo
import plivo.rest.client
import pytest
from masking_emulator.server.thread import ServerThread

from tests.farm.front import MEMBERS
from tests.plivo.ask import Api
from tests.sdk.customer import Customer, customer

#: Beside one server these tests would repeat what test_dropin.py tests.
collect_ignore = [] if MEMBERS else ["test_story_behind_haproxy.py"]


@pytest.fixture
def at_the_emulator(emulator: ServerThread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every voice request of the SDK goes to the emulator."""
    for constant in ("API_VOICE_BASE_URI", "API_VOICE_BASE_URI_FALLBACK_1", "API_VOICE_BASE_URI_FALLBACK_2"):
        monkeypatch.setattr(plivo.rest.client, constant, f"{emulator.url}/v1/Account")


@pytest.fixture
def client(at_the_emulator: None, fresh_api: Api) -> Iterator[Any]:
    """The SDK's client with the credentials of a fresh world."""
    del at_the_emulator
    with plivo.RestClient(fresh_api.auth_id, fresh_api.auth_token) as client:
        yield client


@pytest.fixture
def shop() -> Iterator[Customer]:
    """The customer's server."""
    with customer() as server:
        yield server
