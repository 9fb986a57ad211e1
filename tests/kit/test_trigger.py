"""Triggers in the kit: one line of a test plays the story of an event."""

from collections.abc import Callable
from typing import Any, Final, cast, get_args

import pytest
from masking_emulator.client import ControlRefused
from masking_emulator.plivo.callback_schemas import EVENTS
from masking_emulator.testing import CallbacksOut, EventWord, Masking, Receiver

from tests.receiver import hang, receiving


def test_event_comes_with_all_that_leads_to_it(world: Masking, receiver: Receiver) -> None:
    """The callbacks in order; what the receiver got is the same, rightly signed."""
    callbacks = world.trigger("SessionFirstPartyHangup", to=receiver.url, talk_s=9)

    assert "SessionFirstPartyHangup" == callbacks[-1].event
    assert "12" == callbacks[-1].params["Duration"]  # the first party is on the line while it rings
    assert [one.event for one in callbacks] == [one.event for one in receiver.received]
    assert {"delivered"} == {one.state for one in callbacks}
    assert [] == list(receiver.problems())


def test_overrides_and_only_are_typed_words(world: Masking, receiver: Receiver) -> None:
    """One callback, with its cause."""
    (callback,) = world.trigger("SessionPartiesHangup", to=receiver.url, only=True, cause="busy", ring_timeout=20)

    assert ("Busy Line", "5") == (callback.params["PlivoHangupCause"], callback.params["SequenceNumber"])


def test_receiver_that_refuses_ends_a_story_in_order(world: Masking, receiver: Receiver) -> None:
    """The callbacks up to the one that was not answered with 2xx."""
    receiver.status = 503
    callbacks = world.trigger("SessionTimeout", to=receiver.url, in_order=True, ending="deleted")

    assert ["failed"] == [one.state for one in callbacks]


def test_answer_that_does_not_come_is_warned_of(world: Masking) -> None:
    """As by `advance`."""
    with receiving() as slow, pytest.warns(CallbacksOut, match="SessionTimeout"):
        callbacks = world.trigger("SessionTimeout", to=slow.on("/cb", hang), patience=0.2)

    assert ["waiting"] == [one.state for one in callbacks]


def test_story_that_is_not_there_is_refused(world: Masking) -> None:
    """With the field and the nearest."""
    with pytest.raises(ControlRefused, match=r"event: .* did you mean SessionTimeout"):
        world.trigger("SessionTimout", to="http://127.0.0.1:9/")  # type: ignore[arg-type]  # the mistake
    with pytest.raises(ControlRefused, match=r"overrides\.talk: unknown key; did you mean talk_s"):
        world.trigger("SessionPartiesHangup", to="http://127.0.0.1:9/", talk=3)  # type: ignore[call-arg]  # the mistake


def test_value_that_is_no_json_is_named(world: Masking) -> None:
    """Wherever it stands, before anything is asked; the same in every method of the kit."""
    itself: list[Any] = []
    itself.append(itself)
    asked: list[tuple[Callable[[], Any], str]] = [
        (
            lambda: world.trigger("SessionTimeout", to="x", first_party=cast("str", _ODD)),
            "overrides.first_party: <odd>",
        ),
        (lambda: world.call("+1", "+2", digits=["1", cast("str", {2})]), r"digits\.1: \{2\} cannot be sent"),
        (lambda: world.callbacks.rules(cast("Any", {"action": "hold", (1,): 2})), r"rules\.0\.\(1,\): \(1,\) "),
        (lambda: world.phones.set("+1", digits=itself), "this cannot be sent, because it is no JSON: Circular"),
    ]
    for ask, message in asked:
        with pytest.raises(TypeError, match=f"^{message}"):
            ask()

    assert [] == world.journal()


class _Odd:
    def __repr__(self) -> str:
        return "<odd>"


_ODD: Final = _Odd()


@pytest.mark.asyncio
async def test_trigger_is_awaited(world: Masking, receiver: Receiver) -> None:
    """The twin for coroutines."""
    (callback,) = await world.aio.trigger("SessionTimeout", to=receiver.url)

    assert "delivered" == callback.state


def test_typed_events_are_those_of_the_vendor() -> None:
    """None is missing, and none is made up."""
    assert tuple(EVENTS) == get_args(EventWord)
