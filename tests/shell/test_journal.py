"""The journal: bounded, numbered, and readable as JSON."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args

import pytest
from masking_emulator.core.codec import plain
from masking_emulator.core.commands import (
    DeleteRecording,
    DropCallback,
    HoldCallback,
    NoteMedia,
    SettleAttempt,
    SwitchDelivery,
)
from masking_emulator.core.events import Event, NumberAdded, SessionCreated
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import names, replace
from masking_emulator.core.records.callbacks import Attempt, Outcome, RetryPlan
from masking_emulator.core.records.calls import Message
from masking_emulator.core.records.sessions import Number, Session
from masking_emulator.world.journal import Journal, event_json

from tests.core.play import ANNA, BEN, CARA, DAVE, EVE, RECORDING, RULES, A, B, World, pin_wish
from tests.shell.worlds import START, create, still_world


def _events(*digits: str) -> Sequence[Event]:
    return [NumberAdded(at=0, number=Number(text, 1, 0, place)) for place, text in enumerate(digits)]


def _digits(found: Sequence[tuple[int, Event]]) -> Iterator[tuple[int, str]]:
    for sequence, event in found:
        assert isinstance(event, NumberAdded)
        yield sequence, event.number.digits


def test_empty_journal_has_no_event() -> None:
    """Before the first event, `first` is one past `last`."""
    journal = Journal(10)

    assert (1, 0) == (journal.first, journal.last)
    assert [] == journal.after(0, 10)


def test_events_are_numbered_from_one() -> None:
    """Sequence numbers begin at 1 and go on from append to append."""
    journal = Journal(10)
    journal.append(_events("a", "b"))
    journal.append(_events("c"))

    assert [(1, "a"), (2, "b"), (3, "c")] == list(_digits(journal.after(0, 10)))
    assert (1, 3) == (journal.first, journal.last)


@pytest.mark.parametrize(
    ("after", "limit", "expected"),
    [(0, 2, [1, 2]), (1, 2, [2, 3]), (2, 9, [3, 4]), (4, 9, []), (99, 9, []), (10**15, 9, []), (1, 0, [])],
)
def test_page_follows_a_sequence_number(after: int, limit: int, expected: list[int]) -> None:
    """A page holds the events above a number, oldest first, up to the limit."""
    journal = Journal(10)
    journal.append(_events("a", "b", "c", "d"))

    assert expected == [sequence for sequence, _ in journal.after(after, limit)]


def test_oldest_events_make_room() -> None:
    """Past its limit a journal forgets the oldest, and the numbers stay what they were."""
    journal = Journal(2)
    journal.append(_events("a", "b", "c", "d", "e"))

    assert [(4, "d"), (5, "e")] == list(_digits(journal.after(0, 10)))
    assert (4, 5) == (journal.first, journal.last)


def test_copy_is_independent() -> None:
    """What is appended to one is not in the other, and the limit is copied too."""
    journal = Journal(2)
    journal.append(_events("a"))
    twin = journal.copy()
    twin.append(_events("b", "c"))

    assert [(1, "a")] == list(_digits(journal.after(0, 10)))
    assert [(2, "b"), (3, "c")] == list(_digits(twin.after(0, 10)))


def _busy_world() -> World:
    """A world in which everything has happened that can happen."""
    world = World(A, rules=replace(RULES, sessions_ended_max=1, calls_ended_max=1, expiry_waits=True))
    told = replace(RECORDING, initiate_call=True, first_party_play="https://example.com/first.mp3")
    session = world.create(ANNA, BEN, cooloff_s=60, settings=told)
    world.create(ANNA, BEN, cooloff_s=60, settings=told)
    world.update(session, expiry_s=60)
    world.create(CARA, DAVE, expiry_s=60, pins=pin_wish("1111", "2222"))
    world.add(B)
    world.phone(ANNA)
    world.call(ANNA, talk_s=1)
    world.call(BEN, talk_s=1, recording_fails=True)
    world.call(EVE, digits=["1111"])
    world.wait(30)
    world.call(EVE)
    world.do(DeleteRecording(None, world.recordings()[0].uuid))
    _settle_callbacks(world)
    world.replace_number(A)
    world.delete(session)
    late = world.create(ANNA, BEN, expiry_s=60)
    world.call(ANNA, late.number, talk_s=600)
    world.wait(3600)
    return world


def _settle_callbacks(world: World) -> None:
    """One is tried in vain, one held and dropped; then none is sent any more, and a file is looked at."""
    first, second, *_ = world.engine.state.outbox.unsettled()
    attempt = Attempt(1, Outcome.NO_ANSWER, None, "")
    world.do(SettleAttempt(first.ordinal, attempt, RetryPlan(2, frozenset({Outcome.NO_ANSWER}), SECOND_US)))
    world.do(HoldCallback(second.ordinal, None))
    world.do(DropCallback(second.ordinal))
    world.do(SwitchDelivery(on=False))
    world.do(NoteMedia("", Message.FIRST_PARTY, "https://example.com/first.mp3", "found"))


def _types(union: Any) -> Iterator[type]:
    """The classes of a union of unions."""
    for member in get_args(union) or (union,):
        yield from _types(member) if get_args(member) else (member,)


def test_every_event_is_written_as_json() -> None:
    """Each type of event has its name, its instant in ISO 8601, and nothing that JSON does not know."""
    written = [json.loads(json.dumps(event_json(event))) for event in _busy_world().journal]

    assert {kind.__name__ for kind in _types(Event)} == {event["event"] for event in written}
    instants = [event["at"] for event in written]
    assert all(re.fullmatch(r"2026-01-01T1[23]:\d\d:\d\dZ", instant) for instant in instants)
    assert sorted(instants) == instants


def test_session_is_written_with_its_records() -> None:
    """Instants are ISO 8601, enums their value, nested records objects, and nothing is left out."""
    event = still_world().do(create())[0]
    assert isinstance(event, SessionCreated)

    session = plain(event.session)
    assert list(names(Session)) == list(session)
    assert ("active", START, "2026-01-01T00:30:00Z") == (
        session["status"],
        session["created_at"],
        session["expires_at"],
    )
    assert 14_400 == session["settings"]["call_time_limit_s"]
    assert [] == session["allocation"]["dropped"]
