"""Control over what happened: the journal of a world's events."""

from collections.abc import Sequence
from typing import Any, Final

from emulator.control.kernel import WHOLE, Answer, Asked, Operation, W, whole
from emulator.core.events import Event
from emulator.journal import event_json

#: One answer lists at most so many events; what is left out is counted.
EVENTS_MAX: Final = 10_000


async def show_journal(asked: Asked) -> Answer:
    """The events after a sequence number, oldest first. `first` tells from where the journal is kept."""
    world = asked.world
    world.caught_up()
    events = world.journal.after(whole(asked.query, "after", 0), min(whole(asked.query, "limit", 1000), EVENTS_MAX))
    journal = {"first": world.journal.first, "last": world.journal.last}
    return 200, journal | {"events": [numbered(*event) for event in events]}


def numbered(sequence: int, event: Event) -> dict[str, Any]:
    """An event with its sequence number."""
    return {"sequence": sequence, **event_json(event)}


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", f"{W}/journal", "What happened", show_journal, query={"after": WHOLE, "limit": WHOLE}),
)
