"""The eventful world, made once for the tests of its report."""

from collections.abc import Iterator

import pytest
from masking_emulator.server.thread import ServerThread

from tests.report.eventful import Eventful, eventful


@pytest.fixture(scope="module")
def found(emulator: ServerThread) -> Iterator[Eventful]:
    """The account of the eventful world, and its report."""
    with eventful(emulator) as found:
        yield found


@pytest.fixture(scope="module")
def emulator() -> Iterator[ServerThread]:
    """A server of the reports' own: a report also has the requests that belong to no world of its server."""
    with ServerThread("demo") as emulator:
        yield emulator
