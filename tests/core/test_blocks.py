"""Blocks against a plain list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core import blocks
from masking_emulator.core.blocks import Blocks
from masking_emulator.core.work import finished

_KEYS = st.integers(0, 40)


@pytest.fixture(autouse=True)
def _short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few items fill several of them."""
    monkeypatch.setattr(blocks, "_BLOCK_MAX", 4)


@given(st.sets(_KEYS), st.lists(st.tuples(_KEYS, st.booleans()), max_size=60), st.integers(0, 41), st.integers(0, 41))
def test_items_are_those_of_a_sorted_list_however_they_come_and_go(
    filled: set[int], steps: list[tuple[int, bool]], low: int, high: int
) -> None:
    """From either end, in any span, and when the first ones are taken; a copy is independent."""
    made = Blocks[str]()
    finished(made.filling({key: str(key) for key in filled}))
    present = set(filled)
    for key, comes in steps:
        if comes and key not in present:
            made.add(key, str(key))
            present.add(key)
        elif not comes and key in present:
            made.remove(key)
            present.remove(key)

    keys = sorted(present)
    items = [str(key) for key in keys]
    assert [items, items[::-1], len(items)] == [list(made), list(reversed(made)), len(made)]
    assert items[low:high] == made[low:high]
    assert len([key for key in keys if key < low]) == made.place(low)
    taken = made.copy()
    below = [str(key) for key in keys if key < high]
    assert below == list(iter(lambda: taken.pop_below(high), None))
    assert next((key for key in keys if key >= high), None) == taken.first_key
    assert [items[len(below) :], items] == [list(taken), list(made)]


def test_item_comes_in_front_of_all_that_were_left_when_the_first_were_taken() -> None:
    """The first block is gone then, and with it its floor."""
    made = Blocks[str]()
    for key in range(10, 30):
        made.add(key, str(key))
    for _ in range(10):
        made.pop_below(40)
    made.add(3, "3")

    assert ["3", "20"] == made[:2]
