"""Faults without a server: what is counted, drawn and limited, for any numbers."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core.chance import Chance
from masking_emulator.core.instants import SECOND_US
from masking_emulator.traffic.fault import BadFault, fault_of
from masking_emulator.traffic.placed import FaultList
from masking_emulator.traffic.requests import ApiRequest
from masking_emulator.world.file import world_of
from masking_emulator.world.spec import BadWorld


def request(operation: str | None = "list_sessions", account: str = "MA") -> ApiRequest:
    """A request of this operation by this account."""
    path = "/v1/Account/MA/Masking/Session"
    return ApiRequest("GET", path, path.encode(), b"", (), 0, 0.0, account=account, operation=operation)


def outcomes(given: dict[str, Any], instants: list[int], *, seed: int = 1) -> list[bool]:
    """Whether a request at each of the instants meets the fault."""
    faults, chance = FaultList([fault_of(given)], now=0, rate_limited=False), Chance(seed)
    return [bool(faults.met_by(request(), instant, chance)) for instant in instants]


@given(skip=st.integers(0, 8), count=st.integers(1, 8), requests=st.integers(0, 20))
def test_skip_and_count_cut_out_one_run(skip: int, count: int, requests: int) -> None:
    """The first pass, the next meet it, the rest pass again."""
    met = outcomes({"status": 500, "skip": skip, "count": count}, [0] * requests)

    assert [skip <= place < skip + count for place in range(requests)] == met


@given(chance=st.floats(0, 1), seed=st.integers(0, 99), count=st.integers(1, 5))
def test_chance_draws_the_same_for_the_same_seed(chance: float, seed: int, count: int) -> None:
    """0 is never, 1 is always, and a count bounds what was drawn."""
    given = {"status": 500, "chance": chance, "count": count}
    met = outcomes(given, [0] * 30, seed=seed)

    assert met == outcomes(given, [0] * 30, seed=seed)
    assert sum(met) <= count
    assert chance != 0 or not any(met)
    assert chance != 1 or met == [place < count for place in range(30)]


@given(
    most=st.integers(1, 5),
    span=st.integers(1, 20),
    steps=st.lists(st.integers(0, 10), max_size=40),
)
def test_limit_is_never_passed_in_any_span(most: int, span: int, steps: list[int]) -> None:
    """Of those that pass, no span holds more than the limit; and what is refused had to be."""
    instants, now = [], 0
    for step in steps:
        now += step * SECOND_US
        instants.append(now)
    met = outcomes({"limit": {"requests": most, "per_s": span}}, instants)
    passed: list[int] = []
    for instant, refused in zip(instants, met, strict=True):
        full = sum(instant - span * SECOND_US < earlier for earlier in passed) >= most
        assert full is refused
        if not refused:
            passed.append(instant)


@given(begin=st.integers(0, 20), lasts=st.integers(1, 20), at=st.integers(0, 50))
def test_window_is_half_open(begin: int, lasts: int, at: int) -> None:
    """From its first instant up to, and not including, its last."""
    given = {"status": 500, "from": f"1970-01-01T00:00:{begin:02}Z", "for_s": lasts}

    assert [begin <= at < begin + lasts] == outcomes(given, [at * SECOND_US])


def test_copy_goes_on_where_the_first_stood() -> None:
    """Counts and limits are copied, and then each has its own."""
    faults, chance = FaultList([fault_of({"status": 500, "count": 2})], now=0, rate_limited=True), Chance(1)
    faults.met_by(request(), 0, chance)
    twin = faults.copy()
    alone = [[placed.name for placed in faults.met_by(request(), 0, chance)] for _ in range(2)]

    assert [["fault-1"], []] == alone
    assert [["fault-1"], []] == [[placed.name for placed in twin.met_by(request(), 0, chance)] for _ in range(2)]
    assert "fault-2" == twin.add(fault_of({"status": 500}), 0).name


def test_world_file_has_instants_and_whole_numbers() -> None:
    """TOML writes instants without quotes, and 3.0 is a whole number in JSON Schema."""
    spec = world_of(tomllib.loads("[[faults]]\nstatus = 503.0\ncount = 3\nfrom = 2026-01-01T00:00:00Z\n"))

    assert (503, 1_767_225_600 * SECOND_US) == (spec.faults[0].status, spec.faults[0].begins)


@pytest.mark.parametrize("name", ["delay_s", "chance", "for_s"])
def test_nan_is_no_number(name: str) -> None:
    """TOML has it, and it is within every range."""
    with pytest.raises(BadWorld, match=rf"faults\[0\]\.{name}: nan is not a number"):
        world_of(tomllib.loads(f"[[faults]]\nstatus = 500\n{name} = nan\n"))
    with pytest.raises(BadFault, match=r"limit\.per_s: nan is not a number"):
        fault_of({"limit": {"requests": 1, "per_s": float("nan")}})
