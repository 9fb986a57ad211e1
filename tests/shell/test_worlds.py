"""The hub: worlds are made, found, copied and removed, and share nothing."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from masking_emulator.core.instants import SECOND_US
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import WORLDS_MAX, Hub, NoSuchWorld, TooManyWorlds
from masking_emulator.world.spec import BadWorld

from tests.shell.worlds import ANNA, BEN, CARA, DAVE, create, structure

AUTH_ID = "MAEMULATORSHELLTEST1"


@pytest.fixture
def hub() -> Hub:
    """A hub with one world, whose time stands still."""
    hub = Hub()
    hub.add(world_of(structure()))
    return hub


def test_added_world_is_found_by_its_auth_id(hub: Hub) -> None:
    """The main account's Auth ID names the world."""
    assert [AUTH_ID] == [world.auth_id for world in hub.all()]
    assert AUTH_ID == hub.world(AUTH_ID).auth_id
    assert 1 == len(hub)


def test_account_of_another_world_is_refused(hub: Hub) -> None:
    """Two worlds cannot have one account; the first stays as it was."""
    with pytest.raises(BadWorld, match=f"^account: {AUTH_ID} is taken by another world$"):
        hub.add(world_of(structure()))

    assert 1 == len(hub)
    assert AUTH_ID in hub.credentials


def test_unknown_world_is_refused(hub: Hub) -> None:
    """No world is found, copied or removed under a name that none has."""
    for ask in (hub.world, hub.fork, hub.remove):
        with pytest.raises(NoSuchWorld, match="MAX"):
            ask("MAX")


def test_removed_world_and_its_credentials_are_gone() -> None:
    """After a removal nobody of that world is known, and its name is free again."""
    hub = Hub()
    account = {"auth_id": AUTH_ID, "subaccounts": [{"auth_id": "SAEMULATORSHELLTEST1"}]}
    hub.add(world_of(structure(account=account)))
    hub.remove(AUTH_ID)

    assert 0 == len(hub)
    assert AUTH_ID not in hub.credentials
    assert "SAEMULATORSHELLTEST1" not in hub.credentials
    assert AUTH_ID == hub.add(world_of(structure(account=account))).auth_id


def test_fork_has_new_accounts_and_the_same_sessions(hub: Hub) -> None:
    """A copy stands where the original stands, under an Auth ID of its own."""
    world = hub.world(AUTH_ID)
    world.do(create())
    twin = hub.fork(AUTH_ID)

    assert twin.auth_id != AUTH_ID
    assert twin.auth_id in hub.credentials
    assert world.journal.after(0, 10) == twin.journal.after(0, 10)
    assert world.clock.now() == twin.clock.now()


def test_fork_and_original_share_nothing(hub: Hub) -> None:
    """What happens in one happens only there, in both directions; chance goes on alike in both."""
    world = hub.world(AUTH_ID)
    twin = hub.fork(AUTH_ID)
    in_world = world.do(create(ANNA, BEN))
    in_twin = twin.do(create(ANNA, BEN))
    twin.do(create(CARA, DAVE))
    asyncio.run(world.advance_to(world.clock.now() + 1800 * SECOND_US))

    assert in_world == in_twin
    assert ["SessionCreated", "SessionExpired"] == [type(event).__name__ for _, event in world.journal.after(0, 10)]
    assert ["SessionCreated", "SessionCreated"] == [type(event).__name__ for _, event in twin.journal.after(0, 10)]
    assert 1800 * SECOND_US == world.clock.now() - twin.clock.now()


def test_fork_outlives_its_original(hub: Hub) -> None:
    """Removing the original leaves the copy alone."""
    twin = hub.fork(AUTH_ID)
    hub.remove(AUTH_ID)

    assert [twin.auth_id] == [world.auth_id for world in hub.all()]
    assert twin is hub.world(twin.auth_id)


def test_forks_never_get_a_name_twice(hub: Hub) -> None:
    """Each copy has its own Auth ID, copies of copies too."""
    names = {AUTH_ID}
    for _ in range(5):
        names.add(hub.fork(max(names)).auth_id)

    assert 6 == len(names) == len(hub)


def _made(hub: Hub, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The accounts of a world that is added to this hub as the control API adds it."""
    world = hub.add(world_of(given, hub.credentials, hub.chance))
    return [(account.auth_id, account.auth_token) for account in world.accounts]


@pytest.mark.parametrize("given", [{}, {"seed": "mine"}, {"account": {"subaccounts": [{}]}}])
def test_worlds_of_one_seed_have_other_tokens(given: Mapping[str, Any]) -> None:
    """Neither an Auth ID nor a token comes twice, with and without a seed, subaccounts included."""
    hub = Hub()
    accounts = [account for _ in range(20) for account in _made(hub, given)]

    assert len(accounts) == len({auth_id for auth_id, _ in accounts}) == len({token for _, token in accounts})


def test_tokens_of_named_accounts_differ() -> None:
    """Who names the Auth ID and leaves the token to the seed gets one of its own, too."""
    named = [{"account": {"auth_id": f"MAEMULATOR000000000{place}"}} for place in range(2)]
    first, second = (world_of(given).accounts[0].auth_token for given in named)

    assert first != second
    assert first == world_of(named[0]).accounts[0].auth_token


def test_accounts_follow_the_seed_of_the_server_and_the_order() -> None:
    """The same server seed and the same worlds in the same order give the same accounts, another seed others."""

    def accounts(seed: str) -> list[list[tuple[str, str]]]:
        hub = Hub(seed=seed)
        return [_made(hub, {}) for _ in range(5)]

    assert accounts("a") == accounts("a")
    assert [True, False, False, False, False] == [
        one == other for one, other in zip(accounts("a"), accounts("b"), strict=True)
    ]


def test_new_world_does_not_walk_past_those_before() -> None:
    """The thousandth world without a seed asks as often as the second whether a name is taken."""
    hub = Hub()
    taken = _Counted()
    for _ in range(1000):
        taken.asked = 0
        taken.update(account.auth_id for account in world_of({}, taken, hub.chance).accounts)

    assert 1000 == len(taken)
    assert taken.asked <= 3


class _Counted(set[str]):
    """Names that count how often one of them was looked for."""

    asked = 0

    def __contains__(self, name: object) -> bool:
        self.asked += 1
        return super().__contains__(name)


def test_hub_holds_so_many_worlds(hub: Hub) -> None:
    """Past the limit neither a new world nor a copy is let in, and nothing is left of them."""
    for _ in range(WORLDS_MAX - 1):
        hub.fork(AUTH_ID)

    with pytest.raises(TooManyWorlds):
        hub.fork(AUTH_ID)
    with pytest.raises(TooManyWorlds):
        hub.add(world_of({"seed": "another"}))
    assert WORLDS_MAX == len(hub)


def test_api_ids_of_the_server_are_not_repeated(hub: Hub) -> None:
    """Callers that no world knows get fresh ids too."""
    assert hub.draw_api_id() != hub.draw_api_id()
