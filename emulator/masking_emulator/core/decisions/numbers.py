"""Numbers: what adding one to the pool, the end of a cool-off, and replacing one do."""

from masking_emulator.core.books.pool import Wish
from masking_emulator.core.commands import AddNumber, EndCoolOff, ReplaceNumber
from masking_emulator.core.events import CoolOffEnded, Event, NumberAdded, NumberSuspended, SessionNumberReplaced
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.sessions import Candidate, DropReason, Number, Session
from masking_emulator.core.refusals import Reason, Refused
from masking_emulator.core.state import State


def add(state: State, command: AddNumber, now: int) -> list[Event]:
    """One number more, last in allocation order. Raises Refused: NUMBER_KNOWN, NUMBERS_FULL."""
    if command.digits in state.pool:
        raise Refused(Reason.NUMBER_KNOWN, number=command.digits)
    if len(state.pool) >= state.rules.numbers_max:
        raise Refused(Reason.NUMBERS_FULL, limit=state.rules.numbers_max)
    number = Number(command.digits, command.calling_code, command.owner, place=len(state.pool))
    return [NumberAdded(now, number)]


def end_cool_off(state: State, command: EndCoolOff, now: int) -> list[Event]:
    """The cool-off is over."""
    return [CoolOffEnded(now, state.pool.find_cool_off(command.number, command.session))]


def replace_number(state: State, command: ReplaceNumber, now: int) -> list[Event]:
    """A number that works badly: each of its sessions gets another one, and it gets no session any more.

    The new number is chosen as for a create (ledger: number_replaced).
    Raises Refused: NUMBER_UNKNOWN, NUMBER_SUSPENDED, POOL_EXHAUSTED.
    """
    if command.digits not in state.pool:
        raise Refused(Reason.NUMBER_UNKNOWN, number=command.digits)
    if state.pool.use(command.digits).suspended:
        raise Refused(Reason.NUMBER_SUSPENDED, number=command.digits)
    # The sessions of one number have no party in common, so where one goes does not depend on the others.
    moved = [_moved(state, session, now) for session in state.book.live_on(command.digits)]
    replaced = [SessionNumberReplaced(now, session, command.digits) for session in moved]
    return [NumberSuspended(now, command.digits), *replaced]


def _moved(state: State, session: Session, now: int) -> Session:
    busy = {other.number: other.uuid for party in session.parties for other in state.book.live_of(party)}
    wish = Wish(session.pair, session.allocation.calling_code, session.needs_number_alone, busy)
    number, allocation = state.pool.allocate(wish)
    # The pool sees only that the session itself stands in the way on its old number.
    left = Candidate(session.number, DropReason.SUSPENDED)
    dropped = tuple(left if candidate.number == left.number else candidate for candidate in allocation.dropped)
    explained = replace(allocation, dropped=dropped)
    before = (*session.left, session.number)
    return replace(session, number=number.digits, allocation=explained, modified_at=now, left=before)
