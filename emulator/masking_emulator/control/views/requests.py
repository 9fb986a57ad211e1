"""API requests as JSON: what arrived, what was answered, what nothing read. Made only when it is asked for.

Credentials are masked; which account they named is shown beside them.
"""

import json
from collections.abc import Sequence
from math import isinf
from typing import Any, Final
from urllib.parse import parse_qsl

from masking_emulator.core.instants import written
from masking_emulator.plivo.policy import Policy
from masking_emulator.plivo.routes import REASON_HEADER
from masking_emulator.plivo.unread import unread
from masking_emulator.traffic.requests import ApiRequest, RawHeaders, Reply

_MASKED: Final = frozenset({"authorization", "proxy-authorization", "cookie"})

#: JSON that is nested more deeply could not be written again; it is shown as text.
_BRACKETS_MAX: Final = 500


def request_json(request: ApiRequest, policy: Policy) -> dict[str, Any]:
    """Everything that is known about a request. `response` is null where none was sent."""
    shown = summary_json(request) | {
        "url": _url(request),
        "query": query_of(request),
        "headers": _headers(request.headers),
        "body": body_of(request),
        "body_bytes": None if request.body is None else request.body_size,
        "response": None if request.reply is None else _reply(request.reply, request.reply_size),
        "unread": unread(request.operation or "", body_of(request), query_of(request), policy),
    }
    return shown | ({"lost_response": _reply(request.lost, len(request.lost.body))} if request.lost else {})


def summary_json(request: ApiRequest) -> dict[str, Any]:
    """What fits on a line."""
    reason = _headers(request.reply.headers).get(REASON_HEADER.lower()) if request.reply else None
    return {
        "sequence": request.sequence,
        "at": written(request.at),
        "account": request.account,
        "operation": request.operation,
        "method": request.method,
        "path": request.path,
        "session": session_of(request),
        "status": status_of(request),
        "outcome": request.outcome.value,
        "duration_s": None if request.took_s is None else round(max(0.0, request.took_s), 6),
        "faults": list(request.faults),
    } | ({"reason": reason} if reason else {})


def status_of(request: ApiRequest) -> int | None:
    """The status that was sent, if one was."""
    return None if request.reply is None else request.reply.status


def session_of(request: ApiRequest) -> str | None:
    """The session that a request is about: the one in its path, or the one that it made."""
    if request.operation == "create_session":
        made = request.lost or request.reply
        answer = json_of(made.body) if made else None
        uuid = answer.get("session_uuid") if isinstance(answer, dict) else None
        return uuid if isinstance(uuid, str) else None
    if request.operation in ("get_session", "update_session", "delete_session"):
        return request.path.rpartition("/")[2].lower()
    return None


def body_of(request: ApiRequest) -> Any:
    """The body as JSON where it is JSON, as text where not; null where there was none or it was too large."""
    return json_of(request.body) if request.body else None


def query_of(request: ApiRequest) -> dict[str, Any]:
    """Name → value; a list of values where the name came more than once."""
    query: dict[str, Any] = {}
    for name, value in parse_qsl(request.query.decode("latin-1"), keep_blank_values=True):
        if name in query:
            earlier = query[name]
            query[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            query[name] = value
    return query


def json_of(body: bytes) -> Any:
    """JSON where it is JSON that can be written down again, text where not."""
    text = body.decode("utf-8", "replace")
    if text.count("[") + text.count("{") > _BRACKETS_MAX:
        return text
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except ValueError:
        return text


def unmatched_json(request: ApiRequest) -> dict[str, Any]:
    """A request that belongs to no world, and why."""
    shown = summary_json(request)
    names = ("sequence", "at", "method", "path", "status")
    return {name: shown[name] for name in names} | {"why": request.note, "headers": _headers(request.headers)}


def _refuse(name: str) -> None:
    raise ValueError(name)


def _finite(digits: str) -> float:
    value = float(digits)
    if isinf(value):
        raise ValueError(digits)
    return value


def _url(request: ApiRequest) -> str:
    path, query = request.raw_path.decode("latin-1"), request.query.decode("latin-1")
    return f"{path}?{query}" if query else path


def _headers(raw: RawHeaders) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in _decoded(raw):
        shown = f"{value.partition(' ')[0]} ***" if name in _MASKED else value
        headers[name] = f"{headers[name]}, {shown}" if name in headers else shown
    return headers


def _decoded(raw: RawHeaders) -> Sequence[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw]


def _reply(reply: Reply, size: int) -> dict[str, Any]:
    body = json_of(reply.body) if reply.body else None
    return {"status": reply.status, "headers": _headers(reply.headers), "body": body, "body_bytes": size}
