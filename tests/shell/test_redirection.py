"""Redirection: which variables lead a program here, whatever its user had set before."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from masking_emulator.config import cache_folder_of
from masking_emulator.interception.environment import SHIM, EmulatorAccess, no_proxy, variables
from masking_emulator.interception.trust import Trust

_TRUST: Final = Trust(Path("/cache/of a user/trust/0123"))
_TARGET: Final = EmulatorAccess(
    url="http://127.0.0.1:8080",
    proxy_url="http://127.0.0.1:8081",
    tls_url="https://127.0.0.1:8443",
    auth_id="MAEMULATOR0000000001",
    auth_token="emulator-token",
    trust=_TRUST,
)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_every_spelling_of_the_proxy_is_ours(name: str) -> None:
    """Also where the user has one: a client that prefers the other spelling would go past us."""
    assert _TARGET.proxy_url == variables(_TARGET, {name.swapcase(): "http://corporate:3128"})[name]


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"])
def test_every_name_of_the_bundle_is_ours(name: str) -> None:
    """What the user had there is in our bundle."""
    assert str(_TRUST.bundle) == variables(_TARGET, {name: "/corporate.pem"})[name]


def test_program_learns_its_account_and_where_the_control_api_is() -> None:
    """As the SDKs and our own command line read them."""
    names = ("PLIVO_AUTH_ID", "PLIVO_AUTH_TOKEN", "MASKING_EMULATOR_URL")
    found = variables(_TARGET, {"PLIVO_AUTH_ID": "MAREALREALREALREAL00"})

    assert [_TARGET.auth_id, _TARGET.auth_token, _TARGET.url] == [found[name] for name in names]


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({}, "localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "db.internal, localhost"}, "db.internal,localhost,127.0.0.1,::1"),
        ({"no_proxy": "a.example", "NO_PROXY": "b.example"}, "b.example,a.example,localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "*"}, "localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "api.plivo.com:443,.plivo.com,*.plivo.com,com,PLIVO.COM"}, "localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "notplivo.com,10.0.0.0/8,"}, "notplivo.com,10.0.0.0/8,localhost,127.0.0.1,::1"),
    ],
)
def test_exceptions_are_kept_unless_they_let_plivo_past(user: Mapping[str, str], expected: str) -> None:
    """And this machine is always one, for the control API and the program's own servers."""
    assert expected == no_proxy(_TARGET, user)


def test_control_api_is_never_behind_the_proxy() -> None:
    """Also where it is on another machine, as for a container."""
    found = variables(replace(_TARGET, url="http://host.docker.internal:8080"), {})

    assert "localhost,127.0.0.1,::1,host.docker.internal" == found["NO_PROXY"]
    assert "-Dhttp.nonProxyHosts=localhost|127.*|[::1]|host.docker.internal " in found["JAVA_TOOL_OPTIONS"]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", [str(SHIM)]),
        ("/mine", [str(SHIM), "/mine"]),
        (f"/mine{os.pathsep}", [str(SHIM), "/mine", ""]),
        (f"{SHIM}{os.pathsep}/mine", [str(SHIM), "/mine"]),
    ],
)
def test_shim_is_first_on_the_path(before: str, expected: list[str]) -> None:
    """Python runs the first `sitecustomize` that it finds, and ours runs the next; an empty entry keeps its meaning."""
    assert os.pathsep.join(expected) == variables(_TARGET, {"PYTHONPATH": before})["PYTHONPATH"]


@pytest.mark.parametrize("name", ["NODE_OPTIONS", "JAVA_TOOL_OPTIONS"])
def test_options_of_the_user_stay(name: str) -> None:
    """Ours come behind, and only once where a command runs inside another."""
    once = variables(_TARGET, {name: "--theirs"})[name]
    twice = variables(_TARGET, {name: once})[name]

    assert once.startswith("--theirs ")
    assert once == twice


def test_paths_with_blanks_stay_one_word() -> None:
    """Node and Java both split their options at blanks outside quotes."""
    found = variables(replace(_TARGET, shim=Path("/my shim")), {})

    assert '--require "/my shim/preload.cjs"' == found["NODE_OPTIONS"]
    assert f'"-Djavax.net.ssl.trustStore={_TRUST.java_store}"' in found["JAVA_TOOL_OPTIONS"]


def test_php_reads_its_own_ini_files_too() -> None:
    """What is empty before the separator stands for the folder that PHP was built with."""
    assert f"{os.pathsep}{_TRUST.folder}" == variables(_TARGET, {})["PHP_INI_SCAN_DIR"]
    assert f"/mine{os.pathsep}{_TRUST.folder}" == variables(_TARGET, {"PHP_INI_SCAN_DIR": "/mine"})["PHP_INI_SCAN_DIR"]


def test_server_without_tls_port_has_no_preload() -> None:
    """Node's fetch then needs a Node that honours the proxy itself."""
    found = variables(replace(_TARGET, tls_url=None), {})

    assert {"NODE_OPTIONS", "MASKING_EMULATOR_TLS_URL"} & found.keys() == set()
    assert "1" == found["NODE_USE_ENV_PROXY"]


@pytest.mark.parametrize(
    ("platform", "user", "expected"),
    [
        ("linux", {}, "~/.cache/masking-emulator"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/masking-emulator"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "~/Library/Caches/masking-emulator"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/masking-emulator"),
        ("linux", {"MASKING_EMULATOR_CACHE": "/chosen"}, "/chosen"),
    ],
)
def test_cache_is_where_the_system_keeps_caches(platform: str, user: Mapping[str, str], expected: str) -> None:
    """And where the user says, if they do."""
    assert Path(expected).expanduser() == cache_folder_of(user, platform)
