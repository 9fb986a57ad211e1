"""The verbs that bring a program to the emulator: `run`, `env`, `doctor`, and `certificate show|install-help`."""

import gc
import re
import shlex
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from masking_emulator.cli.common import (
    EXIT_REFUSED,
    EXIT_UNREACHABLE,
    EXIT_USAGE,
    FILE,
    PORT,
    REPORT_HELP,
    Noun,
    Output,
    Verb,
    account_options,
    aligned,
    end,
    of_a_command,
    output_options,
    url_option,
)
from masking_emulator.client import Control, Unreachable
from masking_emulator.config import cache_folder, environment, read_seed

if TYPE_CHECKING:
    from masking_emulator.interception.certificates import Certificates

#: How a container names the machine that it runs on.
_CONTAINER_HOST = "host.docker.internal"

_Verb = TypeVar("_Verb", bound=Callable[..., Any])

_FORMS = ["sh", "fish", "powershell", "dotenv", "github", "compose"]


class RouteWords(click.ParamType[tuple[str, str]]):
    """FROM=TO, two URLs; paths may have a "=" too."""

    name = "route"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """The two URLs, as they were written."""
        public, _, target = re.sub("=(?=https?://)", "\n", str(value), count=1, flags=re.IGNORECASE).partition("\n")
        if not target:
            self.fail(f"{value!r} is not FROM=TO, two http or https URLs", param, ctx)
        return public, target


def routes_option(text: str) -> Callable[[_Verb], _Verb]:
    """The option --route, with its help."""
    return click.option("--route", "routes", multiple=True, type=RouteWords(), metavar="FROM=TO", help=text)


@click.command(cls=Verb, context_settings={"allow_interspersed_args": False})
@click.option("--world", default="demo", show_default=True, help="A world file (TOML), or an example's name.")
@click.option("--seed", help="The world's seed instead of the file's; same seed, same bytes.")
@routes_option("Deliver callbacks for this public URL, and all below it, to this one.")
@click.option("--port", default=0, type=PORT, help="The port of the plain API and the console; left out, any free one.")
@click.option("--proxy-port", default=0, type=PORT, help="The port of the proxy; left out, any free one.")
@click.option("--record", type=FILE, help="Record the run in this file, behind earlier ones, for `recording replay`.")
@click.option("--report", "reports", multiple=True, metavar="FILE", help=REPORT_HELP)
@click.option("--keep", is_flag=True, help="Leave the emulator up after COMMAND, until Ctrl-C.")
@click.option("--quiet", "-q", is_flag=True, help="Print no summary when COMMAND fails.")
@of_a_command
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(command: tuple[str, ...], **options: Any) -> None:
    """Run COMMAND with an emulator of its own, which it reaches at https://api.plivo.com.

    Its code stays as it is: the environment leads Plivo's SDKs here. What it finds there more:
    PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN of the world, and MASKING_EMULATOR_URL for the control API.
    Exits with COMMAND's code, or 128 and the signal that ended it. When COMMAND fails, a summary on stderr says what it
    asked, what was refused and why, which fields nothing read, and which callbacks did not arrive.
    """
    gc.disable()  # what a start makes stays, so looking for garbage in it only takes time; run() enables it again

    # Imported here: the client verbs need none of it and start faster without.
    from masking_emulator.cli.report import REQUESTS_KEPT, Leaving
    from masking_emulator.interception.certificates import CannotKeep
    from masking_emulator.server.run import CannotRun, RunConfig
    from masking_emulator.server.run import run as run_until_it_ends
    from masking_emulator.server.sockets import CannotOpenSocket
    from masking_emulator.wholefile import CannotKeepFile
    from masking_emulator.world.spec import BadWorld

    leaving = Leaving(options["reports"], subject=shlex.join(command), quiet=options["quiet"], keep=options["keep"])
    try:
        run_until_it_ends(
            RunConfig(
                command,
                options["world"],
                read_seed(options["seed"]),
                options["allow_host"],
                options["kill_after"],
                options["routes"],
                port=options["port"],
                proxy_port=options["proxy_port"],
                recording=options["record"],
                requests_kept=REQUESTS_KEPT if leaving.files else 0,
            ),
            leaving,
        )
    except CannotRun as error:
        end(error.code, str(error))
    except (BadWorld, CannotKeep, CannotKeepFile, CannotOpenSocket) as error:
        end(EXIT_USAGE, str(error))


@click.command(cls=Verb)
@click.option(
    "--format", "form", default="sh", show_default=True, type=click.Choice(_FORMS), help="The form of the output."
)
@click.option(
    "--host", help="The server's name as the program sees it.  [default: the URL's; compose: the container's host]"
)
@output_options
@account_options
def env(form: str, host: str | None, account: str | None, url: str, **output: bool) -> None:
    """Print the environment that leads every SDK to a running server with --proxy-port.

    \b
        eval "$(masking-emulator env)"
        masking-emulator env --format fish | source
        masking-emulator env --format powershell | Invoke-Expression
        masking-emulator env --format dotenv > .env
        masking-emulator env --format github >> "$GITHUB_ENV"
        masking-emulator env --format compose    # a part of a service
    """
    from masking_emulator.interception.certificates import CannotKeep
    from masking_emulator.interception.environment import SHIM, EmulatorAccess, variables
    from masking_emulator.interception.shells import write
    from masking_emulator.interception.trust import other_authorities, trust

    in_container = form == "compose"
    name = host or (_CONTAINER_HOST if in_container else urlsplit(url).hostname or "")
    name = f"[{name}]" if ":" in name else name
    # What this machine's own environment says is nothing to a container.
    user = {} if in_container else environment()
    control = Control(url)
    try:
        known, interception = control.get(control.world(account)), control.get("/interception")
        if interception["proxy_port"] is None:
            end(EXIT_USAGE, f"the server at {url} has no proxy; start it with `serve --proxy-port 8081`")
        target = EmulatorAccess(
            url=f"http://{name}:{urlsplit(url).port or 80}",
            proxy_url=f"http://{name}:{interception['proxy_port']}",
            tls_url=None if interception["tls_port"] is None else f"https://{name}:{interception['tls_port']}",
            auth_id=known["auth_id"],
            auth_token=known["auth_token"],
            trust=trust(cache_folder(), interception["authority"], other_authorities(user)),
        )
    except Unreachable as error:
        end(EXIT_UNREACHABLE, f"{error}; start one with `masking-emulator serve --proxy-port 8081`")
    except CannotKeep as error:
        end(EXIT_USAGE, str(error))
    found = variables(target, user)
    text = write(found, form=form, mounts=(target.trust.folder, SHIM))
    Output(**output).show({"variables": found}, [text.removesuffix("\n")])


@click.group(cls=Noun)
def certificate() -> None:
    """The certificate that clients have to trust where nothing leads them here by itself. Installs nothing."""


@certificate.command(name="show")
@output_options
def show_certificate(**output: bool) -> None:
    """Print where the certificate is, its fingerprint, until when it holds, and what it may vouch for."""
    from masking_emulator.interception.authority import fingerprint
    from masking_emulator.interception.certificates import ROTATION

    found = _certificates()
    rows = {
        "certificate": str(found.authority),
        "SHA-256": fingerprint(found.authority.read_bytes()),
        "until": f"{found.last_day}; a new one is made {ROTATION.days} days before",
        "may vouch": "for plivo.com and the names below it, for nothing else; its key was never kept",
    }
    Output(**output).show(rows, aligned(rows.items()))


@certificate.command(name="install-help")
@output_options
def install_help(**output: bool) -> None:
    """Print how to trust the certificate on this system, and how to stop."""
    from masking_emulator.interception.doctor import how_to_trust

    text = how_to_trust(_certificates().authority)
    Output(**output).show({"text": text}, [text])


def _certificates() -> "Certificates":
    from masking_emulator.interception.certificates import CannotKeep, users_certificates

    try:
        return users_certificates()
    except CannotKeep as error:
        end(EXIT_USAGE, str(error))


@click.command(cls=Verb)
@output_options
@url_option
def doctor(url: str, **output: bool) -> None:
    """Check from a program's side whether Plivo's SDKs would reach the emulator, and say what is wrong.

    Run it where the program runs: after `eval "$(masking-emulator env)"`, or as COMMAND of `run`.
    """
    from masking_emulator.interception.doctor import Severity, examine

    findings = examine(environment(), url)
    found = [{"finding": finding.severity.value, "sentence": finding.sentence} for finding in findings]
    Output(**output).show({"findings": found}, (f"{one['finding']:<6} {one['sentence']}" for one in found))
    sys.exit(EXIT_REFUSED if any(finding.severity is Severity.WRONG for finding in findings) else 0)
