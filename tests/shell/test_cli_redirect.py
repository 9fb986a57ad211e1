"""`env`, `doctor` and `certificate`, and `serve` with a proxy."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from masking_emulator.client import Control
from masking_emulator.interception.certificates import users_certificates
from masking_emulator.interception.doctor import examine
from masking_emulator.interception.environment import SHIM
from masking_emulator.server.thread import ServerThread

from tests.shell.process import COMMAND, PATIENCE_S, run, sentence

_DOCTOR: Final = " ".join([*COMMAND, "doctor"])


@pytest.fixture(scope="module")
def told(intercepting: ServerThread) -> dict[str, str]:
    """The environment that `env` prints for a server, as a program finds it."""
    lines = run("env", "--format", "github", "--url", intercepting.url).stdout.splitlines()
    return dict(each.split("=", 1) for each in lines)


def test_environment_is_json_where_asked(told: dict[str, str], intercepting: ServerThread) -> None:
    """For programs in any language: each variable with its value, those too that GitHub does not take."""
    found = json.loads(run("env", "--json", "--url", intercepting.url).stdout)["variables"]

    assert told.keys() <= found.keys()
    assert told["HTTPS_PROXY"] == found["HTTPS_PROXY"]
    assert "" == run("env", "--quiet", "--url", intercepting.url).stdout


def test_help_to_trust_and_schema_are_json_where_asked() -> None:
    """The text as one value; the schema is JSON anyway."""
    text = json.loads(run("certificate", "install-help", "--json").stdout)["text"]

    assert run("certificate", "install-help").stdout == f"{text}\n"
    assert run("world", "schema").stdout == run("world", "schema", "--json").stdout


def test_serve_tells_where_its_doors_are() -> None:
    """Behind what every ready line has."""
    command = [*COMMAND, "serve", "--port", "0", "--proxy-port", "0", "--tls-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        process.terminate()

    assert ["ready", "http", "world=demo", "proxy=http", "tls=https"] == [word.partition(":")[0] for word in ready]
    assert 0 == process.returncode


def test_serve_tells_programs_the_same() -> None:
    """One JSON object in one line, with what does not listen as null."""
    command = [*COMMAND, "serve", "--port", "0", "--proxy-port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline())
            health = Control(said["url"]).get("/health")
            process.terminate()
            rest, _ = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()

    assert {"url", "console", "auth_id", "auth_token", "world", "proxy_url", "tls_url"} == said.keys()
    assert ("ok", f"{said['url']}/", "demo", None, "") == (
        health["status"],
        said["console"],
        said["world"],
        said["tls_url"],
        rest,
    )
    assert said["proxy_url"].startswith("http://127.0.0.1:")


def test_taken_proxy_port_says_which_option(intercepting: ServerThread) -> None:
    """The sentence is about the option to change."""
    port = str(urlsplit(intercepting.sockets.proxy_url or "").port)

    assert f"127.0.0.1:{port}: the port is taken; choose another with --proxy-port" in sentence(
        run("serve", "--port", "0", "--proxy-port", port), 2
    )


def test_env_leads_a_shell_to_a_running_server(intercepting: ServerThread) -> None:
    """`eval` it, and all is well."""
    script = f'eval "$({" ".join(COMMAND)} env --url {intercepting.url})" && {_DOCTOR}'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stdout
    assert "ok     https://api.plivo.com/_emulator/health is the emulator, through the proxy" in done.stdout


def test_env_for_a_container_names_the_machine_outside(intercepting: ServerThread) -> None:
    """Not 127.0.0.1, which is the container itself, and nothing of this machine's own variables."""
    done = run("env", "--format", "compose", "--url", intercepting.url, PYTHONPATH="/mine", SSL_CERT_FILE="/mine.pem")

    assert (
        f'  HTTPS_PROXY: "http://host.docker.internal:{urlsplit(intercepting.sockets.proxy_url or "").port}"'
        in done.stdout
    )
    assert "/mine" not in done.stdout


def test_env_takes_the_servers_name_and_a_world(intercepting: ServerThread) -> None:
    """As a program on another machine sees them."""
    world = intercepting.control.post("/worlds", {})
    words = ("--host", "emulator.test", "--account", world["auth_id"], "--url", intercepting.url)
    printed = run("env", "--format", "dotenv", *words).stdout
    intercepting.control.delete(f"/worlds/{world['auth_id']}")

    assert f"MASKING_EMULATOR_URL='http://emulator.test:{urlsplit(intercepting.url).port}'\n" in printed
    assert f"PLIVO_AUTH_TOKEN='{world['auth_token']}'\n" in printed


def test_env_of_a_server_without_proxy_says_what_to_do(emulator: ServerThread) -> None:
    """Exit 2, and the option that is missing."""
    assert "has no proxy; start it with `serve --proxy-port 8081`" in sentence(run("env", "--url", emulator.url), 2)


def test_env_without_a_server_says_so() -> None:
    """Exit 3, as every verb."""
    assert "start one with `masking-emulator serve --proxy-port" in sentence(
        run("env", "--url", "http://127.0.0.1:9"), 3
    )


def test_env_of_an_unknown_world_is_refused(intercepting: ServerThread) -> None:
    """Exit 1, in the server's words."""
    assert "no world has the Auth ID 'MAX'" in sentence(run("env", "--url", intercepting.url, "--account", "MAX"), 1)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (
            "HTTPS_PROXY",
            "http://127.0.0.1:9",
            "wrong  HTTPS_PROXY is http://127.0.0.1:9, which is not",
        ),
        (
            "HTTPS_PROXY",
            "http://me:secret@proxy.example:3128",
            "wrong  HTTPS_PROXY is http://proxy.example:3128, which is not",
        ),
        ("https_proxy", "", "wrong  https_proxy is not set; `masking-emulator env` prints what to set"),
        ("https_proxy", "http://[", "wrong  https_proxy is http://[, which is not the server's proxy"),
        (
            "NO_PROXY",
            "a.example,.plivo.com",
            "wrong  NO_PROXY has '.plivo.com', so clients go to the real",
        ),
        ("SSL_CERT_FILE", "", "wrong  SSL_CERT_FILE is not set"),
        ("CURL_CA_BUNDLE", "/none.pem", "wrong  CURL_CA_BUNDLE names /none.pem, which is no file"),
        ("REQUESTS_CA_BUNDLE", __file__, "which lacks the server's certificate"),
        (
            "PLIVO_AUTH_ID",
            "MAREALREALREALREAL00",
            "note   PLIVO_AUTH_ID MAREALREALREALREAL00 is no world's",
        ),
        ("PYTHONPATH", "/mine", "note   python -I and python -E ignore PYTHONPATH"),
        ("PYTHONPATH", "/mine", "note   PYTHONPATH does not lead plivo-python here"),
        ("MASKING_EMULATOR_URL", "http://127.0.0.1:9", "wrong  no emulator answers at http://127.0.0.1:9"),
    ],
)
def test_doctor_says_what_is_wrong(told: dict[str, str], name: str, value: str, expected: str) -> None:
    """With one thing wrong in an environment that is right otherwise."""
    url = value if name == "MASKING_EMULATOR_URL" else told["MASKING_EMULATOR_URL"]
    findings = [f"{each.severity.value:<6} {each.sentence}" for each in examine({**told, name: value}, url)]

    assert any(expected in finding for finding in findings), findings


def test_status_says_what_leads_here(told: dict[str, str]) -> None:
    """The variables of `env`, each as far as it does."""
    variables = {**told, "PYTHONPATH": f"/mine{os.pathsep}{SHIM}", "NODE_OPTIONS": f'--secret=1 --require "{SHIM}/x"'}
    leading = json.loads(run("status", "--json", **variables).stdout)["environment"]

    assert leading == {
        "MASKING_EMULATOR_URL": told["MASKING_EMULATOR_URL"],
        **dict.fromkeys(("HTTPS_PROXY", "https_proxy"), told["HTTPS_PROXY"]),
        **dict.fromkeys(("PYTHONPATH", "NODE_OPTIONS"), str(SHIM)),
    }


def test_status_leaves_out_what_leads_elsewhere(told: dict[str, str]) -> None:
    """And shows no password of a proxy."""
    elsewhere = {
        "HTTPS_PROXY": f"http://me:secret@proxy.example:{urlsplit(told['HTTPS_PROXY']).port}",
        "https_proxy": told["HTTPS_PROXY"].replace("://", "://me:secret@"),
        "PYTHONPATH": "/mine",
        "NODE_OPTIONS": "--max-old-space-size=4096",
    }
    done = run("status", "--url", told["MASKING_EMULATOR_URL"], **elsewhere, MASKING_EMULATOR_URL="http://127.0.0.1:9")

    assert [f"https_proxy={told['HTTPS_PROXY']}"] == re.findall(r"leads here +(\S+)", done.stdout)
    assert "secret" not in done.stdout
    assert not any(f"{name}=" in done.stdout for name in elsewhere if name != "https_proxy")


def test_doctor_exits_by_what_it_finds(told: dict[str, str]) -> None:
    """1 where something is wrong, 0 where there are notes only."""
    assert 1 == run("doctor", **{**told, "NO_PROXY": "*"}).returncode
    assert 0 == run("doctor", **{**told, "PYTHONPATH": ""}).returncode


def test_doctor_meets_a_certificate_that_is_not_believed(told: dict[str, str], tmp_path: Path) -> None:
    """As after a rotation, or with another machine's files."""
    other = (
        run("certificate", "show", MASKING_EMULATOR_CACHE=str(tmp_path / "other")).stdout.splitlines()[0].split()[-1]
    )
    done = run("doctor", **{**told, "SSL_CERT_FILE": other})

    assert "wrong  https://api.plivo.com/_emulator/health is not believed: " in done.stdout


def test_certificate_is_shown_and_installs_nothing() -> None:
    """Where it is, what it may do, and the command of each system."""
    done = run("certificate", "show")
    install = run("certificate", "install-help")
    path = users_certificates().authority

    assert f"certificate  {path}" == done.stdout.splitlines()[0]
    assert "for plivo.com and the names below it, for nothing else" in done.stdout
    assert all(word in install.stdout for word in ("update-ca-certificates", "add-trusted-cert", "certutil", "keytool"))


def test_cache_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    """Exit 2, whichever verb needs it."""
    (tmp_path / "file").write_text("", encoding="ascii")
    folder = str(tmp_path / "file" / "cache")

    for words in (["certificate", "show"], ["run", "--", "true"], ["serve", "--port", "0", "--tls-port", "0"]):
        assert "choose another with MASKING_EMULATOR_CACHE" in sentence(run(*words, MASKING_EMULATOR_CACHE=folder), 2)
