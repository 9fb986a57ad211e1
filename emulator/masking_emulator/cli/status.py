"""The verbs that look at the server as a whole: `status`, and `wait` until it answers."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import click

from masking_emulator.cli.common import (
    DAY_S,
    EXIT_UNREACHABLE,
    AccountClient,
    Duration,
    Output,
    Verb,
    counted,
    end,
    output_options,
    table,
    url_option,
)
from masking_emulator.client import Control, ControlRefused, Unreachable
from masking_emulator.clock import looks
from masking_emulator.config import URL_VARIABLE, environment

#: Names of the machine that a program runs on.
_OWN_MACHINE: Final = ("localhost", "127.0.0.1", "::1")

#: The status of a page that is there.
_OK: Final = 200

#: How long `wait` pauses between two looks, and how long one look may take, in real seconds.
_PAUSE_S: Final = 0.05
_LOOK_S: Final = 2.0


@click.command(cls=Verb)
@output_options
@url_option
def status(url: str, **output: bool) -> None:
    """Print what runs: ports, worlds, sessions, certificate, and what in this environment leads here."""
    control = AccountClient(url).control
    answer = {
        "url": url,
        "health": control.get("/health"),
        "interception": control.get("/interception"),
        "worlds": control.get("/worlds")["worlds"],
    }
    answer["environment"] = _leading(environment(), url, answer["interception"]["proxy_port"])
    Output(**output).show(answer, _lines(answer, _console(control)))


def _console(control: Control) -> str:
    """Where the console is; what is said in its place where there is none, as by the front of a farm."""
    page = f"{control.url}/_emulator/console/"
    try:
        control.get("/console/")
    except ControlRefused as refused:
        return str(refused)
    except Unreachable as answer:  # a page is no JSON, and no more is that of a proxy which reaches nobody
        if answer.status != _OK:
            return f"none: {page} answers {answer.status}" if answer.status else str(answer)
    return page


def _leading(variables: Mapping[str, str], url: str, proxy_port: int | None) -> Mapping[str, str]:
    """What of these variables leads programs to the server, without what else is in them, such as a password."""
    # Imported here: other verbs need not know how programs are led.
    from masking_emulator.interception.environment import SHIM
    from masking_emulator.interception.hosts import port_of, without_user

    proxies = {name: without_user(variables.get(name, "")) for name in ("HTTPS_PROXY", "https_proxy")}
    hosts = (urlsplit(url).hostname, *_OWN_MACHINE)
    return {
        **({URL_VARIABLE: url} if variables.get(URL_VARIABLE, "").rstrip("/") == url.rstrip("/") else {}),
        **{
            name: proxy
            for name, proxy in proxies.items()
            if proxy_port is not None and port_of(proxy) == proxy_port and urlsplit(proxy).hostname in hosts
        },
        **{
            name: str(SHIM)
            for name in ("PYTHONPATH", "NODE_OPTIONS")
            if str(SHIM) in _unescaped(variables.get(name, ""))
        },
    }


def _unescaped(text: str) -> str:
    """The text with single backslashes: NODE_OPTIONS has those of a Windows path twice."""
    return text.replace("\\\\", "\\")


def _lines(answer: Mapping[str, Any], console: str) -> Iterator[str]:
    interception = answer["interception"]
    yield f"running      {answer['url']} version {answer['health']['version']}"
    yield f"console      {console}"
    yield f"proxy        {interception['proxy_port'] or 'none; `serve --proxy-port 8081` leads programs here'}"
    yield f"TLS          {interception['tls_port'] or 'none; `serve --tls-port 8443` has it'}"
    yield f"certificate  {'see `masking-emulator certificate show`' if interception['authority'] else 'none is needed'}"
    if (recording := answer["health"]["recording"]) is not None:
        yield f"recording    {recording['file']}{_end_of(recording['ended'])}"
    leads = [f"{name}={value}" for name, value in answer["environment"].items()]
    yield f"leads here   {leads[0] if leads else 'nothing in this environment'}"
    yield from (f"             {lead}" for lead in leads[1:])
    yield counted(len(answer["worlds"]), "world")
    yield from table(
        [
            (f"  {world['auth_id']}", world["clock"]["now"], counted(world["sessions"]["live"], "live session"))
            for world in answer["worlds"]
        ]
    )


def _end_of(reason: str | None) -> str:
    return "" if reason is None else f"; it has ended: {reason}"


@click.command(cls=Verb)
@click.option(
    "--timeout", default="30s", show_default=True, type=Duration(DAY_S), metavar="TIME", help="Real time to wait."
)
@output_options
@url_option
def wait(url: str, timeout: float, **output: bool) -> None:
    """Wait until the server answers."""
    problem, control = "", Control(url, timeout_s=_LOOK_S)
    for _ in looks(timeout_s=timeout, pause_s=_PAUSE_S):
        try:
            health = control.get("/health")
        except (Unreachable, ControlRefused) as error:
            problem = str(error)
        else:
            Output(**output).show(health, [f"ready {url} version={health.get('version')}"])
            return
    end(EXIT_UNREACHABLE, f"{problem}; waited {timeout:g} seconds")
