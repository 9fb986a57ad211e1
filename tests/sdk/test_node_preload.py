"""The preload for Node: where it leads a connection to Plivo, in a real Node."""

import os
import subprocess
from shutil import which
from typing import Final

import pytest
from masking_emulator.interception.environment import SHIM

#: Connects as a client of https://api.plivo.com does, and says where to. Nothing has to listen there.
_PROGRAM: Final = """
const tls = require("node:tls");
const socket = tls.connect({ host: "api.plivo.com", port: 443 });
socket.on("connect", () => { console.log(socket.remoteAddress, socket.remotePort); socket.destroy(); });
socket.on("error", (error) => { if (error.port) console.log(error.address, error.port); });
"""


@pytest.mark.parametrize("port", [443, 1])
def test_connection_to_plivo_is_led_to_the_tls_port_whichever_it_is(port: int) -> None:
    """443 too, which a URL leaves out as its scheme has it anyway."""
    if which("node") is None:
        pytest.skip("needs node")
    variables = {**os.environ, "MASKING_EMULATOR_TLS_URL": f"https://127.0.0.1:{port}"}
    command = ["node", "--require", str(SHIM / "preload.cjs"), "-e", _PROGRAM]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=30)

    assert f"127.0.0.1 {port}" == done.stdout.strip(), done.stderr
