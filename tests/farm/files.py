"""The farm of `fixtures/farm`: HAProxy's file there is written by `make generated` from what the command uses."""

from pathlib import Path
from typing import Final

from masking_emulator.cli.balancer import BalancedServer, Balancer, configuration

FARM: Final = Path(__file__).parents[2] / "fixtures" / "farm"
_MEMBERS: Final = 4


def balancer_of_the_files() -> Balancer:
    """Four members as the compose file names them, each with a door of its own."""
    members = [
        BalancedServer(f"member_{n}", f"member_{n}:8080", f"http://%[req.hdr(host),host_only]:{8080 + n}/")
        for n in range(1, _MEMBERS + 1)
    ]
    doors = [f":{8080 + n}" for n in range(1, _MEMBERS + 1)]
    return Balancer(":8080", "127.0.0.1:1024", "/tmp/haproxy.sock", "/tmp/haproxy-inside.sock", members, doors)


def haproxy_file() -> str:
    """The text of `fixtures/farm/haproxy.cfg`."""
    return configuration(balancer_of_the_files())
