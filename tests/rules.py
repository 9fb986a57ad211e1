"""Rules about many things, each rule as one test.

A test for each file and each rule would be four thousand tests, and pytest and xdist take five milliseconds of every
one, whatever it does. One test of them all names everything that breaks its rule just as well.
"""

from collections.abc import Callable, Iterable
from typing import Any


def of_each(
    things: Callable[[], Iterable[Any]], name_of: Callable[[Any], str] = str
) -> Callable[[Callable[[Any], None]], Callable[[], None]]:
    """Make one test of a rule, which asserts something of one thing: it fails with each thing that breaks the rule."""

    def test_of(rule: Callable[[Any], None]) -> Callable[[], None]:
        def test() -> None:
            looked_at = list(things())
            assert looked_at, "there is nothing to look at"
            broken = [f"{name_of(thing)}: {why}" for thing in looked_at if (why := _broken(rule, thing))]
            assert not broken, "\n".join(broken)

        test.__name__, test.__doc__ = rule.__name__, rule.__doc__
        return test

    return test_of


def _broken(rule: Callable[[Any], None], thing: Any) -> str:
    try:
        rule(thing)
    except AssertionError as error:
        return str(error) or "broken"
    return ""
