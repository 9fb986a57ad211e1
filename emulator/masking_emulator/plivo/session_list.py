"""Lists of sessions: which ones a request asks for (ledger: list_parties, list_status, list_times)."""

from collections.abc import Mapping, Sequence
from typing import Final

from masking_emulator.core.books.index import Range
from masking_emulator.core.books.session_query import SessionQuery
from masking_emulator.plivo.filters import (
    Fields,
    Span,
    amount,
    choice,
    fields_of,
    instant,
    kept,
    number,
    recent,
    span_of,
    window,
)
from masking_emulator.plivo.pages import Page, limit_of, offset_of, page_of
from masking_emulator.plivo.parse import OwnerOf
from masking_emulator.plivo.policy import Policy

STATUS: Final[Mapping[str, bool | None]] = {"active": True, "expired": False, "all": None}
RANGED: Final = ("created_time", "expiry_time", "duration")


def list_query(
    pairs: Sequence[tuple[str, str]], owner: int | None, owner_of: OwnerOf, now: int, policy: Policy
) -> Page[SessionQuery]:
    """What a list request asks for. Raises ApiError 400 for a filter that cannot be read."""
    fields = fields_of(pairs)
    if "subaccount" in fields:
        owner = owner_of(fields["subaccount"])
    created, expires = _windows(fields, now, policy)
    query = SessionQuery(
        limit=limit_of(fields, policy),
        offset=offset_of(fields),
        owner=owner,
        first_party=number(fields, "first_party"),
        second_party=number(fields, "second_party"),
        number=number(fields, "virtual_number"),
        live=choice(fields, "status", STATUS, values="active, expired or all"),
        created=created,
        expires=expires,
        duration=span_of(fields, "duration", amount, policy).range,
    )
    return page_of(query, fields, policy)


def _windows(fields: Fields, now: int, policy: Policy) -> tuple[Range, Range]:
    """The ranges of creation and expiry: at most 30 days where given, the last 7 days where neither is."""
    created = span_of(fields, "created_time", instant, policy)
    expires = span_of(fields, "expiry_time", instant, policy)
    unasked = created == expires == Span()
    wanted = recent(now) if unasked else window("created_time", created, now, policy)
    return kept(wanted, now), window("expiry_time", expires, now, policy)
