"""A world under a given Auth ID: made once, found again, and never another in its place."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from masking_emulator.world.hub import Hub
from masking_emulator.world.spec import TAIL_CHARACTERS

from tests.plivo.ask import Api, Reply, api_of
from tests.shell.asking import control, create, good
from tests.shell.worlds import START

AUTH_ID: Final = "MAOFTHEPUTTEST000001"
_CLOCK: Final = {"start": START, "rate": 0}

#: The Auth ID of a subaccount that does not end as that one does.
_OTHER: Final = "SAOTHERENDING0000009"


@pytest.fixture
def put(api: Api) -> Iterator[Api]:
    """Puts to AUTH_ID, whose world is gone afterwards."""
    yield api
    control(api, "DELETE", f"/worlds/{AUTH_ID}")


def _put(api: Api, body: Mapping[str, Any], auth_id: str = AUTH_ID) -> Reply:
    return control(api, "PUT", f"/worlds/{auth_id}", body)


def test_world_is_made_once_and_then_answered_as_it_stands(put: Api) -> None:
    """The second PUT is 200, and neither the token nor a session has changed; a body is as good as the same body."""
    body = {"world": {"account": {"subaccounts": [{}, {}]}, "seed": "a"}, "clock": _CLOCK}
    made = good(_put(put, body), 201)
    session = create(api_of(put.url, made), 0, 1)
    again = good(_put(put, body))
    shown = _shown(api_of(put.url, again), session)

    assert AUTH_ID == made["auth_id"]
    assert (made["auth_token"], made["subaccounts"]) == (again["auth_token"], again["subaccounts"])
    assert 1 == again["sessions"]["live"]
    assert 200 == shown.status


def test_generated_subaccounts_end_as_their_account(put: Api) -> None:
    """One rule about the end of an Auth ID reaches the account and all its subaccounts, whose names differ."""
    made = good(_put(put, {"world": {"account": {"subaccounts": [{} for _ in range(12)]}}}), 201)
    names = [sub["auth_id"] for sub in made["subaccounts"]]

    assert {AUTH_ID[-TAIL_CHARACTERS:]} == {name[-TAIL_CHARACTERS:] for name in names}
    assert (12, {20}, {"SA"}) == (len(set(names)), set(map(len, names)), {name[:2] for name in names})


def test_world_from_another_body_is_refused_and_the_first_stays(put: Api) -> None:
    """What differs is named, and the world that is there goes on as it was."""
    made = good(_put(put, {"seed": 1, "clock": _CLOCK}), 201)
    refused = _put(put, {"seed": 2, "clock": _CLOCK, "world": {"numbers": [{"number": "+14155550100"}]}})
    token = _put(put, {"seed": 1, "clock": _CLOCK, "world": {"account": {"auth_token": "mine"}}})

    assert (409, "auth_id") == (refused.status, refused.json["field"])
    assert f"{AUTH_ID} is there, made with other seed, accounts and numbers; remove it first" in refused.error
    assert (409, f"{AUTH_ID} is there, made with other accounts") == (token.status, token.error.partition(";")[0])
    assert made == good(control(put, "GET", f"/worlds/{AUTH_ID}"))


def _shown(api: Api, session: str) -> Reply:
    return api.ask("GET", f"{api.sessions}/{session}/")


@pytest.mark.parametrize("auth_id", ["MASHORT", "SAOFTHEPUTTEST000001", "MAofthePUTTEST000001", f"{AUTH_ID}1"])
def test_auth_id_of_another_form_is_refused(api: Api, auth_id: str) -> None:
    """Before anything is made, with the field and the form."""
    refused = _put(api, {}, auth_id)

    assert (400, "auth_id") == (refused.status, refused.json["field"])
    assert f"{auth_id!r} is no Auth ID of an account: MA and 18 capitals and digits" == refused.error


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"world": {"account": {"auth_id": "MAANOTHER00000000001"}}}, "world.account.auth_id", "not the Auth ID of"),
        ({"world": {"account": 7}}, "account", "is not of type 'object'"),
        ({"example": "tiny-pol"}, "example", "tiny-pool"),
        ({"colour": 1}, "colour", "unknown"),
        ({"world": {"numbers": [{"number": "12"}]}}, "numbers[0].number", "E.164"),
    ],
)
def test_bad_body_names_its_field_and_makes_nothing(api: Api, body: Any, field: str, reason: str) -> None:
    """As where a world is made without a name."""
    refused = _put(api, body)

    assert (400, field) == (refused.status, refused.json["field"])
    assert reason in refused.error
    assert 404 == control(api, "GET", f"/worlds/{AUTH_ID}").status


def test_account_of_another_world_is_refused(put: Api) -> None:
    """A subaccount belongs to one world."""
    taken = put.subaccounts[0].auth_id
    refused = _put(put, {"world": {"account": {"subaccounts": [{"auth_id": taken}]}}})

    assert (400, "account.subaccounts[0].auth_id") == (refused.status, refused.json["field"])
    assert f"{taken} is taken" == refused.error


def test_example_is_made_under_the_name(put: Api) -> None:
    """Its keys count where the body has none, also the second time."""
    body = {"example": "tiny-pool", "world": {"clock": _CLOCK}}
    made, again = good(_put(put, body), 201), good(_put(put, body))

    assert made == again
    assert AUTH_ID == again["auth_id"]


def test_name_of_a_removed_world_is_free(put: Api) -> None:
    """Whatever was there before."""
    good(_put(put, {"seed": 1}), 201)
    good(control(put, "DELETE", f"/worlds/{AUTH_ID}"))

    assert 2 == good(_put(put, {"seed": 2}), 201)["seed"]


def test_no_world_is_found_under_a_name_that_none_has() -> None:
    """Which is no error where somebody is about to make it."""
    assert Hub().find(AUTH_ID) is None


def test_answer_that_made_a_world_names_it_in_a_header(put: Api) -> None:
    """For a balancer, which reads no bodies; it may choose the name of a new world and of a copy by a header too."""
    chosen = {"X-Emulator-New-World": AUTH_ID}
    made = control(put, "POST", "/worlds", {"example": "demo", "world": {"clock": _CLOCK}}, **chosen)
    again = control(put, "PUT", f"/worlds/{AUTH_ID}", {"example": "demo", "world": {"clock": _CLOCK}})
    copy = control(put, "POST", "{w}/fork", {}, **{"X-Emulator-New-World": f"{AUTH_ID[:-1]}3"})
    good(control(put, "DELETE", f"/worlds/{AUTH_ID[:-1]}3"))

    named = [reply.headers["x-emulator-world"] for reply in (made, again, copy)]
    assert [201, 200, 201] == [reply.status for reply in (made, again, copy)]
    assert [AUTH_ID, AUTH_ID, f"{AUTH_ID[:-1]}3"] == named
    assert made.json["subaccounts"] == again.json["subaccounts"] != []


def test_chosen_name_that_is_none_or_taken_is_refused(put: Api) -> None:
    """With the header as the field, where it is the header."""
    bad = control(put, "POST", "/worlds", {}, **{"X-Emulator-New-World": "MASHORT"})
    copied = control(put, "POST", "{w}/fork", {}, **{"X-Emulator-New-World": put.auth_id})

    assert (400, "X-Emulator-New-World") == (bad.status, bad.json["field"])
    assert (400, "X-Emulator-New-World") == (copied.status, copied.json["field"])
    assert f"{put.auth_id} is taken" == copied.error


@pytest.mark.parametrize(
    ("method", "path", "account", "key"),
    [
        ("POST", "/worlds", {"auth_id": AUTH_ID}, "auth_id"),
        ("POST", "/worlds", {"auth_id": AUTH_ID, "subaccounts": [{"auth_id": "SA" + AUTH_ID[2:]}]}, "auth_id"),
        ("POST", "/worlds", {"subaccounts": [{}, {"auth_id": _OTHER}]}, "subaccounts[1].auth_id"),
        ("PUT", f"/worlds/{AUTH_ID}", {"subaccounts": [{}, {"auth_id": _OTHER}]}, "subaccounts[1].auth_id"),
    ],
)
def test_name_by_which_a_balancer_would_look_elsewhere_is_refused(
    put: Api, method: str, path: str, account: Mapping[str, Any], key: str
) -> None:
    """Where there is a balancer, which says so by the header; a single server knows all its accounts."""
    body = {"world": {"account": account}}
    refused = control(put, method, path, body, **{"X-Emulator-New-World": AUTH_ID})
    there = control(put, "GET", f"/worlds/{AUTH_ID}")
    alone = good(control(put, method, path, body), 201)
    good(control(put, "DELETE", f"/worlds/{alone['auth_id']}"))

    assert (400, f"world.account.{key}") == (refused.status, refused.json["field"])
    assert 404 == there.status


def test_names_that_end_alike_are_made_behind_a_balancer(put: Api) -> None:
    """They lead to the same server, whoever chose them."""
    account = {"auth_id": AUTH_ID, "subaccounts": [{"auth_id": f"SACHOSEN{AUTH_ID[8:]}"}, {}]}
    made = control(
        put, "PUT", f"/worlds/{AUTH_ID}", {"world": {"account": account}}, **{"X-Emulator-New-World": AUTH_ID}
    )

    assert 2 == len(good(made, 201)["subaccounts"])


def test_account_that_is_none_is_refused_as_ever_behind_a_balancer(put: Api) -> None:
    """What is no name has no ending to look at."""
    accounts: list[Any] = [7, {"auth_id": 7}, {"subaccounts": 7}, {"subaccounts": [7, {"auth_id": 7}]}]
    for account in accounts:
        body = {"world": {"account": account}}
        asked = [("POST", "/worlds"), ("PUT", f"/worlds/{AUTH_ID}")]
        told = [control(put, method, path, body, **{"X-Emulator-New-World": AUTH_ID}) for method, path in asked]

        assert [400, 400] == [one.status for one in told]
        assert all("account" in one.json["field"] for one in told)
