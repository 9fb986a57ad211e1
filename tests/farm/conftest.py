"""The farm of the tests in this folder, in the place of the one server that all others share."""

from collections.abc import Iterator

import pytest

from tests.farm.front import MEMBERS, Front, farming, shared_farm


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A farm of three that keeps its worlds."""
    with farming(3, "--state-folder", str(tmp_path_factory.mktemp("farm"))) as front:
        yield front


@pytest.fixture(scope="session")
def emulator() -> Iterator[Front]:
    """A farm of two, or the one that MASKING_EMULATOR_FARM asks for."""
    with shared_farm() if MEMBERS else farming(2) as front:
        yield front
