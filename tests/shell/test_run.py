"""`run` in real processes: what the command finds, how both end, and that nothing stays behind."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any, Final

import pytest
from masking_emulator.client import Control, Unreachable
from masking_emulator.clock import looks

from tests.shell.process import COMMAND, DEMO, PATIENCE_S, run, sentence

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and groups are POSIX")

#: Prints its variables as JSON.
_VARIABLES: Final = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]

#: Asks as any client of Python's standard library does, and prints the status of the emulator.
_ASK: Final = [
    sys.executable,
    "-c",
    "from urllib.request import urlopen; print(urlopen('https://api.plivo.com/_emulator/health').status)",
]


def script(text: str) -> list[str]:
    """A shell script as a command."""
    return ["sh", "-c", text]


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A `run` that goes on; its command's output can be read."""
    with subprocess.Popen(
        [*COMMAND, "run", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that the command prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def is_gone(pid: str) -> bool:
    """Whether the process is, or becomes, one that runs no more."""
    for _ in looks(timeout_s=PATIENCE_S, pause_s=0.01):
        status = Path(f"/proc/{pid}/status")
        if not status.exists() or "State:\tZ" in status.read_text(encoding="utf-8"):
            return True
    return False


@pytest.mark.parametrize("code", [0, 3])
def test_exit_code_is_the_commands(code: int) -> None:
    """And not a word of ours beside its own where none is wanted."""
    done = run("run", "--quiet", "--", *script(f"echo out; echo err >&2; exit {code}"))

    assert (code, "out\n", "err\n") == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_command_that_a_signal_ends_is_told_as_a_shell_tells_it(number: signal.Signals) -> None:
    """128 and the signal, a crash among them."""
    assert 128 + number == run("run", "--", *script(f"ulimit -c 0; kill -{number.value} $$")).returncode


def test_command_that_is_not_there_is_127() -> None:
    """One sentence, as with every failure of ours."""
    said = sentence(run("run", "--", "no-such-command"), 127)

    assert "masking-emulator: no-such-command: there is no such command" == said


def test_file_that_is_no_program_is_126(tmp_path: Path) -> None:
    """As a shell has it."""
    path = tmp_path / "text"
    path.write_text("", encoding="ascii")

    assert f"masking-emulator: {path}: Permission denied" == sentence(run("run", "--", str(path)), 126)


def test_no_command_is_a_wrong_call() -> None:
    """Exit 2 and the usage."""
    done = run("run")

    assert 2 == done.returncode
    assert "Missing argument 'COMMAND...'" in done.stderr


def test_option_that_there_is_not_is_no_command() -> None:
    """Exit 2: a slip must not run anything."""
    done = run("run", "--wrold", "demo", "--", "true")

    assert (2, True) == (done.returncode, "No such option" in done.stderr)


def test_bad_world_is_said_before_the_command_starts(tmp_path: Path) -> None:
    """Exit 2, and the command has not run."""
    said = sentence(run("run", "--world", "dmo", "--", "touch", str(tmp_path / "ran")), 2)

    assert "dmo: there is no such file" in said
    assert not (tmp_path / "ran").exists()


def test_options_behind_the_command_are_its_own() -> None:
    """With and without the two dashes."""
    assert "--world x\n" == run("run", "echo", "--world", "x").stdout
    assert "--world x\n" == run("run", "--", "echo", "--world", "x").stdout


def test_command_reads_what_we_are_given() -> None:
    """Standard input goes through."""
    done = subprocess.run([*COMMAND, "run", "cat"], input="in\n", capture_output=True, text=True, check=True)

    assert "in\n" == done.stdout


def test_command_has_the_account_of_the_world(tmp_path: Path) -> None:
    """And a control address at which its world answers."""
    world = tmp_path / "my world.toml"
    world.write_text('[account]\nauth_id = "MAOFAFILEOFAFILE0001"\nauth_token = "of-a-file"\n', encoding="ascii")
    done = run("run", "--world", str(world), "--seed", "7", "--", *COMMAND, "journal", "--json")
    found = json.loads(run("run", "--world", str(world), "--", *_VARIABLES).stdout)

    assert (0, []) == (done.returncode, json.loads(done.stdout)["events"])
    assert ("MAOFAFILEOFAFILE0001", "of-a-file") == (found["PLIVO_AUTH_ID"], found["PLIVO_AUTH_TOKEN"])


def test_first_request_may_come_before_the_server_is_loaded() -> None:
    """The command starts while it still loads; what is asked waits in the queue."""
    curl = which("curl")
    if curl is None:
        pytest.skip("needs curl")
    done = run("run", "--", curl, "-sS", "https://api.plivo.com/_emulator/health")

    assert "ok" == json.loads(done.stdout)["status"], done.stderr


def test_proxies_of_the_user_do_not_get_in_the_way() -> None:
    """Neither one for everything, nor an exception for everything, in any spelling."""
    nowhere = "http://127.0.0.1:9"
    theirs = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"), nowhere)

    assert "200\n" == run("run", "--", *_ASK, **theirs, NO_PROXY="*", no_proxy=".plivo.com").stdout


def test_run_inside_run_reaches_the_inner_one() -> None:
    """As where a script of a project and its caller both use it."""
    done = run("run", "--", *COMMAND, "run", "--world", "tiny-pool", "--", *COMMAND, "doctor")

    assert "wrong" not in done.stdout
    assert 0 == done.returncode, done.stdout


def test_two_at_once_do_not_meet() -> None:
    """Each has ports and a world of its own."""
    ask = script(
        f"{sys.executable} -m masking_emulator advance 60 > /dev/null; echo $HTTPS_PROXY $MASKING_EMULATOR_URL"
    )
    with ThreadPoolExecutor(2) as threads:
        outputs = list(threads.map(lambda _: run("run", "--", *ask), range(2)))

    assert [0, 0] == [done.returncode for done in outputs]
    assert 4 == len({url for done in outputs for url in done.stdout.split()})


def test_paths_with_blanks_are_no_trouble(tmp_path: Path) -> None:
    """Neither that of the cache, nor of the folder, nor of the program."""
    folder = tmp_path / "my own folder"
    folder.mkdir()
    program = folder / "my program"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "$1"\n', encoding="ascii")
    program.chmod(0o755)
    done = run("run", "--", str(program), _ASK[2], MASKING_EMULATOR_CACHE=str(folder / "my cache"))

    assert "200\n" == done.stdout, done.stderr


def test_nothing_stays_behind(tmp_path: Path) -> None:
    """No port, and no file but what is kept for the next time."""
    homes = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "MASKING_EMULATOR_CACHE": str(tmp_path / "cache")}
    done = run("run", "--", *script("echo $MASKING_EMULATOR_URL"), **homes)

    assert ["cache"] == os.listdir(tmp_path)
    assert ["certificates", "trust"] == sorted(os.listdir(tmp_path / "cache"))
    with pytest.raises(Unreachable):
        Control(done.stdout.strip()).get("/health")


#: Waits for a process, and has a signal given to another thread than the main one; says when it was handled.
_SIGNAL_ELSEWHERE: Final = """
import signal, subprocess, sys, threading
from masking_emulator.server.run import heeding_signals

process = subprocess.Popen([sys.executable, "-c", "print('up', flush=True); input()"], stdin=-1, stdout=-1)
signal.signal(signal.SIGUSR1, lambda *_: process.stdin.close())

def interrupt():
    process.stdout.readline()
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)

threading.Thread(target=interrupt).start()
print(heeding_signals(process.wait))
"""


def test_signal_is_handled_while_a_process_is_waited_for() -> None:
    """Also one that does not interrupt the main thread: here the handler is what ends the process."""
    done = subprocess.run([sys.executable, "-c", _SIGNAL_ELSEWHERE], capture_output=True, timeout=PATIENCE_S, text=True)

    assert "1" == done.stdout.strip(), done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_signals_reach_the_command(number: signal.Signals) -> None:
    """It decides what becomes of it, and we end with its code."""
    name = number.name.removeprefix("SIG")
    with running("--", *script(f"trap 'exit 7' {name}; echo ready; while :; do read x; done")) as process:
        assert "ready" == line(process)
        process.send_signal(number)

        assert 7 == process.wait(PATIENCE_S)


@pytest.mark.parametrize("name", ["server.pem", "authority.pem", "bundle.pem"])
def test_damaged_certificate_costs_one_line(name: str, tmp_path: Path) -> None:
    """The command runs as if nothing had been, and reaches the emulator by TLS; a bundle of trust is a file too."""
    homes = {"MASKING_EMULATOR_CACHE": str(tmp_path)}
    run("run", "--", "true", **homes)
    damaged = next(tmp_path.rglob(name))
    damaged.write_bytes(damaged.read_bytes()[:200])
    done = run("run", "--", *_ASK, **homes)

    assert (0, "200") == (done.returncode, done.stdout.strip()), done.stderr
    assert [f"{damaged.parent} was damaged"] == [row.partition(" and")[0] for row in done.stderr.splitlines()]


@pytest.mark.parametrize("verb", ["serve", "run"])
def test_terminal_that_closes_ends_nothing_under_nohup(verb: str) -> None:
    """SIGHUP is ignored from the start, and stays so; the command of `run` ignores it too."""
    words = {"serve": ["serve", "--port", "0"], "run": ["run", "--", *script("echo ready; read x")]}[verb]
    quoted = shlex.join([*COMMAND, *words])
    with subprocess.Popen(
        ["sh", "-c", f"trap '' HUP; exec {quoted}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert line(process).startswith("ready")
            process.send_signal(signal.SIGHUP)
            process.send_signal(signal.SIGHUP if verb == "run" else signal.SIGTERM)
            process.communicate("\n", timeout=PATIENCE_S)
        finally:
            process.kill()

    assert 0 == process.returncode


def test_command_that_ignores_being_asked_is_made_to_end() -> None:
    """After its time is up; 128 and SIGKILL."""
    with running("--kill-after", "0.1", "--", *script("trap '' TERM; echo $$; while :; do read x; done")) as process:
        pid = line(process)
        process.terminate()

        assert 128 + signal.SIGKILL == process.wait(PATIENCE_S)
        assert is_gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no signal for a parent's death")
def test_command_ends_when_run_is_killed() -> None:
    """Its environment leads to an emulator that is gone with it."""
    with running("--", *script("echo $$; while :; do read x; done")) as process:
        pid = line(process)
        process.kill()

        assert is_gone(pid)


@pytest.mark.parametrize("ignoring", ["", "trap '' TERM; "])
def test_processes_that_the_command_leaves_are_ended(ignoring: str) -> None:
    """Their environment leads to a proxy that is gone; also where they do not want to end."""
    left = f"({ignoring}sleep 600; sleep 600) > /dev/null 2>&1 & echo $!"
    done = run("run", "--kill-after", "0.1", "--", *script(left))

    assert (0, True) == (done.returncode, is_gone(done.stdout.strip()))


def test_key_in_a_terminal_reaches_the_command_once() -> None:
    """Ctrl-C goes to everybody in the terminal's group, so handing it on would make it two."""
    counting = (
        "import select, signal\n"
        "count = []\n"
        "signal.signal(signal.SIGINT, lambda *_: count.append(1))\n"
        "print('ready', flush=True)\n"
        "while not count: signal.pause()\n"
        "select.select([], [], [], 0.2)\n"
        "print('counted', len(count), flush=True)\n"
    )
    terminal = f"import pty, sys; sys.exit(pty.spawn({[*COMMAND, 'run', '--', sys.executable, '-c', counting]!r}) >> 8)"
    with subprocess.Popen(
        [sys.executable, "-c", terminal], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert "ready" == line(process)
        process.stdin.write("\x03")
        process.stdin.flush()

        assert "counted 1" == line(process).removeprefix("^C")


def test_sitecustomize_of_the_user_runs_too(tmp_path: Path) -> None:
    """As if ours were not there, and under its own name."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.theirs = __file__\n", encoding="ascii")
    show = "import sys, sitecustomize; print(sys.theirs == sitecustomize.__file__)"

    assert "True\n" == run("run", "--", sys.executable, "-c", show, PYTHONPATH=str(tmp_path)).stdout


def test_python_without_the_sdk_is_left_alone() -> None:
    """The shim costs a start nothing that can be seen: no module of it stays but the finder's."""
    show = "import sys; print(sorted({'requests', 'plivo', 'emulator'} & sys.modules.keys()))"

    assert "[]\n" == run("run", "--", sys.executable, "-c", show).stdout


def test_other_hosts_are_refused_and_said_so(tmp_path: Path) -> None:
    """Once, on stderr, since many clients hide what a proxy says."""
    ask = "import urllib.request\nfor _ in range(2):\n  try: urllib.request.urlopen('https://example.com')\n"
    ask += "  except OSError as error: print(error)"
    done = run("run", "--", sys.executable, "-c", ask, HOME=str(tmp_path))

    assert 2 == done.stdout.count("example.com is not Plivo's; let it through with --allow-host example.com")
    assert 1 == done.stderr.count("the proxy refused example.com; --allow-host example.com lets it through")


def test_demo_is_the_world_where_none_is_named() -> None:
    """With all that leads the SDKs here."""
    found: Any = json.loads(run("run", *_VARIABLES).stdout)

    assert DEMO == found["PLIVO_AUTH_ID"]
    assert found["HTTPS_PROXY"].startswith("http://127.0.0.1:")
