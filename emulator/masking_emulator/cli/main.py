"""The command line. `serve` runs a server, `run` runs one for a command; the other verbs are thin clients of one.

The grammar is NOUN VERB, with the everyday verbs short. Every verb but `serve` is in the module of its subject, and
is loaded when it is asked for. What verbs share, and their exit codes, is in `common.py`.
"""

import gc
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import click

from masking_emulator import __version__
from masking_emulator.cli.common import (
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    FILE,
    FOLDER,
    PORT,
    REPORT_HELP,
    Noun,
    Output,
    PublicUrl,
    Verb,
    end,
    end_cleanly_when_asked,
    end_without_output,
    open_closed_streams,
    output_options,
)
from masking_emulator.cli.words import AGENT_LEAVES
from masking_emulator.config import HOST_DEFAULT, PORT_DEFAULT, ServeConfig, read_seed

#: Verb or noun → the module that has it. A server would pay for all of them at its start, and needs none.
_ELSEWHERE: Final = {
    **dict.fromkeys(("run", "env", "doctor", "certificate"), "runs"),
    **dict.fromkeys(("call", "calls"), "calls"),
    **dict.fromkeys(("snapshot", "recording"), "snapshots"),
    **dict.fromkeys(("advance", "clock"), "clock"),
    **dict.fromkeys(("worlds", "world"), "worlds"),
    **dict.fromkeys(("status", "wait"), "status"),
    **dict.fromkeys(("help", "completion"), "helping"),
    **dict.fromkeys(("mcp", "skill"), "agents"),
    **{
        name: name
        for name in ("callbacks", "capture", "compare", "farm", "faults", "fidelity", "journal", "listen", "numbers")
    },
    **{name: name for name in ("init", "phones", "report", "requests", "routes", "sessions", "trigger", "verify")},
}


@contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """Within it Ctrl-C ends the process quietly, where click would say "Aborted!" and end with 1."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)


class _Verbs(Noun):
    """`serve`, and the verbs that are loaded when they are asked for."""

    def main(self, *arguments: Any, **settings: Any) -> Any:
        """Run what is asked for; help that cannot be written is one sentence too."""
        open_closed_streams()
        try:
            return super().main(*arguments, **settings)
        except OSError as error:
            end_without_output(error)

    def make_context(self, *arguments: Any, **settings: Any) -> click.Context:
        """Read the words before the verb, and print the help that they may ask for, which loads every verb."""
        with _ended_by_ctrl_c():
            return super().make_context(*arguments, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        """Load the verb, and run it."""
        with _ended_by_ctrl_c():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all verbs and nouns."""
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb or noun of this name; None where there is none."""
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"masking_emulator.cli.{_ELSEWHERE[cmd_name]}")
        verb = getattr(module, "help_" if cmd_name == "help" else cmd_name)
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
        masking-emulator advance 30m
    """


@main.command(cls=Verb)
@click.option("--host", default=HOST_DEFAULT, show_default=True, help="Address to listen on.")
@click.option("--port", default=PORT_DEFAULT, show_default=True, type=PORT, help="The port; 0: any free one.")
@click.option("--proxy-port", type=PORT, help="Also be the proxy of clients of https://api.plivo.com. 0: any free one.")
@click.option("--tls-port", type=PORT, help="Also serve HTTPS as api.plivo.com. 0: any free one.")
@click.option("--allow-host", multiple=True, help="The proxy lets this host through too; *.DOMAIN, or * for all.")
@click.option("--world", default="demo", show_default=True, help="A world file (TOML), or an example's name.")
@click.option("--seed", help="The world's seed instead of the file's; same seed, same bytes.")
@click.option(
    "--control-host", multiple=True, help="A further name that this server answers to; *.DOMAIN for all below it."
)
@click.option(
    "--callback-ca",
    type=FILE,
    help="Certificates (PEM) that https receivers may have, beside the system's authorities.",
)
@click.option("--state", type=FILE, help="Go on from this file if it is there, and write it at the end.")
@click.option("--state-folder", type=FOLDER, help="The same of every world of the server, a file each in this folder.")
@click.option(
    "--public-url",
    type=PublicUrl(),
    help="Where clients reach the server: for links in its answers, and its host is the server's.",
)
@click.option("--record", type=FILE, help="Record the run in this file, behind earlier ones, for `recording replay`.")
@click.option(
    "--mcp",
    type=click.Choice(AGENT_LEAVES),
    help="Offer the server to agents at /_emulator/mcp: tools that only read, or those that change something too.",
)
@click.option("--metrics", is_flag=True, help="Serve metrics for Prometheus at /metrics.")
@click.option("--report", "reports", multiple=True, metavar="FILE", help=REPORT_HELP)
@click.option("--verbose", "-v", is_flag=True, help="Log each request and each callback in a line.")
@click.option(
    "--log-format", default="text", type=click.Choice(["text", "json"]), help="The form of the log, on stderr."
)
@output_options
def serve(*, as_json: bool, quiet: bool, **options: Any) -> None:
    """Run the emulator until Ctrl-C.

    When it answers requests it prints a line that begins with `ready http://HOST:PORT`, and what a first try needs:
    the console's address, the account, and a request for curl. With --json it is one object in one line.
    """
    end_cleanly_when_asked()  # while it still starts, too
    gc.disable()  # what a start makes stays, so looking for garbage in it only takes time

    # Imported here: the client verbs need none of it and start faster without.
    from masking_emulator.cli.greeting import Greeting
    from masking_emulator.interception.certificates import CannotKeep
    from masking_emulator.server.garbage_collection import settle
    from masking_emulator.server.server import serve as serve_until_asked
    from masking_emulator.server.sockets import CannotOpenSocket, ServerSockets
    from masking_emulator.wholefile import CannotKeepFile
    from masking_emulator.world.spec import BadWorld, WorldSpec

    if options["state"] and options["state_folder"]:
        end(EXIT_USAGE, "--state-folder: it keeps the first world too; leave --state out")
    if options["mcp"] is not None and find_spec("mcp") is None:
        end(EXIT_USAGE, "--mcp: mcp is not installed; pip install 'masking-emulator[mcp]'")
    if options["metrics"] and find_spec("prometheus_client") is None:
        end(EXIT_USAGE, "--metrics: prometheus_client is not installed; pip install 'masking-emulator[metrics]'")
    leaving = _leaving(options["reports"])
    config = _config(options)

    def ready(sockets: ServerSockets, spec: WorldSpec) -> None:
        settle()
        account = spec.accounts[0]
        at_home = any((number.calling_code, number.owner) == (1, account.place) for number in spec.numbers)
        hello = Greeting(
            sockets.url, account.auth_id, account.auth_token, config.world, sockets.proxy_url, sockets.tls_url, at_home
        )
        Output(as_json=as_json, quiet=quiet).stream(hello.values(), hello.text())

    try:
        code = serve_until_asked(config, ready, leaving)
    except (CannotOpenSocket, CannotKeep, CannotKeepFile, BadWorld) as error:
        end(EXIT_USAGE, str(error))
    if code:
        sys.exit(code)


def _config(options: Mapping[str, Any]) -> ServeConfig:
    return ServeConfig(
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
        state_folder=options["state_folder"],
        public_url=options["public_url"],
        recording=options["record"],
        callback_authorities=options["callback_ca"],
        verbose=options["verbose"],
        mcp=options["mcp"],
        metrics=options["metrics"],
    )


def _leaving(reports: Sequence[str]) -> Callable[[str], int] | None:
    """What writes the reports at the end; None where none is asked for. Ends with exit code 2 where one cannot be."""
    if not reports:
        return None
    # Imported here: a start without reports would pay for it.
    from masking_emulator.cli.report import Leaving

    return Leaving(reports)
