"""`make sdk-labs`: every official SDK plays the story inside `run`, also those that CI cannot have.

What cannot be had on this machine is skipped by name, with what it takes. What was run of SDKs that no test runs is
noted in `fixtures/dropin.json`, from which the table of ways is made. The exit code is 1 where a check failed.

`python -m tests.sdk.labs NAME…` plays only these ways.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from tests.sdk import story
from tests.sdk.ways import LAB, WAYS, Proof, Way, write
from tests.shell.process import run_in

_TIMEOUT_S: Final = 240

_WAYS: Final = [way for way in WAYS if way.lab or way.lab_needs or way.name in story.STORYTELLERS]


def main(names: Sequence[str]) -> int:
    """Play the story of each, print a line or more about it, note what only labs run."""
    failed = False
    noted: dict[str, Proof] = {}
    for way in _WAYS:
        if names and way.name not in names:
            continue
        version = _version(way)
        if version is None:
            print(f"{way.client}: skipped: needs {way.lab_needs or way.command[0]}")
            continue
        wrong = list(_failures(way))
        passed = max(story.checks() - len(wrong), 0)
        print(f"{way.client}: {passed} of {story.checks()} ({version})", *(f"  {line}" for line in wrong), sep="\n")
        failed = failed or bool(wrong)
        if way.lab:
            noted[f"{way.name}{LAB}"] = Proof(version, datetime.now(UTC).date().isoformat(), passed)
    if noted:
        write(noted)
    return 1 if failed else 0


def _version(way: Way) -> str | None:
    """The versions of the SDK and of its language; None where one of them is not here."""
    command = [*way.lab, "version"] if way.lab else way.version
    if not command:
        return None
    try:
        done = subprocess.run(command, cwd=way.folder, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.splitlines()[-1] if done.returncode == 0 and done.stdout.strip() else None


def _failures(way: Way) -> Iterator[str]:
    done = run_in(way.folder, "run", "--", *(way.lab or way.command))
    if done.returncode != 0:
        yield f"ended with {done.returncode}: {done.stderr.strip()[-400:]}"
        return
    yield from story.failures(way.name, story.told(done.stdout))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
