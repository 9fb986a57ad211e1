"""Captures that are wrong at one place: what a predicate agreed with is changed, and it has to notice."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from masking_emulator.evidence.captures import Capture, CapturedAnswer, CapturedCallback, CapturedExchange
from masking_emulator.plivo.callbacks import EVENTS
from msgspec import UNSET
from msgspec.structs import replace

#: Statuses that an answer may have instead of its own.
_STATUSES: Final = (200, 201, 202, 302, 400, 401, 404, 429, 500)

#: What is said of a body that cannot be read.
_TEXTS: Final = ("Invalid JSON in the request body.", "Content-Type must be application/json.")

_EVENTS: Final = (*sorted(EVENTS.values()), "SessionFirstPartyRing")


def corrupted(capture: Capture, at: CapturedExchange | CapturedCallback) -> Iterator[Capture]:
    """The capture with this record changed in one way after another."""
    if isinstance(at, CapturedCallback):
        for callback in _callbacks(at):
            yield replace(capture, callbacks=_with(capture.callbacks, at, callback))
        yield from without_callbacks(capture)
    elif at.answer is not None:
        for answer in _answers(at, at.answer, capture):
            yield replace(capture, exchanges=_with(capture.exchanges, at, replace(at, answer=answer)))


def without_callbacks(capture: Capture) -> Iterator[Capture]:
    """The capture without one of its callbacks, with one twice, with one earlier or later, and with one renamed."""
    callbacks = capture.callbacks
    bodies = [exchange.answer.body for exchange in capture.exchanges if exchange.answer is not None]
    sessions = sorted(
        {str(body["session_uuid"]) for body in bodies if isinstance(body, dict) and "session_uuid" in body}
    )
    for number, callback in enumerate(callbacks):
        others = [*callbacks[:number], *callbacks[number + 1 :]]
        yield replace(capture, callbacks=others)
        yield replace(capture, callbacks=[*callbacks, replace(callback, at=callbacks[-1].at + 1)])
        for seconds in (-60.0, -2.0, 2.0, 60.0):
            moved = replace(callback, at=max(0.0, callback.at + seconds))
            yield replace(capture, callbacks=sorted([*others, moved], key=lambda each: each.at))
        for name in _EVENTS:
            params = [(each, name if each == "EventName" else value) for each, value in callback.params]
            yield replace(capture, callbacks=_with(callbacks, callback, replace(callback, params=params)))
        for uuid in sessions:
            params = [(each, uuid if each == "SessionUUID" else value) for each, value in callback.params]
            yield replace(capture, callbacks=_with(callbacks, callback, replace(callback, params=params)))
        for other in callbacks:
            if other is not callback:
                yield replace(capture, callbacks=_with(callbacks, callback, replace(callback, params=other.params)))


def without_exchanges(capture: Capture) -> Iterator[Capture]:
    """The capture with what is asked of sessions and calls answered as at another time."""
    for exchange in capture.exchanges:
        for other in capture.exchanges:
            is_alike = other is not exchange and other.request.method == exchange.request.method
            if is_alike and other.request.path == exchange.request.path and other.answer is not None:
                changed = replace(exchange, answer=other.answer)
                yield replace(capture, exchanges=_with(capture.exchanges, exchange, changed))
        if isinstance(exchange.request.body, dict) and exchange.answer is not None:
            for answer in _with_other_numbers(exchange.answer, capture):
                changed = replace(exchange, answer=answer)
                yield replace(capture, exchanges=_with(capture.exchanges, exchange, changed))


def _with(records: Sequence[Any], one: Any, other: Any) -> list[Any]:
    return [other if record is one else record for record in records]


def _answers(at: CapturedExchange, answer: CapturedAnswer, capture: Capture) -> Iterator[CapturedAnswer]:
    for status in _STATUSES:
        if status != answer.status:
            yield replace(answer, status=status)
    if answer.body is not UNSET:
        for body in _values(answer.body):
            yield replace(answer, body=body)
        yield replace(answer, body=UNSET)
    if answer.bytes is not None:
        yield replace(answer, bytes=answer.bytes + 1000)
    yield from _with_other_numbers(answer, capture)
    yield replace(answer, headers=[])
    yield replace(answer, headers=[(name, "another/value") for name, _ in answer.headers])
    for name in at.request.body if isinstance(at.request.body, dict) else ():
        error = f"Invalid parameter. {name} should be another."
        yield replace(answer, status=400, body={"api_id": "x", "error": error})
        error = f"Invalid parameter. {name} should be the URL of an .mp3 or .wav file."
        yield replace(answer, status=400, body={"api_id": "x", "error": error})
    for name in ("first_party", "second_party", "incorrect_pin_play"):
        error = f"Mandatory parameter missing. {name} must be present."
        yield replace(answer, status=400, body={"api_id": "x", "error": error})
    for text in (*_TEXTS, "Session already expired", "Number pool exhausted or not available.", "not found"):
        yield replace(answer, status=400, body={"api_id": "x", "error": text})
    for other in capture.exchanges:  # what was taken of it, or refused, another time
        if other.request.method == at.request.method and other.answer is not None:
            yield other.answer
            if isinstance(other.answer.body, dict) and "session" in other.answer.body:
                uuid = "00000000-0000-4000-8000-00000000beef"
                session = {**other.answer.body["session"], "session_uuid": uuid}
                yield replace(other.answer, body={**other.answer.body, "session_uuid": uuid, "session": session})


def _with_other_numbers(answer: CapturedAnswer, capture: Capture) -> Iterator[CapturedAnswer]:
    """The session on each other number of the capture, inside and outside; and with its parties exchanged."""
    whole: Any = answer.body
    session = whole.get("session") if isinstance(whole, dict) else None
    if not isinstance(session, dict):
        return
    bodies = [each.answer.body for each in capture.exchanges if each.answer is not None]
    numbers = {str(body["virtual_number"]) for body in bodies if isinstance(body, dict) and "virtual_number" in body}
    for number in sorted({*numbers, "+442079460001", "+14165550100"}):
        inner = {**session, "virtual_number": number.removeprefix("+")}
        yield replace(answer, body={**whole, "virtual_number": number, "session": inner})


def _callbacks(callback: CapturedCallback) -> Iterator[CapturedCallback]:
    for name, value in callback.params:
        for other in ("x", "0", "+12025550100", "2030-01-01 00:00:00", f"{value}1", value.swapcase()):
            params = [(each, other if each == name else old) for each, old in callback.params]
            yield replace(callback, params=params)
        yield replace(callback, params=[pair for pair in callback.params if pair[0] != name])
    yield replace(callback, params=[*callback.params, ("Another", "1")])
    yield replace(callback, params=[*reversed(callback.params)])
    for verdict in ("wrong", "missing"):
        yield replace(callback, signatures=dict.fromkeys(callback.signatures, verdict))
    yield replace(callback, signatures={})
    yield replace(callback, headers=[])
    yield replace(callback, headers=[(name, "another/value") for name, _ in callback.headers])
    yield replace(callback, method="PUT")
    yield replace(callback, method="GET" if callback.method == "POST" else "POST")
    yield replace(callback, path="/another")
    for seconds in (1000.0, 100_000.0):
        yield replace(callback, at=callback.at + seconds)


def _values(value: Any, depth: int = 4) -> Iterator[Any]:
    """The value with one thing changed in it."""
    match value:
        case dict():
            yield dict(reversed(value.items()))
            yield {**value, "another": 1, "session_expiry": 60, "subaccount": "", "resource_uri": "/", "a b": 1}
            yield from _parties(value)
            if "interaction" in value:
                yield {**value, "interaction": [{"type": "call", "first_party_resource_url": "https://a.example/b"}]}
            for key in value:
                yield {each: inner for each, inner in value.items() if each != key}
                if depth:
                    yield from ({**value, key: inner} for inner in _values(value[key], depth - 1))
        case list():
            yield []
            yield [*reversed(value)]
            yield [*value, *value]
            yield from _records(value)
            for place, item in enumerate(value[:2] if depth else ()):
                yield from ([*value[:place], inner, *value[place + 1 :]] for inner in _values(item, depth - 1))
        case bool():
            yield from (not value, None, str(value))
        case int() | float():
            yield from (value + 1, value + 100_000, value - 1, str(value), float(value) + 0.5, None)
        case str():
            yield value.replace("offset=", "cursor=")
            yield value.replace("MASTANDIN", "MAANOTHER").replace("SASTANDIN", "SAANOTHER")
            yield from (f"{value}x", f"+{value}", value.upper(), "", None, 7, "expired", "active")
            yield from (
                "2030-01-01 00:00:00 +0000 UTC",
                "2020-01-01 00:00:00 +0000 UTC",
                "00000000-0000-4000-8000-00000000dead",
            )
        case _:
            yield from ("x", 7, False, [], {})


def _parties(value: Mapping[str, Any]) -> Iterator[Any]:
    """The object with what is the first party's as that of the second, and with the two exchanged."""
    for key in value:
        other = key.replace("first_", "second_")
        if other != key and other in value:
            yield {**value, key: value[other], other: value[key]}
            yield {**value, other: value[key]}


def _records(records: Sequence[Any]) -> Iterator[Any]:
    """A list of calls with one of them called for another one, with the id of another one, and not billed."""
    for place, record in enumerate(records):
        if not isinstance(record, dict) or "parent_call_uuid" not in record:
            continue
        for other, second in enumerate(records):
            if other != place and isinstance(second, dict):
                called = {**second, "parent_call_uuid": record["call_uuid"]}
                yield [*records[:other], called, *records[other + 1 :]]
                yield [*records[:place], {**record, "call_uuid": second["call_uuid"]}, *records[place + 1 :]]
        yield [*records[:place], {**record, "billed_duration": 0}, *records[place + 1 :]]


def garbage(capture: Capture, bodies: Sequence[Any]) -> Capture:
    """The capture with these bodies in the place of all that were there, sent and answered."""
    exchanges = []
    for number, exchange in enumerate(capture.exchanges):
        asked, answered = bodies[number % len(bodies)], bodies[(number + 1) % len(bodies)]
        answer = None if exchange.answer is None else replace(exchange.answer, body=answered)
        exchanges.append(replace(exchange, request=replace(exchange.request, body=asked), answer=answer))
    return replace(capture, exchanges=exchanges)


def with_each_inner(capture: Capture, value: Any) -> Capture:
    """The capture with this value in the place of everything that a body has below its keys."""
    exchanges = [
        replace(
            exchange,
            request=replace(exchange.request, body=_filled(exchange.request.body, value)),
            answer=None
            if exchange.answer is None
            else replace(exchange.answer, body=_filled(exchange.answer.body, value)),
        )
        for exchange in capture.exchanges
    ]
    callbacks = [replace(each, params=[(name, str(value)) for name, _ in each.params]) for each in capture.callbacks]
    return replace(capture, exchanges=exchanges, callbacks=callbacks)


def _filled(body: Any, value: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {key: _filled(inner, value) if isinstance(inner, Mapping) else value for key, inner in body.items()}
