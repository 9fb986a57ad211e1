"""The vendor's rate limit, off unless the policy turns it on (ledger: rate_limit)."""

from collections.abc import Iterator
from typing import Any

import pytest
from masking_emulator.plivo.policy import RATE_LIMIT_REQUESTS
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api, api_of
from tests.shell.asking import control, good
from tests.shell.worlds import START


@pytest.fixture
def limited(emulator: ServerThread) -> Iterator[Api]:
    """A world with the policy on and one subaccount."""
    world = {
        "account": {"subaccounts": [{}]},
        "clock": {"start": START, "rate": 0},
        "policy": {"rate_limit": True},
    }
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": world}))
    yield api
    emulator.control.delete(f"/worlds/{api.auth_id}")


def statuses(api: Api, count: int) -> list[int]:
    """The statuses of so many lists."""
    return [api.list().status for _ in range(count)]


def passed(api: Api, seconds: float) -> Any:
    """Let time pass."""
    return good(control(api, "POST", "{w}/clock/advance", {"seconds": seconds}))


def test_request_beyond_the_limit_is_refused(limited: Api) -> None:
    """300 in 5 seconds; then 429 in the vendor's shape, and our reason. Source: account limits page."""
    within = statuses(limited, RATE_LIMIT_REQUESTS)
    refused = limited.list()

    assert {200} == set(within)
    assert (429, "Too many requests.") == (refused.status, refused.error)
    assert ["api_id", "error"] == list(refused.json)
    assert "retry-after" not in refused.headers
    assert "the policy rate_limit is on" in refused.headers["x-emulator-reason"]
    newest = good(control(limited, "GET", "{w}/requests?limit=1"))["requests"][0]
    assert ["rate_limit"] == newest["faults"]


def test_limit_is_on_any_five_seconds_of_the_worlds_clock(limited: Api) -> None:
    """Each request is free again 5 seconds after it came; those that were refused do not count."""
    statuses(limited, 100)
    passed(limited, 4)
    later = statuses(limited, 201)
    passed(limited, 1)
    again = statuses(limited, 101)

    assert [200] * 200 + [429] == later
    assert [200] * 100 + [429] == again


def test_each_account_has_a_limit_of_its_own(limited: Api) -> None:
    """A subaccount is not held back by its main account."""
    statuses(limited, RATE_LIMIT_REQUESTS)

    assert [429, 200] == [limited.list().status, limited.subaccounts[0].list().status]


def test_refused_request_changes_nothing(limited: Api) -> None:
    """The limit comes before the change, and a reset takes it back."""
    statuses(limited, RATE_LIMIT_REQUESTS)

    assert 429 == limited.create().status
    assert 0 == good(control(limited, "GET", "{w}"))["sessions"]["live"]
    good(control(limited, "POST", "{w}/reset"))
    assert 201 == limited.create().status


def test_without_the_policy_nothing_is_limited(api: Api) -> None:
    """The default."""
    assert {200} == set(statuses(api, RATE_LIMIT_REQUESTS + 10))
