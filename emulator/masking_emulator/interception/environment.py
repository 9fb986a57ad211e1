"""Redirection: the environment in which unmodified code reaches the emulator at https://api.plivo.com.

Pure: takes where the server is, whom to trust and what the user's environment says; returns what to set. One table,
a variable a row, in the order of the languages that need it. What each of them does was tried with the real SDKs;
the table of drop-in use in README says with which versions.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from masking_emulator.config import TLS_URL_VARIABLE, URL_VARIABLE
from masking_emulator.interception.hosts import API_HOST, is_plivo
from masking_emulator.interception.trust import BUNDLE_VARIABLES, JAVA_PASSWORD, Trust

#: The folder with what runs inside the user's own processes.
SHIM: Final = Path(__file__).parent / "shim"

#: Never through the proxy: what runs on the program's own machine. The control API, wherever it is, neither.
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class EmulatorAccess:
    """Where the emulator is, as its client sees it: URLs, the account to be, and whom to trust."""

    url: str
    proxy_url: str
    tls_url: str | None
    auth_id: str
    auth_token: str
    trust: Trust
    shim: Path = SHIM

    @property
    def proxy_host_and_port(self) -> tuple[str, str]:
        """The proxy in two parts, as Java wants it."""
        parts = urlsplit(self.proxy_url)
        return parts.hostname or "", str(parts.port)


User = Mapping[str, str]
VariableRow = Callable[[EmulatorAccess, User], str | None]


def variables(target: EmulatorAccess, user: User) -> dict[str, str]:
    """What to set on top of the user's environment."""
    values = {name: row(target, user) for name, row in _TABLE.items()}
    return {name: value for name, value in values.items() if value is not None}


def no_proxy(target: EmulatorAccess, user: User) -> str:
    """The user's exceptions, without those that would let Plivo past the proxy, and with what never goes through it."""
    given = [entry.strip() for name in ("NO_PROXY", "no_proxy") for entry in user.get(name, "").split(",")]
    kept = [entry for entry in given if entry and not excepts_plivo(entry)]
    return ",".join(dict.fromkeys([*kept, *_LOCAL, urlsplit(target.url).hostname or ""]))


def excepts_plivo(entry: str) -> bool:
    """Whether a client with this entry in NO_PROXY goes to Plivo's API directly."""
    name = entry.strip().lower().partition(":")[0].removeprefix("*").removeprefix(".")
    return entry.strip() == "*" or is_plivo(name) or (name != "" and API_HOST.endswith(f".{name}"))


def _proxy(target: EmulatorAccess, _: User) -> str:
    return target.proxy_url


def _bundle(target: EmulatorAccess, _: User) -> str:
    return str(target.trust.bundle)


def _pythonpath(target: EmulatorAccess, user: User) -> str:
    """First, because Python runs the first `sitecustomize` of the path; ours runs the next one."""
    rest = [entry for entry in user.get("PYTHONPATH", "").split(os.pathsep) if entry != str(target.shim)]
    return os.pathsep.join([str(target.shim), *rest] if any(rest) else [str(target.shim)])


def _node_options(target: EmulatorAccess, user: User) -> str | None:
    if target.tls_url is None:
        return None
    path = str(target.shim / "preload.cjs").replace("\\", "\\\\").replace('"', '\\"')
    return _with(user.get("NODE_OPTIONS", ""), f'--require "{path}"')


def _php_folders(target: EmulatorAccess, user: User) -> str:
    """What is empty between two separators stands for the folder that PHP was built with."""
    before = user.get("PHP_INI_SCAN_DIR", "")
    ours = str(target.trust.folder)
    return before if ours in before.split(os.pathsep) else f"{before}{os.pathsep}{ours}"


def _java_options(target: EmulatorAccess, user: User) -> str:
    host, port = target.proxy_host_and_port
    properties = {
        "https.proxyHost": host,
        "https.proxyPort": port,
        "http.proxyHost": host,
        "http.proxyPort": port,
        "http.nonProxyHosts": f"localhost|127.*|[::1]|{urlsplit(target.url).hostname}",
        "javax.net.ssl.trustStore": str(target.trust.java_store),
        "javax.net.ssl.trustStorePassword": JAVA_PASSWORD,
    }
    options = [f"-D{key}={value}" for key, value in properties.items()]
    quoted = [f'"{option}"' if " " in option else option for option in options]
    return _with(user.get("JAVA_TOOL_OPTIONS", ""), " ".join(quoted))


def _with(before: str, ours: str) -> str:
    """The user's options and ours after them, once: a command can be run inside another."""
    return before if ours in before else f"{before} {ours}".strip()


_TABLE: Final[Mapping[str, VariableRow]] = {
    URL_VARIABLE: lambda target, _: target.url,
    TLS_URL_VARIABLE: lambda target, _: target.tls_url,
    "PLIVO_AUTH_ID": lambda target, _: target.auth_id,
    "PLIVO_AUTH_TOKEN": lambda target, _: target.auth_token,
    # Some clients know the one spelling only, curl knows no HTTP_PROXY in capitals, and each has its own precedence.
    **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), _proxy),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), no_proxy),
    # Ruby, Go and httpx; requests; curl. Node adds its own to those that it was built with.
    **dict.fromkeys(BUNDLE_VARIABLES, _bundle),
    "NODE_USE_ENV_PROXY": lambda _, __: "1",
    "NODE_OPTIONS": _node_options,
    "PHP_INI_SCAN_DIR": _php_folders,
    "JAVA_TOOL_OPTIONS": _java_options,
    "PYTHONPATH": _pythonpath,
}
