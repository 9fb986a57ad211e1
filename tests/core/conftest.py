"""Fixtures for the core: a world with four numbers of one country."""

import pytest

from tests.core.play import A, B, C, D, World


@pytest.fixture
def world() -> World:
    """Pool A, B, C, D, all of the main account, at noon."""
    return World(A, B, C, D)
