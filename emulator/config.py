"""Configuration: what `serve` and the client verbs were told. The only place that names what the environment may say.

Flags win over the environment, the environment over the defaults; click does the reading, by these names.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emulator.core.chance import Seed

#: Where a server is, for the verbs that talk to one.
URL_VARIABLE: Final = "MASKING_EMULATOR_URL"

#: Which world the verbs mean.
WORLD_VARIABLE: Final = "MASKING_EMULATOR_WORLD"

HOST_DEFAULT: Final = "127.0.0.1"
PORT_DEFAULT: Final = 8080


@dataclass(frozen=True, slots=True)
class ServeConfig:
    """Where to listen and which world to begin with. `port` 0 is any free one.

    `state` is the file that the world goes on from and is written to, `recording` the one for what it is asked.
    """

    host: str
    port: int
    world: str
    seed: Seed | None
    control_hosts: tuple[str, ...]
    log_format: str
    state: Path | None = None
    recording: Path | None = None


def server_url() -> str | None:
    """The server that the environment names; None where it names none."""
    return os.environ.get(URL_VARIABLE)
