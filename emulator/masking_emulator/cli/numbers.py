"""The verbs of the number pool: `numbers list|add|replace|report`."""

from typing import Any

import click

from masking_emulator.cli.common import (
    AccountClient,
    Noun,
    Output,
    account_options,
    aligned,
    counted,
    given,
    output_options,
    table,
)
from masking_emulator.client import segment


@click.group(cls=Noun)
def numbers() -> None:
    """Look at the number pool, add a number, report one, or ask how many would have been enough."""


@numbers.command(name="list")
@output_options
@account_options
def list_(url: str, account: str | None, **output: bool) -> None:
    """Print the pool in allocation order, with what is on each number now."""
    answer = AccountClient(url, account).get("/numbers")
    rows = [(number["number"], number["owner"], _use(number)) for number in answer["numbers"]]
    Output(**output).show_list(answer, table(rows), nothing="the pool is empty")


@numbers.command()
@click.argument("number")
@click.option("--subaccount", metavar="AUTH_ID", help="Whose number it is; left out, the main account's.")
@output_options
@account_options
def add(number: str, subaccount: str | None, url: str, account: str | None, **output: bool) -> None:
    """Add NUMBER at the end of the pool."""
    answer = AccountClient(url, account).post("/numbers", given(number=number, subaccount=subaccount))
    Output(**output).show(answer, [f"added {answer['number']}"])


@numbers.command()
@click.argument("number")
@output_options
@account_options
def replace(number: str, url: str, account: str | None, **output: bool) -> None:
    """Report NUMBER as sub-optimal: its live sessions get other numbers, and it gets no session any more."""
    answer = AccountClient(url, account).post(f"/numbers/{segment(number)}/replace")
    moved = [f"{session['session_uuid']} now on {session['virtual_number']}" for session in answer["sessions"]]
    Output(**output).show(answer, [*moved, f"replaced {answer['number']}"])


@numbers.command()
@output_options
@account_options
def report(url: str, account: str | None, **output: bool) -> None:
    """Report how many numbers, of which countries, would have served the run so far, and when it was tightest."""
    answer = AccountClient(url, account).get("/pool-report")
    rows = [("sessions", str(answer["sessions_created"])), ("numbers needed", str(answer["numbers_needed"]))]
    lines = [*aligned(rows), *map(_group, answer["numbers"])]
    busiest = answer["busiest_party"]
    if busiest:
        lines.append(
            f"busiest {busiest['party']}: {counted(busiest['sessions_at_once'], 'session')} at once; "
            f"the vendor's formula asks for {counted(busiest['vendors_formula'], 'number')}"
        )
    if "note" in answer:
        lines.append(f"note: {answer['note']}")
    Output(**output).show(answer, lines)


def _group(group: dict[str, Any]) -> str:
    tightest = f"{counted(group['sessions_then'], 'session')} on {counted(group['most_taken_at_once'], 'number')}"
    return (
        f"{group['account']} +{group['calling_code']}: {group['needed']} needed, "
        f"tightest at {group['tightest_at']} with {tightest}"
    )


def _use(number: dict[str, Any]) -> str:
    sessions = number["live_sessions"]
    uses = [
        counted(sessions, "live session") if sessions else "",
        f"only for {number['exclusive_to']}" if number["exclusive_to"] else "",
        "suspended" if number["suspended"] else "",
        *(f"cools off until {hold['until']} after {hold['session']}" for hold in number["cooling"]),
    ]
    return ", ".join(use for use in uses if use) or "free"
