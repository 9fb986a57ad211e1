"""The book of sessions against a plain list."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from masking_emulator.core.books.index import Range
from masking_emulator.core.books.session_lists import Unindexed
from masking_emulator.core.books.session_query import SessionQuery
from masking_emulator.core.books.sessions import SessionBook
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.sessions import Session, Status
from masking_emulator.core.work import finished

from tests.core.play import ANNA, BEN, CARA, DAVE, EVE, START, A, B, World, naive_select, pin_wish

_BASE = World(A).create(ANNA, BEN)
_PEOPLE = st.sampled_from([ANNA, BEN, CARA])
#: Everything that is created or expires does so within these seconds around now.
_SECONDS = st.integers(-20, 20)


def _at(second: int) -> int:
    return START + second * SECOND_US


def _record(ordinal: int, *, created: int, expires: int, **changes: object) -> Session:
    """A session that lives if it expires after START."""
    status = Status.ACTIVE if expires > 0 else Status.EXPIRED
    instants = {"created_at": _at(created), "modified_at": _at(created), "expires_at": _at(expires)}
    return replace(_BASE, ordinal=ordinal, uuid=str(ordinal), status=status, **instants, **changes)


def _ranges(values: st.SearchStrategy[int]) -> st.SearchStrategy[Range]:
    bounds = st.none() | values
    return st.builds(Range, bounds, bounds)


@st.composite
def _histories(draw: st.DrawFn) -> list[list[Session]]:
    """Records to put, session by session, oldest first: at times one is put and later replaced."""
    histories = []
    for ordinal, created in enumerate(sorted(draw(st.lists(st.integers(-20, 0), max_size=25)))):
        session = _record(
            ordinal,
            created=created,
            expires=draw(st.integers(created, 20)),
            owner=draw(st.integers(0, 1)),
            first_party=draw(_PEOPLE),
            second_party=draw(st.sampled_from([DAVE, ""])),
            number=draw(st.sampled_from([A, B])),
        )
        younger = replace(session, status=Status.ACTIVE, expires_at=_at(draw(st.integers(1, 20))), second_party=EVE)
        histories.append([younger, session] if draw(st.booleans()) else [session])
    return histories


_CONDITIONS: dict[str, st.SearchStrategy[object]] = {
    "owner": st.integers(0, 1),
    "first_party": _PEOPLE,
    "second_party": st.sampled_from([DAVE, EVE]),
    "number": st.sampled_from([A, B]),
    "live": st.booleans(),
    "created": _ranges(_SECONDS.map(_at)),
    "expires": _ranges(_SECONDS.map(_at)),
    "duration": _ranges(st.integers(0, 40)),
}


@st.composite
def _queries(draw: st.DrawFn) -> SessionQuery:
    """Few conditions at once, so that each has its turn alone."""
    chosen = draw(st.lists(st.sampled_from(list(_CONDITIONS)), max_size=3, unique=True))
    conditions = {name: draw(_CONDITIONS[name]) for name in chosen}
    limit, offset = draw(st.integers(1, 20)), draw(st.integers(0, 5))
    return replace(SessionQuery(limit, offset), **conditions)


#: Every index, asked alone.
_EACH_INDEX = [
    SessionQuery(20, 0, owner=0),
    SessionQuery(20, 0, first_party=ANNA),
    SessionQuery(20, 0, second_party=DAVE),
    SessionQuery(20, 0, number=A),
    SessionQuery(20, 0, created=Range(high=_at(0))),
    SessionQuery(20, 0, expires=Range(low=_at(-5))),
    SessionQuery(20, 0, duration=Range(low=5)),
]


def _book(histories: list[list[Session]], *, asked_before: bool = False) -> SessionBook:
    """A book of these. Was every list asked for before they came, its index is kept as they come; else made later."""
    book = SessionBook()
    for query in _EACH_INDEX if asked_before else ():
        book.select(query, START)
    for history in histories:
        for session in history:
            book.put(session)
    return book


@settings(max_examples=400)
@given(_histories(), _queries(), st.booleans())
@example(histories=[], query=SessionQuery(limit=20, offset=0), asked_before=False)
def test_select_finds_what_a_filter_over_everything_finds(
    histories: list[list[Session]],
    query: SessionQuery,
    asked_before: bool,  # noqa: FBT001
) -> None:
    """Count and page, newest first, for any conditions together (ledger: list_order, list_parties, list_status)."""
    book = _book(histories, asked_before=asked_before)

    assert naive_select([history[-1] for history in histories], query) == book.select(query, START)


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("second", [-7, 0, 7])
def test_liveness_and_a_range_of_expiries_hold_together(live: bool, second: int) -> None:  # noqa: FBT001
    """Neither condition takes the place of the other, whichever is narrower."""
    sessions = [_record(n, created=-20, expires=expires) for n, expires in enumerate([-9, -5, 0, 5, 9])]
    book = _book([[session] for session in sessions])

    for expires in (Range(low=_at(second)), Range(high=_at(second))):
        query = SessionQuery(20, 0, live=live, expires=expires)
        assert naive_select(sessions, query) == book.select(query, START)


@given(_histories(), st.sets(st.integers(0, 25)), st.booleans())
def test_forgotten_sessions_are_as_if_they_never_were(
    histories: list[list[Session]],
    spared: set[int],
    asked_before: bool,  # noqa: FBT001
) -> None:
    """Forgetting leaves no trace in any index."""
    book = _book(histories, asked_before=asked_before)
    newest = [history[-1] for history in histories]
    kept = [session for session in newest if session.is_live or session.ordinal in spared]
    book.forget([session.uuid for session in newest if session not in kept])

    assert kept == list(book.all())
    for query in _EACH_INDEX:
        assert naive_select(kept, query) == book.select(query, START)


@given(_histories(), _queries(), st.integers(0, 20))
def test_book_that_is_filled_is_as_one_into_which_all_were_put(
    histories: list[list[Session]], query: SessionQuery, ended: int
) -> None:
    """In every index, also after one of the sessions has ended."""
    newest = [history[-1] for history in histories]
    put, filled = _book([[session] for session in newest]), SessionBook()
    finished(filled.filling(newest))
    for session in newest[ended : ended + 1]:
        for book in (put, filled):
            book.put(replace(session, status=Status.EXPIRED, expires_at=session.created_at))

    assert list(put.all()) == list(filled.all())
    assert put.live_count == filled.live_count
    assert put.ended_oldest(99) == filled.ended_oldest(99)
    assert put.select(query, START) == filled.select(query, START)
    for person in (ANNA, DAVE, EVE):
        assert put.live_of(person) == filled.live_of(person)
    for one in _EACH_INDEX:
        assert put.select(one, START) == filled.select(one, START)


@given(_histories())
def test_live_sessions_are_known_by_party(histories: list[list[Session]]) -> None:
    """Only the newest record of a session counts, and only while it lives."""
    book = _book(histories)

    live = [history[-1] for history in histories if history[-1].is_live]
    assert len(live) == book.live_count
    for party in (ANNA, BEN, CARA, DAVE, EVE):
        expected = {session.uuid for session in live if party in session.parties}
        assert expected == {session.uuid for session in book.live_of(party)}


def test_more_matches_than_are_ranked_are_walked_newest_first() -> None:
    """With very many matches in order of expiry the page is the same as with few."""
    book = SessionBook()
    sessions = [_record(n, created=-9, expires=n % 9, first_party=str(n), second_party="") for n in range(23_000)]
    for session in sessions:
        book.put(session)

    query = SessionQuery(limit=3, offset=2, live=True)
    assert naive_select(sessions, query) == book.select(query, START)


@pytest.mark.parametrize(
    "condition",
    [{"owner": 0}, {"first_party": ANNA}, {"number": A}, {"created": Range(high=_at(-8))}, {"duration": Range(low=18)}],
    ids=lambda condition: next(iter(condition)),
)
def test_index_of_many_sessions_is_made_in_pieces(condition: dict[str, Any]) -> None:
    """The first list of a kind says that it has to be made; once it is, the list is as any other."""
    sessions = [_record(n, created=n // 2000 - 9, expires=9, first_party=ANNA, number=A) for n in range(4_000)]
    book, query = SessionBook(), SessionQuery(20, 0, **condition)
    finished(book.filling(sessions))
    with pytest.raises(Unindexed) as unindexed:
        book.select(query, START)

    assert sum(1 for _ in unindexed.value.making) >= 3
    assert naive_select(sessions, query) == book.select(query, START)


def test_index_that_two_lists_wait_for_is_made_once() -> None:
    """The second to have its turn finds it there."""
    sessions = [_record(n, created=n // 2000 - 9, expires=9, first_party=ANNA, number=A) for n in range(4_000)]
    book, query = SessionBook(), SessionQuery(20, 0, number=A)
    finished(book.filling(sessions))
    works = []
    for _ in range(2):
        with pytest.raises(Unindexed) as unindexed:
            book.select(query, START)
        works.append(unindexed.value.making)
    one, other = works
    finished(one)

    assert [] == list(other)
    assert naive_select(sessions, query) == book.select(query, START)


def test_pin_is_taken_while_its_session_lives() -> None:
    """A PIN is free on other numbers, and after its session ended."""
    world = World(A)
    session = world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    book = world.engine.state.book

    assert book.pin_taken(A, "1111")
    assert book.pin_taken(A, "2222")
    assert not book.pin_taken(B, "1111")
    world.delete(session)
    assert not book.pin_taken(A, "1111")


def test_pin_of_two_sessions_is_taken_until_both_ended() -> None:
    """Given PINs may collide on a number; the first end does not free the PIN."""
    world = World(A)
    one = world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    other = world.create(CARA, DAVE, pins=pin_wish("1111", "3333"))
    book = world.engine.state.book
    world.delete(one)

    assert book.pin_taken(A, "1111")
    world.delete(other)
    assert not book.pin_taken(A, "1111")


def test_ended_oldest_lists_ended_sessions_in_the_order_of_their_ends() -> None:
    """Live sessions are passed over, however old."""
    book = _book([[_record(1, created=-9, expires=5)], [_record(2, created=-8, expires=-1)]])
    book.put(_record(3, created=-7, expires=-2))

    assert book.ended_oldest(1) == ("3",)
    assert book.ended_oldest(5) == ("3", "2")


@pytest.mark.parametrize("original_changes", [True, False])
@given(_histories(), _histories())
def test_copy_is_independent(
    original_changes: bool,  # noqa: FBT001
    shared: list[list[Session]],
    later: list[list[Session]],
) -> None:
    """Neither of two copies sees what is put into, or forgotten by, the other."""
    original = _book(shared, asked_before=True)
    twin = finished(original.copying())
    changed, kept = (original, twin) if original_changes else (twin, original)
    newest = [history[-1] for history in shared]
    for history in later:
        changed.put(replace(history[-1], ordinal=history[-1].ordinal + 100, uuid=f"later {history[-1].uuid}"))
    changed.forget([session.uuid for session in newest if not session.is_live])

    assert sum(session.is_live for session in newest) == kept.live_count
    assert newest == [kept.get(session.uuid) for session in newest]
    for query in _EACH_INDEX:
        assert naive_select(newest, query) == kept.select(query, START)


def test_copy_keeps_its_own_pins() -> None:
    """A PIN freed in one copy is taken in the other."""
    world = World(A)
    session = world.create(ANNA, BEN, pins=pin_wish("1111", "2222"))
    twin = finished(world.engine.state.book.copying())
    world.delete(session)

    assert twin.pin_taken(A, "1111")
    assert not world.engine.state.book.pin_taken(A, "1111")
