"""The verbs of the command line: their output and their exit codes."""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

import pytest
from masking_emulator import __version__
from masking_emulator.client import Control
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api, api_of
from tests.shell.process import DEMO, PATIENCE_S, run, sentence


@pytest.fixture
def api(fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A world of the test's own, and the environment that lets the verbs find it."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", fresh_api.url)
    monkeypatch.setenv("MASKING_EMULATOR_ACCOUNT", fresh_api.auth_id)
    return fresh_api


@pytest.fixture
def answering() -> Iterator[Callable[[int, bytes], str]]:
    """Starts a server that is no emulator and answers every GET alike; gives its URL."""
    servers: list[tuple[HTTPServer, threading.Thread]] = []

    def start(status: int, content: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
                del format, args

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join(PATIENCE_S)
        server.server_close()


def test_wait_returns_as_soon_as_the_server_answers(api: Api) -> None:
    """Exit 0 and a line that begins with ready."""
    done = run("wait")

    assert (0, f"ready {api.url} version={__version__}\n") == (done.returncode, done.stdout)


def test_wait_gives_up(nobody: str) -> None:
    """After the timeout: exit 3 and the reason."""
    said = sentence(run("wait", "--url", nobody, "--timeout", "0.1"), 3)

    assert said.startswith(f"masking-emulator: no emulator answers at {nobody}: ")
    assert said.endswith("; waited 0.1 seconds")


@pytest.mark.parametrize("timeout", ["-1", "inf", "1e300"])
def test_wait_needs_a_timeout_that_ends(timeout: str) -> None:
    """What nobody can wait for is a usage error."""
    done = run("wait", "--timeout", timeout)

    assert 2 == done.returncode
    assert "--timeout" in done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["advance", "60"], "now 2026-01-01T00:01:00Z\n"),
        (["advance", "0.5"], "now 2026-01-01T00:00:00.500000Z\n"),
        (["advance", "--to", "2026-02-01T00:00:00Z"], "now 2026-02-01T00:00:00Z\n"),
        (["advance", "--next"], "now 2026-01-01T00:00:00Z\n"),
    ],
)
def test_advance_prints_where_the_clock_stands(api: Api, words: list[str], expected: str) -> None:
    """Seconds, an instant or the next thing due."""
    del api
    done = run(*words)

    assert (0, expected, "") == (done.returncode, done.stdout, done.stderr)


def test_advance_prints_the_last_events_where_there_are_too_many(api: Api) -> None:
    """And says that, before them."""
    world = Control(api.url).post("/worlds", {"world": {"limits": {"journal_events_max": 2}, "clock": {"rate": 0}}})
    account = api_of(api.url, world)
    for party in range(3):
        account.create(first_party=f"+1202555010{party}", second_party=f"+1202555020{party}", session_expiry=60 + party)
    printed = run("advance", "3600", "--account", world["auth_id"]).stdout.splitlines()
    Control(api.url).delete(f"/worlds/{world['auth_id']}")

    assert "1 event before these" == printed[0]
    assert ["SessionExpired", "SessionExpired"] == [line.split()[2] for line in printed[1:3]]
    assert 4 == len(printed)


def test_advance_and_journal_print_what_happened(api: Api) -> None:
    """One event a line: sequence, instant, name, and what it is about."""
    uuid = api.create(virtual_number_cooloff_period=60).json["session"]["session_uuid"]
    last = int(run("journal").stdout.splitlines()[-1].split()[0])
    advanced = run("advance", "3600").stdout.splitlines()
    journal = run("journal", "--after", str(last - 1)).stdout.splitlines()

    assert [
        f"{last + 1:>6} 2026-01-01T00:30:00Z SessionExpired {uuid} on +912269000001 expired",
        f"{last + 2:>6} 2026-01-01T00:30:00Z CoolOffStarted +912269000001 until 2026-01-01T00:31:00Z",
        f"{last + 3:>6} 2026-01-01T00:31:00Z CoolOffEnded +912269000001 until 2026-01-01T00:31:00Z",
        "now 2026-01-01T01:00:00Z",
    ] == advanced
    assert f"{uuid} on +912269000001 active" in journal[0]
    assert advanced[:-1] == journal[1:]


@pytest.mark.parametrize("words", [["advance"], ["advance", "1", "--next"], ["advance", "--to", "x", "--next"]])
def test_advance_needs_one_way_to_go(words: list[str]) -> None:
    """None and two are usage errors."""
    done = run(*words)

    assert 2 == done.returncode
    assert "give TIME, --to or --next, one of them" in done.stderr


@pytest.mark.parametrize(
    ("words", "reason", "code"),
    [
        (["advance", "--to", "2020-01-01"], "--to: the clock shows 2026-01-01T00:00:00Z and only moves forward", 2),
        (["advance", "1e12"], "TIME: 1000000000000.0 is greater than the maximum", 2),
        (["sessions", "explain", "no body?at#all"], "this account has no session", 1),
        (["sessions", "explain", "üñ"], "this account has no session", 1),
        (["worlds", "reset", "--account", "no body?x"], "no world has the Auth ID", 1),
    ],
)
def test_refusal_is_one_sentence(api: Api, words: list[str], reason: str, code: int) -> None:
    """The server's reason; a wrong value is a wrong call, everything else a refusal."""
    del api

    assert reason in sentence(run(*words), code)


@pytest.mark.parametrize(
    "words",
    [
        ["advance", "-5"],
        ["advance", "soon"],
        ["advance", "nan"],
        ["journal", "--after", "-1"],
        ["journal", "--limit", "9" * 20],
        ["fly"],
    ],
)
def test_wrong_call_is_a_usage_error(words: list[str]) -> None:
    """Exit 2 with the usage, before anybody is asked, and no traceback."""
    done = run(*words, MASKING_EMULATOR_URL="http://127.0.0.1:1")

    assert 2 == done.returncode
    assert "Usage:" in done.stderr
    assert "Traceback" not in done.stderr


def test_journal_is_json_where_asked(api: Api) -> None:
    """--json prints what the control API answers."""
    api.create()
    done = run("journal", "--json", "--limit", "2")

    assert api.url == os.environ["MASKING_EMULATOR_URL"]
    assert Control(api.url).get(f"/worlds/{api.auth_id}/journal", limit=2) == json.loads(done.stdout)


def test_reset_puts_the_world_back(api: Api) -> None:
    """The clock is at its start again, and the sessions are gone."""
    api.create()
    run("advance", "60")
    done = run("worlds", "reset")

    assert (0, f"reset {api.auth_id} now 2026-01-01T00:00:00Z\n") == (done.returncode, done.stdout)
    assert 0 == api.list().json["response"]["meta"]["total_count"]


def test_explain_prints_a_line_for_every_candidate(api: Api) -> None:
    """Number, verdict, reason and what stood in the way."""
    busy = api.create(first_party="+12025550101", second_party="+12025550102").json["session"]["session_uuid"]
    uuid = api.create(first_party="+12025550101", second_party="+12025550103").json["session"]["session_uuid"]
    lines = [line.split(maxsplit=2) for line in run("sessions", "explain", uuid).stdout.splitlines()]

    in_the_way = f"a party is in another live session on this number (session {busy})"
    assert ["+14155550100", "dropped", in_the_way] == lines[0]
    assert ["+14155550101", "chosen", "the first number in pool order that fits"] == lines[1]
    assert 9 == len(lines)
    assert uuid == json.loads(run("sessions", "explain", uuid, "--json").stdout)["session_uuid"]


def test_fidelity_needs_no_server() -> None:
    """The ledger as text, as JSON, and the rows of one evidence only."""
    rows = json.loads(run("fidelity", "--json", MASKING_EMULATOR_URL="http://127.0.0.1:1").stdout)["rows"]
    assumed = json.loads(run("fidelity", "--json", "--evidence", "assumed").stdout)["rows"]
    text = run("fidelity").stdout

    assert [row for row in rows if "assumed" == row["evidence"]] == assumed
    assert all(row["statement"] in text and row["source"] in text for row in rows)
    assert 2 == run("fidelity", "--evidence", "rumour").returncode


def test_fidelity_shows_one_row_with_its_tests() -> None:
    """What proves it stands below; an id that is not there names the nearest, and one of other evidence says so."""
    shown = run("fidelity", "--row", "update_status").stdout
    (row,) = json.loads(run("fidelity", "--row", "update_status", "--json").stdout)["rows"]

    assert row["tests"]
    assert all(test in shown for test in [*row["tests"], "[policy] update_status = 200 | 202"])
    assert "did you mean update_status?" in _misused(run("fidelity", "--row", "update_statu"))
    assert "row update_status is not assumed" in _misused(run("fidelity", "--row", "update_status", "--assumed"))


def test_fidelity_lists_what_is_assumed() -> None:
    """A short way to ask for that evidence, which excludes another one."""
    assert run("fidelity", "--evidence", "assumed").stdout == run("fidelity", "--assumed").stdout
    assert "--assumed and --evidence sdk exclude" in _misused(run("fidelity", "--assumed", "--evidence", "sdk"))


def test_fidelity_counts_what_covers_the_vendors_page() -> None:
    """A line a section and one for all, as text and as JSON; it goes with no choice of rows."""
    sections = json.loads(run("fidelity", "--coverage", "--json").stdout)["sections"]
    head, *lines = run("fidelity", "--coverage").stdout.splitlines()

    assert head.split()[:4] == ["section", "parts", "rows", "tests"]
    assert [*(section["section"] for section in sections), "all"] == [line[:20].rstrip() for line in lines]
    assert str(sum(section["parts"] for section in sections)) == lines[-1].split()[1]
    assert "goes with none of" in _misused(run("fidelity", "--coverage", "--assumed"))


def _misused(done: subprocess.CompletedProcess[str]) -> str:
    """The error of a wrong call, which comes with the verb's usage."""
    assert 2 == done.returncode
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("words", [["advance", "1"], ["journal"], ["worlds", "reset"], ["sessions", "explain", "x"]])
def test_unreachable_server_is_told_with_a_hint(nobody: str, words: list[str]) -> None:
    """Exit 3, and what to do."""
    said = sentence(run(*words, "--url", nobody), 3)

    assert said.startswith(f"masking-emulator: no emulator answers at {nobody}: ")
    assert said.endswith("start one with `masking-emulator serve`")


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:1", "127.0.0.1:8080", "http://[::1", "http://x:99999", "http://", ""]
)
def test_url_that_is_none_is_told(url: str) -> None:
    """Exit 3 at once, `wait` included."""
    for words in (["journal"], ["wait"]):
        assert "is no http:// URL" in sentence(run(*words, "--url", url), 3)


@pytest.mark.parametrize("below", ["/foo", "/_emulator/console/", "?x=1", "#x"])
def test_url_with_a_path_is_told(api: Api, below: str) -> None:
    """Exit 3, with what to leave out, though a server answers there: the path would be dropped unseen."""
    for words in (["journal"], ["wait"], ["env"], ["advance", "1"], ["listen", "--port", "0"], ["doctor"]):
        said = sentence(run(*words, "--url", api.url + below), 3)
        assert f"'{api.url}{below.rstrip('/')}' is no http:// URL of a server: leave out '{below.rstrip('/')}'" in said
        assert said.endswith(", a server has no path of its own")
    assert 0 == run("journal", "--url", f"{api.url}/").returncode


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [(200, b"<html>", 3), (200, b"[]", 3), (404, b'"no"', 3), (404, b"{}", 1), (200, b"{}", 1), (200, b"\xff", 3)],
)
def test_server_that_is_no_emulator_is_one_sentence(
    answering: Callable[[int, bytes], str], status: int, content: bytes, code: int
) -> None:
    """Something else on the port is told apart, never a traceback."""
    assert sentence(run("journal", "--url", answering(status, content)), code)


VERBS: Final[Mapping[str, str]] = {
    "serve": "Run the emulator until Ctrl-C.",
    "wait": "Wait until the server answers.",
    "advance": "Let TIME pass",
    "init": "Write a commented world file",
    "journal": "Print what happened in the world",
    "clock": "Look at the clock of a world",
    "completion": "Print what completes verbs",
    "help": "Explain a verb, or a topic",
    "certificate": "The certificate that clients have to trust",
    "doctor": "Check from a program's side",
    "env": "Print the environment",
    "phones": "Say how a real number behaves",
    "recording": "Play a recording",
    "routes": "Deliver public callback URLs to an app near by",
    "capture": "Run COMMAND against a real service",
    "compare": "Play the requests of captures",
    "verify": "Ask the service whether what the emulator assumes holds",
    "run": "Run COMMAND with an emulator of its own",
    "sessions": "Create, look at, change and end masking sessions.",
    "snapshot": "Keep the whole state of a world",
    "status": "Print what runs",
    "world": "Check a world file",
    "worlds": "Make, look at, copy, reset and remove worlds.",
    "farm": "Run several servers on this machine, and HAProxy before them, until Ctrl-C.",
    "faults": "Let API requests go wrong.",
    "report": "Write what happened in the world so far ",
    "requests": "Look at the API requests that arrived.",
    "fidelity": "Print what the emulator does, and how sure each behaviour is.",
    "call": "Let FROM dial the virtual number TO",
    "calls": "Look at the calls",
    "callbacks": "Look at callbacks, wait for them",
    "numbers": "Look at the number pool",
    "trigger": "Play the shortest story",
    "mcp": "Offer a running emulator to an agent",
    "skill": "Print a SKILL.md",
    "listen": "Receive callbacks until Ctrl-C",
}


@pytest.mark.parametrize(("verb", "text"), VERBS.items())
def test_help_of_a_verb_says_what_it_does(verb: str, text: str) -> None:
    """--help and -h of every verb."""
    done = run(verb, "--help")

    assert 0 == done.returncode
    assert text in " ".join(done.stdout.split())


def test_help_lists_every_verb() -> None:
    """No verb is hidden, and none is missing from this test."""
    listed = [line.split()[0] for line in run("-h").stdout.partition("Commands:")[2].splitlines() if line.strip()]

    assert sorted(VERBS) == listed
    assert f"masking-emulator, version {__version__}\n" == run("--version").stdout


def test_account_flag_wins_over_the_environment(api: Api, emulator: ServerThread) -> None:
    """The variable names the world that the verbs mean, unless --account does."""
    other = api_of(api.url, emulator.control.post("/worlds", {"clock": {"start": "2030-01-01T00:00:00Z", "rate": 0}}))

    assert f"reset {api.auth_id} now 2026-01-01T00:00:00Z\n" == run("worlds", "reset").stdout
    assert (
        f"reset {other.auth_id} now 2030-01-01T00:00:00Z\n" == run("worlds", "reset", "--account", other.auth_id).stdout
    )
    emulator.control.delete(f"/worlds/{other.auth_id}")


def test_without_a_world_the_oldest_is_meant(emulator: ServerThread) -> None:
    """The verbs mean the world that the server began with."""
    expected = emulator.control.get(f"/worlds/{DEMO}/journal")

    assert expected == json.loads(run("journal", "--json", MASKING_EMULATOR_URL=emulator.url).stdout)


@pytest.mark.usefixtures("api")
def test_refusal_names_the_field_that_it_is_about() -> None:
    """The field is in the server's answer, and so it is in the sentence."""
    said = sentence(run("call", "+12025550101", "12x"), 2)

    assert said.startswith("masking-emulator: TO: '12x' ")
