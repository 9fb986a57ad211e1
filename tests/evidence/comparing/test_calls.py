"""Calls of all kinds in a capture: what people did is read from the callbacks, and a world of ours does the same."""

from pathlib import Path
from typing import Final

import pytest
from masking_emulator.comparing.report import compared
from masking_emulator.core.records.calls import CallSignal, Habit

from tests.evidence.comparing.stage import PEOPLE, PIN, Stage, Story, staged

ANNA, BEN, CARA, DAVE, _ = PEOPLE


async def _pin_right(stage: Stage) -> None:
    """A stranger types a wrong PIN, then the right one; and a party calls."""
    session = await stage.create(ANNA, BEN, **PIN, pin_retry=2)
    call = await stage.dial(CARA, session)
    await stage.wait(3)
    await stage.type(call, "0")
    await stage.wait(8)
    pins = stage.pins(session)
    await stage.type(call, pins.second)
    await stage.wait(2)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(30)
    await stage.step(call, CallSignal.CALLER_HUNG_UP)
    await stage.ask("GET", f"Masking/Session/{session}/")
    call = await stage.dial(ANNA, session)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(30)
    await stage.step(call, CallSignal.CALLEE_HUNG_UP)
    await stage.ask("GET", f"Masking/Session/{session}/")


async def _pin_twice_failed(stage: Stage) -> None:
    """A stranger types wrong PINs in two calls."""
    session = await stage.create(ANNA, BEN, **PIN, pin_retry=1)
    for _ in range(2):
        call = await stage.dial(CARA, session)
        await stage.wait(3)
        await stage.type(call, "0")
        await stage.wait(6)
        await stage.type(call, "1")
        await stage.wait(20)


async def _initiated(stage: Stage) -> None:
    """The service calls the first party, who answers."""
    await stage.phones_wait()
    session = await stage.create(ANNA, BEN, initiate_call_to_first_party=True)
    await stage.wait(3)
    call = stage.newest_call()
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(3)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(20)
    await stage.ask("GET", f"Masking/Session/{session}/")
    await stage.step(call, CallSignal.CALLEE_HUNG_UP)
    await stage.ask("GET", f"Masking/Session/{session}/")


async def _initiated_busy(stage: Stage) -> None:
    """The service calls the first party, whose line is busy."""
    await stage.phones_wait()
    session = await stage.create(ANNA, BEN, initiate_call_to_first_party=True)
    await stage.wait(3)
    call = stage.newest_call()
    await stage.step(call, CallSignal.BUSY)
    await stage.wait(3)
    await stage.ask("GET", f"Masking/Session/{session}/")


async def _initiated_unanswered(stage: Stage) -> None:
    """The service calls the first party, who does not answer."""
    await stage.phones_wait()
    session = await stage.create(ANNA, BEN, initiate_call_to_first_party=True)
    await stage.wait(60)
    await stage.ask("GET", f"Masking/Session/{session}/")


async def _single(stage: Stage) -> None:
    """Somebody calls the party of a single-party session, who calls back."""
    session = await stage.create(ANNA, "", create_session_with_single_party=True)
    call = await stage.dial(CARA, session)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(30)
    await stage.step(call, CallSignal.CALLEE_HUNG_UP)
    await stage.ask("GET", f"Masking/Session/{session}/")
    call = await stage.dial(ANNA, session)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(30)
    await stage.step(call, CallSignal.CALLER_HUNG_UP)
    await stage.ask("POST", f"Masking/Session/{session}/", body={"second_party": BEN})
    await stage.ask("GET", f"Masking/Session/{session}/")


async def _replaced(stage: Stage) -> None:
    """The number of two sessions is replaced."""
    session = await stage.create(ANNA, BEN)
    await stage.create(CARA, DAVE)
    await stage.replace_number(session)
    await stage.wait(2)
    await stage.ask("GET", f"Masking/Session/{session}/")
    call = await stage.dial(ANNA, session)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(30)
    await stage.step(call, CallSignal.CALLEE_HUNG_UP)


async def _unreachable(stage: Stage) -> None:
    """A phone cannot be reached, and later it can."""
    session = await stage.create(ANNA, BEN)
    call = await stage.dial(ANNA, session, manual=False, habit=Habit.UNREACHABLE)
    await stage.wait(2)
    await stage.ask("GET", f"Masking/Session/{session}/")
    call = await stage.dial(ANNA, session)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(30)
    await stage.step(call, CallSignal.CALLEE_HUNG_UP)


async def _recording_fails(stage: Stage) -> None:
    """A recording cannot be started, another can; and what lists say of it."""
    session = await stage.create(ANNA, BEN, record=True)
    call = await stage.dial(ANNA, session, recording_fails=True)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(30)
    await stage.step(call, CallSignal.CALLEE_HUNG_UP)
    call = await stage.dial(ANNA, session)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(30)
    await stage.step(call, CallSignal.CALLEE_HUNG_UP)
    await stage.ask("GET", f"Masking/Session/{session}/")
    await stage.ask("GET", "Recording/")
    await stage.ask("GET", "Call/")
    await stage.ask("GET", "Number/")


async def _time_limit(stage: Stage) -> None:
    """Two people talk until their time is up."""
    session = await stage.create(ANNA, BEN, call_time_limit=60)
    call = await stage.dial(ANNA, session)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(100)
    await stage.ask("GET", f"Masking/Session/{session}/")


async def _two_at_once(stage: Stage) -> None:
    """Both parties call at once."""
    session = await stage.create(ANNA, BEN)
    a = await stage.dial(ANNA, session)

    b = await stage.dial(BEN, session)
    await stage.step(b, CallSignal.ANSWERED)
    await stage.wait(5)
    await stage.step(a, CallSignal.ANSWERED)
    await stage.wait(5)
    await stage.step(a, CallSignal.CALLEE_HUNG_UP)
    await stage.wait(5)
    await stage.step(b, CallSignal.CALLER_HUNG_UP)
    await stage.ask("GET", f"Masking/Session/{session}/")


async def _no_urls(stage: Stage) -> None:
    session = await stage.create(ANNA, BEN, callback_url="", recording_callback_url="")
    a = await stage.dial(ANNA, session)
    await stage.step(a, CallSignal.ANSWERED)
    await stage.wait(5)
    await stage.step(a, CallSignal.CALLEE_HUNG_UP)
    await stage.wait(5)
    await stage.ask("GET", f"Masking/Session/{session}/")
    await stage.ask("GET", "Masking/Session/")


async def _forced(stage: Stage) -> None:
    """A party has to type a PIN too, and the other one declines."""
    session = await stage.create(ANNA, BEN, **PIN, force_pin_authentication=True)
    call = await stage.dial(ANNA, session)
    await stage.wait(3)
    pins = stage.pins(session)
    await stage.type(call, pins.first)
    await stage.wait(2)
    await stage.step(call, CallSignal.REJECTED)
    await stage.wait(30)
    await stage.ask("GET", f"Masking/Session/{session}/")


CALLS: Final[tuple[Story, ...]] = (
    _pin_right,
    _pin_twice_failed,
    _initiated,
    _initiated_busy,
    _initiated_unanswered,
    _single,
    _replaced,
    _unreachable,
    _recording_fails,
    _time_limit,
    _two_at_once,
    _forced,
)


@pytest.mark.parametrize("story", CALLS)
def test_calls_are_read_from_callbacks_and_nothing_differs(story: Story, tmp_path: Path) -> None:
    """Every callback is compared, and nothing that somebody did was impossible."""
    capture = staged(tmp_path / "f", story)

    came = compared(capture, "f")
    assert [] == came.findings
    assert ({}, 0) == (came.left_out, came.undone)
    assert len(capture.callbacks) == came.callbacks > 0


def test_calls_that_no_callback_told_of_are_left_out(tmp_path: Path) -> None:
    """What a session shows of them is said to be left out, and is no finding."""
    came = compared(staged(tmp_path / "f", _no_urls), "f")

    assert [] == came.findings
    assert {"what it shows of calls, of which no callback told": 2} == came.left_out
