"""Comparing a capture with a world of ours: nothing where both do the same, else the row and the policy."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from masking_emulator.comparing.report import CaptureFinding, compared
from masking_emulator.comparing.rows import rows_that_may_be_named
from masking_emulator.core.records.calls import CallSignal
from masking_emulator.evidence.captures import Capture
from masking_emulator.plivo.ledger import LEDGER
from masking_emulator.plivo.policy import Policy, policy_choices
from msgspec.structs import asdict

from tests.evidence.comparing.stage import PEOPLE, PIN, Stage, Story, random_story, staged

ANNA, BEN, CARA, DAVE, RAVI = PEOPLE


def findings(capture: Capture) -> Sequence[CaptureFinding]:
    """What the comparison finds."""
    return compared(capture, "capture").findings


def test_same_policy_agrees_over_a_long_random_story(tmp_path: Path) -> None:
    """Two hundred requests, right and wrong ones, with calls and callbacks; and none is left out."""
    capture = staged(tmp_path / "f", random_story(2, 220))

    came = compared(capture, "f")
    assert [] == came.findings
    assert len(capture.exchanges) == came.exchanges >= 220
    assert len(capture.callbacks) == came.callbacks > 50
    assert ({}, 0) == (came.left_out, came.undone)
    assert {} == came.contradicted
    assert len(came.confirmed) >= 80


async def _free_choice_behind_busy_numbers(stage: Stage) -> None:
    for other in (BEN, CARA, DAVE, RAVI):
        await stage.create(ANNA, other)
    await stage.create(ANNA, "+14155550177", geomatch=False)
    await stage.create(CARA, DAVE, geomatch=False)


def test_order_of_countries_in_the_pool_is_found_out(tmp_path: Path) -> None:
    """A number of a country that comes later was given first, because those before it were busy."""
    capture = staged(tmp_path / "f", _free_choice_behind_busy_numbers)

    assert [] == findings(capture)


async def _updates(stage: Stage) -> None:
    session = await stage.create(ANNA, BEN)
    await stage.ask("POST", f"Masking/Session/{session}/", body={"ring_timeout": 10})


async def _defaults(stage: Stage) -> None:
    await stage.create(ANNA, BEN)


async def _repeats(stage: Stage) -> None:
    await stage.create(ANNA, BEN)
    await stage.create(ANNA, BEN)


async def _time_limit(stage: Stage) -> None:
    await stage.create(ANNA, BEN, call_time_limit=5)


async def _pin_without_play(stage: Stage) -> None:
    await stage.create(ANNA, BEN, **{name: value for name, value in PIN.items() if name != "incorrect_pin_play"})


async def _play_url(stage: Stage) -> None:
    await stage.create(ANNA, BEN, unknown_caller_play="https://app.example.com/hello")


async def _cooloff(stage: Stage) -> None:
    await stage.create(CARA, DAVE)
    session = await stage.create(CARA, ANNA, virtual_number_cooloff_period=600)
    await stage.ask("DELETE", f"Masking/Session/{session}/")
    await stage.create(CARA, BEN)


async def _expires_in_a_call(stage: Stage) -> None:
    session = await stage.create(ANNA, BEN, session_expiry=60)
    call = await stage.dial(ANNA, session)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(90)
    await stage.ask("GET", f"Masking/Session/{session}/")
    await stage.step(call, CallSignal.CALLEE_HUNG_UP)


async def _window(stage: Stage) -> None:
    await stage.ask(
        "GET", "Masking/Session/", "created_time__gt=2026-01-01%2000:00&created_time__lt=2026-03-01%2000:00"
    )


async def _limit(stage: Stage) -> None:
    await stage.ask("GET", "Masking/Session/", "limit=21")


async def _underscore(stage: Stage) -> None:
    await stage.ask("GET", "Masking/Session/", "created_time_lt=soon")


async def _calls_listed(stage: Stage) -> None:
    session = await stage.create(ANNA, BEN)
    for _ in range(2):
        call = await stage.dial(ANNA, session)
        await stage.step(call, CallSignal.BUSY)
    await stage.ask("GET", "Call/", "limit=1")
    await stage.ask("GET", "Call/", "limit=1&offset=1")


async def _stranger(stage: Stage) -> None:
    session = await stage.create(ANNA, BEN, **PIN, pin_retry=0)
    call = await stage.dial(CARA, session)
    await stage.type(call, "0")
    await stage.ask("GET", f"Masking/Session/{session}/")


async def _call_back(stage: Stage) -> None:
    session = await stage.create(ANNA, BEN)
    call = await stage.dial(BEN, session)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(20)
    await stage.step(call, CallSignal.CALLER_HUNG_UP)


async def _deletes(stage: Stage) -> None:
    session = await stage.create(ANNA, BEN)
    await stage.create(ANNA, CARA, session_expiry=60)
    await stage.ask("DELETE", f"Masking/Session/{session}/")
    await stage.wait(70)


async def _wrong_pins(stage: Stage) -> None:
    session = await stage.create(ANNA, BEN, **PIN, pin_retry=1)
    call = await stage.dial(CARA, session)
    await stage.type(call, "0")
    await stage.wait(6)
    await stage.type(call, "0")


async def _recorded(stage: Stage) -> None:
    session = await stage.create(ANNA, BEN, record=True)
    call = await stage.dial(ANNA, session)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(20)
    await stage.step(call, CallSignal.CALLEE_HUNG_UP)
    await stage.ask("GET", f"Masking/Session/{session}/")


async def _flood(stage: Stage) -> None:
    for _ in range(310):
        await stage.ask("GET", "Masking/Session/", "limit=1", after_s=0.001)


#: Entry of the policy → a story in which it shows.
SHOWING: Final[Mapping[str, Story]] = {
    "update_status": _updates,
    "timer_defaults": _defaults,
    "repeat_create": _repeats,
    "call_time_limit_out_of_range": _time_limit,
    "incorrect_pin_play_required": _pin_without_play,
    "play_url_extension_required": _play_url,
    "cooloff_after_delete": _cooloff,
    "session_expiring_in_call": _expires_in_a_call,
    "list_window_exceeded": _window,
    "list_limit_out_of_range": _limit,
    "list_single_underscore_filters": _underscore,
    "list_paging": _calls_listed,
    "interaction_unknown": _stranger,
    "event_parties": _call_back,
    "parties_hangup_event": _call_back,
    "timeout_event_after_delete": _deletes,
    "pin_event_each_attempt": _wrong_pins,
    "resource_urls": _recorded,
    "rate_limit": _flood,
}


_USUAL: Final = asdict(Policy())


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, choices in policy_choices().items() for value in choices if value != _USUAL[name]],
)
def test_flipped_policy_is_the_one_finding(name: str, value: Any, tmp_path: Path) -> None:
    """Named by its row, with the value that agrees; and with that value nothing differs."""
    (found,) = findings(staged(tmp_path / "f", SHOWING[name], **{name: value}))

    assert ([name], {name: value}) == (list(found.rows), found.policy)


def test_every_row_that_is_named_is_in_the_ledger() -> None:
    """No finding leads to a row that nobody finds."""
    assert set() == rows_that_may_be_named() - {row.id for row in LEDGER}
