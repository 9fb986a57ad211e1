"""What cannot be of a session in a snapshot that somebody edited, each said in its own words."""

from typing import Any

import pytest
from masking_emulator.core.consistency import contradictions
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import History
from masking_emulator.core.records.sessions import Status

from tests.core.play import ANNA, BEN, START, A, World

_SECOND = START + 1_000_000


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"second_party": ANNA}, "has no parties, or one twice"),
        ({"first_party": "", "second_party": ""}, "has no parties, or one twice"),
        ({"first_party": ""}, "lacks a party, and is no session for a single one"),
        ({"second_party": ""}, "lacks a party, and is no session for a single one"),
        ({"first_party": A}, "has the number of one of its parties"),
        ({"second_party": A}, "has the number of one of its parties"),
        ({"created_at": _SECOND}, "has instants that are not in their order"),
        ({"created_at": _SECOND, "modified_at": _SECOND}, "has instants that are not in their order"),
        ({"modified_at": _SECOND}, "has instants that are not in their order"),
        ({"expires_at": START - 1, "status": Status.EXPIRED}, "has instants that are not in their order"),
        ({"expires_at": START}, "lives, and its expiry has come"),
        ({"status": Status.EXPIRED}, "has ended, and its expiry is to come"),
        ({"status": Status.IN_PROGRESS}, "is in_progress with 0 running calls"),
        ({"running": 1}, "is active with 1 running calls"),
        ({"running": 1}, "counts 1 running calls, and 0 run"),
        ({"history": History(last_at=_SECOND)}, "has a history without an end, or with one in the future"),
        ({"history": History(last_at=START)}, "has a history without an end, or with one in the future"),
        ({"owner": 1}, "belongs to no account"),
        ({"left": ("14155559999",)}, "had a number that is not there"),
        ({"expires_at": _SECOND}, "expires at another instant than its timer says"),
    ],
)
def test_session_that_cannot_be_is_named(changes: dict[str, Any], why: str) -> None:
    """Also one that has nothing else about it: two parties, no calls and no PINs."""
    world = World(A)
    session = world.create(ANNA, BEN)
    snapshot = world.engine.snapshot()
    changed = replace(snapshot, sessions=(replace(session, **changes),))

    assert [] == list(contradictions(snapshot, accounts=1))
    assert ("sessions", session.uuid, why) in list(contradictions(changed, accounts=1))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"at": START - 1}, "was due before now"),
        ({"at": _SECOND}, "expires at another instant than its timer says"),
        ({"key": "another"}, "is not the key of its command, which is "),
    ],
)
def test_timer_that_cannot_be_is_named(changes: dict[str, Any], why: str) -> None:
    """The timer of a session's expiry goes with the session."""
    world = World(A)
    world.create(ANNA, BEN)
    snapshot = world.engine.snapshot()
    changed = replace(snapshot, timers=(replace(snapshot.timers[0], **changes),))

    assert any(found.startswith(why) for _, _, found in contradictions(changed, accounts=1))
