"""Callbacks over the control API: listing, filtering, and waiting for them."""

import asyncio
from collections.abc import Awaitable, Callable
from threading import Thread

import pytest
from masking_emulator.control.callbacks import wait_for_callbacks
from masking_emulator.control.kernel import ControlAnswer, ControlError, ControlRequest
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.world import World

from tests.plivo.ask import Api, Reply
from tests.receiver import Receiver, hang
from tests.shell.asking import control, create, good
from tests.shell.telling import BEGINNING, WHOLE_CALL, advance, begin_call, call, callbacks, end, waited
from tests.shell.worlds import structure


class Later:
    """A request whose answer is waited for while others are made."""

    def __init__(self, ask: Callable[[], Reply]) -> None:
        self._replies: list[Reply] = []
        self._thread = Thread(target=lambda: self._replies.append(ask()), daemon=True)
        self._thread.start()

    def reply(self) -> Reply:
        """Its answer."""
        self._thread.join(20)
        (reply,) = self._replies
        return reply


def _wait(api: Api, query: str) -> Reply:
    return control(api, "GET", f"{{w}}/callbacks/wait?{query}")


def test_list_is_filtered(api: Api, receiver: Receiver) -> None:
    """By event, session, state, what came before, and how many."""
    first = create(api, 0, 1, callback_url=receiver.url + "/cb")
    call(api, first, answer_after_s=3, talk_s=20)
    advance(api, 60)
    second = end(api, "https://example.com/cb", 2, 3)

    def ids(query: str) -> list[int]:
        return [one["id"] for one in callbacks(api, query)]

    assert [1, 2, 3, 4, 5, 6, 7] == ids("") == ids("state=any")
    assert [2] == ids("event=SessionSecondPartyRing")
    assert [7] == ids(f"session={second}") == ids("state=blocked")
    assert [5, 6] == ids(f"after=4&session={first}")
    assert [1, 2] == ids("limit=2")
    assert [] == ids("limit=0") == ids("state=kept")


def test_callback_shows_everything(api: Api, receiver: Receiver) -> None:
    """What it tells, how it was sent and signed, and what came back."""
    uuid = end(api, receiver.url + "/cb#rc=0")
    advance(api)
    shown = good(control(api, "GET", "{w}/callbacks/1"))
    (attempt,) = shown["attempts"]

    assert ("SessionTimeout", uuid, 1, "status") == (
        shown["event"],
        shown["session_uuid"],
        shown["sequence"],
        shown["channel"],
    )
    assert (receiver.url + "/cb#rc=0", receiver.url + "/cb") == (shown["url"], shown["request"]["url"])
    assert shown["parameters"] == receiver.received[0].form
    assert {"v2", "v3"} == set(shown["signature_inputs"])
    assert (1, "2026-01-01T00:00:00Z", "ok", None) == tuple(attempt[n] for n in ("number", "at", "outcome", "error"))
    assert attempt["took_ms"] > 0


def test_wait_answers_at_once_where_there_is_a_match(api: Api, receiver: Receiver) -> None:
    """No time passes."""
    end(api, receiver.url + "/cb")
    advance(api)

    assert ["SessionTimeout"] == [one["event"] for one in waited(api, "event=SessionTimeout&timeout_s=0")]


def test_wait_answers_as_soon_as_enough_have_come(api: Api, receiver: Receiver) -> None:
    """While it waits, other requests are answered."""
    uuid = create(api, 0, 1, callback_url=receiver.url + "/cb")
    later = Later(lambda: _wait(api, f"session={uuid}&count=6&timeout_s=20"))
    call(api, uuid, answer_after_s=3, talk_s=20)
    advance(api, 60)

    assert WHOLE_CALL == [one["event"] for one in good(later.reply())["callbacks"]]


def test_wait_is_for_delivered_callbacks_unless_it_says_otherwise(api: Api, receiver: Receiver) -> None:
    """One that is under way is not there yet."""
    begin_call(api, receiver.on("/cb", hang))
    under_way = good(_wait(api, "state=waiting&timeout_s=0"))["callbacks"]
    missing = _wait(api, "timeout_s=0")

    assert BEGINNING == [one["event"] for one in under_way]
    assert 409 == missing.status


def test_wait_that_is_in_vain_tells_what_came(api: Api) -> None:
    """What was asked for, how many came, and every other callback with its state and its trouble."""
    uuid = end(api, "https://example.com/cb")
    reply = _wait(api, "event=SessionPartiesHangup&count=2&timeout_s=0.05")

    assert 409 == reply.status
    assert reply.error.startswith("0 of 2 callbacks came that match event SessionPartiesHangup; there were: ")
    assert f"SessionTimeout #1 of session {uuid} blocked (example.com is a public name" in reply.error


def test_wait_in_vain_for_anything_says_that_nothing_came(api: Api) -> None:
    """In a world where nothing happens."""
    reply = _wait(api, "timeout_s=0")

    assert (409, "0 of 1 callbacks came that match at all; there were: none") == (reply.status, reply.error)


@pytest.mark.parametrize("end_life", [World.reset, World.stop])
def test_wait_ends_with_the_life_of_the_world(end_life: Callable[[World], None]) -> None:
    """Reset, removal and the end of the server leave nobody waiting."""

    async def play() -> ControlError:
        hub = Hub()
        world = hub.add(world_of(structure()))
        asked = ControlRequest(hub, {"auth_id": world.auth_id}, {"timeout_s": "20"}, {}, {})
        waiting = asyncio.create_task(_as_task(wait_for_callbacks(asked)))
        await asyncio.sleep(0)
        end_life(world)
        with pytest.raises(ControlError) as refused:
            await waiting
        return refused.value

    assert (409, "the world was reset or removed, or the server stops, while this waited") == asyncio.run(play()).args[
        :2
    ]


async def _as_task(answer: Awaitable[ControlAnswer]) -> ControlAnswer:
    return await answer
