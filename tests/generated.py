"""Generated documents: `docs/fidelity.md`, and the marked parts of `README.md` and of the pages in `docs/`.

`python -m tests.generated` rewrites them; with `--check` it names those that differ and exits 1.
The counts that `fidelity --coverage` prints are generated too, into the package.
A marked part stands between `<!-- generated: NAME -->` and `<!-- end -->`; a document without markers has none.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from masking_emulator.core.decisions.call_flow import CALL_FLOW
from masking_emulator.core.decisions.session_life import LIFECYCLE, Signal
from masking_emulator.core.records.calls import CallSignal, Phase
from masking_emulator.core.records.sessions import Status
from masking_emulator.evidence.confirming import confirmations
from masking_emulator.evidence.predicates.reading import PREDICATES, UNSHOWABLE
from masking_emulator.plivo.ledger import LEDGER, Evidence, Row, by_row, evidence_of

from tests import rooms
from tests.farm.files import FARM, haproxy_file
from tests.reference import coverage
from tests.reference.bench import behind_table, bench_table, carried_table, kept_rows, needed
from tests.reference.commands import commands_page
from tests.reference.control import control_page
from tests.reference.events import events_page
from tests.reference.kit import kit_page
from tests.reference.numbering import numbering_plan
from tests.reference.peers import kept_peers, peers_table
from tests.reference.tables import table
from tests.reference.vendor_page import entries
from tests.reference.worldkeys import world_keys
from tests.sdk import story
from tests.sdk.faults import BY_HAND, FAULTS, Fault
from tests.sdk.ways import LAB, WAYS, Proof, Way, proved

ROOT: Final = Path(__file__).parent.parent
FIDELITY: Final = ROOT / "docs" / "fidelity.md"

#: Captures of the vendor's service that people gave, and what they confirm, where the installed command finds it.
CAPTURES: Final = ROOT / "fixtures" / "captures"
CONFIRMATIONS: Final = ROOT / "emulator" / "masking_emulator" / "plivo" / "ledger" / "confirmations.json"
README: Final = ROOT / "README.md"
DOCS: Final = ROOT / "docs"
NUMBERING_PLAN: Final = ROOT / "emulator" / "masking_emulator" / "core" / "numbering_plan.py"

_PART: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", flags=re.DOTALL)

_MEANINGS: Final[Mapping[Evidence, str]] = {
    Evidence.OBSERVED: "seen in a recorded response of the real service, mostly a fixture of an official SDK",
    Evidence.SDK: "follows from the source or the tests of an official SDK",
    Evidence.DOCUMENTED: "a page of the vendor says so",
    Evidence.ASSUMED: "nobody has confirmed it; the source says why we think so",
}

_TITLES: Final[Mapping[str, str]] = {
    "requests": "Requests",
    "errors": "Errors",
    "responses": "Responses",
    "parameters": "Parameters",
    "pins": "PINs",
    "sessions": "Sessions",
    "allocation": "Allocation",
    "expiry": "Expiry",
    "listing": "Lists",
    "routing": "Routing of calls",
    "calls": "Calls",
    "billing": "Billing",
    "callbacks": "Callbacks",
    "delivery": "Delivery of callbacks",
    "resources": "Resources that answers point to",
    "signatures": "Signatures of callbacks",
    "events": "Attributes of events",
    "recordings": "Recordings",
    "hangups": "Hangups",
}

#: With what a call begins, by its route.
_BEGINNINGS: Final[Mapping[Phase, str]] = {
    Phase.RINGING_FIRST: "the service calls",
    Phase.RINGING_SECOND: "a party or, for a single party, anybody calls",
    Phase.ASKING_PIN: "a PIN decides",
    Phase.ANNOUNCING: "unknown caller with a message",
    Phase.ENDED: "nobody takes the caller",
}

_INTRO: Final = """\
What the emulator does, how sure each behaviour is, and where it comes from.
Each row below is a behaviour that the tests in its row prove.
Where [policy](policy.md) has a choice, its values are in the last column, the default first.
`GET /_emulator/fidelity` serves the rows, and `masking-emulator fidelity` prints them.
With `--row ID` it prints one with the whole ids of its tests, with `--assumed` what nobody has confirmed.
Whether a row shows in a capture is in the column before the last; `compare` then says whether it holds.
[Captures that people gave](truth.md#give-us-a-capture) make it observed.
[The vendor's page](vendor-page.md) goes the other way, from each of its sentences to the rows.
This page is generated from `emulator/masking_emulator/plivo/ledger/` by `make generated`.
"""

#: How the rows name their sources → what is meant.
_SOURCES: Final[Mapping[str, str]] = {
    "vendor page": "Plivo's reference of the session resource as of early 2024, with its samples: "
    "docs.plivo.com/docs/number-masking/api/session-object, a page an operation, and its introduction, which all of "
    "Plivo's APIs share; of calls, recordings and phone numbers the pages below plivo.com/docs/voice/api and "
    "plivo.com/docs/numbers/api",
    "newest reference page": "the same reference today: plivo.com/docs/number-masking/api/session",
    "older create page": "create as between the two: docs.plivo.com/docs/number-masking/api/session-object",
    "session object page": "its neighbour that explains fields: …/session-object/interaction-object",
    "beta page": "the reference of the private beta of 2023, the only one with a table of errors: "
    "www.plivo.com/docs/privatebeta/voice/api/numbermasking",
    "launch pages": "the reference at the launch in mid-2023: www.plivo.com/docs/number-masking/api/session-object",
    "allocation page": "plivo.com/docs/number-masking/concepts/virtual-number-allocation",
    "number pools, single-party, how-it-works page": "its neighbours under plivo.com/docs/number-masking/concepts",
    "signature page": "plivo.com/docs/voice/concepts/signature-validation",
    "callback pages": "…/session-object/session-status-callback and …/session-recording-callback",
    "update page, session status page": "its neighbours: docs.plivo.com/docs/number-masking/api/session-object",
    "PIN page": "plivo.com/docs/number-masking/concepts/pin-based-authentication",
    "page on hangup causes": "plivo.com/docs/voice/troubleshooting/hangup-causes",
    "page on account limits": "docs.plivo.com/docs/voice/concepts/account-limits",
    "vendor's page on retries": "plivo.com/docs/voice/concepts/callback-configurations",
    "help centre": "support.plivo.com/hc/en-us/sections/31040078306585-Number-Masking",
    "plivo-python, plivo-java, …": "the official SDKs at github.com/plivo; a fixture is a response in their tests: "
    "plivo-python 4.59.5, plivo-go 7.60.2, plivo-node 4.78.0, plivo-java 5.46.2, plivo-php 4.70.0, plivo-ruby 4.63.4, "
    "plivo-dotnet 5.53.0",
}

_FLIPPING: Final = """\
Where sources disagree or are silent, a world file can pick the other reading.
An entry that is left out has its default.
"""


def documents() -> Mapping[Path, str]:
    """Every generated document as it should be."""
    page, (rows, said) = entries(), kept_rows()
    parts = {
        "policy": policy_table(LEDGER),
        "lifecycle": lifecycle_diagram(LIFECYCLE),
        "dropin": dropin_table(WAYS, proved()),
        "sdks": sdks_table(WAYS, proved()),
        "sdkfaults": faults_tables(FAULTS, WAYS),
        "sdkfaultsbyhand": table(("SDK", "fault"), BY_HAND),
        "callflow": callflow_diagram(CALL_FLOW),
        "rooms": f"{rooms.drawn()}\n{rooms_table()}",
        "policysample": _policy_sample(LEDGER),
        "worldkeys": world_keys(),
        "commands": commands_page(),
        "events": events_page(),
        "control": control_page(),
        "kit": kit_page(),
        "coverage": coverage.counts_table(page),
        "pagepolicy": coverage.policy_only_table(page),
        "contradictions": coverage.contradictions(page),
        "peers": peers_table(kept_peers()),
        "bench": bench_table(rows, said),
        "carried": carried_table(rows),
        "behind": behind_table(rows),
        "needed": needed(rows),
        "notapplicable": coverage.reasons_table(page),
    }
    marked = [README, *sorted(path for path in DOCS.glob("*.md") if path != FIDELITY)]
    whole = {
        FIDELITY: fidelity(LEDGER),
        coverage.COUNTS: coverage.counts_file(page),
        CONFIRMATIONS: f"{json.dumps(confirmations(CAPTURES), indent=2)}\n",
        FARM / "haproxy.cfg": haproxy_file(),
        NUMBERING_PLAN: numbering_plan(),
    }
    return whole | {path: with_parts(path.read_text(encoding="utf-8"), parts) for path in marked}


def fidelity(ledger: Sequence[Row]) -> str:
    """The page on the whole ledger."""
    subjects = list(dict.fromkeys(row.subject for row in ledger))
    parts = [
        ("# Fidelity", _INTRO),
        ("## Evidence", _evidence_table(ledger)),
        ("## Sources", table(("name", "what it is"), _SOURCES.items())),
        *((f"## {_TITLES[subject]}", _rows([row for row in ledger if row.subject == subject])) for subject in subjects),
        ("## Policy", f"{_FLIPPING}\n{policy_table(ledger)}\n{_policy_sample(ledger)}"),
        ("## The life of a session", lifecycle_diagram(LIFECYCLE)),
        ("## The story of a call", callflow_diagram(CALL_FLOW)),
    ]
    return "\n".join(f"{title}\n\n{text}" for title, text in parts)


def dropin_table(ways: Iterable[Way], proofs: Mapping[str, Proof]) -> str:
    """Every way of an unmodified program to the emulator, and how it was last run."""
    lines = (
        (
            way.client,
            way.variables,
            way.takes,
            way.proof or "nothing",
            *_proof(proofs.get(way.name)),
            _by_hand(way, proofs),
        )
        for way in ways
    )
    head = ("client", "what leads it here", "what it takes", "what was run", "checks", "with", "on", "by hand")
    return table(head, lines)


def sdks_table(ways: Iterable[Way], proofs: Mapping[str, Proof]) -> str:
    """The official SDKs alone, for those who only want to know whether theirs works."""
    lines = (
        (
            way.client.removesuffix(" SDK"),
            way.takes.replace("see below", "in [drop-in](docs/drop-in.md#plain-http)"),
            f"by hand: {_by_hand(way, proofs)}" if _by_hand(way, proofs) else proofs[way.name].version,
        )
        for way in ways
        if way.client.endswith(" SDK")
    )
    return table(("SDK", "what it needs beside `run`", "last run with"), lines)


def faults_tables(faults: Sequence[Fault], ways: Iterable[Way]) -> str:
    """The known faults of the SDKs themselves, a table each, with the test that fails once one is mended."""
    clients = {way.name: way.client.removesuffix(" SDK") for way in ways}
    parts = []
    for sdk in dict.fromkeys(fault.sdk for fault in faults):
        lines = [(each.what, each.remedy, f"`{_short(each.test)}`") for each in faults if each.sdk == sdk]
        parts.append(f"### {clients[sdk]}\n\n{table(('fault', 'what to do', 'test'), lines)}")
    return "\n".join(parts)


def _short(node: str) -> str:
    return node.removeprefix("tests/sdk/").partition("[")[0]


def _by_hand(way: Way, proofs: Mapping[str, Proof]) -> str:
    lab = proofs.get(f"{way.name}{LAB}")
    return way.by_hand if lab is None else f"{lab.version}: {lab.checks} of {story.checks()} on {lab.day}"


def _proof(proof: Proof | None) -> Sequence[str]:
    """Checks, versions and day of the last run; all of a run have to pass."""
    if proof is None:
        return ("none", "not run here", "")
    return (f"{proof.checks} of {proof.checks}", proof.version, proof.day)


def policy_table(ledger: Sequence[Row]) -> str:
    """Every policy entry with its values."""
    lines = (
        (f"`{row.id}`", _code(row.choices[0]), ", ".join(map(_code, row.choices[1:])), row.statement)
        for row in ledger
        if row.choices
    )
    return table(("entry", "default", "or", "what the default means"), lines)


def rooms_table() -> str:
    """Every room, the highest first, with what it may import."""
    return table(("room", "what lives there", "may import"), rooms.listed())


def lifecycle_diagram(table: Mapping[tuple[Status, Signal], Status]) -> str:
    """The table of a session's life as a Mermaid diagram."""
    moves = [f"    {before.value} --> {after.value}: {signal.value}" for (before, signal), after in table.items()]
    left = {before for before, _ in table}
    ends = [f"    {status.value} --> [*]" for status in Status if status not in left]
    begins = f"    [*] --> {Status.ACTIVE.value}: created"
    return "\n".join(["```mermaid", "stateDiagram-v2", begins, *moves, *ends, "```", ""])


def callflow_diagram(table: Mapping[tuple[Phase, CallSignal], Phase]) -> str:
    """The table of a call's story as a Mermaid diagram; what leads from one phase to the same end shares an arrow."""
    arrows: dict[tuple[Phase, Phase], list[str]] = {}
    for (before, signal), after in table.items():
        arrows.setdefault((before, after), []).append(signal.name.lower().replace("_", " "))
    moves = [f"    {before.value} --> {after.value}: {', '.join(names)}" for (before, after), names in arrows.items()]
    begins = [f"    [*] --> {phase.value}: {how}" for phase, how in _BEGINNINGS.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *begins, *moves, f"    {Phase.ENDED.value} --> [*]", "```", ""])


def with_parts(text: str, parts: Mapping[str, str]) -> str:
    """The document with its marked parts replaced. A part that nobody makes is a KeyError."""
    return _PART.sub(lambda found: f"{found[1]}{parts[found[2]]}{found[3]}", text)


def stale(wanted: Mapping[Path, str]) -> list[Path]:
    """The documents that are missing or differ."""
    return [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main(arguments: Sequence[str]) -> int:
    """Rewrite, or with `--check` only tell. The exit code."""
    wanted = documents()
    differing = stale(wanted)
    if "--check" in arguments:
        for path in differing:
            sys.stdout.write(f"{path.relative_to(ROOT)} is out of date; run `make generated`\n")
        return 1 if differing else 0
    for path in differing:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)} rewritten\n")
    return 0


def _evidence_table(ledger: Sequence[Row]) -> str:
    found = by_row(confirmations(CAPTURES))
    counts = Counter(evidence_of(row, found) for row in ledger)
    lines = ((evidence.value, str(counts[evidence]), _MEANINGS[evidence]) for evidence in Evidence)
    return table(("evidence", "rows", "meaning"), lines)


def _rows(rows: Iterable[Row]) -> str:
    found = by_row(confirmations(CAPTURES))
    lines = (
        (
            f"`{row.id}`",
            row.statement,
            evidence_of(row, found).value,
            "; ".join([row.source, *(f"capture {each['name']}" for each in found.get(row.id, ()))]),
            _tests(row),
            _in_a_capture(row),
            ", ".join(map(_code, row.choices)),
        )
        for row in rows
    )
    return table(("id", "statement", "evidence", "source", "tests", "in a capture", "policy"), lines)


def _in_a_capture(row: Row) -> str:
    if row.id in PREDICATES:
        return "yes"
    return f"no: {UNSHOWABLE[row.id]}" if row.id in UNSHOWABLE else "not yet"


def _tests(row: Row) -> str:
    """The tests of a row by file, without what all of their names have in common; of cases, the case."""
    files: dict[str, list[str]] = {}
    for node in row.tests:
        path, _, name = node.partition("::")
        case = name.partition("[")[2].removesuffix("]")
        files.setdefault(path.removeprefix("tests/"), []).append(case or name.removeprefix("test_"))
    return "; ".join(f"{path}: {', '.join(names)}" for path, names in files.items())


def _policy_sample(ledger: Sequence[Row]) -> str:
    lines = [f"{row.id} = {_literal(row.choices[1])}" for row in ledger if row.choices]
    return "\n".join(["```toml", "# The other reading of every entry.", "[policy]", *lines, "```", ""])


def _code(value: str | int | bool) -> str:  # noqa: FBT001  # a value of a policy, not a switch
    return f"`{_literal(value)}`"


def _literal(value: str | int | bool) -> str:  # noqa: FBT001  # a value of a policy, not a switch
    return json.dumps(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
