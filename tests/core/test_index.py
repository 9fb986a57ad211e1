"""The indexes against plain lists."""

from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core.books.index import AgeIndex, Range, SortedIndex
from masking_emulator.core.work import finished

_VALUES = st.integers(0, 20)
_RANGES = st.builds(Range, st.none() | _VALUES, st.none() | _VALUES)


def _indexed(values: list[int]) -> SortedIndex:
    index = SortedIndex()
    for ordinal, value in enumerate(values):
        index.add(value, ordinal, str(ordinal))
    return index


def _naive(values: list[int], wanted: Range) -> list[str]:
    """The ordinals of the wanted values, by value, then by ordinal."""
    return [str(ordinal) for value, ordinal in sorted((v, o) for o, v in enumerate(values) if v in wanted)]


def _spanned(index: SortedIndex, wanted: Range) -> list[str]:
    start, stop = index.span(wanted)
    return index[start:stop]


def test_range_holds_its_low_end_and_not_its_high_end() -> None:
    """A range is half open; None leaves a side open."""
    assert [value for value in range(6) if value in Range(2, 4)] == [2, 3]
    assert [value for value in range(6) if value in Range(None, 2)] == [0, 1]
    assert [value for value in range(6) if value in Range(4)] == [4, 5]


@given(st.lists(_VALUES), _RANGES)
def test_span_holds_the_wanted_values_in_order(values: list[int], wanted: Range) -> None:
    """A span is what a filter over everything finds, sorted by value and then by creation."""
    assert _naive(values, wanted) == _spanned(_indexed(values), wanted)


@given(st.lists(_VALUES, min_size=1), st.data())
def test_removed_entry_is_gone_and_only_that_one(values: list[int], data: st.DataObject) -> None:
    """Among equal values, the ordinal says which entry goes."""
    gone = data.draw(st.integers(0, len(values) - 1))
    index = _indexed(values)
    index.remove(values[gone], gone)

    assert [uuid for uuid in _naive(values, Range()) if uuid != str(gone)] == _spanned(index, Range())


@given(st.lists(_VALUES), st.sets(st.integers(0, 20)), _RANGES)
def test_removing_many_is_as_if_they_never_were(values: list[int], kept: set[int], wanted: Range) -> None:
    """Keys and UUIDs are dropped together, so spans stay right."""
    index = _indexed(values)
    for ordinal, value in enumerate(values):
        if ordinal not in kept:
            index.remove(value, ordinal)

    assert [uuid for uuid in _naive(values, wanted) if int(uuid) in kept] == _spanned(index, wanted)


def test_copy_is_independent() -> None:
    """Neither of two copies sees what is done to the other."""
    index = _indexed([1, 2])
    twin = index.copy()
    index.add(3, 2, "2")
    twin.remove(1, 0)

    assert index[:] == ["0", "1", "2"]
    assert twin[:] == ["1"]


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=40), st.integers(0, 12), st.integers(0, 12))
def test_sessions_are_in_order_of_age_however_they_come_and_go(
    steps: list[tuple[int, bool]], start: int, stop: int
) -> None:
    """Also where an older one comes after a younger one; a slice is that of a sorted list, from either end."""
    index, present = AgeIndex(), set[int]()
    for ordinal, comes in steps:
        if comes and ordinal not in present:
            index.add(ordinal, str(ordinal))
            present.add(ordinal)
        elif not comes and ordinal in present:
            index.remove(str(ordinal))
            present.remove(ordinal)

    oldest_first = [str(ordinal) for ordinal in sorted(present)]
    assert [oldest_first, oldest_first[::-1], len(present)] == [list(index), list(reversed(index)), len(index)]
    assert oldest_first[start:stop] == index[start:stop]
    assert oldest_first == index.copy()[:]


class _Counted(int):
    """A number that counts how often it is compared with another."""

    compared = 0

    def __lt__(self, other: int) -> bool:
        _Counted.compared += 1
        return int(self) < other


def test_many_older_sessions_cost_no_more_each_than_one() -> None:
    """Such as come when a number is replaced: each is put in its place without a look at all the others."""
    index, count = AgeIndex(), 512
    for ordinal in (*range(count, 2 * count), *range(count)):
        index.add(_Counted(ordinal), str(ordinal))

    assert [str(ordinal) for ordinal in range(2 * count)] == index[:]
    assert _Counted.compared < 30 * count


def test_copy_of_an_age_index_is_independent() -> None:
    """Neither of two copies sees what is done to the other, and both know which is the newest."""
    index = AgeIndex()
    index.add(5, "5")
    twin = index.copy()
    index.add(6, "6")
    twin.add(3, "3")

    assert [["5", "6"], ["3", "5"]] == [index[:], twin[:]]


def _filled(values: list[int]) -> SortedIndex:
    index = SortedIndex()
    finished(index.filling(values, {ordinal: str(ordinal) for ordinal in range(len(values))}))
    return index


@given(st.lists(_VALUES), st.lists(_VALUES, max_size=3), _RANGES, st.data())
def test_index_that_is_filled_is_as_one_to_which_all_were_added(
    values: list[int], more: list[int], wanted: Range, data: st.DataObject
) -> None:
    """Also when more are added to it, and some removed."""
    added, filled = _indexed(values), _filled(values)
    gone = data.draw(st.integers(0, len(values) - 1)) if values else None
    for index in (added, filled):
        for ordinal, value in enumerate(more, len(values)):
            index.add(value, ordinal, str(ordinal))
        if gone is not None:
            index.remove(values[gone], gone)

    assert len(added) == len(filled)
    assert list(added) == list(filled)
    assert _spanned(added, wanted) == _spanned(filled, wanted)


def test_filled_index_of_many_blocks_is_in_order() -> None:
    """Values in any order: each is found, from either end, and in any span."""
    values = [(7 * place) % 1000 for place in range(3000)]
    added, filled = _indexed(values), _filled(values)

    assert list(added) == list(filled)
    assert added[700:2100] == filled[700:2100]
    assert added.span(Range(100, 900)) == filled.span(Range(100, 900))
