"""Where the sources may be read in two ways: what each choice of the policy makes of the same requests."""

import json
from typing import Any

import pytest

from tests.plivo.inside import House, answered, authorization, house, wait


def _send(home: House, target: str, body: dict[str, Any], *, method: str = "POST") -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": authorization(home.main), "Content-Type": "application/json"}
    path = f"/v1/Account/{home.main.auth_id}{target}"
    reply = answered(home.app, method, path, headers, json.dumps(body).encode())
    return reply.status, reply.json


def _uuids(home: House, status: str) -> list[str]:
    listed = home.ask(f"/Masking/Session/?status={status}").json["response"]
    return [shown["session_uuid"] for shown in listed["objects"]]


@pytest.mark.parametrize(
    ("choice", "status", "active", "update", "error"),
    [("expired", "expired", 0, 400, "Session already expired"), ("in-progress", "in-progress", 1, 200, None)],
)
def test_session_whose_expiry_comes_during_a_call_is_the_same_everywhere(
    choice: str, status: str, active: int, update: int, error: str | None
) -> None:
    """Get, lists, update and delete agree on whether it is over, whichever the policy says."""
    home = house(session_expiring_in_call=choice)
    session = home.create(session_expiry=60)
    home.call(wait_s=90, talk_s=600)

    assert status == home.ask(f"/Masking/Session/{session}").json["response"]["status"]
    assert [session] * active == _uuids(home, "active")
    assert [session] * (1 - active) == _uuids(home, "expired")
    answers = [
        _send(home, f"/Masking/Session/{session}", {"record": True}),
        _send(home, f"/Masking/Session/{session}", {}, method="DELETE"),
    ]
    assert [(update, error)] * 2 == [(status, answer.get("error")) for status, answer in answers]


@pytest.mark.parametrize("choice", ["expired", "in-progress"])
def test_session_whose_expiry_came_during_a_call_is_expired_after_it(choice: str) -> None:
    """Both readings end alike."""
    home = house(session_expiring_in_call=choice)
    session = home.create(session_expiry=60)
    home.call(wait_s=90, talk_s=100)
    wait(home.world, 20)

    shown = home.ask(f"/Masking/Session/{session}").json["response"]
    assert ("expired", 60, 2) == (shown["status"], shown["duration"], shown["total_call_count"])


def test_live_session_is_found_however_old_and_listed_for_90_days() -> None:
    """Whoever keeps it alive can read and change it; the data of lists covers the last 90 days."""
    home = house()
    session = home.create(session_expiry=86_400)
    window = "active&expiry_time__gte=2026-03-20%2000:00&expiry_time__lte=2026-04-10%2000:00"
    _keep_alive(home, session, days=89)
    assert [session] == _uuids(home, window)

    _keep_alive(home, session, days=2)
    assert [] == _uuids(home, window)
    assert "active" == home.ask(f"/Masking/Session/{session}").json["response"]["status"]


def _keep_alive(home: House, session: str, *, days: int) -> None:
    for _ in range(days):
        wait(home.world, 86_399)
        assert 200 == _send(home, f"/Masking/Session/{session}", {"session_expiry": 86_400})[0]


@pytest.mark.parametrize(
    ("choice", "timers"), [("recorded", (1800, 14_400, 45)), ("documented", (3600, 3600, 120))], ids=lambda c: str(c)
)
@pytest.mark.parametrize("sent", [{}, {"session_expiry": 0, "call_time_limit": "0", "ring_timeout": 0}])
def test_timers_that_are_not_given_have_the_defaults_of_the_policy(
    choice: str, timers: tuple[int, int, int], sent: dict[str, Any]
) -> None:
    """What samples have recorded, or what the pages say; a zero is not given, and one that is given counts."""
    home = house(timer_defaults=choice)
    session = home.create(**sent)
    shown = home.ask(f"/Masking/Session/{session}").json["response"]
    call = home.call(number="912269000002", wait_s=0)

    assert timers == (shown["duration"], shown["call_time_limit"], shown["ring_timeout"])
    assert timers[1] == call.time_limit_s, "a call without a session has the same limit"
    given = home.create(session_expiry=600, second_party="+919810000009")
    assert 600 == home.ask(f"/Masking/Session/{given}").json["response"]["duration"]


@pytest.mark.parametrize(("choice", "legs"), [(False, 0), (True, 1)])
def test_call_of_somebody_unknown_is_an_interaction_by_choice(choice: bool, legs: int) -> None:  # noqa: FBT001
    """The session whose message was heard shows it with the totals, and without the URL of a party's leg."""
    home = house(interaction_unknown=choice)
    session = home.create(unknown_caller_play="https://example.com/unknown.mp3")
    home.call("+919810000009")

    shown = home.ask(f"/Masking/Session/{session}").json["response"]
    assert legs == shown["total_call_count"]
    keys = {"start_time", "end_time", "type", "total_call_amount", "call_billed_duration", "total_call_count"}
    assert [keys | {"duration"}] * legs == [set(interaction) for interaction in shown["interaction"] or []]
