"""Pages of lists: which part of what was found is shown, and the links to the parts beside it.

Links are paths with limit and offset (ledger: list_links, list_meta).
"""

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from masking_emulator.core.records.base import Record
from masking_emulator.plivo import refusals
from masking_emulator.plivo.filters import fields_of, integer
from masking_emulator.plivo.policy import LIMIT_MAX, Policy
from masking_emulator.plivo.refusals import refused_parameter

QueryType = TypeVar("QueryType")
_Found = TypeVar("_Found")


class Page(Record, Generic[QueryType]):
    """A parsed list request; `carried` are the filters that the links to other pages repeat."""

    query: QueryType
    limit: int
    offset: int
    carried: Sequence[tuple[str, str]]

    def cut(self, found: Iterable[_Found]) -> tuple[int, Sequence[_Found]]:
        """How many were found, and those on the page."""
        everything = list(found)
        return len(everything), everything[self.offset : self.offset + self.limit]


def page_of(query: QueryType, pairs: Sequence[tuple[str, str]], policy: Policy) -> Page[QueryType]:
    """The page of `query` that a request asks for. Raises ApiError 400."""
    carried = [(name, value) for name, value in pairs if name not in ("limit", "offset") and value]
    return Page(query, limit_of(pairs, policy), offset_of(pairs), carried)


def meta(page: Page[Any], path: str, total: int) -> dict[str, Any]:
    """What a list says about itself."""
    following, previous = links(page, path, total)
    return {
        "limit": page.limit,
        "next": following,
        "offset": page.offset,
        "previous": previous,
        "total_count": total,
    }


def links(page: Page[Any], path: str, total: int) -> tuple[str | None, str | None]:
    """The paths of the next and the previous page; None where there is none."""

    def link(offset: int) -> str:
        return f"{path}?{urlencode([('limit', page.limit), ('offset', offset), *page.carried])}"

    later, earlier = page.offset + page.limit, max(0, page.offset - page.limit)
    return (link(later) if later < total else None), (link(earlier) if page.offset else None)


def limit_of(pairs: Sequence[tuple[str, str]], policy: Policy) -> int:
    """How many a page has. Raises ApiError 400."""
    limit = integer("limit", fields_of(pairs).get("limit", str(LIMIT_MAX)))
    if 1 <= limit <= LIMIT_MAX:
        return limit
    if policy.list_limit_out_of_range == "clamp":
        return min(max(limit, 1), LIMIT_MAX)
    raise refused_parameter(refusals.OUT_OF_RANGE, "limit", f"limit is {limit}, and 1 to {LIMIT_MAX} are allowed")


def offset_of(pairs: Sequence[tuple[str, str]]) -> int:
    """How many come before the page. Raises ApiError 400."""
    offset = integer("offset", fields_of(pairs).get("offset", "0"))
    if offset < 0:
        raise refused_parameter(refusals.OUT_OF_RANGE, "offset", f"offset is {offset}, and 0 is the least")
    return offset
