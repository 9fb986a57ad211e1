"""`make sdk-labs` plays the story of SDKs that CI cannot have, and says which ones it had to leave out."""

import os
import subprocess
import sys
from typing import Any, Final

import pytest

from tests.sdk import story
from tests.sdk.ways import ROOT, WAYS

_TIMEOUT_S: Final = 120


@pytest.mark.parametrize("sdk", ["php", "dotnet"])
def test_sdk_that_is_not_here_is_skipped_by_name(sdk: str) -> None:
    """With what it takes, and no failure."""
    environment = {name: value for name, value in os.environ.items() if name != "PLIVO_PHP_AUTOLOAD"}
    command = [sys.executable, "-m", "tests.sdk.labs", sdk]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
    )
    (way,) = [way for way in WAYS if way.name == sdk]

    assert (0, f"{way.client}: skipped: needs {way.lab_needs}\n") == (done.returncode, done.stdout)


def _story() -> dict[str, dict[str, Any]]:
    """A story as Go tells it."""
    told: dict[str, dict[str, Any]] = {part: dict(facts) for part, facts in story.FACTS.items()}
    told["refused"] = {}
    for (part, name), text in story.REFUSALS.items():
        told[part][name] = ["*errors.errorString", text]
    told["refused"] |= {
        "500 twice": ["Session created"],
        "500 three times": [],
        "dropped": ["*url.Error", "EOF"],
        "malformed": ["*json.SyntaxError", "unexpected end"],
    }
    return told


def test_story_as_it_has_to_be_has_no_failures() -> None:
    """All that was asked for, and nothing else."""
    assert [] == story.failures("go", _story())


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("sessions", "duration", 1800),
        ("refused", "unknown", ["*errors.errorString", "another text"]),
        ("refused", "unknown", ["*url.Error", "not found"]),
        ("refused", "500 three times", ["*errors.errorString", "Internal server error."]),
        ("sessions", "more", True),
    ],
)
def test_what_differs_is_named(part: str, name: str, value: Any) -> None:
    """A fact, a text, an exception, a fault that was mended, and what nobody asked for."""
    told = _story()
    told[part][name] = value
    (failure,) = story.failures("go", told)

    assert failure.startswith(f"{part} {name}: ")


def test_what_was_not_told_is_a_failure() -> None:
    """A story that ends early does not pass."""
    told = _story()
    del told["numbers"]

    assert ["numbers all", "numbers indian", "numbers one", "numbers none"] == [
        failure.partition(":")[0] for failure in story.failures("go", told)
    ]
