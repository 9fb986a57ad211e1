"""A report as HAR 1.2, which the network panels of browsers open: API requests in, attempts of callbacks out.

Names and shapes are those of the HAR 1.2 specification. What it does not know has a name with an underscore, which
readers leave alone. Bodies that were JSON are written anew, so their bytes may differ from those on the wire.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from masking_emulator.report.model import Report, ReportedAnswer, ReportedAttempt, ReportedCallback, ReportedRequest

#: Hosts under which clients reach the emulator over TLS, because that is how they reach the vendor.
_SECURE: Final = "plivo.com"

_JSON: Final = "application/json"

#: The specification's word for a size that is not known.
_UNKNOWN: Final = -1


def har(report: Report) -> str:
    """The report's requests and callbacks, in the order of the worlds' clocks."""
    entries = [entry for world in report.worlds for entry in (*_asked(world.requests), *_sent(world.callbacks))]
    entries.sort(key=lambda entry: str(entry["startedDateTime"]).rstrip("Z"))
    log: dict[str, Any] = {
        "version": "1.2",
        "creator": {"name": "masking-emulator", "version": report.emulator},
        "entries": entries,
    }
    cut = [*report.cut, *(sentence for world in report.worlds for sentence in world.cut)]
    comment = f"left out: {'; '.join(cut)}" if cut else ""
    return json.dumps({"log": log | ({"comment": comment} if comment else {})}, indent=1) + "\n"


def _asked(requests: Any) -> Iterator[dict[str, Any]]:
    for request in requests:
        yield _entry(
            request.at,
            1000 * (request.duration_s or 0.0),
            _request(request.method, _url_of(request), request.headers, request.body, request.body_bytes),
            _response(request.response, request.outcome),
            f"{request.operation or 'no operation'}{': ' + request.reason if request.reason else ''}",
        ) | {
            "_unread": [_unread(one.field, one.place, one.hint) for one in request.unread],
            "_faults": [*request.faults],
        }


def _unread(field: str, place: str, hint: str | None) -> str:
    return f"{field} in the {place}{': ' + hint if hint else ''}"


def _sent(callbacks: Any) -> Iterator[dict[str, Any]]:
    for callback in callbacks:
        for attempt in callback.attempts:
            yield _attempt(callback, attempt)


def _attempt(callback: ReportedCallback, attempt: ReportedAttempt) -> dict[str, Any]:
    sent = callback.request
    return _entry(
        attempt.at,
        attempt.took_ms,
        _request(sent.method, attempt.url, sent.headers, sent.body or None, None),
        _response(attempt.response, attempt.error or attempt.meaning),
        f"{callback.event} #{callback.sequence} of {callback.session_uuid}, attempt {attempt.number}",
    ) | {"_signed": {"v2": callback.signature_inputs.v2, "v3": [*callback.signature_inputs.v3]}}


def _entry(at: str, took_ms: float, request: Any, response: Any, comment: str) -> dict[str, Any]:
    return {
        "startedDateTime": at,
        "time": took_ms,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": took_ms, "receive": 0},
        "comment": comment,
    }


def _request(method: str, url: str, headers: Mapping[str, str], body: Any, body_bytes: int | None) -> dict[str, Any]:
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    made = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers.items()),
        "queryString": _pairs(query),
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN if body_bytes is None else body_bytes,
    }
    if body is None:
        return made | {"bodySize": 0}
    kind = _header(headers, "content-type") or (_JSON if not isinstance(body, str) else "text/plain")
    return made | {"postData": {"mimeType": kind, "text": _written(body)}}


def _response(answer: ReportedAnswer | None, why_none: str) -> dict[str, Any]:
    if answer is None:  # as browsers write a request that failed
        empty = {"size": 0, "mimeType": "x-unknown"}
        return _answered(0, {}, empty, 0) | {"_error": why_none}
    text = "" if answer.body is None else _written(answer.body)
    size = len(text.encode()) if answer.body_bytes is None else answer.body_bytes
    kind = _header(answer.headers, "content-type") or "application/octet-stream"
    return _answered(answer.status, answer.headers, {"size": size, "mimeType": kind, "text": text}, size)


def _answered(status: int, headers: Mapping[str, str], content: dict[str, Any], size: int) -> dict[str, Any]:
    return {
        "status": status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers.items()),
        "content": content,
        "redirectURL": _header(headers, "location"),
        "headersSize": _UNKNOWN,
        "bodySize": size,
    }


def _pairs(named: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in named]


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((value for name, value in headers.items() if name.lower() == wanted), "")


def _url_of(request: ReportedRequest) -> str:
    """The URL as the client had it: the host that it named, and https where that is the vendor's."""
    host = _header(request.headers, "host") or "api.plivo.com"
    scheme = "https" if host.partition(":")[0].lower().endswith(_SECURE) else "http"
    return f"{scheme}://{host}{request.url}"


def _written(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
