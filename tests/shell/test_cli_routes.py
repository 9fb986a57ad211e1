"""The verbs of callback routes, `run --route` and `world check`."""

import json
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.plivo.ask import Api
from tests.receiver import Receiver
from tests.shell.process import run, sentence
from tests.shell.telling import advance, end

_SHOP: Final = "https://shop.example.com/in"

#: Creates a session with a public URL, deletes it, and waits for its callback, as COMMAND of `run`.
_APP: Final = f"""
import json, os, sys
from urllib.request import Request, urlopen
from base64 import b64encode

auth_id = os.environ["PLIVO_AUTH_ID"]
key = b64encode(f"{{auth_id}}:{{os.environ['PLIVO_AUTH_TOKEN']}}".encode()).decode()

def ask(method, path, body=None):
    headers = {{"Authorization": f"Basic {{key}}", "Content-Type": "application/json"}}
    request = Request("https://api.plivo.com" + path, body and json.dumps(body).encode(), headers, method=method)
    return json.load(urlopen(request))

sessions = f"/v1/Account/{{auth_id}}/Masking/Session/"
made = ask("POST", sessions, {{"first_party": "+14155550123", "second_party": "+14155550145",
    "callback_url": "{_SHOP}/events"}})
ask("DELETE", sessions + made["session"]["session_uuid"] + "/")
print(json.dumps(ask("GET", f"/_emulator/worlds/{{auth_id}}/callbacks/wait?timeout_s=20")["callbacks"][0]["route"]))
"""


@pytest.fixture
def api(fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A world of the test's own, and the environment that lets the verbs find it."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", fresh_api.url)
    monkeypatch.setenv("MASKING_EMULATOR_ACCOUNT", fresh_api.auth_id)
    return fresh_api


def test_route_is_added_listed_and_cleared(api: Api) -> None:
    """One line a route; which is asked before which is said on stderr."""
    del api
    added = run("routes", "add", f"{_SHOP}/", "http://127.0.0.1:5000/app")
    run("routes", "add", f"{_SHOP}/deep", "http://127.0.0.1:6000")
    listed = run("routes", "list")

    assert (0, f"{_SHOP}  -> http://127.0.0.1:5000/app\n") == (added.returncode, added.stdout)
    assert [_SHOP, f"{_SHOP}/deep"] == [line.split()[0] for line in listed.stdout.splitlines()]
    assert f"note: {_SHOP}/deep is asked before {_SHOP}, which is routes[0]\n" == listed.stderr
    assert "removed 1\n" == run("routes", "clear", f"{_SHOP}/deep").stdout
    assert [{"from": _SHOP, "to": "http://127.0.0.1:5000/app"}] == json.loads(run("routes", "list", "--json").stdout)[
        "routes"
    ]
    assert "removed 1\n" == run("routes", "clear").stdout
    assert ("", "none\n") == ((left := run("routes", "list")).stdout, left.stderr)


def test_callback_is_shown_with_both_urls(api: Api, receiver: Receiver) -> None:
    """Where it was meant to go, by which route it went, and where it arrived."""
    run("routes", "add", _SHOP, f"{receiver.url}/app")
    end(api, f"{_SHOP}/events")
    advance(api)
    shown, listed = run("callbacks", "show", "1").stdout, run("callbacks", "list").stdout

    assert f"POST {_SHOP}/events\n" in shown
    assert f"{_SHOP} -> {receiver.url}/app\n" in shown
    assert f"  sent to  {receiver.url}/app/events\n" in shown
    assert f" at {receiver.url}/app/events\n" in shown
    assert listed.endswith(f" at {receiver.url}/app/events\n")


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["routes", "add", "shop", "http://127.0.0.1"], 2, "FROM: 'shop' is not an http or https URL without user"),
        (["routes", "add", _SHOP, "here"], 2, "TO: 'here' is not an http or https URL without user"),
        (["routes", "add", _SHOP, f"{_SHOP}/x"], 2, f"TO: {_SHOP}/x leads back to {_SHOP}"),
        (["run", "--route", f"{_SHOP}=shop", "--", "true"], 2, f"'{_SHOP}=shop' is not FROM=TO"),
        (["run", "--route", f"{_SHOP}={_SHOP}/x", "--", "true"], 2, f"routes[0].to: {_SHOP}/x leads back to {_SHOP}"),
        (["run", "--route", f"{_SHOP}=http://a:b@c", "--", "true"], 2, "routes[0].to: 'http://a:b@c' is not an http"),
    ],
)
def test_route_that_makes_no_sense_is_one_sentence(api: Api, words: list[str], code: int, reason: str) -> None:
    """The reason names the argument."""
    del api
    done = run(*words)

    assert (code, "") == (done.returncode, done.stdout)
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_clearing_a_route_that_is_not_there_says_which_are(api: Api) -> None:
    """Exit 2, and all stay."""
    del api
    run("routes", "add", _SHOP, "http://127.0.0.1:5000")
    done = run("routes", "clear", "https://other.example.com")

    assert (2, "") == (done.returncode, done.stdout)
    assert f"https://other.example.com has no route; the routes are {_SHOP}" in done.stderr


def test_run_takes_routes_beside_those_of_its_world(receiver: Receiver, tmp_path: Path) -> None:
    """The app under test keeps its public URL."""
    world = tmp_path / "mine.toml"
    world.write_text('[[routes]]\nfrom = "https://other.example.com"\nto = "http://127.0.0.1:1"\n', encoding="utf-8")
    words = ["--world", str(world), "--route", f"{_SHOP}={receiver.url}/a=b"]
    done = run("run", *words, "--", sys.executable, "-c", _APP)

    assert (0, "") == (done.returncode, done.stderr)
    assert f"{receiver.url}/a=b/events" == json.loads(done.stdout)["url"]
    assert ["/a=b/events"] == [got.target for got in receiver.received]


def test_check_says_order_overlap_and_mistakes_with_their_lines(tmp_path: Path) -> None:
    """A note is no mistake: exit 0."""
    path = tmp_path / "mine.toml"
    routes = [(_SHOP, "http://127.0.0.1:5000"), (f"{_SHOP}/deep", "http://other.example.org")]
    path.write_text("".join(f'[[routes]]\nfrom = "{one}"\nto = "{to}"\n' for one, to in routes), encoding="utf-8")
    right = run("world", "check", str(path))
    notes = json.loads(run("world", "check", str(path), "--json").stdout)["notes"]
    path.write_text(
        f'seed = 1\n[[routes]]\nfrom = "{_SHOP}"\nto = "{_SHOP}/x"\n\n'
        f'[[routes]]\nfrom = "{_SHOP}/"\nto = "http://127.0.0.1:70000"\n\n[[routes]]\nfrom = "{_SHOP}"\n'
        'to = "http://127.0.0.1"\n',
        encoding="utf-8",
    )
    wrong = run("world", "check", str(path))

    assert 0 == right.returncode
    assert f"{path}:4: note: routes[1]: {_SHOP}/deep is asked before {_SHOP}, which is routes[0]" in right.stdout
    assert f"{path}:4: note: routes[1]: nothing is delivered to http://other.example.org: " in right.stdout
    assert [4, 4] == [note["line"] for note in notes]
    assert 2 == wrong.returncode
    assert [
        f"{path}:4: routes[0].to: {_SHOP}/x leads back to {_SHOP}",
        f"{path}:8: routes[1].to: 'http://127.0.0.1:70000' is no URL: Port out of range 0-65535",
        f"{path}:11: routes[2].from: {_SHOP} has a route already, routes[0]",
    ] == wrong.stdout.splitlines()


def test_route_sentence_is_one_line(api: Api) -> None:
    """Exit 2, as for every wrong argument."""
    del api

    assert "leads back" in sentence(run("routes", "add", _SHOP, _SHOP), 2)
