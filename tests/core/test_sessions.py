"""What creating, updating and ending a session does."""

from collections.abc import Callable

import pytest
from masking_emulator.core.commands import CreateSession
from masking_emulator.core.events import (
    CoolOffEnded,
    CoolOffStarted,
    Ending,
    SessionCreated,
    SessionExpired,
    SessionRefreshed,
    SessionsForgotten,
    SessionUpdated,
)
from masking_emulator.core.instants import DAY_US, INSTANT_MAX, SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.sessions import Candidate, CoolOff, DropReason, Session, Status
from masking_emulator.core.refusals import Reason, Refused

from tests.core.play import (
    ANNA,
    BEN,
    CARA,
    DAVE,
    EVE,
    FINN,
    RULES,
    SETTINGS,
    START,
    A,
    B,
    World,
    creation,
    pin_wish,
)


def _refused(world: World, command: CreateSession) -> Refused:
    with pytest.raises(Refused) as refused:
        world.do(command)
    return refused.value


# Create


def test_created_session_is_active_until_its_expiry(world: World) -> None:
    """Created and modified now, expiring after session_expiry (ledger: expiry_from_creation)."""
    settings = replace(SETTINGS, callback_url="https://example.com/events", record=True)
    session = world.create(ANNA, BEN, expiry_s=60, settings=settings)

    expected = Session(
        ordinal=1,
        uuid=session.uuid,
        owner=0,
        first_party=ANNA,
        second_party=BEN,
        number=A,
        status=Status.ACTIVE,
        created_at=START,
        modified_at=START,
        expires_at=START + 60 * SECOND_US,
        settings=settings,
        pins=None,
        allocation=session.allocation,
    )
    assert expected == session
    assert SessionCreated(START, session) == world.journal[-1]
    assert expected == world.now(session)


def test_sessions_are_counted_and_have_uuids_of_their_own(world: World) -> None:
    """Ordinals follow creation, and the seed decides the UUIDs."""
    sessions = [world.create(ANNA, BEN), world.create(CARA, DAVE)]

    assert [session.ordinal for session in sessions] == [1, 2]
    assert sessions[0].uuid != sessions[1].uuid
    assert sessions[0].uuid == World(A).create(CARA, DAVE).uuid


def test_generated_pins_avoid_those_of_other_sessions_on_the_number(world: World) -> None:
    """Ten PINs of one digit serve five sessions, and the sixth is refused (ledger: generated_pins_unused)."""
    parties = [f"120255503{place:02}" for place in range(12)]
    sessions = [world.create(*parties[place : place + 2], pins=pin_wish(length=1)) for place in range(0, 10, 2)]

    pins = [pin for session in sessions if session.pins for pin in (session.pins.first, session.pins.second)]
    assert list("0123456789") == sorted(pins)
    assert _refused(world, creation(*parties[10:], pins=pin_wish(length=1))).reason is Reason.PINS_EXHAUSTED
    world.delete(sessions[0])
    assert world.create(*parties[10:], pins=pin_wish(length=1)).number == A


def test_given_pins_may_be_those_of_another_session_on_the_number(world: World) -> None:
    """Supplied PINs that collide are accepted; a call decides whom they reach (ledger: given_pins_may_collide)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))

    assert world.create(CARA, DAVE, pins=pin_wish("2222", "1111")).number == A


def test_equal_parties_are_refused(world: World) -> None:
    """Nobody is connected with himself (ledger: equal_parties)."""
    assert _refused(world, creation(ANNA, ANNA)).reason is Reason.PARTIES_EQUAL


def test_equal_pins_are_refused(world: World) -> None:
    """Whether the session is new or refreshed (ledger: pins_differ)."""
    command = creation(ANNA, BEN, pins=pin_wish("1111", "1111"))

    assert _refused(world, command).reason is Reason.PINS_EQUAL
    world.create(ANNA, BEN)
    assert _refused(world, command).reason is Reason.PINS_EQUAL


def test_live_sessions_have_a_limit() -> None:
    """Past sessions_live_max a create is refused, but a live pair is still refreshed."""
    world = World(A, B, rules=replace(RULES, sessions_live_max=1))
    session = world.create(ANNA, BEN)

    refused = _refused(world, creation(CARA, DAVE))
    assert (refused.reason, refused.detail) == (Reason.SESSIONS_FULL, {"limit": 1})
    assert session.uuid == world.create(ANNA, BEN).uuid
    world.delete(session)
    assert world.create(CARA, DAVE).number == A


def test_expiry_stays_within_the_years_that_can_be_written() -> None:
    """At the end of time a session ends with it."""
    world = World(A, now=INSTANT_MAX - SECOND_US)

    assert world.create(ANNA, BEN, expiry_s=60).expires_at == INSTANT_MAX


# Create again


def test_live_pair_created_again_refreshes_its_session(world: World) -> None:
    """UUID, number and creation stay, the other times count from now (ledger: refresh_keeps, refresh_changes_times)."""
    session = world.create(ANNA, BEN, expiry_s=60)
    world.create(ANNA, CARA)
    world.wait(12.5)
    refreshed = world.create(ANNA, BEN, expiry_s=6000)

    now = START + 12_500_000
    expected = replace(session, modified_at=now, expires_at=now + 6000 * SECOND_US)
    assert expected == refreshed
    assert SessionRefreshed(now, expected) == world.journal[-1]
    assert refreshed.duration_s == 6012
    assert len(world.live()) == 2


def test_refresh_takes_the_new_settings_and_pins(world: World) -> None:
    """The second create overwrites what the first one asked for (ledger: refresh_replaces_settings)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    settings = replace(SETTINGS, callback_url="https://example.com/new")
    refreshed = world.create(ANNA, BEN, settings=settings, pins=pin_wish("3333", "4444"))

    assert settings == refreshed.settings
    assert refreshed.pins is not None
    assert (refreshed.pins.first, refreshed.pins.second) == ("3333", "4444")
    assert not world.engine.state.book.pin_taken(A, "1111")
    assert world.create(ANNA, BEN).pins is None


def test_refresh_that_does_not_ask_for_a_single_party_fixes_the_parties(world: World) -> None:
    """That a single party is enough is a setting like the others: the newest create decides."""
    single = world.update(world.create(ANNA), second=BEN)
    refreshed = world.create(ANNA, BEN)

    assert (single.uuid, False) == (refreshed.uuid, refreshed.settings.single_party)
    with pytest.raises(Refused) as refused:
        world.update(refreshed, second=CARA)
    assert refused.value.reason is Reason.PARTY_FIXED


def test_update_to_the_number_of_the_session_is_refused(world: World) -> None:
    """A number cannot mask itself."""
    single = world.create(ANNA)
    with pytest.raises(Refused) as refused:
        world.update(single, second=single.number)

    assert (Reason.PARTY_IS_NUMBER, {"party": A}) == (refused.value.reason, refused.value.detail)


def test_refresh_needs_no_free_number() -> None:
    """The pool is not asked, so an exhausted one does not matter."""
    world = World(A)
    session = world.create(ANNA, BEN)
    world.wait(1)

    assert session.uuid == world.create(ANNA, BEN).uuid


def test_refresh_without_pin_is_refused_while_others_are_on_the_number(world: World) -> None:
    """Without PIN any caller reaches a single party, so its number must be its own (ledger: refresh_without_pin)."""
    single = world.create(ANNA, pins=pin_wish("1111", "2222"))
    other = world.create(CARA, DAVE)

    refused = _refused(world, creation(ANNA, ""))
    assert refused.reason is Reason.POOL_EXHAUSTED
    assert refused.detail == {
        "calling_code": 1,
        "dropped": (Candidate(A, DropReason.OCCUPIED),),
        "dropped_unlisted": 0,
    }
    world.delete(other)
    assert single.uuid == world.create(ANNA).uuid
    assert world.create(CARA, DAVE).number == B


@pytest.mark.parametrize(("owner", "first", "second"), [(0, BEN, ANNA), (0, ANNA, ""), (1, ANNA, BEN)])
def test_other_pair_is_another_session(world: World, owner: int, first: str, second: str) -> None:
    """A pair is ordered and of one account (ledger: pair_is_ordered, pair_of_one_account)."""
    world.add("14155550110", owner=1)
    session = world.create(ANNA, BEN)

    assert session.uuid != world.create(first, second, owner=owner).uuid


def test_ended_pair_gets_a_new_session(world: World) -> None:
    """Only a live session is refreshed (ledger: pair_after_end)."""
    session = world.delete(world.create(ANNA, BEN))
    again = world.create(ANNA, BEN)

    assert (session.uuid, session.ordinal + 1) != (again.uuid, session.ordinal)
    assert session == world.now(session)


def test_world_may_refuse_a_live_pair() -> None:
    """With repeat_refreshes off the second create is refused and names the session."""
    world = World(A, B, rules=replace(RULES, repeat_refreshes=False))
    session = world.create(ANNA, BEN)

    refused = _refused(world, creation(ANNA, BEN))
    assert (refused.reason, refused.detail) == (Reason.PAIR_BUSY, {"session": session.uuid})


# Update


def test_update_with_expiry_counts_from_now(world: World) -> None:
    """7b5c5e17: expiry 600 after 12.292 seconds makes a duration of 612 (ledger: expiry_after_update)."""
    session = world.create(ANNA, BEN, expiry_s=6000)
    world.wait(12.292039)
    updated = world.update(session, expiry_s=600)

    now = START + 12_292_039
    assert replace(session, modified_at=now, expires_at=now + 600 * SECOND_US) == updated
    assert SessionUpdated(now, updated) == world.journal[-1]
    assert updated.duration_s == 612


def test_update_without_expiry_leaves_it(world: World) -> None:
    """c28b77d4: an update of record alone moves only modified_time (ledger: expiry_without_update)."""
    session = world.create(ANNA, BEN)
    world.wait(22)

    settings = replace(session.settings, record=True)
    assert replace(session, modified_at=START + 22 * SECOND_US, settings=settings) == world.update(session, record=True)


def test_update_leaves_settings_that_it_does_not_name(world: World) -> None:
    """One setting after the other may be changed (ledger: update_changes)."""
    session = world.create(ANNA, BEN, cooloff_s=30)
    world.update(session, ring_timeout_s=20)
    world.update(session, callback_url="https://example.com/events", callback_method="GET")

    expected = replace(
        session.settings, ring_timeout_s=20, callback_url="https://example.com/events", callback_method="GET"
    )
    assert expected == world.now(session).settings


def test_shorter_expiry_ends_the_session_earlier(world: World) -> None:
    """The new expiry takes the place of the old one, in either direction."""
    session = world.create(ANNA, BEN, expiry_s=3600)
    world.update(session, expiry_s=60)

    assert world.wait(59) == []
    assert len(world.wait(1)) == 1
    assert world.wait(7200) == []


def test_single_party_session_gets_its_second_party(world: World) -> None:
    """Parties may be updated if the session was created with a single party (ledger: update_parties)."""
    session = world.create(ANNA)
    updated = world.update(session, second=BEN)

    assert updated.parties == (ANNA, BEN)
    assert session.uuid == world.create(ANNA, BEN).uuid
    assert [session.uuid] == [s.uuid for s in world.engine.state.book.live_of(BEN)]


def test_single_party_session_changes_its_party(world: World) -> None:
    """The party that left is free for this number again."""
    session = world.create(ANNA, pins=pin_wish("1111", "2222"))
    world.update(session, first=BEN)

    assert world.now(session).parties == (BEN,)
    assert world.create(ANNA, CARA).number == A
    assert world.create(BEN, DAVE).number == B


def test_two_party_session_keeps_its_parties(world: World) -> None:
    """A party that differs is refused; the party that it has already is not (ledger: update_parties_fixed)."""
    session = world.create(ANNA, BEN)
    with pytest.raises(Refused) as refused:
        world.update(session, second=CARA)

    assert refused.value.reason is Reason.PARTY_FIXED
    assert refused.value.detail == {"session": session}
    assert world.update(session, first=ANNA, second=BEN).parties == (ANNA, BEN)


def test_update_to_equal_parties_is_refused(world: World) -> None:
    """Nobody is connected with himself (ledger: update_parties_equal)."""
    with pytest.raises(Refused) as refused:
        world.update(world.create(ANNA), second=ANNA)
    assert refused.value.reason is Reason.PARTIES_EQUAL


def test_update_to_a_party_that_is_on_the_number_is_refused(world: World) -> None:
    """One party may not be in two sessions on one number (ledger: update_party_busy)."""
    other = world.create(CARA, DAVE)
    single = world.create(ANNA, pins=pin_wish("1111", "2222"))
    with pytest.raises(Refused) as refused:
        world.update(single, second=DAVE)

    assert refused.value.reason is Reason.PARTY_BUSY
    assert refused.value.detail == {"party": DAVE, "session": other.uuid}


def test_update_to_a_party_on_another_number_is_accepted(world: World) -> None:
    """Only the session's own number matters."""
    single = world.create(ANNA)
    other = world.create(CARA, DAVE)

    assert single.number != other.number
    assert world.update(single, second=DAVE).parties == (ANNA, DAVE)


def test_update_to_a_live_pair_is_refused(world: World) -> None:
    """A pair has one session (ledger: update_pair_busy)."""
    single = world.create(ANNA)
    other = world.create(ANNA, BEN)
    with pytest.raises(Refused) as refused:
        world.update(single, second=BEN)

    assert refused.value.reason is Reason.PAIR_BUSY
    assert refused.value.detail == {"session": other.uuid}


@pytest.mark.parametrize("place", range(10))
def test_first_of_two_busy_parties_is_named(world: World, place: int) -> None:
    """Same inputs, same bytes: the refusal does not depend on how Python hashes a party."""
    eve, finn = f"120255503{place:02}", f"120255504{place:02}"
    world.create(eve, BEN)
    world.create(finn, CARA)
    single = world.create(ANNA, pins=pin_wish("1111", "2222"))
    with pytest.raises(Refused) as refused:
        world.update(single, first=eve, second=finn)

    assert eve == refused.value.detail["party"]


def test_ended_session_cannot_be_updated(world: World) -> None:
    """Updating an expired session is refused (ledger: update_of_expired)."""
    session = world.create(ANNA, BEN, expiry_s=60)
    world.wait(60)
    with pytest.raises(Refused) as refused:
        world.update(session, expiry_s=60)

    assert refused.value.reason is Reason.SESSION_EXPIRED


# The end


def test_expiry_ends_the_session_and_leaves_its_modification_alone(world: World) -> None:
    """Natural expiry leaves modified_time untouched (ledger: natural_expiry_keeps_modified)."""
    session = world.create(ANNA, BEN, expiry_s=60)
    events = world.wait(3600)

    ended = replace(session, status=Status.EXPIRED)
    assert [SessionExpired(session.expires_at, ended, Ending.TIMED_OUT)] == events
    assert ended == world.now(session)


def test_delete_ends_the_session_now(world: World) -> None:
    """Expiry and modification are the instant of the delete, and the duration follows (ledger: delete_sets_times)."""
    session = world.create(ANNA, BEN)
    world.wait(10.254)
    deleted = world.delete(session)

    now = START + 10_254_000
    assert replace(session, status=Status.EXPIRED, modified_at=now, expires_at=now) == deleted
    assert [SessionExpired(now, deleted, Ending.DELETED)] == world.journal[-1:]
    assert deleted.duration_s == 10
    assert world.wait(3600) == []


def test_delete_of_an_ended_session_is_refused(world: World) -> None:
    """A second delete, and a delete after expiry, find the session expired (ledger: delete_again)."""
    deleted = world.delete(world.create(ANNA, BEN))
    expired = world.create(CARA, DAVE, expiry_s=60)
    world.wait(60)

    for session in (deleted, expired):
        with pytest.raises(Refused) as refused:
            world.delete(session)
        assert refused.value.reason is Reason.SESSION_EXPIRED


@pytest.mark.parametrize("deleted", [True, False])
def test_end_of_a_session_starts_its_cooloff(world: World, deleted: bool) -> None:  # noqa: FBT001
    """From the end, by expiry or delete, until the cool-off is over (ledger: cooloff, cooloff_after_delete)."""
    session = world.create(ANNA, BEN, expiry_s=60, cooloff_s=30)
    if deleted:
        world.delete(session)
    else:
        world.wait(60)
    end = world.engine.now
    cool_off = CoolOff(A, session.uuid, (0, ANNA, BEN), until=end + 30 * SECOND_US)

    assert CoolOffStarted(end, cool_off) == world.journal[-1]
    assert [CoolOffEnded(cool_off.until, cool_off)] == world.wait(3600)


def test_cool_off_is_for_the_pair_that_the_session_had_at_its_end(world: World) -> None:
    """After a party update the new pair is the one that may have its number back."""
    single = world.create(ANNA, cooloff_s=30)
    world.update(single, second=BEN)
    world.delete(single)

    assert world.create(ANNA).number == B
    assert world.create(ANNA, BEN).number == A


def test_world_may_free_the_number_of_a_deleted_session_at_once() -> None:
    """With delete_starts_cooloff off only expiry starts it."""
    world = World(A, B, rules=replace(RULES, delete_starts_cooloff=False))
    world.delete(world.create(ANNA, BEN, cooloff_s=30))
    again = world.create(CARA, DAVE, cooloff_s=30, expiry_s=60)
    world.wait(60)

    assert again.number == A
    assert world.create(ANNA, BEN).number == B


# Finding and forgetting


def test_account_finds_only_its_own_sessions(world: World) -> None:
    """To another account a session does not exist, whatever is asked of it; None sees all."""
    session = world.create(ANNA, BEN)
    asks: tuple[Callable[[], Session], ...] = (
        lambda: world.engine.session(session.uuid, 1),
        lambda: world.update(session, owner=1, expiry_s=60),
        lambda: world.delete(session, owner=1),
    )
    for ask in asks:
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.reason is Reason.SESSION_NOT_FOUND
        assert refused.value.detail == {"uuid": session.uuid}

    assert session == world.engine.session(session.uuid, 0) == world.engine.session(session.uuid)


def test_unknown_uuid_is_not_found(world: World) -> None:
    """Whoever asks (ledger: unknown_session_status)."""
    with pytest.raises(Refused) as refused:
        world.engine.session("f5f5ab9e-0b7a-4b7e-9f5e-000000000000")
    assert refused.value.reason is Reason.SESSION_NOT_FOUND


def test_ended_session_is_found_for_as_long_as_it_is_kept() -> None:
    """Retention counts from creation and concerns only what has ended (ledger: retention)."""
    world = World(A, rules=replace(RULES, retention_us=DAY_US))
    ended, live = world.create(ANNA, BEN), world.create(CARA, DAVE, expiry_s=7 * 86_400)
    world.wait_until(START + DAY_US)

    assert world.now(ended).status is Status.EXPIRED
    world.wait_until(START + DAY_US + 1)
    with pytest.raises(Refused) as refused:
        world.now(ended)
    assert refused.value.reason is Reason.SESSION_NOT_FOUND
    assert live == world.now(live)


def test_oldest_ended_sessions_are_forgotten_past_the_limit() -> None:
    """Half of so few make room at once, those that ended first; live ones stay however old."""
    world = World(A, rules=replace(RULES, sessions_ended_max=4))
    old = world.create(EVE, FINN, expiry_s=86_400)
    ended = [world.delete(world.create(ANNA, BEN)) for _ in range(5)]

    assert SessionsForgotten(START, (ended[0].uuid, ended[1].uuid)) == world.journal[-1]
    assert [old, *ended[2:]] == list(world.engine.state.book.all())
    with pytest.raises(Refused) as refused:
        world.delete(ended[0])
    assert refused.value.reason is Reason.SESSION_NOT_FOUND


def test_few_sessions_are_forgotten_at_once() -> None:
    """However many are kept, room is made for few, so that memory stays level and nobody waits."""
    world = World(A, rules=replace(RULES, sessions_ended_max=1000))
    for _ in range(1001):
        world.delete(world.create(ANNA, BEN))

    forgotten = [event for event in world.journal if isinstance(event, SessionsForgotten)]
    assert [128] == [len(event.uuids) for event in forgotten]


def test_expired_sessions_are_forgotten_like_deleted_ones() -> None:
    """Endless load keeps the book at its limit, and a cool-off outlives its forgotten session."""
    world = World(A, rules=replace(RULES, sessions_ended_max=2))
    for _ in range(20):
        world.create(ANNA, BEN, expiry_s=60, cooloff_s=3600)
        world.wait(60)

    assert len(world.engine.state.book) == 2
    assert len(world.engine.pool.use(A).cool_offs) == 20
    world.wait(3600)
    assert world.engine.pool.use(A).cool_offs == ()
