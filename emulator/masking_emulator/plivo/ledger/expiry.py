"""Ledger rows on when a session ends, how long it lasted, and how long it is kept."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.plivo.ledger.row import Evidence, Row, scenarios, wire

ROWS: Final[Sequence[Row]] = (
    Row(
        id="expiry_from_creation",
        subject="expiry",
        statement="A new session expires session_expiry seconds after its creation.",
        evidence=Evidence.OBSERVED,
        source="16 sessions in the list fixture of plivo-java; create fixtures of all SDKs",
        tests=(
            *wire("create-two-parties"),
            *scenarios("expiry"),
            "tests/core/test_sessions.py::test_created_session_is_active_until_its_expiry",
        ),
    ),
    Row(
        id="expiry_instant",
        subject="expiry",
        statement="A session lives up to its expiry, and at that instant it has ended.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: expiry_time of a deleted session is the instant of the delete, so it is the first instant "
            "without the session"
        ),
        tests=("tests/core/test_engine.py::test_session_lives_up_to_its_expiry_and_not_at_it",),
    ),
    Row(
        id="expiry_after_update",
        subject="expiry",
        statement="An update with session_expiry makes expiry_time now plus that many seconds.",
        evidence=Evidence.OBSERVED,
        source=(
            "update fixtures of plivo-python, plivo-node and plivo-java and list fixtures: nine sessions, every one so"
        ),
        tests=(
            *wire("update-session-expiry"),
            "tests/core/test_sessions.py::test_update_with_expiry_counts_from_now",
            "tests/core/test_sessions.py::test_shorter_expiry_ends_the_session_earlier",
        ),
    ),
    Row(
        id="expiry_without_update",
        subject="expiry",
        statement="An update without session_expiry leaves expiry_time.",
        evidence=Evidence.OBSERVED,
        source="session c28b77d4 in the samples of the vendor page's update, get and list",
        tests=(
            *wire("update-vendor-sample-record-true", "update-empty-object"),
            "tests/core/test_sessions.py::test_update_without_expiry_leaves_it",
        ),
    ),
    Row(
        id="duration",
        subject="expiry",
        statement="duration is the whole seconds from creation to expiry, rounded down.",
        evidence=Evidence.OBSERVED,
        source=(
            "fixtures of all SDKs of 2024; three of them show the rounding, because the times that they print "
            "differ by one second more"
        ),
        tests=(
            *wire("update-session-expiry"),
            *scenarios("refresh"),
            "tests/core/test_records.py::test_duration_is_rounded_down",
        ),
    ),
    Row(
        id="natural_expiry_keeps_modified",
        subject="expiry",
        statement="Natural expiry leaves modified_time.",
        evidence=Evidence.OBSERVED,
        source="16 sessions in the list fixture of plivo-java; session c28b77d4 in the vendor page's get sample",
        tests=(
            *wire("get-expired-naturally"),
            *scenarios("expiry"),
            "tests/core/test_sessions.py::test_expiry_ends_the_session_and_leaves_its_modification_alone",
        ),
    ),
    Row(
        id="delete_sets_times",
        subject="expiry",
        statement="A delete makes expiry_time and modified_time now.",
        evidence=Evidence.OBSERVED,
        source="session 26af07c8 in the list fixture of plivo-java",
        tests=(
            *wire("get-deleted"),
            *scenarios("delete"),
            "tests/core/test_sessions.py::test_delete_ends_the_session_now",
        ),
    ),
    Row(
        id="delete_sets_duration",
        subject="expiry",
        statement="After a delete duration is what the new expiry_time gives.",
        evidence=Evidence.OBSERVED,
        source="session 26af07c8 in the list fixture of plivo-java of 2024; in samples of 2023 duration stayed",
        tests=(*wire("get-deleted"), *scenarios("delete")),
    ),
    Row(
        id="retention",
        subject="expiry",
        statement="An ended session created more than 90 days ago is not found by a get.",
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: the vendor page says of lists that the data covers the last 90 days; that a get has more "
            "is unlikely"
        ),
        tests=("tests/core/test_sessions.py::test_ended_session_is_found_for_as_long_as_it_is_kept",),
    ),
    Row(
        id="retention_of_live_sessions",
        subject="expiry",
        statement=(
            "A live session is read, updated and deleted by its UUID however long ago it was created; lists leave it "
            "out after 90 days, as they do every session."
        ),
        evidence=Evidence.ASSUMED,
        source=(
            "reasoning: updates may keep a session alive for ever, and its owner must be able to end it; the vendor "
            "page limits the data of lists and makes no exception"
        ),
        tests=("tests/plivo/test_readings.py::test_live_session_is_found_however_old_and_listed_for_90_days",),
    ),
    Row(
        id="ended_sessions_limit",
        subject="expiry",
        statement="Past limits.sessions_ended_max the sessions that ended first are forgotten.",
        evidence=Evidence.ASSUMED,
        source="reasoning: the emulator's own limit; memory must stay flat under endless load",
        tests=(
            "tests/core/test_sessions.py::test_oldest_ended_sessions_are_forgotten_past_the_limit",
            "tests/core/test_sessions.py::test_expired_sessions_are_forgotten_like_deleted_ones",
        ),
    ),
)
