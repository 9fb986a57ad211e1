"""The verb `trigger`: the shortest story that ends in an event, with all its callbacks, for a receiver to try.

With --account it is played in a world of a running server; without, in a server of its own, which ends with the verb.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import click

from masking_emulator.cli.common import (
    EXIT_REFUSED,
    EXIT_USAGE,
    AccountClient,
    Duration,
    Output,
    Verb,
    account_options,
    coloured,
    end,
    output_options,
    table,
)
from masking_emulator.cli.runs import routes_option
from masking_emulator.cli.words import PATIENCE_S_DEFAULT, PATIENCE_S_MAX
from masking_emulator.client import ControlRefused
from masking_emulator.clock import read_duration

#: What the control API answers where the trigger makes no sense, which is a wrong argument here.
_NO_STORY: Final = 400

#: Key of the request → the word of the command line that gave it.
_ARGUMENTS: Final[Mapping[str, str]] = {"event": "EVENT", "to": "--to"}


#: So much of an answer's first line is printed.
_SAID_CHARACTERS_MAX: Final = 100


class OverrideWords(click.ParamType[tuple[str, Any]]):
    """KEY=VALUE; the value of a key that ends in `_s` is a length of time."""

    name = "override"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        """The key and its value."""
        key, equals, text = str(value).partition("=")
        if not (key and equals):
            self.fail(f"{value!r} is not KEY=VALUE, such as cause=busy", param, ctx)
        try:
            return key, read_duration(text) if key.endswith("_s") else text
        except ValueError as error:
            self.fail(f"{key}: {error}", param, ctx)


@click.command(cls=Verb)
@click.argument("event", required=False)
@click.option("--to", metavar="URL", help="Where its callbacks go.")
@click.option("--list", "listed", is_flag=True, help="Print every event, and what is played for it.")
@click.option(
    "--override",
    "overrides",
    multiple=True,
    type=OverrideWords(),
    metavar="KEY=VALUE",
    help="A parameter of the session, such as first_party or second_party_pin, or what --list shows.",
)
@click.option("--in-order", is_flag=True, help="Send each once the one before was answered with 2xx; else stop.")
@click.option("--only", is_flag=True, help="Send the last callback alone, as the story makes it.")
@click.option("--world", help="The private server's world file (TOML), or an example's name.  [default: demo]")
@routes_option("In the private server, deliver callbacks for this public URL, and all below it, to this one.")
@click.option(
    "--timeout",
    default=f"{PATIENCE_S_DEFAULT}s",
    show_default=True,
    type=Duration(PATIENCE_S_MAX),
    metavar="TIME",
    help="Real time to wait in all for answers.",
)
@output_options
@account_options
def trigger(event: str | None, to: str | None, listed: bool, **options: Any) -> None:  # noqa: FBT001  # click's way
    """Play the shortest story that ends in EVENT, and deliver all its callbacks to a URL, signed.

    Without --account in a server of its own, which is gone afterwards; its account is that of --world. Prints what
    was answered; exit code 1 where an answer was not 2xx, or none came.

    \b
        masking-emulator trigger --list
        masking-emulator trigger SessionTimeout --to http://127.0.0.1:5000/events
        masking-emulator trigger SessionSecondPartyHangup --override cause=busy --to http://127.0.0.1:5000/events
        masking-emulator trigger SessionRecordingCompleted --to https://shop.example.com/events \\
            --route https://shop.example.com=http://127.0.0.1:5000
    """
    out = Output(as_json=options["as_json"], quiet=options["quiet"])
    _check_story(event, options["overrides"], listed=listed)
    if listed:
        return _list(out, event)
    if not to:
        raise click.UsageError("--to says where the callbacks go, such as --to http://127.0.0.1:5000/events")
    if options["account"] is not None and (options["world"] is not None or options["routes"]):
        raise click.UsageError(
            "--world and --route are the private server's, and --account names a running one's world"
        )
    body = {
        "event": event,
        "to": to,
        "overrides": dict(options["overrides"]),
        "only": options["only"],
        "in_order": options["in_order"],
        "patience_s": options["timeout"],
    }
    with _server(options) as server:
        played = _played(server, body)
    out.show(played, _lines(played))
    if options["account"] is None and any(found["state"] == "blocked" for found in played["callbacks"]):
        out.remark(f"to deliver it here: --route {to.partition('?')[0]}=http://127.0.0.1:PORT")
    if not played["delivered"]:
        sys.exit(EXIT_REFUSED)
    return None


def _check_story(event: str | None, overrides: tuple[tuple[str, Any], ...], *, listed: bool) -> None:
    """Say what is wrong with the event and the overrides, before a server is started for them."""
    from masking_emulator.plivo.stories import BadStory, story_of

    if event is None:
        if not listed:
            raise click.UsageError("which EVENT? `masking-emulator trigger --list` prints them")
        return
    try:
        story_of(event, dict(overrides))
    except BadStory as bad:
        end(EXIT_USAGE, f"{_ARGUMENTS.get(bad.key, f'--override {bad.key}')}: {bad.reason}")


def _list(out: Output, event: str | None) -> None:
    from masking_emulator.plivo.stories import STORIES

    stories = [story.as_json() for story in STORIES if event in (None, story.event)]
    rows = [(one["event"], one["variant"], one["about"]) for one in stories]
    out.show_list({"stories": stories}, table(rows))


@contextmanager
def _server(options: Mapping[str, Any]) -> Iterator[AccountClient]:
    """The server and the account in whose world the story is played."""
    patience_s = 60.0 + options["timeout"]
    if options["account"] is not None:
        yield AccountClient(options["url"], options["account"], timeout_s=patience_s)
        return
    from masking_emulator.interception.certificates import CannotKeep
    from masking_emulator.server.sockets import CannotOpenSocket
    from masking_emulator.server.thread import ServerThread
    from masking_emulator.world.spec import BadWorld

    try:
        private = ServerThread(options["world"] or "demo")
    except (BadWorld, CannotKeep, CannotOpenSocket) as error:
        end(EXIT_USAGE, str(error))
    with private:
        server = AccountClient(private.url, timeout_s=patience_s)
        server.put("/clock", {"rate": 0})
        if options["routes"]:
            before = server.get("/routes")["routes"]
            more = [{"from": public, "to": target} for public, target in options["routes"]]
            try:
                server.put("/routes", {"routes": [*before, *more]})
            except ControlRefused as refused:
                end(EXIT_USAGE, f"--route: {refused.answer.get('error', refused)}")
        yield server


def _played(server: AccountClient, body: Mapping[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = server.post("/trigger", body)
    except ControlRefused as refused:
        if refused.status != _NO_STORY or refused.field is None:
            raise
        key = refused.field.removeprefix("overrides.")
        end(EXIT_USAGE, f"{_ARGUMENTS.get(key, f'--override {key}')}: {refused.answer['error']}")
    return answer


def _lines(played: Mapping[str, Any]) -> Iterator[str]:
    rows = [(found["event"], f"#{found['sequence']}", _answered(found)) for found in played["callbacks"]]
    lines = table(rows)
    for line, found in zip(lines, played["callbacks"], strict=True):
        good = found["state"] == "delivered"
        yield line if good else coloured(line, good=False)
    if not played["callbacks"] or played["callbacks"][-1]["event"] != played["event"]:
        yield coloured(f"{played['event']}  not reached", good=False)


def _answered(found: Mapping[str, Any]) -> str:
    """What the receiver answered, or why it did not."""
    if not found["attempts"]:
        return f"{found['state']}, not sent"
    last = found["attempts"][-1]
    times = f", attempt {last['number']}" if last["number"] > 1 else ""
    response = last["response"]
    elsewhere = "" if last["url"] == found["request"]["url"] else f" at {last['url']}"
    came = f"answered {response['status']}" if response else last["error"] or last["meaning"]
    said = "" if found["state"] == "delivered" or not response else _beginning(response["body"])
    return f"{came}{elsewhere} ({last['took_ms']:.0f} ms{times}){said}"


def _beginning(body: str) -> str:
    """Where a body says why it was no success, its first line."""
    line = next((line.strip() for line in body.splitlines() if line.strip()), "")
    return f": {line[:_SAID_CHARACTERS_MAX]}" if line.isprintable() and line else ""
