"""Sentences about what the control API answers: one for a candidate number and one for an event, wherever shown.

They are made of its JSON, so that clients have them too. They stand in this room and not beside the clients, because
the refusal of a create says of each number why it was dropped, in the same words.
"""

from collections.abc import Mapping
from typing import Any


def why_dropped(why: str, session: str | None, until: str | None) -> str:
    """Why a number was passed over, with the session that is in the way and how long that lasts."""
    return f"{why}{f' (session {session})' if session else ''}{f' until {until}' if until else ''}"


def why_of(candidate: Mapping[str, Any]) -> str:
    """The same of a candidate as the control API shows it."""
    return why_dropped(candidate["why"], candidate.get("session_uuid"), candidate.get("until"))


def event_line(event: Mapping[str, Any], callbacks: Mapping[int, str] | None = None) -> str:
    """An event of the journal in one line: its number, its instant, its name, and what it is about.

    `callbacks` are the vendor's names of callbacks by their ids; one that is missing has the name of its kind.
    """
    return f"{event['sequence']:>6} {event['at']} {event['event']} {_about(event, callbacks or {})}".rstrip()


def _about(event: Mapping[str, Any], callbacks: Mapping[int, str]) -> str:
    match event:
        case {"callback": {"ordinal": ordinal, "notice": {"kind": kind}, "sequence": sequence, **callback}}:
            name = callbacks.get(ordinal, kind)
            return f"{name} #{sequence} of session {callback['session']} {callback['state']}, id {ordinal}"
        case {"session": {"uuid": uuid, "number": number, "status": status}}:
            return f"{uuid} on +{number} {status}"
        case {"call": {"uuid": uuid, "caller": caller, "number": number, "phase": phase}}:
            return f"call {uuid} of +{caller} on +{number} {phase}"
        case {"cool_off": {"number": number, "until": until}}:
            return f"+{number} until {until}"
        case {"number": {"digits": number}}:
            return f"+{number}"
        case _:
            return ""
