"""What the engine learns from outside: the outcomes of callbacks and media fetches, and how phones behave."""

from masking_emulator.core.books import outbox
from masking_emulator.core.commands import (
    DropCallback,
    HoldCallback,
    NoteMedia,
    ReleaseCallback,
    RetryCallback,
    SendAgain,
    SetPhone,
    SettleAttempt,
    SwitchDelivery,
)
from masking_emulator.core.decisions import notices
from masking_emulator.core.events import DeliverySwitched, Event, MediaChecked, PhoneSet
from masking_emulator.core.refusals import Reason, Refused
from masking_emulator.core.state import State


def settle(state: State, command: SettleAttempt, now: int) -> list[Event]:
    """An attempt to send a callback has an outcome. Raises Refused: CALLBACK_NOT_WAITING."""
    return [outbox.after_attempt(state.outbox, command.callback, command.attempt, command.plan, now)]


def wait_again(state: State, command: RetryCallback | ReleaseCallback, now: int) -> list[Event]:
    """A callback waits for its turn. Raises Refused: CALLBACK_NOT_WAITING."""
    return [outbox.waiting_again(state.outbox, command.callback, now)]


def hold(state: State, command: HoldCallback, now: int) -> list[Event]:
    """A callback leaves its order. Raises Refused: CALLBACK_NOT_WAITING."""
    return [outbox.held(state.outbox, command.callback, command.until, now)]


def drop(state: State, command: DropCallback, now: int) -> list[Event]:
    """A callback is never sent. Raises Refused: CALLBACK_NOT_WAITING."""
    return [outbox.dropped(state.outbox, command.callback, now)]


def send_again(state: State, command: SendAgain, now: int) -> list[Event]:
    """A callback is sent once more."""
    return [notices.again(state, command.callback, now)]


def switch_delivery(state: State, command: SwitchDelivery, now: int) -> list[Event]:
    """Callbacks are sent from now on, or only made and kept."""
    del state
    return [DeliverySwitched(now, command.on)]


def set_phone(state: State, command: SetPhone, now: int) -> list[Event]:
    """A real number behaves like this from now on. Raises Refused: PHONES_FULL."""
    if command.phone.number not in state.phones and len(state.phones) >= state.rules.phones_max:
        raise Refused(Reason.PHONES_FULL, limit=state.rules.phones_max)
    return [PhoneSet(now, command.phone)]


def note_media(state: State, command: NoteMedia, now: int) -> list[Event]:
    """The audio file of a message was fetched, or could not be."""
    del state
    return [MediaChecked(now, command.call, command.message, command.url, command.outcome)]
