"""Policy: the contested behaviours, one entry each, named like its row in the fidelity ledger.

A world file may set any of them under `[policy]`; the ledger says what speaks for the default and which other
values there are.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args, get_type_hints

from masking_emulator.core.instants import DAY_US
from masking_emulator.core.records.base import Record, names
from masking_emulator.core.rules import Notify, Rules, Tariff, Telephony


class Policy(Record):
    """The choices of one world. The defaults are those of the ledger; a test compares them."""

    update_status: Literal[200, 202] = 200
    timer_defaults: Literal["recorded", "documented"] = "recorded"
    repeat_create: Literal["refresh", "refuse"] = "refresh"
    call_time_limit_out_of_range: Literal["refuse", "clamp"] = "refuse"
    incorrect_pin_play_required: bool = False
    play_url_extension_required: bool = False
    cooloff_after_delete: bool = True
    session_expiring_in_call: Literal["expired", "in-progress"] = "expired"
    list_window_exceeded: Literal["refuse", "clamp"] = "refuse"
    list_limit_out_of_range: Literal["refuse", "clamp"] = "refuse"
    list_single_underscore_filters: bool = True
    list_paging: Literal["offset", "cursor", "hybrid"] = "offset"
    interaction_unknown: bool = False
    event_parties: Literal["roles", "positions"] = "roles"
    parties_hangup_event: bool = True
    timeout_event_after_delete: bool = True
    pin_event_each_attempt: bool = True
    resource_urls: Literal["reachable", "vendor"] = "reachable"
    rate_limit: bool = False


class Limits(Record):
    """How much a world may hold. Names and defaults as under `[limits]` in a world file."""

    sessions_live_max: int = 250_000
    sessions_ended_max: int = 20_000
    numbers_max: int = 20_000
    phones_max: int = 10_000
    journal_events_max: int = 10_000
    history_max: int = 10_000
    calls_running_max: int = 10_000
    calls_ended_max: int = 20_000
    recordings_max: int = 20_000
    interactions_max: int = 1_000
    callbacks_waiting_max: int = 20_000
    callbacks_kept_max: int = 10_000
    requests_max: int = 1_000
    request_body_bytes_max: int = 16_384
    faults_max: int = 100


#: Policy timer_defaults → timer → its default in seconds: what every recorded sample has, and what the pages of
#: today say. Source: ledger: timer_defaults.
TIMER_DEFAULTS_S: Final[Mapping[str, Mapping[str, int]]] = {
    "recorded": {"session_expiry": 1800, "call_time_limit": 14_400, "ring_timeout": 45},
    "documented": {"session_expiry": 3600, "call_time_limit": 3600, "ring_timeout": 120},
}


def policy_choices() -> Mapping[str, Sequence[Any]]:
    """Policy entry → the values that it may have."""
    kinds = get_type_hints(Policy)
    return {name: get_args(kinds[name]) or (False, True) for name in names(Policy)}


def rules_of(policy: Policy, limits: Limits, telephony: Telephony, tariff: Tariff) -> Rules:
    """The engine's rules that follow from what a world file says."""
    return Rules(
        retention_us=RETENTION_DAYS * DAY_US,
        sessions_live_max=limits.sessions_live_max,
        sessions_ended_max=limits.sessions_ended_max,
        numbers_max=limits.numbers_max,
        phones_max=limits.phones_max,
        calls_running_max=limits.calls_running_max,
        calls_ended_max=limits.calls_ended_max,
        recordings_max=limits.recordings_max,
        interactions_max=limits.interactions_max,
        callbacks_waiting_max=limits.callbacks_waiting_max,
        call_time_limit_s=TIMER_DEFAULTS_S[policy.timer_defaults]["call_time_limit"],
        repeat_refreshes=policy.repeat_create == "refresh",
        delete_starts_cooloff=policy.cooloff_after_delete,
        strangers_interact=policy.interaction_unknown,
        expiry_waits=policy.session_expiring_in_call == "in-progress",
        telephony=telephony,
        tariff=tariff,
        notify=Notify(
            by_position=policy.event_parties == "positions",
            call_over=policy.parties_hangup_event,
            timed_out_after_delete=policy.timeout_event_after_delete,
            pin_each_attempt=policy.pin_event_each_attempt,
        ),
    )


#: List windows in days, from the vendor page: default, longest, and how long data is kept.
WINDOW_DEFAULT_DAYS = 7
WINDOW_MAX_DAYS = 30
RETENTION_DAYS = 90

LIMIT_MAX = 20

#: What an account may send, where the policy rate_limit is on. Source: account limits page.
RATE_LIMIT_REQUESTS = 300
RATE_LIMIT_SPAN_S = 5

#: No vendor page gives these; they keep one request from filling the machine.
BODY_BYTES_MAX = 65_536
URL_BYTES_MAX = 8_192
