"""An answer is about what was asked for, however much else happens in the same moment.

Real time goes on by a second with every reading of it, so that time passes within each request.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from itertools import count
from typing import Any

import pytest
from masking_emulator.control.callbacks import replay_callback
from masking_emulator.control.calls import place_simulated_call
from masking_emulator.control.kernel import ControlAnswer, ControlRequest
from masking_emulator.core.commands import SwitchDelivery
from masking_emulator.core.records.base import replace
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.world import World

from tests.core.play import SETTINGS
from tests.shell.worlds import ANNA, BEN, CARA, DAVE, create, structure

#: Nobody listens there, and nobody has to.
_URL = "http://127.0.0.1:9/events"

#: Seconds until the other thing happens: in some of these cases it falls between a request and its answer.
_SOON = range(1, 12)

Begin = Callable[[World], None]


@pytest.fixture(autouse=True)
def _passing_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every reading of real time is a second after the one before it."""
    readings = count(1_800_000_000)
    monkeypatch.setattr(time, "time", lambda: float(next(readings)))


def _answer(
    begin: Begin,
    handler: Callable[[ControlRequest], ControlAnswer | Awaitable[ControlAnswer]],
    body: dict[str, Any],
    **changes: Any,
) -> dict[str, Any]:
    """What a control operation answers in a world whose clock runs, after `begin`."""

    async def asked() -> dict[str, Any]:
        hub = Hub()
        world = hub.add(world_of(structure(clock={"rate": 1}, **changes)))
        begin(world)
        try:
            answer = handler(ControlRequest(hub, {"auth_id": world.auth_id, "id": "1"}, {}, body, {}))
            return (await answer if isawaitable(answer) else answer)[1]
        finally:
            await hub.close()

    return asyncio.run(asked())


@pytest.mark.parametrize("seconds", _SOON)
def test_placed_call_is_answered_with_itself_when_another_begins_at_once(seconds: int) -> None:
    """The service's own call of a session begins while somebody else's is being answered."""

    def begin(world: World) -> None:
        world.do(create(CARA, DAVE))
        session = create(ANNA, BEN)
        world.do(replace(session, settings=replace(session.settings, initiate_call=True)))

    body = {"from": f"+{CARA}", "to": "+14155550100", "manual": True}
    call = _answer(begin, place_simulated_call, body, telephony={"initiate_after_s": seconds})

    assert f"+{CARA}" == call["from"]
    assert "ringing_second" == call["phase"]


@pytest.mark.parametrize("seconds", _SOON)
def test_replay_is_answered_with_itself_when_another_callback_is_due_at_once(seconds: int) -> None:
    """A session ends, and is told of, while a replay is being answered."""
    told = replace(SETTINGS, callback_url=_URL)

    def begin(world: World) -> None:
        world.do(SwitchDelivery(on=False))
        world.do(replace(create(CARA, DAVE, expiry_s=0), settings=told))
        world.do(replace(create(ANNA, BEN, expiry_s=seconds), settings=told))

    replayed = _answer(begin, replay_callback, {})

    assert 1 == replayed["copy_of"]


def test_replay_in_a_full_log_is_answered() -> None:
    """The copy is dropped at once where too many wait, and the answer still shows it."""

    def begin(world: World) -> None:
        session = create(CARA, DAVE, expiry_s=0)
        world.do(replace(session, settings=replace(SETTINGS, callback_url=_URL)))
        world.caught_up()

    limits = {"callbacks_kept_max": 1, "callbacks_waiting_max": 1}
    replayed = _answer(begin, replay_callback, {}, limits=limits)

    assert (1, "dropped") == (replayed["copy_of"], replayed["state"])
