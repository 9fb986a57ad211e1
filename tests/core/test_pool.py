"""Which number a session gets, why, and when it may be used again."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core.books.pool import DROPPED_LISTED_MAX, Pool, Wish
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.sessions import Allocation, Candidate, CoolOff, DropReason, Number, Session
from masking_emulator.core.refusals import Reason, Refused

from tests.core.play import (
    ANNA,
    BEN,
    CARA,
    DAVE,
    DELHI,
    EVE,
    FINN,
    MUMBAI,
    RAVI,
    START,
    A,
    B,
    C,
    D,
    World,
    pin_wish,
)

_BASE = World(A).create(ANNA, BEN)


def _numbers(sessions: list[Session]) -> list[str]:
    return [session.number for session in sessions]


# Who shares a number


def test_disjoint_pairs_share_the_first_number(world: World) -> None:
    """A number hosts many sessions at once, and as few numbers as possible are used (ledger: one_number_many_pairs)."""
    sessions = [world.create(ANNA, BEN), world.create(CARA, DAVE), world.create(EVE, FINN)]

    assert _numbers(sessions) == [A, A, A]
    assert world.engine.pool.use(A).sessions == 3


@pytest.mark.parametrize(("first", "second"), [(ANNA, CARA), (CARA, ANNA), (BEN, CARA), (CARA, BEN), (BEN, ANNA)])
def test_party_has_another_number_for_each_of_its_sessions(world: World, first: str, second: str) -> None:
    """Either party, on either side, and the reversed pair too (ledger: pair_is_ordered, party_blocks_number)."""
    world.create(ANNA, BEN)

    assert world.create(first, second).number == B


def test_ended_session_frees_its_number_at_once(world: World) -> None:
    """Numbers return to the first as soon as it is free and are not rotated (ledger: pool_order)."""
    world.delete(world.create(ANNA, BEN))
    again = world.create(ANNA, CARA, expiry_s=60)
    world.wait(60)

    assert again.number == A
    assert world.create(ANNA, DAVE).number == A


@given(st.integers(1, 4), st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.booleans()), max_size=60))
def test_twice_the_sessions_of_a_party_less_one_are_numbers_enough(
    sessions_max: int, steps: list[tuple[int, int, bool]]
) -> None:
    """Numbers needed = 2 x (sessions of any one party) - 1 (ledger: party_blocks_number)."""
    world = World(*(f"141555502{place:02}" for place in range(2 * sessions_max - 1)))
    for one, other, ending in steps:
        first, second = f"120255503{one:02}", f"120255503{other:02}"
        live = world.live()
        if ending and live:
            world.delete(live[one % len(live)])
        elif first != second and all(
            sum(party in session.parties for session in live) < sessions_max for party in (first, second)
        ):
            world.create(first, second)

    for one_session, other_session in combinations(world.live(), 2):
        shared = set(one_session.parties) & set(other_session.parties)
        assert not shared or one_session.number != other_session.number


@pytest.mark.parametrize("sessions_max", [1, 2, 3, 4])
def test_fewer_numbers_than_the_formula_are_not_enough(sessions_max: int) -> None:
    """Two parties, each on its own n - 1 numbers, need one more to meet (ledger: party_blocks_number)."""
    world = World(*(f"141555502{place:02}" for place in range(2 * sessions_max - 2)))
    others = range(sessions_max - 1)
    for customer in others:  # Anna's customers are busy on the lower numbers, so she is put on the upper ones
        for stranger in others:
            world.create(f"120255503{customer:02}", f"1202555{customer:02}{stranger:02}")
    for customer in others:
        world.create(ANNA, f"120255503{customer:02}")
        world.create(BEN, f"120255504{customer:02}")
    with pytest.raises(Refused) as refused:
        world.create(ANNA, BEN)
    assert refused.value.reason is Reason.POOL_EXHAUSTED
    world.add(D)

    assert world.create(ANNA, BEN).number == D


# Country


def test_geomatch_takes_the_country_of_the_first_party() -> None:
    """Only numbers of the first party's country are searched (ledger: geomatch_country)."""
    world = World(A, DELHI, B, MUMBAI)

    assert world.create(RAVI, ANNA).number == DELHI
    assert world.create(ANNA, RAVI).number == A
    assert world.create(RAVI, BEN).number == MUMBAI


def test_geomatch_takes_the_country_of_the_only_party() -> None:
    """With a second party alone its country counts (ledger: geomatch_single_second_party)."""
    assert World(A, DELHI).create("", RAVI).number == DELHI


def test_geomatch_compares_calling_codes() -> None:
    """A Canadian is served by a number of the United States: both are +1 (design 4)."""
    assert World(DELHI, A).create("16135550100", RAVI).number == A


def test_without_geomatch_any_country_will_do() -> None:
    """Geomatch false: the first number of the pool, whatever its country (ledger: geomatch_off)."""
    session = World(DELHI, A).create(ANNA, BEN, geomatch=False)

    assert session.number == DELHI
    assert session.allocation.calling_code is None


def test_country_without_numbers_refuses_as_an_exhausted_pool() -> None:
    """There is no fallback to another country (ledger: geomatch_no_fallback)."""
    with pytest.raises(Refused) as refused:
        World(A, B).create(RAVI, ANNA)
    assert refused.value.reason is Reason.POOL_EXHAUSTED
    assert refused.value.detail == {"calling_code": 91, "dropped": (), "dropped_unlisted": 0}


# Owner


def test_each_account_has_numbers_of_its_own() -> None:
    """A subaccount's session gets the subaccount's numbers, the main account's the others (ledger: owner_numbers)."""
    world = World(A)
    world.add(B, owner=1)
    world.add(C, owner=2)

    assert world.create(ANNA, BEN, owner=1).number == B
    assert world.create(ANNA, BEN, owner=2).number == C
    assert world.create(ANNA, BEN).number == A


def test_account_without_numbers_is_refused() -> None:
    """The numbers of another account are no help, nor are they named."""
    with pytest.raises(Refused) as refused:
        World(A).create(ANNA, BEN, owner=1)
    assert refused.value.reason is Reason.POOL_EXHAUSTED
    assert refused.value.detail["dropped"] == ()


# Single-party sessions


@pytest.mark.parametrize(("first", "second"), [(ANNA, ""), ("", ANNA)])
def test_single_party_session_without_pin_has_its_number_to_itself(world: World, first: str, second: str) -> None:
    """Any caller reaches its party, so nobody else fits on the number (ledger: single_party_alone)."""
    world.create(CARA, DAVE)
    alone = world.create(first, second)

    assert alone.number == B
    assert world.create(EVE, FINN).number == A
    assert world.create(EVE, CARA).number == C
    assert world.create(BEN, "").number == D


def test_number_is_shared_again_after_a_single_party_session(world: World) -> None:
    """Exclusivity ends with its session."""
    alone = world.create(ANNA)
    world.delete(alone)

    assert world.create(BEN, CARA).number == A


def test_single_party_session_with_pin_shares_its_number(world: World) -> None:
    """The PIN tells the sessions apart (ledger: single_party_with_pin_shares)."""
    sessions = [
        world.create(ANNA, pins=pin_wish("1111", "2222")),
        world.create(BEN, pins=pin_wish("3333", "4444")),
        world.create(CARA, DAVE),
    ]

    assert _numbers(sessions) == [A, A, A]


def test_second_party_opens_a_single_party_number_to_others(world: World) -> None:
    """Once both parties are known only they reach each other (ledger: single_party_completed)."""
    alone = world.create(ANNA)
    world.update(alone, second=BEN)

    assert world.create(CARA, DAVE).number == A


# Cool-off


def test_cooling_number_is_not_given_to_another_pair(world: World) -> None:
    """For the cool-off after the session's end its number serves no different session (ledger: cooloff)."""
    world.create(ANNA, BEN, expiry_s=60, cooloff_s=30)
    world.wait(60)

    assert world.create(CARA, DAVE).number == B
    world.wait(29)
    assert world.create(EVE, FINN).number == B
    world.wait(1)
    assert world.create(EVE, RAVI).number == A


def test_cooling_number_returns_to_its_own_pair(world: World) -> None:
    """ "Different session" lets the same pair have it back at once (ledger: cooloff_same_pair)."""
    world.delete(world.create(ANNA, BEN, cooloff_s=30))

    assert world.create(ANNA, BEN).number == A


@pytest.mark.parametrize(("owner", "first", "second"), [(0, BEN, ANNA), (0, ANNA, CARA), (1, ANNA, BEN)])
def test_own_pair_is_ordered_and_of_one_account(owner: int, first: str, second: str) -> None:
    """Neither the reversed pair, nor one party of it, nor the pair of another account is the same pair."""
    world = World(A)
    world.add(B, C, owner=1)
    world.delete(world.create(ANNA, BEN, owner=1, cooloff_s=30))
    world.delete(world.create(ANNA, BEN, owner=0, cooloff_s=30))
    if owner == 0:
        with pytest.raises(Refused) as refused:
            world.create(first, second)
        assert refused.value.reason is Reason.POOL_EXHAUSTED
    else:
        assert world.create(first, second, owner=1).number == B


def test_own_cooling_number_must_still_be_of_the_right_country() -> None:
    """Having had a number is no reason to get it against geomatch (ledger: geomatch_country)."""
    world = World(DELHI, A)
    abroad = world.create(ANNA, BEN, geomatch=False, cooloff_s=30)
    world.delete(abroad)

    assert abroad.number == DELHI
    assert world.create(ANNA, BEN).number == A


def test_own_pair_gets_the_first_number_that_fits_even_while_another_cools_for_it(world: World) -> None:
    """Pool order decides, not the cool-off: a lower free number comes first (ledger: cooloff_own_pair_order)."""
    lower = world.create(ANNA, CARA)
    world.delete(world.create(ANNA, BEN, cooloff_s=30))
    world.delete(lower)

    assert world.create(ANNA, BEN).number == A


def test_number_cools_until_the_last_of_several_pairs(world: World) -> None:
    """Cool-offs of several pairs run side by side; each pair is kept off by the others' only."""
    world.create(ANNA, BEN, expiry_s=60, cooloff_s=30)
    world.create(CARA, DAVE, expiry_s=60, cooloff_s=90)
    world.wait(60)
    anna = world.create(ANNA, BEN)
    assert anna.number == B
    world.delete(anna)
    world.wait(30)

    assert world.create(CARA, DAVE).number == A
    assert world.create(ANNA, BEN).number == B
    world.wait(60)
    assert world.create(EVE, FINN).number == A


def test_same_pair_may_hold_a_number_twice(world: World) -> None:
    """A number returned while cooling cools again after the second session, each cool-off for its own time."""
    for _ in range(2):
        world.delete(world.create(ANNA, BEN, cooloff_s=30))
        world.wait(10)

    assert [h.until for h in world.engine.pool.use(A).cool_offs] == [START + 30 * SECOND_US, START + 40 * SECOND_US]
    world.wait(10)
    assert world.create(CARA, DAVE).number == B
    assert world.create(ANNA, BEN).number == A
    world.wait(10)
    assert world.engine.pool.use(A).cool_offs == ()


def test_cooling_number_keeps_its_other_sessions(world: World) -> None:
    """Cool-off concerns new sessions; a session that is on the number stays and may be refreshed."""
    other = world.create(CARA, DAVE)
    world.delete(world.create(ANNA, BEN, cooloff_s=30))

    assert world.create(CARA, DAVE).uuid == other.uuid
    assert world.create(EVE, FINN).number == B


def test_own_cooling_number_is_not_alone_while_others_are_on_it(world: World) -> None:
    """A single-party pair may have its number back only if nobody came onto it before the cool-off."""
    single = world.create(ANNA, pins=pin_wish("1111", "2222"), cooloff_s=30)
    world.create(CARA, DAVE)
    world.delete(single)

    assert world.create(ANNA).number == B
    assert world.create(ANNA, BEN).number == C


# Explanation


def test_allocation_tells_what_was_passed_over(world: World) -> None:
    """Each number before the one that was given is named with what stood in its way."""
    alone = world.create(EVE)
    busy = world.create(ANNA, BEN)
    cooled = world.create(ANNA, CARA, cooloff_s=30)
    world.delete(cooled)

    session = world.create(ANNA, DAVE)
    assert session.number == D
    dropped = (
        Candidate(A, DropReason.EXCLUSIVE, session=alone.uuid),
        Candidate(B, DropReason.PARTY_BUSY, session=busy.uuid),
        Candidate(C, DropReason.COOLING, session=cooled.uuid, until=START + 30 * SECOND_US),
    )
    assert Allocation(0, 1, alone=False, dropped=dropped, dropped_unlisted=0, pool_size=4) == session.allocation


def test_allocation_alone_tells_of_occupied_numbers(world: World) -> None:
    """A session that needs its number to itself passes over those with any session."""
    world.create(ANNA, BEN)

    allocation = world.create(CARA).allocation
    assert Allocation(0, 1, True, (Candidate(A, DropReason.OCCUPIED),), 0, 4) == allocation  # noqa: FBT003


def test_cooling_is_explained_by_the_cool_off_that_ends_last(world: World) -> None:
    """Of several foreign cool-offs the one that matters is named."""
    short, long = world.create(ANNA, BEN, cooloff_s=30), world.create(CARA, DAVE, cooloff_s=90)
    world.delete(long)
    world.delete(short)

    expected = Candidate(A, DropReason.COOLING, session=long.uuid, until=START + 90 * SECOND_US)
    assert (expected,) == world.create(EVE, FINN).allocation.dropped


def test_exhausted_pool_is_refused_with_every_candidate() -> None:
    """The refusal tells what each number of the right country and owner was dropped for (ledger: pool_exhausted)."""
    world = World(A, DELHI, B)
    world.add(C, owner=1)
    first, second = world.create(ANNA, BEN), world.create(ANNA, CARA)
    with pytest.raises(Refused) as refused:
        world.create(ANNA, DAVE)

    assert refused.value.reason is Reason.POOL_EXHAUSTED
    assert refused.value.detail == {
        "calling_code": 1,
        "dropped": (
            Candidate(A, DropReason.PARTY_BUSY, session=first.uuid),
            Candidate(B, DropReason.PARTY_BUSY, session=second.uuid),
        ),
        "dropped_unlisted": 0,
    }


def test_large_pool_is_used_in_order_and_explained_in_part() -> None:
    """With 10,000 numbers the first that fits is still given, and a bounded number of candidates is named."""
    numbers = [f"1415{place:07}" for place in range(10_000)]
    world = World(*numbers)
    sessions = [world.create(f"1202{place:07}") for place in range(300)]

    assert numbers[:300] == _numbers(sessions)
    allocation = sessions[-1].allocation
    assert numbers[:DROPPED_LISTED_MAX] == [candidate.number for candidate in allocation.dropped]
    assert allocation.dropped_unlisted == 299 - DROPPED_LISTED_MAX
    assert allocation.pool_size == 10_000


def test_exhausted_large_pool_is_explained_in_part() -> None:
    """A refusal names a bounded number of candidates too, and counts the rest."""
    world = World(*(f"1415{place:07}" for place in range(DROPPED_LISTED_MAX + 3)))
    for place in range(DROPPED_LISTED_MAX + 3):
        world.create(f"1202{place:07}")
    with pytest.raises(Refused) as refused:
        world.create(ANNA)

    dropped = refused.value.detail["dropped"]
    assert isinstance(dropped, tuple)
    assert len(dropped) == DROPPED_LISTED_MAX
    assert refused.value.detail["dropped_unlisted"] == 3


@pytest.mark.parametrize(("first", "second"), [(A, BEN), (ANNA, A), (A, "")], ids=["first", "second", "alone"])
def test_number_is_not_given_to_a_session_that_it_is_a_party_of(first: str, second: str) -> None:
    """A number cannot mask itself; it is passed over, and the explanation says why."""
    session = World(A, B).create(first, second)

    assert B == session.number
    assert (Candidate(A, DropReason.OWN_NUMBER),) == session.allocation.dropped


def test_pool_of_nothing_but_a_party_is_exhausted() -> None:
    """The refusal names the number and the reason."""
    with pytest.raises(Refused) as refused:
        World(A).create(A, BEN)

    assert (Candidate(A, DropReason.OWN_NUMBER),) == refused.value.detail["dropped"]


def test_replaced_number_does_not_make_room_on_a_party() -> None:
    """Its session goes past the number that is its party."""
    world = World(A, B, C)
    session = world.create(B, ANNA)
    world.replace_number(A)

    assert C == world.now(session).number


@given(st.lists(st.tuples(st.sampled_from([A, B]), st.booleans(), st.booleans()), max_size=8))
def test_pool_that_is_filled_is_as_one_that_all_entered(places: list[tuple[str, bool, bool]]) -> None:
    """Whose numbers are open, empty or somebody's alone, and which cool off besides."""
    entered, filled = Pool(), Pool()
    sessions = [
        replace(_BASE, ordinal=place, uuid=str(place), number=number, second_party="" if alone else DAVE)
        for place, (number, alone, _) in enumerate(places)
    ]
    for pool in (entered, filled):
        for place, digits in enumerate((A, B)):
            pool.add(Number(digits, 1, 0, place))
        for session, (_, _, cools) in zip(sessions, places, strict=True):
            if cools:
                pool.start_cool_off(CoolOff(session.number, session.uuid, session.pair, START))
    for session in sessions:
        entered.enter(session)
    filled.fill(sessions)

    assert entered.uses() == filled.uses()
    for alone in (False, True):
        wish = Wish((0, RAVI, EVE), 1, alone, {})
        assert _allocated(entered, wish) == _allocated(filled, wish)


def _allocated(pool: Pool, wish: Wish) -> object:
    try:
        return pool.allocate(wish)
    except Refused as refused:
        return refused.args
