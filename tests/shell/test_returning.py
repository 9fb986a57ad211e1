"""Kept worlds while a server reads its folder: whoever asks for one waits for it, and nobody takes its place.

A turn is over after no time at all here, and a world is read in many pieces, so the order of things is the order in
which they were asked for; nothing is measured.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count, pairwise
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from masking_emulator.core.work import finished
from masking_emulator.keeping.files import keeping
from masking_emulator.keeping.folder import KeptFolder
from masking_emulator.server.app import make_app
from masking_emulator.wholefile import CannotKeepFile
from masking_emulator.world import hub as hubs
from masking_emulator.world import turns
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.spec import generated_accounts
from masking_emulator.world.surroundings import Surroundings

from tests.shell.worlds import create, structure

#: Each sorts before the next one, so by itself it is read before it; their ends differ.
_FIRST, _SECOND, _LAST = "MAKEPT0000AAAAAAAAAA", "MAKEPT0000BBBBBBBBBB", "MAKEPT0000CCCCCCCCCC"
_ALL: Final = (_FIRST, _SECOND, _LAST)
_MANY: Final = 200
_TOKEN: Final = "token"


def _kept(folder: Path, auth_id: str, sessions: int = 1, **account: Any) -> None:
    """Write the file of a world of one account, and of subaccounts where they are given."""
    hub = Hub(state_file_of=lambda name: folder / f"{name}.json")
    world = hub.add(world_of(structure(account={"auth_id": auth_id, "auth_token": _TOKEN, **account})))
    for number in range(sessions):
        world.do(create(f"1202{number:07}", f"1303{number:07}"))
    finished(keeping(world))


class _Server:
    """A server whose folder has been listed, and is read once `restoring` is awaited."""

    def __init__(self, hub: Hub, folder: KeptFolder, client: httpx.AsyncClient) -> None:
        self.hub, self.folder, self.client = hub, folder, client
        self.is_ending = False

    def restoring(self) -> "asyncio.Task[None]":
        """Begin to read the folder."""
        return asyncio.ensure_future(self.folder.restore(self.hub, lambda: self.is_ending))

    async def status(self, method: str, path: str, body: Any = None, account: str | None = None) -> int:
        """The status of one answer; `account` asks with its credentials."""
        auth = None if account is None else (account, _TOKEN)
        return (await self.client.request(method, path, json=body, auth=auth)).status_code

    def there(self) -> list[str]:
        """The kept worlds that have been read."""
        return [name for name in _ALL if self.hub.find(name) is not None and name not in self.hub.returning]


@asynccontextmanager
async def _server(
    path: Path, *, begins_with: Mapping[str, Any] | None = None, turn_s: float = 0
) -> AsyncIterator[_Server]:
    folder = KeptFolder(path)
    hub = Hub(Surroundings(turn_s=turn_s), state_file_of=folder.file_of)
    if begins_with is not None:
        hub.add(world_of(begins_with))
    folder.begin(hub)
    transport = httpx.ASGITransport(make_app(hub))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=None) as client:
        try:
            yield _Server(hub, folder, client)
        finally:
            await hub.close()
            folder.close()


_SESSIONS: Final = f"/v1/Account/{_LAST}/Masking/Session/"

#: Name → a request to the last of the worlds, its body and who asks.
_REQUESTS: Final[Mapping[str, tuple[str, str, Any, str | None]]] = {
    "read": ("GET", f"/_emulator/worlds/{_LAST}", None, None),
    "clock": ("GET", f"/_emulator/worlds/{_LAST}/clock", None, None),
    "list of its sessions": ("GET", _SESSIONS, None, _LAST),
}


@pytest.mark.parametrize("name", _REQUESTS)
def test_request_waits_for_its_world_and_for_no_other(name: str, tmp_path: Path) -> None:
    """Its world is read next, in the middle of a large one that was begun, and before one that sorts sooner."""
    _kept(tmp_path, _FIRST, _MANY)
    _kept(tmp_path, _SECOND)
    _kept(tmp_path, _LAST)

    async def asked() -> tuple[int, Sequence[str], bool]:
        async with _server(tmp_path) as server:
            restoring = server.restoring()
            await asyncio.sleep(0)
            answered = asyncio.ensure_future(server.status(*_REQUESTS[name]))
            while not answered.done():
                await asyncio.sleep(0)
            there, is_ready = server.there(), server.hub.is_ready
            await restoring
            assert server.hub.is_ready
            return answered.result(), there, is_ready

    status, there, is_ready = asyncio.run(asked())
    assert (200, [_LAST], False) == (status, there, is_ready)


def test_put_finds_the_kept_world_and_makes_none_in_its_place(tmp_path: Path) -> None:
    """Sent again while the folder is read, it is 200, and the sessions are there; nothing else is removed or made."""
    _kept(tmp_path, _FIRST)
    _kept(tmp_path, _LAST, 3)
    kept = structure()
    body = {"world": {**kept, "account": {"auth_token": _TOKEN}}}

    async def put() -> tuple[int, int]:
        async with _server(tmp_path) as server:
            restoring = server.restoring()
            answer = await server.client.put(f"/_emulator/worlds/{_LAST}", json=body)
            await restoring
            return answer.status_code, answer.json()["sessions"]["live"]

    assert (200, 3) == asyncio.run(put())


def test_removed_before_it_was_read_it_does_not_come_back(tmp_path: Path) -> None:
    """The removal waits for it, and takes its file along."""
    _kept(tmp_path, _FIRST)
    _kept(tmp_path, _LAST)

    async def removed() -> tuple[int, int, Sequence[str]]:
        async with _server(tmp_path) as server:
            restoring = server.restoring()
            status = await server.status("DELETE", f"/_emulator/worlds/{_LAST}")
            await restoring
            return status, await server.status("GET", f"/_emulator/worlds/{_LAST}"), server.there()

    assert (200, 404, [_FIRST]) == asyncio.run(removed())
    assert [_FIRST] == [path.stem for path in tmp_path.glob("*.json")]


#: Subaccount → the worlds that are there once it is answered: one that ends as its account, and one that does not.
_SUBACCOUNTS: Final = {f"SAKEPT0000{_LAST[-10:]}": [_LAST], "SAOFNOBODYINTHEWORLD": [_FIRST, _SECOND, _LAST]}


@pytest.mark.parametrize("auth_id", _SUBACCOUNTS)
def test_subaccount_of_a_kept_world_is_known(auth_id: str, tmp_path: Path) -> None:
    """Its world is found by the end of its name; where that says nothing, all worlds have to be read."""
    _kept(tmp_path, _FIRST)
    _kept(tmp_path, _SECOND)
    _kept(tmp_path, _LAST, subaccounts=[{"auth_id": auth_id, "auth_token": _TOKEN}])

    async def asked() -> tuple[int, Sequence[str]]:
        async with _server(tmp_path) as server:
            restoring = server.restoring()
            status = await server.status("GET", f"/v1/Account/{auth_id}/Masking/Session/", None, auth_id)
            there = server.there()
            await restoring
            return status, there

    assert (200, _SUBACCOUNTS[auth_id]) == asyncio.run(asked())


def test_media_file_of_a_kept_world_waits_too(tmp_path: Path) -> None:
    """Its path names the account, and it asks for no credentials: it is refused by the world, once that is there."""
    _kept(tmp_path, _FIRST)
    _kept(tmp_path, _LAST)

    async def asked() -> tuple[str, Sequence[str]]:
        async with _server(tmp_path) as server:
            restoring = server.restoring()
            answer = await server.client.get(f"/v1/Account/{_LAST}/Recording/{'0' * 8}-0000-4000-8000-{'0' * 12}.mp3")
            there = server.there()
            await restoring
            return answer.headers["x-emulator-reason"], there

    reason, there = asyncio.run(asked())
    assert reason.startswith("this account has no recording")
    assert [_LAST] == there


def test_wrong_token_is_refused_once_the_world_is_there(tmp_path: Path) -> None:
    """Which token is right is in its file."""
    _kept(tmp_path, _LAST)

    async def asked() -> int:
        async with _server(tmp_path) as server:
            restoring = server.restoring()
            answer = await server.client.get(_SESSIONS, auth=(_LAST, "wrong"))
            assert [_LAST] == server.there()
            await restoring
            return answer.status_code

    assert 401 == asyncio.run(asked())


def test_new_world_takes_no_name_of_a_kept_one(tmp_path: Path) -> None:
    """Neither by the seed from which a kept one has its name, nor by naming it; nobody waits for the first."""
    spec = world_of({"seed": "kept"})
    auth_id = spec.accounts[0].auth_id
    hub = Hub(state_file_of=lambda name: tmp_path / f"{name}.json")
    finished(keeping(hub.add(spec)))
    _kept(tmp_path, _FIRST)

    async def made() -> tuple[str, int, httpx.Response]:
        async with _server(tmp_path) as server:
            drawn = (await server.client.post("/_emulator/worlds", json={"seed": "kept"})).json()
            left = len(server.hub.returning)
            restoring = server.restoring()
            given = await server.client.post("/_emulator/worlds", json={"world": {"account": {"auth_id": auth_id}}})
            await restoring
            return drawn["auth_id"], left, given

    drawn, left, given = asyncio.run(made())
    assert (2, 20) == (left, len(drawn))
    assert auth_id != drawn
    assert (400, f"{auth_id} is taken") == (given.status_code, given.json()["error"])


@pytest.mark.parametrize("subaccount", [{}, {"auth_id": f"SAEMULATOR{_LAST[-10:]}"}], ids=["generated", "given"])
def test_new_world_takes_no_subaccount_of_a_kept_one(subaccount: Mapping[str, str], tmp_path: Path) -> None:
    """Two accounts that end alike have subaccounts that are generated alike; the kept one has its own first."""
    alike = f"MAALIKE000{_LAST[-10:]}"
    _kept(tmp_path, _LAST, subaccounts=[{}])

    async def put() -> tuple[int, Sequence[str]]:
        async with _server(tmp_path) as server:
            restoring = server.restoring()
            body = {"world": {"account": {"subaccounts": [subaccount]}}}
            status = await server.status("PUT", f"/_emulator/worlds/{alike}", body)
            await restoring
            return status, [account.auth_id for account in server.hub.world(_LAST).accounts]

    status, accounts = asyncio.run(put())
    assert [_LAST, f"SAEMULATOR{_LAST[-10:]}"] == accounts
    assert (400 if subaccount else 201) == status


def test_copy_takes_no_name_of_a_kept_world(tmp_path: Path) -> None:
    """The server draws names for copies from one stream, from its beginning in each run."""
    begins_with = structure()
    drawn = generated_accounts(1, Hub().chance, ())[0].auth_id
    _kept(tmp_path, drawn)

    async def forked() -> str:
        async with _server(tmp_path, begins_with=begins_with) as server:
            path = f"/_emulator/worlds/{begins_with['account']['auth_id']}/fork"
            return str((await server.client.post(path, json={})).json()["auth_id"])

    assert drawn != asyncio.run(forked())


def test_world_that_the_server_begins_with_is_the_kept_one_for_everybody(tmp_path: Path) -> None:
    """A request that came before it was read is not answered by the one that the server began with.

    Its accounts are those of the file, which may be others than those of the server's world file.
    """
    subaccount = f"SAKEPT0000{_LAST[-10:]}"
    _kept(tmp_path, _FIRST)
    _kept(tmp_path, _LAST, 2, subaccounts=[{"auth_id": subaccount, "auth_token": _TOKEN}])
    begins_with = structure(account={"auth_id": _LAST, "auth_token": "another"})

    async def asked() -> tuple[Any, int, int]:
        async with _server(tmp_path, begins_with=begins_with) as server:
            before = (await server.client.get("/_emulator/worlds")).json()["worlds"]
            assert [] == before
            restoring = server.restoring()
            listed = (await server.client.get(_SESSIONS, auth=(_LAST, _TOKEN))).json()
            await restoring
            later = (
                await server.status("GET", f"/v1/Account/{subaccount}/Masking/Session/", None, subaccount),
                (await server.client.get(_SESSIONS, auth=(_LAST, "another"))).status_code,
            )
            return listed["response"]["meta"]["total_count"], *later

    assert (2, 200, 401) == asyncio.run(asked())


def test_turn_goes_on_over_the_worlds_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small world takes less than a turn, and many of them take many: each look at this clock takes a second."""
    seconds = count()
    monkeypatch.setattr(turns, "real_seconds", lambda: float(next(seconds)))
    for number in range(20):
        _kept(tmp_path, f"MAKEPT0000{number:010}", 0)

    async def counted() -> Sequence[int]:
        async with _server(tmp_path, turn_s=100) as server:
            restoring, there = server.restoring(), list[int]()
            while not restoring.done():
                there.append(len(server.hub))
                await asyncio.sleep(0)
            return there

    there = asyncio.run(counted())
    assert 20 // 4 <= len(there)
    assert max(after - before for before, after in pairwise(there)) <= 4


def test_end_of_the_server_ends_the_reading_and_the_waiting(tmp_path: Path) -> None:
    """Whoever waits is told why; what was read is written, and what was not stays as it is, byte for byte."""
    _kept(tmp_path, _FIRST)
    _kept(tmp_path, _LAST, _MANY)
    before = (tmp_path / f"{_LAST}.json").read_bytes()

    async def ended() -> tuple[int, int, httpx.Response]:
        async with _server(tmp_path) as server:
            restoring = server.restoring()
            put = {"seconds": 60}
            await server.status("POST", f"/_emulator/worlds/{_FIRST}/clock/advance", put)
            control = asyncio.ensure_future(server.client.get(f"/_emulator/worlds/{_LAST}"))
            emulated = asyncio.ensure_future(server.status("GET", _SESSIONS, None, _LAST))
            await asyncio.sleep(0)
            server.is_ending = True
            await restoring
            answers = await emulated, await server.status("GET", f"/_emulator/worlds/{_LAST}/clock"), await control
            server.folder.end(server.hub)
            return answers

    emulated, later, control = asyncio.run(ended())
    assert (503, 503, 503) == (emulated, later, control.status_code)
    assert f"the server ends before the world {_LAST} has been read from its file" == control.json()["error"]
    assert before == (tmp_path / f"{_LAST}.json").read_bytes()
    assert "2026-01-01T00:01:00" in json.loads((tmp_path / f"{_FIRST}.json").read_text())["clock"]["now"]


def test_file_of_another_name_than_its_world_ends_the_server_in_a_sentence(tmp_path: Path) -> None:
    """It would be read beside the world's own file, and would be in its place or be replaced by it."""
    _kept(tmp_path, _FIRST)
    (tmp_path / f"{_FIRST}.json").rename(tmp_path / "copy.json")

    async def restored() -> None:
        async with _server(tmp_path) as server:
            await server.restoring()

    with pytest.raises(CannotKeepFile, match=rf"copy\.json: it holds the world {_FIRST}; name it {_FIRST}\.json"):
        asyncio.run(restored())


def test_folder_with_too_many_worlds_is_refused_before_anything_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that come back have their places: together with the one that the server begins with there are too many."""
    monkeypatch.setattr(hubs, "WORLDS_MAX", 2)
    for auth_id in (_FIRST, _LAST):
        _kept(tmp_path, auth_id)

    async def begun() -> int:
        async with _server(tmp_path, begins_with=structure(account={"auth_id": _LAST})) as server:
            return await server.status("POST", "/_emulator/worlds", {})

    async def refused() -> None:
        async with _server(tmp_path, begins_with=structure()):
            pass

    assert 409 == asyncio.run(begun())
    with pytest.raises(CannotKeepFile, match="a server holds at most 2 worlds"):
        asyncio.run(refused())
