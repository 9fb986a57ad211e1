"""The verb `verify`: ask a real service whether what we assume holds. Part of the command line."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from masking_emulator.cli.capture import captured, upstream_of, upstream_options, writer_to
from masking_emulator.cli.common import (
    DAY_S,
    EXIT_REFUSED,
    EXIT_USAGE,
    FILE,
    Duration,
    Verb,
    counted,
    end,
)

if TYPE_CHECKING:
    from masking_emulator.evidence.story import Cast
    from masking_emulator.evidence.upstream import Upstream
    from masking_emulator.evidence.verifying import Verification
    from masking_emulator.evidence.writing import CaptureWriter

#: Exit code where somebody stopped it.
_EXIT_INTERRUPTED: Final = 130

_INTERRUPTED: Final = "it was interrupted"


@click.command(cls=Verb)
@upstream_options
@click.option("--auth-id", envvar="PLIVO_AUTH_ID", show_envvar=True, required=True, help="The account.")
@click.option("--auth-token", envvar="PLIVO_AUTH_TOKEN", show_envvar=True, required=True, help="Its token.")
@click.option(
    "--max-requests",
    default=60,
    show_default=True,
    type=click.IntRange(10, 1000),
    help="How many requests it may make in all, those that clear away included.",
)
@click.option(
    "--max-wait",
    default="90s",
    show_default=True,
    type=Duration(DAY_S),
    metavar="TIME",
    help="How long it may wait for what takes time; a session lives a minute at least.",
)
@click.option("--allow-calls", is_flag=True, help="Let it call --first-party, which costs money.")
@click.option("--first-party", metavar="NUMBER", help="Your own telephone, E.164; left out, a number that nobody has.")
@click.option("--second-party", metavar="NUMBER", help="Another one of yours; left out, a number that nobody has.")
@click.argument("file", type=FILE)
def verify(file: Path, **options: Any) -> None:
    """Ask the service whether what the emulator assumes holds, and write what it answered into FILE.

    \b
        masking-emulator verify verified.jsonl --yes

    The story has the fewest requests that say something about the most assumed rows of the ledger, the cheapest first.
    It makes sessions between numbers that nobody has, and deletes them at the end, after Ctrl-C too. It calls nobody
    unless --allow-calls is said. FILE is a capture: safe to share, once you have read it.
    """
    from masking_emulator.evidence.verifying import CannotVerify
    from masking_emulator.wholefile import CannotKeepFile

    cast = _cast(options)
    upstream = upstream_of(options)
    try:
        with writer_to(file, upstream) as writer:
            outcome = asyncio.run(_play(upstream, writer, cast, options))
    except CannotKeepFile as error:
        end(EXIT_USAGE, str(error))
    except CannotVerify as error:
        end(EXIT_REFUSED, str(error))
    _say(outcome, writer, file)


async def _play(upstream: "Upstream", writer: "CaptureWriter", cast: "Cast", options: dict[str, Any]) -> "Verification":
    from masking_emulator.evidence.verifying import Asker
    from masking_emulator.evidence.verifying import verify as play

    asker = Asker(
        upstream,
        writer,
        auth_id=options["auth_id"],
        auth_token=options["auth_token"],
        requests_max=options["max_requests"],
    )
    try:
        return await play(asker, cast)
    finally:
        await upstream.close()


def _cast(options: dict[str, Any]) -> "Cast":
    """Who plays. Ends with exit code 2 for a number that is none, and for calls to nobody."""
    from masking_emulator.evidence.story import FICTIONAL, Cast
    from masking_emulator.world.spec import BadWorld, e164

    if options["allow_calls"] and None in (options["first_party"], options["second_party"]):
        end(EXIT_USAGE, "--allow-calls needs --first-party and --second-party: your own telephones")
    parties: list[str] = []
    for option, fiction in zip(("first_party", "second_party"), FICTIONAL, strict=False):
        named = options[option]
        try:
            parties.append(fiction if named is None else f"+{e164(named, option)}")
        except BadWorld as error:
            end(EXIT_USAGE, str(error).replace(option, f"--{option.replace('_', '-')}"))
    return Cast(
        (parties[0], parties[1], FICTIONAL[2]),
        options["auth_id"],
        may_wait_s=options["max_wait"],
        may_call=options["allow_calls"],
    )


def _say(outcome: "Verification", writer: "CaptureWriter", file: Path) -> None:
    """What came of it, and the exit code."""
    click.echo(captured(writer, file))
    if outcome.cut_short is not None:
        click.echo(f"not the whole story: {outcome.cut_short} after {counted(outcome.requests, 'request')}", err=True)
    for session in outcome.left_over:
        click.echo(f"NOT DELETED: the session {session}; delete it by hand", err=True)
    if outcome.cut_short == _INTERRUPTED:
        raise SystemExit(_EXIT_INTERRUPTED)
    if outcome.left_over:
        raise SystemExit(EXIT_REFUSED)
