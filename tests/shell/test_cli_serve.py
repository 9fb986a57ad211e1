"""`serve` in real processes: how it begins, how it ends, and how it refuses to begin."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from masking_emulator import __version__
from masking_emulator.client import Control, Unreachable
from masking_emulator.server.thread import ServerThread

from tests.shell.process import COMMAND, DEMO, PATIENCE_S, run, sentence, serving


def test_first_line_of_serve_says_that_it_is_ready() -> None:
    """The URL in the ready line answers at once, and the world is the demo."""
    with serving() as (process, url):
        health = Control(url).get("/health")
        process.terminate()

        expected = {"status": "ok", "version": __version__, "live": True, "ready": True}
        assert {**expected, "worlds": [DEMO], "recording": None} == health
        assert ("", "") == process.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize("world", ["demo", "london"])
def test_greeting_has_what_a_first_try_needs(world: str, tmp_path: Path) -> None:
    """Console, account, and a request that works as it stands, also where the pool is of another country."""
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    (tmp_path / "london").write_text('[[numbers]]\nnumber = "+442079460001"\n', encoding="utf-8")
    command = [*COMMAND, "serve", "--port", "0", "--world", world if world == "demo" else str(tmp_path / world)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().rstrip("\n") for _ in range(5)]
        tried = subprocess.run(shlex.split(said[-1])[1:], capture_output=True, text=True, check=False)
        process.terminate()

    url = said[0].split()[1]
    assert ["ready", "console", "auth", "auth", "try"] == [line.split()[0] for line in said]
    assert f"{url}/" == said[1].split()[1]
    assert "Session created" == json.loads(tried.stdout)["message"]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_server_ends_cleanly_and_leaves_its_port(ending: signal.Signals) -> None:
    """Asked to end it exits 0 without a word, also with a connection open, and the port is free at once."""
    with serving() as (process, url):
        address = urlsplit(url)
        with closing(HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE_S)) as connection:
            connection.request("GET", "/_emulator/health")
            connection.getresponse().read()
            process.send_signal(ending)
            output = process.communicate(timeout=PATIENCE_S)

        assert (0, ("", "")) == (process.returncode, output)
        with pytest.raises(Unreachable):
            Control(url).get("/health")
        with serving("--port", str(address.port)) as (_, again):
            assert url == again


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_server_ends_cleanly_while_it_starts(ending: signal.Signals, tmp_path: Path) -> None:
    """Asked to end before it is ready, it exits 0 all the same. A pipe as world file holds it in its start."""
    pipe = tmp_path / "world.toml"
    os.mkfifo(pipe)
    command = [*COMMAND, "serve", "--port", "0", "--world", str(pipe)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        pipe.open("w"),  # returns as soon as the server reads
    ):
        process.send_signal(ending)
        output = process.communicate(timeout=PATIENCE_S)

    assert (0, ("", "")) == (process.returncode, output)


def test_taken_port_is_one_sentence(emulator: ServerThread) -> None:
    """Exit 2, with what to do, and no traceback."""
    port = str(urlsplit(emulator.url).port)

    expected = f"cannot listen on 127.0.0.1:{port}: the port is taken; choose another with --port"
    assert f"masking-emulator: {expected}" == sentence(run("serve", "--port", port), 2)


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("192.0.2.1", "this machine does not have the address; choose another with --host"),
        ("ü" * 300, "encoding of hostname failed"),
        ("::zz", "not known"),
        ("", "cannot listen on an empty --host; 0.0.0.0 is every address"),
    ],
)
def test_address_that_is_not_ours_is_one_sentence(host: str, reason: str) -> None:
    """Exit 2, and the reason is about the address."""
    assert reason in sentence(run("serve", "--port", "0", "--host", host), 2)


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("colour = 1", "colour: unknown key"),
        ("[clock]\nrate = -1", "clock.rate: -1 is less than the minimum of 0"),
        ("[limits]\nnumbers_max = 1", "numbers: there are 8, and limits.numbers_max is 1"),
        ("seed", "it is no TOML: Expected '=' after a key"),
    ],
)
def test_bad_world_file_is_one_sentence(tmp_path: Path, toml: str, expected: str) -> None:
    """Exit 2; file, key and reason."""
    path = tmp_path / "mine.toml"
    path.write_text(toml, encoding="utf-8")

    said = sentence(run("serve", "--port", "0", "--world", str(path)), 2)
    assert re.match(rf"masking-emulator: {re.escape(str(path))}:\d: {re.escape(expected)}", said)


def test_unknown_example_lists_the_examples() -> None:
    """A misspelt name tells the names that there are."""
    said = sentence(run("serve", "--port", "0", "--world", "dmo"), 2)

    assert "dmo: there is no such file, and the example worlds are cool-off, demo" in said


def test_server_takes_world_seed_and_control_host() -> None:
    """An example by name, another seed, and a further name for writes, in any case."""
    with serving("--world", "tiny-pool", "--seed", "7", "--control-host", "Box.Example") as (_, url):
        address = urlsplit(url)
        world = Control(url).get("/worlds/MAEMULATORTINYPOOL01")
        with closing(HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE_S)) as connection:
            connection.request("POST", "/_emulator/worlds", headers={"Host": "box.example:80"})
            made = connection.getresponse().status

        assert (7, 1, 201) == (world["seed"], world["numbers"], made)


@pytest.mark.parametrize("seed", ["text", "--7", "9" * 5000, "٣"])
def test_any_text_is_a_seed(seed: str) -> None:
    """What is no number is a seed too, however odd."""
    with serving(f"--seed={seed}") as (_, url):
        assert Control(url).get(f"/worlds/{DEMO}")["seed"] in (seed, 3)


def test_log_is_json_lines_where_asked() -> None:
    """--log-format json does not disturb the ready line."""
    with serving("--log-format", "json") as (_, url):
        assert "ok" == Control(url).get("/health")["status"]
