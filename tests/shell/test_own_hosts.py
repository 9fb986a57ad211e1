"""Host: a page that has its own name lead to this machine reads nothing and writes nothing, on any surface."""

import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from masking_emulator.control import PREFIX

from tests.plivo.ask import Api, ask
from tests.shell.asking import control
from tests.shell.process import DEMO, run, serving
from tests.shell.raw import said_to, status_of

_FOREIGN: Final = (
    "evil.example",
    "evil.example:8080",
    "EVIL.example.",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "api.plivo.com.evil.example",
    "evilplivo.com",
    "docker.internal.evil.example",
    "a-name-that-leads-nowhere",
    "93.184.216.34",
    "",
)

_OURS: Final = (
    "127.0.0.1",
    "127.0.0.1:1",
    "127.9.9.9",
    "[::1]:8080",
    "localhost:9",
    "LOCALHOST.",
    "app.localhost",
    "api.plivo.com",
    "api.plivo.com:443",
    "media.plivo.com",
    "0.0.0.0:8080",
    "host.docker.internal:8080",
    "host.containers.internal",
    "172.17.0.1:32768",
)


@pytest.mark.parametrize("host", _FOREIGN)
def test_control_api_and_console_answer_no_foreign_host(api: Api, host: str) -> None:
    """403 in their own form, with the option that would allow it; reading a token is refused as writing is."""
    asked = [("GET", "{w}"), ("POST", "{w}/reset"), ("GET", "/worlds"), ("GET", "/health"), ("GET", "/console/")]
    refused = [control(api, method, path, Host=host) for method, path in asked]

    assert [(403, "Host")] * len(asked) == [(reply.status, reply.json["field"]) for reply in refused]
    assert all("--control-host" in reply.json["error"] for reply in refused)
    assert not any(api.auth_token in reply.content.decode() for reply in refused)


@pytest.mark.parametrize("host", _FOREIGN)
def test_emulated_api_answers_no_foreign_host(api: Api, host: str) -> None:
    """421 in the vendor's form, the option in the reason; nothing is made, and the request is kept as unmatched."""
    refused = api.ask("POST", api.sessions, b"{}", headers={"Host": host})
    listed = control(api, "GET", "/requests/unmatched").json["requests"][-1]

    assert (421, "Misdirected request.") == (refused.status, refused.error)
    assert "--control-host" in refused.headers["x-emulator-reason"]
    assert (421, "POST") == (listed["status"], listed["method"])
    assert 0 == control(api, "GET", "{w}").json["sessions"]["kept"]


@pytest.mark.parametrize("host", _OURS)
def test_own_names_are_served(api: Api, host: str) -> None:
    """Loopback, Plivo's names, names of the machine around a container, private addresses: no page has them."""
    assert 200 == control(api, "GET", "{w}", Host=host).status
    assert 200 == control(api, "POST", "{w}/reset", Host=host).status
    assert 200 == api.ask("GET", api.sessions, headers={"Host": host}).status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET %b HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        (b"GET %b HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n", 400),
        (b"GET %b HTTP/1.1\r\nConnection: close\r\nHost: evil.example\r\nHost: 127.0.0.1\r\n\r\n", 400),
        (b"GET %b HTTP/1.0\r\n\r\n", 200),
    ],
    ids=["none", "second foreign", "first foreign", "none in HTTP/1.0"],
)
def test_request_has_one_host(api: Api, sent: bytes, status: int) -> None:
    """More than one could mean either. Clients of HTTP/1.0 name none, and no browser is among them."""
    assert status == status_of(said_to(api.url, sent % f"{PREFIX}/health".encode()))


def test_names_and_patterns_can_be_allowed() -> None:
    """By the option, as often as there are names."""
    with serving("--control-host", "Emulator.Example", "--control-host", "*.svc.cluster.local") as (_, url):
        statuses = {name: _status(url, name) for name in ("emulator.example:80", "a.b.svc.cluster.local", "b.example")}

    assert {"emulator.example:80": 200, "a.b.svc.cluster.local": 200, "b.example": 403} == statuses


def test_host_of_the_public_url_is_the_servers_own() -> None:
    """It is where clients reach the server, through a balancer that hands their Host on; on both surfaces."""
    with serving("--public-url", "http://Staging.Example:8080") as (_, url):
        statuses = {name: _status(url, name) for name in ("staging.example:8080", "staging.example", "b.example")}
        account = ask(url, "GET", "/v1/Account/", None, {"Host": "staging.example:8080"}).status

    assert {"staging.example:8080": 200, "staging.example": 200, "b.example": 403} == statuses
    assert 404 == account


def test_server_at_every_address_answers_to_those_of_its_machine() -> None:
    """With `--host 0.0.0.0`: to the address that it prints, to loopback, and to what the machine is called."""
    with serving("--host", "0.0.0.0") as (_, url):
        addresses = {"127.0.0.1", "0.0.0.0", _own_address()}
        statuses = {address: _status(url.replace("0.0.0.0", address), None) for address in addresses}

    assert dict.fromkeys(addresses, 200) == statuses


def test_service_of_a_network_is_reached_under_its_label() -> None:
    """A name without dots that leads to this machine, as docker compose gives one to each service."""
    label = socket.gethostname()
    if "." in label or _leads_elsewhere(label):
        pytest.skip("the machine's name does not lead to itself")
    with serving("--host", "0.0.0.0") as (_, url):
        statuses = {_status(url, f"{label}:8080"), _status(url, label.upper())}

    assert {200} == statuses


def _leads_elsewhere(label: str) -> bool:
    try:
        return not socket.getaddrinfo(label, None)
    except OSError:
        return True


def _own_address() -> str:
    """An address of this machine beside loopback, where it has one; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(asked.getsockname()[0])


def test_program_under_run_reaches_api_and_control_under_their_names(tmp_path: Path) -> None:
    """https://api.plivo.com by the proxy, and the control API by the variable."""
    program = tmp_path / "both.py"
    program.write_text(_BOTH, encoding="utf-8")
    done = run("run", "--", sys.executable, str(program))

    assert (0, "200 200\n") == (done.returncode, done.stdout), done.stderr


_BOTH: Final = """
import os, requests
account = os.environ["PLIVO_AUTH_ID"], os.environ["PLIVO_AUTH_TOKEN"]
api = requests.get(f"https://api.plivo.com/v1/Account/{account[0]}/Masking/Session/", auth=account)
control = requests.get(os.environ["MASKING_EMULATOR_URL"] + "/_emulator/health")
print(api.status_code, control.status_code)
"""


def _status(url: str, host: str | None) -> int:
    headers: Mapping[str, str] = {} if host is None else {"Host": host}
    return ask(url, "GET", f"{PREFIX}/worlds/{DEMO}", None, headers).status
