"""The verb `report`, and what `run` and `serve` leave behind when they end."""

import json
import sys
from collections.abc import Sequence
from signal import signal
from threading import Event
from typing import TYPE_CHECKING, Final

import click

from masking_emulator.cli.common import (
    EXIT_REFUSED,
    EXIT_USAGE,
    AccountClient,
    Output,
    Verb,
    account_options,
    end,
    output_options,
)
from masking_emulator.client import Control, ControlRefused, Unreachable
from masking_emulator.config import ending_signals, environment
from masking_emulator.wholefile import CannotKeepFile

if TYPE_CHECKING:
    from masking_emulator.report.files import ReportFile
    from masking_emulator.report.model import Report

#: How long a report waits for each answer of the server, in real seconds.
_PATIENCE_S: Final = 30.0

#: So many requests a world keeps at least whose run is reported.
REQUESTS_KEPT: Final = 10_000

#: How often is looked whether Ctrl-C came, in real seconds.
_LOOK_S: Final = 0.5

#: The variable in which GitHub names the file for the summary of a step.
_GITHUB_VARIABLE: Final = "GITHUB_STEP_SUMMARY"

#: Exit codes of a command that somebody ended with Ctrl-C or a kill: it has not failed.
_ENDED_BY_REQUEST: Final = (130, 143)


@click.command(cls=Verb)
@click.argument("files", metavar="FILE...", nargs=-1)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a report in JSON. Needs no server.")
@output_options
@account_options
def report(files: tuple[str, ...], schema: bool, url: str, account: str | None, **output: bool) -> None:  # noqa: FBT001  # click's way
    """Write what happened in the world so far to each FILE, as a page, HAR, JSON or Markdown by its ending.

    \b
    masking-emulator report report.html
    masking-emulator report traffic.har report.json
    masking-emulator report github           # to the summary of a step in GitHub Actions
    masking-emulator report --schema
    """
    out = Output(**output)
    if schema:
        from masking_emulator.report.model import report_schema

        out.say(json.dumps(report_schema(), indent=2))
        return
    if not files:
        raise click.UsageError("give FILE, such as report.html")
    targets = files_of(files)
    client = AccountClient(url, account, timeout_s=_PATIENCE_S)
    # Imported here: the other verbs need none of it and start faster without.
    from masking_emulator.report.collect import collected
    from masking_emulator.report.words import verdict

    made = collected(client.control, client.world.rpartition("/")[2])
    try:
        for target in targets:
            target.write(made)
    except CannotKeepFile as error:
        end(EXIT_REFUSED, str(error))
    names = [str(target.path) for target in targets]
    answer = {"files": names, "problems": made.problems_found}
    out.show(answer, [*(f"wrote {name}" for name in names), verdict(made)])


def files_of(names: Sequence[str]) -> "list[ReportFile]":
    """The files of a report. Ends with exit code 2 where one could not be written, before anything is done."""
    from masking_emulator.report.files import GITHUB, report_files

    github = environment().get(_GITHUB_VARIABLE)
    if GITHUB in names and not github:
        click.echo(f"masking-emulator: ${_GITHUB_VARIABLE} is not set, so nothing is written for it", err=True)
    try:
        return report_files(names, github)
    except CannotKeepFile as error:
        end(EXIT_USAGE, str(error))


class Leaving:
    """What a server leaves behind when it ends, or when the command that it ran for has ended."""

    def __init__(self, names: Sequence[str], *, subject: str = "", quiet: bool = True, keep: bool = False) -> None:
        """`subject` is what ran. `quiet` leaves out the summary, `keep` leaves the server up until Ctrl-C.

        Ends with exit code 2 where a file cannot be written.
        """
        self.files = files_of(names) if names else []
        self._subject = subject
        self._quiet = quiet
        self._keep = keep

    def __call__(self, url: str, code: int | None = None) -> int:
        """Write the reports, and the summary of a command that failed with this exit code; the code to end with.

        Whatever goes wrong here is said in a line, and makes a success a failure, but no other code of a failure.
        """
        code = self._left(url, code)
        if self._keep:
            asked = _asked_to_end()  # before anybody can know that it is time to ask
            _say([f"the emulator is still up at {url}/_emulator/console/ (control API: {url}); Ctrl-C ends it"])
            while not asked.wait(_LOOK_S):  # Windows hears no Ctrl-C during a wait without an end
                pass
        return code

    def _left(self, url: str, code: int | None) -> int:
        failed = code not in (None, 0, *_ENDED_BY_REQUEST)
        if not self.files and (self._quiet or not failed):
            return code or 0
        from masking_emulator.report.collect import collected

        wrong = None
        try:
            made = collected(
                Control(url, timeout_s=_PATIENCE_S), subject=self._subject, exit_code=code, details=bool(self.files)
            )
            if failed and not self._quiet:
                self._summarize(made)
            for file in self.files:
                file.write(made)
        except (Unreachable, ControlRefused) as error:
            wrong = f"there is no report: {error}"
        except CannotKeepFile as error:
            wrong = str(error)
        if wrong is None:
            return code or 0
        _say([wrong])
        return code or EXIT_REFUSED

    def _summarize(self, made: "Report") -> None:
        from masking_emulator.report.summary import summary_lines

        _say(summary_lines(made))


def _asked_to_end() -> Event:
    """What is set from now on by Ctrl-C, by SIGTERM, and when the terminal closes."""
    asked = Event()
    for ending in ending_signals():
        signal(ending, lambda *_: asked.set())
    return asked


def _say(lines: Sequence[str]) -> None:
    """Lines on stderr. It may be closed, and the exit code is not about that."""
    first, *rest = lines
    try:
        sys.stderr.write("\n".join([f"masking-emulator: {first}", *rest, ""]))
        sys.stderr.flush()
    except (OSError, ValueError):
        return
