"""Replay: the same seed and the same inputs give the same bytes, whatever the inputs are."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
from masking_emulator.core.chance import Seed
from masking_emulator.core.commands import (
    AddNumber,
    Command,
    DeleteRecording,
    DeleteSession,
    DropCallback,
    HoldCallback,
    PlaceCall,
    ReleaseCallback,
    ReplaceNumber,
    SetPhone,
    SettleAttempt,
    StepCall,
    SwitchDelivery,
    TypeDigits,
    UpdateSession,
)
from masking_emulator.core.events import CallBegan, RecordingStarted, SessionCreated
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import Attempt, Outcome, RetryPlan
from masking_emulator.core.records.calls import CallSignal, Habit, Phone, Script
from masking_emulator.core.refusals import Refused
from masking_emulator.world.file import world_of
from masking_emulator.world.journal import event_json
from masking_emulator.world.world import World

from tests.core.play import SETTINGS, creation, pin_wish

PEOPLE: Final = [f"1202555{number:04}" for number in range(4)]

#: A pool so small that creates are refused, cool off and come back.
WORLD: Final[Any] = {
    "account": {"auth_id": "MAEMULATORREPLAY0001"},
    "clock": {"start": "2026-01-01T00:00:00Z", "rate": 0},
    "numbers": [{"number": "+14155550100"}, {"number": "+14155550101"}],
}


#: Everything is told and recorded, and the service calls the first party.
_TOLD: Final = replace(
    SETTINGS,
    callback_url="https://example.com/status",
    recording_callback_url="https://example.com/recording",
    record=True,
    initiate_call=True,
)
_ONCE_MORE: Final = RetryPlan(2, frozenset({Outcome.NO_ANSWER}), 5 * SECOND_US)


@dataclass
class Made:
    """UUIDs of the sessions, calls and recordings so far."""

    sessions: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """Seconds to let pass, then a command. `about` picks the session, call, recording or callback it is about."""

    after_s: int
    verb: str
    first: str
    second: str
    cooloff_s: int
    pins: bool
    about: int

    def command(self, made: Made) -> Command:
        """What to ask, given what there is so far."""
        uuid, call, number = self._one_of(made.sessions), self._one_of(made.calls), f"1415555010{self.about % 3}"
        match self.verb:
            case "create":
                pins = pin_wish("1234", None) if self.pins else None
                return creation(
                    self.first, self.second, expiry_s=600, cooloff_s=self.cooloff_s, pins=pins, settings=_TOLD
                )
            case "call":
                return PlaceCall(self.first, number, Script(digits=("9", "1234"), manual=self.pins))
            case "step":
                return StepCall(call, list(CallSignal)[self.about % len(CallSignal)])
            case "type":
                return TypeDigits(call, "1234")
            case "phone":
                habit = list(Habit)[self.about % len(Habit)]
                return SetPhone(Phone(self.first, habit, 2 * SECOND_US, 9 * SECOND_US, ("1234",)))
            case "replace":
                return ReplaceNumber(number)
            case "unrecord":
                return DeleteRecording(None, self._one_of(made.recordings))
            case _:
                return self._command_on_callbacks(uuid)

    def _command_on_callbacks(self, uuid: str) -> Command:
        match self.verb:
            case "settle":
                outcome = Outcome.NO_ANSWER if self.pins else Outcome.OK
                return SettleAttempt(self.about, Attempt(1, outcome, None, ""), _ONCE_MORE)
            case "hold":
                return HoldCallback(self.about, None)
            case "release":
                return ReleaseCallback(self.about)
            case "drop":
                return DropCallback(self.about)
            case "switch":
                return SwitchDelivery(self.pins)
            case "update":
                return UpdateSession(None, uuid, None, None, 300, {"record": self.pins})
            case "delete":
                return DeleteSession(None, uuid)
            case _:
                return AddNumber(f"1415555{self.about:04}", 1, 0)

    def _one_of(self, uuids: Sequence[str]) -> str:
        return uuids[self.about % len(uuids)] if uuids else "nobody"


STEPS = st.lists(
    st.builds(
        Step,
        after_s=st.sampled_from([0, 0, 1, 5, 300, 900]),
        verb=st.sampled_from(
            [
                *("create", "create", "create", "update", "delete", "add", "replace"),
                *("call", "call", "call", "step", "type", "phone", "unrecord"),
                *("settle", "settle", "hold", "release", "drop", "switch"),
            ]
        ),
        first=st.sampled_from(PEOPLE),
        second=st.sampled_from([*PEOPLE, ""]),
        cooloff_s=st.sampled_from([0, 600]),
        pins=st.booleans(),
        about=st.integers(0, 9),
    ),
    max_size=20,
)


def played(world: World, steps: Sequence[Step]) -> tuple[str, list[str]]:
    """The journal as JSON, refusals between the events, and the uuids that were made."""
    told: list[Any] = []
    made = Made()
    for step in steps:
        _wait(world, step.after_s)
        try:
            events = world.do(step.command(made))
        except Refused as refused:
            told.append(refused.reason.name)
        else:
            made.sessions += [event.session.uuid for event in events if isinstance(event, SessionCreated)]
            made.calls += [event.call.uuid for event in events if isinstance(event, CallBegan)]
            made.recordings += [event.recording.uuid for event in events if isinstance(event, RecordingStarted)]
        told.append(world.draw_api_id())
    _wait(world, 86_400)
    told += [[sequence, event_json(event)] for sequence, event in world.journal.after(0, 1000)]
    return json.dumps(told), [*made.sessions, *made.calls, *made.recordings]


def _wait(world: World, seconds: int) -> None:
    """Time passes, and nobody but the steps says what became of a callback."""
    world.clock.jump_to(world.clock.now() + seconds * SECOND_US)
    world.caught_up()


def world(seed: Seed) -> World:
    """A new world of this seed."""
    return World(world_of({**WORLD, "seed": seed}))


@settings(max_examples=60)
@given(steps=STEPS, seed=st.integers() | st.text(st.characters(codec="utf-8"), max_size=8))
def test_same_seed_and_inputs_give_the_same_bytes(steps: Sequence[Step], seed: Seed) -> None:
    """Two worlds of one seed tell the same story to the letter: uuids, PINs, instants, refusals."""
    assert played(world(seed), steps) == played(world(seed), steps)


@settings(max_examples=30)
@given(steps=STEPS)
def test_reset_plays_the_same_again(steps: Sequence[Step]) -> None:
    """A world that was reset is as good as a new one."""
    replayed = world(7)
    first = played(replayed, steps)
    asyncio.run(_reset(replayed))

    assert first == played(replayed, steps)


async def _reset(replayed: World) -> None:
    replayed.reset()


@settings(max_examples=30)
@given(before=STEPS, after=STEPS)
def test_fork_plays_on_like_its_original(before: Sequence[Step], after: Sequence[Step]) -> None:
    """A copy, given the same inputs from there on, tells the same story."""
    original = world(7)
    played(original, before)
    twin = original.fork(original.accounts)

    assert played(original, after) == played(twin, after)


@settings(max_examples=30)
@given(steps=STEPS)
def test_another_seed_gives_other_uuids(steps: Sequence[Step]) -> None:
    """The story is the same, and no uuid is."""
    _, of_one = played(world(1), steps)
    _, of_other = played(world(2), steps)

    assert len(of_one) == len(of_other)
    assert set() == {*of_one} & {*of_other}
