"""Answers of the control API: the JSON Schema of each, which OpenAPI shows and generated clients are made of.

Built only when the description is asked for; no start of a server pays for it. What is a record of the core is
described by its type (`records.py`); everything else once, beside what it shows (`things.py`, `traffic.py`).
"""

from collections.abc import Mapping
from typing import Any, Final

from masking_emulator.control.answers import things, traffic
from masking_emulator.control.answers.parts import FLAG, INSTANT, STRING, WHOLE, array, maybe, ref, shape
from masking_emulator.control.answers.records import event_components, snapshot_components
from masking_emulator.core.records.base import Record

#: What an error says: why, and about which field of the request it is.
ERROR: Final = shape({"error": STRING}, {"field": STRING})


class DescribedAnswer(Record):
    """A success: its statuses and its schema. `conflict` is what a 409 may be besides an error."""

    statuses: tuple[str, ...]
    schema: Mapping[str, Any]
    conflict: Mapping[str, Any] | None = None


def _done(properties: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> DescribedAnswer:
    return DescribedAnswer(("200",), shape(properties, optional))


def _is(name: str, conflict: str | None = None) -> DescribedAnswer:
    return DescribedAnswer(("200",), ref(name), None if conflict is None else ref(conflict))


def _made(name: str) -> DescribedAnswer:
    return DescribedAnswer(("201",), ref(name))


_EVENTS: Final = array(ref("Event"))
_CALLBACKS: Final = array(ref("Callback"))
_REQUESTS: Final = array(ref("Request"))

#: Operation → its answer; one that does not answer JSON has none.
ANSWERS: Final[Mapping[str, DescribedAnswer]] = {
    "health": _is("Health"),
    "show_fidelity": _done({"rows": array(ref("LedgerRow"))}),
    "show_callback_schemas": DescribedAnswer(("200",), things.CALLBACK_SCHEMAS),
    "show_number_formats": _done({"formats": array(things.NUMBER_FORMAT)}),
    "show_interception": _is("Interception"),
    "list_worlds": _done({"worlds": array(ref("WorldState"))}),
    "add_world": _made("WorldState"),
    "show_world": _is("WorldState"),
    "put_world": DescribedAnswer(("200", "201"), ref("WorldState")),
    "remove_world": _done({"removed": STRING}),
    "reset_world": _is("WorldState"),
    "fork_world": _made("WorldState"),
    "show_moment": _is("Moment"),
    "show_changes": _done({"since": WHOLE, "sequence": WHOLE, "changes": array(ref("Change"))}),
    "show_clock": _is("Clock"),
    "set_clock": _is("Clock"),
    "advance_clock": _done(
        {"now": INSTANT, "events": _EVENTS}, {"events_left_out": WHOLE, "callbacks_out": array(WHOLE)}
    ),
    "show_journal": _done({"first": WHOLE, "last": WHOLE, "events": _EVENTS}),
    "show_timeline": _is("Timeline"),
    "show_problems": _done({"found": WHOLE, "problems": array(ref("Problem"))}),
    "explain_session": _is("Explanation"),
    "explain_create": DescribedAnswer(("200",), {"anyOf": [ref("ForeseenSession"), ref("ForeseenRefusal")]}),
    "show_numbers": _done({"numbers": array(ref("PoolNumber"))}),
    "add_number": DescribedAnswer(("201",), shape({"number": STRING, "subaccount": maybe(STRING)})),
    "replace_number": _done(
        {"number": STRING, "sessions": array(shape({"session_uuid": STRING, "virtual_number": STRING}))}
    ),
    "place_simulated_call": _made("SimulatedCall"),
    "list_simulated_calls": _done({"matched": WHOLE, "calls": array(ref("SimulatedCall"))}),
    "show_simulated_call": _is("SimulatedCall"),
    "act_on_call": _is("SimulatedCall"),
    "list_phones": _done({"phones": array(ref("PhoneHabits"))}),
    "set_phone": _is("PhoneHabits"),
    "list_callbacks": _done({"matched": WHOLE, "callbacks": _CALLBACKS}),
    "show_callback": _is("Callback"),
    "wait_for_callbacks": _done({"callbacks": _CALLBACKS}),
    "replay_callback": _made("Callback"),
    "release_callback": _is("Callback"),
    "drop_callback": _is("Callback"),
    "release_callbacks": _done({"released": array(WHOLE), "callbacks": _CALLBACKS}),
    "show_policy": _is("CallbackPolicy"),
    "set_policy": _is("CallbackPolicy"),
    "show_routes": _is("RouteTable"),
    "set_routes": _is("RouteTable"),
    "list_stories": _done({"stories": array(ref("Story"))}),
    "trigger_event": _is("PlayedStory"),
    "list_requests": _done({"first": WHOLE, "last": WHOLE, "matched": WHOLE, "requests": _REQUESTS}),
    "count_requests": _done({"count": WHOLE}),
    "show_request": _is("Request"),
    "verify_requests": DescribedAnswer(("200",), shape({"verified": FLAG, "count": WHOLE}), ref("VerificationFailure")),
    "await_request": DescribedAnswer(("200",), shape({"requests": _REQUESTS}), ref("WaitFailure")),
    "list_unmatched": _done({"requests": array(ref("UnmatchedRequest"))}),
    "list_faults": _done({"faults": array(ref("PlacedFault"))}),
    "add_fault": _made("PlacedFault"),
    "clear_faults": _done({"removed": WHOLE}),
    "remove_fault": _done({"removed": STRING}),
    "take_snapshot": _is("Snapshot"),
    "put_snapshot": _is("Clock"),
    "keep_snapshot": _done({"file": STRING, "now": INSTANT}),
    "show_pool_report": _is("PoolReport"),
}


def components() -> dict[str, Any]:
    """Every schema that the answers refer to, by its name."""
    return {
        "Error": ERROR,
        **things.COMPONENTS,
        **traffic.COMPONENTS,
        **event_components(),
        **snapshot_components(),
    }
