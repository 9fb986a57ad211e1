"""The image and the compose file: what needs a Docker engine runs where there is one, everything else everywhere."""

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import yaml
from masking_emulator.interception.environment import SHIM
from masking_emulator.server.thread import ServerThread

from tests.reference.commands import NAME, every_command

ROOT: Final = Path(__file__).parent.parent
FOLDER: Final = ROOT / "fixtures" / "compose"
DOCKERFILE: Final = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
TIMEOUT_S: Final = 120
BUILD_TIMEOUT_S: Final = 900


@cache
def _compose() -> Any:
    return yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))


def _engine() -> bool:
    """Whether a Docker engine answers."""
    docker = which("docker")
    return docker is not None and 0 == subprocess.run([docker, "info"], capture_output=True, check=False).returncode


def _run(*command: str, timeout_s: int = TIMEOUT_S, **variables: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MASKING_EMULATOR_URL")}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**kept, "PATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="hadolint comes with the development extra on Linux only")
def test_dockerfile_has_no_findings() -> None:
    """hadolint knows the usual mistakes of images and of the shell in them."""
    assert "" == _run("hadolint", str(FOLDER / "Dockerfile"))


def test_image_is_built_where_docker_is_found() -> None:
    """With an engine the image is built and says its version; without one its instructions are looked at."""
    if _engine():
        build = ("build", "-f", str(FOLDER / "Dockerfile"), "-t", "masking-emulator:tested", str(ROOT))
        _run("docker", *build, timeout_s=BUILD_TIMEOUT_S)
        assert "version" in _run("docker", "run", "--rm", "masking-emulator:tested", "--version")
    instructions = re.findall(r"^([A-Z]+) ", DOCKERFILE, flags=re.MULTILINE)

    assert instructions.index("USER") < instructions.index("ENTRYPOINT")
    assert "EXPOSE 8080 8081 8443" in DOCKERFILE
    assert all(
        (ROOT / name).exists()
        for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.M)
        for name in line.split()
    )


def test_commands_of_the_image_are_ours() -> None:
    """The verbs of the health check and of the default command have the options that are given to them."""
    commands = [
        shlex.split(found.replace('", "', " ").strip('[]"')) for found in re.findall(r"CMD (\[.+\])$", DOCKERFILE, re.M)
    ]
    check, serve = commands
    verbs = dict(every_command())

    assert ("masking-emulator", "wait") == tuple(check[:2])
    assert "serve" == serve[0]
    for verb, *words in (check[1:], serve):
        known = {option for parameter in verbs[f"{NAME} {verb}"].params for option in parameter.opts}
        assert set() == {word for word in words if word.startswith("--")} - known


def test_shim_is_where_the_compose_file_mounts_it() -> None:
    """The folder in the image: its Python's version, and where the package keeps the shim."""
    (version,) = set(re.findall(r"^FROM python:(\d+\.\d+)-slim", DOCKERFILE, re.M))
    below = SHIM.relative_to(ROOT / "emulator").as_posix()
    mounted = {
        volume for service in _compose()["services"].values() for volume in service["volumes"] if "shim" in volume
    }

    place = f"/opt/masking-emulator/lib/python{version}/site-packages/{below}"
    assert {f"shim:{place}", f"shim:{place}:ro"} == mounted


def test_services_wait_for_one_another() -> None:
    """The environment is written once the emulator is healthy, and the program starts once it is written."""
    services = _compose()["services"]

    assert {"emulator": {"condition": "service_healthy"}} == services["environment"]["depends_on"]
    assert {"environment": {"condition": "service_completed_successfully"}} == services["app"]["depends_on"]
    assert "http://emulator:8080" == services["environment"]["environment"]["MASKING_EMULATOR_URL"]


def test_program_of_the_compose_file_reaches_the_emulator(tmp_path: Path) -> None:
    """The commands of the services, one after the other, with this machine in the place of the containers."""
    services = _compose()["services"]
    (write,) = services["environment"]["command"]
    shell, option, start = services["app"]["command"]
    with ServerThread(proxy_port=0, tls_port=0) as emulator:
        _run("sh", "-c", write.replace("/emulator/", f"{tmp_path}/"), MASKING_EMULATOR_URL=emulator.url)
        here = start.replace("pip install --quiet plivo && ", "").replace("/emulator/", f"{tmp_path}/")
        printed = _run(shell, option, f"cd {shlex.quote(str(FOLDER))} && {here}")

        assert "both call +14155550100" in printed
        assert str(urlsplit(emulator.url).port) in (tmp_path / "env.sh").read_text(encoding="utf-8")
        assert 1 == len(emulator.control.get(f"{emulator.control.world(None)}/requests")["requests"])


def test_port_of_make_run_can_be_chosen() -> None:
    """`make run PORT=9000` serves there."""
    assert "serve --port 9000" in _run("make", "--dry-run", "run", "PORT=9000")
    assert "serve --port 8080" in _run("make", "--dry-run", "run")
    assert "make run PORT=9000" in _run("make", "--dry-run", "run")
