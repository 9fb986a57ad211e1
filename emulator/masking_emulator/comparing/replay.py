"""Replay: a capture is asked once more of a world of ours, at the captured times on its clock, and both are compared.

What cannot be replayed is left out with its reason: a request without an answer, one that the service itself failed to
answer, one about something that was there before the capture began, or one of another account.
"""

import asyncio
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from msgspec import UNSET, Struct, json

from masking_emulator.callbacks.exchange import Outgoing
from masking_emulator.comparing.callbacks import CallbackFinding, OurCallback, compared_callbacks, our_callback
from masking_emulator.comparing.calls import act, doings
from masking_emulator.comparing.casting import ReplayCast, credentials, session_of
from masking_emulator.comparing.differences import Comparer, Discrepancy
from masking_emulator.comparing.names import Names
from masking_emulator.comparing.scope import hidden_calls, is_about_call, shares_account, shows_calls
from masking_emulator.comparing.service import OUR_HOST, VENDORS_HOST, OurService
from masking_emulator.evidence.captures import Capture, CapturedAnswer, CapturedCallback, CapturedExchange
from masking_emulator.evidence.redaction import decoded
from masking_emulator.evidence.vocabulary import ValueKind, kind_of
from masking_emulator.evidence.writing import SeenAnswer, SeenRequest

#: Headers that belong to a connection, and which a replay makes anew.
_OF_CONNECTION: Final = ("host", "content-length", "connection", "transfer-encoding", "keep-alive", "expect", "te")

#: Instants of the two sides may lie so many seconds apart: whole seconds are shown, and a request takes its way.
_TOLERANCE_S: Final = 2.0

_FORM: Final = "application/x-www-form-urlencoded"


class Exchanged(Struct, frozen=True):
    """An exchange of theirs, what ours answered, and where the two differ."""

    theirs: CapturedExchange
    ours: CapturedAnswer
    differences: Sequence[Discrepancy]


class Replayed(Struct, frozen=True):
    """What came of a replay: the exchanges, the findings on callbacks, and what was left out with the reason.

    `callbacks` is how many callbacks of theirs were compared; `undone` what people did that ours could not do.
    """

    exchanges: Sequence[Exchanged]
    callbacks: Sequence[CallbackFinding]
    callbacks_compared: int
    left_out: Mapping[int, str]
    undone: int


def replayed(capture: Capture, cast: ReplayCast) -> Replayed:
    """Replay a capture with this cast. No socket is opened."""
    return asyncio.run(_Replay(capture, cast).run())


class _Replay:
    def __init__(self, capture: Capture, cast: ReplayCast) -> None:
        self._capture = capture
        self._cast = cast
        self._took = 0.0
        self._names = Names(self._same_instant)
        self._answers = _answers_of_app(capture.callbacks)
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._known = {uuid for one in capture.exchanges if (uuid := _created(one)) is not None}
        self._shares_account = shares_account(capture, self._known)
        self._reporting = {dict(one.params).get("SessionUUID", "") for one in capture.callbacks}
        self._numbers = frozenset(number.digits for number in cast.spec.numbers)
        self._sent: dict[int, OurCallback] = {}

    async def run(self) -> Replayed:
        host = VENDORS_HOST if self._capture.header.service == "vendor" else OUR_HOST
        service = OurService(self._cast.spec, self._answered, host=host)
        exchanges: list[Exchanged] = []
        left_out: dict[int, str] = {}
        undone = 0
        try:
            for place, (at, step) in enumerate(self._timeline()):
                await service.advance(self._cast.instant(at))
                if not isinstance(step, CapturedExchange):
                    undone += not await act(service, self._names, step)
                    continue
                reason = self._left_out(step)
                if reason is not None:
                    left_out[step.n] = reason
                    continue
                exchanged, hidden = await self._exchange(service, step)
                exchanges.append(exchanged)
                if hidden:
                    left_out[step.n] = "what it shows of calls, of which no callback told"
                if place % 64 == 0:
                    await asyncio.sleep(0)
            await service.advance(self._cast.instant(self._end()))
            ours = [our_callback(one, self._cast.began) for one in service.sent]
        finally:
            await service.close()
        compared = list(compared_callbacks(self._capture.callbacks, ours, self._names, self._cast, self._known))
        findings = [finding for finding in compared if finding.differences]
        return Replayed(exchanges, findings, len(compared), left_out, undone)

    def _timeline(self) -> Iterator[tuple[float, Any]]:
        """Requests, and what people did, in order. At the same instant requests come first."""
        steps: list[tuple[float, int, Any]] = [(one.at, 0, one) for one in self._capture.exchanges]
        steps += [(one.at, 1, one) for one in doings(self._capture.callbacks, _pin_waits(self._capture))]
        for at, _, step in sorted(steps, key=lambda one: one[:2]):
            yield at, step

    def _end(self) -> float:
        """When the last thing of the capture happened."""
        ends = [one.at + one.took for one in self._capture.exchanges]
        return max([*ends, *(one.at for one in self._capture.callbacks)], default=0.0)

    def _left_out(self, exchange: CapturedExchange) -> str | None:
        """Why an exchange is not replayed; None where it is."""
        answer = exchange.answer
        if answer is None:
            return f"it was not answered: {exchange.failed}"
        if answer.status >= 500:
            return f"the service failed with {answer.status}"
        named = credentials(exchange)
        if named is not None and named[0].startswith("MA") and named[0] != self._cast.main and answer.status != 401:
            return "it is about another account"
        uuid = session_of(answer.body).get("session_uuid")
        if isinstance(uuid, str) and uuid not in self._known:
            return "it is about a session from before the capture"
        if not self._capture.callbacks and shows_calls(exchange):
            return "it is about calls, of which no callback told"
        return None

    async def _exchange(self, service: OurService, exchange: CapturedExchange) -> tuple[Exchanged, bool]:
        """The exchange beside ours, and whether calls that nobody could replay were left out of it."""
        theirs = exchange.answer
        assert theirs is not None, "what has no answer is left out"
        ours = _captured(await service.ask(self._request(exchange)))
        self._took = exchange.took
        among = ("session_uuid", frozenset(self._known)) if self._shares_account else None
        if "/Number" in exchange.request.path:
            among = ("number", self._numbers)
        comparer = Comparer(self._names, among=among)
        found = list(_between(comparer, exchange.request.method, theirs, ours))
        hidden = hidden_calls(theirs.body, self._reporting)
        shown = [one for one in found if not any(is_about_call(one.where, place) for place in hidden)]
        return Exchanged(exchange, ours, shown), len(shown) < len(found)

    def _request(self, exchange: CapturedExchange) -> SeenRequest:
        """The request as it is asked of ours, with our names."""
        request, names = exchange.request, self._names
        path = names.asked(request.path)
        query = urlencode([(name, self._asked(name, value)) for name, value in request.query])
        headers = [(name, value) for name, value in request.headers if name.lower() not in _OF_CONNECTION]
        if (named := credentials(exchange)) is not None:
            basic = b64encode(":".join(named).encode()).decode()
            headers = [
                (name, f"Basic {basic}" if name.lower() == "authorization" else value) for name, value in headers
            ]
        if request.body is not UNSET:
            body = json.encode(self._asked_value("", request.body))
        elif request.form is not None:
            body = urlencode([(name, self._asked(name, value)) for name, value in request.form]).encode()
        else:
            body = (request.text or "").encode()
        return SeenRequest(request.method, path, query, [*headers, ("Content-Length", str(len(body)))], body)

    def _asked(self, key: str, text: str) -> str:
        return self._names.asked(text, whole=kind_of(key) is ValueKind.PIN and text.isdigit())

    def _asked_value(self, key: str, value: Any) -> Any:
        match value:
            case dict():
                return {name: self._asked_value(name, inner) for name, inner in value.items()}
            case list():
                return [self._asked_value(key, inner) for inner in value]
            case str():
                return self._asked(key, value)
            case int() if not isinstance(value, bool) and kind_of(key) is ValueKind.PIN and value >= 0:
                self._names.bind(str(value), str(value))
                return value
            case _:
                return value

    def _same_instant(self, theirs: datetime, ours: datetime) -> bool:
        return abs((theirs - ours).total_seconds()) <= _TOLERANCE_S + self._took

    def _answered(self, request: Outgoing) -> int:
        """What the customer's app answered to the same callback, at the same attempt."""
        params = dict(parse_qsl(urlsplit(request.url).query) + parse_qsl(request.content.decode()))
        uuid = self._names.theirs(params.get("SessionUUID", ""))
        if uuid is None:
            return 200
        key = (uuid, params.get("SequenceNumber", ""))
        answers = self._answers.get(key, [])
        self._attempts[key] += 1
        attempt = self._attempts[key]
        return answers[attempt - 1] if attempt <= len(answers) else 200


def _between(comparer: Comparer, method: str, theirs: CapturedAnswer, ours: CapturedAnswer) -> Iterator[Discrepancy]:
    if theirs.status != ours.status:
        yield Discrepancy("status", str(theirs.status), str(ours.status))
    yield from comparer.headers(theirs.headers, ours.headers)
    if method == "HEAD":
        return
    if theirs.body is not UNSET and ours.body is not UNSET:
        yield from comparer.values(theirs.body, ours.body)
    elif (theirs.body is UNSET) != (ours.body is UNSET):
        yield Discrepancy("body", _kind(theirs), _kind(ours))


def _kind(answer: CapturedAnswer) -> str:
    return "JSON" if answer.body is not UNSET else "a text" if answer.text else "bytes" if answer.bytes else "nothing"


def _captured(answer: SeenAnswer) -> CapturedAnswer:
    """An answer of ours in the form of a captured one, but with nothing replaced."""
    if not answer.body:
        return CapturedAnswer(status=answer.status, headers=answer.headers)
    try:
        return CapturedAnswer(status=answer.status, headers=answer.headers, body=decoded(answer.body))
    except ValueError:
        return CapturedAnswer(status=answer.status, headers=answer.headers, bytes=len(answer.body))


def _created(exchange: CapturedExchange) -> str | None:
    """The session that an exchange has created or refreshed; None where it has none."""
    answer, request = exchange.answer, exchange.request
    if request.method != "POST" or answer is None or answer.status >= 300 or not isinstance(answer.body, dict):
        return None
    uuid = answer.body.get("session_uuid")
    return uuid if isinstance(uuid, str) else None


def _pin_waits(capture: Capture) -> Mapping[str, float]:
    """Session → how many seconds lie between two PINs."""
    waits: dict[str, float] = {}
    for exchange in capture.exchanges:
        shown = session_of(exchange.answer.body) if exchange.answer is not None else {}
        wait, uuid = shown.get("pin_retry_wait"), shown.get("session_uuid")
        if isinstance(wait, int | float) and isinstance(uuid, str):
            waits[uuid] = float(wait)
    return waits


def _answers_of_app(callbacks: Sequence[CapturedCallback]) -> Mapping[tuple[str, str], list[int]]:
    """Session and sequence number → what the customer's app answered to each attempt, in order."""
    answers: dict[tuple[str, str], list[int]] = {}
    for callback in callbacks:
        params = dict(callback.params)
        key = (params.get("SessionUUID", ""), params.get("SequenceNumber", ""))
        answers.setdefault(key, []).append(callback.answered or 200)
    return answers
