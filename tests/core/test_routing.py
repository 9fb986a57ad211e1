"""Which session a call belongs to, and what becomes of it: every row of the ledger on routing."""

import pytest
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import Call, Phase, Role, Route
from masking_emulator.core.records.sessions import Status
from masking_emulator.core.refusals import Reason, Refused

from tests.core.play import ANNA, BEN, CARA, DAVE, EVE, FINN, SETTINGS, A, B, World, pin_wish

_ANNOUNCING = replace(SETTINGS, unknown_caller_play="https://example.com/unknown.mp3")


def _ends(call: Call) -> tuple[str, str, Role | None]:
    """Who the call is from and for, and which party the caller is."""
    return call.caller, call.callee, call.legs[0].role


# Registered callers


def test_first_party_reaches_the_second(world: World) -> None:
    """Whoever is in the session is connected (ledger: route_first_party)."""
    session = world.create(ANNA, BEN)
    call = world.call(ANNA)

    assert (Route.CONNECT, session.uuid) == (call.route, call.session)
    assert (ANNA, BEN, Role.FIRST) == _ends(call)


def test_second_party_reaches_the_first(world: World) -> None:
    """The other way round too (ledger: route_second_party)."""
    session = world.create(ANNA, BEN)
    call = world.call(BEN)

    assert (Route.CONNECT, session.uuid) == (call.route, call.session)
    assert (BEN, ANNA, Role.SECOND) == _ends(call)


def test_caller_and_number_find_the_session(world: World) -> None:
    """One caller has two sessions: the number that was dialled tells which (ledger: party_blocks_number)."""
    world.create(ANNA, BEN)
    second = world.create(ANNA, CARA)
    call = world.call(ANNA, second.number)

    assert (second.uuid, CARA) == (call.session, call.callee)


def test_one_number_tells_disjoint_pairs_apart(world: World) -> None:
    """Two sessions share a number, and each caller reaches the own counterpart (ledger: one_number_many_pairs)."""
    world.create(ANNA, BEN)
    world.create(CARA, DAVE)

    assert [BEN, ANNA, DAVE, CARA] == [world.call(caller).callee for caller in (ANNA, BEN, CARA, DAVE)]


def test_party_of_a_session_elsewhere_is_unknown_here(world: World) -> None:
    """Being registered counts on the own number only."""
    world.create(ANNA, BEN)
    world.create(ANNA, CARA)
    call = world.call(BEN, B)

    assert (Route.REFUSE, "", Phase.ENDED) == (call.route, call.session, call.phase)


def test_registered_caller_of_a_pin_session_needs_no_pin(world: World) -> None:
    """Without force_pin_authentication (ledger: route_registered_without_pin)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))

    assert Route.CONNECT is world.call(ANNA).route


def test_registered_caller_of_a_forced_session_types_a_pin(world: World) -> None:
    """force_pin_authentication asks everybody (ledger: route_forced_pin)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222", forced=True))
    call = world.call(ANNA, digits=["1111"])

    assert (Route.ASK_PIN, "") == (call.route, call.session)
    world.wait(5)
    assert (ANNA, BEN, Role.FIRST) == _ends(world.call_now(call))


def test_registered_caller_types_the_own_pin(world: World) -> None:
    """The other party's PIN, or another session's, does not help a registered caller (ledger: route_forced_own_pin)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222", forced=True))
    world.create(CARA, DAVE, pins=pin_wish("3333", "4444"))
    call = world.call(ANNA, manual=True)
    other = world.call(ANNA, manual=True)

    assert Phase.PAUSING is world.type_digits(call, "2222").phase
    assert Phase.PAUSING is world.type_digits(other, "3333").phase


# Unknown callers


def test_pin_of_the_first_party_reaches_the_second(world: World) -> None:
    """Whoever types it counts as the first party (ledger: route_pin)."""
    session = world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    call = world.type_digits(world.call(EVE, manual=True), "1111")

    assert (EVE, BEN, Role.FIRST) == _ends(call)
    assert (session.uuid, Phase.RINGING_SECOND) == (call.session, call.phase)


def test_pin_of_the_second_party_reaches_the_first(world: World) -> None:
    """And the other way round (ledger: route_pin)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))

    assert (EVE, ANNA, Role.SECOND) == _ends(world.type_digits(world.call(EVE, manual=True), "2222"))


def test_pin_selects_among_the_sessions_on_a_number(world: World) -> None:
    """Whichever session's prompt plays, every live PIN on the number is known (ledger: route_pin_among_sessions)."""
    first = world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    world.create(CARA, DAVE, pins=pin_wish("3333", "4444"))
    call = world.type_digits(world.call(EVE, manual=True), "1111")

    assert (first.uuid, BEN) == (call.session, call.callee)


def test_same_pin_in_two_sessions_reaches_the_newest(world: World) -> None:
    """Supplied PINs may collide: the session that was created last has them (ledger: route_pin_collision)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    world.create(CARA, DAVE, pins=pin_wish("1111", "3333"))

    assert world.type_digits(world.call(EVE, manual=True), "1111").callee == DAVE


def test_pin_of_the_older_session_works_again_after_the_newest_ended(world: World) -> None:
    """Only live sessions hold PINs."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    world.delete(world.create(CARA, DAVE, pins=pin_wish("1111", "3333")))

    assert world.type_digits(world.call(EVE, manual=True), "1111").callee == BEN


@pytest.mark.parametrize("digits", ["", "111", "11110", "1111#", "9999"])
def test_other_digits_are_no_pin(world: World, digits: str) -> None:
    """What is typed must be a PIN, the whole PIN and nothing else (ledger: route_pin_whole)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))

    assert Phase.PAUSING is world.type_digits(world.call(EVE, manual=True), digits).phase


def test_pin_of_a_session_that_ended_meanwhile_is_wrong(world: World) -> None:
    """The caller is asked on, and no session takes the call."""
    session = world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    call = world.call(EVE, manual=True)
    world.delete(session)

    assert Phase.PAUSING is world.type_digits(call, "1111").phase


def test_own_pin_of_a_registered_caller_is_wrong_after_the_session_ended(world: World) -> None:
    """The same where the session asks its own parties."""
    session = world.create(ANNA, BEN, pins=pin_wish("1111", "2222", forced=True))
    call = world.call(ANNA, manual=True)
    world.delete(session)

    assert Phase.PAUSING is world.type_digits(call, "1111").phase


def test_unknown_caller_hears_the_message(world: World) -> None:
    """Then the call ends. It is no call of the session's (ledger: route_unknown_play)."""
    session = world.create(ANNA, BEN, settings=_ANNOUNCING)
    call = world.call(EVE)

    assert (Route.ANNOUNCE, Phase.ANNOUNCING, "", session.uuid) == (call.route, call.phase, call.session, call.host)
    world.wait(2)
    assert Phase.ENDED is world.call_now(call).phase
    assert Status.ACTIVE is world.now(session).status
    assert () == world.now(session).history.interactions


def test_unknown_caller_is_not_connected(world: World) -> None:
    """Neither PIN nor message is set (ledger: route_unknown_refused)."""
    world.create(ANNA, BEN)
    call = world.call(EVE)

    assert (Route.REFUSE, Phase.ENDED, "") == (call.route, call.phase, call.callee)


def test_pin_of_one_session_comes_before_the_message_of_another(world: World) -> None:
    """Sessions with PIN are looked up before messages (ledger: route_unknown_play)."""
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    world.create(CARA, DAVE, settings=_ANNOUNCING)

    assert Route.ASK_PIN is world.call(EVE).route


# Sessions with a single party


@pytest.mark.parametrize(("first", "second", "role"), [(ANNA, "", Role.SECOND), ("", ANNA, Role.FIRST)])
def test_anyone_reaches_the_party_of_a_single_party_session(first: str, second: str, role: Role) -> None:
    """The caller stands in for the party that is missing (ledger: route_single_party)."""
    world = World(A)
    world.create(first, second)
    call = world.call(EVE)

    assert Route.ANYONE is call.route
    assert (EVE, ANNA, role) == _ends(call)


@pytest.mark.parametrize("pin", ["1111", "2222"])
@pytest.mark.parametrize(("first", "second", "role"), [(ANNA, "", Role.SECOND), ("", ANNA, Role.FIRST)])
def test_pin_reaches_the_party_of_a_single_party_session(first: str, second: str, role: Role, pin: str) -> None:
    """Either PIN leads to the only party that there is (ledger: route_single_party_pin)."""
    world = World(A)
    world.create(first, second, pins=pin_wish("1111", "2222"))
    call = world.call(EVE, manual=True)

    assert Route.ASK_PIN is call.route
    assert (EVE, ANNA, role) == _ends(world.type_digits(call, pin))


@pytest.mark.parametrize(("first", "second"), [(ANNA, ""), ("", ANNA)])
def test_registered_party_reaches_whom_it_spoke_to_last(first: str, second: str) -> None:
    """The other side of the last interaction (ledger: route_last_interaction)."""
    world = World(A)
    world.create(first, second)
    for caller in (EVE, FINN):
        world.call(caller)
        world.wait(60)

    assert world.call(ANNA).callee == FINN


def test_registered_party_calls_back_whom_it_missed(world: World) -> None:
    """A call that nobody answered is an interaction too."""
    world.create(ANNA)
    world.phone(ANNA, hangup_after_s=1)
    world.call(EVE)
    world.wait(60)
    world.phone(ANNA, hangup_after_s=1, after_s=50)
    world.call(FINN)
    world.wait(60)

    assert world.call(ANNA).callee == FINN


def test_own_call_keeps_the_counterpart(world: World) -> None:
    """Calling back leaves the same person on the other side."""
    world.create(ANNA)
    world.call(EVE)
    world.wait(60)
    world.call(ANNA)
    world.wait(60)

    assert world.call(ANNA).callee == EVE


def test_registered_party_without_a_past_is_not_connected(world: World) -> None:
    """There is nobody to route to: treated as an unknown caller (ledger: route_no_last_interaction)."""
    world.create(ANNA)

    assert Route.REFUSE is world.call(ANNA).route


def test_registered_party_without_a_past_hears_the_message(world: World) -> None:
    """As an unknown caller would."""
    world.create(ANNA, settings=_ANNOUNCING)

    assert Route.ANNOUNCE is world.call(ANNA).route


def test_message_for_unknown_callers_counts_without_pin_only(world: World) -> None:
    """Source: vendor page, unknown_caller_play. No PIN would lead a lonely party anywhere either."""
    world.create(ANNA, settings=_ANNOUNCING, pins=pin_wish("1111", "2222"))
    world.create(CARA, DAVE, settings=_ANNOUNCING, pins=pin_wish("3333", "4444"))

    assert Route.REFUSE is world.call(ANNA).route
    assert Route.ASK_PIN is world.call(EVE).route


def test_added_party_is_reached_in_place_of_the_last_caller(world: World) -> None:
    """An update that names the missing party makes a session of two (ledger: update_parties)."""
    session = world.create(ANNA)
    world.call(EVE)
    world.wait(60)
    world.update(session, second=BEN)

    assert (ANNA, BEN, Role.FIRST) == _ends(world.call(ANNA))
    assert Route.REFUSE is world.call(EVE).route


# No session, no number


def test_number_without_a_session_is_answered_by_its_application(world: World) -> None:
    """Outside of masking, so the call ends here, and costs nothing (ledger: route_no_session)."""
    call = world.call(ANNA)

    assert (Route.APPLICATION, Phase.ENDED, 0) == (call.route, call.phase, call.amount_micros)


def test_ended_session_takes_no_call(world: World) -> None:
    """After session_expiry new calls are not forwarded (ledger: route_no_session)."""
    world.create(ANNA, BEN, expiry_s=60)
    world.wait(60)

    assert Route.APPLICATION is world.call(ANNA).route


def test_suspended_number_takes_no_call(world: World) -> None:
    """Its sessions are elsewhere."""
    session = world.create(ANNA, BEN)
    world.replace_number(A)

    assert Route.APPLICATION is world.call(ANNA, A).route
    assert session.uuid == world.call(ANNA, B).session


def test_number_outside_the_pool_is_refused(world: World) -> None:
    """Nobody can dial what is not there."""
    with pytest.raises(Refused) as refused:
        world.call(ANNA, "14155559999")
    assert refused.value.reason is Reason.NUMBER_UNKNOWN
