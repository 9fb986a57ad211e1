"""Doctor: whether the SDKs that run in an environment would reach the emulator, seen from their side.

Each check looks at one thing and says one sentence; nothing is changed. The last one asks https://api.plivo.com as a
client would, through the proxy that the environment names and with the certificates that it names.
"""

import os
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from masking_emulator.client import Control, ControlRefused, Unreachable
from masking_emulator.interception.environment import SHIM, excepts_plivo
from masking_emulator.interception.hosts import API_HOST, port_of, without_user
from masking_emulator.interception.trust import BUNDLE_VARIABLES

_ASK_S_MAX: Final = 5.0

_HEALTH: Final = "/_emulator/health"


class Severity(Enum):
    """How serious a finding is."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    severity: Severity
    sentence: str


def examine(variables: Mapping[str, str], url: str) -> Sequence[Finding]:
    """Every finding, in the order in which to mend things. Without a server there is only one.

    Raises Unreachable where `url` is no http:// URL.
    """
    control = Control(url, timeout_s=_ASK_S_MAX)
    try:
        interception, worlds = control.get("/interception"), control.get("/health")["worlds"]
    except (Unreachable, ControlRefused) as error:
        return [_wrong(f"{error}; start a server with `masking-emulator serve --proxy-port 8081`")]
    if interception["proxy_port"] is None:
        return [_wrong(f"the server at {url} has no proxy; start it with `serve --proxy-port 8081`")]
    return [
        _ok(f"the emulator answers at {url}"),
        *_proxies(variables, interception["proxy_port"]),
        *_exceptions(variables),
        *_bundles(variables, interception["authority"]),
        *_account(variables, worlds),
        *_languages(variables),
        _asked(variables),
    ]


def how_to_trust(certificate: Path) -> str:
    """Instructions for users who set no variables: a hosts entry, and the certificate in the system's store."""
    return f"""\
`masking-emulator run` and `env` make programs trust it, with no change to the system.
For a hosts entry or a container alias `{API_HOST}` and `serve --tls-port 443`, these make the system trust it:
  Debian    sudo cp '{certificate}' /usr/local/share/ca-certificates/masking-emulator.crt && sudo update-ca-certificates
  Fedora    sudo cp '{certificate}' /etc/pki/ca-trust/source/anchors/masking-emulator.pem && sudo update-ca-trust
  macOS     security add-trusted-cert -k ~/Library/Keychains/login.keychain-db '{certificate}'
  Windows   certutil -user -addstore Root "{certificate}"
  Java      keytool -importcert -noprompt -cacerts -storepass changeit -alias masking-emulator -file '{certificate}'"""


def _proxies(variables: Mapping[str, str], port: int) -> Iterator[Finding]:
    """Old spellings win in some clients, so both have to be right."""
    for name in ("HTTPS_PROXY", "https_proxy"):
        value = variables.get(name, "")
        if not value:
            yield _wrong(f"{name} is not set; `masking-emulator env` prints what to set")
        elif port_of(value) != port:
            yield _wrong(f"{name} is {without_user(value)}, which is not the server's proxy on port {port}")
        else:
            yield _ok(f"{name} is the server's proxy")


def _exceptions(variables: Mapping[str, str]) -> Iterator[Finding]:
    for name in ("NO_PROXY", "no_proxy"):
        past = [entry for entry in variables.get(name, "").split(",") if entry.strip() and excepts_plivo(entry)]
        if past:
            yield _wrong(f"{name} has {past[0].strip()!r}, so clients go to the real {API_HOST}")


def _bundles(variables: Mapping[str, str], authority: str) -> Iterator[Finding]:
    for name in BUNDLE_VARIABLES:
        path = variables.get(name, "")
        if not path:
            yield _wrong(f"{name} is not set, so its clients will not believe the certificate")
        elif not (Path(path).is_file() and os.access(path, os.R_OK)):
            yield _wrong(f"{name} names {path}, which is no file that can be read")
        elif authority.strip() not in Path(path).read_text(encoding="ascii", errors="replace"):
            yield _wrong(f"{name} names {path}, which lacks the server's certificate; it is of another server or day")
        else:
            yield _ok(f"{name} has the server's certificate")


def _account(variables: Mapping[str, str], worlds: Sequence[str]) -> Iterator[Finding]:
    auth_id = variables.get("PLIVO_AUTH_ID")
    if auth_id is None:
        yield Finding(Severity.NOTE, "PLIVO_AUTH_ID is not set, so the program has to name an account itself")
    elif auth_id not in worlds:
        yield Finding(Severity.NOTE, f"PLIVO_AUTH_ID {auth_id} is no world's main account here; it may be a subaccount")
    else:
        yield _ok("PLIVO_AUTH_ID is an account of the server")


def _languages(variables: Mapping[str, str]) -> Iterator[Finding]:
    """Those whose SDK or runtime needs more than a proxy and a bundle."""
    wanted = {
        "PYTHONPATH": (str(SHIM), "plivo-python"),
        "NODE_USE_ENV_PROXY": ("1", "fetch in Node 22.21 and later"),
        "NODE_OPTIONS": ("preload.cjs", "fetch in older Nodes, with a server that has a --tls-port,"),
        "PHP_INI_SCAN_DIR": ("trust", "PHP"),
        "JAVA_TOOL_OPTIONS": ("-Dhttps.proxyHost=", "Java"),
    }
    for name, (part, who) in wanted.items():
        if part in variables.get(name, ""):
            yield _ok(f"{name} leads {who} here")
        else:
            yield Finding(Severity.NOTE, f"{name} does not lead {who} here; `masking-emulator env` prints how")
    yield Finding(Severity.NOTE, "python -I and python -E ignore PYTHONPATH, and plivo-python with it")


def _asked(variables: Mapping[str, str]) -> Finding:
    """A request over the whole way, as a client would send it."""
    proxy, bundle = variables.get("HTTPS_PROXY", ""), variables.get("SSL_CERT_FILE", "")
    where = f"https://{API_HOST}{_HEALTH}"
    try:
        parts = urlsplit(proxy)
        context = ssl.create_default_context(cafile=bundle or None)
        connection = HTTPSConnection(parts.hostname or "", parts.port, timeout=_ASK_S_MAX, context=context)
        connection.set_tunnel(API_HOST, 443)
        try:
            connection.request("GET", _HEALTH)
            body: Any = connection.getresponse().read()
        finally:
            connection.close()
    except ssl.SSLCertVerificationError as error:
        return _wrong(f"{where} is not believed: {error.verify_message}; SSL_CERT_FILE is {bundle!r}")
    except (OSError, HTTPException, ValueError) as error:
        return _wrong(f"{where} does not answer through the proxy {without_user(proxy)!r}: {error}")
    if b'"worlds"' not in body:
        return _wrong(f"what answers at {where} is no emulator")
    return _ok(f"{where} is the emulator, through the proxy and with TLS verified")


def _ok(sentence: str) -> Finding:
    return Finding(Severity.OK, sentence)


def _wrong(sentence: str) -> Finding:
    return Finding(Severity.WRONG, sentence)
