"""Shells: one environment written for each that can read one. A table of names and writers.

A value may hold blanks, quotes and dollars, as a user's folder may; each writer quotes as its reader unquotes.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

EnvironmentWriter = Callable[[Mapping[str, str], Sequence[Path]], str]


def write(variables: Mapping[str, str], *, form: str, mounts: Sequence[Path]) -> str:
    """The environment in this form; `mounts` are the folders that it names. A form that there is not is a KeyError."""
    return FORMS[form](variables, mounts)


def _lines(line: Callable[[str, str], str]) -> EnvironmentWriter:
    return lambda variables, _: "".join(f"{line(name, value)}\n" for name, value in variables.items())


def _sh(name: str, value: str) -> str:
    quoted = value.replace("'", "'\\''")
    return f"export {name}='{quoted}'"


def _fish(name: str, value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{quoted}'"


def _powershell(name: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"$Env:{name} = '{quoted}'"


def _dotenv(name: str, value: str) -> str:
    """Single quotes: most readers expand nothing inside; what has one of its own gets double ones."""
    if "'" not in value:
        return f"{name}='{value}'"
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'{name}="{quoted}"'


def _compose(variables: Mapping[str, str], mounts: Sequence[Path]) -> str:
    """A part of a service, in YAML. The folders have the same path inside, so that the variables hold there too."""
    named = [f"  {name}: {_scalar(value)}" for name, value in variables.items()]
    mounted = [
        f"  - {{type: bind, source: {_scalar(path)}, target: {_scalar(path)}, read_only: true}}" for path in mounts
    ]
    hosts = ["extra_hosts:", '  - "host.docker.internal:host-gateway"']
    return "\n".join(["environment:", *named, "volumes:", *mounted, *hosts, ""])


def _scalar(value: object) -> str:
    """A dollar is doubled, because compose replaces variables in every value."""
    return json.dumps(str(value).replace("$", "$$"), ensure_ascii=False)


def _github(variables: Mapping[str, str], _: Sequence[Path]) -> str:
    """Lines for `$GITHUB_ENV`, which are read as they are; no value of ours has a line end.

    GitHub fails a step that sets one of some variables for later ones; those are left out.
    """
    return "".join(f"{name}={value}\n" for name, value in variables.items() if name not in _NOT_AT_GITHUB)


#: Source: GitHub's "Workflow commands for GitHub Actions", setting an environment variable.
_NOT_AT_GITHUB: Final = ("NODE_OPTIONS",)

#: The name of each form, and what writes it.
FORMS: Final[Mapping[str, EnvironmentWriter]] = {
    "sh": _lines(_sh),
    "fish": _lines(_fish),
    "powershell": _lines(_powershell),
    "dotenv": _lines(_dotenv),
    "github": _github,
    "compose": _compose,
}
