"""Pages of lists: how many objects they have, what they say of themselves, and the links to those beside them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from masking_emulator.evidence.predicates.base import Testimony, agrees, disagrees, either, shows
from masking_emulator.evidence.predicates.conversations import Seen, conversations_of
from masking_emulator.evidence.predicates.listing import KNOWN_FILTERS, answered_lists, filters_of, is_selected
from masking_emulator.evidence.predicates.values import integer
from masking_emulator.evidence.predicates.witness import Witness
from masking_emulator.plivo.policy import LIMIT_MAX
from masking_emulator.plivo.refusals import NOT_A_CURSOR

_META: Final = ("limit", "next", "offset", "previous", "total_count")
_PAGING: Final = ("limit", "offset", "cursor")
_PAGED: Final = ("list_calls", "list_recordings")
_LINKS: Final = ("next", "previous")

#: What counts where none is asked for, as a query has it.
_UNASKED: Final = {"limit": str(LIMIT_MAX), "offset": "0"}


@shows("list_limit")
def _limit(witness: Witness) -> Iterator[Testimony]:
    for asked, filters in answered_lists(witness):
        limit = integer(filters.get("limit", str(LIMIT_MAX)))
        if limit is not None and 1 <= limit <= LIMIT_MAX:
            is_so = asked.meta.get("limit") == limit and len(asked.objects) <= limit
            yield either(asked.exchange, is_so, f"it is {asked.meta.get('limit')!r}, with {len(asked.objects)} objects")


@shows("list_offset")
def _offset(witness: Witness) -> Iterator[Testimony]:
    for asked, filters in answered_lists(witness):
        offset = integer(filters.get("offset", "0"))
        if offset is not None and offset >= 0:
            total = integer(asked.meta.get("total_count")) or 0
            is_empty = offset >= total
            is_so = asked.meta.get("offset") == offset and bool(asked.objects) is not is_empty
            yield either(
                asked.exchange, is_so, f"it is {asked.meta.get('offset')!r}, with {len(asked.objects)} objects"
            )


@shows("list_meta")
def _meta(witness: Witness) -> Iterator[Testimony]:
    for asked, _ in answered_lists(witness):
        total, offset = integer(asked.meta.get("total_count")), integer(asked.meta.get("offset")) or 0
        is_enough = total is not None and (not asked.objects or total >= offset + len(asked.objects))
        yield either(asked.exchange, tuple(asked.meta) == _META and is_enough, f"it is {dict(asked.meta)}")


def _pairs_of(link: Any) -> Sequence[tuple[str, str]]:
    """Names and values of a link's query; none for what is no link."""
    try:
        return parse_qsl(urlsplit(link).query, keep_blank_values=True) if isinstance(link, str) else []
    except ValueError:
        return []


def _query_of(link: Any) -> Mapping[str, str]:
    """The query of a link; empty for what is none."""
    return dict(_pairs_of(link))


@shows("list_links")
def _links(witness: Witness) -> Iterator[Testimony]:
    for asked, _ in answered_lists(witness):
        limit, offset, total = (integer(asked.meta.get(name)) for name in ("limit", "offset", "total_count"))
        if limit is None or offset is None or total is None:
            continue
        wanted = {
            "next": offset + limit if offset + limit < total else None,
            "previous": max(0, offset - limit) if offset else None,
        }
        wrong = [name for name in _LINKS if not _is_link(asked.meta.get(name), limit, wanted[name])]
        yield either(asked.exchange, not wrong, f"it is {dict(asked.meta)}")


def _is_link(link: Any, limit: int, offset: int | None) -> bool:
    if offset is None:
        return link is None
    query = _query_of(link)
    is_path = isinstance(link, str) and link.startswith("/v1/Account/")
    return is_path and (query.get("limit"), query.get("offset")) == (str(limit), str(offset))


@shows("list_links_carry_filters")
def _carry(witness: Witness) -> Iterator[Testimony]:
    for asked, filters in answered_lists(witness, "list_sessions", *_PAGED):
        carried = {(name, _spelt(value)) for name, value in filters.items() if name not in _PAGING}
        for link in (asked.meta.get(name) for name in _LINKS):
            if carried and isinstance(link, str):
                is_so = carried <= {(name, _spelt(value)) for name, value in _pairs_of(link)}
                yield either(asked.exchange, is_so, f"it is {link}")


def _spelt(value: str) -> str:
    """The value as a query has it, where a plus is a blank."""
    return value.replace("+", " ")


@shows("list_paging")
def _paging(witness: Witness) -> Iterator[Testimony]:
    for asked, filters in answered_lists(witness, *_PAGED):
        query = _query_of(asked.meta.get("next"))
        if "cursor" in query:
            ignores = "offset" in filters and asked.meta.get("offset") != integer(filters["offset"])
            choice = "hybrid" if "offset" in filters and not ignores else "cursor"
            yield disagrees(asked.exchange, f"{choice}: next has a cursor")
        elif "offset" in query:
            yield agrees(asked.exchange)


@shows("list_cursor_text")
def _cursor_text(witness: Witness) -> Iterator[Testimony]:
    given = {_query_of(asked.meta.get("next")).get("cursor") for asked in witness.asked(*_PAGED)}
    for asked in witness.asked(*_PAGED):
        cursor = filters_of(asked).get("cursor")
        if cursor is not None and cursor not in given and asked.status == 400 and "cursor" in str(asked.error):
            yield either(asked.exchange, asked.error == NOT_A_CURSOR, f"it says {asked.error!r}")


@shows("list_unknown_keys")
def _unknown_keys(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.asked("list_sessions"):
        query = asked.exchange.request.query
        ignored = [name for name, value in query if name not in KNOWN_FILTERS or not value]
        if ignored and asked.status == 200:
            yield agrees(asked.exchange)
        elif asked.status == 400 and any(f" {name} " in str(asked.error) for name in ignored):
            yield disagrees(asked.exchange, f"it was refused: {asked.error}")


@shows("list_first_value")
def _first_value(witness: Witness) -> Iterator[Testimony]:
    for asked, filters in answered_lists(witness):
        for name in ("limit", "offset", "first_party", "second_party", "virtual_number", "status"):
            every = [value for key, value in asked.exchange.request.query if key == name]
            if len(set(every)) < 2:
                continue
            if name in _UNASKED:
                is_so = asked.meta.get(name) == integer(every[0] or _UNASKED[name])
                yield either(asked.exchange, is_so, f"{name} is {asked.meta.get(name)!r}")
            elif asked.objects and every[0]:
                is_so = all(is_selected(session, filters, name) for session in asked.objects)
                yield either(asked.exchange, is_so, f"of {name} it is not {every[0]}")


@shows("list_reads_only")
def _reads_only(witness: Witness) -> Iterator[Testimony]:
    """Between two sights of a session, with nothing but reads meanwhile."""
    writes = [asked.exchange.n for asked in witness.exchanges if asked.exchange.request.method not in ("GET", "HEAD")]
    for every in conversations_of(witness).seen.values():
        for one, other in pairwise(every):
            if not any(one.at.n < n <= other.at.n for n in writes) and _is_undisturbed(witness, one, other):
                is_so = one.session.get("modified_time") == other.session.get("modified_time")
                yield either(other.at, is_so, f"modified_time is {other.session.get('modified_time')!r}")


def _is_undisturbed(witness: Witness, one: Seen, other: Seen) -> bool:
    """Whether no call and no end of the session came between."""
    callbacks = witness.capture.callbacks
    same = all(one.session.get(name) == other.session.get(name) for name in ("status", "total_call_count"))
    return same and not any(one.when <= callback.at <= other.when for callback in callbacks)
