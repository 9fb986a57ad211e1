"""Snapshots over HTTP: what is refused and how, and that a large one has room."""

from typing import Any

import pytest

from tests.plivo.ask import Api
from tests.shell.asking import control, create, good


def test_snapshot_goes_out_and_in(api: Api) -> None:
    """The answer is the clock; what was there in between is gone."""
    empty = good(control(api, "GET", "{w}/snapshot"))
    uuid = create(api, 0, 1)
    answer = good(control(api, "PUT", "{w}/snapshot", empty))

    assert {"now": "2026-01-01T00:00:00Z", "rate": 0} == answer
    assert 404 == api.ask("GET", api.session(uuid)).status


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": 2}, "version"),
        ({"clock": {"now": "soon", "rate": 0}}, "clock.now"),
        ({"world": {"colour": "red"}}, "world.colour"),
        ({"world": {"account": {}}}, "engine.numbers"),
        ({"engine": {}}, "engine.at"),
        ({"laboratory": [{"action": "explode"}]}, "laboratory[0].event"),
        ({"drawn": {"api_id": "many"}}, "drawn.api_id"),
        ({"more": 1}, "more"),
    ],
)
def test_snapshot_that_is_wrong_is_refused_with_its_field(api: Api, change: dict[str, Any], field: str) -> None:
    """And the world stays as it is."""
    create(api, 0, 1)
    before = good(control(api, "GET", "{w}/snapshot"))
    refused = control(api, "PUT", "{w}/snapshot", {**before, **change})

    assert (400, field) == (refused.status, refused.json.get("field")), refused.content
    assert before == good(control(api, "GET", "{w}/snapshot"))


def test_large_snapshot_has_room(api: Api) -> None:
    """Larger than any other body may be."""
    snapshot = good(control(api, "GET", "{w}/snapshot"))
    (number, *_) = snapshot["engine"]["numbers"]
    many = [{**number, "digits": f"1415{place:07}", "place": place} for place in range(60_000)]
    snapshot["engine"]["numbers"] = many
    good(control(api, "PUT", "{w}/snapshot", snapshot))

    assert 60_000 == len(good(control(api, "GET", "{w}/numbers"))["numbers"])


def test_restored_journal_goes_on_with_the_next_number(api: Api) -> None:
    """What was only watched is not in a snapshot, so the pool report says that it does not know the beginning."""
    create(api, 0, 1)
    create(api, 2, 3)
    snapshot = good(control(api, "GET", "{w}/snapshot"))
    good(control(api, "PUT", "{w}/snapshot", snapshot))
    create(api, 4, 5)
    journal = good(control(api, "GET", "{w}/journal"))

    assert [snapshot["journal_last"] + 1] == [event["sequence"] for event in journal["events"]]
    assert good(control(api, "GET", "{w}/pool-report"))["complete"] is False


def test_create_is_explained_with_the_subaccount_that_it_names(api: Api) -> None:
    """Its own numbers only; an account that is not there is refused."""
    sub = api.subaccounts[0].auth_id
    wish = {"first_party": "+12025550101", "second_party": "+12025550102", "subaccount": sub}
    told = good(control(api, "POST", "{w}/sessions/explain", wish))
    refused = control(api, "POST", "{w}/sessions/explain", {**wish, "subaccount": "SANOBODY000000000000"})

    assert ("+14155550190", sub) == (told["virtual_number"], told["wanted"]["owner"])
    assert (400, "subaccount") == (refused.status, refused.json["field"])
