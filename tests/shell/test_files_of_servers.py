"""Files of `--state` and `--record`: what is there already, who else has them, and what a killed server left."""

import io
import json
import os
import signal
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import product
from pathlib import Path
from typing import Final

import pytest
from masking_emulator import wholefile
from masking_emulator.client import Control
from masking_emulator.keeping.files import Keeping
from masking_emulator.keeping.lock import FileLock, Taken
from masking_emulator.keeping.recordings import NoRecording, whole_bytes
from masking_emulator.keeping.replay import replay
from masking_emulator.wholefile import CannotKeepFile, read_file, write_whole
from masking_emulator.world.file import world_of
from masking_emulator.world.recorder import Recorder
from masking_emulator.world.world import World

from tests.plivo.ask import Api
from tests.shell.process import DEMO, PATIENCE_S, run, sentence, serving
from tests.shell.worlds import create, structure

posix = pytest.mark.skipif(os.name != "posix", reason="devices and pipes have paths on POSIX")


def _made(kind: str, folder: Path) -> Path:
    """Something that is no file. Nobody is at the other end of the pipe, so that opening it would hang."""
    path = folder / "it"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "socket":
            with closing(socket.socket(socket.AF_UNIX)) as listener:
                listener.bind(str(path))
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            return Path(kind)
    return path


@posix
@pytest.mark.parametrize(
    ("option", "kind"),
    [
        *product(["--state", "--record"], ["pipe", "socket", "device", "/dev/null", "/dev/full"]),
        *product(["--world", "--callback-ca"], ["socket", "device"]),
        ("--callback-ca", "pipe"),
    ],
)
def test_what_is_no_file_is_refused_before_it_is_opened(option: str, kind: str, tmp_path: Path) -> None:
    """A device may never end and a pipe never begin; the sentence says which of them it is."""
    path = _made(kind, tmp_path)
    what = "a device" if "/" in kind or kind == "device" else f"a {kind}"

    assert f"{path}: it is {what} and no file" in sentence(run("serve", "--port", "0", option, str(path)), 2)
    assert {path.name} if path.parent == tmp_path else set() == {one.name for one in tmp_path.iterdir()}


@posix
@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_is_no_file_in_a_state_folder_is_refused_before_it_is_opened(kind: str, tmp_path: Path) -> None:
    """Who waits for a pipe to begin hears of no signal either."""
    path = _made(kind, tmp_path).rename(tmp_path / "MANOFILEINAFOLDER001.json")

    said = sentence(run("serve", "--port", "0", "--state-folder", str(tmp_path)), 2)
    assert f"{path}: it is a {kind} and no file" in said


@pytest.mark.parametrize("option", ["--state", "--record"])
def test_folder_is_refused_by_its_name(option: str, tmp_path: Path) -> None:
    """In one sentence, exit code 2."""
    done = run("serve", "--port", "0", option, str(tmp_path))

    assert (2, "") == (done.returncode, done.stdout)
    assert f"File '{tmp_path}' is a directory." in done.stderr


@posix
@pytest.mark.parametrize("words", [("snapshot", "load"), ("recording", "replay"), ("world", "check")])
@pytest.mark.parametrize("kind", ["socket", "device"])
def test_verbs_read_no_device(words: tuple[str, ...], kind: str, tmp_path: Path) -> None:
    """Nor a socket."""
    path = _made(kind, tmp_path)

    assert f"{path}: it is a {kind} and no file" in sentence(run(*words, str(path)), 2)


@posix
def test_verbs_read_what_comes_out_of_a_pipe(tmp_path: Path) -> None:
    """As a shell's <(…) and /dev/stdin give it: a world to check or to serve, a recording to replay, a snapshot."""
    recording = tmp_path / "run.jsonl"
    keeping, world = _kept(None, recording)
    world.do(create())
    keeping.end(world)
    with _pipe(b'[[numbers]]\nnumber = "+14155550100"\n') as path:
        checked = run("world", "check", path)
    with _pipe(b'[[numbers]]\nnumber = "+14155550100"\n') as path, serving("--world", path) as (_, url):
        numbers = Control(url).get(f"{Control(url).world(None)}/numbers")["numbers"]
        with _pipe(run("snapshot", "save", "--url", url).stdout.encode()) as snapshot:
            loaded = run("snapshot", "load", snapshot, "--url", url)
    with _pipe(recording.read_bytes()) as path:
        played = run("recording", "replay", path)

    assert (0, 0, 0) == (checked.returncode, played.returncode, loaded.returncode), checked.stderr + loaded.stderr
    assert ["+14155550100"] == [number["number"] for number in numbers]
    assert "the same: 1 command, 1 event\n" == played.stdout


@contextmanager
def _pipe(content: bytes) -> Iterator[str]:
    """The path of a pipe out of which this comes, for a child process, and then nothing more."""
    out, into = os.pipe()
    try:
        os.write(into, content)
        os.close(into)
        yield f"/proc/{os.getpid()}/fd/{out}" if Path("/proc/self/fd").is_dir() else pytest.skip("no /proc")
    finally:
        os.close(out)


@posix
def test_endless_pipe_is_read_no_further_than_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, with the limit."""
    monkeypatch.setattr(wholefile, "PIPE_BYTES_MAX", 1000)
    with _pipe(b"x" * 1000) as path:
        fits = read_file(Path(path))
    with _pipe(b"x" * 1001) as path, pytest.raises(OSError, match="more than 1,000 bytes came out of the pipe"):
        read_file(Path(path))

    assert 1000 == len(fits)


def _kept(state: Path | None, recording: Path | None = None) -> tuple[Keeping, World]:
    keeping = Keeping(state=state, recording=recording)
    world = World(world_of(structure()), state_file=keeping.state)
    keeping.begin(world)
    return keeping, world


def test_state_and_recording_in_one_file_are_refused(tmp_path: Path) -> None:
    """By whatever names they are called."""
    file, link = tmp_path / "a", tmp_path / "b"
    link.symlink_to(file)
    words = ("serve", "--port", "0", "--state", str(file), "--record")

    assert "--state and --record need a file each" in sentence(run(*words, str(tmp_path / "." / "a")), 2)
    assert "--state and --record need a file each" in sentence(run(*words, str(link)), 2)


@pytest.mark.parametrize("option", ["--state", "--record"])
def test_second_server_on_one_file_is_refused(option: str, tmp_path: Path) -> None:
    """By its other name too; when the first is killed, the next one has the file."""
    file, link = tmp_path / "file", tmp_path / "link"
    link.symlink_to(file)
    with serving(option, str(file)) as (process, _):
        second = sentence(run("serve", "--port", "0", option, str(link)), 2)
        process.kill()
        process.wait(PATIENCE_S)
    left = {one.name for one in tmp_path.iterdir()}
    with serving(option, str(file)) as (process, _):
        process.terminate()
        ended = (process.communicate(timeout=PATIENCE_S), process.returncode)

    assert f"{link}: another server has it; give each server a file of its own" in second
    assert ".file.lock" in left
    assert ((("", ""), 0), {"file", "link"}) == (ended, {one.name for one in tmp_path.iterdir()})


def test_server_that_does_not_start_leaves_no_lock(tmp_path: Path) -> None:
    """Whatever it was that kept it from starting."""
    (tmp_path / "no.jsonl").write_text("precious\n")
    with pytest.raises(CannotKeepFile):
        Keeping(state=tmp_path / "state.json", recording=tmp_path / "no.jsonl")
    run("serve", "--port", "0", "--state", str(tmp_path / "state.json"), "--world", "nowhere")

    assert {"no.jsonl"} == {one.name for one in tmp_path.iterdir()}


def test_lock_is_one_owners_at_a_time(tmp_path: Path) -> None:
    """Also where its file is taken away, and where one is left by somebody who is gone."""
    (tmp_path / ".file.lock").touch()
    lock = FileLock(tmp_path / "file")
    with pytest.raises(Taken):
        FileLock(tmp_path / "file")
    lock.release()
    again = FileLock(tmp_path / "file")
    again.release()

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("content", ["precious\n", '{"version": 7}\n', '{"version":1}', "\n"])
def test_file_that_is_no_recording_is_never_written_to(content: str, tmp_path: Path) -> None:
    """Nobody loses another file by a wrong name."""
    file = tmp_path / "run.jsonl"
    file.write_text(content)
    refused = sentence(run("serve", "--port", "0", "--record", str(file)), 2)

    assert f"{file}: it is there already and holds no recording of this version" in refused
    assert content == file.read_text()


def test_recording_goes_on_behind_the_one_of_an_earlier_run(tmp_path: Path) -> None:
    """Nothing that was recorded is lost, and a replay plays both runs."""
    state, recording = tmp_path / "state.json", tmp_path / "run.jsonl"
    runs: list[str] = []
    for _ in range(2):
        with serving("--state", str(state), "--record", str(recording)) as (process, url):
            Api(url, DEMO, "emulator-token", DEMO).create(second_party=f"+1202555010{len(runs)}")
            process.send_signal(signal.SIGTERM)
            assert (("", ""), 0) == (process.communicate(timeout=PATIENCE_S), process.returncode)
        runs.append(recording.read_text())

    assert runs[1].startswith(runs[0])
    assert 2 == runs[1].count('{"version":')
    assert "the same: 2 commands, 2 events\n" == run("recording", "replay", str(recording)).stdout


def test_recording_of_a_killed_server_goes_on_behind_what_is_whole(tmp_path: Path) -> None:
    """What is left of a command that was cut is taken away with a word, because no replay could go on behind it."""
    recording = tmp_path / "run.jsonl"
    keeping, world = _kept(None, recording)
    keeping.end(world)
    before = recording.read_bytes()
    recording.write_bytes(before + b'{"at":"2026-01-01T00:00:00Z","command":{"type":"Cre')
    with serving("--record", str(recording)) as (process, _):
        process.terminate()
        _, warned = process.communicate(timeout=PATIENCE_S)

    assert [
        f"WARNING: {recording}: an earlier run ended in the middle of a command; its last 51 bytes are taken away"
    ] == warned.splitlines()
    assert recording.read_bytes().startswith(before + b'{"version":')
    assert (0, None, None) == _played(recording)


def _played(recording: Path) -> tuple[int, object, object]:
    result = replay(recording)
    return result.commands, result.difference, result.cut


def test_end_of_what_is_whole_is_found_wherever_a_recording_was_cut(tmp_path: Path) -> None:
    """Behind the last group that has all its lines."""
    groups = io.BytesIO()
    world = World(world_of(structure()))
    world.record(Recorder(groups, "run.jsonl"))
    ends = [groups.tell()]
    world.do(create())
    ends.append(groups.tell())
    world.clock.jump_to(world.clock.now() + 10**12)
    world.caught_up()
    ends.append(groups.tell())
    content = groups.getvalue()
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    found = {}
    with path.open("rb") as file:
        for size in range(_FIRST, len(content) + 1):
            found[size] = whole_bytes(file, size)

    assert found == {size: max(end for end in (0, *ends) if end <= size) for size in found}


#: A recording that was cut before is not known as one.
_FIRST: Final = len('{"version":1,')


@pytest.mark.parametrize("end", ['{"at":"now"}\n', '{"at":"now","events":"2"}\n', "something\nelse\n", '{"at":\n'])
def test_recording_that_ends_with_something_else_is_none(end: str, tmp_path: Path) -> None:
    """It was not we who wrote that."""
    path = tmp_path / "run.jsonl"
    keeping, world = _kept(None, path)
    keeping.end(world)
    path.write_text(path.read_text() + end)

    with path.open("rb") as file, pytest.raises(NoRecording):
        whole_bytes(file, path.stat().st_size)


def test_what_a_killed_server_left_is_swept(tmp_path: Path) -> None:
    """Only what the writing of this file has left; whatever else has a similar name is somebody's."""
    others = [
        ".state.json.backup01",
        ".state.json.abcdefgh.masking-emulator.old",
        ".other.json.abcdefgh.masking-emulator",
    ]
    for name in (*others, ".state.json.abcdefgh.masking-emulator", ".state.json.12_45678.masking-emulator"):
        (tmp_path / name).touch()
    keeping, world = _kept(tmp_path / "state.json")
    keeping.end(world)

    assert {"state.json", *others} == {one.name for one in tmp_path.iterdir()}


@posix
def test_file_keeps_its_permissions(tmp_path: Path) -> None:
    """A state that everybody may read stays so; so does a secret one."""
    file, seen = tmp_path / "state.json", []
    for mode in (0o644, 0o600, 0o664):
        file.touch()
        file.chmod(mode)
        write_whole(file, "{}")
        seen.append((mode, stat.S_IMODE(file.stat().st_mode)))

    assert [] == [modes for modes in seen if modes[0] != modes[1]]


@posix
def test_new_files_are_for_this_user_alone(tmp_path: Path) -> None:
    """A state and a recording have the account's token in them."""
    state, recording = tmp_path / "state.json", tmp_path / "run.jsonl"
    keeping, world = _kept(state, recording)
    keeping.end(world)

    assert (0o600, 0o600) == (stat.S_IMODE(state.stat().st_mode), stat.S_IMODE(recording.stat().st_mode))


@posix
def test_file_keeps_its_owner(tmp_path: Path) -> None:
    """A container's root writes the state of a user, who goes on with it; any other may choose one of its groups."""
    owners = (12345, 12345) if os.geteuid() == 0 else (os.geteuid(), os.getgroups()[-1])
    file = tmp_path / "state.json"
    file.touch()
    os.chown(file, *owners)
    write_whole(file, "{}")

    assert owners == (file.stat().st_uid, file.stat().st_gid)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere root may write in every folder")
def test_folder_that_cannot_be_written_is_refused_at_once() -> None:
    """At the end it would be too late."""
    assert "/sys/state.json: Permission denied" in sentence(
        run("serve", "--port", "0", "--state", "/sys/state.json"), 2
    )


def test_state_keeps_its_permissions_over_runs(tmp_path: Path) -> None:
    """A real server writes it, and another one goes on from it."""
    state = tmp_path / "state.json"
    for _ in range(2):
        with serving("--state", str(state)) as (process, _url):
            if state.exists():
                state.chmod(0o640)
            process.terminate()
            process.wait(PATIENCE_S)

    assert (0o640, 1) == (stat.S_IMODE(state.stat().st_mode), json.loads(state.read_text())["version"])
