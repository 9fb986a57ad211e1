"""Rows that no capture can show, and why; those of one subject alone stand with its predicates."""

from collections.abc import Mapping
from typing import Final

_TYPED: Final = "What a caller types is in no callback: a PIN was right or wrong, and nobody sees which."
_OURS: Final = "It is the emulator's own, and says nothing about the service."
_APPS_ANSWER: Final = "Of what the customer's app answered, a capture has the status alone, and not how long it took."
_NO_PATH: Final = "A capture has the verdict on the path as it was requested, and not what another validator reads."
_NO_SOUND: Final = "A capture has the length of an audio file, and neither its bytes nor the range that was asked for."

#: Row → why no capture can show it.
UNSHOWABLE: Final[Mapping[str, str]] = {
    "ended_sessions_limit": "It is a limit of the emulator's own; the service keeps sessions by their age.",
    "callback_user_agent": _OURS,
    "foreign_host": _OURS,
    "last_of_equal_keys": "A capture holds a body as it was read, where a key stands once.",
    "callback_egress": "It protects the machine of the emulator; the service reaches public addresses alone.",
    "recording_audio": _NO_SOUND,
    "media_ranges": _NO_SOUND,
    "media_fetch": "That an audio file is fetched is neither a request of the API nor a callback.",
    "callback_timeouts": _APPS_ANSWER,
    "callback_broken_answer": _APPS_ANSWER,
    "callback_answer_unused": _APPS_ANSWER,
    "route_forced_own_pin": _TYPED,
    "route_pin_whole": _TYPED,
    "pin_no_input": _TYPED,
    "pin_input_wait": "No callback says when a prompt was over, so nobody sees how long was waited after it.",
    "number_replaced_in_dialogue": "Nobody can have a number replaced while a caller types, except in the emulator.",
    "calls_per_second_not_limited": "A call that was turned away leaves no trace, so none can be missed.",
    "generated_pins_exhausted": "It takes ten thousand live sessions on one number, which nobody would make.",
    "signature_v3_path": _NO_PATH,
    "signature_v2_path": _NO_PATH,
}
