"""The verbs of sessions, over the emulated API itself: what a backend would ask, asked by hand."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from masking_emulator.cli.common import (
    EXIT_REFUSED,
    WHOLE,
    AccountClient,
    Duration,
    Noun,
    Output,
    account_options,
    aligned,
    end,
    given,
    output_options,
    table,
)
from masking_emulator.cli.words import SESSION_STATUSES
from masking_emulator.client import Api, ApiRefused, segment

_PATH: Final = "Masking/Session/"

#: One page of the emulated API has at most so many.
_PAGE_MAX: Final = 20


@click.group(cls=Noun)
def sessions() -> None:
    """Create, look at, change and end masking sessions.

    \b
    masking-emulator sessions create +14155550123 +14155550145 --expiry 30m
    masking-emulator sessions list --status active
    masking-emulator sessions explain SESSION
    masking-emulator sessions expire SESSION
    """


@sessions.command(name="list")
@click.option("--status", type=click.Choice(SESSION_STATUSES), help="Only in this status.")
@click.option("--party", help="Only with this first or second party.")
@click.option("--limit", default=_PAGE_MAX, show_default=True, type=WHOLE, help="The most to print, the newest ones.")
@output_options
@account_options
def list_(url: str, account: str | None, status: str | None, party: str | None, limit: int, **output: bool) -> None:
    """Print the sessions, newest last, one a line."""
    found: list[dict[str, Any]] = []
    total, filters = 0, given(status=status, first_party=party)
    while len(found) < limit or limit == 0:
        query = {**filters, "limit": max(1, min(limit - len(found), _PAGE_MAX)), "offset": len(found)}
        page = _ask(url, account, "GET", _PATH, query=query)["response"]
        found += page["objects"]
        total = page["meta"]["total_count"]
        if not page["objects"] or len(found) >= total:
            break
    found = found[:limit]
    rows = [_row(session) for session in reversed(found)]
    Output(**output).show_list({"total": total, "sessions": found[::-1]}, table(rows), before=total - len(found))


@sessions.command()
@click.argument("session_uuid", metavar="SESSION")
@output_options
@account_options
def show(url: str, account: str | None, session_uuid: str, **output: bool) -> None:
    """Print one session as the API answers it."""
    answer = _ask(url, account, "GET", f"{_PATH}{segment(session_uuid)}/")
    Output(**output).show(answer["response"], _described(answer["response"]))


@sessions.command()
@click.argument("first_party", metavar="FIRST")
@click.argument("second_party", metavar="[SECOND]", required=False)
@click.option("--expiry", type=Duration(), metavar="TIME", help="How long it lives; 30m, 1h30m or seconds.")
@click.option("--cooloff", type=Duration(), metavar="TIME", help="How long its number rests afterwards.")
@click.option("--callback-url", help="Where its callbacks go.")
@click.option("--pin", "first_party_pin", help="The first party's PIN; PINs are then required.")
@click.option("--second-pin", "second_party_pin", help="The second party's PIN.")
@click.option("--record/--no-record", default=None, help="Record its calls.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Any other parameter of the API.")
@output_options
@account_options
def create(url: str, account: str | None, settings: tuple[str, ...], as_json: bool, quiet: bool, **fields: Any) -> None:  # noqa: FBT001  # click's way
    """Create a session between FIRST and SECOND, and print its virtual number.

    Without SECOND it is a single-party session. A live session of the same two is refreshed, as at the vendor.
    """
    answer = _ask(url, account, "POST", _PATH, {**_body(fields), **_settings(settings)})
    session = answer["session"]
    Output(as_json=as_json, quiet=quiet).show(answer, _described(session))


@sessions.command()
@click.argument("session_uuid", metavar="SESSION")
@click.option("--expiry", type=Duration(), metavar="TIME", help="How long it lives from now on.")
@click.option("--callback-url", help="Where its callbacks go.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Any other parameter of the API.")
@output_options
@account_options
def update(
    url: str,
    account: str | None,
    session_uuid: str,
    settings: tuple[str, ...],
    as_json: bool,  # noqa: FBT001  # click's way
    quiet: bool,  # noqa: FBT001  # click's way
    **fields: Any,
) -> None:
    """Change a live session, and print what it is then."""
    body = {**_body(fields), **_settings(settings)}
    if not body:
        raise click.UsageError("say what is to change: --expiry, --callback-url or --set NAME=VALUE")
    answer = _ask(url, account, "POST", f"{_PATH}{segment(session_uuid)}/", body)
    Output(as_json=as_json, quiet=quiet).show(answer, _described(answer["session"]))


@sessions.command()
@click.argument("session_uuid", metavar="SESSION")
@output_options
@account_options
def expire(url: str, account: str | None, session_uuid: str, **output: bool) -> None:
    """End a session now, as DELETE does. To let it run out, use `advance`."""
    answer = _ask(url, account, "DELETE", f"{_PATH}{segment(session_uuid)}/")
    Output(**output).show(answer, [f"expired {session_uuid}"])


@sessions.command()
@click.argument("session_uuid", metavar="SESSION")
@output_options
@account_options
def explain(url: str, account: str | None, session_uuid: str, **output: bool) -> None:
    """Say why a session has its virtual number: every candidate, and why it was dropped."""
    answer = AccountClient(url, account).get(f"/sessions/{segment(session_uuid)}/explain")
    Output(**output).show(answer, _candidates(answer["candidates"]))


def _ask(
    url: str,
    account: str | None,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    query: Mapping[str, str | int] | None = None,
) -> Any:
    """One request with the account's own credentials; a refusal ends the verb."""
    server = AccountClient(url, account)
    known = server.get("")
    api = Api(url, known["auth_id"], known["auth_token"])
    try:
        return api.ask(method, path, body, query or {})
    except ApiRefused as error:
        end(EXIT_REFUSED, str(error))


def _body(fields: dict[str, Any]) -> dict[str, Any]:
    expiry, cooloff = fields.pop("expiry", None), fields.pop("cooloff", None)
    pins = fields.get("first_party_pin") is not None or fields.get("second_party_pin") is not None
    return given(
        **fields,
        session_expiry=None if expiry is None else round(expiry),
        virtual_number_cooloff_period=None if cooloff is None else round(cooloff),
        is_pin_authentication_required=pins or None,
        create_session_with_single_party=True if "second_party" in fields and fields["second_party"] is None else None,
    )


def _settings(settings: tuple[str, ...]) -> dict[str, Any]:
    """NAME=VALUE pairs; a value that is JSON is what it says, anything else is text."""
    found: dict[str, Any] = {}
    for text in settings:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--set")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _row(session: Mapping[str, Any]) -> tuple[str, ...]:
    parties = " → ".join(filter(None, (session["first_party"], session["second_party"])))
    return (session["created_time"], session["session_uuid"], session["status"], session["virtual_number"], parties)


def _described(session: Mapping[str, Any]) -> list[str]:
    shown = {name: value for name, value in session.items() if value not in (None, "", [], False)}
    return aligned((name, value if isinstance(value, str) else json.dumps(value)) for name, value in shown.items())


def _candidates(candidates: Sequence[Mapping[str, Any]]) -> list[str]:
    from masking_emulator.plivo.sentences import why_of

    return table([(each["number"], each["verdict"], why_of(each)) for each in candidates])
