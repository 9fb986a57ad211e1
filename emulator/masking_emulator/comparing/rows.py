"""Rows: which row of the ledger a difference is about, where no predicate says it.

A difference is where something stands, so the place names the row: the status of a create, the text of a refusal, a key
of a session, an attribute of a callback. What has no row of its own falls to the row of the whole that it is part of.
"""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from masking_emulator.comparing.callbacks import ATTEMPTS, MISSING, ORDER, CallbackFinding
from masking_emulator.comparing.differences import Discrepancy
from masking_emulator.comparing.replay import Exchanged
from masking_emulator.evidence.captures import CapturedAnswer, CapturedExchange
from masking_emulator.plivo.ledger import LEDGER

_IDS: Final = frozenset(row.id for row in LEDGER)

#: Method and what is behind the account → the operation.
_OPERATIONS: Final[Sequence[tuple[str, re.Pattern[str], str]]] = [
    (method, re.compile(rf"/+v1/+Account/+[^/]+/+{path}/*"), name)
    for method, path, name in (
        ("POST", "Masking/+Session", "create"),
        ("GET|HEAD", "Masking/+Session", "list"),
        ("GET|HEAD", "Masking/+Session/+[^/]+", "get"),
        ("POST", "Masking/+Session/+[^/]+", "update"),
        ("DELETE", "Masking/+Session/+[^/]+", "delete"),
        ("GET|HEAD", "Call", "calls"),
        ("GET|HEAD", "Call/+[^/]+", "call"),
        ("GET|HEAD", "Recording", "recordings"),
        ("GET|HEAD|DELETE", "Recording/+[^/]+", "recording"),
        ("GET|HEAD", "Number", "numbers"),
        ("GET|HEAD", "Number/+[^/]+", "number"),
    )
]

#: Part of a refusal's text → its row. The first that fits counts; a row behind a bar is for an update.
_TEXTS: Final[Sequence[tuple[str, str]]] = (
    ("first_party or second_party must be present", "single_party_without_party"),
    ("Mandatory parameter missing", "text_missing"),
    ("not a valid phone number", "text_phone"),
    ("offset is outside the allowed range", "list_offset_text"),
    ("limit is outside the allowed range", "text_range"),
    ("outside the allowed range", "text_range"),
    ("allowed values are true or false", "text_flag"),
    ("allowed values are active", "list_status_text"),
    ("subaccount allowed values", "subaccount_unknown"),
    ("allowed values are", "text_choice"),
    ("should be a valid URL", "text_url"),
    ("should be under 1000 characters", "text_url_length"),
    ("limit should be an integer", "list_integer_text"),
    ("offset should be an integer", "list_integer_text"),
    ("should be an integer", "text_integer"),
    ("4 to 15 digits", "text_pin"),
    ("should be in the format", "list_time_text"),
    ("cursor is not one", "list_cursor_text"),
    ("should be a string", "text_string"),
    (".mp3 or .wav", "play_url_extension_required"),
    ("search window", "list_window_text"),
    ("Content-Type must", "content_type_text"),
    ("Invalid JSON", "invalid_json"),
    ("must be a JSON object", "json_object"),
    ("body too large", "body_limit"),
    ("URL too long", "url_limit"),
    ("Method not allowed", "method_not_allowed_body"),
    ("Authentication credentials", "unauthenticated_body"),
    ("Too many requests", "rate_limited_body"),
    ("Number pool exhausted", "pool_exhausted"),
    ("Session already expired", "delete_again|update_of_expired"),
    ("first_party_pin and second_party_pin should be different", "pins_differ_text"),
    ("should be different", "equal_parties|update_parties_equal"),
    ("single party sessions only", "update_parties_fixed"),
    ("is the virtual number", "update_party_is_number"),
    ("already in a session", "update_party_busy"),
    ("A session already exists", "repeat_create_refused|update_pair_busy"),
    ("Too many active sessions", "live_sessions_limit"),
)

#: Status of a refusal → the row that says so, where the text is the same or not known.
_STATUSES: Final[Mapping[int, str]] = {
    401: "unauthenticated_status",
    404: "unknown_session_status",
    405: "method_not_allowed_status",
    413: "body_limit",
    414: "url_limit",
    429: "rate_limit",
}

_SUCCESS: Final[Mapping[str, str]] = {
    "create": "create_status",
    "update": "update_status",
    "delete": "delete_status",
    "call": "call_record",
    "recording": "recording_delete",
}
_ENVELOPES: Final[Mapping[str, str]] = {
    **{name: f"{name}_envelope" for name in ("create", "update", "get", "list", "delete")},
    "calls": "call_list",
    "call": "call_record",
    "recordings": "recording_record",
    "recording": "recording_record",
    "numbers": "number_record",
    "number": "number_record",
}

#: Key of an answer → its row, where that is not the row of the parameter of the same name.
_KEYS: Final[Mapping[str, str]] = {
    "api_id": "api_id",
    "message": "",
    "status": "status_values",
    "created_time": "timestamp_truncated",
    "modified_time": "update_modified",
    "expiry_time": "expiry_from_creation",
    "duration": "duration",
    "first_party": "party_form",
    "second_party": "party_form",
    "first_party_pin": "pins_are_strings",
    "second_party_pin": "pins_are_strings",
    "pin_retry_wait": "pin_retry_wait_form",
    "create_session_with_single_party": "single_party_not_asked_form",
    "force_pin_authentication": "force_pin_off_form",
    "virtual_number_cooloff_period": "cooloff_form",
    "subaccount": "subaccount_form",
    "interaction": "interaction_shape",
    "total_call_count": "call_count_counts_legs",
    "total_call_amount": "session_totals",
    "total_call_billed_duration": "session_totals",
    "total_session_amount": "session_totals",
    "last_interaction_time": "last_interaction_time",
    "resource_uri": "resource_uri",
    "limit": "list_meta",
    "offset": "list_meta",
    "total_count": "list_meta",
    "next": "list_links",
    "previous": "list_links",
}

#: A timer that was not given → the row of its default.
_DEFAULTS: Final[Mapping[str, str]] = {
    "call_time_limit": "call_time_limit_default",
    "ring_timeout": "ring_timeout_default",
}

#: Place in a callback → its row.
_ATTRIBUTES: Final[Mapping[str, str]] = {
    "method": "callback_method",
    "path": "event_urls",
    "attributes": "event_attribute_names",
    ORDER: "event_order",
    ATTEMPTS: "callback_retries",
    "EventTimestamp": "callback_timestamp_format",
    "SequenceNumber": "callback_sequence_number",
    "From": "callback_from_and_to",
    "To": "callback_from_and_to",
    "VirtualNumber": "event_virtual_number",
    "Amount": "callback_amount_format",
    "BilledDuration": "leg_billed_in_pulses",
    "Duration": "leg_billed_in_pulses",
    "PlivoHangupCause": "hangup_causes",
    "PlivoHangupCauseCode": "hangup_causes",
    "PinAuthenticationStatus": "pin_authorized",
    "PinRetryCounter": "pin_event_each_attempt",
    "time": "callback_order",
}

#: Event → the row that says when it is sent.
_EVENTS: Final[Mapping[str, str]] = {
    "SessionTimeout": "event_expiry",
    "SessionPartiesHangup": "parties_hangup_event",
    "SessionPinAuthenticationStatus": "pin_event_each_attempt",
    "SessionVirtualNumberReplaced": "number_replaced",
    "SessionRecordingInitiated": "event_recording",
    "SessionRecordingCompleted": "event_recording",
    "SessionRecordingFailed": "event_recording",
}


def operation_of(exchange: CapturedExchange) -> str:
    """What an exchange asks for; "" where it is no operation that the emulator has."""
    method, path = exchange.request.method, exchange.request.path
    for methods, pattern, name in _OPERATIONS:
        if method in methods.split("|") and pattern.fullmatch(path):
            return name
    return ""


def rows_of_exchange(exchanged: Exchanged) -> Sequence[tuple[tuple[str, ...], Sequence[Discrepancy]]]:
    """The differences of an exchange with their rows: all at once where only one of the two has refused."""
    theirs, ours = exchanged.theirs.answer, exchanged.ours
    assert theirs is not None, "what has no answer is not compared"
    operation = operation_of(exchanged.theirs)
    if theirs.status >= 400 or ours.status >= 400:
        return [((_of_refusal(theirs, ours, operation, exchanged.differences),), exchanged.differences)]
    grouped: dict[str, list[Discrepancy]] = {}
    for difference in exchanged.differences:
        grouped.setdefault(_of_answer(difference, exchanged.theirs, operation), []).append(difference)
    return [((row,), found) for row, found in grouped.items()]


def rows_of_callback(finding: CallbackFinding) -> Sequence[tuple[tuple[str, ...], Sequence[Discrepancy]]]:
    """The differences of a callback with their rows."""
    grouped: dict[str, list[Discrepancy]] = {}
    for difference in finding.differences:
        grouped.setdefault(_of_callback(difference, finding), []).append(difference)
    return [((row,), found) for row, found in grouped.items()]


#: Event → entries of the policy that may decide whether it is sent, to be tried first.
_DECIDING: Final[Mapping[str, tuple[str, ...]]] = {
    "SessionTimeout": ("timeout_event_after_delete", "session_expiring_in_call"),
}


def likely_policies(finding: CallbackFinding) -> tuple[str, ...]:
    """The entries of the policy that are to be tried first for a callback that differs."""
    return _DECIDING.get(finding.event, ("event_parties",))


def _of_refusal(theirs: CapturedAnswer, ours: CapturedAnswer, operation: str, found: Sequence[Discrepancy]) -> str:
    places = {difference.where for difference in found}
    if places <= {"header content-type"}:
        return "json_content_type"
    if places <= {"header www-authenticate"}:
        return "unauthenticated_body"
    if places <= {"header allow"}:
        return "method_not_allowed_body"
    if places == {"keys of the body"}:
        return "error_envelope"
    if places == {"api_id"}:
        return "api_id"
    refused = ours if ours.status >= 400 else theirs
    text = _text(refused) or _text(theirs)
    if (theirs.status == HTTPStatus.TOO_MANY_REQUESTS) != (ours.status == HTTPStatus.TOO_MANY_REQUESTS):
        return "rate_limit"
    if places == {"status"} and refused.status in _STATUSES:
        return _STATUSES[refused.status] if operation or refused.status != 404 else "unknown_path"
    if refused.status == 404:
        return "unknown_session_text" if operation else "unknown_path"
    if (theirs.status >= 400) != (ours.status >= 400) and (row := _contested(text)):
        return row
    for part, rows in _TEXTS:
        if part in text:
            first, _, updates = rows.partition("|")
            return updates if updates and operation == "update" else first
    return _STATUSES.get(refused.status, "error_envelope")


def _contested(text: str) -> str:
    """The row about a parameter that one of the two refuses, where it has one of its own."""
    found = re.search(r"([a-z_]+) (?:is outside the allowed|search window)", text)
    if found is None:
        return ""
    name = "list_limit" if found[1] == "limit" else found[1]
    names = (f"{name}_out_of_range", "list_window_exceeded" if "window" in text else "", f"{name}_range", name)
    return next((row for row in names if row in _IDS), "")


def _text(answer: CapturedAnswer) -> str:
    return str(answer.body.get("error", "")) if isinstance(answer.body, dict) else ""


def _of_answer(difference: Discrepancy, exchange: CapturedExchange, operation: str) -> str:
    where = difference.where
    envelope = _ENVELOPES.get(operation, "json_content_type")
    if where == "status":
        return _SUCCESS.get(operation, "read_status")
    if where.startswith("header"):
        return "json_content_type"
    if where.startswith("keys of"):
        return _of_keys(where, operation, envelope)
    if where.startswith("length of"):
        return "interaction_order" if "interaction" in where else "list_meta"
    key = where.rpartition(".")[2].partition("[")[0]
    if "interaction[" in where:
        return "interaction_shape"
    return _of_key(key, difference, exchange, operation) or envelope


def _of_keys(where: str, operation: str, envelope: str) -> str:
    if "interaction[" in where:
        return "interaction_shape"
    if operation == "list" and "objects[" in where:
        return "list_key_order"
    if where in ("keys of session", "keys of response") and operation in ("create", "update", "get"):
        return "session_key_order"
    return "list_meta" if where.endswith(".meta") else envelope


def _of_key(key: str, difference: Discrepancy, exchange: CapturedExchange, operation: str) -> str:
    """The row of a value at this key; "" where none is about it."""
    theirs, ours = difference.theirs, difference.ours
    if operation in ("calls", "call", "recordings", "recording", "numbers", "number"):
        return ""
    if key == "virtual_number":
        same = theirs.replace("+", "") == ours.replace("+", "")
        return ("outer_virtual_number" if "." not in difference.where else "party_form") if same else "pool_order"
    if key == "session_uuid":
        return "list_order" if operation == "list" else "repeat_create"
    if key.endswith("_time") and re.sub(r"\d", "0", theirs) != re.sub(r"\d", "0", ours):
        return "last_interaction_time" if key == "last_interaction_time" else "timestamp_form"
    if key == "status" and "in-progress" in theirs + ours:
        return "status_in_progress"
    if key == "expiry_time" and operation == "update":
        return "expiry_after_update" if _asked(exchange, "session_expiry") else "expiry_without_update"
    if key in _DEFAULTS and operation == "create" and not _asked(exchange, key):
        return _DEFAULTS[key]
    if key in ("first_party_pin", "second_party_pin") and "nothing" in (theirs, ours):
        return "pin_group_off"
    if {theirs, ours} == {"nothing", '""'}:
        return "unset_strings"
    row = _KEYS.get(key, key)
    return row if row in _IDS else ""


def _asked(exchange: CapturedExchange, key: str) -> bool:
    body: Any = exchange.request.body
    return isinstance(body, dict) and key in body


def _of_callback(difference: Discrepancy, finding: CallbackFinding) -> str:
    where = difference.where
    if where == MISSING:
        return _EVENTS.get(finding.event, "event_order")
    if where.startswith("signature"):
        return "signature_headers"
    if where in _ATTRIBUTES:
        return _ATTRIBUTES[where]
    return "event_attributes_of_recordings" if where.startswith("Recording") else "event_values"


def rows_that_may_be_named() -> frozenset[str]:
    """Every row that these tables name."""
    texts = {row for _, rows in _TEXTS for row in rows.split("|")}
    tables = (_STATUSES, _SUCCESS, _ENVELOPES, _KEYS, _DEFAULTS, _ATTRIBUTES, _EVENTS)
    return frozenset(texts.union(*(table.values() for table in tables)) - {""})
