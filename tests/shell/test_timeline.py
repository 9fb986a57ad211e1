"""The timeline of the control API: every session, call, callback and request, a short row each."""

from masking_emulator.control.views.timeline import COLUMNS, timeline_json
from masking_emulator.core.commands import PlaceCall
from masking_emulator.core.instants import read
from masking_emulator.core.records.calls import Script

from tests.shell.worlds import ANNA, create, still_world


def test_timeline_has_a_row_of_everything() -> None:
    """Instants are milliseconds since 1970; a call that runs has no end."""
    world = still_world()
    (created, *_) = world.do(create())
    session = created.session  # type: ignore[union-attr]  # the first event of a create is its session's
    world.do(PlaceCall(ANNA, session.number, Script(manual=True)))

    found = timeline_json(world)

    now = read(found["now"]) // 1000
    assert [[session.uuid, f"+{session.number}", now, now + 1_800_000, "in_progress"]] == found["sessions"]
    assert [(session.uuid, now, None)] == [tuple(row[1:]) for row in found["calls"]]
    assert [] == found["requests"]


def test_every_row_has_a_place_for_each_column() -> None:
    """What the columns are called is part of the answer."""
    world = still_world()
    world.do(create())

    found = timeline_json(world)

    assert COLUMNS == found["columns"]
    for name, columns in COLUMNS.items():
        assert all(len(columns) == len(row) for row in found[name]), name
