"""The problems of a world, as the control API lists them: one list for the console, reports and summaries."""

from typing import Any

import pytest
from masking_emulator.control.views.problems import KINDS

from tests.plivo.ask import FIRST, Api
from tests.receiver import Receiver, first, status
from tests.shell.asking import control

_REFUSED = {"first_party": "12", "second_party": "+14155550145"}


def problems(api: Api) -> list[dict[str, Any]]:
    """What the world's list holds."""
    answer = control(api, "GET", f"/worlds/{api.auth_id}/problems").json
    assert len(answer["problems"]) == answer["found"]
    return list(answer["problems"])


def test_world_in_order_has_no_problem(api: Api) -> None:
    """A create that succeeds is none."""
    api.create()

    assert [] == problems(api)


def test_refusal_has_text_reason_and_request(api: Api) -> None:
    """What the vendor answers, and what the emulator knows beside it."""
    api.create(**_REFUSED)
    (problem,) = problems(api)

    assert ("refused", "create session answered 400", 1, None) == tuple(
        problem[name] for name in ("kind", "what", "request", "callback")
    )
    assert "first_party is '12'" in problem["why"]
    assert "2026-01-01T00:00:00Z" == problem["at"]


def test_same_problem_is_listed_once_with_a_count(api: Api) -> None:
    """The newest request stands for all of them."""
    for _ in range(3):
        api.create(**_REFUSED)
    (problem,) = problems(api)

    assert (3, 3) == (problem["count"], problem["request"])


def test_newest_of_a_kind_is_first(api: Api) -> None:
    """Whoever looks has just tried something."""
    for party in ("12", "13", "12"):
        api.create(**_REFUSED | {"first_party": party})

    assert [(2, 3), (1, 2)] == [(problem["count"], problem["request"]) for problem in problems(api)]


def test_field_that_nothing_read_has_its_hint(api: Api) -> None:
    """With what was likely meant."""
    api.create(geo_match=True)
    (problem,) = problems(api)

    assert ("unread", "create session: a field that nothing read") == (problem["kind"], problem["what"])
    assert "geo_match in the body: did you mean geomatch?" == problem["why"]


def test_callback_that_nobody_took_is_a_problem(api: Api) -> None:
    """With its URL, and why."""
    api.create(callback_url="http://203.0.113.9/", session_expiry=60)
    control(api, "POST", f"/worlds/{api.auth_id}/clock/advance", {"seconds": 60})
    (problem,) = problems(api)

    assert ("undelivered", "SessionTimeout blocked", None, 1) == tuple(
        problem[name] for name in ("kind", "what", "request", "callback")
    )
    assert problem["why"].startswith("http://203.0.113.9/: ")


def test_callbacks_that_did_not_arrive_for_one_reason_are_one_problem(api: Api) -> None:
    """Six of one call, whatever they report; those to another URL are a problem of their own."""
    made = api.create(callback_url="http://203.0.113.9/").json
    control(api, "POST", f"/worlds/{api.auth_id}/calls", {"from": FIRST, "to": made["virtual_number"]})
    control(api, "POST", f"/worlds/{api.auth_id}/clock/advance", {"seconds": 300})
    api.create(first_party="+14155550177", callback_url="http://203.0.113.8/", session_expiry=60)
    control(api, "POST", f"/worlds/{api.auth_id}/clock/advance", {"seconds": 60})

    assert [("SessionTimeout blocked", 1), ("SessionPartiesHangup blocked", 6)] == [
        (problem["what"], problem["count"]) for problem in problems(api)
    ]


def test_callback_that_is_tried_again_is_a_problem_until_it_arrives(api: Api, receiver: Receiver) -> None:
    """Its last answer says why."""
    url = receiver.on("/events", first(status(500), status(200)))
    api.create(callback_url=f"{url}#rc=2&rp=5xx", session_expiry=60)
    path = f"/worlds/{api.auth_id}/clock/advance"
    control(api, "POST", path, {"seconds": 60})
    before = problems(api)
    control(api, "POST", path, {"seconds": 600})

    assert ["SessionTimeout retrying"] == [problem["what"] for problem in before]
    assert before[0]["why"].endswith("answered 500")
    assert [] == problems(api)


@pytest.mark.parametrize("connection", ["drop", "reset"])
def test_request_without_an_answer_names_the_fault(api: Api, connection: str) -> None:
    """So that nobody takes it for a bug of the emulator."""
    fault = control(api, "POST", f"/worlds/{api.auth_id}/faults", {"connection": connection}).json["id"]
    with pytest.raises(OSError, match=r"."):
        api.create()
    (problem,) = problems(api)

    assert ("unanswered", "create session was not answered") == (problem["kind"], problem["what"])
    assert problem["why"].endswith(f"Fault {fault} did it.")


def test_pool_that_runs_dry_is_the_first_problem(small: Api) -> None:
    """Before what came of it."""
    small.create()
    small.create(first_party="+14155550123", second_party="+12025550190")
    found = problems(small)

    assert ("pool", "0 of 1 numbers are free") == (found[0]["kind"], found[0]["what"])
    assert sorted(KINDS.index(problem["kind"]) for problem in found) == [KINDS.index(p["kind"]) for p in found]
