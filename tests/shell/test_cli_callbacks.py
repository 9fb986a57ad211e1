"""The verbs of callbacks: looking, following, waiting, and the laboratory."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from masking_emulator.client import Control
from masking_emulator.receiver import Receiver

from tests.plivo.ask import Api
from tests.shell.asking import PEOPLE, create
from tests.shell.process import COMMAND, PATIENCE_S, run, sentence

NUMBER = "+14155550100"

#: What a call of half a minute tells.
EVENTS = [
    "SessionFirstPartyAnswer",
    "SessionSecondPartyRing",
    "SessionSecondPartyAnswer",
    "SessionFirstPartyHangup",
    "SessionSecondPartyHangup",
    "SessionPartiesHangup",
]


@pytest.fixture
def api(fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A world of the test's own, and the environment that lets the verbs find it."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", fresh_api.url)
    monkeypatch.setenv("MASKING_EMULATOR_ACCOUNT", fresh_api.auth_id)
    return fresh_api


@pytest.fixture
def server(api: Api) -> Iterator[Receiver]:
    """The customer's server."""
    with Receiver(api.auth_token) as server:
        yield server


@pytest.fixture
def hanging() -> Iterator[str]:
    """The URL of a customer's server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}/events"


@pytest.fixture
def session(api: Api, server: Receiver) -> str:
    """A session whose callbacks go there."""
    return create(api, 0, 1, callback_url=f"{server.url}events?shop=7")


def play(api: Api) -> None:
    """A call from the first party to the second, from ring to hangup."""
    control = Control(api.url)
    control.post(f"/worlds/{api.auth_id}/calls", {"from": f"+{PEOPLE[0]}", "to": NUMBER})
    control.post(f"/worlds/{api.auth_id}/clock/advance", {"seconds": 33})


def column(text: str, place: int) -> list[str]:
    """One word of every line."""
    return [line.split()[place] for line in text.splitlines()]


def shown(*words: str) -> Any:
    """The JSON that a verb prints."""
    return json.loads(run(*words, "--json").stdout)


def test_list_has_a_line_for_every_callback(api: Api, session: str) -> None:
    """ID, instant, event, place in the session, session, state, and how the last attempt went."""
    play(api)
    done = run("callbacks", "list")

    first = (
        f"    1  2026-01-01T00:00:00Z         SessionFirstPartyAnswer         #1   {session}  delivered  attempt 1: "
    )
    assert done.stdout.splitlines()[0].startswith(first + "answered 200 (")
    assert EVENTS == column(done.stdout, 2)
    assert ["4", "5", "6"] == column(run("callbacks", "list", "--after", "3").stdout, 0)
    assert ["4"] == column(run("callbacks", "list", "--event", EVENTS[3], "--session", session).stdout, 0)
    assert ["5", "6"] == column(run("callbacks", "list", "--limit", "2", "--state", "delivered").stdout, 0)
    assert EVENTS == [callback["event"] for callback in shown("callbacks", "list")["callbacks"]]


def test_show_tells_all_about_one(api: Api, server: Receiver, session: str) -> None:
    """Parameters, request with signatures, what they sign, and every attempt."""
    play(api)
    text = run("callbacks", "show", "6").stdout
    parts = [line for line in text.splitlines() if line and not line.startswith(" ")]

    assert ["parameters", "request", "signed", "attempts"] == parts
    assert f"  SessionUUID           {session}\n" in text
    assert f"POST {server.url}events?shop=7\n" in text
    assert "  X-Plivo-Signature-V3 " in text
    assert f"  V2          {server.url}events" in text
    assert "attempt 1: answered 200" in text
    assert "SessionPartiesHangup" == shown("callbacks", "show", "6")["event"]


def test_failure_says_what_went_wrong(api: Api) -> None:
    """Beside the state stands the answer, or the reason why none came."""
    with Receiver(api.auth_token, status=503) as server:
        create(api, 0, 1, callback_url=server.url)
        play(api)

        line = run("callbacks", "list", "--limit", "1").stdout
        assert "failed     attempt 1: answered 503" in line


@pytest.mark.usefixtures("server")
def test_wait_returns_what_matches(api: Api, session: str) -> None:
    """Exit 0 and the callbacks; by default those that were delivered."""
    play(api)
    done = run("callbacks", "wait", "--event", "SessionPartiesHangup", "--session", session)

    assert (0, ["SessionPartiesHangup"]) == (done.returncode, column(done.stdout, 2))
    assert 6 == len(shown("callbacks", "wait", "--count", "6")["callbacks"])


def test_wait_says_what_came_instead(api: Api, session: str) -> None:
    """Exit 1 past the timeout, with what was waited for and what there was."""
    play(api)
    said = sentence(run("callbacks", "wait", "--event", "SessionTimeout", "--state", "any", "--timeout", "0.05"), 1)

    assert "0 of 1 callbacks came that match event SessionTimeout" in said
    assert f"SessionPartiesHangup #6 of session {session} delivered" in said


@pytest.mark.usefixtures("session")
def test_follow_prints_each_as_it_is_settled(api: Api) -> None:
    """What was settled before, then what comes; one that is held appears when it has been let go. Ctrl-C ends it."""
    run("callbacks", "hold", "--event", "SessionSecondPartyRing")
    command = [*COMMAND, "callbacks", "follow"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            play(api)
            seen = [process.stdout.readline().split()[2] for _ in range(5)]
            run("callbacks", "release")
            late = process.stdout.readline().split()[2]
            process.send_signal(signal.SIGINT)
            rest = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()

    assert [event for event in EVENTS if event != "SessionSecondPartyRing"] == seen
    assert "SessionSecondPartyRing" == late
    assert (0, ("", "")) == (process.returncode, rest)


@pytest.mark.usefixtures("session")
def test_follow_ends_after_so_many(api: Api) -> None:
    """--count, with a filter, from a given ID on, as one JSON object a line."""
    play(api)
    play(api)
    lines = run("callbacks", "follow", "--event", EVENTS[0], "--count", "1", "--after", "1", "--json").stdout

    assert [(7, EVENTS[0])] == [(found["id"], found["event"]) for found in map(json.loads, lines.splitlines())]


def test_replay_sends_a_copy(api: Api, server: Receiver, session: str) -> None:
    """The same callback, under an ID of its own."""
    del session
    play(api)
    done = run("callbacks", "replay", "6")
    run("callbacks", "wait", "--after", "6")

    assert done.stdout.split()[0] == "7"
    assert done.stdout.rstrip().endswith("copy of 6")
    assert server.received[5].parameters == server.received[6].parameters
    assert all(received.is_genuine for received in server.received)


def test_held_callbacks_go_when_they_are_released(api: Api, server: Receiver, session: str) -> None:
    """In the order that is asked for; the others do not wait for them."""
    del session
    rules = run("callbacks", "hold", "--count", "2").stdout
    play(api)
    held = column(run("callbacks", "list", "--state", "held").stdout, 0)
    run("callbacks", "wait", "--count", "4")
    released = run("callbacks", "release", "2", "1").stdout
    run("callbacks", "wait", "--count", "6")

    assert "  1  hold       applied 0 of 0  skip=0 count=2 chance=1.0" == rules.splitlines()[1]
    assert (["1", "2"], "released 2 1\n") == (held, released)
    assert EVENTS[2:] == [received.event for received in server.received[:4]]
    assert sorted(EVENTS[:2]) == sorted(received.event for received in server.received[4:])
    assert "nothing was held\n" == run("callbacks", "release").stdout


def test_dropped_callbacks_are_never_sent(api: Api, server: Receiver, session: str) -> None:
    """By a rule for those to come, or one that is held by its ID."""
    run("callbacks", "drop", "--event", EVENTS[1], "--session", session)
    run("callbacks", "hold", "--event", EVENTS[2])
    play(api)
    dropped = run("callbacks", "drop", "3").stdout

    assert "dropped" in dropped
    assert [EVENTS[0], *EVENTS[3:]] == [received.event for received in server.received]
    assert ["2", "3"] == column(run("callbacks", "list", "--state", "dropped").stdout, 0)


def test_rules_are_printed_and_cleared(api: Api) -> None:
    """A rule more leaves those before it as they are."""
    control = Control(api.url)
    policy = {"rules": [{"action": "delay", "delay_s": 5, "event": EVENTS[0]}, {"action": "tamper"}]}
    control.put(f"/worlds/{api.auth_id}/callbacks/policy", policy)
    before = shown("callbacks", "rules")["rules"]
    run("callbacks", "hold", "--skip", "1")
    lines = run("callbacks", "rules").stdout.splitlines()

    assert before == shown("callbacks", "rules")["rules"][:2]
    assert ["callbacks are sent", "  3  hold       applied 0 of 0  skip=1 chance=1.0"] == [lines[0], lines[3]]
    assert "  1  delay      applied 0 of 0  event=SessionFirstPartyAnswer skip=0 chance=1.0 delay_s=5" == lines[1]
    assert [] == shown("callbacks", "rules", "--clear")["rules"]


@pytest.mark.parametrize(
    ("words", "reason", "code"),
    [
        (["show", "99"], "there is no callback 99", 1),
        (["replay", "99"], "there is no callback 99", 1),
        (["drop", "99"], "there is no callback 99", 1),
        (["release", "99"], "not held: 99", 1),
        (["list", "--event", "SessionParty"], "'SessionParty' is none of", 2),
        (["hold", "--event", "SessionParty"], "--event: 'SessionParty' is none of", 2),
        (["follow", "--event", "SessionParty"], "'SessionParty' is none of", 2),
    ],
)
def test_refusal_is_one_sentence(api: Api, words: list[str], reason: str, code: int) -> None:
    """The server's reason; a wrong value is a wrong call, everything else a refusal."""
    del api

    assert reason in sentence(run("callbacks", *words), code)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["show", "x"], "'x' is no whole number from 0 to 999999999999999"),
        (["wait", "--timeout", "301"], "--timeout"),
        (["wait", "--state", "sent"], "'sent' is not one of"),
        (["drop", "1", "--count", "2"], "give IDs, or options that select callbacks to come"),
        (["follow", "--count", "0"], "--count"),
    ],
)
def test_wrong_call_is_a_usage_error(words: list[str], reason: str) -> None:
    """Exit 2 with the usage, before anybody is asked."""
    done = run("callbacks", *words, MASKING_EMULATOR_URL="http://127.0.0.1:1")

    assert 2 == done.returncode
    assert reason in done.stderr


@pytest.mark.parametrize("verb", ["list", "follow", "wait", "release", "rules", "hold"])
def test_unreachable_server_is_told_with_a_hint(verb: str) -> None:
    """Exit 3, and what to do."""
    said = sentence(run("callbacks", verb, MASKING_EMULATOR_URL="http://127.0.0.1:1"), 3)

    assert said.endswith("start one with `masking-emulator serve`")


def test_states_are_those_of_the_control_api(api: Api) -> None:
    """The choices of --state are the enum of the description."""
    from masking_emulator.cli.callbacks import callbacks

    listing = Control(api.url).get("/openapi.json")["paths"]["/_emulator/worlds/{auth_id}/callbacks"]["get"]
    states = {query["name"]: query["schema"] for query in listing["parameters"]}["state"]["enum"]
    (choices,) = (option.type for option in callbacks.commands["list"].params if option.name == "state")

    assert sorted(states) == sorted(getattr(choices, "choices", ()))


def test_advance_names_the_callbacks_that_it_does_not_wait_for(api: Api, hanging: str) -> None:
    """And where to look, and how to wait for none; in JSON there are their IDs alone."""
    uuids = [create(api, n, n + 1, callback_url=hanging, session_expiry=60) for n in range(7)]
    first = run("advance", "61", "--patience", "0")
    again = run("advance", "1", "--patience", "0.1", "--json")
    quiet = run("advance", "1", "--patience", "0", "--quiet")
    named = [line for line in first.stdout.splitlines() if line.startswith("not waited for any longer: ")]
    ids = json.loads(again.stdout)["callbacks_out"]

    assert [
        f"not waited for any longer: callback {number} SessionTimeout of {uuid} to {hanging}"
        for number, uuid in zip(ids[:5], uuids, strict=False)
    ] == named[:5]
    assert ["not waited for any longer: 2 more callbacks"] == named[5:]
    assert (
        "see what becomes of them with `masking-emulator callbacks list`; --patience 0 waits for none" in first.stderr
    )
    assert (0, "") == (again.returncode, again.stderr)
    assert (0, "", "") == (quiet.returncode, quiet.stdout, quiet.stderr)


def test_callback_is_sent_again_and_let_go_without_waiting(api: Api, hanging: str) -> None:
    """By a server that hangs, too."""
    create(api, 0, 1, callback_url=hanging, session_expiry=60)
    run("callbacks", "hold")
    run("advance", "61", "--patience", "0")
    released = run("callbacks", "release", "--patience", "0")
    again = run("callbacks", "replay", "1", "--patience", "0")

    assert (0, "released 1\n") == (released.returncode, released.stdout)
    assert (0, "waiting") == (again.returncode, again.stdout.split()[5])


@pytest.mark.parametrize("verb", [["advance", "1"], ["callbacks", "release"], ["callbacks", "replay", "1"]])
def test_patience_has_the_limits_of_the_control_api(verb: list[str]) -> None:
    """And is a length of time."""
    assert "61 is not in the range 0 to 60 seconds" in run(*verb, "--patience", "61").stderr
