"""What the sources say of each parameter, a row each, for `test_parameters.py`.

Written by hand from the vendor's pages that the ledger names, not derived from the table under test.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from masking_emulator.core.commands import CreateSession, PinWish

from tests.plivo.bodies import GENERATED, PAIR, PINS

Read = Callable[[CreateSession], Any]


def _pins(command: CreateSession) -> PinWish:
    assert command.pins is not None, "the body asks for PINs"
    return command.pins


@dataclass(frozen=True)
class Row:
    """One parameter: where its value lands, its default, and the body that it is tried in."""

    name: str
    read: Read
    default: Any
    base: Mapping[str, Any] = field(default_factory=lambda: PAIR)


FLAGS: Final = (
    Row("geomatch", lambda c: c.geomatch, default=True),
    Row("record", lambda c: c.settings.record, default=False),
    Row("initiate_call_to_first_party", lambda c: c.settings.initiate_call, default=False),
    Row("create_session_with_single_party", lambda c: c.settings.single_party, default=False),
    Row("is_pin_authentication_required", lambda c: c.pins is not None, default=False, base={**PINS, "x": 1}),
    Row("generate_pin", lambda c: _pins(c).generate, default=False, base=PINS),
    Row("force_pin_authentication", lambda c: _pins(c).forced, default=False, base=PINS),
)

URLS: Final = (
    Row("recording_callback_url", lambda c: c.settings.recording_callback_url, ""),
    Row("callback_url", lambda c: c.settings.callback_url, ""),
    Row("first_party_play_url", lambda c: c.settings.first_party_play, ""),
    Row("second_party_play_url", lambda c: c.settings.second_party_play, ""),
    Row("unknown_caller_play", lambda c: c.settings.unknown_caller_play, ""),
    Row("incorrect_pin_play", lambda c: _pins(c).incorrect_play, "", base=PINS),
    Row("pin_prompt_play", lambda c: _pins(c).prompt_play, None, base=PINS),
)

CHOICES: Final = (
    (Row("record_file_format", lambda c: c.settings.record_file_format, "mp3"), ("mp3", "wav")),
    (Row("recording_callback_method", lambda c: c.settings.recording_callback_method, "POST"), ("GET", "POST")),
    (Row("callback_method", lambda c: c.settings.callback_method, "POST"), ("GET", "POST")),
)

#: Row, least, most (ledger: session_expiry_range, call_time_limit_range, ring_timeout_range).
INTEGERS: Final = (
    (Row("session_expiry", lambda c: c.expiry_s, 1800), 60, 86_400),
    (Row("call_time_limit", lambda c: c.settings.call_time_limit_s, 14_400), 60, 86_400),
    (Row("ring_timeout", lambda c: c.settings.ring_timeout_s, 45), 1, 86_400),
    (Row("virtual_number_cooloff_period", lambda c: c.settings.cooloff_s, 0), 0, 3600),
    (Row("generate_pin_length", lambda c: _pins(c).length, 4, base=GENERATED), 4, 15),
    (Row("pin_retry", lambda c: _pins(c).retries, 1, base=PINS), 0, 5),
    (Row("pin_retry_wait", lambda c: _pins(c).retry_wait_s, 5, base=PINS), 5, 10),
)

PARTIES: Final = (
    Row("first_party", lambda c: c.first_party, None),
    Row("second_party", lambda c: c.second_party, None),
)

PIN_DIGITS: Final = (
    Row("first_party_pin", lambda c: _pins(c).first, None, base=PINS),
    Row("second_party_pin", lambda c: _pins(c).second, None, base=PINS),
)

OPTIONAL: Final[Sequence[Row]] = (
    *(row for row in FLAGS if row.name != "is_pin_authentication_required"),
    *(row for row in URLS if row.name != "pin_prompt_play"),
    *(row for row, _ in CHOICES),
    *(row for row, _, _ in INTEGERS),
)

#: Every name that some row has; a subaccount is tried by hand.
TRIED: Final = {row.name for row in (*OPTIONAL, *FLAGS, *URLS, *PARTIES, *PIN_DIGITS)} | {"subaccount"}
