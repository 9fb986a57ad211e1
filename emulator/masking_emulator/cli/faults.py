"""The verbs about faults: list them, add one, take them away."""

from typing import Any

import click

from masking_emulator.cli.common import print_json, talking, world_option
from masking_emulator.cli.words import FAULT_BODIES, FAULT_CONNECTIONS, FAULT_TIMES, OPERATIONS
from masking_emulator.client import Control, segment


@click.group()
def faults() -> None:
    """Let API requests go wrong.

    \b
    masking-emulator faults add --operation create_session --status 503 --count 3
    masking-emulator faults add --connection reset --when after --count 1
    masking-emulator faults list
    masking-emulator faults clear
    """


@faults.command("list")
@click.option("--json", "as_json", is_flag=True, help="The whole answer, as JSON.")
@world_option
def show(as_json: bool, url: str, world: str | None) -> None:  # noqa: FBT001  # click's way
    """Print the faults of the world, and how often each was met."""
    with talking():
        control = Control(url)
        answer = control.get(f"{control.world(world)}/faults")
    if as_json:
        return print_json(answer)
    for fault in answer["faults"]:
        click.echo(_line(fault))
    return None


@faults.command()
@click.option("--operation", metavar="NAME", help=f"{', '.join(OPERATIONS)}.")
@click.option("--method", help="Only requests with this method.")
@click.option("--path", help="Only paths like this; * stands for anything.")
@click.option("--skip", type=int, help="Let this many requests pass first.")
@click.option("--count", type=int, help="This many requests meet it; left out: all.")
@click.option("--chance", type=float, help="The probability, from 0 to 1.")
@click.option("--limit", type=(int, float), metavar="REQUESTS SECONDS", help="Only requests beyond this rate meet it.")
@click.option("--from", "from_", help="From this instant of the world on.")
@click.option("--until", help="Until this instant of the world.")
@click.option("--for", "for_s", type=float, help="For this many seconds of the world's clock.")
@click.option("--when", type=click.Choice(FAULT_TIMES), help="Before or after the change is made.")
@click.option("--status", type=int, help="Answer with this status and the vendor's error body.")
@click.option("--text", help="The error's text.")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="A header of the error.")
@click.option("--body", type=click.Choice(FAULT_BODIES), help="What is left of the body.")
@click.option("--connection", type=click.Choice(FAULT_CONNECTIONS), help="End the connection without an answer.")
@click.option("--delay", "delay_s", type=float, help="Real seconds to wait.")
@world_option
def add(url: str, world: str | None, **options: Any) -> None:
    """Add a fault, and print it."""
    body = {name.rstrip("_"): value for name, value in options.items() if value not in (None, ())}
    if "limit" in body:
        requests, seconds = body["limit"]
        body["limit"] = {"requests": requests, "per_s": seconds}
    if "headers" in body:
        body["headers"] = dict(_header(text) for text in body["headers"])
    with talking():
        control = Control(url)
        fault = control.post(f"{control.world(world)}/faults", body)
    click.echo(_line(fault))
    if "note" in fault:
        click.echo(f"note: {fault['note']}", err=True)


@faults.command()
@click.argument("fault_id", required=False)
@world_option
def clear(fault_id: str | None, url: str, world: str | None) -> None:
    """Take FAULT_ID away, or all faults."""
    with talking():
        control = Control(url)
        path = f"{control.world(world)}/faults"
        answer = control.delete(path if fault_id is None else f"{path}/{segment(fault_id)}")
    click.echo(f"removed {answer['removed']}")


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise click.BadParameter(f"{text!r} is not NAME:VALUE", param_hint="--header")
    return name.strip(), value.strip()


def _line(fault: dict[str, Any]) -> str:
    shown_elsewhere = ("id", "state", "matched", "applied", "note")
    what = " ".join(f"{name}={value}" for name, value in fault.items() if name not in shown_elsewhere)
    return f"{fault['id']:<10} {fault['state']:<8} matched {fault['matched']} applied {fault['applied']}  {what}"
