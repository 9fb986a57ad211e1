"""Queries: which sessions are wanted, and whether one of them is."""

from masking_emulator.core.books.index import Range
from masking_emulator.core.records.base import Record, replace
from masking_emulator.core.records.sessions import Session

_EVERYTHING = Range()


class SessionQuery(Record):
    """Which sessions are wanted, newest first. None and open ranges leave a condition out.

    Instants are in microseconds, `duration` is in seconds, `live` is True for live and False for ended ones.
    """

    limit: int
    offset: int
    owner: int | None = None
    first_party: str | None = None
    second_party: str | None = None
    number: str | None = None
    live: bool | None = None
    created: Range = _EVERYTHING
    expires: Range = _EVERYTHING
    duration: Range = _EVERYTHING

    def accepts(self, session: Session) -> bool:
        """Whether the session fulfils every condition."""
        return (
            (self.owner is None or session.owner == self.owner)
            and (self.first_party is None or session.first_party == self.first_party)
            and (self.second_party is None or session.second_party == self.second_party)
            and (self.number is None or session.number == self.number)
            and (self.live is None or session.is_live is self.live)
            and session.created_at in self.created
            and session.expires_at in self.expires
            and session.duration_s in self.duration
        )


def with_liveness_as_range(query: SessionQuery, now: int) -> SessionQuery:
    """The query with a range of expiries in place of `live`: right where each session lives until its expiry."""
    if query.live is None:
        return query
    low, high = query.expires.low, query.expires.high
    if query.live:
        low = now + 1 if low is None else max(low, now + 1)
    else:
        high = now + 1 if high is None else min(high, now + 1)
    return replace(query, expires=Range(low, high))
