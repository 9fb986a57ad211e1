"""What a test sees of a world: events, calls and callbacks, as frozen records over the control API's JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from masking_emulator.plivo.sentences import event_line


@dataclass(frozen=True, slots=True)
class EventView:
    """One event of the journal: its number, its instant (ISO 8601), its name, and the records that it carries."""

    sequence: int
    at: str
    event: str
    data: Mapping[str, Any]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        data = {key: value for key, value in given.items() if key not in ("sequence", "at", "event")}
        return cls(given["sequence"], given["at"], given["event"], data)

    def __str__(self) -> str:
        return self.described({})

    def described(self, callbacks: Mapping[int, str]) -> str:
        """The event in one line; `callbacks` are the vendor's names of callbacks by their ids."""
        return event_line({"sequence": self.sequence, "at": self.at, "event": self.event, **self.data}, callbacks)


@dataclass(frozen=True, slots=True)
class CallView:
    """A simulated call. Numbers have a plus; `session` and `callee` are None while there is none.

    `phase` is one of ringing_first, asking_pin, pausing, announcing, ringing_second, bridged, ended. `data` is all
    that the control API says, the legs included.
    """

    uuid: str
    session: str | None
    caller: str
    number: str
    callee: str | None
    route: str
    phase: str
    legs: Sequence[Mapping[str, Any]]
    data: Mapping[str, Any]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        return cls(
            uuid=given["call_uuid"],
            session=given["session_uuid"],
            caller=given["from"],
            number=given["to"],
            callee=given["callee"],
            route=given["route"],
            phase=given["phase"],
            legs=given["legs"],
            data=given,
        )


@dataclass(frozen=True, slots=True)
class CallbackView:
    """A callback as the emulator sent it, or tried to. `parameters` are what the receiver got, as strings.

    `state` is one of waiting, retrying, held, delivered, failed, blocked, dropped, kept. `data` is all that the
    control API says: the request, what was signed, and every attempt.
    """

    id: int
    event: str
    session: str
    sequence: int
    state: str
    parameters: Mapping[str, str]
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
            parameters=given["parameters"],
            data=given,
        )

    def __str__(self) -> str:
        tries = "; ".join(
            f"attempt {tried['number']}: {(tried['response'] or {}).get('status') or tried['error']}"
            for tried in self.data["attempts"]
        )
        why = self.data.get("why_not_again")
        fate = f"{tries}; not again: {why}" if why else tries
        return f"{self.event} #{self.sequence} of {self.session} {self.state}" + (f" ({fate})" if fate else "")


@dataclass(frozen=True, slots=True)
class FaultView:
    """A fault: its id, whether it still works (`state`), and how often it was met and came to work.

    `note` says where an SDK would hide it. `data` is all that the control API says, what it does included.
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
class RequestView:
    """An API request as it arrived. `operation` is None for a path that is none, `status` where none was sent.

    `reason` is the emulator's on a refusal, every number that was a candidate and why it was dropped included. `data`
    is all that the control API says: headers, body, response, and the fields that nothing read.
    """

    sequence: int
    at: str
    operation: str | None
    method: str
    path: str
    session: str | None
    status: int | None
    reason: str
    data: Mapping[str, Any]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        return cls(
            sequence=given["sequence"],
            at=given["at"],
            operation=given["operation"],
            method=given["method"],
            path=given["path"],
            session=given["session"],
            status=given["status"],
            reason=given.get("reason", ""),
            data=given,
        )

    def __str__(self) -> str:
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.sequence:>5} {self.at} {self.method} {self.path} {self.status or 'no answer'}{reason}"
