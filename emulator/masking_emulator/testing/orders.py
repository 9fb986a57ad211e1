"""The order explorer: what would your handler do if two callbacks swapped?

Networks reorder, and a retry comes late. This delivers the last callbacks of a run to a handler in every order, each
time to a fresh one, and reports which orders break it.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, TypeVar

from masking_emulator.testing.exchanges import CallbackView

#: More callbacks than this have too many orders to try them all.
CALLBACKS_MAX = 7

_State = TypeVar("_State")


@dataclass(frozen=True, slots=True)
class BrokenOrder:
    """An order that breaks a handler: the events in this order, and what went wrong."""

    events: Sequence[str]
    problem: str

    def __str__(self) -> str:
        return f"{' → '.join(self.events)}: {self.problem}"


def explore_orders(
    callbacks: Sequence[CallbackView],
    fresh: Callable[[], _State],
    handle: Callable[[_State, Mapping[str, str]], Any],
    outcome: Callable[[_State], Hashable] | None = None,
    *,
    last: int = 4,
) -> list[BrokenOrder]:
    """Deliver the `last` callbacks in every order, and report the orders that break the handler.

    `fresh` makes a state, `handle` takes it and the parameters of one callback; the callbacks before the last ones come
    in their own order. An order is broken where `handle` raises, or where `outcome` of the state at the end differs
    from the outcome of the order in which the callbacks were sent. Raises ValueError where `last` is above 7.
    """
    if not 1 <= last <= CALLBACKS_MAX:
        raise ValueError(f"last is {last}; 1 to {CALLBACKS_MAX} callbacks have few enough orders")
    before, moving = callbacks[:-last], callbacks[-last:]
    expected, problem = _played([*before, *moving], fresh, handle, outcome)
    broken = [BrokenOrder(_events(moving), problem)] if problem else []
    for order in _other_orders(moving):
        came, problem = _played([*before, *order], fresh, handle, outcome)
        if not problem and came != expected:
            problem = f"the outcome is {came!r}, and {expected!r} in the order of sending"
        if problem:
            broken.append(BrokenOrder(_events(order), problem))
    return broken


def _other_orders(callbacks: Sequence[CallbackView]) -> Iterator[Sequence[CallbackView]]:
    orders = permutations(callbacks)
    next(orders)  # the order of sending
    return orders


def _played(
    order: Sequence[CallbackView],
    fresh: Callable[[], _State],
    handle: Callable[[_State, Mapping[str, str]], Any],
    outcome: Callable[[_State], Hashable] | None,
) -> tuple[Hashable, str]:
    """The outcome of an order, and what went wrong."""
    state = fresh()
    for callback in order:
        try:
            handle(state, callback.parameters)
        except BUGS as error:
            return None, f"{callback.event} #{callback.sequence} raises {type(error).__name__}: {error}"
    return (None if outcome is None else outcome(state)), ""


#: What a handler may raise: everything that is an error of the program, and nothing that ends it.
BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, OSError)


def _events(callbacks: Sequence[CallbackView]) -> list[str]:
    return [callback.event for callback in callbacks]
