"""The verbs of phones: `phones list|set`. A phone is how a real number behaves when it is called."""

from typing import Any

import click

from masking_emulator.cli.common import (
    DAY_S,
    AccountClient,
    Duration,
    Noun,
    Output,
    account_options,
    given,
    output_options,
    table,
)
from masking_emulator.client import segment

_TIME = Duration(DAY_S)


@click.group(cls=Noun)
def phones() -> None:
    """Say how a real number behaves when it is called: who answers after how long, is busy, types which PIN."""


@phones.command(name="list")
@output_options
@account_options
def list_(url: str, account: str | None, **output: bool) -> None:
    """Print the phones with habits of their own; every other one has the world's."""
    answer = AccountClient(url, account).get("/phones")
    Output(**output).show_list(answer, table([(phone["number"], _habits(phone)) for phone in answer["phones"]]))


@phones.command(name="set")
@click.argument("number")
@click.option(
    "--outcome",
    type=click.Choice(["answer", "busy", "reject", "no_answer", "unreachable", "manual"]),
    help="What it does.",
)
@click.option("--answer-after", type=_TIME, metavar="TIME", help="How long until the outcome.")
@click.option("--hangup-after", type=_TIME, metavar="TIME", help="How long it talks before it hangs up.")
@click.option("--digits", multiple=True, help="What its owner types; once for each prompt.")
@output_options
@account_options
def set_(
    number: str,
    outcome: str | None,
    answer_after: float | None,
    hangup_after: float | None,
    digits: tuple[str, ...],
    url: str,
    account: str | None,
    **output: bool,
) -> None:
    """From now on the phone of NUMBER behaves like this. What is left out is as in the world."""
    body = given(outcome=outcome, answer_after_s=answer_after, hangup_after_s=hangup_after, digits=list(digits) or None)
    answer = AccountClient(url, account).put(f"/phones/{segment(number)}", body)
    Output(**output).show(answer, [f"{answer['number']}  {_habits(answer)}"])


def _habits(phone: dict[str, Any]) -> str:
    shown = {name: value for name, value in phone.items() if name != "number" and value not in (None, [])}
    return " ".join(f"{name}={value}" for name, value in shown.items())
