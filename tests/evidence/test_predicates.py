"""Predicates: each agrees with a story of ours, and disagrees with the same story where that is wrong."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from masking_emulator.evidence.captures import Capture
from masking_emulator.evidence.predicates.reading import PREDICATES, UNSHOWABLE, counts_of, read_rows
from masking_emulator.plivo.ledger import LEDGER

from tests.evidence.acted import acted_stories
from tests.evidence.corrupting import garbage, with_each_inner
from tests.evidence.noticing import Agreed, agreed_by_row, noticed

#: A story with another policy → the rows that state what is so with the usual one.
_OTHERWISE: Final[Mapping[str, Sequence[str]]] = {
    "otherwise_a_pair_is_refused": ["repeat_create"],
    "otherwise_pages_have_cursors": ["list_paging"],
    "otherwise_pages_have_cursors_and_offsets": ["list_paging"],
    "otherwise_lists_are_clamped": ["list_limit_out_of_range", "list_window_exceeded"],
    "otherwise_there_is_a_limit": ["rate_limit"],
    "otherwise_timers_are_documented": [
        *("timer_defaults", "session_expiry_default", "call_time_limit_default", "ring_timeout_default"),
    ],
    "otherwise_a_limit_is_clamped": ["call_time_limit_out_of_range"],
    "otherwise_an_update_is_accepted": ["update_status"],
    "otherwise_sounds_are_files": ["play_url_extension_required"],
}


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Capture]:
    """The captures of all acted stories, by name."""
    folder: Path = tmp_path_factory.mktemp("stories")
    return dict(acted_stories(folder))


@pytest.fixture(scope="session")
def agreements(stories: Mapping[str, Capture]) -> Mapping[str, Sequence[Agreed]]:
    """By row, where a predicate of it agreed with a story."""
    return agreed_by_row(stories.values())


@pytest.mark.parametrize("row", PREDICATES)
def test_predicate_agrees_and_notices_what_is_wrong(row: str, agreements: Mapping[str, Sequence[Agreed]]) -> None:
    """On our own stories, and on one of them that was changed where the row shows."""
    agreed = agreements.get(row, [])

    assert agreed, "no story shows it"
    assert noticed(row, agreed) is not None


def test_no_story_of_ours_is_contradicted(stories: Mapping[str, Capture]) -> None:
    """The emulator is as its ledger says, and no predicate sees what is not there."""
    wrong = {
        name: [(said.row, said.why) for said in read_rows(capture) if not said.agrees]
        for name, capture in stories.items()
        if not name.startswith("otherwise")  # with another policy than that of the statement
    }

    assert [] == [each for said in wrong.values() for each in said]


@pytest.mark.parametrize("name", _OTHERWISE)
def test_another_policy_contradicts_its_rows_alone(name: str, stories: Mapping[str, Capture]) -> None:
    """So that a finding leads to the policy."""
    contradicted = {said.row for said in read_rows(stories[name]) if not said.agrees}

    assert set(_OTHERWISE[name]) == contradicted


@pytest.mark.parametrize(
    "body", [None, [], "x", 7, {"response": None, "session": []}, {"response": {"objects": [7]}, "error": {"a": 1}}]
)
def test_any_capture_can_be_read(body: Any, stories: Mapping[str, Capture]) -> None:
    """Whatever a service answers, and whatever it was asked."""
    for capture in stories.values():
        read_rows(garbage(capture, [body, {}]))
        counts_of(read_rows(with_each_inner(capture, body)))


def test_row_has_a_predicate_or_a_reason() -> None:
    """A reason says why no capture can show the row; nobody has both, and every row has one of them."""
    assert not set(PREDICATES) & set(UNSHOWABLE)
    assert {row.id for row in LEDGER} == set(PREDICATES) | set(UNSHOWABLE)
    assert all(why.endswith(".") for why in UNSHOWABLE.values())
