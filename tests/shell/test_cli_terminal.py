"""What the command line does on a terminal: progress of long work, colours, widths; and that a pipe gets none of it."""

import io
import json
import os
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from masking_emulator.world.recorder import Recorder

from tests.core.play import creation
from tests.plivo.ask import Api
from tests.receiver import Receiver, hang
from tests.shell.process import PATIENCE_S, run
from tests.shell.runs import PEOPLE, new_world

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
if sys.platform != "win32":
    from tests.shell.terminal import run_on_terminal

#: How long a recording is played that comes through a pipe: lines, and the pause before each in real seconds.
_LINES = 20
_PAUSE_S = 0.05

ESCAPE = "\x1b"


@pytest.fixture
def api(fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A world of the test's own, and the environment that lets the verbs find it."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", fresh_api.url)
    monkeypatch.setenv("MASKING_EMULATOR_ACCOUNT", fresh_api.auth_id)
    return fresh_api


@pytest.mark.parametrize("words", [["900"], ["--to", "2026-01-01T00:15:00Z"]], ids=" ".join)
def test_long_advance_shows_how_far_it_is_and_its_events(words: list[str], api: Api, receiver: Receiver) -> None:
    """Ten of the fifteen minutes are over when a receiver does not answer."""
    api.create(session_expiry=600, callback_url=receiver.on("/", hang))

    def heard(text: str) -> None:
        if "66%" in text:
            receiver.release()

    code, seen = run_on_terminal("advance", *words, heard=heard)

    assert 0 == code
    assert re.search(r"advance +\[#+-+\] +66%", seen)
    assert re.search(r"[1-9] events?", seen)
    assert "now 2026-01-01T00:15:00Z" in seen


def test_refused_advance_is_one_sentence_on_a_terminal_too(api: Api) -> None:
    """The wait for it is no reason to say it otherwise."""
    del api
    code, seen = run_on_terminal("advance", "--to", "2020-01-01T00:00:00Z")

    assert (2, 1) == (code, len(seen.splitlines()))
    assert "masking-emulator: --to: the clock shows 2026-01-01T00:00:00Z and only moves forward" in seen


def test_short_advance_shows_no_progress(api: Api) -> None:
    """No bar flashes by."""
    del api
    code, seen = run_on_terminal("advance", "60")

    assert (0, "now 2026-01-01T00:01:00Z\r\n") == (code, seen)


@pytest.mark.parametrize("verb", ["load", "save"])
def test_snapshot_shows_that_it_goes_on(verb: str, tmp_path: Path) -> None:
    """Where the server takes its time, which is a socket here that answers once the bar has been seen."""
    file = tmp_path / "state.json"
    if verb == "load":
        file.write_text("{}", encoding="utf-8")
    was_seen, bars = Event(), {"load": "restore  [", "save": "snapshot  ["}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_answer_late, args=(listener, was_seen), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        code, seen = run_on_terminal(
            *("snapshot", verb, str(file), "--url", url, "--account", "M"),
            heard=lambda text: was_seen.set() if bars[verb] in text else None,
        )

    assert 0 == code
    assert was_seen.is_set()
    assert "now 2026" in seen


def _answer_late(listener: socket.socket, go: Event) -> None:
    try:
        connection, _ = listener.accept()
    except OSError:
        return  # nobody asked
    with connection:
        while b"\r\n\r\n" not in connection.recv(65_536):
            pass
        go.wait(PATIENCE_S)
        body = json.dumps({"now": "2026-01-01T00:00:00Z", "clock": {"now": "2026-01-01T00:00:00Z"}})
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())


@pytest.fixture
def long_recording(tmp_path: Path) -> Iterator[Path]:
    """A recording that comes through a pipe, line by line, for about a second."""
    world, file = new_world(), io.BytesIO()
    world.record(Recorder(file, "run.jsonl"))
    for _ in range(_LINES // 2):
        world.do(creation(PEOPLE[0], PEOPLE[1], expiry_s=60))
    path = tmp_path / "run.jsonl"
    os.mkfifo(path)
    over = Event()

    def write() -> None:
        with suppress(BrokenPipeError), path.open("wb") as pipe:
            for line in file.getvalue().splitlines(keepends=True):
                over.wait(_PAUSE_S)
                pipe.write(line)
                pipe.flush()

    writer = Thread(target=write, daemon=True)
    writer.start()
    yield path
    over.set()
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # where the test did not read, the writer waits for one
    writer.join(PATIENCE_S)
    os.close(reader)


def test_replay_shows_that_it_goes_on(long_recording: Path) -> None:
    """And what came of it as ever."""
    code, seen = run_on_terminal("recording", "replay", str(long_recording))

    assert 0 == code
    assert "replay  [" in seen
    assert "the same: 10 commands" in seen


def test_pipe_gets_no_progress(long_recording: Path) -> None:
    """Neither stdout nor stderr, however long it takes."""
    done = run("recording", "replay", str(long_recording))

    assert (0, "") == (done.returncode, done.stderr)
    assert re.fullmatch(r"the same: 10 commands, \d+ events\n", done.stdout)


@pytest.mark.parametrize(
    ("options", "variables"),
    [(["--quiet"], {}), ([], {"TERM": "dumb"})],
    ids=["quiet", "dumb"],
)
def test_no_progress_where_nobody_could_read_it(
    options: list[str], variables: dict[str, str], long_recording: Path
) -> None:
    """With --quiet, and on a terminal whose cursor only moves on."""
    code, seen = run_on_terminal("recording", "replay", str(long_recording), *options, variables=variables)

    assert 0 == code
    assert "replay  [" not in seen
    assert ESCAPE not in seen


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=["terminal", "NO_COLOR empty", "NO_COLOR", "dumb"],
)
def test_colours_are_for_terminals_that_want_them(variables: dict[str, str], coloured: bool, api: Api) -> None:  # noqa: FBT001  # a parameter of the test
    """NO_COLOR with any text in it switches them off, and so does a terminal that has none."""
    api.list(limit=99)
    _, seen = run_on_terminal("requests", "list", variables=variables)

    assert "400" in seen
    assert coloured == (ESCAPE in seen)


def test_table_fits_the_width_of_the_terminal(api: Api) -> None:
    """What is cut ends in an ellipsis; a pipe gets all of it."""
    api.create()
    _, seen = run_on_terminal("sessions", "list", columns=60)
    (line,) = seen.splitlines()

    assert 60 == len(line)
    assert line.endswith("…")
    assert line[:-1] == run("sessions", "list").stdout[:59]
