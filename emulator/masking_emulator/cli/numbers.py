"""The verbs of the number pool: `numbers list` and `numbers replace`. Part of the command line."""

from typing import Any

import click

from masking_emulator.cli.common import json_option, print_json, talking, world_option
from masking_emulator.client import Control, segment


@click.group()
def numbers() -> None:
    """Look at the number pool, or report a number."""


@numbers.command(name="list")
@json_option("What the control API answers.")
@world_option
def list_(as_json: bool, url: str, world: str | None) -> None:  # noqa: FBT001  # click's way
    """Print the pool in allocation order, with what is on each number now."""
    with talking():
        control = Control(url)
        answer = control.get(f"{control.world(world)}/numbers")
    if as_json:
        return print_json(answer)
    for number in answer["numbers"]:
        click.echo(f"{number['number']:<17} {number['owner']}  {_use(number)}")
    return None


@numbers.command()
@click.argument("number")
@json_option("What the control API answers.")
@world_option
def replace(number: str, as_json: bool, url: str, world: str | None) -> None:  # noqa: FBT001  # click's way
    """Report NUMBER as sub-optimal: its live sessions get other numbers, and it gets no session any more."""
    with talking():
        control = Control(url)
        answer = control.post(f"{control.world(world)}/numbers/{segment(number)}/replace")
    if as_json:
        return print_json(answer)
    for session in answer["sessions"]:
        click.echo(f"{session['session_uuid']} now on {session['virtual_number']}")
    click.echo(f"replaced {answer['number']}")
    return None


def _use(number: dict[str, Any]) -> str:
    sessions = number["live_sessions"]
    uses = [
        f"{sessions} live session{'' if sessions == 1 else 's'}" if sessions else "",
        f"only for {number['exclusive_to']}" if number["exclusive_to"] else "",
        "suspended" if number["suspended"] else "",
        *(f"cools off until {hold['until']} after {hold['session']}" for hold in number["cooling"]),
    ]
    return ", ".join(use for use in uses if use) or "free"
