"""The model of a report. Its JSON is a form of its own; all other forms are rendered from it.

Fields have the names of the control API's answers, of which they are a part. Instants are ISO 8601 texts on the
world's clock, times that end in `_s` are seconds, in `_ms` milliseconds of real time. No field holds an Auth Token, a
cookie or an Authorization header.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field, json

#: The version of the form; a change that a reader of the JSON would notice has another number.
FORM: Final = 1


class ReportedAnswer(Struct, frozen=True):
    """An answer. `body` is JSON where it was JSON, else text; null where there was none."""

    status: int
    headers: Mapping[str, str]
    body: Any = None
    body_bytes: int | None = None


class UnreadField(Struct, frozen=True):
    """A field of a request that nothing read: `place` is body or query, `hint` what was likely meant."""

    place: str = field(name="in")
    field: str
    hint: str | None = None


class ReportedRequest(Struct, frozen=True):
    """An API request. `operation` is null for a path that is none, `reason` says why it was refused.

    `lost_response` is the answer that a fault kept back or spoiled.
    """

    sequence: int
    at: str
    account: str | None
    operation: str | None
    method: str
    url: str
    session: str | None
    status: int | None
    outcome: str
    duration_s: float | None
    headers: Mapping[str, str]
    body: Any
    body_bytes: int | None
    response: ReportedAnswer | None
    faults: Sequence[str] = ()
    unread: Sequence[UnreadField] = ()
    reason: str | None = None
    lost_response: ReportedAnswer | None = None

    @property
    def is_problem(self) -> bool:
        """Whether it was refused, got no answer, met a fault, or had fields that nothing read."""
        return self.status is None or self.status >= 400 or bool(self.unread) or bool(self.faults)


class ReportedAttempt(Struct, frozen=True):
    """One attempt to deliver a callback. `url` is where it went; `error` says why no answer came."""

    number: int
    at: str
    url: str
    outcome: str
    meaning: str
    took_ms: float
    error: str | None = None
    response: ReportedAnswer | None = None


class SentRequest(Struct, frozen=True):
    """A callback's request as it is sent; `body` is the form as text, "" with GET."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str


class SignedText(Struct, frozen=True):
    """What the signatures of a callback were made of. A receiver may read a path in two ways, so V3 may have more."""

    v2: str
    v3: Sequence[str]


class ReportedCallback(Struct, frozen=True):
    """A callback with its request, what was signed, and every attempt.

    `laboratory` is what was done to it on purpose.
    """

    id: int
    event: str
    channel: str
    session_uuid: str
    sequence: int
    state: str
    due_at: str
    copy_of: int | None
    url: str
    parameters: Mapping[str, str]
    request: SentRequest
    signature_inputs: SignedText
    laboratory: Sequence[str] = ()
    attempts: Sequence[ReportedAttempt] = ()
    why_not_again: str | None = None
    note: str | None = None

    @property
    def is_problem(self) -> bool:
        """Whether it has not arrived."""
        return self.state not in ("delivered", "kept")


class ReportedProblem(Struct, frozen=True):
    """Something that is wrong. `request` and `callback` are of the newest time, `count` is how often it happened."""

    kind: str
    what: str
    why: str
    at: str | None
    count: int
    request: int | None
    callback: int | None


class OperationCount(Struct, frozen=True):
    """How many requests of an operation were answered with this status; null where no answer was sent."""

    operation: str | None
    status: int | None
    count: int


class ReportedSession(Struct, frozen=True):
    """A session on the line of time."""

    session_uuid: str
    virtual_number: str
    created_at: str
    expires_at: str
    status: str


class ReportedCall(Struct, frozen=True):
    """A simulated call. `to` is the virtual number, `callee` who is behind it, `meaning` where the number led."""

    call_uuid: str
    session_uuid: str | None
    caller: str = field(name="from")
    number: str = field(name="to")
    callee: str | None
    meaning: str
    phase: str
    started_at: str
    ended_at: str | None
    recording_uuid: str | None
    legs: Sequence[Mapping[str, Any]]


class CoolingHold(Struct, frozen=True):
    """A session from which a number cools off, and until when."""

    session: str
    until: str


class ReportedNumber(Struct, frozen=True):
    """A number of the pool as it stands at the end."""

    number: str
    calling_code: int
    owner: str
    live_sessions: int
    exclusive_to: str | None
    suspended: bool
    cooling: Sequence[CoolingHold]


class Stranger(Struct, frozen=True):
    """A request that belongs to no world, and why. `at` is real time."""

    sequence: int
    at: str
    method: str
    path: str
    status: int | None
    why: str


class ReportedWorld(Struct, frozen=True):
    """One world. `name` is what it was for, such as a test's id, or ""; `outcome` is how that ended.

    `cut` says in sentences what is not here.
    """

    auth_id: str
    subaccounts: Sequence[str]
    seed: int | str
    now: str
    rate: float
    requests_arrived: int
    requests_kept: int
    sessions_live: int
    sessions_kept: int
    problems_found: int
    problems: Sequence[ReportedProblem]
    operations: Sequence[OperationCount]
    callbacks_kept: int
    callback_states: Mapping[str, int]
    sessions: Sequence[ReportedSession] = ()
    calls: Sequence[ReportedCall] = ()
    requests: Sequence[ReportedRequest] = ()
    callbacks: Sequence[ReportedCallback] = ()
    faults: Sequence[Mapping[str, Any]] = ()
    routes: Sequence[Mapping[str, str]] = ()
    numbers: Sequence[ReportedNumber] = ()
    name: str = ""
    outcome: str = ""
    cut: Sequence[str] = ()


class Report(Struct, frozen=True):
    """A report. `subject` is what ran, in its own words, or ""; `exit_code` with what it ended."""

    emulator: str
    worlds: Sequence[ReportedWorld]
    form: int = FORM
    subject: str = ""
    exit_code: int | None = None
    strangers: Sequence[Stranger] = ()
    cut: Sequence[str] = ()

    @property
    def problems_found(self) -> int:
        """How many problems there are in all."""
        return sum(world.problems_found for world in self.worlds) + len(self.strangers)


def report_json(report: Report) -> str:
    """The report as JSON, by `report_schema`."""
    return json.format(json.encode(report), indent=2).decode() + "\n"


def report_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a report's JSON."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A report of masking-emulator, form {FORM}",
        **json.schema(Report),
    }
