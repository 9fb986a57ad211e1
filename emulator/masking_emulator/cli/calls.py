"""The verbs of the simulated telephone network: `call`, and `calls list|show|act`."""

from typing import Any, Final

import click

from masking_emulator.cli.common import (
    DAY_S,
    WHOLE,
    AccountClient,
    Duration,
    Noun,
    Output,
    Verb,
    account_options,
    aligned,
    given,
    output_options,
    table,
)
from masking_emulator.cli.words import ACTIONS, ENDED, OUTCOMES, PHASES, SIDES
from masking_emulator.client import segment

_TIME: Final = Duration(DAY_S)
_SIDE: Final = click.Choice(SIDES)


@click.command(cls=Verb)
@click.argument("from_", metavar="FROM")
@click.argument("to")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="What the phone behind the number does.")
@click.option("--answer-after", type=_TIME, metavar="TIME", help="How long until the outcome.")
@click.option("--talk", type=_TIME, metavar="TIME", help="How long they talk once connected.")
@click.option("--hangup-by", type=_SIDE, help="Who hangs up after that.")
@click.option("--digits", multiple=True, help="The PIN that the caller types; once for each prompt, '' for none.")
@click.option(
    "--manual",
    is_flag=True,
    help="People do nothing by themselves, a PIN is waited for; take each step with `calls act`.",
)
@click.option("--recording-fails", is_flag=True, help="The recording cannot be started.")
@click.option("--advance", is_flag=True, help="Move the world's clock until the call is over.")
@output_options
@account_options
def call(**options: Any) -> None:
    """Let FROM dial the virtual number TO, and print the call.

    What no option says, the phones' habits in the world file decide; the world's clock plays it.

    \b
        masking-emulator call +14155550123 +14155550100 --talk 20 --advance
        masking-emulator call +14155550123 +14155550100 --outcome busy
        masking-emulator call +14155550199 +14155550100 --digits 1111 --digits 1234 --advance
    """
    if options["advance"] and options["manual"]:
        raise click.UsageError("a --manual call does not end by itself, so there is nothing to --advance to")
    body = {"from": options["from_"], "to": options["to"], **_script(options)}
    server = AccountClient(options["url"], options["account"])
    placed = server.post("/calls", body)
    path = f"/calls/{segment(placed['call_uuid'])}"
    while options["advance"] and placed["phase"] != ENDED:
        server.post("/clock/advance", {"next": True})
        placed = server.get(path)
    Output(as_json=options["as_json"], quiet=options["quiet"]).show(placed, _described(placed))


@click.group(cls=Noun)
def calls() -> None:
    """Look at the calls, and take steps in one that is driven by hand. `call` places one."""


@calls.command(name="list")
@click.option("--session", help="Only calls of this session.")
@click.option("--phase", type=click.Choice(PHASES), help="Only calls in this phase.")
@click.option("--limit", default=100, show_default=True, type=WHOLE, help="The most to print, the newest ones.")
@output_options
@account_options
def list_(url: str, account: str | None, session: str | None, phase: str | None, limit: int, **output: bool) -> None:
    """Print the calls, newest last, one a line."""
    answer = AccountClient(url, account).get("/calls", **given(session=session, phase=phase, limit=limit))
    answer["calls"].reverse()
    rows = [(found["started_at"], found["call_uuid"], _people(found), _standing(found)) for found in answer["calls"]]
    Output(**output).show_list(answer, table(rows), before=answer["matched"] - len(rows))


@calls.command()
@click.argument("call_uuid", metavar="CALL")
@output_options
@account_options
def show(call_uuid: str, url: str, account: str | None, **output: bool) -> None:
    """Print CALL, by the UUID of any of its legs."""
    found = AccountClient(url, account).get(f"/calls/{segment(call_uuid)}")
    Output(**output).show(found, _described(found))


@calls.command()
@click.argument("call_uuid", metavar="CALL")
@click.argument("action", type=click.Choice(ACTIONS))
@click.argument("digits", required=False)
@click.option("--party", type=_SIDE, help="Who does it; left out, whoever can, and the caller for a hangup.")
@output_options
@account_options
def act(
    call_uuid: str, action: str, digits: str | None, party: str | None, url: str, account: str | None, **output: bool
) -> None:
    """Take one step of a running call, and print what became of it.

    \b
        masking-emulator calls act CALL answer
        masking-emulator calls act CALL digits 1234    # '' for no input in time
        masking-emulator calls act CALL hangup --party callee
    """
    if (action == "digits") != (digits is not None):
        raise click.UsageError("DIGITS are given with the action digits, and with no other")
    body = given(action=action, digits=digits, party=party)
    after = AccountClient(url, account).post(f"/calls/{segment(call_uuid)}/actions", body)
    Output(**output).show(after, _described(after))


def _script(options: dict[str, Any]) -> dict[str, Any]:
    return given(
        outcome=options["outcome"],
        answer_after_s=options["answer_after"],
        talk_s=options["talk"],
        hangup_by=options["hangup_by"],
        digits=list(options["digits"]) or None,
        manual=options["manual"] or None,
        recording_fails=options["recording_fails"] or None,
    )


def _described(found: dict[str, Any]) -> list[str]:
    coming = found["next"] or {}
    rows = [
        ("call", found["call_uuid"]),
        ("people", _people(found)),
        ("session", found["session_uuid"] or ""),
        ("route", f"{found['route']}: {found['meaning']}"),
        ("phase", _standing(found)),
        ("started", found["started_at"]),
        ("ended", found["ended_at"] or ""),
        ("next", f"{coming['at']} {coming['what']} {coming.get('digits', '')}".rstrip() if coming else ""),
        ("wrong pins", str(found["wrong_pins"] or "")),
        ("recording", found["recording_uuid"] or ""),
        *(("leg", _leg(leg)) for leg in found["legs"]),
    ]
    return aligned(rows)


def _people(found: dict[str, Any]) -> str:
    return " → ".join(number for number in (found["from"], found["to"], found["callee"]) if number)


def _standing(found: dict[str, Any]) -> str:
    """The phase, and of an ended call why its last leg is over."""
    cause = found["legs"][-1]["hangup_cause"] if found["phase"] == ENDED else None
    return f"{found['phase']}: {cause}" if cause else str(found["phase"])


def _leg(leg: dict[str, Any]) -> str:
    who = f"{leg['call_uuid']}  {leg['person']:<16}  {leg['role'] or 'unknown':<12}  {leg['direction']:<8}"
    if leg["ended_at"] is None:
        return f"{who}  {'answered ' + leg['answered_at'] if leg['answered_at'] else 'not answered'}"
    by = f" by {leg['hangup_source']}" if leg["hangup_source"] else ""
    cause = f"{leg['hangup_cause']} ({leg['hangup_cause_code']}){by}"
    return f"{who}  {leg['duration_s']} s, billed {leg['billed_s']} s, {leg['amount']}  {cause}"
