"""The scenarios of `fixtures/scenarios` play as they are written."""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.scenario import play

_FOLDER: Final = Path(__file__).parent.parent / "fixtures" / "scenarios"
_SCENARIOS: Final = sorted(_FOLDER.glob("*.txt"))


def test_there_are_scenarios() -> None:
    """An empty folder would pass for the wrong reason."""
    assert _SCENARIOS, f"no scenario in {_FOLDER}"


@pytest.mark.parametrize("path", _SCENARIOS, ids=lambda path: path.stem)
def test_scenario_plays_as_written(path: Path) -> None:
    """Every command leaves the trace that the file shows; `make golden` writes the real one."""
    written = path.read_text(encoding="utf-8")
    played = play(written)
    if os.environ.get("MASKING_EMULATOR_GOLDEN") == "write":
        path.write_text(played, encoding="utf-8")
        return

    assert written == played, f"{path.name} plays differently: run `make golden`, read the diff"


def test_trace_that_is_wrong_is_played_right() -> None:
    """Playing rewrites the trace and keeps commands and comments."""
    scenario = "# A pool.\n\npool +14155550100\n----\nwrong\n\nwait 5\n----\n"

    expected = "# A pool.\n\npool +14155550100\n----\n12:00:00 added +14155550100 of owner 0, country +1\n\n"
    assert f"{expected}wait 5\n----\nnothing\n" == play(scenario)
