"""The verbs of faults: `faults list|add|clear`."""

from typing import Any

import click

from masking_emulator.cli.common import AccountClient, Duration, Noun, Output, account_options, output_options
from masking_emulator.cli.words import FAULT_BODIES, FAULT_CONNECTIONS, FAULT_TIMES, OPERATIONS
from masking_emulator.client import segment


@click.group(cls=Noun)
def faults() -> None:
    """Let API requests go wrong.

    \b
    masking-emulator faults add --operation create_session --status 503 --count 3
    masking-emulator faults add --connection reset --when after --count 1
    masking-emulator faults list
    masking-emulator faults clear
    """


@faults.command("list")
@output_options
@account_options
def list_(url: str, account: str | None, **output: bool) -> None:
    """Print the faults of the world, and how often each was met."""
    answer = AccountClient(url, account).get("/faults")
    Output(**output).show_list(answer, [_line(fault) for fault in answer["faults"]])


@faults.command()
@click.option("--operation", metavar="NAME", help=f"{', '.join(OPERATIONS)}.")
@click.option("--method", help="Only requests with this method.")
@click.option("--path", help="Only paths like this; * stands for anything.")
@click.option("--skip", type=int, help="Let this many requests pass first.")
@click.option("--count", type=int, help="This many requests meet it; left out: all.")
@click.option("--chance", type=float, help="The probability, from 0 to 1.")
@click.option("--limit", type=(int, Duration()), metavar="REQUESTS TIME", help="Only requests beyond this rate.")
@click.option("--from", "from_", help="From this instant of the world on.")
@click.option("--until", help="Until this instant of the world.")
@click.option("--for", "for_s", type=Duration(), metavar="TIME", help="For so long on the world's clock.")
@click.option("--when", type=click.Choice(FAULT_TIMES), help="Before or after the change is made.")
@click.option("--status", type=int, help="Answer with this status and the vendor's error body.")
@click.option("--text", help="The error's text.")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="A header of the error.")
@click.option("--body", type=click.Choice(FAULT_BODIES), help="What is left of the body.")
@click.option("--connection", type=click.Choice(FAULT_CONNECTIONS), help="End the connection without an answer.")
@click.option("--delay", "delay_s", type=Duration(), metavar="TIME", help="Wait so long in real time.")
@output_options
@account_options
def add(url: str, account: str | None, as_json: bool, quiet: bool, **options: Any) -> None:  # noqa: FBT001  # click's way
    """Add a fault, and print it."""
    body = {name.rstrip("_"): value for name, value in options.items() if value not in (None, ())}
    if "limit" in body:
        requests, seconds = body["limit"]
        body["limit"] = {"requests": requests, "per_s": seconds}
    if "headers" in body:
        body["headers"] = dict(_header(text) for text in body["headers"])
    fault = AccountClient(url, account).post("/faults", body)
    out = Output(as_json=as_json, quiet=quiet)
    out.show(fault, [_line(fault)])
    if "note" in fault:
        out.remark(f"note: {fault['note']}")


@faults.command()
@click.argument("fault_id", required=False)
@output_options
@account_options
def clear(fault_id: str | None, url: str, account: str | None, **output: bool) -> None:
    """Take FAULT_ID away, or all faults."""
    answer = AccountClient(url, account).delete("/faults" if fault_id is None else f"/faults/{segment(fault_id)}")
    Output(**output).show(answer, [f"removed {answer['removed']}"])


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise click.BadParameter(f"{text!r} is not NAME:VALUE", param_hint="--header")
    return name.strip(), value.strip()


def _line(fault: dict[str, Any]) -> str:
    shown_elsewhere = ("id", "state", "matched", "applied", "note")
    what = " ".join(f"{name}={value}" for name, value in fault.items() if name not in shown_elsewhere)
    return f"{fault['id']:<10} {fault['state']:<8} matched {fault['matched']} applied {fault['applied']}  {what}"
