"""Scope: what of an account a capture tells, and what it only shows.

An account may have sessions from before the capture, and people may call without a callback that says so. Neither can
be replayed, so neither is compared.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from masking_emulator.evidence.captures import Capture, CapturedExchange

#: What a session shows of its calls.
_OF_CALLS: Final = ("interaction", "total_call_", "total_session_amount", "last_interaction_time", "status")

_CALLS: Final = re.compile("/v1/+Account/+[^/]+/+(Call|Recording)(/|$)")


def shares_account(capture: Capture, known: Collection[str]) -> bool:
    """Whether the account has sessions beside the `known`: a list shows one, or counts more than there are."""
    for exchange in capture.exchanges:
        body = exchange.answer.body if exchange.answer is not None else None
        response = body.get("response") if isinstance(body, dict) else None
        if not isinstance(response, dict) or not isinstance(response.get("objects"), list):
            continue
        listed = [one.get("session_uuid") for one in response["objects"] if isinstance(one, dict)]
        if any(isinstance(uuid, str) and uuid not in known for uuid in listed):
            return True
        meta = response.get("meta")
        total = meta.get("total_count") if isinstance(meta, dict) else None
        if isinstance(total, int) and total > len(known):
            return True
    return False


def shows_calls(exchange: CapturedExchange) -> bool:
    """Whether an answer shows calls or recordings themselves."""
    if exchange.answer is None or exchange.answer.status != 200 or not _CALLS.match(exchange.request.path):
        return False
    body: Any = exchange.answer.body
    return not (isinstance(body, dict) and body.get("objects") == [])


def hidden_calls(body: Any, reporting: Collection[str]) -> list[str]:
    """The places of sessions in an answer that have calls of which no callback told; `reporting` are those that did."""
    return [place for place, session in _sessions(body) if _has_calls(session, reporting)]


def is_about_call(where: str, place: str) -> bool:
    """Whether a difference is about the calls of the session at this place."""
    key = where.removeprefix(f"{place}.")
    return key != where and key.startswith(_OF_CALLS)


def _sessions(body: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(body, dict):
        return
    for key in ("session", "response"):
        shown = body.get(key)
        if not isinstance(shown, dict):
            continue
        yield key, shown
        objects = shown.get("objects")
        for number, one in enumerate(objects if isinstance(objects, list) else []):
            if isinstance(one, dict):
                yield f"{key}.objects[{number}]", one


def _has_calls(session: dict[str, Any], reporting: Collection[str]) -> bool:
    is_seen = session.get("interaction") is not None or session.get("status") == "in-progress"
    uuid = session.get("session_uuid")
    return is_seen and isinstance(uuid, str) and uuid not in reporting
