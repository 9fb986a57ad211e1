"""Long work in turns: others are answered while it goes on, and its own world is never seen half done.

A turn is over after no time at all here, so every piece of the work lets others go first; nothing is measured.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
import pytest
from masking_emulator.clock import real_seconds
from masking_emulator.core.work import Work, finished
from masking_emulator.keeping.snapshot import snapshot_of
from masking_emulator.server.app import make_app
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.surroundings import Surroundings
from masking_emulator.world.turns import bytes_politely, json_pieces, politely, read_in_turns

from tests.shell.turns import Service, service_of, turns_beside
from tests.shell.worlds import structure

#: More sessions than an index is made of at once.
_INDEXED: Final = 4500
_PATIENCE_S: Final = 60


async def _answers_beside(service: Service, work: Awaitable[Any]) -> int:
    """How many requests to the other world are answered, one after the other, while this goes on; at most ten."""
    task, answers = asyncio.ensure_future(work), 0
    async with asyncio.timeout(_PATIENCE_S):
        while not task.done() and answers < 10:
            await service.ask_other()
            answers += not task.done()
        await task
    return answers


async def _kept(service: Service) -> None:
    with TemporaryDirectory() as folder:
        service.world.state_file = Path(folder) / "state.json"
        await service.ask("POST", "/snapshot")
        written = json.loads(service.world.state_file.read_text(encoding="utf-8"))
        assert json.loads(json.dumps(snapshot_of(service.world))) == written


async def _restored(service: Service) -> None:
    await service.ask("PUT", "/snapshot", snapshot_of(service.world))


#: Name → the long work.
_LONG: Final[dict[str, Callable[[Service], Coroutine[Any, Any, Any]]]] = {
    "snapshot out": lambda service: service.ask("GET", "/snapshot"),
    "snapshot kept": _kept,
    "snapshot in": _restored,
    "journal page": lambda service: service.ask("GET", "/journal?limit=10000"),
    "advance over all": lambda service: service.ask("POST", "/clock/advance", {"seconds": 7200}),
    "pool report": lambda service: service.ask("GET", "/pool-report"),
}


@pytest.mark.parametrize("name", _LONG)
def test_another_world_is_answered_during_long_work(name: str) -> None:
    """Hundreds of pieces of work, and others have their turn after each: ten requests come through meanwhile."""

    async def counted() -> int:
        async with service_of() as service:
            return await _answers_beside(service, _LONG[name](service))

    assert 10 == asyncio.run(counted())


def test_fork_lets_others_have_their_turn() -> None:
    """A copy is made in pieces too; there are fewer of them."""

    async def counted() -> int:
        async with service_of() as service:
            return await _answers_beside(service, service.ask("POST", "/fork"))

    assert asyncio.run(counted()) >= 1


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"first_party": "12020000007"}, 1),
        ({"virtual_number": "14155550100"}, _INDEXED),
        ({"duration__gte": str(600 + _INDEXED - 1)}, 1),
        ({"first_party": "12020000007", "duration__lt": "608"}, 1),
    ],
    ids=["party", "number", "duration", "two"],
)
def test_first_list_of_a_kind_waits_for_its_index(filters: dict[str, str], found: int) -> None:
    """It is made in turns, while its world waits: a create that comes meanwhile is in the next list."""

    async def both() -> tuple[int, int]:
        async with service_of(_INDEXED) as service:
            first, _ = await asyncio.gather(service.count(**filters), service.create())
            return first, await service.count()

    assert (found, _INDEXED + 1) == asyncio.run(both())


def test_snapshot_is_of_one_moment() -> None:
    """What happens in the world while its snapshot is being written is not in it, and need not wait for it."""

    async def both() -> tuple[Any, Any, bool]:
        async with service_of() as service:
            before = json.loads(json.dumps(snapshot_of(service.world)))
            task = asyncio.ensure_future(service.ask("GET", "/snapshot"))
            for _ in range(20):
                await asyncio.sleep(0)
            await service.create()
            went_on = not task.done()
            return before, await task, went_on

    before, snapshot, went_on = asyncio.run(both())
    assert went_on
    assert before["engine"] == snapshot["engine"]


def test_request_waits_for_a_restore_of_its_world() -> None:
    """What is asked of a world while a snapshot is put back is done afterwards, to what was restored."""

    async def both() -> tuple[bool, list[str], str]:
        async with service_of() as service:
            given = snapshot_of(service.world)
            order = list[str]()
            restore = asyncio.ensure_future(service.ask("PUT", "/snapshot", given))
            restore.add_done_callback(lambda _: order.append("restored"))
            while not service.world.door.is_held:
                await asyncio.sleep(0)
            created = asyncio.ensure_future(service.create())
            created.add_done_callback(lambda _: order.append("created"))
            uuid = await created
            await restore
            return service.world.caught_up().session(uuid).is_live, order, uuid

    is_there, order, _ = asyncio.run(both())
    assert is_there
    assert ["restored", "created"] == order


def test_requests_wait_in_their_order() -> None:
    """Of two that came while timers ran, the first is served first, and both see the time that was gone to."""

    async def three() -> tuple[list[Any], str]:
        async with service_of() as service:
            seen = list[Any]()
            advance = asyncio.ensure_future(service.ask("POST", "/clock/advance", {"seconds": 7200}))
            while not service.world.door.is_held:
                await asyncio.sleep(0)

            async def look(name: str) -> None:
                seen.append((name, (await service.ask("GET", "/clock"))["now"]))

            await asyncio.gather(look("first"), look("second"))
            return seen, (await advance)["now"]

    seen, now = asyncio.run(three())
    assert [("first", now), ("second", now)] == seen


def test_refused_restore_leaves_the_world_as_it_was() -> None:
    """The last record is wrong: everything before it has been read by then, and nothing has changed."""

    async def refused() -> tuple[int, Any, Any]:
        async with service_of() as service:
            before = snapshot_of(service.world)
            given = json.loads(json.dumps(before))
            given["engine"]["timers"][-1]["command"]["type"] = "Nothing"
            path = f"/_emulator/worlds/{service.world.auth_id}/snapshot"
            answer = await service.client.put(path, json=given)
            return answer.status_code, before, snapshot_of(service.world)

    status, before, after = asyncio.run(refused())
    assert 400 == status
    assert before == after


def test_running_world_that_is_behind_catches_up_in_turns() -> None:
    """A clock that runs fast leaves many expiries for the next request: it waits for them, another world does not."""

    async def counted() -> tuple[int, int]:
        async with service_of() as service:
            service.world.clock.jump_to(service.world.clock.now() + 7200 * 1_000_000)
            answers = await _answers_beside(service, service.ask("GET", "/clock"))
            return answers, service.world.caught_up().sessions_live

    answers, live = asyncio.run(counted())
    assert answers >= 1
    assert 0 == live


def test_list_of_many_worlds_is_made_in_turns() -> None:
    """Whoever asks for no world is answered between two of them; the list is that of the moment in which it began."""
    hub = Hub(Surroundings(turn_s=0))
    auth_ids = [f"MAEMULATOR{number:010}" for number in range(50)]
    for auth_id in auth_ids:
        hub.add(world_of(structure(account={"auth_id": auth_id})))

    async def listed() -> tuple[list[str], int]:
        transport, answers = httpx.ASGITransport(make_app(hub)), 0
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=None) as client:
            listing = asyncio.ensure_future(client.get("/_emulator/worlds"))
            while not listing.done():
                await asyncio.sleep(0)
                answers += (await client.get("/_emulator/health")).status_code == 200 and not listing.done()
                if answers == 2:
                    hub.remove(auth_ids.pop(0))
        return [world["auth_id"] for world in listing.result().json()["worlds"]], answers

    found, answers = asyncio.run(listed())
    assert 50 == len(found)
    assert auth_ids == found[1:]
    assert answers > 2


def _counting(pieces: int) -> Work[int]:
    for _ in range(pieces):
        yield
    return pieces


def test_work_is_the_same_at_once_and_in_turns() -> None:
    """Who does it decides about the turns, and about nothing else."""
    at_once, in_turns = finished(_counting(5)), asyncio.run(politely(_counting(5), 0))

    assert (5, 5) == (at_once, in_turns)


def test_short_work_is_done_in_one_turn() -> None:
    """What is over before its turn is, lets nobody wait."""

    assert (5, 0) == asyncio.run(turns_beside(politely(_counting(5), real_seconds() + 3600)))


@pytest.mark.parametrize(
    "text",
    ["{}", '  {"a": [1, {"b": null}], "c": "é"}', json.dumps({"a": [{"b": "x" * 100}] * 2000, "c": [[1] * 99] * 999})],
    ids=["nothing", "short", "long"],
)
def test_json_is_read_in_turns_as_at_once(text: str) -> None:
    """What is long is read piece by piece, with the same result."""
    assert json.loads(text) == finished(read_in_turns(text.encode()))


@pytest.mark.parametrize("end", ["", "]", "}]", '"\\ud800"}', "NaN}"])
def test_long_json_that_is_none_is_refused(end: str) -> None:
    """Wherever it breaks off, and for what JSON does not know."""
    with pytest.raises(ValueError, match=r"JSON|truncated"):
        finished(read_in_turns(b'{"a": "' + b"x" * 70_000 + b'", "b": ' + end.encode()))


def test_long_body_is_read_in_turns() -> None:
    """Before anybody knows what it is about: a megabyte of a snapshot that is none."""

    async def counted() -> tuple[int, int]:
        async with service_of() as service:
            path = f"/_emulator/worlds/{service.world.auth_id}/snapshot"
            put = asyncio.ensure_future(service.client.put(path, json={"version": [["x" * 50] * 200] * 150}))
            return await _answers_beside(service, put), (await put).status_code

    assert (10, 400) == asyncio.run(counted())


@pytest.mark.parametrize(
    "body",
    [{}, {"a": 1, "b": [1, {"c": None}]}, {"a": {"b": {}, "c": [True]}, "é": "\ud800", "f": 1.5}],
    ids=["nothing", "lists", "nested, and half a pair"],
)
def test_pieces_are_the_same_json(body: dict[str, Any]) -> None:
    """Made in pieces or as a whole, it reads the same."""
    assert body == json.loads(b"".join(json_pieces(body)))


def test_iterator_is_a_list() -> None:
    """Wherever it stands, and when nothing is in it."""
    body = {"a": iter([1, "x"]), "b": {"c": iter([])}, "d": map(str, [1])}

    assert {"a": [1, "x"], "b": {"c": []}, "d": ["1"]} == json.loads(b"".join(json_pieces(body)))


def test_pieces_of_a_turn_are_sent_together() -> None:
    """One message a turn, and not one a piece."""

    async def sent(turn_s: float) -> list[bytes]:
        return [piece async for piece in bytes_politely(iter([b"a", b"b", b"c"]), turn_s)]

    assert [b"abc"] == asyncio.run(sent(3600))
    assert [b"a", b"b", b"c"] == [piece for piece in asyncio.run(sent(0)) if piece]
