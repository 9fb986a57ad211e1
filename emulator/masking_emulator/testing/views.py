"""What a test sees of a world: events, calls and numbers, as frozen records over the control API's JSON.

Instants are ISO 8601 texts, times that end in `_s` are seconds, phone numbers have a plus. `data` is all that the
control API says. Callbacks, requests and faults are in exchanges.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

from masking_emulator.plivo.sentences import event_line, why_dropped


class RecordView(Mapping[str, Any]):
    """A record that an event carries: its fields by key or as attributes, those of nested records too.

    Numbers in it are digits without a plus, as in the journal.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record

    def __getitem__(self, key: str) -> Any:
        found = self._record[key]
        return RecordView(found) if isinstance(found, Mapping) else found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._record:
            raise AttributeError(f"the record has no {name!r}", name=name, obj=self)
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._record)

    def __len__(self) -> int:
        return len(self._record)

    def __repr__(self) -> str:
        return f"RecordView({self._record!r})"


@dataclass(frozen=True, slots=True)
class EventView:
    """One event of the journal: its number, its instant, its name, and the records that it carries."""

    sequence: int
    at: str
    event: str
    data: Mapping[str, Any]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        data = {key: value for key, value in given.items() if key not in ("sequence", "at", "event")}
        return cls(given["sequence"], given["at"], given["event"], data)

    @property
    def session(self) -> RecordView | None:
        """The session as the event leaves it; None where it is about none."""
        return self._record("session")

    @property
    def call(self) -> RecordView | None:
        """The call as the event leaves it; None where it is about none."""
        return self._record("call")

    @property
    def callback(self) -> RecordView | None:
        """The callback as the event leaves it; None where it is about none."""
        return self._record("callback")

    def _record(self, name: str) -> RecordView | None:
        record = self.data.get(name)
        return RecordView(record) if isinstance(record, Mapping) else None

    def __str__(self) -> str:
        return self.described({})

    def described(self, callbacks: Mapping[int, str]) -> str:
        """The event in one line; `callbacks` are the vendor's names of callbacks by their ids."""
        return event_line({"sequence": self.sequence, "at": self.at, "event": self.event, **self.data}, callbacks)


@dataclass(frozen=True, slots=True)
class LegView:
    """One person's leg of a call. What has not happened yet is None; `amount` is dollars."""

    call_uuid: str
    person: str
    role: str | None
    direction: str
    started_at: str
    answered_at: str | None
    ended_at: str | None
    hangup_cause: str | None
    hangup_cause_code: int | None
    hangup_source: str | None
    duration_s: int
    billed_s: int
    amount: str

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        return cls(**{field.name: given[field.name] for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class CallView:
    """A simulated call; `session` and `callee` are None while there is none.

    `route` says where the number led, `meaning` the same in words. `phase` is one of ringing_first, asking_pin,
    pausing, announcing, ringing_second, bridged, ended.
    """

    uuid: str
    session: str | None
    caller: str
    number: str
    callee: str | None
    route: str
    meaning: str
    phase: str
    started_at: str
    ended_at: str | None
    wrong_pins: int
    recording: str | None
    legs: Sequence[LegView]
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
            meaning=given["meaning"],
            phase=given["phase"],
            started_at=given["started_at"],
            ended_at=given["ended_at"],
            wrong_pins=given["wrong_pins"],
            recording=given["recording_uuid"],
            legs=[LegView.of(leg) for leg in given["legs"]],
            data=given,
        )


@dataclass(frozen=True, slots=True)
class NumberView:
    """A number of the pool. `owner` is an Auth ID, `exclusive_to` the session that needs the number for itself.

    `cooling` maps the sessions that it cools off from to the instants at which that is over.
    """

    number: str
    calling_code: int
    owner: str
    live_sessions: int
    exclusive_to: str | None
    suspended: bool
    cooling: Mapping[str, str]
    data: Mapping[str, Any]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        return cls(
            number=given["number"],
            calling_code=given["calling_code"],
            owner=given["owner"],
            live_sessions=given["live_sessions"],
            exclusive_to=given["exclusive_to"],
            suspended=given["suspended"],
            cooling={hold["session"]: hold["until"] for hold in given["cooling"]},
            data=given,
        )


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A number that was looked at for a session, and why it was taken or not.

    `session` is the one that is in its way, `until` the instant at which a cool-off ends; both may be None.
    """

    number: str
    verdict: str
    why: str
    session: str | None
    until: str | None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        session, until = given.get("session_uuid"), given.get("until")
        return cls(given["number"], given["verdict"], given["why"], session, until)

    def __str__(self) -> str:
        return f"{self.number}: {why_dropped(self.why, self.session, self.until)}"


@dataclass(frozen=True, slots=True)
class ExplanationView:
    """Why a session has its number, or what a create would come to, with every candidate.

    `session` and `number` are None where there are none; `refreshed` says that a create would refresh that session.
    Where a create would be refused, `error` is the vendor's text and `reason` the emulator's; else both are "".
    """

    session: str | None
    number: str | None
    refreshed: bool
    error: str
    reason: str
    candidates: Sequence[CandidateView]
    data: Mapping[str, Any]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        return cls(
            session=given.get("session_uuid"),
            number=given.get("virtual_number"),
            refreshed=given.get("refreshed", False),
            error=given.get("error", ""),
            reason=given.get("reason", ""),
            candidates=[CandidateView.of(candidate) for candidate in given["candidates"]],
            data=given,
        )

    def __str__(self) -> str:
        headline = f"{self.error} {self.reason}" if self.error else f"{self.number}"
        return "\n".join([headline, *(f"  {candidate}" for candidate in self.candidates)])
