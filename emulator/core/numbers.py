"""Numbers: what adding one to the pool and the end of a cool-off do."""

from emulator.core.commands import AddNumber, ReleaseNumber
from emulator.core.events import Event, NumberAdded, NumberReleased
from emulator.core.records import Number
from emulator.core.refusals import Reason, Refused
from emulator.core.state import State


def add(state: State, command: AddNumber, now: int) -> list[Event]:
    """One number more, last in allocation order. Raises Refused: NUMBER_KNOWN, NUMBERS_FULL."""
    if command.digits in state.pool:
        raise Refused(Reason.NUMBER_KNOWN, number=command.digits)
    if len(state.pool) >= state.rules.numbers_max:
        raise Refused(Reason.NUMBERS_FULL, limit=state.rules.numbers_max)
    number = Number(command.digits, command.calling_code, command.owner, place=len(state.pool))
    return [NumberAdded(now, number)]


def release(state: State, command: ReleaseNumber, now: int) -> list[Event]:
    """The cool-off is over."""
    return [NumberReleased(now, state.pool.find_hold(command.number, command.session))]
