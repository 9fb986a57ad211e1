"""The state as the fold of its events."""

from dataclasses import replace

from emulator.core.events import NumberAdded, NumberReleased, SessionsForgotten
from emulator.core.state import State
from tests.core.play import ANNA, BEN, CARA, DAVE, DELHI, EVE, RULES, SEED, A, B, World, picture, pin_wish


def test_state_is_the_fold_of_its_events() -> None:
    """A journal rebuilds sessions, pool, timers and counts: chance alone is an input of its own."""
    world = World(A, B, rules=replace(RULES, sessions_ended_max=2))
    world.add(DELHI, owner=1)
    for expiry_s in (60, 70, 80):
        world.create(ANNA, BEN, expiry_s=expiry_s, cooloff_s=100)
        world.wait(90)
    world.create(ANNA, BEN, expiry_s=60)
    world.create(ANNA, BEN, pins=pin_wish())
    single = world.create(CARA)
    world.update(single, second=DAVE, expiry_s=600)
    world.delete(world.create(EVE, "", pins=pin_wish()))

    rebuilt = State(world.engine.state.rules, SEED)
    for event in world.journal:
        rebuilt.absorb(event)
    assert {NumberAdded, NumberReleased, SessionsForgotten} < {type(event) for event in world.journal}
    assert picture(world.engine.state) == picture(rebuilt)


def test_only_live_sessions_have_timers() -> None:
    """Each live session has one timer, at its expiry, however often that moved; an ended one has none."""
    world = World(A)
    session = world.create(ANNA, BEN, expiry_s=60)
    world.create(ANNA, BEN, expiry_s=600)
    session = world.update(session, expiry_s=300)

    assert [session.expires_at] == [at for at, *_ in world.engine.state.timers.entries()]
    world.delete(session)
    assert world.engine.state.timers.entries() == []
