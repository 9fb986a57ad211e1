"""The book of calls."""

import pytest
from masking_emulator.core.records.calls import CallSignal

from tests.core.play import ANNA, BEN, World


@pytest.fixture
def pair(world: World) -> World:
    """Anna and Ben have a session on number A."""
    world.create(ANNA, BEN)
    return world


def test_call_is_found_by_each_of_its_legs(pair: World) -> None:
    """A call is named after its first leg."""
    call, book = pair.call(ANNA), pair.engine.state.calls
    first, second = call.legs

    assert call is book.get(call.uuid) is book.get(second.uuid)
    assert (call, first) == book.leg(first.uuid)
    assert (call, second) == book.leg(second.uuid)
    assert (None, None) == (book.get("nobody"), book.leg("nobody"))


def test_calls_stand_in_their_order(pair: World) -> None:
    """Oldest first, and the other way round."""
    calls, book = [pair.call(ANNA), pair.call(BEN)], pair.engine.state.calls

    assert calls == list(book.all())
    assert calls[::-1] == list(book.newest_first())
    assert [1, 2] == [call.ordinal for call in calls]


def test_running_calls_are_counted(pair: World) -> None:
    """Until they end."""
    call, book = pair.call(ANNA, manual=True), pair.engine.state.calls
    pair.call(BEN)
    assert 2 == book.running_count

    pair.step(call, CallSignal.CALLER_HUNG_UP)
    assert (1, 2) == (book.running_count, len(book))
    assert (call.uuid,) == book.ended_oldest(9)


def test_forgotten_call_is_found_by_none_of_its_legs(pair: World) -> None:
    """Nothing of it is left."""
    call, book = pair.call(ANNA), pair.engine.state.calls
    pair.wait(60)
    book.forget([call.uuid])

    assert [None, None] == [book.get(leg.uuid) for leg in call.legs]
    assert 0 == len(book)


def test_forked_book_is_independent(pair: World) -> None:
    """A call that ends in one runs on in the other."""
    call = pair.call(ANNA)
    twin = pair.fork()
    twin.wait(60)

    assert pair.call_now(call).is_running
    assert not twin.call_now(call).is_running
    assert (1, 0) == (pair.engine.state.calls.running_count, twin.engine.state.calls.running_count)
