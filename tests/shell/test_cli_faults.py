"""The verbs about faults and about what arrived."""

import json

import pytest

from tests.plivo.ask import Api
from tests.shell.process import run, sentence


@pytest.fixture
def api(fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A world of the test's own, and the environment that lets the verbs find it."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", fresh_api.url)
    monkeypatch.setenv("MASKING_EMULATOR_ACCOUNT", fresh_api.auth_id)
    return fresh_api


def test_fault_is_added_listed_and_cleared(api: Api) -> None:
    """One line a fault, with its counts."""
    words = ["--status", "503", "--text", "Later.", "--header", "Retry-After: 1", "--limit", "1", "1m", "--count", "5"]
    added = run("faults", "add", "--operation", "list_sessions", *words)
    statuses = [api.list().status for _ in range(3)]
    listed = run("faults", "list")

    assert (0, "") == (added.returncode, added.stderr)
    assert added.stdout.startswith("fault-1    active   matched 0 applied 0  operation=list_sessions")
    assert [200, 503, 503] == statuses
    assert listed.stdout.startswith("fault-1    active   matched 3 applied 2  ")
    assert json.loads(run("faults", "list", "--json").stdout)["faults"][0]["headers"] == {"Retry-After": "1"}
    assert "removed fault-1\n" == run("faults", "clear", "fault-1").stdout
    assert "removed 0\n" == run("faults", "clear").stdout


def test_every_option_of_a_fault_is_a_field(api: Api) -> None:
    """What the control API knows, the verb can say."""
    del api
    times = ["--from", "2026-01-01T00:01:00Z", "--for", "60", "--when", "after", "--delay", "0.5"]
    words = ["--method", "GET", "--path", "*", "--skip", "1", "--chance", "0.5", "--body", "empty", *times]
    assert 0 == run("faults", "add", *words).returncode
    assert 0 == run("faults", "add", "--connection", "drop", "--until", "2026-01-01T00:01:00Z").returncode
    first, second = json.loads(run("faults", "list", "--json").stdout)["faults"]

    assert {
        "method": "GET",
        "path": "*",
        "skip": 1,
        "chance": 0.5,
        "body": "empty",
        "from": "2026-01-01T00:01:00Z",
        "for_s": 60,
        "when": "after",
        "delay_s": 0.5,
    }.items() <= first.items()
    assert {"connection": "drop", "until": "2026-01-01T00:01:00Z"}.items() <= second.items()


def test_note_is_printed_beside(api: Api) -> None:
    """What the SDKs would hide is said on stderr."""
    del api

    assert "give count = 3" in run("faults", "add", "--status", "500", "--count", "1").stderr


@pytest.mark.parametrize(
    ("words", "reason", "code"),
    [
        (["faults", "add"], "it does nothing", 2),
        (
            ["faults", "add", "--operation", "fly", "--status", "500"],
            "--operation: 'fly' is none of create_session, ",
            2,
        ),
        (["faults", "clear", "fault-9"], "the world has no fault 'fault-9'", 1),
        (["requests", "show", "9"], "request 9 is not there; none is kept", 1),
        (["requests", "list", "--operation", "fly"], "--operation: 'fly' is none of create_session, ", 2),
        (["requests", "verify", "--operation", "fly"], "--operation: 'fly' is none of create_session, ", 2),
    ],
)
def test_refusal_is_one_sentence(api: Api, words: list[str], reason: str, code: int) -> None:
    """The server's reason; a wrong value is a wrong call, everything else a refusal."""
    del api

    assert reason in sentence(run(*words), code)


@pytest.mark.parametrize(
    "words",
    [
        ["faults", "add", "--status", "500", "--header", "x"],
        ["requests", "verify", "--body", "{"],
        ["requests", "list", "--status", "9"],
    ],
)
def test_wrong_call_is_a_usage_error(words: list[str]) -> None:
    """Exit 2, before anybody is asked."""
    done = run(*words, MASKING_EMULATOR_URL="http://127.0.0.1:1")

    assert (2, "") == (done.returncode, done.stdout)


def test_requests_are_listed_with_what_nothing_read(api: Api) -> None:
    """A line a request, and one for each ignored field."""
    api.create(geo_match=False)
    api.list(limit=99)
    lines = run("requests", "list").stdout.splitlines()

    assert [
        f"     1 2026-01-01T00:00:00Z POST {api.sessions} 201",
        "       nothing read geo_match in the body: did you mean geomatch?",
        f"     2 2026-01-01T00:00:00Z GET {api.sessions} 400 (limit is 99, and 1 to 20 are allowed)",
    ] == lines
    assert lines[-1:] == run("requests", "list", "--status", "400", "--limit", "1").stdout.splitlines()
    shown = json.loads(run("requests", "show", "1", "--json").stdout)
    assert [shown] == json.loads(run("requests", "list", "--json", "--after", "0", "--method", "POST").stdout)[
        "requests"
    ]


def test_verification_is_an_exit_code(api: Api) -> None:
    """0 where it holds; 1 where not, with what came close."""
    api.create(record=True)
    held = run("requests", "verify", "--operation", "create_session", "--body", '{"record": true}', "--count", "1")
    failed = run("requests", "verify", "--body", '{"record": false}')
    too_many = run("requests", "verify", "--at-most", "0")

    assert (0, "verified: 1 request matches\n") == (held.returncode, held.stdout)
    assert (1, "masking-emulator: 0 requests match, expected: at least 1\n") == (failed.returncode, failed.stderr)
    assert "        body.record: expected false, and it was true" in failed.stdout.splitlines()
    assert (1, True) == (too_many.returncode, too_many.stdout.startswith("matches      1 "))
