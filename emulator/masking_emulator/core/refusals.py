"""Refusals: what the service will not do, and why. No text and no status: the vendor's words are elsewhere."""

from masking_emulator.core.records.base import Explained


class Reason(Explained):
    """Why a command was refused."""

    SESSION_NOT_FOUND = "no such session"
    SESSION_EXPIRED = "the session has ended"
    POOL_EXHAUSTED = "no number of the pool may serve these parties now"
    PARTIES_EQUAL = "first and second party are the same number"
    PARTY_FIXED = "a two-party session keeps its parties"
    PARTY_IS_NUMBER = "the party is the session's own virtual number"
    PARTY_BUSY = "the party is in another live session on this number"
    PAIR_BUSY = "another live session already connects these parties"
    PINS_EQUAL = "first and second PIN are the same"
    PINS_EXHAUSTED = "every PIN of this length is taken on this number"
    SESSIONS_FULL = "the world holds as many live sessions as it may"
    PHONES_FULL = "the world knows as many phones as it may"
    NUMBERS_FULL = "the pool holds as many numbers as it may"
    NUMBER_KNOWN = "the number is in the pool already"
    NUMBER_UNKNOWN = "no such number in the pool"
    NUMBER_SUSPENDED = "the number has been replaced already"
    CALL_NOT_FOUND = "no such call"
    CALL_ENDED = "the call has ended"
    CALLS_FULL = "the world has as many running calls as it may"
    STEP_IMPOSSIBLE = "the call does not stand where this can happen"
    RECORDING_NOT_FOUND = "no such recording"
    CALLBACK_NOT_WAITING = "the callback is not waiting to be sent"


class Refused(Exception):
    """The one exception of the core. `detail` names what the reason is about."""

    def __init__(self, reason: Reason, **detail: object) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
