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
