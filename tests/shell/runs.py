"""Generated runs of a world, for properties that must hold of any: sessions, calls, callbacks, the laboratory, time.

A run is a list of steps, each a function of the world; a step that the world refuses changes nothing. No event loop
runs, so nothing is sent: what came of a callback is a step too.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from hypothesis import strategies as st
from masking_emulator.callbacks.laboratory import Action, Rule
from masking_emulator.core.commands import (
    Command,
    DeleteRecording,
    DeleteSession,
    DropCallback,
    HoldCallback,
    PlaceCall,
    ReleaseCallback,
    ReplaceNumber,
    SendAgain,
    SetPhone,
    SettleAttempt,
    StepCall,
    SwitchDelivery,
    TypeDigits,
    UpdateSession,
)
from masking_emulator.core.events import Event
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import Attempt, Outcome, RetryPlan
from masking_emulator.core.records.calls import CallSignal, Habit, Phone, Script, Side
from masking_emulator.core.refusals import Refused
from masking_emulator.world.file import world_of
from masking_emulator.world.world import World

from tests.core.play import SETTINGS, creation, pin_wish
from tests.shell.worlds import structure

Step = Callable[[World], object]

PEOPLE: Final = tuple(f"1202555{number:04}" for number in range(100, 106))
NUMBERS: Final = ("+14155550100", "+14155550101", "+14155550102", "+442079460001")

#: Where callbacks go; nobody asks whether somebody listens, because no loop runs. The second one is out of bounds.
URLS: Final = ("", "http://127.0.0.1:9/events", "https://hooks.example.com/events")

_PLAN: Final = RetryPlan(
    attempts_max=3, pause_us=30 * SECOND_US, retry_on=frozenset({Outcome.NO_ANSWER, Outcome.SERVER_ERROR})
)


def new_world(**changes: Any) -> World:
    """The world of every run: four numbers, one of another country, one of a subaccount."""
    numbers = [{"number": number} for number in NUMBERS]
    numbers.append({"number": "+14155550190", "subaccount": "SAEMULATORSHELLTEST1"})
    account = {
        "auth_id": "MAEMULATORSHELLTEST1",
        "auth_token": "token",
        "subaccounts": [{"auth_id": "SAEMULATORSHELLTEST1", "auth_token": "subtoken"}],
    }
    return World(world_of(structure(**{"numbers": numbers, "account": account, **changes})))


def play(world: World, steps: Sequence[Step]) -> None:
    """Do the steps one after the other; what is refused is left out."""
    for step in steps:
        with suppress(Refused):
            step(world)
    world.caught_up()


def runs(*, max_size: int = 25) -> st.SearchStrategy[list[Step]]:
    """Runs: a few sessions, then anything."""
    return st.builds(list.__add__, st.lists(_creates(), min_size=1, max_size=4), st.lists(_steps(), max_size=max_size))


def events_of(world: World) -> list[Event]:
    """The world's whole journal."""
    return [event for _, event in world.journal.after(0, world.journal.last)]


def _steps() -> st.SearchStrategy[Step]:
    return st.one_of(
        _creates(),
        _updates(),
        _ends(),
        _waits(),
        _calls(),
        _waits(),
        _calls(),
        _call_steps(),
        _callback_steps(),
        _others(),
    )


def _creates() -> st.SearchStrategy[Step]:
    people = st.sampled_from(PEOPLE)
    settings = st.builds(
        lambda url, record, ring, initiate: replace(
            SETTINGS, callback_url=url, record=record, ring_timeout_s=ring, initiate_call=initiate
        ),
        st.sampled_from(URLS),
        st.booleans(),
        st.integers(5, 120),
        st.booleans(),
    )
    commands = st.builds(
        lambda first, second, owner, geomatch, expiry, cooloff, pins, chosen: creation(
            first,
            second,
            owner=owner,
            geomatch=geomatch,
            expiry_s=expiry,
            cooloff_s=cooloff,
            pins=pin_wish() if pins else None,
            settings=chosen,
        ),
        people,
        st.one_of(people, people, people, st.just("")),
        st.sampled_from((0, 0, 0, 1)),
        st.booleans(),
        st.sampled_from((60, 600, 1800)),
        st.sampled_from((0, 120)),
        st.booleans(),
        settings,
    )
    return commands.map(_doing)


def _doing(command: Command) -> Step:
    return lambda world: world.do(command)


def _updates() -> st.SearchStrategy[Step]:
    def step(which: int, second: str | None, expiry_s: int | None) -> Step:
        return _with_session(
            which,
            lambda uuid: UpdateSession(None, uuid, None, second, expiry_s, {"record": True, "ring_timeout_s": 20}),
        )

    return st.builds(
        step,
        st.integers(0, 9),
        st.none() | st.sampled_from(PEOPLE),
        st.none() | st.sampled_from((60, 900)),
    )


def _ends() -> st.SearchStrategy[Step]:
    return st.integers(0, 9).map(lambda which: _with_session(which, lambda uuid: DeleteSession(None, uuid)))


def _with_session(which: int, command: Callable[[str], Command]) -> Step:
    def step(world: World) -> None:
        sessions = list(world.caught_up().state.book.all())
        if sessions:
            world.do(command(sessions[which % len(sessions)].uuid))

    return step


def _waits() -> st.SearchStrategy[Step]:
    def step(seconds: float) -> Step:
        return lambda world: _wait(world, seconds)

    return st.sampled_from((0.5, 3, 20, 61, 600)).map(step)


def _wait(world: World, seconds: float) -> None:
    world.clock.jump_to(world.clock.now() + round(seconds * SECOND_US))
    world.caught_up()


def _calls() -> st.SearchStrategy[Step]:
    scripts = st.builds(
        Script,
        habit=st.none() | st.sampled_from(Habit),
        after_us=st.none() | st.integers(0, 60).map(lambda s: s * SECOND_US),
        talk_us=st.none() | st.integers(0, 300).map(lambda s: s * SECOND_US),
        hangup_by=st.none() | st.sampled_from(Side),
        digits=st.none() | st.just(("0000", "1111")),
        manual=st.booleans(),
        recording_fails=st.booleans(),
    )
    numbers = st.sampled_from([number.removeprefix("+") for number in NUMBERS])
    return st.builds(PlaceCall, st.sampled_from((*PEOPLE, "12025559999")), numbers, scripts).map(_doing)


#: What somebody can do to a call by hand; the rest follows from what is typed and from the clock.
_BY_HAND: Final = (
    *(CallSignal.ANSWERED, CallSignal.REJECTED, CallSignal.BUSY, CallSignal.UNREACHABLE),
    *(CallSignal.CALLER_HUNG_UP, CallSignal.CALLEE_HUNG_UP),
)


def _call_steps() -> st.SearchStrategy[Step]:
    def step(which: int, command: Callable[[str], Command]) -> Step:
        def take(world: World) -> None:
            calls = [call for call in world.caught_up().state.calls.all() if call.is_running]
            if calls:
                world.do(command(calls[which % len(calls)].uuid))

        return take

    by_hand = st.sampled_from(_BY_HAND).map(lambda signal: lambda uuid: StepCall(uuid, signal))
    typed = st.sampled_from(("", "0000", "1234")).map(lambda digits: lambda uuid: TypeDigits(uuid, digits))
    return st.builds(step, st.integers(0, 5), by_hand | typed)


def _callback_steps() -> st.SearchStrategy[Step]:
    """What becomes of a callback that is open: it is answered or not, held, let go, dropped, sent again."""
    outcomes = st.sampled_from((Outcome.OK, Outcome.NO_ANSWER, Outcome.SERVER_ERROR))

    def settle(which: int, outcome: Outcome) -> Step:
        return _with_callback(
            which, lambda c: SettleAttempt(c.ordinal, Attempt(c.attempts + 1, outcome, None, ""), _PLAN)
        )

    def move(which: int, until_s: int | None, action: str) -> Step:
        def command(callback: Any) -> Command:
            until = None if until_s is None else callback.due_at + 10**9 + until_s * SECOND_US
            moves: dict[str, Command] = {
                "hold": HoldCallback(callback.ordinal, until),
                "release": ReleaseCallback(callback.ordinal),
                "drop": DropCallback(callback.ordinal),
                "again": SendAgain(callback),
            }
            return moves[action]

        return _with_callback(which, command)

    return st.builds(settle, st.integers(0, 9), outcomes) | st.builds(
        move, st.integers(0, 9), st.none() | st.integers(0, 600), st.sampled_from(("hold", "release", "drop", "again"))
    )


def _with_callback(which: int, command: Callable[[Any], Command]) -> Step:
    def step(world: World) -> None:
        callbacks = world.caught_up().state.outbox.unsettled()
        if callbacks:
            world.do(command(callbacks[which % len(callbacks)]))

    return step


def _others() -> st.SearchStrategy[Step]:
    def set_rule(action: Action, count: int) -> Step:
        def add(world: World) -> None:
            world.laboratory.replace([*world.laboratory.rules, Rule(action, count=count, delay_s=45.0)])

        return add

    def forget_recording(world: World) -> None:
        for recording in list(world.caught_up().state.recordings.newest_first())[:1]:
            world.do(DeleteRecording(None, recording.uuid))

    phones = st.builds(
        lambda person, habit, after: SetPhone(Phone(person, habit, after * SECOND_US, None, ("12",))),
        st.sampled_from(PEOPLE),
        st.sampled_from(Habit),
        st.integers(0, 20),
    )
    numbers = st.sampled_from([number.removeprefix("+") for number in NUMBERS])
    return st.one_of(
        phones.map(_doing),
        numbers.map(ReplaceNumber).map(_doing),
        st.booleans().map(SwitchDelivery).map(_doing),
        st.builds(
            set_rule, st.sampled_from((Action.HOLD, Action.DELAY, Action.DUPLICATE, Action.REORDER)), st.integers(1, 3)
        ),
        st.just(forget_recording),
    )
