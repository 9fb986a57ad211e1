"""`serve --state-folder`: every world of a server goes on in the next run, whichever way this one ends."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import httpx
import pytest
from masking_emulator.cli.common import PublicUrl
from masking_emulator.client import Control
from masking_emulator.core.work import finished
from masking_emulator.keeping.files import keeping
from masking_emulator.keeping.folder import KeptFolder
from masking_emulator.server.app import make_app
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.surroundings import Surroundings

from tests.plivo.ask import Api, api_of
from tests.shell.asking import control, create, good
from tests.shell.process import DEMO, PATIENCE_S, run, sentence, serving
from tests.shell.worlds import START, structure
from tests.shell.worlds import create as create_command

_SPEC: Final = {"world": {"account": {"subaccounts": [{}]}}, "clock": {"start": START, "rate": 0}, "seed": "kept"}
_NAMES: Final = ("MAKEPTINAFOLDER00001", "MAKEPTINAFOLDER00002", "MAKEPTINAFOLDER00003")


def _made(url: str, auth_id: str) -> Api:
    return api_of(url, Control(url).put(f"/worlds/{auth_id}", _SPEC))


def test_every_world_comes_back_and_the_removed_one_does_not(tmp_path: Path) -> None:
    """The world that the server begins with, those that were made, and copies; each is the same for whoever made it."""
    with serving("--state-folder", str(tmp_path / "kept")) as (process, url):
        sessions = [create(_made(url, name), 0, 1) for name in _NAMES]
        demo = create(api_of(url, Control(url).get(f"/worlds/{DEMO}")), 2, 3)
        copy = Control(url).post(f"/worlds/{_NAMES[0]}/fork")["auth_id"]
        good(control(_made(url, _NAMES[2]), "POST", "{w}/snapshot", {}))
        Control(url).delete(f"/worlds/{_NAMES[2]}")
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(PATIENCE_S)
    files = {path.stem for path in (tmp_path / "kept").glob("*.json")}
    with serving("--state-folder", str(tmp_path / "kept")) as (_, url):
        worlds = {world["auth_id"]: world for world in Control(url).get("/worlds")["worlds"]}
        found = [
            _made(url, name).ask("GET", f"/v1/Account/{name}/Masking/Session/{session}")
            for name, session in zip(_NAMES[:2], sessions[:2], strict=True)
        ]
        shown = api_of(url, worlds[DEMO])

        assert {DEMO, *_NAMES[:2], copy} == worlds.keys() == files
        assert [200, 200] == [one.status for one in found]
        assert 200 == shown.ask("GET", f"{shown.sessions}/{demo}").status


def test_killed_server_goes_on_from_what_was_last_written(tmp_path: Path) -> None:
    """A world is written when it is asked for; what came later, and a world that was never written, is gone."""
    with serving("--state-folder", str(tmp_path)) as (process, url):
        kept, lost = (_made(url, name) for name in _NAMES[:2])
        before = create(kept, 0, 1)
        good(control(kept, "POST", "{w}/snapshot", {}))
        after = create(kept, 2, 3)
        process.kill()
        process.wait(PATIENCE_S)
    with serving("--state-folder", str(tmp_path)) as (_, url):
        there = _made(url, kept.auth_id)
        statuses = [there.ask("GET", f"{there.sessions}/{session}").status for session in (before, after)]
        names = {world["auth_id"] for world in Control(url).get("/worlds")["worlds"]}

        assert [200, 404] == statuses
        assert lost.auth_id not in names


def test_server_is_not_ready_before_every_world_is_there(tmp_path: Path) -> None:
    """It answers already, and health says that it is not ready; then every world is as it was."""
    folder = KeptFolder(tmp_path)
    first = Hub(state_file_of=folder.file_of)
    for auth_id in _NAMES:
        first.add(world_of(structure(account={"auth_id": auth_id}))).do(create_command())
    folder.end(first)
    seen = asyncio.run(_seen_while_restored(folder))
    folder.close()

    assert [(False, 0), (False, 1), (False, 2), (True, 3)] == sorted(set(seen), key=lambda one: one[::-1])


async def _seen_while_restored(folder: KeptFolder) -> list[tuple[bool, int]]:
    """Whether the server was ready, and how many worlds it had, each time that health was asked."""
    hub = Hub(Surroundings(turn_s=0), state_file_of=folder.file_of)
    folder.begin(hub)
    restoring = asyncio.create_task(folder.restore(hub))
    seen: list[tuple[bool, int]] = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app(hub)), base_url="http://localhost") as client:
        while not seen or not seen[-1][0]:
            await asyncio.sleep(0)
            health = (await client.get("/_emulator/health")).json()
            assert health["live"]
            seen.append((health["ready"], len(health["worlds"])))
    await restoring
    assert [1, 1, 1] == [world.caught_up().sessions_live for world in hub.all()]
    return seen


def test_broken_file_ends_the_server_in_a_sentence(tmp_path: Path) -> None:
    """Which names the file; no other file is touched."""
    with serving("--state-folder", str(tmp_path)) as (process, url):
        _made(url, _NAMES[0])
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
    kept = tmp_path / f"{_NAMES[0]}.json"
    content = kept.read_bytes()
    (tmp_path / "MABROKEN00000000000X.json").write_text("{}", encoding="utf-8")
    said = run("serve", "--port", "0", "--state-folder", str(tmp_path))

    assert 2 == said.returncode
    assert "MABROKEN00000000000X.json: version: it must be given" in said.stderr
    assert "Traceback" not in said.stderr
    assert content == kept.read_bytes()


def test_folder_is_one_servers(tmp_path: Path) -> None:
    """A second server ends before it serves anything."""
    with serving("--state-folder", str(tmp_path)):
        said = sentence(run("serve", "--port", "0", "--state-folder", str(tmp_path)), 2)

    assert f"{tmp_path}: another server has it; give each server a folder of its own" in said


def test_state_of_one_world_and_of_all_is_refused(tmp_path: Path) -> None:
    """The folder has the first world too."""
    said = sentence(run("serve", "--state", str(tmp_path / "one.json"), "--state-folder", str(tmp_path)), 2)

    assert "--state-folder: it keeps the first world too; leave --state out" in said


@pytest.mark.parametrize(
    "wrong",
    [
        "farm.example.com",
        "http://farm.example.com/in",
        "ftp://farm.example.com",
        "http://",
        "http://x y",
        "http://x\ty",
        "http://x?",
        "http://[::1",
        "http://x:0",
        "http://x:65536",
    ],
)
def test_public_url_that_is_none_is_refused(wrong: str) -> None:
    """It has a scheme and a host, perhaps a port, and nothing else."""
    with pytest.raises(click.BadParameter, match="is no http or https URL without a path"):
        PublicUrl().convert(wrong, None, None)

    assert "http://[::1]:8080" == PublicUrl().convert("http://[::1]:8080", None, None)
    assert "https://farm.example.com:8443" == PublicUrl().convert("https://farm.example.com:8443/", None, None)


def test_folder_is_swept_once_for_all_of_its_worlds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed server left of its attempts is gone, of a world too that was never written whole."""
    for end in (".json.abcdefgh", ".json.12345678"):
        (tmp_path / f".{_NAMES[0]}{end}.masking-emulator").touch()
    others = tmp_path / ".notes.txt.abcdefgh.masking-emulator"
    others.touch()
    hub = Hub(state_file_of=lambda auth_id: tmp_path / f"{auth_id}.json")
    for auth_id in _NAMES[1:]:
        finished(keeping(hub.add(world_of(structure(account={"auth_id": auth_id})))))
    listed, list_ = list[Path](), Path.iterdir

    def noted(folder: Path) -> Iterator[Path]:
        listed.append(folder)
        return list_(folder)

    monkeypatch.setattr(Path, "iterdir", noted)
    folder, restored = KeptFolder(tmp_path), Hub()
    folder.begin(restored)
    asyncio.run(folder.restore(restored))
    folder.close()

    assert [tmp_path] == listed
    assert {others, *(tmp_path / f"{auth_id}.json" for auth_id in _NAMES[1:])} == set(list_(tmp_path))
