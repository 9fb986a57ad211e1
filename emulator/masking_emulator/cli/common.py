"""What the verbs of the command line share: the options for a server and a world, its answers, and its failures.

Exit codes: 0 done, 1 the server refused or nothing came of it, 2 the arguments were wrong, 3 no server answers.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGINT, SIGTERM, signal
from typing import Any, NoReturn, TypeVar

import click

from masking_emulator.client import ControlRefused, Unreachable
from masking_emulator.config import HOST_DEFAULT, PORT_DEFAULT, URL_VARIABLE, WORLD_VARIABLE

EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3

#: The control API takes no longer number than this.
WHOLE = click.IntRange(0, 10**15 - 1)

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


def url_option(verb: _Verb) -> _Verb:
    """`--url`: the server that is asked."""
    default = f"http://{HOST_DEFAULT}:{PORT_DEFAULT}"
    return click.option(
        "--url", envvar=URL_VARIABLE, default=default, show_default=True, help="The URL of the server."
    )(verb)


def world_option(verb: _Verb) -> _Verb:
    """`--url` and `--world`: the world that is used."""
    text = "Auth ID of the world; left out, the server's first."
    return url_option(click.option("--world", envvar=WORLD_VARIABLE, help=text)(verb))


def json_option(text: str) -> Callable[[_Verb], _Verb]:
    """`--json`: output for programs."""
    return click.option("--json", "as_json", is_flag=True, help=text)


@contextmanager
def talking() -> Iterator[None]:
    """Turn a failure of the server into one sentence and an exit code."""
    try:
        yield
    except Unreachable as error:
        end(EXIT_UNREACHABLE, f"{error}; start one with `masking-emulator serve`")
    except ControlRefused as error:
        end(EXIT_REFUSED, str(error))


def end(code: int, sentence: str) -> NoReturn:
    """End with this exit code, and say why."""
    click.echo(f"masking-emulator: {sentence}", err=True)
    sys.exit(code)


def end_cleanly_when_asked() -> None:
    """From now on Ctrl-C and SIGTERM are the way to end, with exit code 0."""
    for ending in (SIGINT, SIGTERM):
        signal(ending, lambda *_: sys.exit(0))


def given(**options: Any) -> dict[str, Any]:
    """Those options that were given, by name."""
    return {name: value for name, value in options.items() if value is not None}


def print_json(value: Any) -> None:
    """A value for programs."""
    click.echo(json.dumps(value, indent=2))


def print_aligned(rows: list[tuple[str, str]]) -> None:
    """A name and a value a line, the values below one another. A row without a value is left out."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        if value:
            click.echo(f"{name:<{width}}  {value}")
