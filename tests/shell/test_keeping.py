"""`serve --state` and `--record`, and the verbs about a whole run."""

import json
import os
import signal
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from masking_emulator.client import Control
from masking_emulator.keeping.files import Keeping
from masking_emulator.wholefile import CannotKeepFile
from masking_emulator.world.file import world_of
from masking_emulator.world.world import World

from tests.plivo.ask import Api
from tests.shell.process import DEMO, PATIENCE_S, run, sentence, serving
from tests.shell.worlds import create, structure


def test_served_world_goes_on_where_it_ended(tmp_path: Path) -> None:
    """Its sessions, its clock and its rate; the recording of each run can be replayed."""
    state, recording = tmp_path / "state.json", tmp_path / "run.jsonl"
    words = ("--state", str(state), "--record", str(recording))
    with serving(*words) as (process, url):
        made = Api(url, "MAEMULATOR0000000001", "emulator-token", "MAEMULATOR0000000001").create().json["session"]
        then = Control(url).post("/worlds/MAEMULATOR0000000001/clock/advance", {"seconds": 86_400})["now"]
        process.terminate()
        ended = (process.communicate(timeout=PATIENCE_S), process.returncode)
    replayed = run("recording", "replay", str(recording))
    with serving(*words) as (process, url):
        api = Api(url, "MAEMULATOR0000000001", "emulator-token", "MAEMULATOR0000000001")
        again = api.ask("GET", api.session(made["session_uuid"])).json["response"]
        clock = Control(url).get("/worlds/MAEMULATOR0000000001/clock")

    assert ((("", ""), 0), 0) == (ended, replayed.returncode)
    assert replayed.stdout.startswith("the same: ")
    assert "expired" == again["status"]
    assert (1, True) == (clock["rate"], clock["now"] > then)


@pytest.mark.skipif(os.name != "posix", reason="signals of terminals are POSIX")
def test_terminal_that_closes_loses_nothing(tmp_path: Path) -> None:
    """It sends SIGHUP, and the shell in it sends another one while the state is written."""
    state = tmp_path / "state.json"
    with serving("--state", str(state)) as (process, url):
        made = Api(url, DEMO, "emulator-token", DEMO).create().json["session"]["session_uuid"]
        for _ in range(3):
            process.send_signal(signal.SIGHUP)
        ended = (process.communicate(timeout=PATIENCE_S), process.returncode)

    assert (("", ""), 0) == ended
    assert [made] == [session["uuid"] for session in json.loads(state.read_text())["engine"]["sessions"]]


@pytest.mark.parametrize("option", ["--state", "--record"])
def test_file_that_cannot_be_is_refused_before_anything_is_served(option: str, tmp_path: Path) -> None:
    """One sentence with the file, exit code 2."""
    missing = tmp_path / "nowhere" / "file"

    assert str(missing) in sentence(run("serve", "--port", "0", option, str(missing)), 2)


def test_state_that_is_broken_is_refused_and_left_alone(tmp_path: Path) -> None:
    """The file and the place in it are named; nobody's work is written over."""
    state = tmp_path / "state.json"
    state.write_text('{"version": 7}')

    assert f"{state}: version: 7 is not 1" in sentence(run("serve", "--port", "0", "--state", str(state)), 2)
    assert '{"version": 7}' == state.read_text()


@pytest.mark.parametrize("option", ["--state", "--state-folder"])
def test_state_that_is_no_snapshot_is_refused_with_a_way_on(option: str, tmp_path: Path) -> None:
    """One that was cut off, say: the file, the place in it, and what may be done with it."""
    state = tmp_path / f"{DEMO}.json"
    state.write_text('{"version": 1')
    given = state if option == "--state" else tmp_path
    said = sentence(run("serve", "--port", "0", option, str(given)), 2)

    assert f"{state}: JSON is malformed: the text ends too early (byte 13)" in said
    assert said.endswith("; a snapshot is what `snapshot save` writes; mend the file, or move it away")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"garbage", "it is no JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'{"a":\ntru}', "it is no JSON: Expecting value: line 2 column 1 (char 6)"),
        (b'{"a": "\xff"}', "it is no UTF-8 (byte 7)"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b"[]", "it holds no object"),
    ],
)
def test_file_to_load_that_is_no_snapshot_is_refused_with_what_is_one(content: bytes, why: str, tmp_path: Path) -> None:
    """Before any server is asked."""
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    said = sentence(run("snapshot", "load", str(file)), 2)

    assert f"masking-emulator: {file}: {why}; a snapshot is what `snapshot save` writes" == said


def test_server_that_cannot_listen_leaves_the_recording(tmp_path: Path) -> None:
    """And the state."""
    recording = tmp_path / "run.jsonl"
    recording.write_text("precious\n")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        sentence(run("serve", "--port", str(taken.getsockname()[1]), "--record", str(recording)), 2)

    assert "precious\n" == recording.read_text()


def _kept(tmp_path: Path) -> tuple[Keeping, World]:
    keeping = Keeping(state=tmp_path / "state.json", recording=tmp_path / "run.jsonl")
    world = World(world_of(structure()), state_file=keeping.state)
    keeping.begin(world)
    return keeping, world


def test_stopped_world_is_written_with_its_rate(tmp_path: Path) -> None:
    """A server stops its worlds before the last one is written, and a stopped world stands still."""
    keeping, world = _kept(tmp_path)
    world.clock.run(60)
    world.disarm()
    world.stop()
    world.stop()
    keeping.end(world)

    assert 60 == json.loads((tmp_path / "state.json").read_text())["clock"]["rate"]


def test_disk_that_is_full_is_told_and_the_old_state_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end as on demand."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    keeping, world = _kept(tmp_path)
    keeping.end(world)
    before = (tmp_path / "state.json").read_text()
    keeping, world = _kept(tmp_path)
    world.stop()
    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(CannotKeepFile, match="No space left"):
        keeping.end(world)
    assert before == (tmp_path / "state.json").read_text()


def test_copy_of_a_kept_world_is_not_kept(tmp_path: Path) -> None:
    """Two worlds in one file would be none."""
    keeping, world = _kept(tmp_path)
    world.do(create())
    twin = world.fork(world.accounts)
    keeping.end(world)

    assert twin.state_file is None


@pytest.fixture
def api(fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A world of the test's own, and the environment that lets the verbs find it."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", fresh_api.url)
    monkeypatch.setenv("MASKING_EMULATOR_ACCOUNT", fresh_api.auth_id)
    return fresh_api


def test_snapshot_is_written_and_restored(api: Api, tmp_path: Path) -> None:
    """What happened since is gone; the same verb prints it where no file is named."""
    path = tmp_path / "s.json"
    written = run("snapshot", "save", str(path))
    made = api.create().json["session"]["session_uuid"]
    restored = run("snapshot", "load", str(path))
    printed = run("snapshot", "save")

    assert (f"wrote {path} now 2026-01-01T00:00:00Z\n", 0) == (written.stdout, written.returncode)
    assert (f"loaded {path} now 2026-01-01T00:00:00Z\n", 0) == (restored.stdout, restored.returncode)
    assert 404 == api.ask("GET", api.session(made)).status
    assert json.loads(path.read_text()) == json.loads(printed.stdout) | {"journal_last": _last(path)}


def _last(path: Path) -> Any:
    return json.loads(path.read_text())["journal_last"]


@pytest.mark.usefixtures("api")
def test_what_cannot_be_restored_is_told_in_one_sentence(tmp_path: Path) -> None:
    """A file that is no JSON, and a snapshot that the server finds wrong: either is a wrong call."""
    path = tmp_path / "s.json"
    path.write_text("{")
    no_json = sentence(run("snapshot", "load", str(path)), 2)
    path.write_text('{"version": 7}')
    refused = sentence(run("snapshot", "load", str(path)), 2)

    assert str(path) in no_json
    assert "7 is not 1" in refused


@pytest.mark.usefixtures("api")
def test_server_without_a_state_file_keeps_nothing() -> None:
    """It says how to start one that does."""
    assert "serve --state FILE" in sentence(run("snapshot", "save", "--keep"), 1)


def test_pool_report_is_printed(api: Api) -> None:
    """As text and as JSON."""
    api.create(first_party="+12025550101", second_party="+12025550102")
    api.create(first_party="+12025550101", second_party="+12025550103")
    text, structure = run("numbers", "report"), run("numbers", "report", "--json")

    assert f"{api.auth_id} +1: 2 needed, tightest at 2026-01-01T00:00:00Z with 2 sessions on 2 numbers" in text.stdout
    assert "busiest +12025550101: 2 sessions at once; the vendor's formula asks for 3 numbers" in text.stdout
    assert 2 == json.loads(structure.stdout)["numbers_needed"]


def test_replay_reports_the_first_difference(tmp_path: Path) -> None:
    """Exit code 1 and the line; where the recording was cut, exit code 2, and how far it agrees."""
    keeping, world = _kept(tmp_path)
    world.do(create())
    keeping.end(world)
    recording = tmp_path / "run.jsonl"
    whole = recording.read_text()
    recording.write_text(
        whole.replace('"event":"SessionCreated","at":"2026-01-01', '"event":"SessionCreated","at":"2027-01-01')
    )
    differs = sentence(run("recording", "replay", str(recording)), 1)
    recording.write_text(whole[:-20])
    cut = sentence(run("recording", "replay", str(recording)), 2)

    assert 'line 3: SessionCreated at 2027-01-01T00:00:00Z: at was "2027-01-01T00:00:00Z"' in differs
    ends = "the recording ends in the middle of line 3; everything before agrees: 1 command, 0 events"
    assert f"masking-emulator: {recording}: {ends}" in cut
