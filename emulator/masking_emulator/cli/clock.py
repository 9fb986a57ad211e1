"""The verbs of a world's clock: `advance`, and `clock show|set|start|stop`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import click

from masking_emulator.cli.common import (
    LONG_S,
    AccountClient,
    Duration,
    Noun,
    Output,
    Verb,
    account_options,
    counted,
    output_options,
    patience_option,
)
from masking_emulator.cli.journal import event_lines
from masking_emulator.cli.progress import is_progress_seen, meanwhile, progress
from masking_emulator.client import ControlRefused, Unreachable

#: So many callbacks are named that an advance did not wait for.
_NAMED_MAX: Final = 5


@click.command(cls=Verb)
@click.argument("seconds", metavar="[TIME]", type=Duration(), required=False)
@click.option("--to", help="An instant, such as 2026-01-01T12:00:00Z.")
@click.option("--next", "next_", is_flag=True, help="The next thing that is due.")
@patience_option
@output_options
@account_options
def advance(
    seconds: float | None,
    to: str | None,
    next_: bool,  # noqa: FBT001  # click's way
    patience: float,
    url: str,
    account: str | None,
    **output: bool,
) -> None:
    """Let TIME pass (90, 10m, 1h30m), and print what happened, one event a line.

    On the way it waits for callbacks to be answered; those that it did not wait for any longer it names.
    """
    named = {"seconds": seconds, "to": to, "next": next_ or None}
    body = {name: value for name, value in named.items() if value is not None}
    if len(body) != 1:
        raise click.UsageError("give TIME, --to or --next, one of them")
    server, out = AccountClient(url, account, timeout_s=LONG_S), Output(**output)
    answer = _advanced(server, {**body, "patience_s": patience}, quiet=out.quiet)
    lines = event_lines(answer["events"])
    if "events_left_out" in answer:
        lines.insert(0, f"{counted(answer['events_left_out'], 'event')} before these")
    waited_for = answer.get("callbacks_out", ())
    if not (out.as_json or out.quiet):
        lines += _unanswered(server, waited_for)
    out.show(answer, [*lines, f"now {answer['now']}"])
    if waited_for and not out.as_json:
        out.remark("see what becomes of them with `masking-emulator callbacks list`; --patience 0 waits for none")


def _unanswered(server: AccountClient, ids: Sequence[int]) -> Iterator[str]:
    """Callbacks that were not answered in time, one a line, and how many more there are."""
    for ordinal in ids[:_NAMED_MAX]:
        about = ""
        with suppress(ControlRefused):  # it is not kept any more
            found = server.get(f"/callbacks/{ordinal}")
            about = f" {found['event']} of {found['session_uuid']} to {found['request']['url']}"
        yield f"not waited for any longer: callback {ordinal}{about}"
    if len(ids) > _NAMED_MAX:
        yield f"not waited for any longer: {counted(len(ids) - _NAMED_MAX, 'more callback')}"


def _advanced(server: AccountClient, body: Mapping[str, Any], *, quiet: bool) -> Any:
    """The answer to the advance; on a terminal the way there is shown, in seconds of the world, with its events."""
    if quiet or not is_progress_seen() or "next" in body:
        return server.post("/clock/advance", body)
    start, path = server.get(""), server.world
    began, before = _instant(start["clock"]["now"]), start["journal"]["last"]
    try:
        length = body["seconds"] if "seconds" in body else (_instant(body["to"]) - began).total_seconds()
    except (TypeError, ValueError):
        length = 0  # no instant, or one without a zone; the server says what is wrong with it
    with progress("advance", max(0, int(length)), quiet=quiet) as reached:

        def look() -> None:
            # The list of worlds does not wait until this one is done.
            with suppress(Unreachable, ControlRefused):
                known = server.control.get("/worlds")["worlds"]
                for world in known:
                    if path == f"/worlds/{world['auth_id']}":
                        seconds = (_instant(world["clock"]["now"]) - began).total_seconds()
                        reached(int(seconds), counted(world["journal"]["last"] - before, "event"))

        return meanwhile(lambda: server.post("/clock/advance", body), look)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@click.group(cls=Noun)
def clock() -> None:
    """Look at the clock of a world, stop it, let it run, or set it forward."""


@clock.command()
@output_options
@account_options
def show(url: str, account: str | None, **output: bool) -> None:
    """Print what the clock shows, and how fast it runs."""
    _show(AccountClient(url, account).get("/clock"), **output)


@clock.command(name="set")
@click.argument("now", metavar="INSTANT")
@output_options
@account_options
def set_(now: str, url: str, account: str | None, **output: bool) -> None:
    """Go forward to INSTANT, such as 2026-01-01T12:00:00Z; what falls due on the way happens."""
    _show(AccountClient(url, account).put("/clock", {"now": now}), **output)


@clock.command()
@click.option("--rate", default=1.0, show_default=True, type=float, help="Seconds of the world in a real second.")
@output_options
@account_options
def start(rate: float, url: str, account: str | None, **output: bool) -> None:
    """Let the clock run."""
    _show(AccountClient(url, account).put("/clock", {"rate": rate}), **output)


@clock.command()
@output_options
@account_options
def stop(url: str, account: str | None, **output: bool) -> None:
    """Stop the clock; `advance` moves it still."""
    _show(AccountClient(url, account).put("/clock", {"rate": 0}), **output)


def _show(answer: dict[str, Any], **output: bool) -> None:
    runs = "stands still" if answer["rate"] == 0 else f"rate {answer['rate']:g}"
    Output(**output).show(answer, [f"now {answer['now']}, {runs}"])
