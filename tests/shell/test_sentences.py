"""The sentences above the outbox and the book of sessions, after any run of a world."""

from hypothesis import HealthCheck, given, settings
from masking_emulator.core.books.session_query import SessionQuery
from masking_emulator.core.records.callbacks import CallbackState

from tests.shell.runs import Step, new_world, play, runs

#: A generated run costs some milliseconds, on a busy machine more.
of_any_run = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@of_any_run
@given(steps=runs())
def test_outbox_is_as_it_says(steps: list[Step]) -> None:
    """Held or in one line; no line is empty; behind the first all wait; `ready` names those whose first one waits."""
    world = new_world()
    for step in steps:
        play(world, [step])
        outbox = world.caught_up().state.outbox
        state_of = {callback.ordinal: callback.state for callback in outbox.unsettled()}
        session_of = {callback.ordinal: callback.session for callback in outbox.unsettled()}
        lines = outbox.lines()
        in_line = [ordinal for line in lines.values() for ordinal in line]

        held = {ordinal for ordinal, state in state_of.items() if state is CallbackState.HELD}
        assert sorted(in_line) == sorted(state_of.keys() - held)
        assert all(session_of[ordinal] == session for session, line in lines.items() for ordinal in line)
        assert all(lines.values())
        assert {CallbackState.WAITING} >= {state_of[ordinal] for line in lines.values() for ordinal in line[1:]}
        firsts = {session: state_of[line[0]] for session, line in lines.items()}
        assert {CallbackState.WAITING, CallbackState.RETRYING} >= set(firsts.values())
        assert {session for session, state in firsts.items() if state is CallbackState.WAITING} == set(
            outbox.ready_sessions
        )


@of_any_run
@given(steps=runs())
def test_book_is_as_it_says(steps: list[Step]) -> None:
    """Age is one order; an ended session's expiry is not in the future; as many live as are listed as live."""
    world = new_world()
    for step in steps:
        play(world, [step])
        engine = world.caught_up()
        sessions = list(engine.state.book.all())

        assert sessions == sorted(sessions, key=lambda session: session.ordinal)
        assert sessions == sorted(sessions, key=lambda session: session.created_at)
        assert all(session.is_live or session.expires_at <= engine.now for session in sessions)
        live = [session for session in reversed(sessions) if session.is_live]
        assert (len(live), live) == engine.select(SessionQuery(limit=1_000, offset=0, live=True))
