"""A world on a line of time, in few bytes: sessions, calls, callbacks and requests, a short row each."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Final

from masking_emulator.control.views.requests import status_of
from masking_emulator.core.instants import written
from masking_emulator.world.world import World

#: So many of each, the newest: a page can draw them, and an answer stays below a few megabytes.
ROWS_MAX: Final = 20_000

#: What the places of a row hold. Instants are milliseconds since 1970, null where something has not ended.
COLUMNS: Final = {
    "sessions": ["session_uuid", "virtual_number", "created", "expires", "status"],
    "calls": ["call_uuid", "session_uuid", "started", "ended"],
    "callbacks": ["id", "session_uuid", "due", "state"],
    "requests": ["sequence", "operation", "at", "status"],
}


def timeline_json(world: World) -> dict[str, Any]:
    """The newest of each kind, oldest first, as rows whose places `columns` names."""
    engine = world.caught_up()
    calls = list(islice(engine.calls(), ROWS_MAX))
    calls.reverse()
    return {
        "now": written(world.clock.now()),
        "columns": COLUMNS,
        "sessions": _newest(
            engine.sessions(),
            lambda each: [
                each.uuid,
                f"+{each.number}",
                _ms(each.created_at),
                _ms(each.expires_at),
                each.status.word,
            ],
        ),
        "calls": [[call.uuid, call.session, _ms(call.started_at), _ms(call.ended_at)] for call in calls],
        "callbacks": _newest(
            (entry.callback for entry in world.dispatch.log.all()),
            lambda each: [each.ordinal, each.session, _ms(each.due_at), each.state.word],
        ),
        "requests": _newest(
            world.requests,
            lambda each: [each.sequence, each.operation, _ms(each.at), status_of(each)],
        ),
    }


def _newest(things: Iterable[Any], row: Callable[[Any], Sequence[Any]]) -> list[Sequence[Any]]:
    return [row(each) for each in list(things)[-ROWS_MAX:]]


def _ms(instant: int | None) -> int | None:
    return None if instant is None else instant // 1000
