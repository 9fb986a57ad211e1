"""The one door: time, commands, refusals and forks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest
from masking_emulator.core import instants
from masking_emulator.core.books.session_query import SessionQuery
from masking_emulator.core.commands import AddNumber, Command, DeleteSession, UpdateSession
from masking_emulator.core.events import CoolOffEnded, CoolOffStarted, SessionExpired
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.refusals import Reason, Refused

from tests.core.play import (
    ANNA,
    BEN,
    CARA,
    DAVE,
    EVE,
    FINN,
    START,
    A,
    B,
    C,
    World,
    creation,
    pin_wish,
)

# The recorded trace


@dataclass(frozen=True, slots=True)
class _Row:
    """One session of the trace: when it was created, its parties, and what must come out."""

    created: str
    first: str
    second: str
    number: str
    expires: str
    duration_s: int = 1800
    expiry_s: int = 1800


#: The order in which the pool of the recorded trace prefers its numbers.
_POOL: Final = {"A": "919790969500", "B": "919164700911", "C": "919890969516", "D": "919890969515"}

#: plivo-java, maskingSessionListResponse.json. Seconds as recorded; the fractions, which it lost, are chosen so
#: that the recorded durations come out.
_TRACE: Final = (
    _Row("05-22T15:01:23", "1932", "5595", "A", "05-22T15:31:23"),
    _Row("05-22T15:03:00", "1932", "5593", "B", "05-22T15:33:00"),
    _Row("05-23T04:57:45", "1932", "5593", "A", "05-23T05:27:45"),
    _Row("05-23T04:57:50", "1932", "5592", "B", "05-23T05:27:50"),
    _Row("05-23T04:57:54", "1932", "5591", "C", "05-23T05:27:54"),
    _Row("05-23T04:57:58", "1932", "5590", "D", "05-23T05:27:58"),
    _Row("05-23T06:40:43", "1932", "5590", "A", "05-23T07:10:43"),
    _Row("05-23T06:40:50", "1932", "5591", "B", "05-23T07:10:50"),
    _Row("05-23T06:40:54", "1932", "5592", "C", "05-23T07:10:54"),
    _Row("05-23T06:40:59", "1932", "5593", "D", "05-23T07:10:59"),
    _Row("05-23T07:56:22.900000", "2042", "3402", "A", "05-23T08:18:10.100000", duration_s=1307),
    _Row("05-23T08:18:16", "1932", "5593", "A", "05-23T08:48:16"),
    _Row("05-23T08:18:23", "1932", "5592", "B", "05-23T08:48:23"),
    _Row("05-23T08:18:27", "1932", "5591", "C", "05-23T08:48:27"),
    _Row("05-23T08:55:29", "1912", "5500", "A", "05-23T09:25:29"),
    _Row("05-23T10:44:37.900000", "2042", "5504", "A", "05-23T11:14:49.100000", duration_s=1811),
    _Row("05-23T10:44:42", "2042", "5502", "B", "05-23T11:14:42"),
    _Row("05-23T10:44:46", "2042", "5503", "C", "05-23T11:14:46"),
    _Row("05-29T04:47:18", "2011", "8648", "A", "05-29T09:57:13", duration_s=18_595, expiry_s=6000),
)


def _at(text: str) -> int:
    return instants.read(f"2024-{text}Z")


def _party(last_digits: str) -> str:
    return f"91987650{last_digits}"


def _play_trace() -> list[Session]:
    """The trace's sessions as they are when all have ended, in order of creation."""
    world = World(*_POOL.values(), now=_at("05-22T00:00:00"))
    sessions: dict[int, Session] = {}

    def create(row: _Row) -> Callable[[], object]:
        return lambda: sessions.setdefault(
            _TRACE.index(row), world.create(_party(row.first), _party(row.second), expiry_s=row.expiry_s)
        )

    steps = [(_at(row.created), create(row)) for row in _TRACE]
    steps += [
        (_at("05-23T08:18:10.100000"), lambda: world.delete(sessions[10])),
        (_at("05-23T10:44:49.100000"), lambda: world.create(_party("2042"), _party("5504"))),
        (_at("05-29T05:23:53"), lambda: world.update(sessions[18], expiry_s=16_400)),
    ]
    for instant, step in sorted(steps, key=lambda pair: pair[0]):
        world.wait_until(instant)
        step()
    world.wait(86_400)
    return [world.now(sessions[place]) for place in range(len(_TRACE))]


def test_recorded_trace_comes_out_exactly() -> None:
    """Number, end and duration of all 19 recorded sessions (ledger: pool_order, duration)."""
    played = _play_trace()

    assert [_POOL[row.number] for row in _TRACE] == [session.number for session in played]
    assert [_at(row.expires) for row in _TRACE] == [session.expires_at for session in played]
    assert [row.duration_s for row in _TRACE] == [session.duration_s for session in played]
    assert len(_TRACE) == len({session.uuid for session in played})


# Time


def test_timers_run_at_their_own_instants_in_order(world: World) -> None:
    """One long wait is many short ones: each expiry carries its own instant."""
    late = world.create(ANNA, BEN, expiry_s=120)
    early = world.create(CARA, DAVE, expiry_s=60, cooloff_s=30)
    events = world.wait(3600)

    assert [SessionExpired, CoolOffStarted, CoolOffEnded, SessionExpired] == [type(event) for event in events]
    assert [(event.at - START) // SECOND_US for event in events] == [60, 60, 90, 120]
    ended = [event.session.uuid for event in events if isinstance(event, SessionExpired)]
    assert [early.uuid, late.uuid] == ended


def test_one_long_wait_equals_many_short_ones(world: World) -> None:
    """How time is cut does not show in events or state."""
    world.create(ANNA, BEN, expiry_s=60, cooloff_s=30)
    world.create(CARA, DAVE, expiry_s=61)
    twin = world.fork()
    world.wait(100)
    for _ in range(200):
        twin.wait(0.5)

    assert world.journal == twin.journal
    assert world.picture() == twin.picture()


def test_timers_of_one_instant_run_in_the_order_of_setting(world: World) -> None:
    """Setting an expiry again goes to the end of the queue."""
    one, other = world.create(ANNA, BEN, expiry_s=60), world.create(CARA, DAVE, expiry_s=60)
    world.update(one, expiry_s=60)

    ended = [event.session.uuid for event in world.wait(60) if isinstance(event, SessionExpired)]
    assert [other.uuid, one.uuid] == ended


def test_session_lives_up_to_its_expiry_and_not_at_it(world: World) -> None:
    """Expiry at noon is over at noon."""
    session = world.create(ANNA, BEN, expiry_s=60)
    world.wait_until(session.expires_at - 1)

    assert world.now(session).is_live
    world.wait(0.000001)
    assert not world.now(session).is_live
    with pytest.raises(Refused) as refused:
        world.delete(session)
    assert refused.value.reason is Reason.SESSION_EXPIRED


def test_time_never_goes_back(world: World) -> None:
    """Advancing to the past does nothing."""
    world.wait(10)

    assert world.wait_until(START) == []
    assert world.engine.now == START + 10 * SECOND_US


def test_deadline_is_the_next_instant_at_which_something_happens(world: World) -> None:
    """Expiries and ends of cool-offs count; without them there is no deadline."""
    assert world.engine.deadline() is None
    session = world.create(ANNA, BEN, expiry_s=60, cooloff_s=30)
    assert world.engine.deadline() == START + 60 * SECOND_US
    world.delete(session)
    assert world.engine.deadline() == START + 30 * SECOND_US
    world.wait(30)
    assert world.engine.deadline() is None


# Refusals


def _refusals() -> dict[Reason, Callable[[World], Command]]:
    """A way into every refusal that a created, a single-party and an ended session allow."""

    def session(world: World, ordinal: int) -> str:
        return next(s.uuid for s in world.engine.state.book.all() if s.ordinal == ordinal)

    return {
        Reason.SESSION_NOT_FOUND: lambda _: DeleteSession(None, "unknown"),
        Reason.SESSION_EXPIRED: lambda world: DeleteSession(None, session(world, 3)),
        Reason.POOL_EXHAUSTED: lambda _: creation(EVE, "", pins=None),
        Reason.PARTIES_EQUAL: lambda _: creation(EVE, EVE),
        Reason.PARTY_FIXED: lambda world: UpdateSession(None, session(world, 1), CARA, None, 60, {"record": True}),
        Reason.PARTY_BUSY: lambda world: UpdateSession(None, session(world, 2), None, ANNA, 60, {"record": True}),
        Reason.PINS_EQUAL: lambda _: creation(EVE, FINN, pins=pin_wish("1111", "1111")),
        Reason.PINS_EXHAUSTED: lambda _: creation(EVE, FINN, pins=pin_wish(length=0)),
        Reason.NUMBER_KNOWN: lambda _: AddNumber(A, 1, owner=0),
    }


@pytest.mark.parametrize("reason", _refusals())
def test_refused_command_leaves_no_trace(reason: Reason) -> None:
    """Neither sessions nor numbers, timers or streams of chance show that it was asked."""
    world = World(A)
    world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    world.create(DAVE, pins=pin_wish("3333", "4444"))
    world.delete(world.create(CARA, FINN))
    before = world.picture()
    with pytest.raises(Refused) as refused:
        world.do(_refusals()[reason](world))

    assert refused.value.reason is reason
    assert before == world.picture()


def test_refused_create_gives_back_its_draws() -> None:
    """PINs run out after UUID and first PIN were drawn; what follows is as if nobody had asked."""
    world = World(A)
    for digit in range(9):
        world.create(f"120255503{digit:02}", pins=pin_wish(str(digit), f"{digit}{digit}"))
    silent = world.fork()
    with pytest.raises(Refused) as refused:
        world.create(EVE, FINN, pins=pin_wish(length=1))

    assert refused.value.reason is Reason.PINS_EXHAUSTED
    assert silent.create(EVE, FINN, pins=pin_wish()) == world.create(EVE, FINN, pins=pin_wish())


# Reading


def test_reading_changes_nothing(world: World) -> None:
    """Gets, lists and deadlines leave the engine as it was."""
    session = world.create(ANNA, BEN, pins=pin_wish())
    world.update(session, expiry_s=600)
    before = world.picture()
    world.now(session)
    world.engine.select(SessionQuery(limit=20, offset=0, live=True, first_party=ANNA))
    world.engine.deadline()
    world.engine.pool.use(C)

    assert before == world.picture()


def test_select_lists_newest_first(world: World) -> None:
    """Order of a list is by creation, descending; offset counts sessions (ledger: list_order)."""
    first, second, third = world.create(ANNA, BEN), world.create(CARA, DAVE), world.create(EVE, FINN)

    assert (3, [third, second]) == world.engine.select(SessionQuery(limit=2, offset=0))
    assert (3, [first]) == world.engine.select(SessionQuery(limit=2, offset=2))
    assert world.engine.select(SessionQuery(limit=2, offset=3)) == (3, [])


# Forks and seeds


def test_fork_is_independent_in_both_directions(world: World) -> None:
    """What happens to one of two worlds does not happen to the other."""
    world.create(ANNA, BEN, expiry_s=60, cooloff_s=30, pins=pin_wish())
    world.delete(world.create(CARA, DAVE, cooloff_s=30))
    for changed, kept in [(world, world.fork()), (world.fork(), world)]:
        before = kept.picture()
        changed.create(EVE, FINN, pins=pin_wish())
        changed.add(f"1415555019{len(kept.journal)}")
        changed.wait(3600)

        assert before == kept.picture()


def test_fork_continues_as_its_origin_would(world: World) -> None:
    """Same state, same instant, same chance: same commands, same events."""
    world.create(ANNA, BEN, expiry_s=60, cooloff_s=30, pins=pin_wish())
    twin = world.fork()
    for each in (world, twin):
        each.create(CARA, DAVE, pins=pin_wish())
        each.wait(90)

    assert world.journal == twin.journal
    assert world.picture() == twin.picture()


def test_same_seed_and_inputs_give_the_same_events() -> None:
    """A run can be repeated; another seed gives other UUIDs and PINs, and nothing else."""
    one, same, other = (World(A, B, seed=seed) for seed in (1, 1, 2))
    sessions = [world.create(ANNA, BEN, pins=pin_wish()) for world in (one, same, other)]

    assert one.journal == same.journal
    assert sessions[0].uuid != sessions[2].uuid
    assert sessions[0].pins != sessions[2].pins
    assert sessions[0].number == sessions[2].number
