"""Callbacks and the laboratory's rules as the control API shows them."""

from typing import Any

from masking_emulator.callbacks.egress import note_on
from masking_emulator.callbacks.exchange import BODY_BYTES_MAX
from masking_emulator.callbacks.laboratory import WORDS_OF_ACTION, Rule
from masking_emulator.callbacks.log import Entry, Tried
from masking_emulator.core import codec
from masking_emulator.core.instants import written
from masking_emulator.core.records.callbacks import CallbackState
from masking_emulator.plivo.destination import destination, why_not_again


def entry_json(entry: Entry) -> dict[str, Any]:
    """A callback with its request, what was signed, and every attempt."""
    callback, going = entry.callback, entry.written
    request, inputs, note = going.request, going.inputs, note_on(going.going.host)
    shown = {
        "id": callback.ordinal,
        "event": going.event,
        "channel": callback.channel.value,
        "session_uuid": callback.session,
        "sequence": callback.sequence,
        "state": callback.state.value,
        "due_at": written(callback.due_at),
        "copy_of": callback.copy_of,
        "url": callback.url,
        "parameters": going.parameters,
        "route": None if going.route is None else {**going.route.as_json(), "url": request.url},
        "request": {
            "method": request.method,
            "url": going.public.url,
            "headers": dict(request.headers),
            "body": request.content.decode(),
        },
        "signature_inputs": {"v2": inputs.v2, "v3": list(inputs.v3)},
        "laboratory": list(entry.treatments),
        "attempts": [_tried_json(tried) for tried in entry.tried],
        "why_not_again": _why_not_again(entry),
    }
    return shown | ({"note": note} if note else {})


def _why_not_again(entry: Entry) -> str | None:
    """Why a callback that failed is not tried again; None where it has not failed."""
    if entry.callback.state is not CallbackState.FAILED or not entry.tried:
        return None
    return why_not_again(destination(entry.callback.url).plan, entry.tried[-1].attempt)


def rule_json(rule: Rule) -> dict[str, Any]:
    """A rule with how often it matched and was applied."""
    shown = {
        "action": rule.action.value,
        "event": rule.event,
        "session_uuid": rule.session,
        "skip": rule.skip,
        "count": rule.count,
        "chance": rule.chance,
        **{name: codec.plain(getattr(rule, name)) for name in WORDS_OF_ACTION.get(rule.action, ())},
    }
    return shown | {"matched": rule.matched, "applied": rule.applied}


def _tried_json(tried: Tried) -> dict[str, Any]:
    answer, attempt = tried.answer, tried.attempt
    shown: dict[str, Any] = {
        "number": attempt.number,
        "at": written(tried.at),
        "url": tried.url,
        "outcome": attempt.outcome.word,
        "meaning": attempt.outcome.value,
        "took_ms": round(answer.took_ms, 3),
        "error": answer.error or None,
        "response": None,
    }
    if answer.status is not None:
        shown["response"] = {
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer.body.decode("utf-8", "replace"),
            "body_cut_after_bytes": BODY_BYTES_MAX if answer.body_cut else None,
        }
    return shown
