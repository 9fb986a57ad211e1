"""Rules about many things tell what breaks them."""

import pytest

from tests.rules import of_each


def test_rule_names_what_breaks_it() -> None:
    """All of it, each with why, and nothing else."""

    def rule(number: int) -> None:
        assert number < 3, f"{number} is too much"

    of_each(lambda: [1, 2])(rule)()
    with pytest.raises(AssertionError) as failed:
        of_each(lambda: [1, 3, 4], lambda number: f"n{number}")(rule)()

    assert ["n3: 3 is too much", "n4: 4 is too much"] == [
        line for line in str(failed.value).splitlines() if line.startswith("n")
    ]


def test_rule_about_nothing_fails() -> None:
    """It would hold of anything."""
    with pytest.raises(AssertionError, match="nothing to look at"):
        of_each(list)(print)()
