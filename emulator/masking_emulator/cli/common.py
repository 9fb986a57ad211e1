"""What the verbs of the command line share: how they fail, which server and account they are about, how they print.

Exit codes: 0 done; 1 the server refused, or what was expected did not happen; 2 the call itself was wrong; 3 no
server answers. Ctrl-C ends a verb with 130, unless Ctrl-C is the way to end it, as with `serve` and `follow`.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from shutil import get_terminal_size
from signal import signal
from stat import S_ISFIFO
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import urlsplit

import click

from masking_emulator.cli.words import PATIENCE_S_DEFAULT, PATIENCE_S_MAX
from masking_emulator.client import Control, ControlRefused, Unreachable
from masking_emulator.clock import read_duration
from masking_emulator.config import (
    ACCOUNT_VARIABLE,
    HOST_DEFAULT,
    PORT_DEFAULT,
    URL_VARIABLE,
    colours_wanted,
    ending_signals,
)

#: Exit code → what it means, as `masking-emulator help exit-codes` prints it.
EXIT_CODES: Final[Mapping[int, str]] = {
    0: "done",
    1: "the server refused, or what was expected did not happen",
    2: "the call itself was wrong: an unknown verb or option, a wrong value, a file that cannot be read",
    3: "no server answers at --url",
    130: "Ctrl-C",
}
EXIT_REFUSED: Final = 1
EXIT_USAGE: Final = 2
EXIT_UNREACHABLE: Final = 3
EXIT_INTERRUPTED: Final = 130

#: The longest time that an option takes, in seconds.
DAY_S: Final = 86_400

#: The name of a file, or of a folder, that need not be there.
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)

#: What `--report` of `run` and of `serve` does.
REPORT_HELP: Final = (
    "Write a report at the end: .html, .har, .json or .md by FILE's ending, or github. May be repeated."
)

#: How long a server may take for an advance over many timers, or for a snapshot, in real seconds.
LONG_S: Final = 3_600.0

#: How a number begins that would be read as an option where an argument is expected.
_NEGATIVE: Final = re.compile(r"-[\d.]")

#: Where click's context says that a verb goes on until nobody reads what it prints.
_FOLLOWS: Final = f"{__name__}.follows"

URL_DEFAULT: Final = f"http://{HOST_DEFAULT}:{PORT_DEFAULT}"

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


class Verb(click.Command):
    """A verb: what goes wrong while it runs is one sentence on stderr and an exit code, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, and see that what it printed has really been written."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except Unreachable as error:
            hint = "" if "http:// URL" in str(error) else "; start one with `masking-emulator serve`"
            end(EXIT_UNREACHABLE, f"{error}{hint}")
        except ControlRefused as error:
            end(EXIT_USAGE if error.status == 400 else EXIT_REFUSED, self._refusal(error))
        except BrokenPipeError:
            if not ctx.meta.get(_FOLLOWS):
                raise  # click ends quietly: whoever read has enough
            sys.stdout = StringIO()  # as in `end_without_output`
            sys.exit(0)
        except OSError as error:
            end_without_output(error)
        return result

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words of a call. A negative number among them is refused as one, and not as an unknown option."""
        words = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            for word in words:
                if word.startswith(error.option_name) and _NEGATIVE.match(word):
                    self._refuse_negative(word, ctx)
            raise

    def _refuse_negative(self, word: str, ctx: click.Context) -> None:
        arguments = [parameter for parameter in self.params if isinstance(parameter, click.Argument)]
        for argument in arguments:
            if isinstance(argument.type, Duration | WholeNumber):
                argument.type.convert(word, argument, ctx)
        if arguments:
            raise click.UsageError(f"{word!r} is read as an option; if it is none, write -- before it", ctx)

    def _refusal(self, error: ControlRefused) -> str:
        """The refusal, with the name of the option that gave the field which it is about."""
        field = error.field or ""
        parts = {part.removesuffix("_s") for part in re.split(r"[.\[\]]+", field)}
        for parameter in self.params:
            if (parameter.name or "").rstrip("_").removesuffix("_s") in parts:
                shown = parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name
                return f"{shown.strip('[]')}: {str(error).removeprefix(f'{field}: ')}"
        return str(error)


class Noun(click.Group):
    """A noun: a group of verbs."""

    command_class = Verb


Noun.group_class = Noun


#: A name or an address, IPv6 in brackets, and perhaps a port.
_ORIGIN: Final = re.compile(r"https?://([\w.-]+|\[[\da-f:.]+\])(:\d+)?", re.IGNORECASE)


class PublicUrl(click.ParamType[str]):
    """The URL of a server, which has a host and perhaps a port, and no path."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The URL without a slash at its end."""
        url = str(value).removesuffix("/")
        try:
            is_one = _ORIGIN.fullmatch(url) is not None and urlsplit(url).port != 0
        except ValueError:
            is_one = False
        if not is_one:
            self.fail(f"{value!r} is no http or https URL without a path", param, ctx)
        return url


class Duration(click.ParamType[float]):
    """Seconds as people write them: 90, 0.5, 10m, 1h30m, 2d."""

    name = "duration"

    def __init__(self, maximum_s: float = 1e12) -> None:
        self._maximum_s = maximum_s

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        if _NEGATIVE.match(str(value).strip()):
            self.fail(f"{value!r} is negative, and a duration is not; write 90, 10m or 1h30m", param, ctx)
        try:
            seconds = read_duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if seconds > self._maximum_s:
            self.fail(f"{value} is not in the range 0 to {self._maximum_s:g} seconds", param, ctx)
        return seconds


class WholeNumber(click.IntRange):
    """A whole number of a range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            among = f"of {self.min} or more" if self.max is None else f"from {self.min} to {self.max}"
            self.fail(f"{value!r} is no whole number {among}", param, ctx)


#: The control API takes no longer number than this.
WHOLE = WholeNumber(0, 10**15 - 1)

#: A port, 0 for any free one.
PORT = WholeNumber(0, 65_535)


class AccountClient:
    """The server and the account that a verb is about. Its methods raise Unreachable and ControlRefused."""

    def __init__(self, url: str, account: str | None = None, *, timeout_s: float = 60.0) -> None:
        self.control = Control(url, timeout_s=timeout_s)
        self._account = account
        self._world: str | None = None

    @property
    def world(self) -> str:
        """The path of the account's world; without --account, of the server's oldest."""
        if self._world is None:
            self._world = self.control.world(self._account)
        return self._world

    def get(self, path: str, **query: str | int) -> Any:
        """GET a path below the world."""
        return self.control.get(self.world + path, **query)

    def wait(self, path: str, timeout_s: float, **query: str | int) -> Any:
        """GET a path below the world that answers as soon as something happens, at the latest after so long."""
        return self.control.wait(self.world + path, timeout_s, **query)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """POST to a path below the world."""
        return self.control.post(self.world + path, body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """PUT to a path below the world."""
        return self.control.put(self.world + path, body)

    def delete(self, path: str) -> Any:
        """DELETE a path below the world."""
        return self.control.delete(self.world + path)


def url_option(verb: _Verb) -> _Verb:
    """`--url`: the server that is asked."""
    return click.option(
        "--url", envvar=URL_VARIABLE, default=URL_DEFAULT, show_default=True, help="The URL of the server."
    )(verb)


def account_options(verb: _Verb) -> _Verb:
    """`--url` and `--account`: which account of which server the verb is about."""
    text = "Auth ID of the account; left out, the server's first."
    return url_option(click.option("--account", envvar=ACCOUNT_VARIABLE, metavar="AUTH_ID", help=text)(verb))


def of_a_command(verb: _Verb) -> _Verb:
    """The options of a verb that runs COMMAND: which hosts it may reach, and how long it may take to end."""
    verb = click.option(
        "--kill-after",
        default="5s",
        show_default=True,
        type=Duration(DAY_S),
        metavar="TIME",
        help="How long it may take to end when it is asked to.",
    )(verb)
    hosts = "A host that it may reach beside Plivo; *.DOMAIN, or * for all."
    return click.option("--allow-host", multiple=True, help=hosts)(verb)


def patience_option(verb: _Verb) -> _Verb:
    """`--patience`: how long a verb waits for callbacks that are sent meanwhile."""
    return click.option(
        "--patience",
        default=f"{PATIENCE_S_DEFAULT}s",
        show_default=True,
        type=Duration(PATIENCE_S_MAX),
        metavar="TIME",
        help="Real time to wait in all for answers to callbacks; 0 waits for none.",
    )(verb)


def output_options(verb: _Verb) -> _Verb:
    """`--json` and `--quiet`: how the verb prints."""
    verb = click.option("--quiet", "-q", is_flag=True, help="Print nothing; the exit code says it.")(verb)
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(verb)


class Output:
    """How a verb prints: for people, as JSON, or not at all."""

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self.as_json = as_json
        self.quiet = quiet

    def show(self, value: Any, lines: Iterable[str]) -> None:
        """One answer: the value as JSON, or these lines."""
        if self.as_json:
            return self.say(json.dumps(value, indent=2))
        for line in lines:
            self.say(line)
        return None

    def show_list(self, answer: Any, lines: Sequence[str], *, before: int = 0, nothing: str = "none") -> None:
        """A list, newest last. `before` so many older ones are not shown; an empty list is said on stderr."""
        if self.as_json:
            return self.say(json.dumps(answer, indent=2))
        if before > 0:
            self.remark(f"{before:,} before these")
        for line in lines:
            self.say(line)
        if not lines:
            self.remark(nothing)
        return None

    def stream(self, value: Any, line: str) -> None:
        """One of many: a JSON object a line, or the line."""
        self.say(json.dumps(value) if self.as_json else line)

    def say(self, line: str) -> None:
        """A line on stdout."""
        if not self.quiet:
            click.echo(line, color=None if colours_wanted() else False)

    def remark(self, line: str) -> None:
        """A line on stderr, which no program reads."""
        if not self.quiet:
            click.echo(line, err=True)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows in aligned columns. On a terminal a line is cut to its width."""
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(max(map(len, rows), default=0))]
    lines = ("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows)
    if not sys.stdout.isatty():
        return list(lines)
    width = get_terminal_size().columns
    return [line if len(line) <= width else f"{line[: width - 1]}…" for line in lines]


def aligned(rows: Iterable[tuple[str, str]]) -> list[str]:
    """A name and a value a line, the values below one another. A row without a value is left out."""
    rows = list(rows)
    width = max((len(name) for name, _ in rows), default=0)
    return [f"{name:<{width}}  {value}" for name, value in rows if value]


def coloured(text: str, *, good: bool | None) -> str:
    """Green where it went well, red where not; plain where neither, and off a terminal."""
    return text if good is None else click.style(text, fg="green" if good else "red")


def counted(number: int, noun: str) -> str:
    """`1 session`, `2 sessions`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def end(code: int, sentence: str) -> NoReturn:
    """End with this exit code, and say why."""
    click.echo(f"masking-emulator: {sentence}", err=True)
    sys.exit(code)


def end_cleanly_when_asked() -> None:
    """From now on Ctrl-C, SIGTERM, and closing the terminal are the way to end, with exit code 0."""
    for ending in ending_signals():
        signal(ending, lambda *_: sys.exit(0))


def follow_until_asked() -> None:
    """From now on this verb ends as `end_cleanly_when_asked` says, and when nobody reads the pipe that it writes to.

    A closed pipe is found by writing to it otherwise, and what follows may have nothing to write for hours.
    """
    end_cleanly_when_asked()
    click.get_current_context().meta[_FOLLOWS] = True
    if os.name != "posix" or not S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
        return

    # Imported here: every start of the server would pay for it.
    import select
    from threading import Thread

    def watch(pipe: int) -> None:
        poller = select.poll()
        poller.register(pipe, 0)  # asks for nothing: that the other end is closed is always said
        poller.poll()
        os._exit(0)  # a signal would interrupt whatever is being done, perhaps what answers to the closed pipe

    Thread(target=watch, args=(sys.stdout.fileno(),), daemon=True).start()


def open_closed_streams() -> None:
    """Let a stream that was closed before we began lead nowhere, where Python would have none at all."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  # open until we end


def end_without_output(error: OSError) -> NoReturn:
    """End, and say why stdout cannot be written."""
    # Python writes what is left of stdout once more as it ends, and would print a traceback where it cannot.
    sys.stdout = StringIO()
    end(EXIT_REFUSED, f"cannot write: {error.strerror or error}")


def given(**options: Any) -> dict[str, Any]:
    """Those options that were given, by name."""
    return {name: value for name, value in options.items() if value is not None}
