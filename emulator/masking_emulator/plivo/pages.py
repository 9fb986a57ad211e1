"""Pages of lists: which part of what was found is shown, and the links to the parts beside it.

A page is named by an offset, or, in lists of calls and recordings where the policy `list_paging` says so, by a
cursor: an opaque word for the last object of the page before, so that what is new at the head of the list shifts
nothing. Source: ledger: list_offset, list_links, list_paging.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Generic, Literal, TypeVar
from urllib.parse import urlencode

from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import Record
from masking_emulator.plivo import refusals
from masking_emulator.plivo.filters import Fields, integer
from masking_emulator.plivo.policy import LIMIT_MAX, Policy
from masking_emulator.plivo.refusals import ApiError, refused_parameter

QueryType = TypeVar("QueryType")
Found = TypeVar("Found")

#: Keys of a query that name a page, which links to other pages do not repeat.
_PAGING_KEYS: Final = ("limit", "offset", "cursor")

_CURSOR_BYTES: Final = 8


class Page(Record, Generic[QueryType]):
    """A parsed list request; `carried` are the filters that the links to other pages repeat.

    `after` is the place of the last object before the page, where a cursor named it.
    """

    query: QueryType
    limit: int
    offset: int
    carried: Sequence[tuple[str, str]]
    paging: Literal["offset", "cursor", "hybrid"] = "offset"
    after: int | None = None

    def cut(self, found: Iterable[Found]) -> "Shown[Found]":
        """What was found, and what of it is on the page, by its offset."""
        everything = list(found)
        return Shown(everything[self.offset : self.offset + self.limit], len(everything), self.offset)

    def cut_by_place(self, found: Iterable[Found], place: Callable[[Found], int]) -> "Shown[Found]":
        """The same for a list whose objects have places, the highest first, by which a cursor may name them."""
        everything = list(found)
        after = self.after
        start = self.offset if after is None else sum(1 for one in everything if place(one) >= after)
        shown = everything[start : start + self.limit]
        return Shown(shown, len(everything), start, place(shown[-1]) if shown else None)


class Shown(Record, Generic[Found]):
    """The objects on a page, how many were found, how many of them come before it, and the place of its last one."""

    objects: Sequence[Found]
    total: int
    start: int
    last: int | None = None


def page_of(query: QueryType, fields: Fields, policy: Policy, *, cursors: bool = False) -> Page[QueryType]:
    """The page of `query` that a request asks for; `cursors` says that the policy decides. Raises ApiError 400."""
    limit = limit_of(fields, policy)
    carried = [(name, value) for name, value in fields.items() if name not in _PAGING_KEYS]
    paging = policy.list_paging if cursors else "offset"
    # The SDK that follows cursors says of the hybrid that an offset is still applied, cursor or not.
    follows = paging == "cursor" or (paging == "hybrid" and "offset" not in fields)
    after = _place(fields["cursor"]) if follows and "cursor" in fields else None
    return Page(query, limit, 0 if paging == "cursor" else offset_of(fields), carried, paging, after)


def meta(page: Page[Any], path: str, shown: Shown[Any]) -> dict[str, Any]:
    """What a list says about itself."""
    following, previous = links(page, path, shown)
    return {
        "limit": page.limit,
        "next": following,
        "offset": shown.start,
        "previous": previous,
        "total_count": shown.total,
    }


def links(page: Page[Any], path: str, shown: Shown[Any]) -> tuple[str | None, str | None]:
    """The paths of the next and the previous page; None where there is none. Cursors only lead on."""

    def link(name: str, value: object) -> str:
        return f"{path}?{urlencode([('limit', page.limit), (name, value), *page.carried])}"

    later, earlier = shown.start + page.limit, max(0, shown.start - page.limit)
    following = previous = None
    if later < shown.total:
        if page.paging == "offset" or shown.last is None:
            following = link("offset", later)
        else:
            following = link("cursor", _cursor(shown.last))
    if shown.start and page.after is None:
        previous = link("offset", earlier)
    return following, previous


def limit_of(fields: Fields, policy: Policy) -> int:
    """How many a page has. Raises ApiError 400."""
    sent = fields.get("limit", str(LIMIT_MAX))
    limit = integer("limit", sent)
    if 1 <= limit <= LIMIT_MAX:
        return limit
    if policy.list_limit_out_of_range == "clamp":
        return min(max(limit, 1), LIMIT_MAX)
    raise refused_parameter(refusals.OUT_OF_RANGE, "limit", f"limit is {sent[:60]}, and 1 to {LIMIT_MAX} are allowed")


def offset_of(fields: Fields) -> int:
    """How many come before the page. Raises ApiError 400."""
    sent = fields.get("offset", "0")
    offset = integer("offset", sent)
    if offset < 0:
        raise refused_parameter(refusals.OUT_OF_RANGE, "offset", f"offset is {sent[:60]}, and 0 is the least")
    return offset


def _cursor(place: int) -> str:
    return urlsafe_b64encode(place.to_bytes(_CURSOR_BYTES)).decode("ascii").rstrip("=")


def _place(cursor: str) -> int:
    """The place that a cursor stands for. Raises ApiError 400."""
    try:
        named = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        named = b""
    if len(named) != _CURSOR_BYTES:
        reason = f"cursor is {quoted(cursor)}, which no list of this world has given"
        raise ApiError(400, refusals.NOT_A_CURSOR, reason)
    return int.from_bytes(named)
