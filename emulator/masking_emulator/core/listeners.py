"""Listeners: who hears of something as it happens. One way for all who wait: for events, for requests, for callbacks.

A listener is called at once, in the order in which they came, with what happened. It is called with None where what
it waits for will not come: the world was reset or removed, or its server ends. After that it may be called again only
if the world goes on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Item = TypeVar("Item")

Listener = Callable[[Item | None], object]


class Listeners(list[Listener[Item]], Generic[Item]):
    """Those who hear of one kind of thing. It is a list, so that to ask whether anybody listens costs nothing."""

    def __init__(self) -> None:
        super().__init__()
        #: Whether nothing more will happen.
        self.closed = False

    @contextmanager
    def heard_by(self, listener: Listener[Item]) -> Iterator[None]:
        """This one hears for as long as the context lasts; at once, where nothing more will happen."""
        self.append(listener)
        if self.closed:
            listener(None)
        try:
            yield
        finally:
            self.remove(listener)

    def tell(self, item: Item) -> None:
        """It has happened."""
        for listener in tuple(self):
            listener(item)

    def interrupt(self) -> None:
        """Nobody should wait any longer for what was to come; what comes next is another life's."""
        for listener in tuple(self):
            listener(None)

    def close(self) -> None:
        """Nothing more will happen."""
        self.closed = True
        self.interrupt()
