"""The verb `journal`: what happened in a world, and with `--follow` what happens."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from masking_emulator.cli.common import (
    WHOLE,
    AccountClient,
    Output,
    Verb,
    account_options,
    follow_until_asked,
    output_options,
)
from masking_emulator.cli.words import EVENTS_MAX

#: So many events are printed where nothing else is asked for.
_LISTED_DEFAULT: Final = 1_000

#: How long one request may wait for the next event, in real seconds.
_QUIET_S: Final = 3_600


@click.command(cls=Verb)
@click.option("--after", type=WHOLE, help="Only events after this sequence number, the first of them.")
@click.option(
    "--limit",
    default=_LISTED_DEFAULT,
    show_default=True,
    type=WHOLE,
    help="The most to print; without --after, the newest.",
)
@click.option("--follow", is_flag=True, help="Go on with every later event as it happens, until Ctrl-C.")
@output_options
@account_options
def journal(after: int | None, limit: int, follow: bool, url: str, account: str | None, **output: bool) -> None:  # noqa: FBT001  # click's way
    """Print what happened in the world, newest last."""
    server, out = AccountClient(url, account, timeout_s=_QUIET_S), Output(**output)
    if follow:
        follow_until_asked()
        for event in server.control.stream(f"{server.world}/journal/stream", after=after or 0):
            out.stream(event, *event_lines([event]))
        return
    limit = min(limit, EVENTS_MAX)
    begin = max(0, server.get("/journal", limit=0)["last"] - limit) if after is None else after
    answer = server.get("/journal", after=begin, limit=limit)
    events = answer["events"]
    before = max(0, events[0]["sequence"] - answer["first"]) if events and after is None else 0
    out.show_list(answer, event_lines(events), before=before, nothing="nothing happened")
    if events and not out.as_json and events[-1]["sequence"] < answer["last"]:
        out.remark(f"{answer['last'] - events[-1]['sequence']:,} after these")


def event_lines(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """Events, one a line."""
    from masking_emulator.plivo.sentences import event_line

    return [event_line(event) for event in events]
