"""Records of callbacks: what is reported to the customer's server, and how far the delivery has come.

What a callback says stays what it was when it became due, whatever happens to the session later. The words on the
wire, the signatures and the sockets are elsewhere.
"""

from typing import Final

from masking_emulator.core.records.base import Choice, Explained, Record
from masking_emulator.core.records.calls import Call, PinVerdict, Recording, Role


class Channel(Choice):
    """To which of a session's two URLs a callback goes."""

    STATUS = "status"
    RECORDING = "recording"


class NoticeKind(Choice):
    """What a callback reports."""

    LEG_ANSWERED = "leg_answered"
    LEG_RINGING = "leg_ringing"
    LEG_ENDED = "leg_ended"
    CALL_OVER = "call_over"
    PIN_CHECKED = "pin_checked"
    TIMED_OUT = "timed_out"
    NUMBER_REPLACED = "number_replaced"
    RECORDING_STARTED = "recording_started"
    RECORDING_COMPLETED = "recording_completed"
    RECORDING_FAILED = "recording_failed"


class Notice(Record):
    """The content of a callback. `who` and `leg` are there where it is about a leg."""

    kind: NoticeKind
    call: Call | None = None
    leg: int | None = None
    who: Role | None = None
    verdict: PinVerdict | None = None
    retries: int = 0
    recording: Recording | None = None


class CallbackState(Choice):
    """How far a callback has come. The last five are final."""

    WAITING = "waiting"
    RETRYING = "retrying"
    HELD = "held"
    DELIVERED = "delivered"
    FAILED = "failed"
    BLOCKED = "blocked"
    DROPPED = "dropped"
    KEPT = "kept"


#: Named here because every step asks for it (Choice in base.py).
WAITING: Final = CallbackState.WAITING

#: Of a callback in one of these something is yet to come.
OPEN_STATES: Final = (CallbackState.WAITING, CallbackState.RETRYING, CallbackState.HELD)


class Outcome(Explained):
    """The outcome of an attempt to send a callback."""

    OK = "answered with success"
    REDIRECT = "answered with a redirect, which is not followed"
    CLIENT_ERROR = "answered with a 4xx status"
    SERVER_ERROR = "answered with a 5xx status"
    NOT_CONNECTED = "no connection"
    NO_ANSWER = "no answer within the time for it"
    BROKEN = "the connection broke before the answer was complete"
    BLOCKED = "not sent: the world's egress rule"


class Attempt(Record):
    """One attempt, counted from 1. `status` is None where none came, `error` is "" where nothing went wrong."""

    number: int
    outcome: Outcome
    status: int | None
    error: str


class RetryPlan(Record):
    """When a failed attempt is followed by another: outcomes, how many at most, and the first pause.

    Each further pause is twice the one before it.
    """

    attempts_max: int
    retry_on: frozenset[Outcome]
    pause_us: int


class Callback(Record):
    """A callback. `ordinal` counts those of the world, `sequence` those of the session.

    `copy_of` is the ordinal of the one that it repeats, None where it repeats none.
    """

    ordinal: int
    sequence: int
    session: str
    owner: int
    number: str
    channel: Channel
    notice: Notice
    url: str
    method: str
    due_at: int
    state: CallbackState = CallbackState.WAITING
    attempts: int = 0
    copy_of: int | None = None
