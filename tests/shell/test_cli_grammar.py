"""The command's grammar: NOUN VERB, one meaning for an option, `--json` and `--quiet` everywhere, and how verbs end."""

import json
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest
from masking_emulator.cli.common import EXIT_CODES
from masking_emulator.cli.main import main
from masking_emulator.clock import read_duration

from tests.plivo.ask import Api
from tests.receiver import Receiver
from tests.receiver import status as answered
from tests.shell.process import COMMAND, DEMO, PATIENCE_S, run, sentence


@pytest.fixture
def api(fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A world of the test's own, and the environment that lets the verbs find it."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", fresh_api.url)
    monkeypatch.setenv("MASKING_EMULATOR_ACCOUNT", fresh_api.auth_id)
    return fresh_api


def verbs(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every verb with the words that lead to it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from verbs(command, (*path, name))
        else:
            yield (*path, name), command


VERBS = dict(verbs())

#: What prints no answer: a program's own output, a protocol of its own, and text for a shell or for people only.
_PLAIN = {
    ("farm",),
    ("run",),
    ("capture",),
    ("help",),
    ("mcp",),
    ("skill",),
    ("completion",),
}


def _options(path: tuple[str, ...]) -> dict[str, click.Parameter]:
    return {word: parameter for parameter in VERBS[path].params for word in parameter.opts}


@pytest.mark.parametrize("path", VERBS, ids=" ".join)
def test_verb_prints_for_programs_and_not_at_all(path: tuple[str, ...]) -> None:
    """--json and --quiet, where an answer is printed."""
    assert (path in _PLAIN) == ("--json" not in _options(path))
    # The output of `run` is its command's; of its own there is only the summary.
    assert (path in _PLAIN and path != ("run",)) == ("--quiet" not in _options(path))


@pytest.mark.parametrize("path", VERBS, ids=" ".join)
def test_option_has_one_meaning(path: tuple[str, ...]) -> None:
    """--world is a file to start with, --account an Auth ID, --url the server; each says what it is for."""
    options = _options(path)
    starting = {("serve",), ("farm",), ("run",), ("trigger",), ("worlds", "create"), ("compare",)}

    assert ("--world" in options) == (path in starting)
    assert "--account" not in options or "Auth ID" in (options["--account"].help or "")
    assert all(option.help for option in VERBS[path].params if isinstance(option, click.Option))


@pytest.mark.parametrize("path", VERBS, ids=" ".join)
def test_verb_has_help_of_a_sentence(path: tuple[str, ...]) -> None:
    """It says what it does."""
    assert (VERBS[path].help or "").strip()


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("0.5", 0.5), ("10m", 600), ("1h30m", 5400), ("2d", 172_800), ("1m0.5s", 60.5)]
)
def test_duration_is_read_as_people_write_it(text: str, seconds: float) -> None:
    """Seconds, and units from days to seconds in this order."""
    assert seconds == read_duration(text)


@pytest.mark.parametrize("text", ["", "soon", "m", "30m1h", "1 h", "inf", "nan", "-", "1h30"])
def test_duration_that_is_none_is_refused(text: str) -> None:
    """With a sentence that shows how to write one."""
    with pytest.raises(ValueError, match="is no duration; write 90, 10m or 1h30m"):
        read_duration(text)


_NO_DURATION: Final = "is negative, and a duration is not; write 90, 10m or 1h30m"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["advance", "-5"], f"'[TIME]': '-5' {_NO_DURATION}"),
        (["advance", "--quiet", "-1h30m"], f"'[TIME]': '-1h30m' {_NO_DURATION}"),
        (["advance", "-.5", "--json"], f"'[TIME]': '-.5' {_NO_DURATION}"),
        (["wait", "--timeout", "-1m"], f"'--timeout': '-1m' {_NO_DURATION}"),
        (["wait", "--timeout", " -1"], f"'--timeout': ' -1' {_NO_DURATION}"),
        (["callbacks", "show", "-1"], "'ID': '-1' is no whole number from 0 to 999999999999999"),
        (["clock", "set", "-5"], "'-5' is read as an option; if it is none, write -- before it"),
        (["advance", "-x"], "No such option '-x'"),
        (["journal", "-5"], "No such option '-5'"),
    ],
)
def test_negative_number_is_refused_as_one(words: list[str], said: str) -> None:
    """It begins as an option does, and is none; what is an option that there is not, is said so of."""
    done = run(*words)

    assert (2, True) == (done.returncode, said in done.stderr), done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["serve", "--port", "x"], "'--port': 'x' is no whole number from 0 to 65535"),
        (["serve", "--tls-port", "99999"], "'--tls-port': '99999' is no whole number from 0 to 65535"),
        (["listen", "--status", "99"], "'--status': '99' is no whole number from 200 to 599"),
        (["callbacks", "hold", "--count", "0"], "'--count': '0' is no whole number of 1 or more"),
    ],
)
def test_number_out_of_its_range_is_told_the_range(words: list[str], said: str) -> None:
    """And so is what is no number, in the same words."""
    done = run(*words)

    assert (2, True) == (done.returncode, said in done.stderr), done.stderr


def test_mistyped_verb_and_option_name_the_nearest() -> None:
    """Also below a noun."""
    assert "Did you mean 'serve'" in run("srve").stderr
    assert "Did you mean 'list'" in run("sessions", "lst").stderr
    assert "--limit" in run("sessions", "list", "--limt", "1").stderr
    assert "did you mean sessions?" in run("help", "sesions").stderr
    assert "did you mean list?" in run("help", "sessions", "lst").stderr
    assert "did you mean demo?" in run("worlds", "create", "--world", "dmo").stderr
    assert "did you mean pool_order?" in run("fidelity", "--row", "pool_ordr").stderr


def test_mistyped_operation_names_the_nearest(api: Api) -> None:
    """Where the server knows the words, it says so."""
    del api

    assert "did you mean create_session?" in run("requests", "list", "--operation", "create_sesion").stderr


def test_session_lives_from_create_to_expire(api: Api) -> None:
    """create, list, show, update, explain and expire, over the emulated API."""
    made = json.loads(run("sessions", "create", "+14155550123", "+14155550145", "--expiry", "10m", "--json").stdout)
    uuid = made["session"]["session_uuid"]
    listed = run("sessions", "list", "--status", "active").stdout.splitlines()
    shown = json.loads(run("sessions", "show", uuid, "--json").stdout)
    updated = run("sessions", "update", uuid, "--expiry", "1h", "--set", "record=true")
    explained = run("sessions", "explain", uuid).stdout
    expired = run("sessions", "expire", uuid).stdout

    read = api.ask("GET", api.session(uuid)).json["response"]

    assert ("2026-01-01 00:10:00 +0000 UTC", uuid) == (made["session"]["expiry_time"], read["session_uuid"])
    assert 1 == len(listed)
    assert uuid in listed[0]
    assert "14155550123 → 14155550145" in listed[0].replace("+", "")
    assert uuid == shown["session_uuid"]
    assert re.search(r"expiry_time +2026-01-01 01:00:00 \+0000 UTC", updated.stdout)
    assert "chosen" in explained
    assert f"expired {uuid}\n" == expired
    assert "expired" == api.ask("GET", api.session(uuid)).json["response"]["status"]


def test_refused_session_is_one_sentence_with_its_reason(api: Api) -> None:
    """The vendor's status and text, and the emulator's reason."""
    del api

    assert "400" in sentence(run("sessions", "create", "+14155550123", "nobody"), 1)
    assert "404" in sentence(run("sessions", "show", "00000000-0000-4000-8000-000000000000"), 1)
    assert "is not NAME=VALUE" in run("sessions", "create", "+1", "+2", "--set", "record").stderr


def test_list_says_what_it_leaves_out(api: Api) -> None:
    """Newest last; how many are before these is said on stderr."""
    made = [api.create(second_party=f"+1202555010{place}").json["session"]["session_uuid"] for place in range(3)]
    done = run("sessions", "list", "--limit", "2")

    assert made[1:] == [line.split()[4] for line in done.stdout.splitlines()]
    assert "1 before these\n" == done.stderr
    assert "none\n" == run("sessions", "list", "--status", "expired").stderr


def test_quiet_prints_nothing(api: Api) -> None:
    """The exit code says it."""
    del api
    done = run("journal", "--quiet")

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


def test_clock_is_shown_stopped_started_and_set(api: Api) -> None:
    """Each prints where it stands."""
    del api

    assert "now 2026-01-01T00:00:00Z, stands still\n" == run("clock", "show").stdout
    assert "now 2026-01-01T01:00:00Z, stands still\n" == run("clock", "set", "2026-01-01T01:00:00Z").stdout
    assert run("clock", "start", "--rate", "0.001").stdout.endswith(", rate 0.001\n")
    assert "INSTANT: " in run("clock", "set", "yesterday").stderr
    assert run("clock", "stop").stdout.endswith(", stands still\n")


def test_phone_is_set_and_listed(api: Api) -> None:
    """Its habits are printed as the world file names them."""
    del api
    run("phones", "set", "+12025550101", "--outcome", "busy", "--answer-after", "2s")

    assert "+12025550101  outcome=busy answer_after_s=2" in run("phones", "list").stdout


def test_world_is_created_forked_and_removed(api: Api) -> None:
    """Each with credentials of its own."""
    made = json.loads(run("worlds", "create", "--world", "tiny-pool", "--json").stdout)
    fork = json.loads(run("worlds", "fork", "--account", made["auth_id"], "--json").stdout)
    listed = run("worlds", "list").stdout
    removed = [run("worlds", "remove", world["auth_id"]).stdout for world in (made, fork)]

    assert api.auth_id in listed
    assert all(world["auth_id"] in listed for world in (made, fork))
    assert [f"removed {made['auth_id']}\n", f"removed {fork['auth_id']}\n"] == removed
    assert fork["auth_token"] != made["auth_token"]


def test_world_under_a_given_auth_id_is_made_once(api: Api) -> None:
    """The second time it is printed as it stands; made otherwise, it is refused in one sentence."""
    words = ("worlds", "create", "--auth-id", "MABYCOMMANDLINE00001", "--json")
    first, again = (json.loads(run(*words, "--seed", "1").stdout) for _ in range(2))
    refused = sentence(run(*words, "--seed", "2"), 1)
    run("worlds", "remove", first["auth_id"])

    assert first == {**again, "clock": first["clock"]}
    assert "MABYCOMMANDLINE00001" == first["auth_id"]
    assert "made with other seed" in refused
    assert api.auth_id != first["auth_id"]


def test_moment_is_printed_and_forked(api: Api) -> None:
    """What there was after an event, what changed since, and a world that goes on from it."""
    del api
    created = json.loads(run("sessions", "create", "+14155550123", "+14155550145", "--json").stdout)["session_uuid"]
    run("advance", "1h")
    then = run("worlds", "at", "2").stdout.splitlines()
    changed = run("worlds", "at", "--since", "2").stdout
    fork = json.loads(run("worlds", "fork", "--at", "2", "--json").stdout)
    run("worlds", "remove", fork["auth_id"])

    assert then[0].startswith("2026-01-01T00:00:00Z, after event 2; 0 to ")
    assert "1 session" == then[2]
    assert created in then[3]
    assert "active" in then[3]
    assert ["status", '"active"', "->", '"expired"'] == changed.splitlines()[0].split()[2:]
    assert "2026-01-01T00:00:00Z" == fork["clock"]["now"]
    assert 1 == fork["sessions"]["live"]


def test_nothing_that_changed_is_said(api: Api) -> None:
    """On stderr, which no program reads; JSON has an empty list."""
    del api
    nothing = run("worlds", "at", "0", "--since", "0")

    assert ("", "nothing changed\n") == (nothing.stdout, nothing.stderr)
    assert [] == json.loads(run("worlds", "at", "0", "--since", "0", "--json").stdout)["changes"]
    assert "before anything happened" in run("worlds", "at", "0").stdout


def test_number_is_added(api: Api) -> None:
    """At the end of the pool."""
    del api
    run("numbers", "add", "+14155550177")

    assert run("numbers", "list").stdout.splitlines()[-1].startswith("+14155550177")


def test_status_says_what_runs(api: Api) -> None:
    """URL, console, proxy, worlds, and what leads here."""
    done = run("status")

    assert 0 == done.returncode
    assert f"running      {api.url} version" in done.stdout
    assert f"{api.url}/_emulator/console/" in done.stdout
    assert f"MASKING_EMULATOR_URL={api.url}" in done.stdout
    assert f"  {DEMO}" in done.stdout


@pytest.mark.parametrize(("code", "is_there"), [(200, True), (502, False)])
def test_status_tells_the_page_from_another_one(receiver: Receiver, code: int, is_there: bool) -> None:  # noqa: FBT001
    """A proxy that reaches nobody answers with a page, too."""
    interception = {"proxy_port": None, "tls_port": None, "authority": None}
    for path, body in {
        "health": {"version": "1", "recording": None},
        "interception": interception,
        "worlds": {"worlds": []},
    }.items():
        receiver.on(f"/_emulator/{path}", answered(200, content=json.dumps(body).encode()))
    page = receiver.on("/_emulator/console/", answered(code, content=b"<!doctype html>"))
    said = run("status", "--url", receiver.url).stdout

    assert (f"console      {page}\n" in said) is is_there
    assert (f"console      none: {page} answers {code}\n" in said) is not is_there


def test_journal_is_followed(api: Api) -> None:
    """Every later event as it happens, as JSON a line; Ctrl-C ends it with 0."""
    command = [*COMMAND, "journal", "--follow", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            api.create()
            seen = next(event for line in process.stdout if (event := json.loads(line)["event"]) == "SessionCreated")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()

    assert ("SessionCreated", 0) == (seen, process.returncode)


def test_requests_are_followed(api: Api) -> None:
    """Those after a sequence number, one line each."""
    api.create(geo_match=True)
    command = [*COMMAND, "requests", "follow", "--after", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(2)]
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()

    assert f"POST {api.sessions} 201" in lines[0]
    assert "did you mean geomatch?" in lines[1]


def test_ctrl_c_is_130() -> None:
    """While a verb waits for an answer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = [*COMMAND, "journal", "--url", url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                connection, _ = silent.accept()
                process.send_signal(signal.SIGINT)
                _, stderr = process.communicate(timeout=PATIENCE_S)
                connection.close()
            finally:
                process.kill()

    assert (130, "") == (process.returncode, stderr)


#: Runs the command line in a process that gets a Ctrl-C as soon as it begins to load the module that is named first.
_INTERRUPTED: Final = """
import runpy, signal, sys

class Interrupting:
    loading = sys.argv.pop(1)

    def find_spec(self, name, *_):
        if name == self.loading:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
runpy.run_module("masking_emulator", run_name="__main__")
"""


@pytest.mark.parametrize(
    ("loading", "words"),
    [
        ("click", ["journal"]),
        ("masking_emulator.cli.main", ["journal"]),
        ("masking_emulator.cli.journal", ["journal"]),
        ("masking_emulator.cli.journal", ["--help"]),
        ("masking_emulator.cli.runs", ["run", "--help"]),
        ("masking_emulator.plivo.validation", ["help", "jurnal"]),
        ("click.shell_completion", ["completion", "bash"]),
    ],
)
def test_ctrl_c_while_something_is_loaded_is_130(loading: str, words: list[str]) -> None:
    """From the first module on: no traceback, and not click's "Aborted!"."""
    command = [sys.executable, "-c", _INTERRUPTED, loading, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    assert (130, "", "") == (done.returncode, done.stdout, done.stderr)


def test_command_begins_where_ctrl_c_is_heard() -> None:
    """The script that is installed and `python -m masking_emulator` are one."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert {"masking-emulator": "masking_emulator.cli.entry:main"} == project["scripts"]


def test_exit_codes_have_a_page() -> None:
    """And so have durations; an unknown topic names those that there are."""
    page = run("help", "exit-codes").stdout.splitlines()

    assert [f"{code:>4}  {meaning}" for code, meaning in EXIT_CODES.items()] == page
    assert "1h30m" in run("help", "durations").stdout
    assert "Usage: " in run("help", "sessions", "list").stdout
    assert "exit-codes" in run("help", "nothing").stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script(shell: str) -> None:
    """For each shell, under the command's name."""
    done = run("completion", shell)

    assert 0 == done.returncode
    assert "_MASKING_EMULATOR_COMPLETE" in done.stdout


def test_colours_are_for_terminals_only(api: Api) -> None:
    """No escape codes in a pipe."""
    api.list(limit=99)
    done = run("requests", "list")

    assert "\x1b" not in done.stdout
