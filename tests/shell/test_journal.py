"""The journal: bounded, numbered, and readable as JSON."""

import asyncio
import json
from collections.abc import Iterator, Sequence

import pytest

from emulator.core.commands import AddNumber, DeleteSession, UpdateSession
from emulator.core.events import Event, NumberAdded, SessionCreated
from emulator.core.instants import read
from emulator.core.records import Number
from emulator.journal import Journal, event_json, record_json
from tests.core.play import creation, pin_wish
from tests.shell.worlds import ANNA, BEN, CARA, DAVE, START, create, still_world


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


def test_every_event_is_written_as_json() -> None:
    """Each type of event has its name, its instant in ISO 8601, and nothing that JSON does not know."""
    world = still_world(limits={"sessions_ended_max": 1})
    first = world.do(create(ANNA, BEN, cooloff_s=60))[0]
    assert isinstance(first, SessionCreated)
    world.do(create(ANNA, BEN, cooloff_s=60))
    world.do(UpdateSession(None, first.session.uuid, None, None, 60, {"record": True}))
    world.do(creation(CARA, DAVE, expiry_s=60, pins=pin_wish()))
    world.do(AddNumber("14155550101", 1, 0))
    world.do(DeleteSession(None, first.session.uuid))
    asyncio.run(world.advance_to(read("2026-01-01T01:00:00Z")))

    written = [json.loads(json.dumps(event_json(event))) for _, event in world.journal.after(0, 100)]
    assert {kind.__name__ for kind in Event.__args__} == {event["event"] for event in written}
    assert {START, "2026-01-01T00:01:00Z"} == {event["at"] for event in written}
    assert sorted(written, key=lambda event: str(event["at"])) == written


def test_session_is_written_with_its_records() -> None:
    """Instants are ISO 8601, enums their value, nested records objects, and nothing is left out."""
    event = still_world().do(create())[0]
    assert isinstance(event, SessionCreated)

    session = record_json(event.session)
    assert list(type(event.session).__dataclass_fields__) == list(session)
    assert ("active", START, "2026-01-01T00:30:00Z") == (
        session["status"],
        session["created_at"],
        session["expires_at"],
    )
    assert 14_400 == session["settings"]["call_time_limit_s"]
    assert [] == session["allocation"]["dropped"]
