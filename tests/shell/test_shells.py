"""Shells: what is written comes back as it was, however odd, in each reader that this machine has."""

import json
import os
import re
import subprocess
from pathlib import Path
from shutil import which
from typing import Final

import pytest
from masking_emulator.interception.shells import FORMS, write

_ODD: Final = {"ODD": 'it\'s "a" $HOME `x` \\n \\ % # é', "PLAIN": "http://127.0.0.1:8081", "EMPTY": ""}

_NO_QUOTE: Final = {"ODD": 'a "b" $HOME \\ #', "PLAIN": "x"}


@pytest.mark.parametrize(("form", "shell"), [("sh", "sh"), ("sh", "bash"), ("fish", "fish")])
def test_shells_read_back_what_was_written(form: str, shell: str) -> None:
    """Nothing is expanded, split or lost."""
    program = which(shell)
    if program is None:
        pytest.skip(f"needs {shell}")
    script = write(_ODD, form=form, mounts=()) + 'printf "%s\\n" "$ODD" "$PLAIN" "$EMPTY"'
    done = subprocess.run([program, "-c", script], capture_output=True, text=True, check=True, env={"PATH": os.defpath})

    assert [*_ODD.values()] == done.stdout.splitlines()


def test_powershell_quotes_by_doubling() -> None:
    """Nothing is expanded in single quotes, and one of them is written twice."""
    assert "$Env:A = 'it''s $x'\n" == write({"A": "it's $x"}, form="powershell", mounts=())


def test_dotenv_quotes_singly_where_it_can() -> None:
    """Readers agree on single quotes; with one inside, on escapes in double ones."""
    assert "ODD='a \"b\" $HOME \\ #'\nPLAIN='x'\n" == write(_NO_QUOTE, form="dotenv", mounts=())
    assert 'A="it\'s \\"\\$x\\""\n' == write({"A": 'it\'s "$x"'}, form="dotenv", mounts=())


def test_github_gets_plain_lines() -> None:
    """Its file of variables knows no quotes."""
    assert "A=b 'c' $d\n" == write({"A": "b 'c' $d"}, form="github", mounts=())


def test_github_is_not_given_what_it_refuses() -> None:
    """A step that sets NODE_OPTIONS for later ones fails there."""
    assert "A=b\n" == write({"NODE_OPTIONS": "--require x", "A": "b"}, form="github", mounts=())


def test_compose_gets_a_part_of_a_service() -> None:
    """YAML whose scalars are JSON, dollars doubled; the folders are mounted where the variables say."""
    text = write({"A": "b $c", "D": "e"}, form="compose", mounts=[Path("/my cache/trust")])
    environment, _, rest = text.partition("volumes:\n")

    assert {"A": "b $$c", "D": "e"} == {
        name: json.loads(value) for name, value in re.findall(r"^  (\w+): (.*)$", environment, flags=re.MULTILINE)
    }
    assert '{type: bind, source: "/my cache/trust", target: "/my cache/trust", read_only: true}' in rest
    assert rest.endswith('extra_hosts:\n  - "host.docker.internal:host-gateway"\n')


def test_command_line_offers_every_form() -> None:
    """The choices of `env --format` are the table's rows, which the command line does not load."""
    from masking_emulator.cli import runs

    assert [*FORMS] == runs._FORMS
