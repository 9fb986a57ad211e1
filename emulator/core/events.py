"""Events: what happened, each with its instant and the new record. Storing the record is all they do."""

from dataclasses import dataclass
from enum import Enum

from emulator.core.callbacks import Attempt, Callback
from emulator.core.records import Hold, Number, Session
from emulator.core.telephony import Call, Message, Phone, PinVerdict, Recording


class Ending(Enum):
    """How a session ended."""

    TIMED_OUT = "timed_out"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class SessionCreated:
    """A new session has its number."""

    at: int
    session: Session


@dataclass(frozen=True, slots=True)
class SessionRefreshed:
    """The pair was created again: same session and number, new settings and expiry."""

    at: int
    session: Session


@dataclass(frozen=True, slots=True)
class SessionUpdated:
    """Settings, parties or expiry were changed."""

    at: int
    session: Session


@dataclass(frozen=True, slots=True)
class SessionExpired:
    """The session ended."""

    at: int
    session: Session
    ending: Ending


@dataclass(frozen=True, slots=True)
class NumberHeld:
    """The number of an ended session cools off."""

    at: int
    hold: Hold


@dataclass(frozen=True, slots=True)
class NumberReleased:
    """A cool-off is over."""

    at: int
    hold: Hold


@dataclass(frozen=True, slots=True)
class NumberAdded:
    """The pool has one number more."""

    at: int
    number: Number


@dataclass(frozen=True, slots=True)
class SessionsForgotten:
    """The oldest ended sessions made room, past the limit on how many are kept."""

    at: int
    uuids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionCallBegan:
    """A call of the session began: the session is in progress."""

    at: int
    session: Session


@dataclass(frozen=True, slots=True)
class SessionCallEnded:
    """A call of the session ended and left its interaction."""

    at: int
    session: Session


@dataclass(frozen=True, slots=True)
class NumberSuspended:
    """A number was reported as sub-optimal and gets no session any more."""

    at: int
    digits: str


@dataclass(frozen=True, slots=True)
class SessionNumberReplaced:
    """The session has another virtual number."""

    at: int
    session: Session
    before: str


@dataclass(frozen=True, slots=True)
class PhoneSet:
    """A real number behaves like this from now on."""

    at: int
    phone: Phone


@dataclass(frozen=True, slots=True)
class CallBegan:
    """Somebody dialled a virtual number, or the service dials the first party. Its first leg is there."""

    at: int
    call: Call


@dataclass(frozen=True, slots=True)
class CallNotPlaced:
    """The service should have called the first party of this session: a call runs, nobody is to be reached, no room."""

    at: int
    uuid: str


@dataclass(frozen=True, slots=True)
class PinAsked:
    """The caller is to type a PIN."""

    at: int
    call: Call


@dataclass(frozen=True, slots=True)
class PinChecked:
    """A PIN was typed, or a registered caller needs none.

    `retries` counts the wrong ones before; `last` says that no other attempt follows.
    """

    at: int
    call: Call
    verdict: PinVerdict
    retries: int
    last: bool


@dataclass(frozen=True, slots=True)
class LegRinging:
    """The phone on this leg, 0 or 1, rings."""

    at: int
    call: Call
    leg: int


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """The person on this leg, 0 or 1, is there. With leg 1 the two are connected."""

    at: int
    call: Call
    leg: int


@dataclass(frozen=True, slots=True)
class LegEnded:
    """This leg, 0 or 1, is over."""

    at: int
    call: Call
    leg: int


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over."""

    at: int
    call: Call


@dataclass(frozen=True, slots=True)
class CallsForgotten:
    """The oldest ended calls made room, past the limit on how many are kept."""

    at: int
    uuids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessagePlayed:
    """A message begins to play on the first or the second leg."""

    at: int
    call: str
    message: Message
    url: str


@dataclass(frozen=True, slots=True)
class MediaChecked:
    """The audio file of a message was looked at; the call did not wait for it."""

    at: int
    call: str
    message: Message
    url: str
    outcome: str


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    """A call is recorded from here on."""

    at: int
    recording: Recording


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """A call should be recorded, and is not."""

    at: int
    recording: Recording


@dataclass(frozen=True, slots=True)
class RecordingCompleted:
    """A recording is there to be fetched."""

    at: int
    recording: Recording


@dataclass(frozen=True, slots=True)
class RecordingDeleted:
    """A recording was removed."""

    at: int
    recording: Recording


@dataclass(frozen=True, slots=True)
class CallbackDue:
    """There is something to tell the customer's server."""

    at: int
    callback: Callback


@dataclass(frozen=True, slots=True)
class CallbackAttempted:
    """An attempt failed, and another one follows at `until`."""

    at: int
    callback: Callback
    attempt: Attempt
    until: int


@dataclass(frozen=True, slots=True)
class CallbackWaiting:
    """A callback waits for its turn again: its pause is over, or it was released."""

    at: int
    callback: Callback


@dataclass(frozen=True, slots=True)
class CallbackParked:
    """A callback was taken out of its order, until `until` where that is given."""

    at: int
    callback: Callback
    until: int | None


@dataclass(frozen=True, slots=True)
class CallbackSettled:
    """Nothing more happens to a callback; `attempt` is the last one, None where it was dropped."""

    at: int
    callback: Callback
    attempt: Attempt | None


@dataclass(frozen=True, slots=True)
class DeliverySwitched:
    """Callbacks are sent from now on, or only made and kept."""

    at: int
    on: bool


SessionEvent = (
    SessionCreated
    | SessionRefreshed
    | SessionUpdated
    | SessionExpired
    | SessionCallBegan
    | SessionCallEnded
    | SessionNumberReplaced
)

CallEvent = CallBegan | PinAsked | PinChecked | LegRinging | LegAnswered | LegEnded | CallEnded

RecordingEvent = RecordingStarted | RecordingFailed | RecordingCompleted | RecordingDeleted

CallbackEvent = CallbackDue | CallbackAttempted | CallbackWaiting | CallbackParked | CallbackSettled

Event = (
    SessionEvent
    | CallEvent
    | RecordingEvent
    | CallbackEvent
    | NumberHeld
    | NumberReleased
    | NumberAdded
    | NumberSuspended
    | SessionsForgotten
    | CallsForgotten
    | CallNotPlaced
    | PhoneSet
    | MessagePlayed
    | MediaChecked
    | DeliverySwitched
)
