"""The control API over a real server: every operation, asked rightly."""

from collections.abc import Mapping
from typing import Any

import pytest
from masking_emulator.control import PREFIX, operations

from tests.plivo.ask import Api, api_of
from tests.shell.asking import PEOPLE, control, create, good
from tests.shell.worlds import START


def test_health_names_the_worlds(api: Api) -> None:
    """The server says that it is ready, which version it is, and which worlds it has, oldest first."""
    health = good(control(api, "GET", "/health"))

    assert ["status", "version", "live", "ready", "worlds", "recording"] == list(health)
    assert ("ok", True, True) == (health["status"], health["live"], health["ready"])
    assert "MAEMULATOR0000000001" == health["worlds"][0]
    assert api.auth_id in health["worlds"]


def test_fidelity_is_served(api: Api) -> None:
    """The ledger's rows, each with its source."""
    rows = good(control(api, "GET", "/fidelity"))["rows"]

    assert rows
    assert all(row["id"] and row["statement"] and row["source"] for row in rows)


def test_openapi_is_served_and_has_every_operation(api: Api) -> None:
    """Both APIs are described, and no control operation is left out."""
    document = good(control(api, "GET", "/openapi.json"))

    assert "3.1.0" == document["openapi"]
    for operation in operations():
        assert operation.method.lower() in document["paths"][PREFIX + operation.path]
    assert any(path.startswith("/v1/Account/") for path in document["paths"])


def test_new_world_is_described(api: Api) -> None:
    """A new world tells what a client needs: accounts, seed, clock, pool."""
    made = good(
        control(
            api, "POST", "/worlds", {"world": {"account": {"subaccounts": [{}]}}, "seed": "s", "clock": {"rate": 0}}
        ),
        201,
    )
    found = good(control(api, "GET", f"/worlds/{made['auth_id']}"))

    assert made == found
    assert ("s", 0, 8) == (made["seed"], made["clock"]["rate"], made["numbers"])
    assert {"live": 0, "kept": 0} == made["sessions"]
    assert {"first": 1, "last": 0} == made["journal"]
    assert made["subaccounts"][0]["auth_id"].startswith("SA")
    good(control(api, "DELETE", f"/worlds/{made['auth_id']}"))


def test_seed_and_clock_beside_the_world_win(api: Api) -> None:
    """What stands beside `world` replaces what stands in it."""
    world = {"seed": 1, "clock": {"start": "2020-01-01T00:00:00Z"}}
    made = good(control(api, "POST", "/worlds", {"world": world, "seed": 2, "clock": {"start": START, "rate": 0}}), 201)

    assert (2, {"now": START, "rate": 0}) == (made["seed"], made["clock"])
    good(control(api, "DELETE", f"/worlds/{made['auth_id']}"))


def test_worlds_of_one_seed_get_different_accounts(api: Api) -> None:
    """Two tests may ask for the same world at the same time."""
    first, second = (good(control(api, "POST", "/worlds"), 201)["auth_id"] for _ in range(2))

    assert first != second
    for auth_id in (first, second):
        good(control(api, "DELETE", f"/worlds/{auth_id}"))


def test_whole_floats_are_integers(api: Api) -> None:
    """JSON has one kind of number: 5.0 is a limit like 5."""
    world = {"limits": {"journal_events_max": 5.0}, "policy": {"update_status": 202.0}, "seed": 7.0}
    made = good(control(api, "POST", "/worlds", {"world": world}), 201)

    assert 7 == made["seed"]
    assert 202 == made["policy"]["update_status"]
    good(control(api, "DELETE", f"/worlds/{made['auth_id']}"))


def test_removed_world_is_gone(api: Api) -> None:
    """After DELETE neither the control API nor the emulated one knows the world."""
    made = good(control(api, "POST", "/worlds"), 201)
    guest = api_of(api.url, made)

    assert {"removed": guest.auth_id} == good(control(guest, "DELETE", "{w}"))
    assert 404 == control(guest, "GET", "{w}").status
    assert 401 == guest.list().status


def test_reset_puts_a_world_back(api: Api) -> None:
    """Clock, sessions, journal and added numbers are as at the start; the same inputs give the same uuid."""
    before = create(api, 0, 1)
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 60}))
    reset = good(control(api, "POST", "{w}/reset"))

    assert {"now": START, "rate": 0} == reset["clock"]
    assert {"live": 0, "kept": 0} == reset["sessions"]
    assert [] == good(control(api, "GET", "{w}/journal"))["events"]
    assert before == create(api, 0, 1)


def test_fork_is_a_world_of_its_own(api: Api) -> None:
    """A copy has the sessions of the original under new accounts, and lives on alone."""
    uuid = create(api, 0, 1)
    twin = api_of(api.url, good(control(api, "POST", "{w}/fork"), 201))
    good(twin.ask("DELETE", twin.session(uuid)))

    assert "active" == good(api.ask("GET", api.session(uuid)))["response"]["status"]
    assert "expired" == good(twin.ask("GET", twin.session(uuid)))["response"]["status"]
    assert 1 == len(twin.subaccounts)
    good(control(twin, "DELETE", "{w}"))


def test_clock_is_read_and_set(api: Api) -> None:
    """PUT jumps forward and sets the rate; GET tells both."""
    there = {"now": "2026-01-01T01:00:00Z", "rate": 0}

    assert {"now": START, "rate": 0} == good(control(api, "GET", "{w}/clock"))
    assert there == good(control(api, "PUT", "{w}/clock", {"now": "2026-01-01T06:30:00+05:30"}))
    assert 1 == good(control(api, "PUT", "{w}/clock", {"rate": 1}))["rate"]
    assert "2026-01-01T01:00:00" <= good(control(api, "PUT", "{w}/clock", {"rate": 0}))["now"]


def test_jump_of_the_clock_makes_happen_what_falls_due(api: Api) -> None:
    """A session that expires on the way has expired at its own instant."""
    create(api, 0, 1)
    good(control(api, "PUT", "{w}/clock", {"now": "2026-01-02T00:00:00Z"}))

    events = good(control(api, "GET", "{w}/journal"))["events"]
    assert ("SessionExpired", "2026-01-01T00:30:00Z") == (events[-1]["event"], events[-1]["at"])


@pytest.mark.parametrize(
    ("body", "now"),
    [
        ({"seconds": 90}, "2026-01-01T00:01:30Z"),
        ({"seconds": 0.5}, "2026-01-01T00:00:00.500000Z"),
        ({"seconds": 0}, START),
        ({"seconds": 253_402_300_799}, "9999-12-31T23:59:59Z"),
        ({"to": "2026-01-01T00:00:10"}, "2026-01-01T00:00:10Z"),
        ({"next": True}, START),
    ],
)
def test_advance_tells_where_the_clock_stands(api: Api, body: Mapping[str, Any], now: str) -> None:
    """Seconds, an instant, or the next thing due; with nothing due, nothing passes."""
    advanced = good(control(api, "POST", "{w}/clock/advance", body))

    assert {"now": now, "events": []} == advanced


def test_advance_answers_what_happened_in_order(api: Api) -> None:
    """Events come with their sequence numbers and records, earliest first."""
    late, early = create(api, 0, 1, session_expiry=120), create(api, 2, 3, session_expiry=60)
    events = good(control(api, "POST", "{w}/clock/advance", {"seconds": 300}))["events"]

    assert [(4, early), (5, late)] == [(event["sequence"], event["session"]["uuid"]) for event in events]
    assert ["2026-01-01T00:01:00Z", "2026-01-01T00:02:00Z"] == [event["at"] for event in events]
    assert {"SessionExpired"} == {event["event"] for event in events}
    assert {"timed_out"} == {event["ending"] for event in events}


def test_advance_to_the_next_thing_due_stops_there(api: Api) -> None:
    """`next` goes no further than one instant."""
    create(api, 0, 1, session_expiry=120)
    create(api, 2, 3, session_expiry=60)
    advanced = good(control(api, "POST", "{w}/clock/advance", {"next": True}))

    assert "2026-01-01T00:01:00Z" == advanced["now"]
    assert 1 == len(advanced["events"])


def test_journal_is_paged(api: Api) -> None:
    """`after` and `limit` choose; `first` and `last` tell what there is."""
    for second in range(1, 5):
        create(api, 0, second)
    last = good(control(api, "GET", "{w}/journal"))["last"]
    page = good(control(api, "GET", f"{{w}}/journal?after={last - 3}&limit=2"))

    assert (1, last) == (page["first"], page["last"])
    assert [last - 2, last - 1] == [event["sequence"] for event in page["events"]]


def test_journal_past_its_limit_tells_where_it_begins(api: Api) -> None:
    """The oldest events are gone, and `first` says so."""
    world = {"limits": {"journal_events_max": 2}, "clock": {"rate": 0}}
    guest = api_of(api.url, good(control(api, "POST", "/worlds", {"world": world}), 201))
    for second in range(1, 5):
        create(guest, 0, second)

    journal = good(control(guest, "GET", "{w}/journal"))
    assert (3, 4, [3, 4]) == (journal["first"], journal["last"], [event["sequence"] for event in journal["events"]])
    good(control(guest, "DELETE", "{w}"))


def explained(api: Api, uuid: str) -> dict[str, dict[str, Any]]:
    """The candidates for a session's number, by number."""
    answer = good(control(api, "GET", f"{{w}}/sessions/{uuid}/explain"))
    return {candidate["number"]: candidate for candidate in answer["candidates"]}


def test_explanation_has_a_reason_for_every_candidate(api: Api) -> None:
    """Busy, cooling, alone, of another country, of another owner, not needed, chosen."""
    busy = create(api, 0, 1)
    cooling = create(api, 0, 2, virtual_number_cooloff_period=600)
    good(api.ask("DELETE", api.session(cooling)))
    alone = api.create(first_party=PEOPLE[3], second_party=None, create_session_with_single_party=True)
    exclusive = good(alone, 201)["session"]["session_uuid"]
    candidates = explained(api, create(api, 0, 4))

    why = {number: (candidate["verdict"], candidate["why"]) for number, candidate in candidates.items()}
    assert ("dropped", "a party is in another live session on this number") == why["+14155550100"]
    assert busy == candidates["+14155550100"]["session_uuid"]
    assert ("dropped", "cooling off after a session of another pair") == why["+14155550101"]
    assert (cooling, "2026-01-01T00:10:00Z") == tuple(
        candidates["+14155550101"][key] for key in ("session_uuid", "until")
    )
    assert ("dropped", "a single-party session without PIN has it to itself") == why["+14155550102"]
    assert exclusive == candidates["+14155550102"]["session_uuid"]
    assert ("chosen", "the first number in pool order that fits") == why["+14155550103"]
    assert ("dropped", "its calling code is 91") == why["+912269000001"]
    assert ("dropped", "it belongs to another account") == why["+14155550190"]


def test_numbers_are_listed_with_their_use(small: Api) -> None:
    """The pool in allocation order, and how many sessions are on each number."""
    create(small, 0, 1)
    numbers = good(control(small, "GET", "{w}/numbers"))["numbers"]

    assert [("+14155550100", 1, 1)] == [(n["number"], n["calling_code"], n["live_sessions"]) for n in numbers]
    assert small.auth_id == numbers[0]["owner"]


def test_added_number_serves_the_next_session(small: Api) -> None:
    """A number joins at the end of the pool and takes what did not fit before."""
    create(small, 0, 1)
    assert 400 == small.create(first_party=PEOPLE[0], second_party=PEOPLE[2]).status

    added = good(control(small, "POST", "{w}/numbers", {"number": "+14155550101"}), 201)
    session = good(small.create(first_party=PEOPLE[0], second_party=PEOPLE[2]), 201)["session"]
    assert {"number": "+14155550101", "subaccount": None} == added
    assert "14155550101" == str(session["virtual_number"]).removeprefix("+")


def test_number_may_be_added_for_a_subaccount(api: Api) -> None:
    """It belongs to the subaccount that is named."""
    sub = api.subaccounts[0].auth_id
    good(control(api, "POST", "{w}/numbers", {"number": "14155550191", "subaccount": sub}), 201)

    assert sub == good(control(api, "GET", "{w}/numbers"))["numbers"][-1]["owner"]


def test_head_is_get_without_a_body(api: Api) -> None:
    """HEAD answers like GET, and sends nothing."""
    reply = control(api, "HEAD", "/health")

    assert (200, b"") == (reply.status, reply.content)


def test_slashes_do_not_matter(api: Api) -> None:
    """The control API's paths are as lenient as the emulated ones."""
    assert good(control(api, "GET", "{w}/clock")) == good(control(api, "GET", "//{w}//clock/"))


def test_head_of_a_stream_says_nothing_of_its_length(api: Api) -> None:
    """Nobody knows it: that of an answer without a body, 0, says that there is nothing to get."""
    reply = control(api, "HEAD", "{w}/journal/stream")

    assert (200, b"", None) == (reply.status, reply.content, reply.headers.get("content-length"))
    assert int(control(api, "HEAD", "{w}").headers["content-length"]) > 0
