"""One sentence for a candidate number and one for an event, from whatever shows them."""

import json

import pytest
from masking_emulator.core.refusals import Refused
from masking_emulator.plivo.refusals import answer_to
from masking_emulator.plivo.sentences import event_line, why_of
from masking_emulator.testing import EventView
from masking_emulator.world.journal import event_json

from tests.shell.worlds import ANNA, BEN, CARA, create, still_world


def test_refusal_and_candidate_are_said_alike() -> None:
    """The reason of a refused create holds the sentence that a client makes of the candidate's JSON."""
    world = still_world()
    session = world.do(create(ANNA, BEN))[0].session  # type: ignore[union-attr]  # the event of a create
    with pytest.raises(Refused) as refused:
        world.do(create(ANNA, CARA))
    dropped = refused.value.detail["dropped"]
    assert isinstance(dropped, tuple)
    said = why_of({"why": dropped[0].why.value, "session_uuid": session.uuid})

    assert f"a party is in another live session on this number (session {session.uuid})" == said
    assert f"+14155550100: {said}" in answer_to(refused.value).reason
    assert "cooling until 2026" == why_of({"why": "cooling", "until": "2026"})


def test_event_is_said_alike_by_the_command_line_and_the_kit() -> None:
    """The same line of the same JSON; a callback has the vendor's name where that is known."""
    event = {"sequence": 1, **json.loads(json.dumps(event_json(still_world().do(create())[0])))}
    callback = {"ordinal": 3, "notice": {"kind": "timed_out"}, "sequence": 1, "session": "s", "state": "held"}
    held = {"sequence": 12, "at": "2026-01-01T00:00:00Z", "event": "CallbackHeld", "callback": callback}

    uuid = event["session"]["uuid"]
    assert f"     1 2026-01-01T00:00:00Z SessionCreated {uuid} on +14155550100 active" == event_line(event)
    assert event_line(event) == str(EventView.of(event))
    assert "    12 2026-01-01T00:00:00Z CallbackHeld timed_out #1 of session s held, id 3" == event_line(held)
    assert event_line(held, {3: "SessionTimeout"}) == EventView.of(held).described({3: "SessionTimeout"})
    assert "CallbackHeld SessionTimeout #1 of session s held, id 3" in event_line(held, {3: "SessionTimeout"})
