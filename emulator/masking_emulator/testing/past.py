"""The past of a world as a test sees it: a moment, and what changed between two, over the control API's JSON.

Instants are ISO 8601 texts, phone numbers have a plus but in a session. `data` is all that the control API says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from masking_emulator.testing.exchanges import CallbackView
from masking_emulator.testing.views import CallView, EventView, NumberView, RecordView


@dataclass(frozen=True, slots=True)
class MomentView:
    """A world as it stood after the event `sequence`; `event` is None before the first one.

    `sessions` have the fields that the emulated API showed then. Everything but the numbers is newest first.
    """

    sequence: int
    now: str
    event: EventView | None
    sessions: Sequence[RecordView]
    calls: Sequence[CallView]
    callbacks: Sequence[CallbackView]
    numbers: Sequence[NumberView]
    data: Mapping[str, Any]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        return cls(
            sequence=given["sequence"],
            now=given["now"],
            event=None if given["event"] is None else EventView.of(given["event"]),
            sessions=[RecordView(session) for session in given["sessions"]],
            calls=[CallView.of(call) for call in given["calls"]],
            callbacks=[CallbackView.of(callback) for callback in given["callbacks"]],
            numbers=[NumberView.of(number) for number in given["numbers"]],
            data=given,
        )


@dataclass(frozen=True, slots=True)
class ChangeView:
    """What happened to one thing between two moments: `change` is new, changed or gone.

    `kind` is one of session, call, callback, number, phone, recording. `fields` maps the path of each field that
    changed to what was there before and is there after.
    """

    kind: str
    id: str
    change: str
    fields: Mapping[str, tuple[object, object]]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the control API's JSON."""
        fields = {field["field"]: (field["before"], field["after"]) for field in given["fields"]}
        return cls(given["kind"], given["id"], given["change"], fields)
