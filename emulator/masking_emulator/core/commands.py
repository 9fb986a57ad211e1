"""Commands: what the engine can be asked to do. Each value is valid by itself; the engine checks the rest."""

from typing import TypedDict

from masking_emulator.core.records.base import Record
from masking_emulator.core.records.callbacks import Attempt, Callback, RetryPlan
from masking_emulator.core.records.calls import CallSignal, Message, Phone, Script
from masking_emulator.core.records.sessions import Settings


class SettingsChanges(TypedDict, total=False):
    """The settings that an update may change; a missing key leaves the setting alone."""

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


class PinWish(Record):
    """PIN rules as asked for; a PIN that is None is to be generated with `length` digits."""

    generate: bool
    length: int
    first: str | None
    second: str | None
    prompt_play: str
    retries: int
    retry_wait_s: int
    incorrect_play: str
    forced: bool


class CreateSession(Record):
    """Connect two parties through a number, or refresh the live session that already does."""

    owner: int
    first_party: str
    second_party: str
    geomatch: bool
    expiry_s: int
    settings: Settings
    pins: PinWish | None


class UpdateSession(Record):
    """Change a live session; None leaves a value alone. `owner` None sees every account's sessions."""

    owner: int | None
    uuid: str
    first_party: str | None
    second_party: str | None
    expiry_s: int | None
    settings: SettingsChanges


class DeleteSession(Record):
    """End a live session now."""

    owner: int | None
    uuid: str


class TimeOutSession(Record):
    """A session's expiry has come (set as a timer)."""

    uuid: str


class EndCoolOff(Record):
    """A number's cool-off after this session is over (set as a timer)."""

    number: str
    session: str


class AddNumber(Record):
    """Put a number at the end of the pool."""

    digits: str
    calling_code: int
    owner: int


class ReplaceNumber(Record):
    """A number works badly: its sessions move to others, and it gets no new ones."""

    digits: str


class SetPhone(Record):
    """From now on a real number behaves like this."""

    phone: Phone


class PlaceCall(Record):
    """Somebody dials a virtual number."""

    caller: str
    number: str
    script: Script


class InitiateCall(Record):
    """Call the first party of a session (set as a timer when the session is created)."""

    session: str


class StepCall(Record):
    """Something happens to a running call (set as a timer, or asked for)."""

    call: str
    signal: CallSignal


class TypeDigits(Record):
    """The caller types digits; "" is no input within the time for it (set as a timer, or asked for)."""

    call: str
    digits: str


class DeleteRecording(Record):
    """Remove a recording. `owner` None sees every account's recordings."""

    owner: int | None
    uuid: str


class SettleAttempt(Record):
    """The outcome of an attempt to send a callback; `plan` says after which outcomes it is sent again."""

    callback: int
    attempt: Attempt
    plan: RetryPlan


class RetryCallback(Record):
    """The wait before a callback's next attempt is over (set as a timer)."""

    callback: int


class HoldCallback(Record):
    """Take a waiting callback out of its order until it is released, at `until` by itself where that is given."""

    callback: int
    until: int | None


class ReleaseCallback(Record):
    """Put a held callback at the end of its session's order (set as a timer, or asked for)."""

    callback: int


class DropCallback(Record):
    """A waiting or held callback is never sent."""

    callback: int


class SendAgain(Record):
    """Send a callback once more, as a copy with an id of its own."""

    callback: Callback


class SwitchDelivery(Record):
    """Whether callbacks are sent from now on, or only made and kept."""

    on: bool


class NoteMedia(Record):
    """The result of fetching the audio file of a played message. It changes nothing but the journal."""

    call: str
    message: Message
    url: str
    outcome: str


Command = (
    CreateSession
    | UpdateSession
    | DeleteSession
    | TimeOutSession
    | EndCoolOff
    | AddNumber
    | ReplaceNumber
    | SetPhone
    | PlaceCall
    | InitiateCall
    | StepCall
    | TypeDigits
    | DeleteRecording
    | SettleAttempt
    | RetryCallback
    | HoldCallback
    | ReleaseCallback
    | DropCallback
    | SendAgain
    | SwitchDelivery
    | NoteMedia
)
