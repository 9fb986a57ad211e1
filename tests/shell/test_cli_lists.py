"""Lists on the command line: newest last, in JSON too, what a limit leaves out is counted, and none is said."""

import json
from collections.abc import Sequence

import pytest
from masking_emulator.client import Control

from tests.plivo.ask import Api
from tests.shell.process import run


@pytest.fixture
def api(fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A world of the test's own, and the environment that lets the verbs find it."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", fresh_api.url)
    monkeypatch.setenv("MASKING_EMULATOR_ACCOUNT", fresh_api.auth_id)
    return fresh_api


def _three_calls(api: Api) -> None:
    """Three sessions, one a minute, each with a callback when its call rings."""
    control, world = Control(api.url), f"/worlds/{api.auth_id}"
    for place in range(3):
        made = api.create(second_party=f"+1415555019{place}", callback_url="http://127.0.0.1:9/").json
        dialled = {"from": made["session"]["first_party"], "to": made["virtual_number"], "talk_s": 1}
        control.post(f"{world}/calls", dialled)
        control.post(f"{world}/clock/advance", {"seconds": 60, "patience_s": 0})


#: The list → the key of its JSON, and what grows from the older to the newer.
_LISTS = {
    ("calls", "list"): ("calls", "started_at"),
    ("callbacks", "list"): ("callbacks", "id"),
    ("requests", "list"): ("requests", "sequence"),
    ("journal",): ("events", "sequence"),
    ("sessions", "list"): ("sessions", "created_time"),
}


@pytest.mark.parametrize("verb", _LISTS, ids=" ".join)
def test_list_is_newest_last_and_counts_what_it_leaves_out(verb: Sequence[str], api: Api) -> None:
    """The newest ones are shown, in JSON in the same order; on stderr how many are before them."""
    _three_calls(api)
    key, grows = _LISTS[tuple(verb)]
    every = json.loads(run(*verb, "--json").stdout)[key]
    limited = run(*verb, "--limit", "2")
    shown = json.loads(run(*verb, "--limit", "2", "--json").stdout)[key]

    assert len(every) > 2
    assert sorted(every, key=lambda one: one[grows]) == every
    assert [one[grows] for one in every[-2:]] == [one[grows] for one in shown]
    assert f"{len(every) - 2} before these\n" == limited.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("sessions", "list"),
        ("calls", "list"),
        ("callbacks", "list"),
        ("requests", "list"),
        ("phones", "list"),
        ("faults", "list"),
        ("routes", "list"),
        ("callbacks", "rules"),
    ],
    ids=" ".join,
)
def test_empty_list_is_none_on_stderr(words: Sequence[str], api: Api) -> None:
    """A program that counts lines finds none."""
    del api
    done = run(*words)

    assert (0, "none\n") == (done.returncode, done.stderr)
    assert done.stdout in ("", "callbacks are sent\n")


def test_journal_after_an_event_begins_there(api: Api) -> None:
    """With --after the first ones that follow it are shown, and how many come after them."""
    _three_calls(api)
    every = json.loads(run("journal", "--json").stdout)["events"]
    done = run("journal", "--after", "1", "--limit", "2")

    assert ["2", "3"] == [line.split()[0] for line in done.stdout.splitlines()]
    assert f"{len(every) - 3} after these\n" == done.stderr
