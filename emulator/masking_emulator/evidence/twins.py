"""Twins: the same story told by a service and by an emulator of ours, and where the two differ.

Both are captures of `verify`, so their exchanges were made for the same rows in the same order. Answers are compared by
meaning: an id or a number counts as the same as another one if both were seen first at the same place; an instant if it
has the same form. What an account has beside the story is left out: the contents of
lists but for the form of their first object, and totals.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count, zip_longest
from typing import Any, Final

from msgspec import UNSET, Struct, json
from msgspec.structs import replace

from masking_emulator.evidence.agreeing import agreeing
from masking_emulator.evidence.captures import Capture, CapturedAnswer, CapturedExchange
from masking_emulator.plivo.refusals import POOL_EXHAUSTED

#: Headers that say something about the service, in small letters.
_HEADERS: Final = ("content-type", "www-authenticate", "allow", "location", "retry-after")

#: Keys whose values depend on what else the account has, or on the moment.
_OF_THE_ACCOUNT: Final = frozenset({"total_count"})

#: Links that are null where there is nothing to link to, which depends on that too.
_LINKS: Final = (".next", ".previous")

#: A duration may be a second more on the one side, where a second has just begun.
_TOLERANCE_S: Final = 2
_SECONDS: Final = ("duration",)

_ID: Final = re.compile(
    r"0{8}-0000-\w000-8000-\d{12}|\b(?:MA|SA)STANDIN\d{11}\b|\+?\b\d{7,15}\b|host-\d+\.example|\bw\d+x*\b"
)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?")

#: In place of a value, or of a place, that one side does not have.
_NOTHING: Final = "nothing"


class Deviation(Struct, frozen=True):
    """One difference: where, and what each side has there."""

    where: str
    service: str
    emulator: str


class Disagreement(Struct, frozen=True):
    """An exchange in which the two differ: the rows that it is about, the differences, and both exchanges.

    `policy` is what an emulator would have to be told to agree; empty where no policy does.
    """

    rows: Sequence[str]
    differences: Sequence[Deviation]
    service: CapturedExchange
    emulator: CapturedExchange | None
    policy: Mapping[str, Any] = {}


class Comparison(Struct, frozen=True):
    """What came of it: findings, how often each row agreed, and why about others nothing could be said."""

    findings: Sequence[Disagreement]
    agreed: Mapping[str, int]
    unsaid: Mapping[str, str]

    @property
    def contradicted(self) -> set[str]:
        """The rows of the findings."""
        return {row for finding in self.findings for row in finding.rows}


def compared(service: Capture, emulator: Capture) -> Comparison:
    """Compare the story as a service told it with the same as an emulator did."""
    ours = dict(_named(emulator))
    findings: list[Disagreement] = []
    agreed: Counter[str] = Counter()
    unsaid: dict[str, str] = {}
    theirs_seen, ours_seen = _Seen(), _Seen()
    for key, exchange in _named(service):
        rows, twin = key[0], ours.get(key)
        why = _says_nothing(exchange, twin)
        if why is not None or twin is None:
            unsaid.update(dict.fromkeys(rows, why or "an emulator did not come to ask this"))
            continue
        assert exchange.answer is not None
        assert twin.answer is not None
        found = list(_between(theirs_seen.of(exchange), ours_seen.of(twin), exchange.answer, twin.answer))
        if found:
            findings.append(Disagreement(rows, found, exchange, twin))
        else:
            agreed.update(rows)
    contradicted = {row for finding in findings for row in finding.rows}
    return Comparison(
        findings,
        {row: number for row, number in agreed.items() if row not in contradicted},
        {row: why for row, why in unsaid.items() if row not in agreed and row not in contradicted},
    )


def with_policies(
    comparison: Comparison, service: Capture, emulator: Callable[[Mapping[str, Any]], Capture]
) -> Comparison:
    """The comparison with the policy that agrees in each finding that has one.

    `emulator` tells the story with policies.
    """
    policies = agreeing(
        {finding.service.n: finding.rows for finding in comparison.findings},
        lambda policy: [finding.service.n for finding in compared(service, emulator(policy)).findings],
    )
    found = [replace(finding, policy=policies.get(finding.service.n, {})) for finding in comparison.findings]
    return replace(comparison, findings=found)


def comparison_json(comparison: Comparison) -> str:
    """The comparison as JSON, for programs."""
    return json.format(json.encode(comparison), indent=2).decode()


def issues(comparison: Comparison, *, version: str) -> Iterator[str]:
    """A report of each finding with the fields of the issue template, in Markdown."""
    for finding in comparison.findings:
        request, emulator = finding.service.request, finding.emulator
        asked = f"{request.method} {request.path}" + "".join(f"\n{name}={value}" for name, value in request.query)
        if request.body is not UNSET:
            asked += f"\n{json.encode(request.body).decode()}"
        yield f"### {', '.join(finding.rows)}\n"
        yield _block("The request", asked)
        yield _block("What Plivo answered", _answered(finding.service.answer))
        yield _block("What the emulator answered", _answered(None if emulator is None else emulator.answer))
        differences = [f"- {one.where}: {one.service}, and the emulator: {one.emulator}" for one in finding.differences]
        yield "\n".join(["**The differences**\n", *differences, ""])
        yield f"**The row of the ledger**: {', '.join(finding.rows)}\n"
        for name, value in finding.policy.items():
            yield f"**The policy that agrees**: `{name} = {json.encode(value).decode()}`\n"
        yield f"**Version**: {version}\n"


def _block(title: str, text: str) -> str:
    return f"**{title}**\n\n```text\n{text}\n```\n"


def _answered(answer: CapturedAnswer | None) -> str:
    if answer is None:
        return _NOTHING
    return f"{answer.status}\n{json.encode(answer.body).decode() if answer.body is not UNSET else answer.text or ''}"


def _named(capture: Capture) -> Iterator[tuple[tuple[tuple[str, ...], int], CapturedExchange]]:
    """Each exchange that was made for rows, by these and how often they were asked about before."""
    counts: Counter[tuple[str, ...]] = Counter()
    for exchange in capture.exchanges:
        if exchange.about:
            rows = tuple(exchange.about)
            yield (rows, counts[rows]), exchange
            counts[rows] += 1


def _says_nothing(service: CapturedExchange, emulator: CapturedExchange | None) -> str | None:
    """Why an exchange says nothing about its rows; None where it does."""
    if service.answer is None:
        return str(service.failed)
    if service.answer.status >= 500:
        return f"the service failed with {service.answer.status}"
    if emulator is None or emulator.answer is None:
        return "an emulator did not come to ask this"
    if _error(service.answer) == POOL_EXHAUSTED != _error(emulator.answer):
        return "the account's pool has no free number"
    return None


def _error(answer: CapturedAnswer) -> Any:
    return answer.body.get("error") if isinstance(answer.body, dict) else None


class _Seen:
    """Names for the ids and numbers of one capture: for which rows each was seen first, and as which one there.

    So a number that comes again is told from another one, and one that the two services have differently from there on
    changes no other name.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def of(self, exchange: CapturedExchange) -> Any:
        """The body of the answer, with names in place of what differs between two services anyway."""
        here = count(1)
        rows = exchange.about or ("",)

        def name(found: re.Match[str]) -> str:
            bare = found[0].removeprefix("+")
            if bare not in self._names:
                self._names[bare] = f"<{rows[0]} {next(here)}>"
            return found[0][: len(found[0]) - len(bare)] + self._names[bare]

        request, answer = exchange.request, exchange.answer
        for text in (request.path, json.encode([request.query, request.body or None]).decode()):
            _ID.sub(name, text)
        assert answer is not None
        narrowed = any(key == "first_party" for key, _ in request.query)
        body = answer.body
        return _replaced(body, name, narrowed=narrowed) if isinstance(body, dict | list) else answer.text


def _replaced(value: Any, name: Callable[[re.Match[str]], str], *, narrowed: bool) -> Any:
    """The value with names in it. What a list has counts only where it was `narrowed` to the story's own sessions."""
    match value:
        case dict():
            return {
                key: [*(["one at least"] if inner and narrowed else []), *map(_form, inner[:1])]
                if key == "objects" and isinstance(inner, list)
                else _replaced(inner, name, narrowed=narrowed)
                for key, inner in value.items()
            }
        case list():
            return [_replaced(inner, name, narrowed=narrowed) for inner in value]
        case str():
            return _ID.sub(name, _INSTANT.sub(lambda found: re.sub(r"\d", "0", found[0]), value))
        case _:
            return value


def _form(value: Any) -> Any:
    """Keys and types of what another session has."""
    if isinstance(value, dict):
        return {key: None if inner is None else type(inner).__name__ for key, inner in value.items()}
    return type(value).__name__


def _between(theirs: Any, ours: Any, their: CapturedAnswer, our: CapturedAnswer) -> Iterator[Deviation]:
    """The differences of two answers, whose bodies are named already."""
    if their.status != our.status:
        yield Deviation("status", str(their.status), str(our.status))
    for header in _HEADERS:
        there, here = _header(their, header), _header(our, header)
        if there != here:
            yield Deviation(f"header {header}", there, here)
    yield from _of_values("", theirs, ours)


def _header(answer: CapturedAnswer, name: str) -> str:
    return ", ".join(value for each, value in answer.headers if each.lower() == name) or _NOTHING


def _of_values(place: str, theirs: Any, ours: Any) -> Iterator[Deviation]:
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if list(theirs) != list(ours):
            yield Deviation(f"keys of {place or 'the body'}", ", ".join(theirs), ", ".join(ours))
        for key in (key for key in theirs if key in ours and key not in _OF_THE_ACCOUNT):
            yield from _of_values(f"{place}.{key}" if place else key, theirs[key], ours[key])
    elif place.endswith(_LINKS) and None in (theirs, ours):
        return
    elif isinstance(theirs, list) and isinstance(ours, list):
        pairs = zip(theirs, ours, strict=False) if _is_open(place, theirs, ours) else zip_longest(theirs, ours)
        for number, (there, here) in enumerate(pairs):
            yield from _of_values(f"{place}[{number}]", there, here)
    elif not _same(place, theirs, ours):
        yield Deviation(place or "body", _shown(theirs), _shown(ours))


def _is_open(place: str, theirs: Sequence[Any], ours: Sequence[Any]) -> bool:
    """Whether two lists say nothing by one of them being empty: they are of objects, and were not narrowed."""
    return place.endswith("objects") and all(isinstance(one, dict) for one in (*theirs, *ours))


def _same(place: str, theirs: Any, ours: Any) -> bool:
    if place.endswith(_SECONDS) and isinstance(theirs, int) and isinstance(ours, int):
        return abs(theirs - ours) <= _TOLERANCE_S
    return type(theirs) is type(ours) and bool(theirs == ours)


def _shown(value: Any) -> str:
    return _NOTHING if value is None else json.encode(value).decode()
