"""What the kit promises to keep: whatever users may annotate with, catch or read about, they can import."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from masking_emulator import pytest_plugin, testing

PAGE: Final = (Path(__file__).parents[2] / "docs" / "kit.md").read_text(encoding="utf-8")

#: Modules of which everything is public, as the page says.
OPEN: Final = ("masking_emulator.testing.strategies", "masking_emulator.client", "masking_emulator.receiver")


def classes_in(hint: Any) -> Iterator[type]:
    """The classes of the package that a type is made of."""
    if inspect.isclass(hint) and hint.__module__.startswith("masking_emulator."):
        yield hint
    for part in get_args(hint):
        yield from classes_in(part)


def hints_of(thing: Any) -> Iterator[Any]:
    """The types of a function; of a class those of its fields, its methods, and what its objects hold."""
    if inspect.isfunction(thing):
        yield from get_type_hints(thing).values()
    elif inspect.isclass(thing):
        yield from get_type_hints(thing).values()
        for name, member in vars(thing).items():
            if not name.startswith("_"):
                yield from hints_of(getattr(member, "fget", None) or getattr(member, "__func__", member))


def test_page_shows_what_is_public() -> None:
    """Each name of the page is exported, and each module of it is public or exported name by name."""
    shown = re.findall(r"^::: masking_emulator\.(\S+)$", PAGE, flags=re.MULTILINE)
    names = {name.removeprefix("testing.") for name in shown if name.startswith("testing.")}
    in_modules = {
        name
        for module in ("keys", "views", "exchanges", "past")
        for name, value in vars(import_module(f"masking_emulator.testing.{module}")).items()
        if inspect.isclass(value) and value.__module__ == f"masking_emulator.testing.{module}" and name[0] != "_"
    }

    assert {"keys", "views", "exchanges", "past", "strategies"} < names
    assert set() == (names - {"keys", "views", "exchanges", "past", "strategies"} | in_modules) - set(testing.__all__)
    assert set() == {f"masking_emulator.{name}" for name in shown if not name.startswith("testing.")} - {
        *OPEN,
        "masking_emulator.pytest_plugin",
    }


def test_types_of_what_is_public_are_public() -> None:
    """Parameters and results can be annotated with what `masking_emulator.testing` exports."""
    exported = [getattr(testing, name) for name in testing.__all__]
    needed = {kind for thing in exported for hint in hints_of(thing) for kind in classes_in(hint)}

    assert testing.CallbackView in needed
    assert set() == {kind for kind in needed if kind.__module__ not in OPEN} - set(exported)
    assert {kind.__name__ for kind in needed} >= {"LegView", "AttemptView", "CandidateView"}


def test_parts_of_a_world_are_public(masking: testing.Masking) -> None:
    """And those of its twin for coroutines: whoever hands one to a function of their own can say its type."""
    parts = {type(value) for each in (masking, testing.AsyncMasking(masking)) for value in vars(each).values()}
    ours = {kind for kind in parts if kind.__module__.startswith("masking_emulator.")}

    assert testing.Callbacks in ours
    assert set() == {kind for kind in ours if kind.__module__ not in OPEN} - {
        getattr(testing, n) for n in testing.__all__
    }


def test_fixtures_are_on_the_page() -> None:
    """Each fixture of the plugin whose name is public."""
    fixtures = {name for name, value in vars(pytest_plugin).items() if "Fixture" in type(value).__name__}
    (listed,) = re.findall(r"members: \[([^\]]*masking_receiver[^\]]*)\]", PAGE)

    assert "masking" in fixtures
    assert {name for name in fixtures if name[0] != "_"} == set(listed.split(", "))
