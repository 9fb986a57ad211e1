"""Lists of calls and recordings, page by page, in each way of paging that the policy `list_paging` has."""

from itertools import pairwise
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.plivo.ask import FIRST, Reply
from tests.plivo.inside import House, house

_WAYS: Final = ("offset", "cursor", "hybrid")
_LISTS: Final = ("Call", "Recording")


def _filled(paging: str, calls: int = 7) -> House:
    """A house with so many recorded calls, each of two legs."""
    home = house(list_paging=paging)
    home.create(record=True)
    for _ in range(calls):
        home.call(talk_s=1, wait_s=10)
    return home


def _page(home: House, resource: str, **query: Any) -> Reply:
    asked = "&".join(f"{name}={quote(str(value))}" for name, value in query.items())
    return home.ask(f"/{resource}/?{asked}")


def _following(page: Reply) -> dict[str, str]:
    """The query of the next page."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.json["meta"]["next"]).query).items()}


def _uuids(page: Reply) -> list[str]:
    return [shown.get("recording_id") or shown["call_uuid"] for shown in page.json["objects"]]


def _walk(home: House, resource: str, **query: Any) -> list[Reply]:
    """Every page, by following `next`."""
    pages = [_page(home, resource, **query)]
    while pages[-1].json["meta"]["next"] is not None:
        pages.append(_page(home, resource, **_following(pages[-1])))
    return pages


@pytest.mark.parametrize("resource", _LISTS)
@pytest.mark.parametrize("paging", _WAYS)
def test_following_next_shows_each_object_once_in_every_way(paging: str, resource: str) -> None:
    """Filters go along, and the page says where it begins."""
    home = _filled(paging)
    whole = _uuids(_page(home, resource))
    pages = _walk(home, resource, limit=3, from_number=FIRST)

    expected = whole if resource == "Recording" else [uuid for uuid in whole if uuid in _uuids_from(home)]
    assert expected == [uuid for page in pages for uuid in _uuids(page)]
    assert list(range(0, len(expected), 3)) == [page.json["meta"]["offset"] for page in pages]
    assert {len(expected)} == {page.json["meta"]["total_count"] for page in pages}


def _uuids_from(home: House) -> list[str]:
    return _uuids(_page(home, "Call", from_number=FIRST))


@pytest.mark.parametrize(("paging", "named"), [("offset", "offset"), ("cursor", "cursor"), ("hybrid", "cursor")])
def test_next_names_the_page_in_the_way_of_the_policy(paging: str, named: str) -> None:
    """An offset and a cursor never stand beside each other."""
    page = _page(_filled(paging), "Call", limit=5, cursor="")

    assert {"limit", named} == set(_following(page))


@pytest.mark.parametrize("resource", [*_LISTS, "Number", "Masking/Session"])
def test_unknown_cursor_is_not_copied_into_next(resource: str) -> None:
    """Where pages have offsets a cursor is an unknown key, and whoever sends one gets the page of the offset."""
    home = _filled("offset")
    for second in ("+919810000001", "+919810000002"):
        home.create(first_party="+919810000003", second_party=second)
    page = _page(home, resource, limit=1, offset=1, cursor="AAAAAAAAAAA")

    listed = page.json.get("response", page.json)["meta"]
    assert listed["offset"] == 1
    assert not [link for link in (listed["next"], listed["previous"]) if link and "cursor" in link]


def test_new_objects_shift_no_page_that_a_cursor_names() -> None:
    """What is new stands at the head, and the walk goes on where it was; an offset shows an object again."""
    repeated = {}
    for paging in ("offset", "cursor"):
        home = _filled(paging)
        first = _page(home, "Call", limit=4)
        home.call(talk_s=1, wait_s=10)
        second = _page(home, "Call", **_following(first))
        repeated[paging] = len(set(_uuids(first)) & set(_uuids(second)))

    assert {"offset": 2, "cursor": 0} == repeated


def test_deleted_object_breaks_no_cursor_that_stands_for_it() -> None:
    """The walk goes on behind its place."""
    home = _filled("cursor")
    whole = _uuids(_page(home, "Recording"))
    first = _page(home, "Recording", limit=3)
    home.ask(f"/Recording/{whole[2]}", method="DELETE")

    assert whole[3:6] == _uuids(_page(home, "Recording", **_following(first)))


@pytest.mark.parametrize(("paging", "starts"), [("offset", (5, 5)), ("cursor", (0, 3)), ("hybrid", (5, 5))])
def test_offset_is_ignored_or_wins_over_a_cursor(paging: str, starts: tuple[int, int]) -> None:
    """By cursors alone no offset counts; the hybrid applies one that is sent, cursor or not."""
    home = _filled(paging)
    cursor = _following(_page(home, "Call", limit=3)).get("cursor", "unknown")

    by_offset = _page(home, "Call", limit=3, offset=5)
    by_both = _page(home, "Call", limit=3, offset=5, cursor=cursor)
    assert starts == (by_offset.json["meta"]["offset"], by_both.json["meta"]["offset"])


@pytest.mark.parametrize("cursor", ["unknown", "AAAA", "£", "A" * 200, "=" * 8])
@pytest.mark.parametrize("paging", ["cursor", "hybrid"])
def test_cursor_that_no_list_gave_is_refused(paging: str, cursor: str) -> None:
    """The parameter is named."""
    refused = _page(_filled(paging, calls=1), "Call", cursor=cursor)

    expected = (400, "Invalid parameter. cursor is not one that a list has given.")
    assert expected == (refused.status, refused.json["error"])


@pytest.mark.parametrize(("paging", "links"), [("offset", True), ("cursor", False), ("hybrid", False)])
def test_cursors_only_lead_on(paging: str, links: bool) -> None:  # noqa: FBT001
    """A page that a cursor names has no previous one; one of an offset has."""
    pages = _walk(_filled(paging), "Call", limit=5)

    assert [False, *[links] * (len(pages) - 1)] == [page.json["meta"]["previous"] is not None for page in pages]
    assert all(one.json["meta"]["offset"] < two.json["meta"]["offset"] for one, two in pairwise(pages))
