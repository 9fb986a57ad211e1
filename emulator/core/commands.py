"""Commands: what can be asked of the engine. Values are already valid in form; the engine checks the rest."""

from dataclasses import dataclass
from typing import TypedDict

from emulator.core.records import Settings


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


@dataclass(frozen=True, slots=True)
class PinWish:
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


@dataclass(frozen=True, slots=True)
class CreateSession:
    """Connect two parties through a number, or refresh the live session that already does."""

    owner: int
    first_party: str
    second_party: str
    geomatch: bool
    expiry_s: int
    settings: Settings
    pins: PinWish | None


@dataclass(frozen=True, slots=True)
class UpdateSession:
    """Change a live session; None leaves a value alone. `owner` None sees every account's sessions."""

    owner: int | None
    uuid: str
    first_party: str | None
    second_party: str | None
    expiry_s: int | None
    settings: SettingsChanges


@dataclass(frozen=True, slots=True)
class DeleteSession:
    """End a live session now."""

    owner: int | None
    uuid: str


@dataclass(frozen=True, slots=True)
class TimeOutSession:
    """A session's expiry has come (set as a timer)."""

    uuid: str


@dataclass(frozen=True, slots=True)
class ReleaseNumber:
    """A number's cool-off after this session is over (set as a timer)."""

    number: str
    session: str


@dataclass(frozen=True, slots=True)
class AddNumber:
    """Put a number at the end of the pool."""

    digits: str
    calling_code: int
    owner: int


Command = CreateSession | UpdateSession | DeleteSession | TimeOutSession | ReleaseNumber | AddNumber
