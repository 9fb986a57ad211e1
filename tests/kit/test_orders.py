"""The order explorer, on handlers that break and on one that does not."""

from collections.abc import Mapping

import pytest
from masking_emulator.testing import CallbackView, Masking, Receiver, explore_orders

from tests.kit.service import ANNA, create


@pytest.fixture
def sent(world: Masking, receiver: Receiver) -> list[CallbackView]:
    """The callbacks of a session with a call that ends just before it."""
    session = create(world, callback_url=receiver.url, session_expiry=120)
    world.call(ANNA, session["virtual_number"], talk_s=20)
    world.advance(120)
    callbacks = world.callbacks.of(session["session_uuid"])
    assert callbacks[-1].event == "SessionTimeout"
    return callbacks


Calls = dict[str, str]


def _fragile(calls: Calls, parameters: Mapping[str, str]) -> None:
    """Forgets a session at its timeout, and expects to know it at every hangup."""
    session, event = parameters["SessionUUID"], parameters["EventName"]
    if event == "SessionTimeout":
        calls.pop(session, None)
    elif event == "SessionPartiesHangup":
        calls[session] = calls[session] + " and over"
    else:
        calls.setdefault(session, "known")


def _sturdy(calls: Calls, parameters: Mapping[str, str]) -> None:
    """Adds up what it is told, whatever comes first."""
    seen = {*calls.get("seen", "").split(), parameters["EventName"]}
    calls["seen"] = " ".join(sorted(seen))


def test_handler_that_a_timeout_overtakes_is_found(sent: list[CallbackView]) -> None:
    """The report names the order, the callback and the error."""
    broken = explore_orders(sent, dict[str, str], _fragile, last=2)

    assert [["SessionTimeout", "SessionPartiesHangup"]] == [list(order.events) for order in broken]
    assert "SessionPartiesHangup #6 raises KeyError" in broken[0].problem
    assert str(broken[0]).startswith("SessionTimeout → SessionPartiesHangup: ")


def test_handler_that_does_not_care_about_order_is_not_blamed(sent: list[CallbackView]) -> None:
    """Not by what it raises, and not by its outcome."""
    assert [] == explore_orders(sent, dict[str, str], _sturdy, lambda calls: calls["seen"], last=4)


def test_handler_with_another_outcome_is_found(sent: list[CallbackView]) -> None:
    """One that keeps what came last."""

    def keep_last(calls: Calls, parameters: Mapping[str, str]) -> None:
        calls["last"] = parameters["EventName"]

    broken = explore_orders(sent, dict[str, str], keep_last, lambda calls: calls["last"], last=3)
    assert 4 == len(broken), "of six orders two end with what was sent last"
    assert "the outcome is 'Session" in broken[0].problem


def test_handler_that_breaks_in_the_order_of_sending_is_found(sent: list[CallbackView]) -> None:
    """Then the order is not what breaks it, and that is said first."""

    def never(_: Calls, parameters: Mapping[str, str]) -> None:
        raise ValueError(parameters["EventName"])

    first, *_ = explore_orders(sent, dict[str, str], never, last=2)
    assert ["SessionPartiesHangup", "SessionTimeout"] == list(first.events)


@pytest.mark.parametrize("last", [0, 8])
def test_too_many_orders_are_refused(last: int) -> None:
    """Eight callbacks have forty thousand."""
    with pytest.raises(ValueError, match=f"last is {last}; 1 to 7"):
        explore_orders([], dict[str, str], _sturdy, last=last)


def test_fewer_callbacks_than_asked_for_are_all_moved(sent: list[CallbackView]) -> None:
    """A single one has a single order."""
    assert [] == explore_orders(sent[:1], dict[str, str], _sturdy, last=4)
