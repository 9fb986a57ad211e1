"""What a start of the emulator loads: everything else would make each start slower for those who do not need it."""

import re
import subprocess
import sys
from typing import Final

import pytest

from tests.shell.process import PATIENCE_S, run

#: What is loaded when somebody asks for it: libraries, and modules of ours with large tables.
_LATER: Final = {
    *("cryptography", "difflib", "http.server", "jsonschema", "mcp", "phonenumbers", "prometheus_client"),
    *("masking_emulator.control.answers", "masking_emulator.control.openapi", "masking_emulator.evidence"),
    *("masking_emulator.control.triggers", "masking_emulator.control.worlds", "masking_emulator.plivo.stories"),
    *("masking_emulator.agents.tools", "masking_emulator.plivo.ledger.allocation", "masking_emulator.report"),
    *("masking_emulator.interception.authority", "masking_emulator.testing"),
    *("masking_emulator.keeping", "masking_emulator.world.incoming"),
}


@pytest.mark.parametrize("words", [["serve", "--port", "0"], ["run", "--", "true"]], ids=["serve", "run"])
def test_start_loads_only_what_a_first_answer_needs(words: list[str]) -> None:
    """Up to the first answer of `serve`, and for a program that asks nothing."""
    run("run", "--", "true")  # makes the certificate and what trusts it, which needs a library once in a year
    command = [sys.executable, "-X", "importtime", "-m", "masking_emulator", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            if words[0] == "serve":
                assert process.stdout is not None
                process.stdout.readline()
                process.terminate()
            _, said = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    loaded = set(re.findall(r"^import time: .*\| +([\w.]+)$", said, flags=re.MULTILINE))

    assert "masking_emulator.core.engine" in loaded
    assert set() == {name for name in loaded for later in _LATER if name == later or name.startswith(f"{later}.")}
