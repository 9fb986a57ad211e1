"""Replay: the same seed and the same inputs give the same bytes, whatever the inputs are."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.core.chance import Seed
from emulator.core.commands import AddNumber, Command, DeleteSession, UpdateSession
from emulator.core.events import SessionCreated
from emulator.core.instants import SECOND_US
from emulator.core.refusals import Refused
from emulator.journal import event_json
from emulator.world import World
from emulator.worldfile import world_of
from tests.core.play import creation, pin_wish

PEOPLE: Final = [f"1202555{number:04}" for number in range(4)]

#: A pool so small that creates are refused, cool off and come back.
WORLD: Final[Any] = {
    "account": {"auth_id": "MAEMULATORREPLAY0001"},
    "clock": {"start": "2026-01-01T00:00:00Z", "rate": 0},
    "numbers": [{"number": "+14155550100"}, {"number": "+14155550101"}],
}


@dataclass(frozen=True, slots=True)
class Step:
    """Seconds to let pass, then a command. `about` picks the session that it is about."""

    after_s: int
    verb: str
    first: str
    second: str
    cooloff_s: int
    pins: bool
    about: int

    def command(self, created: Sequence[str]) -> Command:
        """What to ask, given the uuids of the sessions so far."""
        uuid = created[self.about % len(created)] if created else "nobody"
        match self.verb:
            case "create":
                pins = pin_wish() if self.pins else None
                return creation(self.first, self.second, expiry_s=600, cooloff_s=self.cooloff_s, pins=pins)
            case "update":
                return UpdateSession(None, uuid, None, None, 300, {"record": self.pins})
            case "delete":
                return DeleteSession(None, uuid)
            case _:
                return AddNumber(f"1415555{self.about:04}", 1, 0)


STEPS = st.lists(
    st.builds(
        Step,
        after_s=st.sampled_from([0, 1, 300, 900]),
        verb=st.sampled_from(["create", "create", "create", "update", "delete", "add"]),
        first=st.sampled_from(PEOPLE),
        second=st.sampled_from([*PEOPLE, ""]),
        cooloff_s=st.sampled_from([0, 600]),
        pins=st.booleans(),
        about=st.integers(0, 9),
    ),
    max_size=20,
)


def played(world: World, steps: Sequence[Step]) -> tuple[str, list[str]]:
    """The journal as JSON, refusals between the events, and the uuids of the sessions."""
    told: list[Any] = []
    created: list[str] = []
    for step in steps:
        asyncio.run(world.advance_to(world.clock.now() + step.after_s * SECOND_US))
        try:
            events = world.do(step.command(created))
        except Refused as refused:
            told.append(refused.reason.name)
        else:
            created += [event.session.uuid for event in events if isinstance(event, SessionCreated)]
        told.append(world.draw_api_id())
    asyncio.run(world.advance_to(world.clock.now() + 86_400 * SECOND_US))
    told += [[sequence, event_json(event)] for sequence, event in world.journal.after(0, 1000)]
    return json.dumps(told), created


def world(seed: Seed) -> World:
    """A new world of this seed."""
    return World(world_of({**WORLD, "seed": seed}))


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, seed=st.integers() | st.text(st.characters(codec="utf-8"), max_size=8))
def test_same_seed_and_inputs_give_the_same_bytes(steps: Sequence[Step], seed: Seed) -> None:
    """Two worlds of one seed tell the same story to the letter: uuids, PINs, instants, refusals."""
    assert played(world(seed), steps) == played(world(seed), steps)


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_reset_plays_the_same_again(steps: Sequence[Step]) -> None:
    """A world that was reset is as good as a new one."""
    replayed = world(7)
    first = played(replayed, steps)
    asyncio.run(_reset(replayed))

    assert first == played(replayed, steps)


async def _reset(replayed: World) -> None:
    replayed.reset()


@settings(max_examples=30, deadline=None)
@given(before=STEPS, after=STEPS)
def test_fork_plays_on_like_its_original(before: Sequence[Step], after: Sequence[Step]) -> None:
    """A copy, given the same inputs from there on, tells the same story."""
    original = world(7)
    played(original, before)
    twin = original.fork(original.accounts)

    assert played(original, after) == played(twin, after)


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_another_seed_gives_other_uuids(steps: Sequence[Step]) -> None:
    """The story is the same, and no uuid is."""
    _, of_one = played(world(1), steps)
    _, of_other = played(world(2), steps)

    assert len(of_one) == len(of_other)
    assert set() == {*of_one} & {*of_other}
