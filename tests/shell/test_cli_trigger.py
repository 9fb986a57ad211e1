"""The verb `trigger`: private servers, running worlds, and what bad input gets."""

import json
from pathlib import Path
from typing import Final

import pytest
from masking_emulator.plivo.stories import STORIES
from masking_emulator.receiver import Receiver as Verifier

from tests.plivo.ask import Api
from tests.receiver import Receiver, status
from tests.shell.asking import control, good
from tests.shell.process import run, sentence

_NOWHERE: Final = "http://127.0.0.1:9/"


def test_private_server_plays_the_story_and_is_gone(receiver: Receiver) -> None:
    """No server runs, and none is left; each answer has a line."""
    done = run("trigger", "SessionSecondPartyRing", "--to", f"{receiver.url}/cb", MASKING_EMULATOR_URL="http://[::1]:1")
    lines = [line.split() for line in done.stdout.splitlines()]

    assert (0, "") == (done.returncode, done.stderr)
    assert ["SessionFirstPartyAnswer", "SessionSecondPartyRing"] == receiver.events()
    assert [
        ["SessionFirstPartyAnswer", "#1", "answered", "200"],
        ["SessionSecondPartyRing", "#2", "answered", "200"],
    ] == [line[:4] for line in lines]


def test_private_server_signs_with_the_token_of_the_demo_world_or_of_a_file(tmp_path: Path) -> None:
    """What the app under test knows."""
    world = tmp_path / "mine.toml"
    world.write_text('[account]\nauth_id = "MAMYOWNACCOUNT000001"\nauth_token = "my-token"\n', encoding="utf-8")
    for token, words in (("emulator-token", []), ("my-token", ["--world", str(world)])):
        with Verifier(token) as verifier:
            done = run("trigger", "SessionTimeout", "--to", verifier.url, *words)

        assert 0 == done.returncode, done.stderr
        assert [True] == [one.is_genuine for one in verifier.received]


def test_story_is_played_in_the_world_of_a_running_server(fresh_api: Api, receiver: Receiver) -> None:
    """Where its session is afterwards, and its clock has gone on."""
    words = ["--to", receiver.url, "--account", fresh_api.auth_id, "--url", fresh_api.url, "--json"]
    played = json.loads(run("trigger", "SessionTimeout", "--override", "session_expiry=90", *words).stdout)
    session = good(fresh_api.ask("GET", fresh_api.session(played["session_uuid"])))["response"]

    assert ("expired", 90) == (session["status"], session["duration"])
    assert "2026-01-01T00:01:30Z" == good(control(fresh_api, "GET", "{w}/clock"))["now"]
    assert played["delivered"]


def test_overrides_only_and_order_reach_the_server(receiver: Receiver) -> None:
    """A cause, a length of time as people write it, and one callback."""
    words = ["--override", "cause=time_limit", "--override", "call_time_limit=120", "--override", "answer_after_s=30s"]
    done = run("trigger", "SessionSecondPartyHangup", "--to", receiver.url, "--only", "--in-order", *words)
    (got,) = receiver.received

    assert 0 == done.returncode, done.stderr
    assert ("Scheduled Hangup", "90") == (got.parameters["PlivoHangupCause"], got.parameters["Duration"])


@pytest.mark.parametrize("code", [301, 404, 500])
def test_answer_that_is_not_2xx_ends_with_1(receiver: Receiver, code: int) -> None:
    """And the line says which it was."""
    done = run("trigger", "SessionTimeout", "--to", receiver.on("/cb", status(code)))

    assert (1, "") == (done.returncode, done.stderr)
    assert done.stdout.startswith(f"SessionTimeout  #1  answered {code} (")


def test_first_line_of_an_answer_that_is_not_2xx_is_printed(receiver: Receiver) -> None:
    """It mostly says why; control characters are not printed."""
    told = run("trigger", "SessionTimeout", "--to", receiver.on("/cb", status(403, content=b"\n no such order \nmore")))
    wild = run("trigger", "SessionTimeout", "--to", receiver.on("/cb", status(403, content=b"\x1b[2Jgone")))

    assert told.stdout.endswith(" ms): no such order\n")
    assert wild.stdout.endswith(" ms)\n")


def test_story_that_stops_says_that_its_event_was_not_reached(receiver: Receiver) -> None:
    """With --in-order, at the first answer that is not 2xx."""
    done = run("trigger", "SessionPartiesHangup", "--in-order", "--to", receiver.on("/cb", status(500)))

    assert 1 == done.returncode
    assert "SessionPartiesHangup  not reached" == done.stdout.splitlines()[-1]


def test_public_url_needs_a_route(receiver: Receiver) -> None:
    """Blocked, with what would deliver it; with a route, delivered there."""
    words = ["trigger", "SessionTimeout", "--to", "https://shop.example.com/in?a=1"]
    blocked = run(*words)
    routed = run(*words, "--route", f"https://shop.example.com={receiver.url}/app")

    assert 1 == blocked.returncode
    assert "is a public name" in blocked.stdout
    assert "to deliver it here: --route https://shop.example.com/in=http://127.0.0.1:PORT\n" == blocked.stderr
    assert 0 == routed.returncode, routed.stdout
    assert f"answered 200 at {receiver.url}/app/in?a=1 (" in routed.stdout
    assert "https" == receiver.received[0].headers["x-forwarded-proto"]


def test_every_story_is_listed() -> None:
    """One a line, or those of one event; as JSON, the same."""
    every = run("trigger", "--list")
    of_one = json.loads(run("trigger", "SessionTimeout", "--list", "--json").stdout)["stories"]

    assert [story.event for story in STORIES] == [line.split()[0] for line in every.stdout.splitlines()]
    assert all(story.about in every.stdout for story in STORIES)
    assert ["ending=expired", "ending=deleted"] == [one["variant"] for one in of_one]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["SessionTimout", "--to", _NOWHERE], "EVENT: there is no event 'SessionTimout'; did you mean SessionTimeout?"),
        (["SessionTimout", "--list"], "EVENT: there is no event 'SessionTimout'; did you mean SessionTimeout?"),
        (["SessionTimeout", "--to", "shop"], "--to: 'shop' is not an http or https URL"),
        (["SessionPartiesHangup", "--to", _NOWHERE, "--override", "cause=bored"], "--override cause: 'bored' is none"),
        (["SessionTimeout", "--to", _NOWHERE, "--override", "cause=busy"], "--override cause: unknown key"),
        (["SessionTimeout", "--to", _NOWHERE, "--override", "session_expiry=1"], "--override session_expiry: "),
        (["SessionTimeout", "--to", _NOWHERE, "--world", "nowhere.toml"], "nowhere.toml: there is no such file"),
        (["SessionTimeout", "--to", _NOWHERE, "--route", f"https://a.b={_NOWHERE}?q"], "--route: "),
    ],
)
def test_what_makes_no_sense_is_one_sentence(words: list[str], reason: str) -> None:
    """Exit 2, and nothing is sent."""
    assert reason in sentence(run("trigger", *words), 2)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "which EVENT?"),
        (["SessionTimeout"], "--to says where the callbacks go"),
        (["SessionTimeout", "--to", _NOWHERE, "--override", "cause"], "'cause' is not KEY=VALUE"),
        (["SessionTimeout", "--to", _NOWHERE, "--override", "talk_s=soon"], "talk_s: "),
        (["SessionTimeout", "--to", _NOWHERE, "--account", "MA1", "--world", "demo"], "--world and --route are the"),
    ],
)
def test_words_that_do_not_fit_together_are_a_usage_error(words: list[str], reason: str) -> None:
    """Exit 2, as for every verb."""
    done = run("trigger", *words)

    assert (2, "") == (done.returncode, done.stdout)
    assert reason in " ".join(done.stderr.split())


def test_server_that_is_not_there_ends_with_3() -> None:
    """As for every verb that asks one."""
    done = run("trigger", "SessionTimeout", "--to", _NOWHERE, "--account", "MA1", "--url", "http://127.0.0.1:1")

    assert (3, "") == (done.returncode, done.stdout)
