"""Intake: what happens to an API request on its way to its world and back: it is noted, meets the faults that were
asked for, is served, and is answered.

The emulated service knows nothing of this. A request with unknown credentials belongs to no world and is kept
by the hub.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from masking_emulator.clock import real_now, real_seconds
from masking_emulator.core.books.session_lists import Unindexed
from masking_emulator.core.commands import Command
from masking_emulator.core.engine import Engine
from masking_emulator.core.events import Event
from masking_emulator.plivo import refusals
from masking_emulator.plivo.account_request import header
from masking_emulator.plivo.credentials import basic_credentials
from masking_emulator.plivo.http import read_body
from masking_emulator.plivo.policy import BODY_BYTES_MAX, Policy
from masking_emulator.plivo.refusals import ApiError
from masking_emulator.plivo.routes import ApiEndpoint, refuse
from masking_emulator.plivo.service import Account, Caller, Service
from masking_emulator.server.connection import connection_of
from masking_emulator.server.spoiled import OUTCOMES, CutResponse, spoiled
from masking_emulator.traffic.fault import DELAY_S_MAX
from masking_emulator.traffic.placed import PlacedFault
from masking_emulator.traffic.requests import ApiRequest, Reply, RequestOutcome
from masking_emulator.world.hub import Hub
from masking_emulator.world.returning import StillAway
from masking_emulator.world.turns import politely
from masking_emulator.world.world import World

#: The header of everything that the console reads.
CONSOLE_HEADER: Final = "X-Emulator-Console"
_CONSOLE_HEADER: Final = CONSOLE_HEADER.lower().encode()


class Intake:
    """One emulated path as an ASGI app."""

    def __init__(self, hub: Hub, endpoint: ApiEndpoint) -> None:
        self._hub = hub
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        authorization = header(scope, b"authorization")
        try:
            if self._hub.returning and (named := basic_credentials(authorization or "")) is not None:
                await account_returned(self._hub, named[0])
        except ApiError as away:
            response = refuse(away, self._hub.draw_api_id())
            note_unmatched(self._hub, scope, response, away.reason)
            await response(scope, receive, send)
            return
        caller = self._hub.credentials.caller(authorization)
        if caller is None:
            response = self._endpoint.answer(scope, None, b"")
            note_unmatched(self._hub, scope, response, self._hub.credentials.stranger(authorization))
            await response(scope, receive, send)
            return
        if _is_consoles_read(scope):
            await caller.service.entered()
            looking = Caller(_LookedAt(caller.service, self._hub.draw_api_id), caller.account)
            response = await self._answer(scope, caller.service, looking, b"")
            await response(scope, receive, send)
            return
        world = caller.service
        noted = _noted(scope, world.clock.now())
        noted.account = caller.account.auth_id
        noted.operation = self._endpoint.operations.get(noted.method)
        world.requests.arrived(noted)
        try:
            await self._serve(scope, receive, send, caller, noted)
        except ClientDisconnect:
            world.requests.ended(noted, RequestOutcome.CLIENT_GONE, real_seconds() - noted.begun_s)
        finally:
            if noted.outcome is RequestOutcome.IN_PROGRESS:
                world.requests.ended(noted, RequestOutcome.BROKEN, real_seconds() - noted.begun_s)

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, caller: Caller[World], noted: ApiRequest
    ) -> None:
        world = caller.service
        body = await read_body(scope, receive, BODY_BYTES_MAX)
        world.requests.received(noted, body)
        await world.entered()
        met = world.faults_met_by(noted)
        if met:
            response = await self._disturbed(met, scope, caller, noted, body)
        else:
            response = await self._answer(scope, world, caller, body)
        outcome = OUTCOMES.get(type(response), RequestOutcome.ANSWERED)
        if outcome in (RequestOutcome.DROPPED, RequestOutcome.RESET):
            world.requests.ended(noted, outcome, real_seconds() - noted.begun_s)
        else:
            world.requests.replied(noted, _reply(response), outcome, real_seconds() - noted.begun_s)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, world: World, caller: Caller[Service], body: bytes | None) -> Response:
        while True:
            try:
                return self._endpoint.answer(scope, caller, body)
            except Unindexed as first:
                async with world.door.held():
                    await politely(first.making, world.turn_s)

    async def _disturbed(
        self,
        met: Sequence[PlacedFault],
        scope: Scope,
        caller: Caller[World],
        noted: ApiRequest,
        body: bytes | None,
    ) -> Response:
        """The response to a request that meets faults. Raises ClientDisconnect where the client did not wait."""
        noted.faults = [placed.name for placed in met]
        spoiler = met[-1] if met[-1].fault.spoils else None
        await _hold_up(caller.service, met, after=False)
        answer = None
        if spoiler is None or spoiler.fault.after:
            await caller.service.entered()
            answer = await self._answer(scope, caller.service, caller, body)
            await _hold_up(caller.service, met, after=True)
            noted.lost = caller.service.requests.bounded(_reply(answer))
        if any(placed.fault.delay_s for placed in met) and connection_of(scope).ended:
            raise ClientDisconnect
        if spoiler is None and answer is not None:
            noted.lost = None
            return answer
        assert spoiler is not None, "without a spoiler the change is made"
        return spoiled(spoiler, answer, caller.service.draw_api_id)


async def account_returned(hub: Hub, auth_id: str) -> None:
    """Return once the account of this Auth ID is there, if it is one that comes back. Raises ApiError."""
    try:
        await hub.account_returned(auth_id)
    except StillAway as away:
        raise ApiError(503, refusals.UNAVAILABLE, str(away)) from None


def note_unmatched(hub: Hub, scope: Scope, response: Response, why: str) -> None:
    """Keep a request that belongs to no world, its answer, and why."""
    noted = _noted(scope, real_now())
    noted.note = why
    hub.unmatched.arrived(noted)
    hub.unmatched.replied(noted, _reply(response), RequestOutcome.ANSWERED, real_seconds() - noted.begun_s)


async def _hold_up(world: World, met: Sequence[PlacedFault], *, after: bool) -> None:
    """Let the answer wait, but not beyond a reset of the world or its end."""
    delay_s = sum(placed.fault.delay_s for placed in met if placed.fault.after is after)
    ends_at = real_seconds() + min(delay_s, DELAY_S_MAX)
    while (left_s := ends_at - real_seconds()) > 0:  # an event loop may wake a little early
        with suppress(TimeoutError):
            async with asyncio.timeout(left_s):
                return await world.requests.interrupted()
    return None


class _LookedAt:
    """A world as the console reads it. An answer's api_id is the server's: drawing one of the world's changes it."""

    def __init__(self, service: Service, draw_api_id: Callable[[], str]) -> None:
        self._service = service
        self._draw_api_id = draw_api_id

    @property
    def accounts(self) -> Sequence[Account]:
        return self._service.accounts

    @property
    def policy(self) -> Policy:
        return self._service.policy

    def do(self, command: Command) -> Sequence[Event]:
        return self._service.do(command)

    def caught_up(self) -> Engine:
        return self._service.caught_up()

    def draw_api_id(self) -> str:
        return self._draw_api_id()


def _is_consoles_read(scope: Scope) -> bool:
    """Whether the console looks at the world: that is no customer's request, uses up no fault, and changes nothing."""
    return scope["method"] == "GET" and header(scope, _CONSOLE_HEADER) is not None


def _noted(scope: Scope, at: int) -> ApiRequest:
    return ApiRequest(
        scope["method"], scope["path"], scope["raw_path"], scope["query_string"], scope["headers"], at, real_seconds()
    )


def _reply(response: Response) -> Reply:
    sent = response.sent if isinstance(response, CutResponse) else bytes(response.body)
    return Reply(response.status_code, response.raw_headers, sent)
