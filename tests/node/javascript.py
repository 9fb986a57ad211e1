"""The house's JavaScript and TypeScript: formatted and linted by Biome, types checked by TypeScript; writes no source.

`python -m tests.node.javascript` checks, with `--write` it formats. The tools come from npm, at the versions that
`package.json` beside this file pins. Without them nothing is checked: a plain sentence says so, and the exit code is 0.
With MASKING_EMULATOR_NO_SKIPS=1 it is 1.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.node import package

FOLDER: Final = Path(__file__).parent
ROOT: Final = FOLDER.parents[1]

#: What npm puts the commands into.
TOOLS: Final = FOLDER / "node_modules" / ".bin"

#: Where scripts, style sheets and markup of ours lie.
SOURCES: Final = (
    "emulator/masking_emulator/console",
    "emulator/masking_emulator/interception/shim",
    "emulator/typescript",
    "tests/node",
)


def commands(*, write: bool) -> Sequence[Sequence[str]]:
    """What is run, in order."""
    config = str(FOLDER / "biome.config.json")
    biome = ("biome", "check", "--config-path", config, "--error-on-warnings")
    return (
        (*biome, *(["--write"] if write else []), *SOURCES),
        ("tsc", "--project", str(FOLDER / "tsconfig.json")),
    )


def _client(environment: Mapping[str, str]) -> int:
    """Check the types of the client for TypeScript, with its own TypeScript, whose types of the control API are new."""
    reason = package.missing()
    if reason is not None:
        sys.stderr.write(f"TypeScript was not checked, {reason}\n")
        return int(environment.get("MASKING_EMULATOR_NO_SKIPS") == "1")
    package.write_types()
    command = ["node", str(package.TSC), "--project", str(package.PACKAGE / "tsconfig.json"), "--noEmit"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def missing(tools: Path = TOOLS) -> str | None:
    """Why nothing can be checked here, and what to do; None where everything is there."""
    if all((tools / command[0]).exists() for command in commands(write=False)):
        return None
    install = "npm install --prefix tests/node --no-package-lock"
    return f"biome and tsc are not installed: {install}" if shutil.which("npm") else f"there is no npm: {install}"


def check(*, write: bool = False, tools: Path = TOOLS, environment: Mapping[str, str] = os.environ) -> int:
    """Run every command, the later ones too where one finds something; 0 where all are content."""
    reason = missing(tools)
    if reason is not None:
        strict = environment.get("MASKING_EMULATOR_NO_SKIPS") == "1"
        sys.stderr.write(f"JavaScript was not checked, {reason}\n")
        return int(strict)
    codes = [
        subprocess.run([str(tools / command[0]), *command[1:]], cwd=ROOT, check=False).returncode
        for command in commands(write=write)
    ]
    return int(any([*codes, _client(environment)]))


if __name__ == "__main__":
    sys.exit(check(write="--write" in sys.argv[1:]))
