"""The ways of each SDK to the emulator without a change of code: a table that tests walk and the documents show.

`fixtures/dropin.json` says with which versions each way was last proved, when, and in how many checks. `make golden`
writes it, and `make sdk-labs` what it ran of SDKs that CI cannot have, under the name of the way and `LAB`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import which
from typing import Final

from masking_emulator.interception.environment import EmulatorAccess, variables

ROOT: Final = Path(__file__).parents[2]

#: How long a program may run, in seconds; some compile before.
TIMEOUT_S: Final = 240

#: What follows the name of a way in the file where a lab was run.
LAB: Final = "-lab"

PROVED: Final = ROOT / "fixtures" / "dropin.json"

_PROGRAMS: Final = ROOT / "tests" / "sdk" / "programs"
_NODE: Final = ROOT / "tests" / "node"
_GO: Final = ROOT / "tests" / "go"
JAVA: Final = ROOT / "tests" / "java" / "target"
JAVA_SDK: Final = ["java", "-cp", os.pathsep.join([str(JAVA / "classes"), str(JAVA / "libraries" / "*")])]

_NODE_SDK_VERSION: Final = "`plivo ${require(process.argv[1]).version} on Node ${process.version}`"
_PYTHON_SDK_VERSION: Final = """
from platform import python_version
from plivo.version import __version__
print("plivo", __version__, "on Python", python_version())
"""

_LIFE: Final = "the SDK itself: every masking method, calls, recordings, numbers, every error"
_BELOW: Final = "one request by the HTTP client below the SDK; the SDK itself by hand"
_ITSELF: Final = "one request"


@dataclass(frozen=True, slots=True)
class Way:
    """One client: what leads it here, what that takes, what proves it. A way without a command is not run.

    `folder` is where the command is run. `lab` plays the story of an SDK that CI cannot have, for `make sdk-labs`, and
    `lab_needs` is what it takes; `by_hand` what a maintainer saw of an SDK that not even that has.
    """

    name: str
    client: str
    variables: str
    takes: str
    proof: str
    command: Sequence[str] = ()
    version: Sequence[str] = ()
    folder: Path | None = None
    lab: Sequence[str] = ()
    lab_needs: str = ""
    by_hand: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """The last run of a way: with which versions, on which day (ISO), and how many checks passed."""

    version: str
    day: str
    checks: int


def _program(name: str) -> str:
    return str(_PROGRAMS / name)


WAYS: Final[Sequence[Way]] = (
    Way(
        "python-sdk",
        "Python SDK",
        "`PYTHONPATH`: a start-up shim, as the SDK reads no variable",
        "not `python -I` or `-E`, which ignore `PYTHONPATH`",
        _LIFE,
        [sys.executable, _program("life.py")],
        [sys.executable, "-c", _PYTHON_SDK_VERSION],
    ),
    Way(
        "node-sdk",
        "Node SDK",
        "`HTTPS_PROXY`, `NODE_EXTRA_CA_CERTS`",
        "nothing",
        _LIFE,
        ["node", str(_NODE / "life.cjs")],
        ["node", "-p", _NODE_SDK_VERSION, str(_NODE / "node_modules" / "plivo" / "package.json")],
    ),
    Way(
        "go",
        "Go SDK",
        "`HTTPS_PROXY`, `SSL_CERT_FILE`",
        "Linux; on macOS and Windows, Go reads the system's store only",
        _LIFE,
        ["go", "run", "./life"],
        ["go", "run", "./life", "version"],
        folder=_GO,
    ),
    Way(
        "ruby",
        "Ruby SDK",
        "`HTTPS_PROXY`, `SSL_CERT_FILE`",
        "nothing",
        _BELOW,
        ["ruby", _program("create.rb")],
        ["ruby", "-e", 'puts "Ruby #{RUBY_VERSION}"'],
        lab=["ruby", _program("life.rb")],
        lab_needs="Ruby and the gem plivo, or RUBYLIB with its sources and those of Faraday",
    ),
    Way(
        "php",
        "PHP SDK",
        "`HTTPS_PROXY`, `PHP_INI_SCAN_DIR`",
        "not `php -n`, which reads no ini file",
        _BELOW,
        ["php", _program("create.php")],
        ["php", "-r", "echo 'PHP ', PHP_VERSION;"],
        lab=["php", _program("life.php")],
        lab_needs="PHP and plivo/php-sdk, with PLIVO_PHP_AUTOLOAD naming its vendor/autoload.php",
    ),
    Way(
        "java",
        "Java SDK",
        "`JAVA_TOOL_OPTIONS`: proxy and trust store",
        "a line of Java's on stderr that says so",
        _LIFE,
        [*JAVA_SDK, "Life"],
        [*JAVA_SDK, "Life", "version"],
    ),
    Way(
        "dotnet",
        ".NET SDK",
        "nothing: **unchanged, under `run` too, it reaches the real service**",
        (
            "one of three: a hosts entry with `serve --tls-port 443` (last row); "
            '`new PlivoApi(id, token, "http://127.0.0.1", port)` with the port of `HTTPS_PROXY`; '
            "the line for plain HTTP below"
        ),
        "",
        lab_needs=".NET and the SDK from its registry, for which there is no program yet",
        by_hand="plivo 5.53.0 on .NET Core 3.1.23, by the line for plain HTTP: 41 of 44 on 2026-11-25",
    ),
    Way(
        "requests",
        "requests",
        "`HTTPS_PROXY`, `REQUESTS_CA_BUNDLE`",
        "nothing",
        _ITSELF,
        [sys.executable, _program("create_requests.py")],
        [sys.executable, "-c", "import requests; print('requests', requests.__version__)"],
    ),
    Way(
        "httpx",
        "httpx",
        "`HTTPS_PROXY`, `SSL_CERT_FILE`",
        "nothing",
        _ITSELF,
        [sys.executable, _program("create_httpx.py")],
        [sys.executable, "-c", "import httpx; print('httpx', httpx.__version__)"],
    ),
    Way(
        "fetch",
        "fetch in Node",
        "`NODE_USE_ENV_PROXY`; before Node 22.21, `NODE_OPTIONS` with a preload",
        "with `serve`, a `--tls-port` for the preload",
        _ITSELF,
        ["node", _program("create_fetch.mjs")],
        ["node", "-p", "`Node ${process.version}`"],
    ),
    Way(
        "curl",
        "curl",
        "`HTTPS_PROXY`, `CURL_CA_BUNDLE`",
        "nothing",
        _ITSELF,
        ["sh", _program("create_curl.sh")],
        ["curl", "--version"],
    ),
    Way(
        "http-client-python",
        "`http.client` and `aiohttp` in Python",
        "nothing, as they read no variable: **they reach the real service**",
        "`aiohttp.ClientSession(trust_env=True)`; `http.client` by a hosts entry (last row)",
        "",
    ),
    Way(
        "fetch-elsewhere",
        "fetch in Node before 22.21, to other hosts than Plivo's",
        "nothing, as it reads no variable: **it reaches those hosts**",
        "a newer Node, which reads `HTTPS_PROXY`; the proxy then refuses hosts that `--allow-host` does not name",
        "",
    ),
    Way(
        "hosts-entry",
        "any, by a hosts entry or a container alias",
        "`serve --tls-port 443`, and the certificate trusted",
        "the right to use port 443; `masking-emulator certificate install-help` says how to trust",
        "one request by curl, sent to the TLS port",
        ["sh", _program("create_hosts_entry.sh")],
        ["curl", "--version"],
    ),
)


def needed(way: Way) -> str:
    """What has to be installed before the command of a way can be run; "" where it is."""
    if which(way.command[0]) is None:
        return f"needs {way.command[0]}"
    if "node_modules" in " ".join(way.version) and not (Path(way.command[1]).parent / "node_modules").is_dir():
        return "needs `npm install --prefix tests/node`"
    if way.name == "java" and not (JAVA / "libraries").is_dir():
        return "needs `mvn -f tests/java/pom.xml package`"
    return ""


def run_with(way: Way, access: EmulatorAccess) -> "subprocess.CompletedProcess[str]":
    """The way's command, led by the variables of this access, to its end."""
    return subprocess.run(
        way.command,
        env={**os.environ, **variables(access, os.environ)},
        cwd=way.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )


def proved() -> Mapping[str, Proof]:
    """Name of a way → how its test last ran."""
    found = json.loads(PROVED.read_text(encoding="utf-8"))
    return {name: Proof(**each) for name, each in found.items()}


def write(ran: Mapping[str, Proof]) -> None:
    """Note what was run, beside what was not."""
    proofs = {name: asdict(proof) for name, proof in {**proved(), **ran}.items()}
    PROVED.write_text(json.dumps(proofs, indent=2, sort_keys=True) + "\n", encoding="utf-8")
