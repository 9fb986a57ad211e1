"""The app as a whole: what every request meets before and after the routes."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from emulator.app import make_app
from emulator.core.commands import Command
from emulator.core.engine import Engine
from emulator.core.events import Event
from emulator.plivo.policy import Policy
from emulator.plivo.service import Account
from emulator.worlds import Hub
from tests.plivo.ask import Api

ACCOUNT = Account(0, "MAEMULATORBROKEN0001", "token")


class BrokenService:
    """A world with a bug in it."""

    accounts: Sequence[Account] = (ACCOUNT,)
    policy = Policy()

    def do(self, command: Command) -> Sequence[Event]:
        del command
        raise RuntimeError("a bug")

    def caught_up(self) -> Engine:
        raise RuntimeError("a bug")

    def draw_api_id(self) -> str:
        return "00000000-0000-4000-8000-000000000000"


def test_own_failure_answers_500_without_a_traceback() -> None:
    """A bug of ours is told in the vendor's words, and the server gets the exception for its log."""
    hub = Hub()
    hub.credentials.admit(BrokenService(), (ACCOUNT,))
    api = Api("", ACCOUNT.auth_id, ACCOUNT.auth_token, ACCOUNT.auth_id)
    sent: list[dict[str, Any]] = []

    with pytest.raises(RuntimeError, match="a bug"):
        asyncio.run(_get(hub, api, sent))

    assert 500 == sent[0]["status"]
    assert b'"error":"Internal server error."' in sent[1]["body"]
    assert b"RuntimeError" not in sent[1]["body"]


async def _get(hub: Hub, api: Api, sent: list[dict[str, Any]]) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"test"), (b"authorization", api.authorization.encode())]
    path = {"path": api.sessions, "raw_path": api.sessions.encode(), "query_string": b"", "root_path": ""}
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "headers": headers, **path}
    await make_app(hub)(scope, receive, send)
