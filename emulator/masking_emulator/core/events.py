"""Events: what happened, each with its instant and what is new: the whole record, or a key where that says it all."""

from masking_emulator.core.records.base import Choice, Record
from masking_emulator.core.records.callbacks import Attempt, Callback
from masking_emulator.core.records.calls import Call, Message, Phone, PinVerdict, Recording
from masking_emulator.core.records.sessions import CoolOff, Number, Session


class Ending(Choice):
    """How a session ended."""

    TIMED_OUT = "timed_out"
    DELETED = "deleted"


class SessionCreated(Record):
    """A new session has its number."""

    at: int
    session: Session


class SessionRefreshed(Record):
    """The pair was created again: same session and number, new settings and expiry."""

    at: int
    session: Session


class SessionUpdated(Record):
    """Settings, parties or expiry were changed."""

    at: int
    session: Session


class SessionExpired(Record):
    """The session ended."""

    at: int
    session: Session
    ending: Ending


class ExpiryPostponed(Record):
    """The expiry of this session came while one of its calls ran, and it ends with the last of them."""

    at: int
    uuid: str


class CoolOffStarted(Record):
    """The number of an ended session cools off."""

    at: int
    cool_off: CoolOff


class CoolOffEnded(Record):
    """A cool-off is over."""

    at: int
    cool_off: CoolOff


class NumberAdded(Record):
    """The pool has one number more."""

    at: int
    number: Number


class SessionsForgotten(Record):
    """The oldest ended sessions made room, past the limit on how many are kept."""

    at: int
    uuids: tuple[str, ...]


class SessionCallBegan(Record):
    """A call of the session began: the session is in progress."""

    at: int
    session: Session


class SessionCallEnded(Record):
    """A call of the session ended and left its interaction."""

    at: int
    session: Session


class NumberSuspended(Record):
    """A number was reported as sub-optimal and gets no session any more."""

    at: int
    digits: str


class SessionNumberReplaced(Record):
    """The session has another virtual number."""

    at: int
    session: Session
    before: str


class PhoneSet(Record):
    """A real number behaves like this from now on."""

    at: int
    phone: Phone


class CallBegan(Record):
    """Somebody dialled a virtual number, or the service dials the first party. Its first leg is there."""

    at: int
    call: Call


class CallNotPlaced(Record):
    """The service should have called the first party of this session: a call runs, nobody is to be reached, no room."""

    at: int
    uuid: str


class PinAsked(Record):
    """The caller is to type a PIN."""

    at: int
    call: Call


class PinChecked(Record):
    """A PIN was typed, or a registered caller needs none.

    `retries` counts the wrong ones before; `last` says that no other attempt follows.
    """

    at: int
    call: Call
    verdict: PinVerdict
    retries: int
    last: bool


class LegRinging(Record):
    """The phone on this leg, 0 or 1, rings."""

    at: int
    call: Call
    leg: int


class LegAnswered(Record):
    """The person on this leg, 0 or 1, is there. With leg 1 the two are connected."""

    at: int
    call: Call
    leg: int


class LegEnded(Record):
    """This leg, 0 or 1, is over."""

    at: int
    call: Call
    leg: int


class CallEnded(Record):
    """The call is over."""

    at: int
    call: Call


class CallsForgotten(Record):
    """The oldest ended calls made room, past the limit on how many are kept."""

    at: int
    uuids: tuple[str, ...]


class MessagePlayed(Record):
    """A message begins to play on the first or the second leg."""

    at: int
    call: str
    message: Message
    url: str


class MediaChecked(Record):
    """The audio file of a message was fetched, or could not be; the call did not wait for it."""

    at: int
    call: str
    message: Message
    url: str
    outcome: str


class RecordingStarted(Record):
    """A call is recorded from here on."""

    at: int
    recording: Recording


class RecordingFailed(Record):
    """A call should be recorded, and is not."""

    at: int
    recording: Recording


class RecordingCompleted(Record):
    """A recording is there to be fetched."""

    at: int
    recording: Recording


class RecordingDeleted(Record):
    """A recording was removed."""

    at: int
    recording: Recording


class CallbackDue(Record):
    """A callback is to be sent to the customer's server."""

    at: int
    callback: Callback


class CallbackAttempted(Record):
    """An attempt failed, and another one follows at `until`."""

    at: int
    callback: Callback
    attempt: Attempt
    until: int


class CallbackWaiting(Record):
    """A callback waits for its turn again: its pause is over, or it was released."""

    at: int
    callback: Callback


class CallbackHeld(Record):
    """A callback was taken out of its order, until `until` where that is given."""

    at: int
    callback: Callback
    until: int | None


class CallbackSettled(Record):
    """Nothing more happens to a callback; `attempt` is the last one, None where it was dropped."""

    at: int
    callback: Callback
    attempt: Attempt | None


class DeliverySwitched(Record):
    """Callbacks are sent from now on, or only made and kept."""

    at: int
    on: bool


SessionEvent = (
    SessionCreated
    | SessionRefreshed
    | SessionUpdated
    | SessionExpired
    | ExpiryPostponed
    | SessionCallBegan
    | SessionCallEnded
    | SessionNumberReplaced
)

CallEvent = CallBegan | PinAsked | PinChecked | LegRinging | LegAnswered | LegEnded | CallEnded

RecordingEvent = RecordingStarted | RecordingFailed | RecordingCompleted | RecordingDeleted

CallbackEvent = CallbackDue | CallbackAttempted | CallbackWaiting | CallbackHeld | CallbackSettled

Event = (
    SessionEvent
    | CallEvent
    | RecordingEvent
    | CallbackEvent
    | CoolOffStarted
    | CoolOffEnded
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
