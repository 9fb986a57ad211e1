"""Requests and callbacks on a report's page: a line each, and all that is known of one when it is opened."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from masking_emulator.report.markup import Markup, element
from masking_emulator.report.model import (
    ReportedAnswer,
    ReportedAttempt,
    ReportedCallback,
    ReportedRequest,
    UnreadField,
)
from masking_emulator.report.words import operation_word, status_word


def request_details(request: ReportedRequest, prefix: str, *, is_open: bool) -> Markup:
    """A request: its answer, why it was refused, what nothing read with the hint, and what it was."""
    status = "bad" if request.status is None or request.status >= 400 else "good"
    line = [
        element("span", f"#{request.sequence}", class_="id"),
        element("time", _time(request.at)),
        element("b", operation_word(request.operation)),
        element("span", status_word(request.status), class_=f"badge is-{status}"),
        element("span", f"{len(request.unread)} unread", class_="badge is-warn") if request.unread else None,
        element("span", "fault", class_="badge is-warn") if request.faults else None,
        element("span", _said(request), class_="said"),
    ]
    facts = [
        ("Request", element("code", f"{request.method} {request.url}")),
        ("Account", request.account),
        ("Session", element("code", request.session) if request.session else None),
        ("Why", request.reason),
        ("Nothing read", element("ul", [_unread(one) for one in request.unread]) if request.unread else None),
        ("Faults met", ", ".join(request.faults) or None),
        ("How it ended", request.outcome if request.outcome != "answered" else None),
        ("Took", None if request.duration_s is None else f"{1000 * request.duration_s:.1f} ms"),
    ]
    return element(
        "details",
        element("summary", _spaced(line)),
        _facts(facts),
        _block("Body", request.body),
        _answer("Answer", request.response),
        _answer("Answer that a fault kept back", request.lost_response),
        _headers(request.headers),
        id=f"{prefix}-request-{request.sequence}",
        open=is_open,
    )


def callback_details(callback: ReportedCallback, prefix: str, *, is_open: bool) -> Markup:
    """A callback: every attempt, what it said, and the text that was signed."""
    status = "bad" if callback.is_problem else "good"
    line = [
        element("span", f"#{callback.id}", class_="id"),
        element("time", _time(callback.due_at)),
        element("b", callback.event),
        element("span", callback.state, class_=f"badge is-{status}"),
        element("span", callback.url or "no URL", class_="said"),
    ]
    elsewhere = [attempt.url for attempt in callback.attempts if attempt.url != callback.request.url]
    facts = [
        ("Request", element("code", f"{callback.request.method} {callback.request.url}")),
        ("Delivered to", element("code", elsewhere[-1]) if elsewhere else None),
        ("Session", [element("code", callback.session_uuid), f", number {callback.sequence} of its callbacks"]),
        ("Copy of", None if callback.copy_of is None else f"#{callback.copy_of}"),
        ("Laboratory", ", ".join(callback.laboratory) or None),
        ("Not again", callback.why_not_again),
        ("Note", callback.note),
    ]
    signed = callback.signature_inputs
    return element(
        "details",
        element("summary", _spaced(line)),
        _facts(facts),
        [_attempt(attempt) for attempt in callback.attempts],
        _block("Parameters", dict(callback.parameters)),
        _block("Signed for V2", signed.v2),
        _block("Signed for V3", "\n\n".join(signed.v3)),
        _headers(callback.request.headers),
        id=f"{prefix}-callback-{callback.id}",
        open=is_open,
    )


def _spaced(parts: Iterable[Markup | None]) -> list[object]:
    """With spaces between them, at which a narrow window may break the line."""
    return [piece for part in parts if part is not None for piece in (part, " ")]


def _said(request: ReportedRequest) -> str:
    """What a line has room for: the vendor's text of a refusal, else the path."""
    body = None if request.response is None else request.response.body
    error = body.get("error") if isinstance(body, Mapping) else None
    return error if isinstance(error, str) else f"{request.method} {request.url}"


def _unread(one: UnreadField) -> Markup:
    hint = element("b", f": {one.hint}") if one.hint else None
    return element("li", element("code", one.field), f" in the {one.place}", hint)


def _attempt(attempt: ReportedAttempt) -> Markup:
    answer = attempt.response
    came = f"answered {answer.status}" if answer else attempt.error or attempt.meaning
    title = f"Attempt {attempt.number} at {attempt.at}: {came} in {attempt.took_ms:.0f} ms"
    return element("div", element("h4", title), None if answer is None else _body_of(answer))


def _answer(title: str, answer: ReportedAnswer | None) -> Markup | None:
    if answer is None:
        return None
    return element("div", element("h4", f"{title}: {answer.status}"), _body_of(answer))


def _body_of(answer: ReportedAnswer) -> Markup | None:
    return None if answer.body in (None, "") else element("pre", _text(answer.body))


def _block(title: str, value: Any) -> Markup | None:
    if value is None or value == "" or value == {}:
        return None
    return element("div", element("h4", title), element("pre", _text(value)))


def _headers(headers: Mapping[str, str]) -> Markup | None:
    if not headers:
        return None
    return _block("Headers", "\n".join(f"{name}: {value}" for name, value in headers.items()))


def _facts(rows: Iterable[tuple[str, object]]) -> Markup:
    return element("dl", [[element("dt", name), element("dd", value)] for name, value in rows if value is not None])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _time(at: str) -> str:
    return at.partition("T")[2] or at
