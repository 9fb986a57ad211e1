"""The courier: whatever goes wrong is an answer, and no answer holds up the event loop."""

import asyncio
from typing import Any, Final

import pytest
from masking_emulator.callbacks.courier import Courier
from masking_emulator.callbacks.exchange import Answer, Outgoing
from masking_emulator.core.records.callbacks import Outcome

from tests.receiver import FLOODS, Receiver, status
from tests.shell.turns import turns_beside

_EACH_FLOOD: Final = pytest.mark.parametrize("name", FLOODS)


def _request(url: str) -> Outgoing:
    return Outgoing("POST", url, "127.0.0.1", {"Host": "127.0.0.1", "Content-Length": "0"}, b"", 2.0, 2.0, 10.0)


async def _sent(*urls: str) -> tuple[list[Answer], int]:
    """The answers of these at once, and how many turns somebody else had meanwhile."""
    courier = Courier()
    return await turns_beside(asyncio.gather(*(courier.send(_request(url), anywhere=True) for url in urls)))


@_EACH_FLOOD
def test_flood_leaves_turns_to_others(receiver: Receiver, name: str) -> None:
    """The parser gets small pieces: far more turns pass than the answer has reads of 64 KB."""
    (answer,), turns = asyncio.run(_sent(receiver.on("/flood", FLOODS[name])))

    assert answer.status in (None, 200)
    assert turns > 20


def test_floods_take_turns_with_each_other(receiver: Receiver) -> None:
    """Twenty of them are twenty times as many turns, not turns that take twenty times as long."""
    url = receiver.on("/flood", FLOODS["endless 100"])
    _, alone = asyncio.run(_sent(url))
    answers, together = asyncio.run(_sent(*[url] * 20))

    assert [Outcome.BROKEN] * 20 == [answer.outcome for answer in answers]
    assert together > 20 * 30
    assert alone > 30


def test_flood_delays_no_ordinary_answer(receiver: Receiver) -> None:
    """An answer that fits the first read waits for no turn."""
    flood, fine = receiver.on("/flood", FLOODS["endless 100"]), receiver.on("/fine", status(200, content=b"thanks"))

    async def floods_over() -> int:
        courier = Courier()
        tasks = [asyncio.create_task(courier.send(_request(url), anywhere=True)) for url in (*[flood] * 50, fine)]
        await tasks[-1]
        return sum(task.done() for task in tasks[:-1])

    assert asyncio.run(floods_over()) < 50


def test_unexpected_error_is_an_answer(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw, here a guard that forbids to look up names, fails the attempt with its words."""

    class Forbidden(Exception):
        """What a guard raises that knows no OSError."""

    def refuse(*_: Any, **__: Any) -> None:
        raise Forbidden("no names in tests")

    monkeypatch.setattr("_socket.getaddrinfo", refuse)
    url = f"http://receiver.test:{receiver.port}/"
    answer = asyncio.run(Courier().send(_request(url), anywhere=False))

    assert (Outcome.BROKEN, None, "no names in tests") == (answer.outcome, answer.status, answer.error)
    assert answer.took_ms > 0
