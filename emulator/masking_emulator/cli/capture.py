"""The verb `capture`: run a command against a real service, and write down what both said. Part of the command line."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from masking_emulator import __version__
from masking_emulator.cli.common import (
    DAY_S,
    EXIT_REFUSED,
    EXIT_UNREACHABLE,
    EXIT_USAGE,
    FILE,
    PORT,
    Duration,
    Verb,
    counted,
    end,
    of_a_command,
)
from masking_emulator.clock import real_now
from masking_emulator.config import environment

if TYPE_CHECKING:
    from masking_emulator.evidence.relay import CallbackWay
    from masking_emulator.evidence.upstream import Upstream
    from masking_emulator.evidence.writing import CaptureWriter

_Verb = TypeVar("_Verb", bound=Callable[..., Any])

#: What a capture of the vendor's own service does, for whoever has not said --yes.
WARNING: Final = "{url} is the real service: what is asked of it happens to your account, calls people and costs money."

#: How long to wait for callbacks behind the end of COMMAND, where they are captured.
_LINGER_S: Final = 2.0


#: The options that name a service, for whatever talks to one.
_UPSTREAM_OPTIONS: Final = (
    click.option("--upstream", default="https://api.plivo.com", show_default=True, help="The service to capture."),
    click.option(
        "--upstream-ca", type=FILE, help="Certificates (PEM) that it may have, beside the system's authorities."
    ),
    click.option(
        "--upstream-timeout",
        default="60s",
        show_default=True,
        type=Duration(DAY_S),
        metavar="TIME",
        help="How long it may take for an answer.",
    ),
    click.option("--yes", is_flag=True, help="Talk to the real service, which costs money."),
)


def upstream_options(verb: _Verb) -> _Verb:
    """The options that name the service: URL, authorities, patience, and the yes that the vendor's own needs."""
    for option in reversed(_UPSTREAM_OPTIONS):
        verb = option(verb)
    return verb


def _print_schema(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001  # click's way
    """Print the schema and end, whatever else was said."""
    if value and not ctx.resilient_parsing:
        from masking_emulator.evidence.captures import capture_schema

        click.echo(json.dumps(capture_schema(), indent=2))
        ctx.exit()


@click.command(cls=Verb)
@upstream_options
@click.option(
    "--callbacks",
    metavar="URL-PREFIX[=APP]",
    help="Capture callbacks too: the public URL that a tunnel leads to --callback-port, and the app they go on to.",
)
@click.option(
    "--callback-port", default=9000, show_default=True, type=PORT, help="Where the tunnel leads; 0: any free one."
)
@click.option(
    "--linger",
    type=Duration(DAY_S),
    metavar="TIME",
    help="How long to wait for callbacks behind the end of COMMAND.  [default: 2s with --callbacks]",
)
@of_a_command
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="Print the JSON Schema of a line of FILE, and end.",
)
@click.argument("file", type=FILE)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def capture(file: Path, command: tuple[str, ...], **options: Any) -> None:
    """Run COMMAND against a real service, and write what it asked and what was answered into FILE.

    \b
        masking-emulator capture run.jsonl --yes -- python app.py

    COMMAND is led here as `run` leads it, and its requests are passed on, over TLS that is verified. It needs an
    account of the service, as ever: PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN stay what they are. FILE has no token, number,
    id, host or name in it, only stand-ins, so it can be shared; read it before you do. FILE may not be there before.

    With --callbacks, what a tunnel brings to --callback-port is written down too and goes on to APP. Exits with
    COMMAND's code.
    """
    # Imported here: the other verbs need none of it and start faster without.
    from masking_emulator.evidence.relay import Relay
    from masking_emulator.interception.certificates import CannotKeep
    from masking_emulator.server.run import CannotRun, run_with_app
    from masking_emulator.server.sockets import CannotOpenSocket
    from masking_emulator.wholefile import CannotKeepFile

    way = None if options["callbacks"] is None else callback_way(options["callbacks"])
    upstream = upstream_of(options)
    try:
        writer = writer_to(file, upstream)
        relay = Relay(upstream, writer, way, tokens=[])

        def ended(code: int) -> int:
            writer.close()
            click.echo(f"masking-emulator: {captured(writer, file)}", err=True)
            if relay.trouble is not None:
                click.echo(f"masking-emulator: {file} is not whole: {relay.trouble}", err=True)
                return code or EXIT_REFUSED
            return code

        run_with_app(
            relay,
            command,
            port=options["callback_port"] if way is not None else 0,
            allowed_hosts=options["allow_host"],
            kill_after_s=options["kill_after"],
            linger_s=options["linger"] if options["linger"] is not None else _LINGER_S * (way is not None),
            ended=ended,
        )
    except CannotRun as error:
        end(error.code, str(error))
    except (CannotKeep, CannotKeepFile, CannotOpenSocket) as error:
        end(EXIT_USAGE, str(error).replace("--port", "--callback-port"))


def upstream_of(options: Mapping[str, Any]) -> "Upstream":
    """The service that these options name. Ends with exit code 2 for none, and for the real one without --yes."""
    from ssl import SSLError

    from masking_emulator.evidence.upstream import Upstream, WrongUpstream

    authorities: Path | None = options["upstream_ca"]
    try:
        upstream = Upstream(
            options["upstream"],
            timeout_s=options["upstream_timeout"],
            authorities=authorities,
            environment=environment(),
        )
    except WrongUpstream as error:
        end(EXIT_USAGE, f"--upstream: {error}")
    except SSLError:
        end(EXIT_USAGE, f"--upstream-ca: {authorities}: it holds no certificate in PEM")
    except OSError as error:
        end(EXIT_USAGE, f"--upstream-ca: {authorities}: {error.strerror}")
    if upstream.is_vendors and not options["yes"]:
        end(EXIT_USAGE, f"{WARNING.format(url=upstream.url)} If that is wanted, say --yes")
    return upstream


def callback_way(text: str) -> "CallbackWay":
    """What --callbacks says. Ends with exit code 2 where it says nothing sensible."""
    from urllib.parse import urlsplit

    from masking_emulator.evidence.relay import CallbackWay
    from masking_emulator.evidence.upstream import Upstream, WrongUpstream

    public, mark, app = text.partition("=http")
    parts = urlsplit(public)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        end(EXIT_USAGE, f"--callbacks: {public!r} is no http or https URL without query")
    if not mark:
        return CallbackWay(public.rstrip("/"))
    target = urlsplit(f"http{app}")
    try:
        to = Upstream(f"{target.scheme}://{target.netloc}", timeout_s=60.0)
    except WrongUpstream as error:
        end(EXIT_USAGE, f"--callbacks: {error}")
    return CallbackWay(public.rstrip("/"), to, target.path.rstrip("/"))


def writer_to(file: Path, upstream: "Upstream") -> "CaptureWriter":
    """The beginning of a capture of this service. Ends with exit code 3 where the service does not answer.

    Raises CannotKeepFile.
    """
    from masking_emulator.evidence.captures import CapturedService
    from masking_emulator.evidence.upstream import UpstreamFailed
    from masking_emulator.evidence.writing import CaptureWriter
    from masking_emulator.wholefile import CannotKeepFile, check_writable

    check_writable(file)
    if file.exists() and file.stat().st_size:
        raise CannotKeepFile(f"{file}: there is something in it already; remove it, or name another file")

    async def look() -> bool:
        try:
            return await upstream.is_emulator()
        finally:
            await upstream.close()

    try:
        ours = asyncio.run(look())
    except UpstreamFailed as error:
        end(EXIT_UNREACHABLE, str(error))
    service: CapturedService = "emulator" if ours else "vendor" if upstream.is_vendors else "other"
    return CaptureWriter(file, service=service, made_with={"masking-emulator": __version__}, began=real_now())


def captured(writer: "CaptureWriter", file: Path) -> str:
    """What is in the file, in a sentence."""
    said = f"{counted(writer.exchanges, 'exchange')} and {counted(writer.callbacks, 'callback')} in {file}"
    if writer.withheld:
        said += f"; {counted(writer.withheld, 'line')} withheld, because redaction was not sure"
    return said
