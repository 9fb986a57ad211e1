"""Ledger rows on callbacks: which events are told, with what, and in which order."""

from collections.abc import Sequence
from typing import Final

from emulator.plivo.ledger.row import Evidence, Row

ROWS: Final[Sequence[Row]] = (
    Row(
        id="event_parties",
        subject="callbacks",
        statement="FirstParty and SecondParty in an event's name are the parties of the session.",
        evidence=Evidence.DOCUMENTED,
        source=(
            "vendor page, session events: first party answers, second party's phone starts ringing; the other reading, "
            "the legs in their order, would explain why only the second party's ring has an event"
        ),
        tests=("tests/core/test_notices.py::test_names_are_roles_and_may_be_positions",),
        choices=("roles", "positions"),
    ),
    Row(
        id="parties_hangup_event",
        subject="callbacks",
        statement="SessionPartiesHangup is sent once a call is over, after the hangups of its legs.",
        evidence=Evidence.DOCUMENTED,
        source="newest reference page, session events; absent from the vendor page of early 2024",
        tests=("tests/core/test_notices.py::test_end_of_a_call_is_told_where_the_world_wants_it",),
        choices=(True, False),
    ),
    Row(
        id="timeout_event_after_delete",
        subject="callbacks",
        statement="Deleting a session sends SessionTimeout, as its expiry would have.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the event says that the session expires, and the answer to a delete is Session expired; no "
            "page tells whether a delete is meant"
        ),
        tests=("tests/core/test_notices.py::test_delete_is_told_as_a_timeout_where_the_world_wants_it",),
        choices=(True, False),
    ),
    Row(
        id="pin_event_each_attempt",
        subject="callbacks",
        statement="Every wrong PIN sends SessionPinAuthenticationStatus failed, with PinRetryCounter from 0.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: a counter of retries would always have its last value if only the last attempt were told; no "
            "page says how many events there are"
        ),
        tests=("tests/core/test_notices.py::test_each_wrong_pin_is_told_where_the_world_wants_it",),
        choices=(True, False),
    ),
)
