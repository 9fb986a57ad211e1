"""The command line. `serve` runs a server, `run` runs one for a command; the other verbs are thin clients of one.

The verbs of each other subject are in a module of this room, and are loaded when they are used.
What verbs share, and their exit codes, is in `common.py`.
"""

import gc
import json
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from masking_emulator import __version__
from masking_emulator.cli.common import (
    EXIT_UNREACHABLE,
    EXIT_USAGE,
    WHOLE,
    end,
    end_cleanly_when_asked,
    print_json,
    talking,
    url_option,
    world_option,
)
from masking_emulator.cli.words import EVIDENCE
from masking_emulator.client import Control, ControlRefused, Unreachable, segment
from masking_emulator.clock import looks
from masking_emulator.config import HOST_DEFAULT, PORT_DEFAULT, ServeConfig, read_seed

#: How long `wait` pauses between two looks, and how long one look may take, in real seconds.
_PAUSE_S = 0.05
_LOOK_S = 2.0

#: A day, the longest time that a verb waits, in seconds.
_WAIT_MAX_S = 86_400

_PORT = click.IntRange(0, 65_535)
_FILE = click.Path(path_type=Path, dir_okay=False)

#: Verb → the module that has it. A server would pay for all of them at its start, and needs none.
_ELSEWHERE: Final = {
    **dict.fromkeys(("run", "env", "ca", "doctor"), "masking_emulator.cli.runs"),
    **dict.fromkeys(("call", "act", "calls"), "masking_emulator.cli.calls"),
    **dict.fromkeys(("snapshot", "restore", "replay", "pool-report"), "masking_emulator.cli.snapshots"),
    "callbacks": "masking_emulator.cli.callbacks",
    "numbers": "masking_emulator.cli.numbers",
    "faults": "masking_emulator.cli.faults",
    "requests": "masking_emulator.cli.requests",
    "listen": "masking_emulator.cli.listen",
}


class _Verbs(click.Group):
    """The verbs of this file, and those that are loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all verbs."""
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of this name; None where there is none."""
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        verb = getattr(import_module(_ELSEWHERE[cmd_name]), cmd_name.replace("-", "_"))
        assert isinstance(verb, click.Command), "a verb is a command of click's"
        return verb


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="masking-emulator")
def main() -> None:
    """A local emulator of Plivo's Number Masking API.

    \b
    Run a program that uses Plivo's SDK, as it is, against an emulator of its own:
        masking-emulator run -- python app.py
    Or start one, in one terminal:
        masking-emulator serve
    and create a session, in another:
        curl -u MAEMULATOR0000000001:emulator-token \\
             -H 'Content-Type: application/json' \\
             -d '{"first_party": "+14155550123", "second_party": "+14155550145"}' \\
             http://127.0.0.1:8080/v1/Account/MAEMULATOR0000000001/Masking/Session/
    then let half an hour pass, and see it expire:
        masking-emulator advance 1800
    """


@main.command()
@click.option("--host", default=HOST_DEFAULT, show_default=True, help="Address to listen on.")
@click.option("--port", default=PORT_DEFAULT, show_default=True, type=_PORT, help="The port; 0: any free one.")
@click.option(
    "--proxy-port", type=_PORT, help="Also be the proxy of clients of https://api.plivo.com. 0: any free one."
)
@click.option("--tls-port", type=_PORT, help="Also serve HTTPS as api.plivo.com. 0: any free one.")
@click.option("--allow-host", multiple=True, help="The proxy lets this host through too; *.DOMAIN, or * for all.")
@click.option("--world", default="demo", show_default=True, help="A world file (TOML), or an example's name.")
@click.option("--seed", help="The world's seed instead of the file's; same seed, same bytes.")
@click.option(
    "--control-host", multiple=True, help="A further name that this server answers to; *.DOMAIN for all below it."
)
@click.option("--state", type=_FILE, help="Go on from this file if it is there, and write it at the end.")
@click.option("--record", type=_FILE, help="Record the run in this file, for `replay`.")
@click.option("--log-format", default="text", type=click.Choice(["text", "json"]), help="How problems are logged.")
def serve(**options: Any) -> None:
    """Run the emulator until Ctrl-C.

    When it answers requests it prints a line that begins with `ready http://HOST:PORT`, and what a first try needs:
    the console's address, the account, and a request for curl.
    """
    end_cleanly_when_asked()  # while it still starts, too
    gc.disable()  # what a start makes stays, so looking for garbage in it only takes time

    # Imported here: the client verbs need none of it and start faster without.
    from masking_emulator.cli.greeting import greeting
    from masking_emulator.interception.certificates import CannotKeep
    from masking_emulator.server.garbage_collection import settle
    from masking_emulator.server.server import serve as serve_until_asked
    from masking_emulator.server.sockets import CannotOpenSocket, ServerSockets
    from masking_emulator.wholefile import CannotKeepFile
    from masking_emulator.world.spec import BadWorld, WorldSpec

    config = ServeConfig(
        host=options["host"],
        port=options["port"],
        proxy_port=options["proxy_port"],
        tls_port=options["tls_port"],
        allowed_hosts=options["allow_host"],
        world=options["world"],
        seed=read_seed(options["seed"]),
        control_hosts=options["control_host"],
        log_format=options["log_format"],
        state=options["state"],
        recording=options["record"],
    )

    def ready(sockets: ServerSockets, spec: WorldSpec) -> None:
        settle()
        account = spec.accounts[0]
        further = {"world": config.world, "proxy": sockets.proxy_url, "tls": sockets.tls_url}
        at_home = any((number.calling_code, number.owner) == (1, account.place) for number in spec.numbers)
        click.echo(
            greeting(sockets.url, account.auth_id, account.auth_token, further=further, in_their_country=at_home)
        )

    try:
        serve_until_asked(config, ready)
    except (CannotOpenSocket, CannotKeep, CannotKeepFile, BadWorld) as error:
        end(EXIT_USAGE, str(error))


@main.command()
@url_option
@click.option(
    "--timeout",
    default=30.0,
    show_default=True,
    type=click.FloatRange(0, _WAIT_MAX_S),
    help="Real seconds to wait.",
)
def wait(url: str, timeout: float) -> None:
    """Wait until the server answers."""
    problem = ""
    with talking():
        control = Control(url, timeout_s=_LOOK_S)
    for _ in looks(timeout_s=timeout, pause_s=_PAUSE_S):
        try:
            health = control.get("/health")
        except (Unreachable, ControlRefused) as error:
            problem = str(error)
        else:
            click.echo(f"ready {url} version={health.get('version')}")
            return
    end(EXIT_UNREACHABLE, f"{problem}; waited {timeout:g} seconds")


@main.command()
@click.argument("seconds", type=click.FloatRange(min=0), required=False)
@click.option("--to", help="An instant, such as 2026-01-01T12:00:00Z.")
@click.option("--next", "next_", is_flag=True, help="The next thing that is due.")
@world_option
def advance(seconds: float | None, to: str | None, next_: bool, url: str, world: str | None) -> None:  # noqa: FBT001  # click's way
    """Let SECONDS pass in the world, and print what happened, one event a line."""
    given = {"seconds": seconds, "to": to, "next": next_ or None}
    body = {name: value for name, value in given.items() if value is not None}
    if len(body) != 1:
        raise click.UsageError("give SECONDS, --to or --next, one of them")
    with talking():
        control = Control(url)
        answer = control.post(f"{control.world(world)}/clock/advance", body)
    _print_events(answer["events"])
    if "events_left_out" in answer:
        click.echo(f"and {answer['events_left_out']} events more")
    click.echo(f"now {answer['now']}")


@main.command()
@click.option("--after", default=0, show_default=True, type=WHOLE, help="Only events after this sequence number.")
@click.option("--limit", default=1000, show_default=True, type=WHOLE, help="The most to print.")
@click.option("--json", "as_json", is_flag=True, help="The events with their records, as JSON.")
@world_option
def journal(after: int, limit: int, as_json: bool, url: str, world: str | None) -> None:  # noqa: FBT001  # click's way
    """Print what happened in the world, oldest first."""
    with talking():
        control = Control(url)
        answer = control.get(f"{control.world(world)}/journal", after=after, limit=limit)
    if as_json:
        return print_json(answer)
    _print_events(answer["events"])
    return None


@main.command()
@world_option
def reset(url: str, world: str | None) -> None:
    """Put the world back to its start: clock, sessions, journal, chance."""
    with talking():
        control = Control(url)
        answer = control.post(f"{control.world(world)}/reset")
    click.echo(f"reset {answer['auth_id']} now {answer['clock']['now']}")


@main.command()
@click.argument("session_uuid")
@click.option("--json", "as_json", is_flag=True, help="The whole answer, as JSON.")
@world_option
def explain(session_uuid: str, as_json: bool, url: str, world: str | None) -> None:  # noqa: FBT001  # click's way
    """Say why SESSION_UUID has its virtual number: every candidate, and why it was dropped."""
    with talking():
        control = Control(url)
        answer = control.get(f"{control.world(world)}/sessions/{segment(session_uuid)}/explain")
    if as_json:
        return print_json(answer)
    from masking_emulator.plivo.sentences import why_of

    for candidate in answer["candidates"]:
        click.echo(f"{candidate['number']:<17} {candidate['verdict']:<10} {why_of(candidate)}")
    return None


@main.command()
@click.option("--evidence", type=click.Choice(EVIDENCE), help="Only these rows.")
@click.option("--json", "as_json", is_flag=True, help="The rows as JSON.")
def fidelity(evidence: str | None, as_json: bool) -> None:  # noqa: FBT001  # click's way
    """Print what the emulator does, and how sure each behaviour is. Needs no server."""
    from masking_emulator.plivo.ledger import LEDGER, row_json

    rows = [row_json(row) for row in LEDGER if evidence in (None, row.evidence.value)]
    if as_json:
        return print_json({"rows": rows})
    for row in rows:
        click.echo(f"{row['evidence']:<10} {row['id']}\n           {row['statement']}\n           {row['source']}")
        if "choices" in row:
            choices = " | ".join(json.dumps(choice) for choice in row["choices"])
            click.echo(f"           [policy] {row['id']} = {choices}")
    return None


def _print_events(events: list[dict[str, Any]]) -> None:
    from masking_emulator.plivo.sentences import event_line

    for event in events:
        click.echo(event_line(event))
