"""A session whose expiry comes while a call of it runs: both readings, each the same at every door."""

import pytest
from masking_emulator.core.books.session_query import SessionQuery
from masking_emulator.core.commands import PinWish
from masking_emulator.core.consistency import contradictions
from masking_emulator.core.engine import Engine
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import Call, CallSignal, Phase, Route
from masking_emulator.core.records.sessions import CoolOff, Session, Settings, Status
from masking_emulator.core.refusals import Reason, Refused

from tests.core.play import ANNA, BEN, CARA, DAVE, EVE, RULES, SEED, SETTINGS, START, TELLING, A, B, World, pin_wish

_WAITING = replace(RULES, expiry_waits=True)


def _seen(world: World, session: Session) -> tuple[Status, list[str], list[str]]:
    """The status of the session, and the UUIDs in the lists of live and of ended sessions."""
    live, ended = (world.engine.select(SessionQuery(limit=9, offset=0, live=live))[1] for live in (True, False))
    return world.now(session).status, [s.uuid for s in live], [s.uuid for s in ended]


def _standing(world: World, session: Session) -> tuple[Status, int, int]:
    """Status, running calls, and calls that ended."""
    now = world.now(session)
    return now.status, now.running, len(now.history.interactions)


def _talk(world: World, caller: str) -> Call:
    """A call that somebody answers at once, and that lasts until somebody hangs up."""
    return world.step(world.call(caller, manual=True), CallSignal.ANSWERED)


def test_session_that_expired_during_a_call_is_expired_everywhere(world: World) -> None:
    """What one door says, the others say: it is in no list of live ones, and cannot be updated or deleted."""
    session = world.create(ANNA, BEN, expiry_s=60)
    world.wait(50)
    world.call(ANNA)
    world.wait(10)

    assert (Status.EXPIRED, [], [session.uuid]) == _seen(world, session)
    for change in (world.delete, world.update):
        with pytest.raises(Refused) as refused:
            change(session)
        assert refused.value.reason is Reason.SESSION_EXPIRED


def test_session_that_waits_for_its_call_is_live_everywhere() -> None:
    """The rule `expiry_waits`: it is in progress, in the list of live ones, and in no other, until the call ends."""
    world = World(A, B, rules=_WAITING)
    session = world.create(ANNA, BEN, expiry_s=60, settings=TELLING)
    world.wait(50)
    world.call(ANNA)
    world.wait(10)
    assert (Status.IN_PROGRESS, [session.uuid], []) == _seen(world, session)
    assert "timed out" not in world.told(session)[-1]

    world.wait(23)
    assert (Status.EXPIRED, [], [session.uuid]) == _seen(world, session)
    assert START + 60 * SECOND_US == world.now(session).expires_at
    assert "timed out" in world.told(session)[-1]


def test_session_that_waits_for_its_calls_expires_with_the_last_of_them() -> None:
    """One of two ends: the session waits for the other."""
    world = World(A, rules=_WAITING)
    session = world.create(ANNA, BEN, expiry_s=60)
    one, two = _talk(world, ANNA), _talk(world, BEN)
    world.wait(60)

    world.step(one, CallSignal.CALLER_HUNG_UP)
    assert (Status.IN_PROGRESS, 1, 1) == _standing(world, session)
    world.step(two, CallSignal.CALLER_HUNG_UP)
    assert (Status.EXPIRED, 0, 2) == _standing(world, session)


def test_session_that_waits_for_its_call_may_be_updated_and_deleted() -> None:
    """It is live: an update keeps it waiting, a new expiry gives it time, a delete ends it now."""
    world = World(A, rules=_WAITING)
    session = world.create(ANNA, BEN, expiry_s=60)
    call = _talk(world, ANNA)
    world.wait(70)

    world.update(session, record=True)
    world.wait(10)
    assert (Status.IN_PROGRESS, 1, 0) == _standing(world, session)
    world.update(session, expiry_s=60)
    world.step(call, CallSignal.CALLER_HUNG_UP)
    assert (Status.ACTIVE, 0, 1) == _standing(world, session)
    world.wait(60)
    assert Status.EXPIRED is world.now(session).status

    other = world.create(CARA, DAVE, expiry_s=60)
    _talk(world, CARA)
    world.wait(70)
    assert world.engine.now == world.delete(other).expires_at
    assert Status.EXPIRED is world.now(other).status


@pytest.mark.parametrize(
    ("caller", "pins", "settings"),
    [
        (ANNA, None, SETTINGS),
        (EVE, None, replace(SETTINGS, unknown_caller_play="https://example.com/unknown.mp3")),
        (EVE, pin_wish("1111", "2222"), SETTINGS),
    ],
    ids=["party", "unknown-caller", "pin"],
)
def test_session_that_waits_for_its_call_takes_no_other(caller: str, pins: PinWish | None, settings: Settings) -> None:
    """Its expiry has come, and after that no new call is forwarded, asked for a PIN, or told a message."""
    world = World(A, rules=_WAITING)
    world.create(ANNA, BEN, expiry_s=60, pins=pins, settings=settings)
    _talk(world, BEN)
    world.wait(60)

    assert Route.REFUSE is world.call(caller).route


def test_single_party_session_that_waits_for_its_call_takes_no_other() -> None:
    """Anybody was connected before its expiry; after it nobody is."""
    world = World(A, rules=_WAITING)
    world.create(ANNA, expiry_s=60)
    assert Route.ANYONE is _talk(world, EVE).route
    world.wait(60)

    assert Route.REFUSE is world.call(CARA).route


def test_pin_of_a_session_that_waits_for_its_call_is_wrong() -> None:
    """A caller who was asked before the expiry and answers after it is not connected."""
    world = World(A, rules=_WAITING)
    session = world.create(ANNA, BEN, expiry_s=60, pins=pin_wish("1111", "2222"))
    _talk(world, ANNA)
    world.wait(50)
    dialogue = world.call(EVE, manual=True)
    world.wait(10)

    assert Status.IN_PROGRESS is world.now(session).status
    assert Phase.PAUSING is world.type_digits(dialogue, "1111").phase


def test_cooloff_of_a_session_that_waits_begins_when_it_leaves_its_number() -> None:
    """The number is its own until its last call ends."""
    world = World(A, B, rules=_WAITING)
    session = world.create(ANNA, BEN, expiry_s=60, cooloff_s=10)
    call = _talk(world, ANNA)
    world.wait(70)
    world.step(call, CallSignal.CALLER_HUNG_UP)

    cool_off = CoolOff(A, session.uuid, session.pair, until=START + 80 * SECOND_US)
    assert (cool_off,) == world.engine.pool.use(A).cool_offs


def test_session_that_waits_for_its_call_may_be_kept_and_restored() -> None:
    """It has no timer any more, which contradicts nothing, and it still ends with its call."""
    world = World(A, rules=_WAITING)
    session = world.create(ANNA, BEN, expiry_s=60)
    call = _talk(world, ANNA)
    world.wait(70)
    snapshot = world.engine.snapshot()
    assert [] == list(contradictions(snapshot, accounts=1))

    world.engine = Engine.restored(snapshot, rules=_WAITING, seed=SEED)
    world.step(call, CallSignal.CALLER_HUNG_UP)
    assert Status.EXPIRED is world.now(session).status
