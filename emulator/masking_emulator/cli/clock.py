"""The verbs of a world's clock: `advance`, and `clock show|set|start|stop`."""

from typing import Any

import click

from masking_emulator.cli.common import (
    AccountClient,
    Duration,
    Noun,
    Output,
    Verb,
    account_options,
    counted,
    output_options,
)
from masking_emulator.cli.journal import event_lines


@click.command(cls=Verb)
@click.argument("seconds", metavar="[TIME]", type=Duration(), required=False)
@click.option("--to", help="An instant, such as 2026-01-01T12:00:00Z.")
@click.option("--next", "next_", is_flag=True, help="The next thing that is due.")
@output_options
@account_options
def advance(seconds: float | None, to: str | None, next_: bool, url: str, account: str | None, **output: bool) -> None:  # noqa: FBT001  # click's way
    """Let TIME pass (90, 10m, 1h30m), and print what happened, one event a line."""
    named = {"seconds": seconds, "to": to, "next": next_ or None}
    body = {name: value for name, value in named.items() if value is not None}
    if len(body) != 1:
        raise click.UsageError("give TIME, --to or --next, one of them")
    out, answer = Output(**output), AccountClient(url, account).post("/clock/advance", body)
    lines = event_lines(answer["events"])
    if "events_left_out" in answer:
        lines.insert(0, f"{counted(answer['events_left_out'], 'event')} before these")
    if "callbacks_out" in answer:
        lines.append(f"not waited for any longer: callbacks {', '.join(map(str, answer['callbacks_out'][:20]))}")
    out.show(answer, [*lines, f"now {answer['now']}"])


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
