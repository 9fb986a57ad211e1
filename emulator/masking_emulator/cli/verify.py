"""The verb `verify`: ask a real service whether what we assume holds. Part of the command line."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from masking_emulator import __version__
from masking_emulator.cli.capture import captured, upstream_of, upstream_options, writer_to
from masking_emulator.cli.common import (
    DAY_S,
    EXIT_INTERRUPTED,
    EXIT_REFUSED,
    EXIT_USAGE,
    FILE,
    Duration,
    Output,
    Verb,
    WholeNumber,
    counted,
    end,
    output_options,
)
from masking_emulator.client import Control
from masking_emulator.clock import real_now

if TYPE_CHECKING:
    from masking_emulator.evidence.captures import Capture
    from masking_emulator.evidence.story import Cast
    from masking_emulator.evidence.twins import Comparison
    from masking_emulator.evidence.upstream import Upstream
    from masking_emulator.evidence.verifying import Verification
    from masking_emulator.evidence.writing import CaptureWriter

#: How long an emulator of ours may take for an answer, in real seconds.
_PATIENCE_S: Final = 60.0

_INTERRUPTED: Final = "it was interrupted"


@click.command(cls=Verb)
@upstream_options
@click.option("--auth-id", envvar="PLIVO_AUTH_ID", show_envvar=True, required=True, help="The account.")
@click.option("--auth-token", envvar="PLIVO_AUTH_TOKEN", show_envvar=True, required=True, help="Its token.")
@click.option(
    "--max-requests",
    default=60,
    show_default=True,
    type=WholeNumber(10, 1000),
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
@output_options
@click.option("--issue", is_flag=True, help="Print a report of each difference, ready for an issue.")
@click.argument("file", type=FILE)
def verify(file: Path, **options: Any) -> None:
    """Ask the service whether what the emulator assumes holds, write its answers into FILE, and say where we differ.

    \b
        masking-emulator verify verified.jsonl --yes

    The story has the fewest requests that say something about the most assumed rows of the ledger, the cheapest first.
    It makes sessions between numbers that nobody has, and deletes them at the end, after Ctrl-C too. It calls nobody
    unless --allow-calls is said. FILE is a capture: safe to share, once you have read it.
    An emulator of its own is asked the same. Where the two differ it says for which rows, and which policy would agree,
    and exits with 1.
    """
    from masking_emulator.evidence.captures import read_capture
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
    output = Output(as_json=options["as_json"], quiet=options["quiet"])
    if options["as_json"] or options["issue"]:
        output.remark(captured(writer, file))
    else:
        output.say(captured(writer, file))
    _say_what_was_left(outcome)
    comparison = _compared(read_capture(file), cast, options)
    for line in _shown(comparison, options):
        output.say(line)
    if comparison.findings or outcome.left_over:
        raise SystemExit(EXIT_REFUSED)


async def _play(
    upstream: "Upstream",
    writer: "CaptureWriter",
    cast: "Cast",
    options: Mapping[str, Any],
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> "Verification":
    from masking_emulator.evidence.verifying import Asker
    from masking_emulator.evidence.verifying import verify as play

    asker = Asker(
        upstream,
        writer,
        auth_id=options["auth_id"],
        auth_token=options["auth_token"],
        requests_max=options["max_requests"],
        pause=pause,
    )
    try:
        return await play(asker, cast)
    finally:
        await upstream.close()


def _compared(service: "Capture", cast: "Cast", options: Mapping[str, Any]) -> "Comparison":
    """The comparison with emulators of ours that are told the same story, as they are and with other policies."""
    from masking_emulator.evidence.twins import compared, with_policies
    from masking_emulator.server.thread import ServerThread

    with ServerThread() as server:

        def emulator(policy: Mapping[str, Any]) -> "Capture":
            return _told_by_ours(server.url, cast, policy, options)

        return with_policies(compared(service, emulator({})), service, emulator)


def _told_by_ours(url: str, cast: "Cast", policy: Mapping[str, Any], options: Mapping[str, Any]) -> "Capture":
    """The story as an emulator with this policy tells it."""
    from tempfile import TemporaryDirectory

    from masking_emulator.evidence.captures import read_capture
    from masking_emulator.evidence.upstream import Upstream
    from masking_emulator.evidence.writing import CaptureWriter

    control = Control(url)
    made = control.post("/worlds", {"world": {"policy": dict(policy)}})

    async def advance(seconds: float) -> None:
        # Here nobody has to wait, and the server is in a thread of its own.
        await asyncio.to_thread(control.post, f"/worlds/{made['auth_id']}/clock/advance", {"seconds": seconds})

    account = {"auth_id": made["auth_id"], "auth_token": made["auth_token"], "max_requests": options["max_requests"]}
    with TemporaryDirectory() as folder:
        file = Path(folder, "twin.jsonl")
        with CaptureWriter(file, service="emulator", made_with={}, began=real_now()) as writer:
            upstream = Upstream(url, timeout_s=_PATIENCE_S)
            asyncio.run(_play(upstream, writer, cast.at(made["auth_id"]), account, advance))
        control.delete(f"/worlds/{made['auth_id']}")
        return read_capture(file)


def _cast(options: Mapping[str, Any]) -> "Cast":
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


def _say_what_was_left(outcome: "Verification") -> None:
    """What went otherwise than planned. Ends with exit code 130 where somebody stopped it."""
    if outcome.cut_short is not None:
        click.echo(f"not the whole story: {outcome.cut_short} after {counted(outcome.requests, 'request')}", err=True)
    for session in outcome.left_over:
        click.echo(f"NOT DELETED: the session {session}; delete it by hand", err=True)
    if outcome.cut_short == _INTERRUPTED:
        raise SystemExit(EXIT_INTERRUPTED)


def _shown(comparison: "Comparison", options: Mapping[str, Any]) -> Iterator[str]:
    from masking_emulator.evidence.twins import comparison_json, issues

    if options["as_json"]:
        yield comparison_json(comparison)
        return
    if options["issue"]:
        yield from issues(comparison, version=__version__)
        return
    for finding in comparison.findings:
        yield f"differs: {', '.join(finding.rows)}"
        yield from (f"    {one.where}: {one.service}, and the emulator: {one.emulator}" for one in finding.differences)
        yield from (
            f"    the policy that agrees: {name} = {json.dumps(value)}" for name, value in finding.policy.items()
        )
    agreed, unsaid = len(comparison.agreed), len(comparison.unsaid)
    yield (
        f"{counted(agreed, 'row')} of the ledger agreed, {counted(len(comparison.contradicted), 'row')} differed,"
        f" of {counted(unsaid, 'row')} nothing can be said"
    )
