"""A customer's server for tests of the shell: the receiver of `listen`, in a thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from masking_emulator.receiver import CallbackListener, ReceivedRequest

_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Customer:
    """Where it listens, and what it received."""

    url: str
    received: list[ReceivedRequest] = field(default_factory=list)


@contextmanager
def customer(token: str, *, status: int = 200) -> Iterator[Customer]:
    """A customer whose server runs."""
    received: list[ReceivedRequest] = []
    receiver = CallbackListener("127.0.0.1", 0, status=status, tokens=[token], tell=received.append)
    thread = threading.Thread(target=receiver.serve)
    thread.start()
    try:
        yield Customer(receiver.url, received)
    finally:
        receiver.stop()
        thread.join(_PATIENCE_S)
