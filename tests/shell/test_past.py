"""The past over the control API: a moment, what changed between two, and a fork of one."""

from typing import Any

import pytest
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api, api_of
from tests.shell.asking import PEOPLE, control, create, good


def session_now(api: Api, uuid: str) -> Any:
    """The session as the emulated API shows it."""
    return good(api.ask("GET", f"{api.sessions}/{uuid}"))["response"]


def listed(api: Api) -> dict[str, Any]:
    """What the live world says of itself, in the words of a moment."""
    newest = "limit=1000&order=newest"
    sessions = [session_now(api, each["session_uuid"]) for each in good(api.list())["response"]["objects"]]
    return {
        "sessions": sessions,
        "calls": good(control(api, "GET", "{w}/calls"))["calls"],
        "callbacks": good(control(api, "GET", f"{{w}}/callbacks?{newest}"))["callbacks"],
        "numbers": good(control(api, "GET", "{w}/numbers"))["numbers"],
        "phones": good(control(api, "GET", "{w}/phones"))["phones"],
    }


def delete(api: Api, uuid: str) -> None:
    """Delete a session."""
    good(api.ask("DELETE", f"{api.sessions}/{uuid}"))


def shown(api: Api, sequence: int) -> dict[str, Any]:
    """The moment after an event, its lists."""
    moment = good(control(api, "GET", f"{{w}}/at?sequence={sequence}"))
    assert sequence == moment["sequence"]
    return {name: moment[name] for name in ("sessions", "calls", "callbacks", "numbers", "phones")}


def last_of(api: Api) -> int:
    """The number of the newest event."""
    last: int = good(control(api, "GET", "{w}"))["history"]["last"]
    return last


def lived(api: Api, receiver: str) -> dict[int, dict[str, Any]]:
    """A day at the shop, and what the world said of itself after each step, by the number of its last event."""
    said = {last_of(api): listed(api)}
    told = {"callback_url": receiver, "record": True, "virtual_number_cooloff_period": 300}

    def noted() -> None:
        """Between two requests a callback may settle: only what stands between two equal numbers is one moment."""
        while True:
            last, now = last_of(api), listed(api)
            if last == last_of(api):
                said[last] = now
                return

    first = create(api, 0, 1, **told)
    noted()
    number = session_now(api, first)["virtual_number"]
    call = {"from": f"+{PEOPLE[0]}", "to": f"+{number}", "talk_s": 20}
    good(control(api, "POST", "{w}/calls", call), 201)
    noted()
    for seconds in (1, 3, 5, 9):
        good(control(api, "POST", "{w}/clock/advance", {"seconds": seconds}))
        noted()
    create(api, 2, 3)
    noted()
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 40}))
    noted()
    delete(api, first)
    good(control(api, "GET", "{w}/callbacks/wait?event=SessionPartiesHangup&timeout_s=10"))
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 0}))
    noted()
    return said


def test_moment_is_what_the_world_said_then(api: Api, emulator: ServerThread) -> None:
    """Sessions as the emulated API showed them; calls, callbacks, numbers and phones as the control API did."""
    said = lived(api, f"{emulator.url}/_emulator/console/receiver")

    assert len(said) > 5
    for sequence, what in said.items():
        assert what == shown(api, sequence), sequence


def test_moment_names_its_event_and_its_instant(api: Api) -> None:
    """As the journal has the event; before anything there is none."""
    create(api, 0, 1)
    events = good(control(api, "GET", "{w}/journal"))["events"]
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 60}))
    moments = [good(control(api, "GET", f"{{w}}/at?sequence={at}")) for at in range(len(events) + 1)]

    assert [None, *events] == [moment["event"] for moment in moments]
    assert {"2026-01-01T00:00:00Z"} == {moment["now"] for moment in moments}
    assert {(0, len(events))} == {(moment["first"], moment["last"]) for moment in moments}


def test_moment_whose_event_the_journal_has_forgotten_has_none(emulator: ServerThread) -> None:
    """The journal may keep less than the history: the moment is as it was, and not said to be another event's."""
    limits = {"journal_events_max": 2, "history_max": 100}
    world = {"numbers": [{"number": "+14155550100"}], "limits": limits, "clock": {"rate": 0}}
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": world}))
    made = [create(api, pair, pair + 3) for pair in range(3)]
    moments = [good(control(api, "GET", f"{{w}}/at?sequence={at}")) for at in range(4)]
    kept = good(control(api, "GET", "{w}/journal"))["events"]
    emulator.control.delete(f"/worlds/{api.auth_id}")

    assert [None, None, *kept] == [moment["event"] for moment in moments]
    assert made[:1] == [session["session_uuid"] for session in moments[1]["sessions"]]


def test_lists_of_a_moment_are_limited(api: Api) -> None:
    """The newest of each kind, and the counts of all."""
    newest = [create(api, pair, pair + 3) for pair in range(3)][-1]
    moment = good(control(api, "GET", "{w}/at?limit=1"))

    assert [newest] == [session["session_uuid"] for session in moment["sessions"]]
    assert 3 == moment["sessions_live"]


def test_changes_are_named_field_by_field(api: Api) -> None:
    """What is new, what changed from what to what, and nothing else."""
    one = create(api, 0, 1)
    since = last_of(api)
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 5}))
    two = create(api, 2, 3)
    delete(api, one)
    answer = good(control(api, "GET", f"{{w}}/at/changes?since={since}"))
    found = {(change["kind"], change["id"]): change for change in answer["changes"]}
    ended = {field["field"]: (field["before"], field["after"]) for field in found["session", one]["fields"]}

    assert {"kind": "session", "id": two, "change": "new", "fields": []} == found["session", two]
    assert ("active", "expired") == ended["status"]
    assert {"status", "modified_time", "expiry_time", "duration"} == set(ended)
    assert (since, last_of(api)) == (answer["since"], answer["sequence"])


def test_nothing_changed_between_a_moment_and_itself(api: Api) -> None:
    """However much happened before."""
    create(api, 0, 1)

    assert [] == good(control(api, "GET", "{w}/at/changes?since=1&sequence=1"))["changes"]


def test_number_that_was_added_later_is_gone_before(api: Api) -> None:
    """Seen from the other side it is new; since must not be after sequence."""
    since = last_of(api)
    good(control(api, "POST", "{w}/numbers", {"number": "+14155550199"}), 201)
    answer = good(control(api, "GET", f"{{w}}/at/changes?since={since}"))

    assert [("number", "+14155550199", "new")] == [
        (change["kind"], change["id"], change["change"]) for change in answer["changes"]
    ]
    assert 400 == control(api, "GET", f"{{w}}/at/changes?since={since + 1}&sequence={since}").status


def test_looking_changes_nothing(api: Api) -> None:
    """Snapshot and journal are byte for byte what they were."""
    create(api, 0, 1)
    paths = ("{w}/snapshot", "{w}/journal", "{w}/requests")
    before = [control(api, "GET", path).content for path in paths]
    for sequence in range(last_of(api) + 1):
        good(control(api, "GET", f"{{w}}/at?sequence={sequence}"))
        good(control(api, "GET", f"{{w}}/at/changes?since={sequence}"))

    assert before == [control(api, "GET", path).content for path in paths]


def test_fork_of_a_moment_goes_on_from_it(api: Api, emulator: ServerThread) -> None:
    """What happened later has not happened there: its clock, its journal, its sessions; the original has it all."""
    one = create(api, 0, 1)
    then = last_of(api)
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 600}))
    create(api, 2, 3)
    delete(api, one)
    fork = api_of(emulator.url, good(control(api, "POST", "{w}/fork", {"at": then}), 201))
    at_first = (last_of(fork), good(control(fork, "GET", "{w}/clock"))["now"])
    status = session_now(fork, one)["status"]
    create(fork, 2, 3)

    assert (then, "2026-01-01T00:00:00Z") == at_first
    assert "active" == status
    assert [one] == [session["session_uuid"] for session in shown(fork, then)["sessions"]]
    assert then + 1 == last_of(fork)
    assert 2 == good(control(api, "GET", "{w}"))["sessions"]["kept"]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("GET", "{w}/at?sequence=999", None, "sequence"),
        ("GET", "{w}/at/changes?since=999", None, "since"),
        ("GET", "{w}/at/changes?since=0&sequence=999", None, "sequence"),
        ("POST", "{w}/fork", {"at": 999}, "at"),
    ],
)
def test_moment_that_is_not_kept_is_refused(api: Api, method: str, path: str, body: Any, field: str) -> None:
    """With what is kept, and the limit that decides it."""
    answer = control(api, method, path, body)

    assert (404, field) == (answer.status, answer.json["field"])
    assert f"0 to {last_of(api)} (limits.history_max is 10000), and not 999" in answer.json["error"]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("GET", "{w}/at?sequence=-1", None, "sequence"),
        ("GET", "{w}/at?limit=x", None, "limit"),
        ("GET", "{w}/at?at=1", None, "at"),
        ("POST", "{w}/fork", {"at": -1}, "at"),
        ("POST", "{w}/fork", {"at": "1"}, "at"),
    ],
)
def test_moment_that_is_no_number_is_refused(api: Api, method: str, path: str, body: Any, field: str) -> None:
    """One clear error that names the field."""
    answer = control(api, method, path, body)

    assert (400, field) == (answer.status, answer.json["field"])


def test_history_that_is_switched_off_says_so(emulator: ServerThread) -> None:
    """The limit is named, which is the way to have one."""
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": {"limits": {"history_max": 0}}}))
    answer = control(api, "GET", "{w}/at?sequence=0")
    emulator.control.delete(f"/worlds/{api.auth_id}")

    assert "the history has nothing, and not 0: limits.history_max is 0" == answer.json["error"]
