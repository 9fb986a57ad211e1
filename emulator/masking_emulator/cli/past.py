"""How the verb `worlds at` prints a moment of a world, and what changed since another one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from masking_emulator.cli.common import counted, table


def moment_lines(moment: Mapping[str, Any]) -> list[str]:
    """The moment: its event, then what there was, a line each, newest first."""
    from masking_emulator.plivo.sentences import event_line

    event = "before anything happened" if moment["sequence"] == 0 else f"after event {moment['sequence']}"
    lines = [f"{moment['now']}, {event}; {moment['first']} to {moment['last']} can be looked at"]
    lines += [event_line(moment["event"])] if moment["event"] else []
    lines += _part(
        "session",
        [
            (each["session_uuid"], each["status"], f"+{each['virtual_number']}", each["expiry_time"])
            for each in moment["sessions"]
        ],
    )
    lines += _part("call", [(each["call_uuid"], each["from"], each["to"], each["phase"]) for each in moment["calls"]])
    lines += _part(
        "callback",
        [(str(each["id"]), each["event"], each["session_uuid"], each["state"]) for each in moment["callbacks"]],
    )
    return lines + _part(
        "number",
        [(each["number"], each["owner"], counted(each["live_sessions"], "session")) for each in moment["numbers"]],
    )


def change_lines(changes: Sequence[Mapping[str, Any]]) -> list[str]:
    """What changed: a line for each thing that is new or gone, and one for each field."""
    return table([row for change in changes for row in _rows(change)])


def _rows(change: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    named = (change["kind"], change["id"])
    if not change["fields"]:
        yield (*named, change["change"])
    for field in change["fields"]:
        yield (*named, field["field"], f"{json.dumps(field['before'])} -> {json.dumps(field['after'])}")


def _part(noun: str, rows: Sequence[Sequence[str]]) -> list[str]:
    return [counted(len(rows), noun), *(f"  {line}" for line in table(rows))]
