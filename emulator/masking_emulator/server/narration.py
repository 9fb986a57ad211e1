"""Narration: what arrives and what is sent, a line each, for whoever watches `serve --verbose`.

A request: method, path, status, how long it took, why it was refused, and what nothing read of it. A callback: event,
where it went, what came of it. In the log's form: text for people, JSON for machines.
"""

import logging
from typing import Any, Final

from masking_emulator.callbacks.log import Entry
from masking_emulator.control.views.callbacks import entry_json
from masking_emulator.control.views.requests import request_json, unmatched_json
from masking_emulator.plivo.policy import Policy
from masking_emulator.server.log import NARRATION
from masking_emulator.traffic.requests import ApiRequest, RequestOutcome

_LOG: Final = logging.getLogger(NARRATION)


class LogNarrator:
    """Writes a line of the log for each."""

    def request(self, request: ApiRequest, policy: Policy) -> None:
        """A line when the request has ended."""
        if request.outcome is not RequestOutcome.IN_PROGRESS:
            shown = request_json(request, policy)
            _write(_request_line(shown), {name: shown[name] for name in ("method", "path", "status", "unread")})

    def stranger(self, request: ApiRequest) -> None:
        """The same of a request that belongs to no world."""
        if request.outcome is not RequestOutcome.IN_PROGRESS:
            shown = unmatched_json(request)
            line = f"{shown['method']} {shown['path']} {shown['status']}; {shown['why']}"
            _write(line, {name: shown[name] for name in ("method", "path", "status", "why")})

    def callback(self, entry: Entry) -> None:
        """A line for each attempt, and for what ends without one."""
        shown = entry_json(entry)
        route = shown["route"]
        routed = f", routed to {route['url'].partition('?')[0]}" if route else ""
        line = f"callback {shown['event']} #{shown['sequence']} to {shown['url']}{routed}: {shown['state']}"
        if shown["attempts"]:
            last = shown["attempts"][-1]
            answered = (
                f"answered {last['response']['status']}" if last["response"] else last["error"] or last["meaning"]
            )
            line += f", {answered} ({last['took_ms']:.0f} ms)"
        _write(line, {name: shown[name] for name in ("event", "url", "route", "state", "session_uuid")})


def _request_line(shown: dict[str, Any]) -> str:
    ended = shown["status"] or shown["outcome"].partition(":")[0]
    took = "" if shown["duration_s"] is None else f" {shown['duration_s'] * 1000:.0f} ms"
    reason = f" ({shown['reason']})" if "reason" in shown else ""
    unread = "".join(f"; nothing read {_field(field)}" for field in shown.get("unread", ()))
    return f"{shown['method']} {shown['path']} {ended}{took}{reason}{unread}"


def _field(field: dict[str, str]) -> str:
    hint = f": {field['hint']}" if "hint" in field else ""
    return f"{field['field']} in the {field['in']}{hint}"


def _write(line: str, fields: dict[str, Any]) -> None:
    # What a client sent must not move the cursor of whoever watches.
    printable = "".join(character if character.isprintable() else "?" for character in line)
    _LOG.info("%s", printable, extra={"fields": fields})
