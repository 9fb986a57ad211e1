"""Lists of the control API that options repeat, such as states, phases and actions, in the same order.

The command line loads nothing of the server, which has them all; tests/test_words.py compares.
"""

from typing import Final

#: What a phone does when it is called.
OUTCOMES: Final = ("answer", "busy", "reject", "no_answer", "unreachable", "manual")

#: What agents may do to a server.
AGENT_LEAVES: Final = ("read", "write")

#: Who of a call's two people.
SIDES: Final = ("caller", "callee")

#: What can be done in a running call.
ACTIONS: Final = ("answer", "reject", "busy", "unreachable", "digits", "hangup")

#: Where a call stands; the last one is its end.
ENDED: Final = "ended"
PHASES: Final = ("ringing_first", "asking_pin", "pausing", "announcing", "ringing_second", "bridged", ENDED)

#: How far a callback has come: first those of which something is yet to come.
OPEN_STATES: Final = ("waiting", "retrying", "held")
STATES: Final = (*OPEN_STATES, "delivered", "failed", "blocked", "dropped", "kept")

#: Where a session stands, as the emulated API says it.
SESSION_STATUSES: Final = ("active", "in-progress", "expired")

#: The operations of the emulated API.
OPERATIONS: Final = (
    *("create_session", "delete_recording", "delete_session", "get_call", "get_number", "get_recording"),
    *("get_session", "list_calls", "list_numbers", "list_recordings", "list_sessions", "update_session"),
)

#: Of a fault: when it comes to work, what is left of the body, how the connection ends.
FAULT_TIMES: Final = ("before", "after")
FAULT_BODIES: Final = ("truncated", "malformed", "empty")
FAULT_CONNECTIONS: Final = ("drop", "reset")

#: What a row of the ledger rests on, surest first.
EVIDENCE: Final = ("observed", "sdk", "documented", "assumed")

#: The longest wait of one request to the control API, in real seconds, and for answers to callbacks on the way, with
#: what that is where nothing is said; and the most things that one answer lists.
WAIT_S_MAX: Final = 300
PATIENCE_S_MAX: Final = 60
PATIENCE_S_DEFAULT: Final = 10
LISTED_MAX: Final = 1_000
EVENTS_MAX: Final = 10_000
