"""Callbacks of a replay: those of the capture beside those that ours would have sent, session by session."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from masking_emulator.comparing.casting import ReplayCast
from masking_emulator.comparing.differences import Comparer, Discrepancy
from masking_emulator.comparing.names import Names
from masking_emulator.comparing.service import SentCallback
from masking_emulator.core.instants import SECOND_US
from masking_emulator.evidence.captures import CapturedCallback
from masking_emulator.receiver import SHORT

#: A callback may arrive so many seconds earlier or later than ours is sent: a tunnel takes its time.
_TOLERANCE_S: Final = 10.0

#: The differences that say that only one of the two has sent it, or in another order.
MISSING: Final = "sent"
ORDER: Final = "order"
ATTEMPTS: Final = "attempts"


class OurCallback(Struct, frozen=True):
    """A callback of ours: `at` is in seconds since the capture began."""

    at: float
    method: str
    path: str
    params: Sequence[tuple[str, str]]
    signatures: frozenset[str]

    @property
    def event(self) -> str:
        """The event's name."""
        return dict(self.params).get("EventName", "")


class CallbackFinding(Struct, frozen=True):
    """A callback of theirs and ours, or of one of the two alone, and the differences; none where they agree."""

    event: str
    session: str
    theirs: CapturedCallback | None
    ours: OurCallback | None
    differences: Sequence[Discrepancy]


def our_callback(sent: SentCallback, began: int) -> OurCallback:
    """A request that ours would have sent, taken apart as a capture does it."""
    request = sent.request
    parts = urlsplit(request.url)
    params = parse_qsl(parts.query, keep_blank_values=True) + parse_qsl(
        request.content.decode(), keep_blank_values=True
    )
    headers = {name.lower() for name in request.headers}
    signatures = frozenset(short for name, short in SHORT.items() if name.lower() in headers)
    return OurCallback((sent.at - began) / SECOND_US, request.method, parts.path, params, signatures)


def compared_callbacks(
    theirs: Sequence[CapturedCallback],
    ours: Sequence[OurCallback],
    names: Names,
    cast: ReplayCast,
    known: set[str],
) -> Iterator[CallbackFinding]:
    """One finding for each callback, with or without differences.

    Sessions from before the capture are left out, and so is what went to a URL from which nothing was captured.
    """
    paths = {one.path for one in theirs}
    their_sessions: dict[str, list[CapturedCallback]] = {}
    our_sessions: dict[str, list[OurCallback]] = {}
    for there in theirs:
        their_sessions.setdefault(dict(there.params).get("SessionUUID", ""), []).append(there)
    for here in ours:
        uuid = names.theirs(dict(here.params).get("SessionUUID", ""))
        if uuid is not None and here.event and here.path in paths:
            our_sessions.setdefault(uuid, []).append(here)
    for session in dict.fromkeys([*their_sessions, *our_sessions]):
        if session in known:
            yield from _of_session(session, their_sessions.get(session, []), our_sessions.get(session, []), names, cast)


def _event(callback: CapturedCallback | OurCallback) -> str:
    return dict(callback.params).get("EventName", "")


def _of_session(
    session: str,
    theirs: Sequence[CapturedCallback],
    ours: Sequence[OurCallback],
    names: Names,
    cast: ReplayCast,
) -> Iterator[CallbackFinding]:
    events = [_event(one) for one in theirs], [_event(one) for one in ours]
    only_theirs: list[CapturedCallback] = []
    only_ours: list[OurCallback] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(None, *events, autojunk=False).get_opcodes():
        if events[0][i1:i2] == events[1][j1:j2]:
            for there, here in zip(theirs[i1:i2], ours[j1:j2], strict=True):
                # What one side did not send is missing from its count too.
                lag = len(only_theirs) - len(only_ours)
                found = list(_between(there, here, names, cast, ahead=lag))
                yield CallbackFinding(_event(there), session, there, here, found)
        else:
            only_theirs += theirs[i1:i2]
            only_ours += ours[j1:j2]
    for there in only_theirs:
        twin = next((one for one in only_ours if one.event == _event(there)), None)
        if twin is not None:
            only_ours.remove(twin)
            order = Discrepancy(ORDER, _order(events[0]), _order(events[1]))
            yield CallbackFinding(_event(there), session, there, twin, [order])
        else:
            again = any(
                dict(one.params).get("SequenceNumber") == dict(there.params).get("SequenceNumber")
                for one in theirs
                if one is not there
            )
            where = ATTEMPTS if again else MISSING
            yield CallbackFinding(_event(there), session, there, None, [Discrepancy(where, "sent", "not sent")])
    for here in only_ours:
        yield CallbackFinding(here.event, session, None, here, [Discrepancy(MISSING, "not sent", "sent")])


def _order(events: Sequence[str]) -> str:
    return ", ".join(event.removeprefix("Session") for event in events)


def _between(
    theirs: CapturedCallback, ours: OurCallback, names: Names, cast: ReplayCast, *, ahead: int
) -> Iterator[Discrepancy]:
    """The differences of two callbacks of the same event; theirs were `ahead` by so many in their count."""
    if theirs.method != ours.method:
        yield Discrepancy("method", theirs.method, ours.method)
    if not names.agree(theirs.path, ours.path):
        yield Discrepancy("path", theirs.path, ours.path)
    there, here = dict(theirs.params), dict(ours.params)
    if [name for name, _ in theirs.params] != [name for name, _ in ours.params]:
        yield Discrepancy("attributes", ", ".join(there), ", ".join(here))
    comparer = Comparer(names)
    for name in there:
        if name in here and not _agree(comparer, name, there[name], here[name], ahead):
            yield Discrepancy(name, there[name], here[name])
    for short, verdict in theirs.signatures.items():
        expected = "right" if short in ours.signatures else "missing"
        if verdict != expected:
            yield Discrepancy(f"signature {short}", verdict, expected)
    arrived = (cast.instant(theirs.at) - cast.began) / SECOND_US
    if abs(arrived - ours.at) > _TOLERANCE_S:
        yield Discrepancy("time", f"{arrived:.0f} s", f"{ours.at:.0f} s")


def _agree(comparer: Comparer, name: str, theirs: str, ours: str, ahead: int) -> bool:
    if name == "SequenceNumber" and theirs.isdigit() and ours.isdigit():
        # What was not sent may have been counted all the same.
        return int(theirs) - int(ours) in (0, ahead)
    return comparer.texts(name, theirs, ours)
