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
    end_cleanly_when_asked,
    output_options,
)

#: One answer of the control API lists at most so many.
_PAGE: Final = 1_000

#: How long one request may wait for the next event, in real seconds.
_QUIET_S: Final = 3_600


@click.command(cls=Verb)
@click.option("--after", default=0, show_default=True, type=WHOLE, help="Only events after this sequence number.")
@click.option("--limit", default=_PAGE, show_default=True, type=WHOLE, help="The most to print.")
@click.option("--follow", is_flag=True, help="Go on with every later event as it happens, until Ctrl-C.")
@output_options
@account_options
def journal(after: int, limit: int, follow: bool, url: str, account: str | None, **output: bool) -> None:  # noqa: FBT001  # click's way
    """Print what happened in the world, oldest first."""
    server, out = AccountClient(url, account, timeout_s=_QUIET_S), Output(**output)
    if follow:
        end_cleanly_when_asked()
        for event in server.control.stream(f"{server.world}/journal/stream", after=after):
            out.stream(event, *event_lines([event]))
        return
    answer = server.get("/journal", after=after, limit=limit)
    events = answer["events"]
    out.show_list(answer, event_lines(events), nothing="nothing happened")
    if events and not out.as_json and events[-1]["sequence"] < answer["last"]:
        out.remark(f"{answer['last'] - events[-1]['sequence']:,} after these")


def event_lines(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """Events, one a line."""
    from masking_emulator.plivo.sentences import event_line

    return [event_line(event) for event in events]
