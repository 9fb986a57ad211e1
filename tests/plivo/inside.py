"""The app without a socket: one request in, what it sent out. And a world on it in which phones can be called."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from masking_emulator.core.commands import PlaceCall
from masking_emulator.core.events import CallBegan
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.calls import Call, Habit, Script, Side
from masking_emulator.plivo.service import Account
from masking_emulator.server.app import make_app
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.world import World
from starlette.types import ASGIApp, Message

from tests.plivo.ask import FIRST, SECOND, Reply

NUMBER: Final = "912269000001"
_START: Final = "2026-01-01T00:00:00.5Z"


def authorization(account: Account) -> str:
    """The header that names this account."""
    return "Basic " + b64encode(f"{account.auth_id}:{account.auth_token}".encode()).decode()


def answered(app: ASGIApp, method: str, target: str, headers: Mapping[str, str | None], content: bytes = b"") -> Reply:
    """The answer to one request, as `replied` has it."""
    return asyncio.run(replied(app, method, target, headers, content))


async def replied(
    app: ASGIApp, method: str, target: str, headers: Mapping[str, str | None], content: bytes = b""
) -> Reply:
    """The answer to one request; a header that is None is left out.

    Its Host is that of a server on this machine, unless another one is given; without one it is an HTTP/1.0 request.
    """
    path, _, query = target.partition("?")
    headers = {"Host": "127.0.0.1:8080", **headers}
    scope = {
        "type": "http",
        "http_version": "1.0" if headers["Host"] is None else "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items() if value is not None],
        "server": ("127.0.0.1", 8080),
        "client": ("127.0.0.1", 50000),
        "root_path": "",
    }
    sent: list[Message] = []
    left: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive() -> Message:
        # A streamed response listens for the client's going away, which never comes.
        return left.pop() if left else await asyncio.Future[Message]()

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    got = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], got, b"".join(message.get("body", b"") for message in sent[1:]))


def dialling(caller: str, number: str, **script: Any) -> PlaceCall:
    """The command of a call; `outcome`, `talk_s` and `hangup_by` are what its script may say."""
    habit, talk_s, hangup_by = (script.pop(name, None) for name in ("outcome", "talk_s", "hangup_by"))
    assert not script, f"a script has no {', '.join(script)}"
    said = Script(
        habit=None if habit is None else Habit(habit),
        talk_us=None if talk_s is None else round(talk_s * SECOND_US),
        hangup_by=None if hangup_by is None else Side(hangup_by),
    )
    return PlaceCall(caller.removeprefix("+"), number.removeprefix("+"), said)


def played(world: World, dial: PlaceCall, *, wait_s: float) -> Call:
    """The call as it is after so long."""
    began = world.do(dial)[0]
    assert isinstance(began, CallBegan), "a call begins with its beginning"
    wait(world, wait_s)
    call = world.caught_up().state.calls.get(began.call.uuid)
    assert call is not None, "the call is kept"
    return call


def wait(world: World, seconds: float) -> None:
    """Let time pass."""
    asyncio.run(world.advance_to(world.clock.now() + round(seconds * SECOND_US)))


@dataclass(frozen=True, slots=True)
class House:
    """A world on an app of its own: two numbers of the main account, then one of its subaccount. Time stands still."""

    world: World
    app: ASGIApp

    @property
    def main(self) -> Account:
        """The main account."""
        return self.world.accounts[0]

    @property
    def sub(self) -> Account:
        """The subaccount."""
        return self.world.accounts[1]

    def ask(
        self,
        target: str,
        *,
        by: Account | None = None,
        at: Account | None = None,
        method: str = "GET",
        headers: Mapping[str, str | None] | None = None,
    ) -> Reply:
        """A request below an account's path; `by` calls, `at` is in the path: the main account, where not said."""
        caller = by or self.main
        path = f"/v1/Account/{(at or caller).auth_id}{target}"
        return answered(self.app, method, path, {"Authorization": authorization(caller), **(headers or {})})

    def create(self, *, by: Account | None = None, **fields: Any) -> str:
        """The UUID of a new session of the two usual parties."""
        caller = by or self.main
        body = json.dumps({"first_party": FIRST, "second_party": SECOND, **fields}).encode()
        path = f"/v1/Account/{caller.auth_id}/Masking/Session"
        headers = {"Authorization": authorization(caller), "Content-Type": "application/json"}
        return str(answered(self.app, "POST", path, headers, body).json["session_uuid"])

    def call(self, caller: str = FIRST, number: str = NUMBER, *, wait_s: float = 60, **script: Any) -> Call:
        """A call to a virtual number, after so long."""
        return played(self.world, dialling(caller, number, **script), wait_s=wait_s)


def house(*, limits: Mapping[str, int] | None = None, start: str = _START, **policy: Any) -> House:
    """A house with a policy and limits of its own."""
    accounts = {"auth_id": "MAEMULATORHOUSE00001", "subaccounts": [{"auth_id": "SAEMULATORHOUSE00001"}]}
    numbers = [{"number": f"+{NUMBER}"}, {"number": "+912269000002"}]
    numbers.append({"number": "+912269000009", "subaccount": "SAEMULATORHOUSE00001"})
    clock = {"start": start, "rate": 0}
    hub = Hub()
    written = {"account": accounts, "numbers": numbers, "clock": clock, "policy": policy, "limits": limits or {}}
    world = hub.add(world_of(written))
    return House(world, make_app(hub))
