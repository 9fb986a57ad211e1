"""A snapshot of the core, and a state from it again: only records and a few orders are in it."""

from masking_emulator.core.engine import Engine
from masking_emulator.core.records.sessions import Status

from tests.core.play import ANNA, BEN, CARA, DAVE, RULES, SEED, A, B, World


def _restored(world: World) -> World:
    twin = world.fork()
    twin.engine = Engine.restored(world.engine.snapshot(), rules=RULES, seed=SEED)
    return twin


def test_restored_engine_is_what_the_engine_was() -> None:
    """Sessions live and ended, what is on the numbers, timers in their order, chance."""
    world = World(A, B)
    ended = world.create(ANNA, BEN, cooloff_s=600)
    world.create(CARA, DAVE)
    world.create(ANNA)
    world.delete(ended)
    twin = _restored(world)

    assert world.engine.snapshot() == twin.engine.snapshot()
    assert world.live() == twin.live()
    assert [world.engine.pool.use(number) for number in (A, B)] == [twin.engine.pool.use(number) for number in (A, B)]


def test_restored_engine_draws_what_the_engine_would_have_drawn() -> None:
    """The next session has the same UUID and the same number."""
    world = World(A, B)
    world.create(ANNA, BEN)
    twin = _restored(world)

    assert world.create(CARA, BEN) == twin.create(CARA, BEN)


def test_number_alone_stays_alone() -> None:
    """A single-party session keeps its number to itself, although that is not written down."""
    world = World(A, B)
    alone = world.create(ANNA)
    twin = _restored(world)

    assert (A, B) == (alone.number, twin.create(CARA, DAVE).number)


def test_timers_of_the_same_instant_keep_their_order() -> None:
    """What was set first is done first."""
    world = World(A, B)
    made = [world.create(first, second, expiry_s=60) for first, second in ((ANNA, BEN), (CARA, DAVE), (ANNA, DAVE))]
    twin = _restored(world)

    assert world.wait(60) == twin.wait(60)
    assert [Status.EXPIRED] * 3 == [twin.now(session).status for session in made]


def test_snapshot_does_not_change_with_the_engine() -> None:
    """It is taken at an instant."""
    world = World(A)
    before = world.engine.snapshot()
    world.create(ANNA, BEN)

    assert () == before.sessions
    assert before != world.engine.snapshot()
