"""The verb `listen`: receive callbacks, print each, and whether it is genuine. Part of the command line."""

import json
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from masking_emulator.cli.common import (
    EXIT_USAGE,
    PORT,
    Verb,
    WholeNumber,
    account_options,
    end,
    follow_until_asked,
    output_options,
)
from masking_emulator.client import Control, ControlRefused, Unreachable

if TYPE_CHECKING:
    from masking_emulator.receiver import Received

#: The token of the demo world's account, for when no server says another.
_DEMO_TOKEN: Final = "emulator-token"

#: How long the server may take to answer with its tokens, in real seconds.
_LOOK_S: Final = 2.0

#: Parameters that are not repeated after the beginning of the line.
_IN_FRONT: Final = frozenset(
    {"EventName", "EventTimestamp", "SessionUUID", "From", "To", "VirtualNumber", "SequenceNumber"}
)


@click.command(cls=Verb)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=9000, show_default=True, type=PORT, help="The port; 0: any free one.")
@click.option("--status", default=200, show_default=True, type=WholeNumber(200, 599), help="The status to answer with.")
@click.option("--auth-token", "tokens", multiple=True, help="A token that may sign; left out, those of the world.")
@output_options
@account_options
def listen(
    host: str,
    port: int,
    status: int,
    tokens: tuple[str, ...],
    as_json: bool,  # noqa: FBT001  # click's way
    quiet: bool,  # noqa: FBT001  # click's way
    url: str,
    account: str | None,
) -> None:
    """Receive callbacks until Ctrl-C: print each, and whether its signatures are right.

    Takes GET and POST on every path. Give its URL as callback_url when you create a session:

    \b
        masking-emulator listen --port 9000
        … "callback_url": "http://127.0.0.1:9000/events" …

    Signatures are checked with the tokens of the server's world, its subaccounts included; where no server answers,
    with the demo world's.
    """
    follow_until_asked()
    # Imported here: the other verbs need none of it and start faster without.
    from masking_emulator.receiver import CannotReceive, Receiver

    known = tokens or _tokens(url, account)
    try:
        hear = _printer(as_json=as_json, quiet=quiet)
        receiver = Receiver(*known, host=host, port=port, status=status, hear=hear)
    except CannotReceive as error:
        end(EXIT_USAGE, f"{error}; choose another with --{error.field}" if error.field else str(error))
    # A program that reads JSON finds nothing else on its way.
    click.echo(f"listening {receiver.url}", err=as_json or quiet)
    click.echo(
        f'create a session with "callback_url": "{receiver.url}", and its callbacks come here', err=as_json or quiet
    )
    receiver.serve()


def _tokens(url: str, account: str | None) -> Sequence[str]:
    """The tokens of the world's accounts, the main account's first."""
    control = Control(url, timeout_s=_LOOK_S)
    try:
        found = control.get(control.world(account))
    except (Unreachable, ControlRefused):
        return [_DEMO_TOKEN]
    return [account["auth_token"] for account in (found, *found["subaccounts"])]


def _printer(*, as_json: bool, quiet: bool) -> Callable[["Received"], None]:
    """What prints a request. Requests come in threads, and their lines must not mix."""
    turn = threading.Lock()

    def show(received: "Received") -> None:
        if quiet:
            return
        with turn:
            click.echo(json.dumps(_json(received)) if as_json else _text(received))

    return show


def _json(received: "Received") -> dict[str, Any]:
    from masking_emulator.receiver import SHORT

    return {
        "method": received.method,
        "url": received.url,
        "event": received.event or None,
        "parameters": dict(received.parameters),
        "genuine": received.is_genuine,
        "signatures": {SHORT[header]: verdict.value for header, verdict in received.verdicts.items()},
    }


def _text(received: "Received") -> str:
    """Two lines: what happened to whom, and below it the rest and the signatures."""
    named = received.parameters
    if not received.event:
        return _printable(f"{received.method} {received.url}: no callback, it has no EventName")
    people = " → ".join(named[name] for name in ("From", "To") if name in named)
    via = f"via {named['VirtualNumber']}" if "VirtualNumber" in named else ""
    front = f"{named.get('EventTimestamp', ''):<19}  #{named.get('SequenceNumber', '?'):<3} {received.event:<30}"
    first = f"{front} session {named.get('SessionUUID', '?')}  {people} {via}".rstrip()
    rest = [f"{name}={value}" for name, value in named.items() if name not in _IN_FRONT]
    return f"{_printable(first)}\n{'':<19}  {_printable('  '.join([received.judgement, *rest]))}"


def _printable(text: str) -> str:
    """The text without control characters, so that no sender can move the cursor."""
    return "".join(character if character.isprintable() else "?" for character in text)
