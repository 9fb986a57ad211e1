"""Rules: the few numbers and choices that a world may set for its engine."""

from typing import Final

from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import Record


class Telephony(Record):
    """How long things take where neither a script nor a phone says so, in microseconds.

    answer_after_us   a phone rings this long before it is answered, is busy, rejects
    talk_us           the people of a call talk this long
    message_us        a message that is played takes this long
    typing_us         somebody needs this long to type a PIN, once the prompt is over
    input_timeout_us  the service waits this long for a PIN, once the prompt is over (ledger: pin_input_wait)
    initiate_after_us the service places its own call this long after the session was created
    """

    answer_after_us: int = 3 * SECOND_US
    talk_us: int = 30 * SECOND_US
    message_us: int = 2 * SECOND_US
    typing_us: int = 3 * SECOND_US
    input_timeout_us: int = 5 * SECOND_US
    initiate_after_us: int = SECOND_US


class Tariff(Record):
    """What a leg costs: begun pulses of `pulse_s` at `minute_micros` millionths a minute."""

    pulse_s: int = 60
    minute_micros: int = 16_500


class Notify(Record):
    """Which notices are given, where the sources disagree.

    by_position             FIRST and SECOND are the legs in their order, not the parties of the session
    call_over               a notice of its own once a call is over
    timed_out_after_delete  the end of a deleted session is reported like that of an expired one
    pin_each_attempt        every wrong PIN is reported, not only the last
    """

    by_position: bool = False
    call_over: bool = True
    timed_out_after_delete: bool = True
    pin_each_attempt: bool = True


TELEPHONY_DEFAULT: Final = Telephony()
TARIFF_DEFAULT: Final = Tariff()
NOTIFY_DEFAULT: Final = Notify()

#: The most ended sessions, or calls, that are forgotten in one go.
_FORGOTTEN_AT_ONCE: Final = 128


class Rules(Record):
    """How an engine behaves where its sources are silent or disagree, and its limits.

    retention_us          an ended session is shown for this long after its creation
    sessions_live_max     past it a create is refused
    sessions_ended_max    past it the sessions that ended first are forgotten
    numbers_max           past it no number can be added
    phones_max            past it no phone more is known, and a habit of another one is refused
    calls_running_max     past it a call is refused
    calls_ended_max       past it the oldest ended calls are forgotten
    recordings_max        past it the oldest recordings are forgotten
    interactions_max      a session shows so many of its newest interactions
    call_time_limit_s     how long a call may take that belongs to no session
    callbacks_waiting_max past it new callbacks are dropped
    repeat_refreshes      creating a live pair again refreshes its session; False refuses with PAIR_BUSY
    delete_starts_cooloff a deleted session's number cools off as an expired one's does
    strangers_interact    the call of somebody unknown leaves an interaction in the session whose message they heard
    expiry_waits          a session whose expiry comes during a call expires when its last call ends, not at once
    """

    retention_us: int
    sessions_live_max: int
    sessions_ended_max: int
    numbers_max: int
    phones_max: int
    calls_running_max: int
    calls_ended_max: int
    recordings_max: int
    interactions_max: int
    callbacks_waiting_max: int
    call_time_limit_s: int
    repeat_refreshes: bool
    delete_starts_cooloff: bool
    strangers_interact: bool = False
    expiry_waits: bool = False
    telephony: Telephony = TELEPHONY_DEFAULT
    tariff: Tariff = TARIFF_DEFAULT
    notify: Notify = NOTIFY_DEFAULT


def forgotten_at_once(kept_max: int) -> int:
    """How many of the ended ones are forgotten when there are as many as may be kept.

    Few, so that nobody waits for it and memory stays level; never more than half.
    """
    return max(1, min(kept_max // 2, _FORGOTTEN_AT_ONCE))
