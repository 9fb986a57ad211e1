"""The verbs of callback routes: `routes list|add|clear`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from masking_emulator.cli.common import (
    EXIT_USAGE,
    AccountClient,
    Noun,
    Output,
    account_options,
    end,
    output_options,
    table,
)
from masking_emulator.client import ControlRefused

#: What the control API answers where a route makes no sense, which is a wrong argument here.
_NO_ROUTE: Final = 400

#: The key of a route that is wrong → the argument that gave it.
_ARGUMENTS: Final[Mapping[str, str]] = {"from": "FROM", "to": "TO"}


@click.group(cls=Noun)
def routes() -> None:
    """Deliver public callback URLs to an app near by, signed for the public URL.

    \b
    masking-emulator routes add https://shop.example.com/in http://127.0.0.1:5000/app
    masking-emulator routes list
    masking-emulator routes clear
    """


@routes.command("list")
@output_options
@account_options
def list_(url: str, account: str | None, **output: bool) -> None:
    """Print the routes of the world, and on stderr which of them is asked before which."""
    answer = AccountClient(url, account).get("/routes")
    _show(Output(**output), answer)


@routes.command()
@click.argument("from_", metavar="FROM")
@click.argument("to", metavar="TO")
@output_options
@account_options
def add(from_: str, to: str, url: str, account: str | None, **output: bool) -> None:
    """Deliver what goes to FROM, or to anything below it, to TO. Callbacks that wait follow it too."""
    server = AccountClient(url, account)
    before = server.get("/routes")["routes"]
    try:
        answer = server.put("/routes", {"routes": [*before, {"from": from_, "to": to}]})
    except ControlRefused as refused:
        if refused.status != _NO_ROUTE:
            raise
        field = refused.field or ""
        end(EXIT_USAGE, f"{_ARGUMENTS.get(field.rpartition('.')[2], field)}: {refused.answer['error']}")
    _show(Output(**output), answer)


@routes.command()
@click.argument("from_", metavar="FROM", required=False)
@output_options
@account_options
def clear(from_: str | None, url: str, account: str | None, **output: bool) -> None:
    """Take the route of FROM away, as `routes list` prints it, or all routes."""
    server = AccountClient(url, account)
    before: Sequence[Mapping[str, str]] = server.get("/routes")["routes"]
    kept = [] if from_ is None else [route for route in before if route["from"] != from_.rstrip("/")]
    if from_ is not None and len(kept) == len(before):
        known = ", ".join(route["from"] for route in before) or "none"
        raise click.BadParameter(f"{from_} has no route; the routes are {known}", param_hint="FROM")
    answer = server.put("/routes", {"routes": kept})
    Output(**output).show(answer, [f"removed {len(before) - len(kept)}"])


def _show(out: Output, answer: Mapping[str, Any]) -> None:
    out.show_list(answer, table([(route["from"], f"-> {route['to']}") for route in answer["routes"]]))
    for note in answer["notes"]:
        out.remark(f"note: {note}")
