"""A failure of the emulator itself: the client learns the vendor's text and no more."""

import asyncio
import json
from base64 import b64encode
from typing import Any, Final, NoReturn

import pytest
from masking_emulator.plivo.service import Account
from masking_emulator.server.app import make_app
from masking_emulator.traffic.requests import RequestOutcome
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.world import World
from starlette.types import Message

_ACCOUNT: Final = Account(0, "MAEMULATORCRASHING01", "token")
_STILL: Final = {"start": "2026-01-01T00:00:00Z", "rate": 0}


class _Crash(Exception):
    """What no code of ours raises."""


class _CrashingWorld(World):
    """A world with a bug in it."""

    def caught_up(self) -> NoReturn:
        raise _Crash("secret detail")


async def _list_sessions(hub: Hub, sent: list[Message]) -> None:
    credentials = b64encode(f"{_ACCOUNT.auth_id}:{_ACCOUNT.auth_token}".encode())
    path = f"/v1/Account/{_ACCOUNT.auth_id}/Masking/Session"
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"authorization", b"Basic " + credentials)],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    await make_app(hub)(scope, receive, send)


def test_crash_is_a_500_in_the_vendors_words_and_reaches_the_log() -> None:
    """The text is documented; the exception goes on to the server, which logs it (ledger: internal_error)."""
    hub, sent = Hub(), list[Message]()
    account = {"auth_id": _ACCOUNT.auth_id, "auth_token": _ACCOUNT.auth_token}
    world = _CrashingWorld(world_of({"account": account, "clock": _STILL}))
    hub.credentials.admit(world, [_ACCOUNT])

    with pytest.raises(_Crash):
        asyncio.run(_list_sessions(hub, sent))
    (kept,) = world.requests
    assert kept.outcome is RequestOutcome.BROKEN
    assert sent[0]["status"] == 500
    assert list(json.loads(sent[1]["body"])) == ["api_id", "error"]
    assert json.loads(sent[1]["body"])["error"] == "Internal server error."
    assert b"secret" not in sent[1]["body"] + repr(sent[0]["headers"]).encode()
