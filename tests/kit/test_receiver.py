"""The receiver: what came, by GET and by POST, and whether its signatures fit."""

from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import pytest
from masking_emulator.testing import Masking, Receiver

from tests.kit.service import create


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_callback_is_received_and_its_signatures_fit(world: Masking, receiver: Receiver, method: str) -> None:
    """Parameters from the query or from the form; a query of the URL's own is signed too."""
    session = create(world, callback_url=f"{receiver.url}events?tenant=7", callback_method=method)["session_uuid"]
    world.advance(1800)
    received = receiver.wait_for("SessionTimeout", session=session)

    assert (method, session, "") == (received.method, received.parameters["SessionUUID"], received.problem)
    assert "tenant=7" in received.url
    assert [] == receiver.problems()


@pytest.mark.parametrize("target", ["signature", "parameter", "headers"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_callback_that_was_tampered_with_is_a_problem(
    world: Masking, receiver: Receiver, target: str, method: str
) -> None:
    """Whatever was changed on the way."""
    world.callbacks.rules({"action": "tamper", "target": target})
    create(world, callback_url=receiver.url, callback_method=method)
    world.advance(1800)

    assert ["SessionTimeout"] == [problem.event for problem in receiver.problems()]
    assert "X-Plivo-Signature" in receiver.problems()[0].problem


def test_token_of_another_account_does_not_fit(world: Masking) -> None:
    """A receiver that expects another account's callbacks."""
    with Receiver("another-token") as receiver:
        create(world, callback_url=receiver.url)
        world.advance(1800)

    assert 1 == len(receiver.problems())


def test_receiver_without_tokens_judges_nothing(world: Masking) -> None:
    """For a test that is not about signatures."""
    with Receiver() as receiver:
        create(world, callback_url=receiver.url)
        world.advance(1800)

    assert (1, []) == (len(receiver.received), receiver.problems())


def test_receiver_answers_what_it_is_told(world: Masking, receiver: Receiver) -> None:
    """A service that is down, and comes back for the replay."""
    receiver.status = 503
    create(world, callback_url=receiver.url)
    world.advance(1800)
    failed = world.callbacks.wait_for(state="failed")
    receiver.status = 200
    again = world.callbacks.replay(failed)

    assert 503 == failed.data["attempts"][0]["response"]["status"]
    assert again.id == world.callbacks.wait_for(event="SessionTimeout").id


def test_missing_callback_says_what_came(world: Masking, receiver: Receiver) -> None:
    """And that nothing came, where nothing came."""
    with pytest.raises(AssertionError, match="what came: nothing"):
        receiver.wait_for("SessionTimeout", timeout=0)
    create(world, callback_url=receiver.url)
    world.advance(1800)

    with pytest.raises(AssertionError, match=r"no SessionPartiesHangup came .* what came: SessionTimeout #1 of"):
        receiver.wait_for("SessionPartiesHangup", timeout=0)


@pytest.mark.parametrize("length", ["many", "-1"])
def test_request_that_is_no_callback_is_received_all_the_same(receiver: Receiver, length: str) -> None:
    """A wrong length is no reason to break off."""
    request = HttpRequest(receiver.url, b"EventName=A", {"Content-Length": length}, method="POST")  # ours

    with urlopen(request, timeout=5) as answer:  # ours
        assert 200 == answer.status
    assert 1 == len(receiver.received)
