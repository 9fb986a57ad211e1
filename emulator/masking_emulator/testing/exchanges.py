"""What a test sees of what went over the wire: callbacks, API requests and faults, as frozen records.

Instants are ISO 8601 texts. `data` is all that the control API says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class SentView:
    """A request as the emulator sent it. `body` is the form as text, "" with GET."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        return cls(given["method"], given["url"], given["headers"], given["body"])


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer. `body` is text, or JSON where an API request was answered with it; names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    body: object

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        return cls(given["status"], given["headers"], given["body"])


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt to deliver a callback: `outcome` in a word, `meaning` in words, `took_ms` real milliseconds.

    `url` is where it went: that of the request, or where a route led it.
    `answer` is None where none came, and `error` then says why; else it is "".
    """

    number: int
    at: str
    url: str
    outcome: str
    meaning: str
    took_ms: float
    error: str
    answer: AnswerView | None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        answer = given["response"]
        return cls(
            number=given["number"],
            at=given["at"],
            url=given["url"],
            outcome=given["outcome"],
            meaning=given["meaning"],
            took_ms=given["took_ms"],
            error=given["error"] or "",
            answer=None if answer is None else AnswerView.of(answer),
        )

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.answer.status if self.answer else self.error}"


@dataclass(frozen=True, slots=True)
class CallbackView:
    """A callback as the emulator sent it, or tried to. `parameters` are what the receiver got, as strings.

    `state` is one of waiting, retrying, held, delivered, failed, blocked, dropped, kept. `session` is a UUID,
    `why_not_again` why a failed attempt is the last, "" where there is no more to say.
    """

    id: int
    event: str
    session: str
    sequence: int
    state: str
    due_at: str
    url: str
    parameters: Mapping[str, str]
    request: SentView
    attempts: Sequence[AttemptView]
    why_not_again: str
    data: Mapping[str, Any]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        return cls(
            id=given["id"],
            event=given["event"],
            session=given["session_uuid"],
            sequence=given["sequence"],
            state=given["state"],
            due_at=given["due_at"],
            url=given["url"],
            parameters=given["parameters"],
            request=SentView.of(given["request"]),
            attempts=[AttemptView.of(attempt) for attempt in given["attempts"]],
            why_not_again=given.get("why_not_again") or "",
            data=given,
        )

    @property
    def params(self) -> Mapping[str, str]:
        """`parameters` by the name that web frameworks give them."""
        return self.parameters

    def __str__(self) -> str:
        tries = [str(attempt) for attempt in self.attempts]
        fate = "; ".join([*tries, f"not again: {self.why_not_again}"] if self.why_not_again else tries)
        return f"{self.event} #{self.sequence} of {self.session} {self.state}" + (f" ({fate})" if fate else "")


@dataclass(frozen=True, slots=True)
class FaultView:
    """A fault: its id, whether it still works (`state`), and how often it was met and came to work.

    `note` says where an SDK would hide it.
    """

    id: str
    state: str
    matched: int
    applied: int
    note: str
    data: Mapping[str, Any]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        return cls(given["id"], given["state"], given["matched"], given["applied"], given.get("note", ""), given)


@dataclass(frozen=True, slots=True)
class RouteView:
    """A callback route: what goes to the URL `public`, or to anything below it, is delivered to `target`."""

    public: str
    target: str

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        return cls(given["from"], given["to"])


@dataclass(frozen=True, slots=True)
class RequestView:
    """An API request as it arrived. `operation` is None for a path that is none, `answer` where none was sent.

    `reason` is the emulator's on a refusal, every number that was a candidate and why it was dropped included. `body`
    is JSON where it was JSON, else text, and None where there was none; `query` values that came twice are lists.
    """

    sequence: int
    at: str
    operation: str | None
    method: str
    path: str
    session: str | None
    status: int | None
    reason: str
    headers: Mapping[str, str]
    query: Mapping[str, object]
    body: object
    answer: AnswerView | None
    data: Mapping[str, Any]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON, which is short where requests are only named."""
        answer = given.get("response")
        return cls(
            sequence=given["sequence"],
            at=given["at"],
            operation=given["operation"],
            method=given["method"],
            path=given["path"],
            session=given["session"],
            status=given["status"],
            reason=given.get("reason", ""),
            headers=given.get("headers", {}),
            query=given.get("query", {}),
            body=given.get("body"),
            answer=None if answer is None else AnswerView.of(answer),
            data=given,
        )

    def __str__(self) -> str:
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.sequence:>5} {self.at} {self.method} {self.path} {self.status or 'no answer'}{reason}"
