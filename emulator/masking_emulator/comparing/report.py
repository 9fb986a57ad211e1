"""The report of a comparison: one finding for each difference, named by its row, with the policy that agrees.

What has one cause is one finding, seen so often: whatever one entry of the policy makes agree, and otherwise what is
about the same rows. Rows are counted for the service that was captured and for no other; what an emulator of ours
answered says nothing about the vendor's.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict

from masking_emulator.comparing.callbacks import CallbackFinding, OurCallback
from masking_emulator.comparing.casting import ReplayCast, cast_of, other_pools
from masking_emulator.comparing.differences import Discrepancy
from masking_emulator.comparing.replay import Exchanged, Replayed, replayed
from masking_emulator.comparing.rows import likely_policies, rows_of_callback, rows_of_exchange
from masking_emulator.evidence.agreeing import agreeing
from masking_emulator.evidence.captures import (
    Capture,
    CapturedAnswer,
    CapturedCallback,
    CapturedExchange,
    CapturedService,
    SkippedLine,
)
from masking_emulator.evidence.predicates.reading import counts_of, read_rows
from masking_emulator.plivo.policy import Policy
from masking_emulator.world.spec import WorldSpec

#: So many differences of one finding are listed.
_DIFFERENCES_MAX: Final = 10


class CaptureFinding(Struct, frozen=True):
    """One difference between the service and ours, `seen` so often; `theirs` and `ours` are where it was seen first.

    `policy` is the entry of the policy that makes ours agree; empty where none does. `theirs` is None for a callback
    that only ours sent, `ours` for one that only the service sent.
    """

    rows: Sequence[str]
    differences: Sequence[Discrepancy]
    seen: int
    theirs: CapturedExchange | CapturedCallback | None
    ours: CapturedAnswer | OurCallback | None
    policy: Mapping[str, Any] = {}

    @property
    def place(self) -> str:
        """Where it was seen first, in a few words."""
        first = self.theirs or self.ours
        match first:
            case CapturedExchange():
                return f"request {first.n}, {first.request.method} {first.request.path}"
            case CapturedCallback():
                return f"callback {dict(first.params).get('EventName', '')} at {first.at:.0f} s"
            case OurCallback():
                return f"callback {first.event} of ours at {first.at:.0f} s"
            case _:
                return ""


class ComparedCapture(Struct, frozen=True):
    """What came of one capture.

    `confirmed` and `contradicted` have how often each row was; `left_out` has the reasons why requests were not
    replayed, and how many; `undone` is how much of what people did ours could not do. `policy` are all entries of the
    policy that agree with the service.
    """

    file: str
    service: CapturedService
    exchanges: int
    callbacks: int
    findings: Sequence[CaptureFinding]
    confirmed: Mapping[str, int]
    contradicted: Mapping[str, int]
    policy: Mapping[str, Any]
    left_out: Mapping[str, int]
    undone: int
    skipped: Sequence[SkippedLine]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.findings


class RowsRead(Struct, frozen=True):
    """What the predicates of the ledger say of a capture: how often each row was confirmed or contradicted.

    `against` has the rows that a record speaks against, by the record's place in memory.
    """

    confirmed: Mapping[str, int]
    contradicted: Mapping[str, int]
    against: Mapping[int, frozenset[str]]


_NOTHING_READ: Final = RowsRead({}, {}, {})


class _Part(Struct, frozen=True):
    """A difference before it is grouped. `key` is the same in every replay of the capture.

    `rows` are those of the place, `further` are others that the record speaks against. `likely` are entries of the
    policy that are to be tried first.
    """

    key: tuple[str, ...]
    rows: tuple[str, ...]
    further: Sequence[str]
    differences: Sequence[Discrepancy]
    theirs: CapturedExchange | CapturedCallback | None
    ours: CapturedAnswer | OurCallback | None
    likely: tuple[str, ...] = ()


def compared(
    capture: Capture,
    file: str,
    *,
    world: WorldSpec | None = None,
) -> ComparedCapture:
    """Compare a capture with a world of ours: with `world`, or with one that is read from the capture itself.

    Raises BadWorld where no world can be made of it.
    """
    cast = cast_of(capture, world)
    read = _rows_read(capture)
    first = replayed(capture, cast)
    parts = list(_parts(first, read))
    for other in other_pools(cast, capture) if parts and (world is None or not world.numbers) else ():
        again = replayed(capture, other)
        if len(fewer := list(_parts(again, read))) < len(parts):
            cast, first, parts = other, again, fewer
    policies = _policies(capture, cast, parts)
    findings = _grouped(parts, policies)
    agreed: dict[str, Any] = {}
    for policy in policies.values():
        agreed |= policy
    return ComparedCapture(
        file=file,
        service=capture.header.service,
        exchanges=len(first.exchanges),
        callbacks=first.callbacks_compared,
        findings=findings,
        confirmed=read.confirmed,
        contradicted=read.contradicted,
        policy=agreed,
        left_out=Counter(first.left_out.values()),
        undone=first.undone,
        skipped=capture.skipped,
    )


def _rows_read(capture: Capture) -> RowsRead:
    readings = read_rows(capture)
    against: dict[int, set[str]] = {}
    for reading in readings:
        if not reading.agrees:
            against.setdefault(id(reading.at), set()).add(reading.row)
    counts = counts_of(readings)
    return RowsRead(
        {row: count.confirmed for row, count in counts.items() if count.confirmed},
        {row: count.contradicted for row, count in counts.items() if count.contradicted},
        {record: frozenset(rows) for record, rows in against.items()},
    )


def _policies(
    capture: Capture, cast: ReplayCast, parts: Sequence[_Part]
) -> Mapping[tuple[str, ...], Mapping[str, Any]]:
    """Key of a part → the entry of the policy that makes it agree."""
    found: dict[tuple[str, ...], set[str]] = {}
    for part in parts:
        found.setdefault(part.key, set()).update(part.rows, part.further, part.likely)

    def retried(policy: Mapping[str, Any]) -> set[tuple[str, ...]]:
        return {part.key for part in _parts(replayed(capture, cast.with_policy(policy)), _NOTHING_READ)}

    usual = Policy(**asdict(cast.spec.policy))
    return agreeing(found, retried, usual=usual, record=_record)


def _parts(replay: Replayed, read: RowsRead) -> Iterator[_Part]:
    for exchanged in replay.exchanges:
        if exchanged.differences:
            yield from _of_exchange(exchanged, read)
    for finding in replay.callbacks:
        yield from _of_callback(finding, read)


def _of_exchange(exchanged: Exchanged, read: RowsRead) -> Iterator[_Part]:
    theirs = exchanged.theirs
    key = ("exchange", str(theirs.n))
    for rows, differences in rows_of_exchange(exchanged):
        further = _further(rows, theirs, read)
        yield _Part((*key, *_places(differences)), rows, further, differences, theirs, exchanged.ours)


def _of_callback(finding: CallbackFinding, read: RowsRead) -> Iterator[_Part]:
    theirs, ours = finding.theirs, finding.ours
    sequence = dict((theirs or ours or _NOBODY).params).get("SequenceNumber", "")
    key = ("callback", finding.session, finding.event, sequence)
    for rows, differences in rows_of_callback(finding):
        further, likely = _further(rows, theirs, read), likely_policies(finding)
        yield _Part((*key, *_places(differences)), rows, further, differences, theirs, ours, likely)


def _further(rows: Sequence[str], record: CapturedExchange | CapturedCallback | None, read: RowsRead) -> Sequence[str]:
    """The rows that the record speaks against, where the row of the place is not among them."""
    against = read.against.get(id(record), frozenset())
    return sorted(against) if against.isdisjoint(rows) else ()


_NOBODY: Final = OurCallback(0.0, "", "", (), frozenset())


def _record(key: tuple[str, ...]) -> tuple[str, ...]:
    """The exchange or the callback that a key is about."""
    return key[: 2 if key[0] == "exchange" else 4]


def _places(differences: Sequence[Discrepancy]) -> tuple[str, ...]:
    return tuple(difference.where for difference in differences)


def _grouped(parts: Sequence[_Part], policies: Mapping[tuple[str, ...], Mapping[str, Any]]) -> Sequence[CaptureFinding]:
    """One finding for each cause, in the order in which they were seen."""
    groups: dict[Any, list[_Part]] = {}
    for part in parts:
        policy = policies.get(part.key, {})
        cause: Any = tuple((name, repr(value)) for name, value in policy.items()) or part.rows
        groups.setdefault(cause, []).append(part)
    return [_finding(group, policies.get(group[0].key, {})) for group in groups.values()]


def _finding(parts: Sequence[_Part], policy: Mapping[str, Any]) -> CaptureFinding:
    first = parts[0]
    # An entry of the policy has the name of its row; what else differs follows from it.
    further = sorted({row for part in parts for row in part.further} - {*first.rows})
    rows = tuple(policy) or (*first.rows, *further)
    records = {_record(part.key) for part in parts}
    own = {difference.where: difference for part in parts[:_DIFFERENCES_MAX] for difference in part.differences}
    listed = list(first.differences) + [one for where, one in own.items() if where not in _places(first.differences)]
    return CaptureFinding(rows, listed[:_DIFFERENCES_MAX], len(records), first.theirs, first.ours, policy)
