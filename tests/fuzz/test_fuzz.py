"""A share of `make fuzz` that everybody can afford, and the proof that it finds what it looks for."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.fuzz.fuzzer import Failure, Fuzzer, changed_by_refusal, fuzz, report, served, shrunk
from tests.fuzz.requests import Known, Request, Requests

_SEED = 1
_REQUESTS = 600
_WORLD = "MAFUZZWORLDSTANDING0"


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzer]:
    """A fuzzer with a server of its own."""
    with served(tmp_path_factory.mktemp("fuzz")) as fuzzer:
        yield fuzzer


def test_nothing_that_is_sent_breaks_the_server(fuzzer: Fuzzer) -> None:
    """No 500, no traceback, no refusal that changes the world."""
    found = fuzz(fuzzer, seed=_SEED, requests=_REQUESTS)

    assert found is None, report(fuzzer, *found, seed=_SEED)


def test_seed_makes_the_same_requests() -> None:
    """A failure is had again by its seed; another seed sends others."""
    sent = [[Requests(Random(seed)).about(_WORLD, Known()) for _ in range(1)] for seed in (1, 1, 2)]

    assert sent[0] == sent[1] != sent[2]


def test_answer_of_500_is_a_failure(fuzzer: Fuzzer) -> None:
    """Whatever it comes from: here a fault that was placed for it."""
    fuzzer.begin()
    fault = Request(_WORLD, "POST", f"/_emulator/worlds/{_WORLD}/faults", b'{"status": 500}')
    asked = Request(_WORLD, "GET", f"/v1/Account/{_WORLD}/Masking/Session/")

    assert fuzzer.tried(fault) is None
    failure = fuzzer.tried(asked)
    assert failure is not None
    assert "the answer is 500" in failure.what


@pytest.mark.parametrize(
    ("status", "before", "after"), [(200, {}, {"a": 1}), (404, {"a": 1}, {"a": 1}), (404, None, {})]
)
def test_other_states_are_no_failure(status: int, before: object, after: object) -> None:
    """A request that was done may change everything, and where time runs nothing is compared."""
    assert changed_by_refusal(Request(_WORLD, "GET", "/"), status, before, after) is None


def test_refusal_that_changes_something_is_a_failure() -> None:
    """It is named with the place of the change."""
    failure = changed_by_refusal(Request(_WORLD, "GET", "/"), 404, {"a": {"b": 1}, "c": 1}, {"a": {"b": 2}, "c": 1})

    assert failure is not None
    assert "refused with 404, and a.b was 1 and is 2" == failure.what


def test_traceback_on_stderr_is_a_failure(fuzzer: Fuzzer) -> None:
    """Also where the answer is right."""
    fuzzer.begin()
    with fuzzer.stderr.open("a") as said:
        said.write("Traceback (most recent call last):\n")
    failure = fuzzer.tried(Request(_WORLD, "GET", "/_emulator/health"))

    assert failure is not None
    assert "stderr has a traceback" in failure.what


def test_failure_is_shrunk_and_printed_for_a_shell(fuzzer: Fuzzer) -> None:
    """Of many requests the two that it takes are left."""
    harmless = Request(_WORLD, "GET", f"/_emulator/worlds/{_WORLD}")
    fault = Request(_WORLD, "POST", f"/_emulator/worlds/{_WORLD}/faults", b'{"status": 500}')
    asked = Request(_WORLD, "GET", f"/v1/Account/{_WORLD}/Masking/Session/")
    kept = shrunk(fuzzer, [harmless] * 20 + [fault] + [harmless] * 20 + [asked])
    said = report(fuzzer, Failure("it is wrong", asked), kept, seed=5)

    assert [fault, asked] == kept
    assert said.startswith("seed 5: it is wrong\n")
    assert 4 == len(said.splitlines())
    assert f"curl -sS -X GET -u {_WORLD}:token" in said
