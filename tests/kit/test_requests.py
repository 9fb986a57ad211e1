"""Faults and requests as a test has them: typed, and explaining what did not arrive."""

from typing import Any

import pytest
from masking_emulator.client import ControlRefused
from masking_emulator.control import operations
from masking_emulator.testing import Masking

from tests.kit.service import ANNA, BEN, CARA, create, try_create

pytestmark = pytest.mark.skipif(
    not any(operation.path.endswith("/faults") for operation in operations()),
    reason="the control API has no faults and requests yet",
)


def test_fault_works_as_often_as_it_was_told(world: Masking) -> None:
    """It is counted, and then it is used up."""
    fault = world.faults.add(operation="create_session", status=429, text="slow down", count=1)
    refused, made = try_create(world), try_create(world)

    assert (429, "slow down", 201) == (refused.status, refused.error, made.status)
    assert [(fault.id, 1)] == [(one.id, one.applied) for one in world.faults.all()]


def test_fault_that_an_sdk_would_hide_has_a_note(world: Masking) -> None:
    """The official SDKs repeat what is answered 5xx."""
    assert "SDK" in world.faults.add(status=503, count=1).note
    assert "" == world.faults.add(status=429).note


def test_fault_may_be_limited_by_time_and_number(world: Masking) -> None:
    """Words that Python or a tuple writes otherwise."""
    since = world.faults.add(from_="2026-01-01T01:00:00Z", status=500)
    limited = world.faults.add(limit=(5, 1.0))

    assert "2026-01-01T01:00:00Z" == since.data["from"]
    assert {"requests": 5, "per_s": 1.0} == limited.data["limit"]


def test_faults_are_cleared_one_by_one_or_all(world: Masking) -> None:
    """By the fault, by its id, or all."""
    faults = [world.faults.add(status=500) for _ in range(4)]
    world.faults.clear(faults[0])
    world.faults.clear(faults[1].id)
    left = [fault.id for fault in world.faults.all()]
    world.faults.clear()

    assert ([fault.id for fault in faults[2:]], []) == (left, world.faults.all())


def test_fault_that_cannot_be_is_refused(world: Masking) -> None:
    """The control API's own sentence."""
    with pytest.raises(ControlRefused, match="one end is enough"):
        world.faults.add(until="2026-01-02T00:00:00Z", for_s=5, status=500)


@pytest.mark.parametrize("timeout", [0, 0.05, 0.5])
def test_waiting_takes_fractions_of_seconds_for_requests_and_callbacks_alike(world: Masking, timeout: float) -> None:
    """One reading of seconds: both find what is there, and both end in time with what came instead."""
    session = create(world, callback_url="http://127.0.0.1:9/")["session_uuid"]
    world.advance(1800)

    assert "create_session" == world.requests.wait_for(operation="create_session", timeout=timeout).operation
    assert session == world.callbacks.wait_for(session=session, state="any", timeout=timeout).session
    with pytest.raises(AssertionError, match=f"0 of 1 requests arrived within {timeout:g} seconds"):
        world.requests.wait_for(operation="delete_session", timeout=timeout)
    with pytest.raises(AssertionError, match=f"within {timeout:g} seconds"):
        world.callbacks.wait_for(event="SessionPartiesHangup", timeout=timeout)


def test_longest_wait_is_the_same_for_requests_and_callbacks(world: Masking) -> None:
    """And what lies beyond it is refused by both with one sentence."""
    create(world, callback_url="http://127.0.0.1:9/")
    world.advance(1800)

    assert world.requests.wait_for(timeout=300)
    assert world.callbacks.wait_for(state="any", timeout=300)
    for wait in (world.requests.wait_for, world.callbacks.wait_for):
        with pytest.raises(ControlRefused, match=r"^timeout_s: '300.5' is no number of seconds from 0 to 300$"):
            wait(timeout=300.5)


def test_requests_are_listed_and_counted(world: Masking) -> None:
    """By operation, by status, by session, by a part of the body."""
    session = create(world, session_expiry=600)["session_uuid"]
    try_create(world, ANNA, ANNA)

    assert [201, 400] == [request.status for request in world.requests.all(operation="create_session")]
    assert 1 == world.requests.count(body={"session_expiry": 600})
    assert [session] == [request.session for request in world.requests.all(status=201)]


def test_refused_create_tells_its_candidates(world: Masking) -> None:
    """And so does the report of a failed test."""
    create(world)
    create(world, ANNA, CARA)
    try_create(world, ANNA, "+12025550114")
    refused = world.requests.all(status=400)[0]

    assert "+14155550100: a party is in another live session on this number" in refused.reason
    assert refused.reason in world.report()


def test_verification_passes_or_explains(world: Masking) -> None:
    """Near misses with their differences, and what arrived."""
    create(world, session_expiry=600)
    world.requests.verify(operation="create_session", count=1)

    with pytest.raises(AssertionError) as missing:
        world.requests.verify(operation="create_session", body={"session_expiry": 900})
    assert "0 requests match" in str(missing.value)
    assert "body.session_expiry is 600, not 900" in str(missing.value)


def test_verification_of_nothing_says_so(world: Masking) -> None:
    """Where no request arrived at all."""
    with pytest.raises(AssertionError, match="nothing arrived"):
        world.requests.verify(method="DELETE")
    world.requests.verify(method="DELETE", at_most=0)


def test_request_is_waited_for(world: Masking) -> None:
    """One that is there already counts; one that does not come is explained."""
    create(world, ANNA, BEN)

    assert "create_session" == world.requests.wait_for(operation="create_session").operation
    with pytest.raises(AssertionError, match="0 of 1 requests arrived"):
        world.requests.wait_for(operation="delete_session", timeout=0)


def test_wrong_criterion_is_refused(world: Masking) -> None:
    """A typing error is no missing request."""
    with pytest.raises(ControlRefused, match="create_sesion"):
        world.requests.count(operation="create_sesion")


@pytest.mark.parametrize(
    ("mistyped", "sentence"),
    [
        ({"times": 1}, "times: unknown key; did you mean count?"),
        ({"sesion": "x"}, "sesion: unknown key; did you mean session?"),
        ({"colour": "red"}, "colour: unknown key; known here are "),
    ],
)
def test_mistyped_criterion_is_named_with_the_nearest_known_one(
    world: Masking, mistyped: dict[str, Any], sentence: str
) -> None:
    """Nobody should have to look up what a word is called here."""
    with pytest.raises(ControlRefused) as refused:
        world.requests.verify(**mistyped)

    assert str(refused.value).startswith(sentence)
    assert next(iter(mistyped)) == refused.value.field
    with pytest.raises(ControlRefused, match="did you mean answer_after_s"):
        world.control.post(f"{world.path}/calls", {"from": ANNA, "to": BEN, "answer_after": 1})
