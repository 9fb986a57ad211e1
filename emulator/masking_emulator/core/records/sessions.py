"""Records: what there is. Frozen; a change makes a new one.

Instants are whole microseconds (`instants.py`), durations end in their unit, phone numbers are digits
without a plus, and an owner is the place of an account in its world: 0 for the main account, then its
subaccounts.
"""

from typing import Final

from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import Choice, Explained, Record
from masking_emulator.core.records.calls import FIRST, NO_HISTORY, History, Pins, Role

MAIN_ACCOUNT = 0


class Status(Choice):
    """Where a session stands."""

    ACTIVE = "active"
    IN_PROGRESS = "in_progress"
    EXPIRED = "expired"


#: Named here because every step asks for them (Choice in base.py).
_LIVE: Final = (Status.ACTIVE, Status.IN_PROGRESS)


class DropReason(Explained):
    """Why a number of the right country and owner was not given to a session."""

    OWN_NUMBER = "it is the number of a party, which cannot mask itself"
    PARTY_BUSY = "a party is in another live session on this number"
    COOLING = "cooling off after a session of another pair"
    EXCLUSIVE = "a single-party session without PIN has it to itself"
    OCCUPIED = "other sessions are on it, and this session needs it to itself"
    SUSPENDED = "it was reported as sub-optimal and replaced"


class Number(Record):
    """A virtual number of the pool. `place` is its rank: allocation prefers lower ones."""

    digits: str
    calling_code: int
    owner: int
    place: int


class Candidate(Record):
    """A number that was considered and not given, with the reason."""

    number: str
    why: DropReason
    session: str | None = None
    until: int | None = None


class Allocation(Record):
    """Why a session got its number.

    `calling_code` is None where any country would do. `dropped` lists, in pool order, the first numbers
    that were passed over; `dropped_unlisted` counts the rest. `pool_size` is how many numbers the pool
    had then.
    """

    owner: int
    calling_code: int | None
    alone: bool
    dropped: tuple[Candidate, ...]
    dropped_unlisted: int
    pool_size: int


class Settings(Record):
    """What the customer asked of a session, beyond its parties and its end."""

    callback_url: str
    callback_method: str
    call_time_limit_s: int
    ring_timeout_s: int
    first_party_play: str
    second_party_play: str
    record: bool
    record_file_format: str
    recording_callback_url: str
    recording_callback_method: str
    unknown_caller_play: str
    initiate_call: bool
    single_party: bool
    cooloff_s: int
    owner_named: bool


class Session(Record):
    """A masking session. A missing party is "". `ordinal` counts sessions in order of creation.

    `running` counts its calls that have not ended; `history` is what the others left. `left` are the numbers that it
    had before: somebody who dialled one of them may still type its PIN.
    """

    ordinal: int
    uuid: str
    owner: int
    first_party: str
    second_party: str
    number: str
    status: Status
    created_at: int
    modified_at: int
    expires_at: int
    settings: Settings
    pins: Pins | None
    allocation: Allocation
    running: int = 0
    history: History = NO_HISTORY
    left: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether it still masks calls."""
        return self.status in _LIVE

    def is_due(self, now: int) -> bool:
        """Whether its expiry has come. A session that waits for its calls may be due and live."""
        return self.expires_at <= now

    @property
    def duration_s(self) -> int:
        """Whole seconds from creation to expiry, rounded down."""
        return (self.expires_at - self.created_at) // SECOND_US

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties that are known, first before second."""
        if self.first_party and self.second_party:
            return (self.first_party, self.second_party)
        return (self.first_party or self.second_party,)

    def party(self, role: Role) -> str:
        """The number of this party; "" where it is missing."""
        return self.first_party if role is FIRST else self.second_party

    @property
    def pair(self) -> "Pair":
        """What makes a second create a refresh of this session."""
        return (self.owner, self.first_party, self.second_party)

    @property
    def needs_number_alone(self) -> bool:
        """Whether any caller at all reaches its party, so that nobody else fits on the number."""
        return self.pins is None and not (self.first_party and self.second_party)


#: Owner, first party, second party. Ordered: (A, B) is not (B, A).
Pair = tuple[int, str, str]


class CoolOff(Record):
    """A number cooling off after `session`: until `until` only its own pair may have it again."""

    number: str
    session: str
    pair: Pair
    until: int
