"""What the kit waits for, and what it says of callbacks that nobody answers."""

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterator

import pytest
from masking_emulator.testing import CallbacksOut, Masking

from tests import receiver as behaviours
from tests.kit.service import create
from tests.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that may behave badly."""
    with behaviours.receiving() as receiver:
        yield receiver


def test_release_and_replay_return_delivered_callbacks(world: Masking, receiver: Receiver) -> None:
    """What a test asserts next is true already."""
    world.callbacks.rules({"action": "hold"})
    create(world, callback_url=receiver.url + "/cb", session_expiry=60)
    world.advance(60)
    (released,) = world.callbacks.release()
    replayed = world.callbacks.replay(released)

    assert ["delivered", "delivered"] == [released.state, replayed.state]
    assert ["SessionTimeout"] * 2 == receiver.events()


@pytest.mark.parametrize("waiting", ["advance", "release", "replay"])
def test_callback_that_nobody_answers_is_warned_of_by_name(world: Masking, receiver: Receiver, waiting: str) -> None:
    """Which it is, where it went, and nothing about event loops where there is none."""
    url = receiver.on("/cb", behaviours.hang)
    if waiting != "advance":
        world.callbacks.rules({"action": "hold"})
    session = create(world, callback_url=url, session_expiry=60)["session_uuid"]
    if waiting != "advance":
        world.advance(60)
    acts: dict[str, Callable[[], object]] = {
        "advance": lambda: world.advance(60, patience=0.05),
        "release": lambda: world.callbacks.release(patience=0.05),
        "replay": lambda: world.callbacks.replay(1, patience=0.05),
    }

    with pytest.warns(CallbacksOut) as warned:
        acts[waiting]()
    text = str(warned[0].message)
    assert f"SessionTimeout #1 of {session} waiting to {url}" in text
    assert "event loop" not in text
    assert __file__ == warned[0].filename


def test_blocking_advance_inside_a_loop_says_what_to_use(world: Masking, receiver: Receiver) -> None:
    """The usual cause: the receiver runs in the loop that was held up."""
    create(world, callback_url=receiver.on("/cb", behaviours.hang), session_expiry=60)

    async def blocking() -> None:
        world.advance(60, patience=0.05)

    with pytest.warns(CallbacksOut, match=r"await masking.aio.advance"):
        asyncio.run(blocking())


def test_advance_aside_of_a_loop_lets_its_receiver_answer(world: Masking) -> None:
    """A receiver in the same loop is asked, answers, and there is nothing to warn of."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async def served(act: Callable[[], Awaitable[object]]) -> None:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            create(world, callback_url=f"http://127.0.0.1:{port}/cb", session_expiry=60)
            await act()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(served(lambda: world.aio.advance(60)))
    assert ["delivered"] == [callback.state for callback in world.callbacks.all()]


def test_failure_says_why_it_is_not_tried_again(world: Masking, receiver: Receiver) -> None:
    """In the line that a report shows."""
    create(world, callback_url=receiver.on("/cb", behaviours.status(500)), session_expiry=60)
    world.advance(60)

    (failed,) = world.callbacks.all()
    assert str(failed).endswith("failed (attempt 1: 500; not again: 5xx needs #rp=5xx in the URL)")
