"""A row of the fidelity ledger."""

from collections.abc import Sequence
from enum import Enum

from masking_emulator.core.records.base import Record


class Evidence(Enum):
    """What a behaviour rests on, surest first."""

    OBSERVED = "observed"  # a recorded response of the real service
    SDK = "sdk"  # the source or tests of an official SDK
    DOCUMENTED = "documented"  # a page of the vendor
    ASSUMED = "assumed"  # nothing of these; the source says why we think so


class Row(Record):
    """One behaviour. `tests` are pytest node ids, `choices` the values of a policy entry, default first."""

    id: str
    subject: str
    statement: str
    evidence: Evidence
    source: str
    tests: Sequence[str]
    choices: Sequence[str | int | bool] = ()


def wire(*cases: str) -> tuple[str, ...]:
    """The node ids of golden cases: `create-two-parties` is `fixtures/wire/create/two-parties.json`."""
    return tuple(f"tests/test_wire.py::test_case_is_answered_to_the_byte[{case}]" for case in cases)


def scenarios(*names: str) -> tuple[str, ...]:
    """The node ids of scenarios: `refresh` is `fixtures/scenarios/refresh.txt`."""
    return tuple(f"tests/test_scenarios.py::test_scenario_plays_as_written[{name}]" for name in names)


def callback_cases(*cases: str) -> tuple[str, ...]:
    """The node ids of golden callbacks: `SessionTimeout-expiry` is `fixtures/callbacks/SessionTimeout/expiry.json`."""
    return tuple(f"tests/test_callbacks.py::test_callback_is_told_to_the_byte[{case}]" for case in cases)
