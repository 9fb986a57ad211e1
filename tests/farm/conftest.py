"""The farm that the tests in this folder share."""

from collections.abc import Iterator

import pytest

from tests.farm.front import Front, farming


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A farm of three that keeps its worlds."""
    with farming(3, "--state-folder", str(tmp_path_factory.mktemp("farm"))) as front:
        yield front
